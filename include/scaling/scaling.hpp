// The whole library, but for reading and printing (io/).
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/core/root.hpp>
#include <scaling/counting.hpp>
#include <scaling/fitting.hpp>
#include <scaling/inference.hpp>
#include <scaling/laws.hpp>
#include <scaling/optimize/check_gradient.hpp>
#include <scaling/planning.hpp>
#include <scaling/version.hpp>
