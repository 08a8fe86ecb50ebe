// The functions of scaling::cmath: their special values, constant-evaluated and at run time, their identities, and how
// many calls one constant expression holds. Their accuracy is in cmath_accuracy.test.cpp.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/cmath.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <string>

#include "support/catch.hpp"

namespace cmath = scaling::cmath;

namespace {

// --- What may be called: both arguments of one floating-point type, so that other numbers are found by their namespace

template <class... T>
concept has_exp = requires(T... x) {
  cmath::exp(x...);
};
template <class... T>
concept has_pow = requires(T... x) {
  cmath::pow(x...);
};
static_assert(has_exp<float> && has_exp<double> && has_exp<long double> && !has_exp<int> && !has_exp<std::string>);
static_assert(has_pow<float, float> && has_pow<long double, long double> && !has_pow<double, float>);
static_assert(!has_pow<double, int> && !has_pow<int, int>);
static_assert(std::same_as<decltype(cmath::pow(2.0f, 2.0f)), float>);

// --- Special values: the same list is checked in constant evaluation, where our code answers, and at run time

template <class T>
struct special {
  const char* what;
  T got, wanted;
};

/// Equal in value and in the sign of a zero, or both NaN.
template <class T>
constexpr bool same(T x, T y) {
  const auto negative = [](T v) { return __builtin_copysignl(1, static_cast<long double>(v)) < 0; };
  return x != x ? y != y : x == y && negative(x) == negative(y);
}

template <class T>
constexpr auto special_values() {
  using limits = std::numeric_limits<T>;
  constexpr T inf = limits::infinity(), nan = limits::quiet_NaN(), max = limits::max(), min = limits::min();
  constexpr T tiny = limits::denorm_min(), eps = limits::epsilon(), ln2 = T(0.693147180559945309417232121458176568L);
  constexpr T log_max = ln2 * limits::max_exponent, log_tiny = ln2 * (limits::min_exponent - limits::digits);
  return std::to_array<special<T>>({
      {"exp(0)", cmath::exp(T(0)), 1},
      {"exp(-0)", cmath::exp(-T(0)), 1},
      {"exp(tiny)", cmath::exp(tiny), 1},
      {"exp(inf)", cmath::exp(inf), inf},
      {"exp(-inf)", cmath::exp(-inf), 0},
      {"exp(nan)", cmath::exp(nan), nan},
      {"exp(max)", cmath::exp(max), inf},
      {"exp(-max)", cmath::exp(-max), 0},
      {"exp just above log(max)", cmath::exp(log_max * (1 + 2 * eps)), inf},
      {"exp just below log(max)", T(cmath::exp(log_max * (1 - 2 * eps)) <= max), 1},
      {"exp at log(tiny)", cmath::exp(log_tiny), tiny},
      {"exp below log(tiny/2)", cmath::exp(log_tiny - T(0.7L)), 0},

      {"expm1(0)", cmath::expm1(T(0)), 0},
      {"expm1(-0)", cmath::expm1(-T(0)), -T(0)},
      {"expm1(tiny)", cmath::expm1(tiny), tiny},
      {"expm1(-min)", cmath::expm1(-min), -min},
      {"expm1(1e-30)", cmath::expm1(T(1e-30L)), T(1e-30L)},
      {"expm1(inf)", cmath::expm1(inf), inf},
      {"expm1(-inf)", cmath::expm1(-inf), -1},
      {"expm1(-1000)", cmath::expm1(T(-1000)), -1},
      {"expm1(max)", cmath::expm1(max), inf},
      {"expm1(nan)", cmath::expm1(nan), nan},

      {"log(1)", cmath::log(T(1)), 0},
      {"log(0)", cmath::log(T(0)), -inf},
      {"log(-0)", cmath::log(-T(0)), -inf},
      {"log(-1)", cmath::log(T(-1)), nan},
      {"log(-inf)", cmath::log(-inf), nan},
      {"log(inf)", cmath::log(inf), inf},
      {"log(nan)", cmath::log(nan), nan},
      {"log(max)", cmath::log(max), log_max},

      {"log1p(0)", cmath::log1p(T(0)), 0},
      {"log1p(-0)", cmath::log1p(-T(0)), -T(0)},
      {"log1p(tiny)", cmath::log1p(tiny), tiny},
      {"log1p(-min)", cmath::log1p(-min), -min},
      {"log1p(3 tiny)", cmath::log1p(3 * tiny), 3 * tiny},
      {"log1p(1e-30)", cmath::log1p(T(1e-30L)), T(1e-30L)},
      {"log1p(-1)", cmath::log1p(T(-1)), -inf},
      {"log1p(-2)", cmath::log1p(T(-2)), nan},
      {"log1p(-inf)", cmath::log1p(-inf), nan},
      {"log1p(inf)", cmath::log1p(inf), inf},
      {"log1p(max)", cmath::log1p(max), log_max},
      {"log1p(nan)", cmath::log1p(nan), nan},

      {"pow(2, 0)", cmath::pow(T(2), T(0)), 1},
      {"pow(0, 0)", cmath::pow(T(0), T(0)), 1},
      {"pow(inf, -0)", cmath::pow(inf, -T(0)), 1},
      {"pow(nan, 0)", cmath::pow(nan, T(0)), 1},
      {"pow(1, nan)", cmath::pow(T(1), nan), 1},
      {"pow(1, inf)", cmath::pow(T(1), inf), 1},
      {"pow(1, -max)", cmath::pow(T(1), -max), 1},
      {"pow(nan, 1)", cmath::pow(nan, T(1)), nan},
      {"pow(2, nan)", cmath::pow(T(2), nan), nan},
      {"pow(0, nan)", cmath::pow(T(0), nan), nan},
      {"pow(0, 1/2)", cmath::pow(T(0), T(0.5)), 0},
      {"pow(0, inf)", cmath::pow(T(0), inf), 0},
      {"pow(0, tiny)", cmath::pow(T(0), tiny), 0},
      {"pow(0, -1/2)", cmath::pow(T(0), T(-0.5)), inf},
      {"pow(0, -inf)", cmath::pow(T(0), -inf), inf},
      {"pow(inf, 1/2)", cmath::pow(inf, T(0.5)), inf},
      {"pow(inf, inf)", cmath::pow(inf, inf), inf},
      {"pow(inf, -1/2)", cmath::pow(inf, T(-0.5)), 0},
      {"pow(inf, -inf)", cmath::pow(inf, -inf), 0},
      {"pow(2, inf)", cmath::pow(T(2), inf), inf},
      {"pow(2, -inf)", cmath::pow(T(2), -inf), 0},
      {"pow(1/2, inf)", cmath::pow(T(0.5), inf), 0},
      {"pow(1/2, -inf)", cmath::pow(T(0.5), -inf), inf},
      {"pow(max, max)", cmath::pow(max, max), inf},
      {"pow(max, -max)", cmath::pow(max, -max), 0},
      {"pow(tiny, max)", cmath::pow(tiny, max), 0},
      {"pow(tiny, -max)", cmath::pow(tiny, -max), inf},
      {"pow(1 + eps, max)", cmath::pow(1 + eps, max), inf},
      {"pow(1 - eps, max)", cmath::pow(1 - eps, max), 0},
      {"pow(max, tiny)", cmath::pow(max, tiny), 1},
      {"pow(2, max_exponent)", cmath::pow(T(2), T(limits::max_exponent)), inf},
      {"pow(2, max_exponent - 1)", cmath::pow(T(2), T(limits::max_exponent - 1)), 2 / min},
      {"pow of 2 to tiny", cmath::pow(T(2), T(limits::min_exponent - limits::digits)), tiny},
      {"pow of 2 to tiny/4", cmath::pow(T(2), T(limits::min_exponent - limits::digits - 2)), 0},
      // Of our own making: a negative x is NaN, whatever y, and -0 is 0.
      {"pow(-2, 2)", cmath::pow(T(-2), T(2)), nan},
      {"pow(-inf, 3)", cmath::pow(-inf, T(3)), nan},
      {"pow(-2, 0)", cmath::pow(T(-2), T(0)), 1},
      {"pow(-0, 3)", cmath::pow(-T(0), T(3)), 0},
      {"pow(-0, -1)", cmath::pow(-T(0), T(-1)), inf},

      {"sqrt(0)", cmath::sqrt(T(0)), 0},
      {"sqrt(-0)", cmath::sqrt(-T(0)), -T(0)},
      {"sqrt(-1)", cmath::sqrt(T(-1)), nan},
      {"sqrt(-inf)", cmath::sqrt(-inf), nan},
      {"sqrt(inf)", cmath::sqrt(inf), inf},
      {"sqrt(nan)", cmath::sqrt(nan), nan},
      {"sqrt(max)", T(cmath::sqrt(max) <= cmath::pow(T(2), T(limits::max_exponent / 2))), 1},
      {"sqrt(4 min)", cmath::sqrt(4 * min) * cmath::sqrt(4 * min), 4 * min},

      {"cbrt(0)", cmath::cbrt(T(0)), 0},
      {"cbrt(-0)", cmath::cbrt(-T(0)), -T(0)},
      {"cbrt(-8)", cmath::cbrt(T(-8)), -2},
      {"cbrt(inf)", cmath::cbrt(inf), inf},
      {"cbrt(-inf)", cmath::cbrt(-inf), -inf},
      {"cbrt(nan)", cmath::cbrt(nan), nan},
  });
}

template <class T>
constexpr int wrong_special_values() {
  int count = 0;
  for (const auto& value : special_values<T>()) count += !same(value.got, value.wanted);
  return count;
}
static_assert(wrong_special_values<float>() == 0);
static_assert(wrong_special_values<double>() == 0);
static_assert(wrong_special_values<long double>() == 0);

// --- Identities of our own code, so in constant evaluation alone: what std does at run time is its own business

template <class T>
constexpr int broken_identities() {
  constexpr T eps = std::numeric_limits<T>::epsilon();
  int count = 0;
  const auto check = [&](bool holds) { count += !holds; };
  const auto close = [&](T x, T y, T ulps) { check(x - y <= ulps * eps * y && y - x <= ulps * eps * y); };

  T x = T(1e-3L);
  for (int i = 0; i < 60; ++i, x *= T(1.7L)) {
    check(cmath::pow(x, T(1)) == x);
    check(cmath::pow(x, T(2)) == x * x);
    check(cmath::pow(x, T(-1)) == 1 / x);
    check(cmath::pow(x, T(0.5)) == cmath::sqrt(x));
    check(cmath::cbrt(-x) == -cmath::cbrt(x));
    // The rounding of log x is multiplied by |log x| <= 25, that of 1/3 by as much.
    close(cmath::exp(cmath::log(x)), x, 13);
    close(cmath::pow(x, 1 / T(3)), cmath::cbrt(x), 13);
    close(1 + cmath::expm1(x < 10 ? x : 10), cmath::exp(x < 10 ? x : 10), 2);
    close(cmath::log1p(x), cmath::log(1 + x), x < 1 ? 2 / x : 2);
  }
  for (int n = 1; n <= 60; ++n) {  // exact results are exact
    const T m = static_cast<T>(n);
    check(cmath::sqrt(m * m) == m && cmath::cbrt(m * m * m) == m);
    check(cmath::pow(m, T(3)) == m * m * m && cmath::pow(m * m, T(0.5)) == m && cmath::pow(m * m, T(1.5)) == m * m * m);
  }
  for (T n = -60, power = 1 / T(1ULL << 60); n <= 60; ++n, power *= 2) check(cmath::pow(T(2), n) == power);
  for (int i = -20; i <= 20; ++i) {  // neighbours keep their order, where the functions cross 0 and 1
    const T here = static_cast<T>(i) * eps, next = static_cast<T>(i + 1) * eps;
    check(cmath::exp(here) <= cmath::exp(next) && cmath::log(1 + here) < cmath::log(1 + next));
    check(cmath::pow(1 + here, T(0.3L)) <= cmath::pow(1 + next, T(0.3L)));
    check(cmath::expm1(here) < cmath::expm1(next) && cmath::log1p(here) < cmath::log1p(next));
    check(cmath::sqrt(1 + here) <= cmath::sqrt(1 + next) && cmath::cbrt(1 + here) <= cmath::cbrt(1 + next));
  }
  for (T tiny = eps / 8; tiny > 0; tiny *= eps) {  // where x^2/2 is less than half an ulp
    check(cmath::expm1(tiny) == tiny && cmath::expm1(-tiny) == -tiny);
    check(cmath::log1p(tiny) == tiny && cmath::log1p(-tiny) == -tiny);
  }
  return count;
}
static_assert(broken_identities<float>() == 0);
static_assert(broken_identities<double>() == 0);
static_assert(broken_identities<long double>() == 0);

// --- The budget: Clang evaluates 2^20 steps in one constant expression, so that a call here takes at most 650 of them

template <class T>
constexpr T sum_of_powers(int count) {
  T sum = 0, x = 1;
  for (int i = 0; i < count; ++i, x *= T(1.04L)) sum += cmath::pow(x, T(-0.34L));
  return sum;
}
static_assert(sum_of_powers<float>(1600) > 70);
static_assert(sum_of_powers<double>(1600) > 70);
static_assert(sum_of_powers<long double>(1600) > 70);

}  // namespace

TEMPLATE_TEST_CASE("special values are those of IEEE 754 at run time too", "", float, double, long double) {
  for (const auto& value : special_values<TestType>()) {
    INFO(value.what << " = " << value.got << ", not " << value.wanted);
    CHECK(same(value.got, value.wanted));
  }
}

TEMPLATE_TEST_CASE("at run time the functions are those of std", "", float, double, long double) {
  for (TestType x = TestType(1e-3L); x < 50; x *= TestType(1.1L)) {
    CHECK(cmath::exp(x) == std::exp(x));
    CHECK(cmath::expm1(x) == std::expm1(x));
    CHECK(cmath::log(x) == std::log(x));
    CHECK(cmath::log1p(x) == std::log1p(x));
    CHECK(cmath::pow(x, TestType(-0.34L)) == std::pow(x, TestType(-0.34L)));
    CHECK(cmath::sqrt(x) == std::sqrt(x));
    CHECK(cmath::cbrt(x) == std::cbrt(x));
  }
}
