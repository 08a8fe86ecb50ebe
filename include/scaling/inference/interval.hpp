// An interval with its level, and the quantiles of a sample that percentile intervals are made of.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// Where a quantity lies, from `lower` to `upper`, at a confidence of `level`, say 0.95.
template <real T>
struct interval {
  T lower, upper;
  double level;

  constexpr T width() const { return upper - lower; }
  bool operator==(const interval&) const = default;
};

/// The quantile of a sample sorted in ascending order: linear between the order statistics, the k-th of n at
/// (k - 1)/(n - 1), so that p = 0 is the least and p = 1 the greatest. That is the default of R (type 7 of Hyndman and
/// Fan 1996) and of NumPy, and so what most published intervals are made with.
/// Domain: 0 <= p <= 1. NaN for an empty sample.
template <real T>
T quantile(const std::vector<T>& sorted, double p) {
  detail::require(p >= 0 && p <= 1, "scaling::quantile", "p", p, "from 0 to 1");
  if (sorted.empty()) return std::numeric_limits<T>::quiet_NaN();
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place), above = std::min(below + 1, sorted.size() - 1);
  const T share = static_cast<T>(place - std::floor(place));
  // Neither end is lost to rounding, nor an infinite one to inf - inf.
  return share == 0 || sorted[below] == sorted[above] ? sorted[below]
                                                      : (1 - share) * sorted[below] + share * sorted[above];
}

namespace detail {

/// Sorted; or nothing, if a value is NaN: an interval of what is left would hide it.
template <real T>
std::vector<T> sorted_values(std::vector<T> values) {
  if (std::any_of(values.begin(), values.end(), [](T value) { return std::isnan(value); })) return {};
  std::sort(values.begin(), values.end());
  return values;
}

inline void require_level(const char* function, double level) {
  require(level > 0 && level < 1, function, "level", level, "above 0 and below 1, such as 0.95");
}

}  // namespace detail

/// The central `level` of a sample: from its quantile (1 - level)/2 to that of (1 + level)/2 (Efron's percentile
/// interval, if the sample is one of bootstrap replicates). Both ends NaN if a value is, and for fewer than two values.
/// Trap: n values know no more than their least and greatest, which are a level of (n - 1)/(n + 1): have a hundred
/// values beyond each end.
template <real T>
interval<T> percentile_interval(std::vector<T> values, double level = 0.95) {
  detail::require_level("scaling::percentile_interval", level);
  if (values.size() < 2) values.clear();
  const auto sorted = detail::sorted_values(std::move(values));
  return {quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2), level};
}

}  // namespace scaling
