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

#include <cmath>
#include <limits>
#include <stdexcept>
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
/// NaN where there is none: a value is NaN, or all replicates are on one side of the estimate.
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
  if (!(share > 0 && share < 1)) return {nan, nan, level};

  // Relative to one of them: the mean of equal values would be off by rounding, and skew.
  const auto departure = [&](T value) { return static_cast<double>(value) - static_cast<double>(jackknife.front()); };
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
