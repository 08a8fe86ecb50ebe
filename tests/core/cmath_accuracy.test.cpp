// The accuracy that cmath.hpp promises for constant expressions: tables made by the compiler, against 50 digits.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/cmath.hpp>

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include "support/catch.hpp"

namespace cmath = scaling::cmath;

namespace {

using exact = boost::multiprecision::cpp_bin_float_50;

// --- Points: pseudo-random, the same in every compiler

class points {
 public:
  explicit constexpr points(int seed) : state_(static_cast<std::uint64_t>(seed) << 32) {}

  /// All digits of T random, in [0, 1].
  template <class T>
  constexpr T unit() {
    return static_cast<T>(bits()) / static_cast<T>(1ULL << 63) / 2;
  }

  template <class T>
  constexpr T between(T low, T high) {
    return low + (high - low) * unit<T>();
  }

  /// m 2^e with e from low to high and m in [1, 2].
  template <class T>
  constexpr T of_size(int low, int high) {
    const int e = low + static_cast<int>(bits() % static_cast<std::uint64_t>(high - low + 1));
    return cmath::detail::scaled(1 + unit<T>(), e);
  }

  template <class T>
  constexpr T either_sign(T x) {
    return bits() % 2 == 0 ? x : -x;
  }

 private:
  constexpr std::uint64_t bits() {  // splitmix64
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

template <class T>
struct digits {
  using limits = std::numeric_limits<T>;
  static constexpr int lowest = limits::min_exponent - limits::digits, highest = limits::max_exponent - 2;
  static constexpr T eps = limits::epsilon(), ln2 = T(0.693147180559945309417232121458176568L);
};

template <class T>
struct sample {
  T x, y, value;
};

// --- The promises of cmath.hpp, with the points at which they are tested: a third each of where laws live, of the
// whole range of the type, and of corners of the algorithm

constexpr double in_subnormals = 0.8;

struct exponential {
  static constexpr const char* name = "exp";
  static constexpr double largest_error = 0.52;

  template <class T>
  static constexpr sample<T> at(int i) {
    using d = digits<T>;
    points p(i);
    const T corner = d::ln2 * (static_cast<T>(i / 3 % 200 - 100) / 2 + static_cast<T>(i % 9 - 4) * d::eps);
    const T x = i % 3 == 0   ? p.between(T(-80), T(80))
                : i % 3 == 1 ? d::ln2 * p.between(static_cast<T>(d::lowest), static_cast<T>(d::highest + 2))
                             : corner;
    return {x, 0, cmath::exp(x)};
  }
  static exact of(const exact& x, const exact&) { return exp(x); }
};

struct exponential_minus_1 {
  static constexpr const char* name = "expm1";
  static constexpr double largest_error = 0.57;

  template <class T>
  static constexpr sample<T> at(int i) {
    points p(i);
    const T x = i % 3 == 0   ? p.between(T(-80), T(80))
                : i % 3 == 1 ? p.either_sign(p.of_size<T>(digits<T>::lowest, 0))
                             : p.between(T(-1.5), T(1.5));
    return {x, 0, cmath::expm1(x)};
  }
  static exact of(const exact& x, const exact&) { return expm1(x); }
};

struct logarithm {
  static constexpr const char* name = "log";
  static constexpr double largest_error = 0.51;

  template <class T>
  static constexpr sample<T> at(int i) {
    using d = digits<T>;
    points p(i);
    const T x = i % 3 == 0   ? p.of_size<T>(-44, 43)  // e^-30 to e^30
                : i % 3 == 1 ? p.of_size<T>(d::lowest, d::highest)
                : i % 2 == 0 ? 1 + static_cast<T>(i - 300) * d::eps
                             : p.between(T(0.7L), T(1.42L));
    return {x, 0, cmath::log(x)};
  }
  static exact of(const exact& x, const exact&) { return log(x); }
};

struct logarithm_of_1_plus {
  static constexpr const char* name = "log1p";
  static constexpr double largest_error = 0.51;

  template <class T>
  static constexpr sample<T> at(int i) {
    using d = digits<T>;
    points p(i);
    const T x = i % 3 == 0   ? p.either_sign(p.of_size<T>(-60, -2))
                : i % 3 == 1 ? p.of_size<T>(d::lowest, d::highest)
                             : p.between(T(-0.9999L), T(3));
    return {x, 0, cmath::log1p(x)};
  }
  static exact of(const exact& x, const exact&) {
    return abs(x) < 1e-20 ? exact(x - x * x / 2 + x * x * x / 3) : exact(log(1 + x));
  }
};

struct power {
  static constexpr const char* name = "pow";
  static constexpr double largest_error = 0.55;

  template <class T>
  static constexpr sample<T> at(int i) {
    using d = digits<T>;
    points p(i);
    if (i % 3 == 0) return of(p.of_size<T>(0, 99), p.between(T(-2), T(2)));  // 1 to 1e30
    if (i % 3 == 1) return to(p, p.of_size<T>(d::lowest, d::highest));
    if (i % 2 == 0) return to(p, p.between(T(0.5), T(2)));
    return of(static_cast<T>(i % 10), static_cast<T>(i / 10 % 40 - 20) / 3);
  }
  static exact of(const exact& x, const exact& y) { return exp(y * log(x)); }

 private:
  template <class T>
  static constexpr sample<T> of(T x, T y) {
    return {x, y, cmath::pow(x, y)};
  }
  /// x to a power that is anywhere in the range of T.
  template <class T>
  static constexpr sample<T> to(points& p, T x) {
    using d = digits<T>;
    return of(x, d::ln2 * p.between(static_cast<T>(d::lowest), static_cast<T>(d::highest)) / cmath::log(x));
  }
};

struct square_root {
  static constexpr const char* name = "sqrt";
  static constexpr double largest_error = 0.5;

  template <class T>
  static constexpr sample<T> at(int i) {
    using d = digits<T>;
    points p(i);
    const T square = static_cast<T>(i) * static_cast<T>(i);
    const T x = i % 3 == 0   ? p.of_size<T>(-100, 99)
                : i % 3 == 1 ? p.of_size<T>(d::lowest, d::highest)
                             : square * (1 + static_cast<T>(i % 5 - 2) * d::eps);
    return {x, 0, cmath::sqrt(x)};
  }
  static exact of(const exact& x, const exact&) { return sqrt(x); }
};

struct cube_root {
  static constexpr const char* name = "cbrt";
  static constexpr double largest_error = 0.51;

  template <class T>
  static constexpr sample<T> at(int i) {
    using d = digits<T>;
    points p(i);
    const T x = i % 3 == 0   ? p.of_size<T>(-100, 99)
                : i % 3 == 1 ? p.either_sign(p.of_size<T>(d::lowest, d::highest))
                             : p.between(T(0.3L), T(3));
    return {x, 0, cmath::cbrt(x)};
  }
  static exact of(const exact& x, const exact&) { return x < 0 ? exact(-cbrt(-x)) : exact(cbrt(x)); }
};

// --- The tables, in pieces that fit the steps of one constant expression, and the comparison

constexpr int pieces = 3, per_piece = 200;

template <class Function, class T, int piece>
constexpr auto table = [] {
  std::array<sample<T>, per_piece> samples{};
  for (int i = 0; i < per_piece; ++i)
    samples[static_cast<std::size_t>(i)] = Function::template at<T>(piece * per_piece + i);
  return samples;
}();

/// |value - wanted| in units of the last digit that T has at `wanted`; beyond the largest number only infinity is
/// right.
template <class T>
double ulps(T value, const exact& wanted) {
  using limits = std::numeric_limits<T>;
  int exponent = 0;
  frexp(wanted, &exponent);
  const exact ulp = ldexp(exact(1), std::max(exponent, limits::min_exponent) - limits::digits);
  if (abs(wanted) >= limits::max() + ulp / 2)
    return exact(value) == (wanted < 0 ? -limits::infinity() : limits::infinity()) ? 0 : 1e99;
  return exact(abs(exact(value) - wanted) / ulp).convert_to<double>();
}

template <class T>
std::string text(const T& value) {
  char decimal[64], hexadecimal[64];
  std::snprintf(decimal, sizeof decimal, "%.21Lg", static_cast<long double>(value));
  std::snprintf(hexadecimal, sizeof hexadecimal, "%La", static_cast<long double>(value));
  return std::string(decimal) + " = " + hexadecimal;
}

template <class Function, class T, int piece>
void check_piece() {
  for (const auto& [x, y, value] : table<Function, T, piece>) {
    const exact wanted = Function::of(exact(x), exact(y));
    const bool subnormal = abs(wanted) < std::numeric_limits<T>::min();
    const double error = ulps(value, wanted), promised = subnormal ? in_subnormals : Function::largest_error;
    if (error <= promised) continue;
    FAIL_CHECK(Function::name << " of x = " << text(x) << ", y = " << text(y) << "\n  is     " << text(value)
                              << "\n  not    " << text(wanted.convert_to<T>()) << "\n  which is " << error
                              << " ulp off, and at most " << promised << " are promised");
  }
  SUCCEED();
}

template <class Function, class T, int... piece>
void check_pieces(std::integer_sequence<int, piece...>) {
  (check_piece<Function, T, piece>(), ...);
}

}  // namespace

TEMPLATE_TEST_CASE("constant expressions are as accurate as promised", "", exponential, exponential_minus_1, logarithm,
                   logarithm_of_1_plus, power, square_root, cube_root) {
  const auto each_piece = std::make_integer_sequence<int, pieces>{};
  check_pieces<TestType, float>(each_piece);
  check_pieces<TestType, double>(each_piece);
  check_pieces<TestType, long double>(each_piece);
}

// An error here would only be seen in the last digits of long double, far from 0.
TEMPLATE_TEST_CASE("the two parts of log 2 are right to the last digit", "", double, long double) {
  const exact rest = log(exact(2)) - exact(cmath::detail::ln2_hi<TestType>);
  CHECK(cmath::detail::ln2_lo<TestType> == rest.convert_to<TestType>());
}
