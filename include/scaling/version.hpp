// The version of the library: the only macros that it defines. CMakeLists.txt reads it from here.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#define SCALING_VERSION_MAJOR 0
#define SCALING_VERSION_MINOR 1
#define SCALING_VERSION_PATCH 0
