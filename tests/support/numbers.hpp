// Numbers for tests: how far off a result is, in units of its last digit, and random numbers that are the same
// everywhere. SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>

namespace support {

/// |x - exact| in units of the last place of `exact`, as T has them. `exact` may be of a type with more digits than
/// long double, through which it is converted. Zero where the two are equal, infinities too; NaN, for which no bound
/// holds, where one of them is.
template <class T, class Exact>
double ulps_off(T x, const Exact& exact) {
  using limits = std::numeric_limits<T>;
  using wide = std::conditional_t<std::is_floating_point_v<Exact>, long double, Exact>;
  const wide got(static_cast<long double>(x)), want = static_cast<wide>(exact);
  if (got == want) return 0;
  const int exponent = std::max(std::ilogb(static_cast<long double>(want)), limits::min_exponent - 1);
  const wide difference = got < want ? want - got : got - want;
  return static_cast<double>(std::ldexp(static_cast<long double>(difference), limits::digits - 1 - exponent));
}

/// A number for functions of any scalar: f(1e25_any).
struct in_any_scalar {
  long double x;
  template <std::floating_point T>
  constexpr operator T() const {
    return static_cast<T>(x);
  }
};
constexpr in_any_scalar operator""_any(long double x) { return {x}; }

/// Evenly distributed numbers. (What std::uniform_real_distribution gives is the choice of each standard library.)
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : engine(seed) {}

  double between(double from, double to) {
    return from + (to - from) * std::ldexp(static_cast<double>(engine() >> 11), -53);
  }

  /// Evenly distributed in the logarithm.
  double spread(double from, double to) { return std::exp(between(std::log(from), std::log(to))); }

 private:
  std::mt19937_64 engine;
};

}  // namespace support
