// BCa intervals: percentiles of a bootstrap sample, moved to allow for its bias and its skewness.
// SPDX-License-Identifier: BSL-1.0
//
// B. Efron, "Better bootstrap confidence intervals", Journal of the American Statistical Association 82 (1987):
//
//   z0 = Phi^-1(share of the replicates below the estimate)           bias correction
//   a  = sum d^3 / (6 (sum d^2)^(3/2)),  d_i = mean - jackknife_i      acceleration
//   the p-th end is the quantile at Phi(z0 + (z0 + z_p)/(1 - a (z0 + z_p)))
//
// With z0 = a = 0 it is the percentile interval.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/inference/normal_deviations.hpp>

namespace scaling {

/// The BCa interval of a statistic, from its bootstrap replicates, its estimate from all runs, and its values with one
/// run (or one cluster of runs) left out at a time. Replicates equal to the estimate count half.
/// NaN where there is none: a value is NaN, all replicates are on one side of the estimate, or there are fewer than two. An
/// end is NaN on its own where 1 - a (z0 + z_p) is not positive.
/// Errors: std::domain_error for a level that is none; std::invalid_argument for fewer than two jackknife values, which
/// would leave the acceleration out.
template <real T>
interval<T> bca_interval(std::vector<T> replicates, T estimate, const std::vector<T>& jackknife, double level = 0.95) {
  constexpr auto function = "scaling::bca_interval";
  detail::require_level(function, level);
  detail::require<std::invalid_argument>(jackknife.size() >= 2, function, "number of jackknife values",
                                         jackknife.size(), "at least 2: the acceleration is made of their differences");
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  const auto sorted = detail::sorted_values(std::move(replicates));
  double below = 0;
  for (const T value : sorted) below += value < estimate ? 1 : value == estimate ? 0.5 : 0;
  const double share = below / static_cast<double>(sorted.size());
  if (!(share > 0 && share < 1) || sorted.size() < 2) return {nan, nan, level};

  // From one of them, whose mean is not off by rounding where all are equal, and in units of the largest departure.
  using wide = std::common_type_t<T, double>;
  const auto from_first = [&](T value) { return wide(value) - wide(jackknife.front()); };
  wide largest = 0;
  for (const T value : jackknife) largest = std::max(largest, std::abs(from_first(value)));
  const auto departure = [&](T value) { return static_cast<double>(from_first(value) / (largest > 0 ? largest : 1)); };
  double mean = 0, squares = 0, cubes = 0;
  for (const T value : jackknife) mean += departure(value) / static_cast<double>(jackknife.size());
  for (const T value : jackknife) {
    const double d = mean - departure(value);
    squares += d * d;
    cubes += d * d * d;
  }
  const double acceleration = squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : squares;  // 0 or NaN

  const boost::math::normal normal;
  const double bias = boost::math::quantile(normal, share);
  const auto end = [&](double deviations) {
    const double z = bias + deviations, stretch = 1 - acceleration * z;
    return stretch > 0 ? quantile(sorted, boost::math::cdf(normal, bias + z / stretch)) : nan;
  };
  const double deviations = detail::normal_deviations(level);
  return {end(-deviations), end(deviations), level};
}

}  // namespace scaling
