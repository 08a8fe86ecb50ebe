// Dual numbers against calculus: every operation by its own derivative, compositions by finite differences.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/dual.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using scaling::dual;
using support::ulps_off;

template <class T>
using dual2 = dual<T, 2>;

/// Two variables whose derivatives are no unit vectors, so that an operation that forgets the chain rule is seen.
template <class T>
struct seeded {
  dual2<T> x, y;
};
template <class T>
constexpr seeded<T> seeds(T x, T y) {
  return {{x, {T(2), T(-3)}}, {y, {T(0.5), T(4)}}};
}

/// That f has this value and these partial derivatives at seeds(x, y), each to `ulps` in the larger of the two products
/// that a derivative is the sum of.
template <class T>
void check(const dual2<T>& f, T value, T dx, T dy, double ulps) {
  const auto [x, y] = seeds(T(0), T(0));
  CHECK(ulps_off(f.value, value) <= ulps);
  for (std::size_t k = 0; k < 2; ++k) {
    const T a = dx * x.gradient[k], b = dy * y.gradient[k];
    const T size = std::max(std::abs(a), std::abs(b)), error = std::abs(f.gradient[k] - (a + b));
    CHECK(static_cast<double>(error / size) <= ulps * static_cast<double>(std::numeric_limits<T>::epsilon()));
  }
}

// The interface, as facts of the type.
static_assert(std::regular<dual2<double>> && std::is_trivially_copyable_v<dual2<double>>);
static_assert(std::same_as<scaling::value_of_t<double>, double>);
static_assert(std::same_as<scaling::value_of_t<dual<float, 3>>, float>);
static_assert(std::same_as<scaling::value_of_t<dual<dual<long double, 2>, 5>>, long double>);
static_assert(std::same_as<scaling::value_of_t<scaling::input_dual<float, 3>>, scaling::input_dual<float, 3>>);
static_assert(std::same_as<scaling::plain_t<scaling::input_dual<dual<float, 3>, 2>>, float>);
static_assert(scaling::scalar<float> && scaling::scalar<scaling::input_dual<scaling::input_dual<double, 2>, 5>>);
static_assert(!scaling::scalar<int> && !scaling::scalar<dual2<double>>, "a law over duals takes other inputs");
static_assert(std::numeric_limits<dual2<float>>::epsilon() == std::numeric_limits<float>::epsilon());
static_assert(scaling::positive_finite(dual2<double>(1e300)) && !scaling::positive_finite(dual2<double>(0)));
static_assert(std::convertible_to<int, dual2<float>> && std::convertible_to<double, dual<dual2<double>, 2>>);
static_assert(!std::convertible_to<const char*, dual2<double>>);
static_assert(dual2<double>().value == 0 && dual2<double>().gradient == std::array{0.0, 0.0});
static_assert(dual2<double>(7).value == 7 && dual2<double>(7).gradient == std::array{0.0, 0.0});
static_assert(dual<float, 3>::variable(5, 2).gradient == std::array{0.0F, 0.0F, 1.0F});

// The example in the comment of the header, word for word.
constexpr auto example = [] {
  const auto x = dual2<double>::variable(3, 0), y = dual2<double>::variable(5, 1);
  return x * x + x * y;
}();
static_assert(example.value == 24 && example.gradient == std::array{11.0, 3.0});

}  // namespace

TEMPLATE_TEST_CASE("Arithmetic carries derivatives by the rules of calculus", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(1);
  for (int i = 0; i < 200; ++i) {
    const T a = static_cast<T>(random.spread(1e-3, 1e3)), b = static_cast<T>(random.spread(1e-3, 1e3));
    const auto [x, y] = seeds(a, b);
    check(+x, a, T(1), T(0), 0);
    check(-x, -a, T(-1), T(0), 0);
    check(x + y, a + b, T(1), T(1), 1);  // 1: one rounding here and one in `check`, each of half an ulp
    check(x - y, a - b, T(1), T(-1), 1);
    check(x * y, a * b, b, a, 3);               // 3: two products and their sum, in both places
    check(x / y, a / b, 1 / b, -a / b / b, 4);  // 4: the derivative itself has two roundings more
    check(T(3) * x - y / T(2) + T(1), T(3) * a - b / T(2) + T(1), T(3), T(-0.5), 3);
  }
}

