// How many standard deviations either way hold so much of the normal distribution.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/math/special_functions/erf.hpp>

#include <scaling/core/cmath.hpp>

namespace scaling::detail {

/// 1.96 at a level of 0.95. Of all levels above 0 and below 1, also of 1 - epsilon/2, where the quantile at
/// (1 + level)/2 would be that of 1.
inline double normal_deviations(double level) { return cmath::sqrt(2.0) * boost::math::erf_inv(level); }

}  // namespace scaling::detail
