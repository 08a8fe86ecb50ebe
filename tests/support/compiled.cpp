// SPDX-License-Identifier: BSL-1.0
#define SUPPORT_COMPILED_ELSEWHERE
#include "support/compiled.hpp"