TEMPLATE_TEST_CASE("Functions carry their own derivative", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(2);
  for (int i = 0; i < 200; ++i) {
    const T a = static_cast<T>(random.spread(1e-2, 30)), b = static_cast<T>(random.between(-3, 3));
    const auto [x, y] = seeds(a, b);
    check(exp(y), std::exp(b), T(0), std::exp(b), 2);  // 2: rounding of one product, in both places
    check(expm1(y), std::expm1(b), T(0), std::exp(b), 2);
    check(log(x), std::log(a), 1 / a, T(0), 2);
    check(log1p(x), std::log1p(a), 1 / (1 + a), T(0), 2);
    check(sqrt(x), std::sqrt(a), 1 / (2 * std::sqrt(a)), T(0), 2);
    check(cbrt(x), std::cbrt(a), 1 / (3 * std::cbrt(a) * std::cbrt(a)), T(0), 4);
    // 12: x^(y-1) feels the rounding of y - 1 by log x, up to 5; a^b / a is where the test itself rounds
    check(pow(x, y), std::pow(a, b), b * std::pow(a, b) / a, std::pow(a, b) * std::log(a), 12);
    check(pow(a, y), std::pow(a, b), T(0), std::pow(a, b) * std::log(a), 2);
  }
}

TEMPLATE_TEST_CASE("A derivative is as accurate as the formula where the function is flat", "", float, double,
                   long double) {
  using T = TestType;
  const auto slope = [](const dual<T, 1>& f) { return f.gradient[0]; };
  const auto at = [](double x) { return dual<T, 1>::variable(static_cast<T>(x), 0); };
  for (const double x : {-60.0, -20.0, -5.0, -1e-3, 1e-10, 1e-30}) {
    CAPTURE(x);
    // 4: exp is off by one at most, and so is what it is compared with
    CHECK(ulps_off(slope(expm1(at(x))), std::exp(static_cast<T>(x))) <= 4);
  }
  // 1: these are rounded once or twice
  CHECK(ulps_off(slope(log1p(at(1e-30))), T(1)) <= 1);
  CHECK(ulps_off(slope(log1p(at(-0.875))), T(8)) <= 1);
  CHECK(ulps_off(slope(sqrt(at(0x1p-100))), T(0x1p49)) <= 1);
  CHECK(ulps_off(slope(cbrt(at(0x1p-90))), T(0x1p60) / 3) <= 4);  // std::cbrt is off by one, and is squared
}

TEMPLATE_TEST_CASE("Second derivatives are of the size of x^-2, and are no float where x is a budget: an input", "",
                   float, double, long double) {
  using T = TestType;
  using once = scaling::input_dual<T, 1>;
  using twice = scaling::input_dual<once, 1>;
  const T x = static_cast<T>(3e23L);
  twice budget(once::variable(x, 0));
  budget.value.gradient[0] = x;  // derivatives by ln x
  budget.gradient[0] = budget.value;
  // f = value x^power has derivatives by ln x that are powers again.
  const auto check_powers = [](const auto& f, T value, T power) {
    CAPTURE(value, power);
    const double tolerance = 100 * static_cast<double>(std::numeric_limits<T>::epsilon());  // rounding of x^power
    const auto is = [&](T got, T want) { return std::abs(static_cast<double>(got / want - 1)) < tolerance; };
    CHECK(is(f.value.value, value));
    CHECK(is(f.value.gradient[0], power * value));
    CHECK(is(f.gradient[0].gradient[0], power * power * value));
  };
  const T price = static_cast<T>(6e-3L);
  check_powers(twice(price) / budget, price / x, T(-1));
  check_powers(budget / price, x / price, T(1));
  check_powers(pow(budget, twice(T(-0.25))), std::pow(x, T(-0.25)), T(-0.25));
  check_powers(sqrt(budget), std::sqrt(x), T(0.5));
  check_powers(cbrt(budget), std::cbrt(x), T(1) / 3);
  for (const auto& f : {log(budget), log1p(budget)}) {
    CHECK(ulps_off(f.value.gradient[0], T(1)) <= 1);
    CHECK(std::abs(f.gradient[0].gradient[0]) < std::numeric_limits<T>::epsilon());
  }
}

