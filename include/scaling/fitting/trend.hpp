// A power of compute through points of a frontier: the least-squares line of logarithms, and how sure its exponent is.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/kaplan.hpp>

namespace scaling {

/// factor C^exponent, C in FLOP, and the standard error of the exponent that the scatter about the line leaves: NaN for
/// fewer than three points. For fewer than two the trend itself is NaN.
template <real T>
struct fitted_trend {
  power_trend<T> trend;
  T exponent_error;
};

namespace detail {

/// The scalar in which measurements are fitted: float loses digits that a fit needs.
template <real T>
using fitted_in = std::conditional_t<std::is_same_v<T, float>, double, T>;

/// A point of a line, or of a parabola, and how much it counts.
template <real T>
struct weighted_point {
  T x, y, weight = 1;
};

/// The means of x and y, and the slope of the line of least squares through them; NaN where all x are the same.
template <real T>
struct line_fit {
  T mean_x, mean_y, slope, spread;  ///< spread: sum of weight (x - mean_x)^2

  explicit line_fit(const std::vector<weighted_point<T>>& points) : mean_x(0), mean_y(0), slope(0), spread(0) {
    T total = 0;
    for (const auto& [x, y, weight] : points) {
      total += weight;
      mean_x += weight * x;
      mean_y += weight * y;
    }
    mean_x /= total;
    mean_y /= total;
    for (const auto& [x, y, weight] : points) {
      spread += weight * (x - mean_x) * (x - mean_x);
      slope += weight * (x - mean_x) * (y - mean_y);
    }
    slope = spread > 0 ? slope / spread : std::numeric_limits<T>::quiet_NaN();
  }

  T operator()(T x) const { return mean_y + slope * (x - mean_x); }
};

/// The power of e^x that is nearest to e^y, in logarithms.
template <real T>
fitted_trend<T> trend_through(const std::vector<weighted_point<T>>& points) {
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  if (points.size() < 2) return {{nan, nan}, nan};
  const line_fit<T> line(points);
  T squares = 0;
  for (const auto& [x, y, weight] : points) squares += weight * (y - line(x)) * (y - line(x));
  const auto left = static_cast<T>(points.size()) - 2;
  return {{std::exp(line(0)), line.slope}, left > 0 ? std::sqrt(squares / left / line.spread) : nan};
}

}  // namespace detail
}  // namespace scaling