TEST_CASE("A constant base has the power of a variable base with no derivative") {
  const auto y = dual2<double>::variable(-0.34, 1);
  const auto held = pow(7e10, y), wide = pow(dual2<double>(7e10), y);
  CHECK(held.value == wide.value);
  CHECK(held.gradient == wide.gradient);
  CHECK(held.gradient[0] == 0);
}

TEST_CASE("scaling::cmath has the functions of duals") {
  namespace cmath = scaling::cmath;
  const auto [x, y] = seeds(0.7, 1.3);
  const auto same = [](const auto& f, const auto& g) { CHECK((f.value == g.value && f.gradient == g.gradient)); };
  same(cmath::exp(x), exp(x));
  same(cmath::expm1(x), expm1(x));
  same(cmath::log(x), log(x));
  same(cmath::log1p(x), log1p(x));
  same(cmath::sqrt(x), sqrt(x));
  same(cmath::cbrt(x), cbrt(x));
  same(cmath::pow(x, y), pow(x, y));
}

TEST_CASE("A composition agrees with finite differences") {
  using T = long double;
  const auto f = [](const auto& x, const auto& y) {
    using namespace std;  // the functions of numbers; those of duals are found by their arguments
    return exp(-x) * sqrt(x + y) / (T(1) + cbrt(y)) - log1p(x * y) * pow(y, x) + expm1(log(y) / x) - T(2);
  };
  support::random_numbers random(3);
  for (int i = 0; i < 100; ++i) {
    const T x = static_cast<T>(random.between(0.5, 2)), y = static_cast<T>(random.between(0.5, 2)), h = 1e-5L;
    const auto at = f(dual2<T>::variable(x, 0), dual2<T>::variable(y, 1));
    // Central differences of the fourth order: the error is about h^4 f'''''/30 < 1e-18 and epsilon/h = 1e-14.
    const auto difference = [&](auto g) { return (8 * (g(h) - g(-h)) - (g(2 * h) - g(-2 * h))) / (12 * h); };
    CHECK(at.value == f(x, y));
    CHECK(std::abs(at.gradient[0] - difference([&](T s) { return f(x + s, y); })) < 1e-12L);
    CHECK(std::abs(at.gradient[1] - difference([&](T s) { return f(x, y + s); })) < 1e-12L);
  }
}

TEST_CASE("A dual of duals carries the Hessian, and it is symmetric") {
  using second = dual<dual2<double>, 2>;
  support::random_numbers random(4);
  for (int i = 0; i < 100; ++i) {
    const double a = random.between(0.5, 3), b = random.between(-2, 2);
    const second x = second::variable(dual2<double>::variable(a, 0), 0);
    const second y = second::variable(dual2<double>::variable(b, 1), 1);
    const auto close = [](double got, double want) { return std::abs(got - want) <= 1e-13 * (1 + std::abs(want)); };

    const second f = exp(x * y) + y * y / x;
    const double e = std::exp(a * b);
    CHECK(close(f.gradient[0].gradient[0], b * b * e + 2 * b * b / (a * a * a)));
    CHECK(close(f.gradient[0].gradient[1], (1 + a * b) * e - 2 * b / (a * a)));
    CHECK(close(f.gradient[1].gradient[1], a * a * e + 2 / a));
    CHECK(close(f.gradient[1].gradient[0], f.gradient[0].gradient[1]));

    const second g = pow(x, y);
    const double p = std::pow(a, b), l = std::log(a);
    CHECK(close(g.gradient[0].gradient[0], b * (b - 1) * p / (a * a)));
    CHECK(close(g.gradient[0].gradient[1], (1 + b * l) * p / a));
    CHECK(close(g.gradient[1].gradient[1], p * l * l));
    CHECK(close(g.gradient[1].gradient[0], g.gradient[0].gradient[1]));

    const second h = log(x) + log1p(x) + sqrt(x) + cbrt(x) + expm1(y);
    CHECK(close(h.gradient[0].gradient[0],
                -1 / (a * a) - 1 / ((1 + a) * (1 + a)) - std::pow(a, -1.5) / 4 - 2 * std::pow(a, -5.0 / 3) / 9));
    CHECK(close(h.gradient[1].gradient[1], std::exp(b)));
    CHECK(h.gradient[0].gradient[1] == 0);

    CHECK(close(pow(a, y).gradient[1].gradient[1], p * l * l));  // the base may be a plain number even here
  }
}

TEST_CASE("Compound assignment is the operator, of a number with itself too") {
  const auto [x, y] = seeds(3.0, 7.0);
  const auto same = [](const dual2<double>& a, const dual2<double>& b) {
    return a.value == b.value && a.gradient == b.gradient;
  };
  auto z = x;
  CHECK(same(z += y, x + y));
  CHECK(same(z -= y, (x + y) - y));
  CHECK(same((z = x) *= y, x * y));
  CHECK(same((z = x) /= y, x / y));
  CHECK(same((z = x) += z, {6, {4, -6}}));
  CHECK(same((z = x) -= z, {0, {0, 0}}));
  CHECK(same((z = x) *= z, {9, {12, -18}}));
  CHECK(((z = x) /= z).value == 1);
  CHECK(std::abs(z.gradient[0]) < 1e-15);  // x/x has the derivative 0, of which rounding may leave something
  CHECK(same((z = x) *= 2.0, {6, {4, -6}}));
}

TEST_CASE("Comparisons look at the value alone") {
  const dual2<double> low{1, {9, 9}}, high{2, {-9, 0}}, other{1, {0, 0}};
  CHECK((low < high && low <= high && high > low && high >= low && low != high));
  CHECK((low == other && low <= other && low >= other && !(low < other) && !(low > other)));
  CHECK((low < 2.0 && 0.0 < low && low == 1.0));
  const dual2<double> nan{std::numeric_limits<double>::quiet_NaN(), {0, 0}};
  CHECK_FALSE((nan == nan || nan < low || nan > low || nan <= low || nan >= low));
}

TEST_CASE("A power that underflows has the derivative of its own") {
  const auto power = pow(dual<double, 1>::variable(1e-200, 0), dual<double, 1>(2));
  CHECK(power.value == 0);
  CHECK(std::abs(power.gradient[0] / 2e-200 - 1) < 1e-14);
}

TEST_CASE("What is infinite or undefined comes out so") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(sqrt(dual<double, 1>::variable(0, 0)).gradient[0] == infinity);
  CHECK(log(dual<double, 1>::variable(0, 0)).value == -infinity);
  CHECK(log(dual<double, 1>::variable(0, 0)).gradient[0] == infinity);
  CHECK(std::isnan(pow(dual<double, 1>::variable(-1, 0), dual<double, 1>(2)).value));
  CHECK(pow(dual<double, 1>::variable(0, 0), dual<double, 1>(2)).value == 0);
}

namespace {

/// Every operation once.
template <class T>
constexpr dual2<T> everything(T a, T b) {
  const auto x = dual2<T>::variable(a, 0), y = dual2<T>::variable(b, 1);
  auto sum = exp(-x) + expm1(y) * log(x) - log1p(y) / sqrt(x) + cbrt(y) + pow(x, y) + pow(T(3), +y);
  sum *= x > y ? x : y;
  return sum;
}

}  // namespace

TEMPLATE_TEST_CASE("A derivative in a constant expression is that of run time", "", float, double, long double) {
  using T = TestType;
  constexpr auto early = everything(T(1.5L), T(0.3L));
  volatile T a = T(1.5L), b = T(0.3L);
  const auto late = everything<T>(a, b);
  // 8: a dozen functions of about the same size, each of which may differ in its last digit
  CHECK(ulps_off(late.value, early.value) <= 8);
  CHECK(ulps_off(late.gradient[0], early.gradient[0]) <= 8);
  CHECK(ulps_off(late.gradient[1], early.gradient[1]) <= 8);
}
