// find_root: the root to the last digits, in few evaluations, whatever f is like; also in constant expressions.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/root.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <scaling/core/cmath.hpp>

#include "support/catch.hpp"

namespace cmath = scaling::cmath;
using scaling::find_root;
using scaling::root_status;

namespace {

/// d loss / d log N of a law like Chinchilla's at C = 6 N D, which is zero at the best model size.
template <class T>
constexpr T imbalance(T log_N) {
  constexpr T log_C = 55, log_6 = T(1.791759469228055000812L);  // 7.7e23 FLOP
  return T(0.34L) * 400 * cmath::exp(T(-0.34L) * log_N) -
         T(0.28L) * 410 * cmath::exp(T(-0.28L) * (log_C - log_6 - log_N));
}

template <class T>
constexpr bool finds_the_best_size() {
  const auto root = find_root(imbalance<T>, T(10), T(45));
  // alpha A N^-alpha = beta B D^-beta is linear in log N.
  constexpr T log_D_plus_log_N = 55 - T(1.791759469228055000812L);
  const T exact = (cmath::log(T(0.34L) * 400 / (T(0.28L) * 410)) + T(0.28L) * log_D_plus_log_N) / T(0.62L);
  const T error = root.x < exact ? exact - root.x : root.x - exact;
  return root.converged() && error <= 16 * std::numeric_limits<T>::epsilon() * exact && root.evaluations <= 16;
}
static_assert(finds_the_best_size<float>());
static_assert(finds_the_best_size<double>());
static_assert(finds_the_best_size<long double>());

// --- Brackets

constexpr double third(double x) { return 3 * x - 1; }
static_assert(find_root(third, 0.0, 1.0).upper - 1 / 3.0 < 2e-16 && 1 / 3.0 - find_root(third, 0.0, 1.0).lower < 2e-16);
static_assert(find_root(third, 1.0, 0.0).upper - 1 / 3.0 < 2e-16 && 1 / 3.0 - find_root(third, 1.0, 0.0).lower < 2e-16);
static_assert(find_root([](double x) { return x; }, 0.0, 1.0).x == 0, "a zero at an end is a root");
static_assert(find_root([](double x) { return x - 1; }, 0.0, 1.0).evaluations == 2);
static_assert(find_root([](double) { return 0.0; }, 1.0, 1.0).converged(), "a bracket may be a point");

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
static_assert(find_root(third, 1.0, 2.0).status == root_status::invalid_bracket);
static_assert(find_root(third, 1.0, 2.0).f == 2, "what is known is told");
static_assert(find_root(third, 0.0, infinity).status == root_status::invalid_bracket);
static_assert(find_root(third, nan, 1.0).status == root_status::invalid_bracket);
static_assert(find_root(third, nan, 1.0).evaluations == 0);
static_assert(find_root([](double) { return nan; }, 0.0, 1.0).status == root_status::invalid_bracket);
static_assert(find_root([](double x) { return x == 0   ? -1
                                              : x == 1 ? 1
                                                       : nan; }, 0.0, 1.0).status ==
              root_status::not_a_number);

// --- Functions that are not smooth

constexpr auto jump = find_root([](double x) { return x < 0.3 ? -1.0 : 1.0; }, 0.0, 1.0);
static_assert(jump.converged() && jump.lower < 0.3 && jump.upper >= 0.3 && jump.upper - jump.lower < 1.4e-16);

constexpr auto pole = find_root([](double x) { return x == 0.3 ? infinity : 1 / (x - 0.3); }, 0.0, 1.0);
static_assert(pole.converged() && pole.upper - pole.lower < 1.4e-16 && (pole.f > 1e15 || pole.f < -1e15));

constexpr auto flat = find_root([](double x) { return x < 0.3 ? -1.0 : x > 0.4 ? 1.0 : 0.0; }, 0.0, 1.0);
static_assert(flat.converged() && flat.f == 0 && flat.x >= 0.3 && flat.x <= 0.4);

/// A power law less its value at 1e6: infinite at 0.
constexpr auto from_infinity =
    find_root([](double x) { return cmath::pow(x, -0.34) - cmath::pow(1e6, -0.34); }, 0.0, 1e9);
static_assert(from_infinity.converged() && from_infinity.x > 1e6 - 1e-7 && from_infinity.x < 1e6 + 1e-7);

/// Values whose differences overflow.
constexpr auto steep = find_root([](double x) { return x < 0.3 ? -1.7e308 : 1.7e308 * (x - 0.3); }, 0.0, 1.0);
static_assert(steep.converged() && steep.x >= 0.3 && steep.x < 0.3 + 1e-16);

// --- Roots that move with what f depends on: dx = -f_c / f_x

template <class T>
using moving = scaling::input_dual<T, 2>;

/// The root of x^2 = c d^3, c and d variables.
template <class T>
constexpr auto moved_root(T c, T d) {
  const auto wide_c = moving<T>::variable(c, 0), wide_d = moving<T>::variable(d, 1);
  return find_root([&](const moving<T>& x) { return x * x - wide_c * wide_d * wide_d * wide_d; }, moving<T>(0),
                   moving<T>(10));
}
template <class T>
constexpr bool close(T x, long double exact) {
  const T error = x / static_cast<T>(exact) - 1, most = 8 * std::numeric_limits<T>::epsilon();
  return -most < error && error < most;
}
template <class T>
constexpr bool moves() {
  const auto root = moved_root<T>(4, 1);
  return root.converged() && close(root.x.value, 2.0L) && close(root.x.gradient[0], 0.25L) &&
         close(root.x.gradient[1], 3.0L);
}
static_assert(moves<float>() && moves<double>() && moves<long double>());

/// Of duals of duals there are second derivatives: of sqrt(c), 1/(2 sqrt(c)) and -1/(4 c^1.5).
constexpr auto second = [] {
  using inner = scaling::input_dual<double, 1>;
  using outer = scaling::input_dual<inner, 1>;
  const outer c(inner::variable(4, 0), {inner(1)});
  return find_root([&](const outer& x) { return x * x - c; }, outer(0), outer(10)).x;
}();
static_assert(close(second.value.value, 2.0L) && close(second.value.gradient[0], 0.25L));
static_assert(close(second.gradient[0].value, 0.25L) && close(second.gradient[0].gradient[0], -1.0L / 32));

/// Where f is flat at the root, the derivatives are those from the side where it is not.
constexpr auto corner = [](double from) {
  const auto c = scaling::input_dual<double, 1>::variable(1, 0);
  using number = scaling::input_dual<double, 1>;
  return find_root([&](const number& x) { return x < c ? 2 * (x - c) : number(1e-300); }, number(from), number(3)).x;
};
static_assert(corner(0).gradient[0] == 1);

}  // namespace

TEMPLATE_TEST_CASE("smooth functions take few evaluations to the last digits", "", float, double, long double) {
  using T = TestType;
  struct problem {
    std::string name;
    T (*f)(T);
    T a, b, root;
    int most_evaluations;
  };
  const std::vector<problem> problems = {
      {"a cubic", [](T x) { return x * x * x - 2 * x - 5; }, 2, 3, T(2.0945514815423265914824L), 11},
      {"a pole nearby", [](T x) { return 1 - 1 / (x * x); }, T(0.5), T(1.51L), 1, 11},
      {"a sine", [](T x) { return std::sin(x) - x / 2; }, 1, 3, T(1.8954942670339809471440L), 11},
      {"a power law", [](T x) { return std::exp(T(-0.34L) * x) - T(0.5); }, 0, 70, T(2.0386681781174862041683L), 17},
      {"a tiny slope", [](T x) { return T(1e-30L) * (x * x - 2); }, 0, 2, T(1.4142135623730950488L), 11},
      {"a huge slope", [](T x) { return T(1e30L) * (x * x - 2); }, 0, 2, T(1.4142135623730950488L), 11},
  };
  for (const auto& p : problems) {
    const auto found = find_root(p.f, p.a, p.b);
    INFO(p.name << ": " << found.x << " in " << found.evaluations << " evaluations");
    CHECK(found.converged());
    CHECK(std::abs(found.x - p.root) <= 4 * std::numeric_limits<T>::epsilon() * p.root);
    CHECK(found.lower <= found.x);
    CHECK(found.x <= found.upper);
    CHECK(found.f == p.f(found.x));
    CHECK(found.evaluations <= p.most_evaluations);
  }
}

// What trusting every parabola would cost: 78 evaluations of the first, 99 of the second.
TEST_CASE("a parabola through the last three points is trusted only where it is monotone") {
  const auto far_away = [](double N) {
    return 0.34 * 400 / std::pow(N, 0.34) - 0.28 * 410 / std::pow(1e24 / 6 / N, 0.28);
  };
  CHECK(find_root(far_away, 1e6, 1e15).evaluations <= 24);
  CHECK(find_root([](double x) { return x * x * x + 1e-30; }, -1.0, 2.0).evaluations <= 48);
}

TEMPLATE_TEST_CASE("the bracket is as narrow as asked, and never hopelessly narrow", "", float, double, long double) {
  using T = TestType;
  const auto f = [](T x) { return x * x * x - 2; };
  int before = 0;
  for (const T tolerance : {T(0.1L), T(1e-3L), T(1e-5L), T(0), T(-1), std::numeric_limits<T>::quiet_NaN()}) {
    const auto found = find_root(f, T(1), T(2), tolerance);
    const T least = 2 * std::numeric_limits<T>::epsilon();
    CHECK(found.converged());
    CHECK((found.f == 0 || found.upper - found.lower <= (tolerance > least ? tolerance : least) * found.upper));
    CHECK(found.evaluations >= before);
    before = found.evaluations;
  }
}

TEMPLATE_TEST_CASE("a root has derivatives in any units", "", float, double, long double) {
  using T = TestType;
  using number = moving<T>;
  const T small = std::is_same_v<T, float> ? T(1e-3L) : T(1e-15L);
  for (const T scale : {small, T(1), 1 / small}) {
    // scale log x = c + 20 d
    const number c{2 * scale, {1, 0}}, d{0, {0, 1}};
    const auto root = find_root([&](const number& x) { return scale * log(x) - c - 20 * d; }, number(1), number(20));
    CAPTURE(scale);
    CHECK(close(root.x.gradient[0] * scale, std::exp(2.0L)));
    CHECK(close(root.x.gradient[1] * scale, 20 * std::exp(2.0L)));
  }
}

TEST_CASE("a root in the middle of its bracket has derivatives, and so has one at an end") {
  using wide = scaling::input_dual<double, 1>;
  const wide p{3, {1}};
  const auto middle = find_root([&](const wide& x) { return x * x * x + x - p; }, wide(-2), wide(2));
  CHECK(middle.converged());
  const double x = middle.x.value;
  CHECK(std::abs(middle.x.gradient[0] * (3 * x * x + 1) - 1) < 1e-14);
  const auto end = find_root([](double at) { return 1 - at; }, 0.0, 1.0);
  CHECK((end.converged() && end.x == 1));
}

TEST_CASE("a root where f is flat on both sides has derivatives that are no numbers") {
  using number = scaling::input_dual<double, 1>;
  const auto root = find_root([](const number& x) { return number(x < 0.3 ? -1 : 1); }, number(0), number(1));
  CHECK(root.converged());
  CHECK(std::isnan(root.x.gradient[0]));
}

TEMPLATE_TEST_CASE("a root where f jumps had the derivatives of another", "", float, double, long double) {
  using T = TestType;
  using number = scaling::input_dual<T, 1>;
  for (const T height : {T(0.01L), T(1), T(100)}) {
    CAPTURE(height);
    const number c{T(0.3L), {1}};
    const auto root =
        find_root([&](const number& x) { return x - c + (x < T(0.3L) ? -height : height); }, number(-1), number(2));
    CHECK(root.converged());
    CHECK(std::isnan(root.x.gradient[0]));
    const auto at_pole = find_root([&](const number& x) { return 1 / (x - c); }, number(-1), number(2));
    CHECK(at_pole.x.gradient[0] == Catch::Approx(1).epsilon(1e-4));
  }
}

TEST_CASE("a root at zero, where no relative tolerance helps, is found down to the smallest number") {
  const auto found = find_root([](double x) { return x < 0 ? -1.0 : 1.0; }, -1.0, 2.0);
  CHECK(found.converged());
  CHECK(found.lower >= -2 * std::numeric_limits<double>::denorm_min());
  CHECK(found.upper <= 2 * std::numeric_limits<double>::denorm_min());
}

TEST_CASE("a root among the smallest numbers, where half a tolerance is 0, is found to the nearest of them") {
  constexpr double tiny = std::numeric_limits<double>::denorm_min();
  for (const double place : {1.0, 3.0, 1e3, 1e6}) {
    CAPTURE(place);
    const auto cube = [place](double x) { return (x / tiny - place) * (x / tiny - place) * (x / tiny - place); };
    for (const double far : {1e-322, 1e-300, 1.0}) {
      const auto found = find_root(cube, -far, far);
      CHECK(found.converged() == (place * tiny <= far));
      if (found.converged()) CHECK((found.lower <= place * tiny && place * tiny <= found.upper));
      if (found.converged()) CHECK(found.upper - found.lower <= 2 * tiny);
    }
  }
}

// Answers that keep changing sign and shrinking lure interpolation into small steps.
TEST_CASE("no function takes more than eleven evaluations beyond bisection") {
  std::mt19937_64 random(8);  // here interpolation would take 72
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  int most = 0;
  for (int trial = 0; trial < 5'000; ++trial) {
    double below = -std::exp(23 * uniform() - 12), above = std::exp(23 * uniform() - 12);
    const double shrink = uniform();
    const std::uint64_t seldom = 2 + random() % 30;
    const auto adversary = [&](double x) {
      if (x == 1) return below;
      if (x == 2) return above;
      if (random() % seldom == 0) return above *= shrink * uniform();
      return below *= 1 - shrink * uniform();
    };
    most = std::max(most, find_root(adversary, 1.0, 2.0).evaluations);
  }
  CHECK(most <= 2 + 51 + 11);  // the ends; halves, from a width of 1 to one of 2 epsilon; eleven
}

TEST_CASE("a root nearer to an end than the tolerance is enclosed within it, not given up to the end") {
  const auto line = [](double x) { return (x - 1) + 1e-20; };  // its values tell the root from 1, no number does
  const auto root = scaling::find_root(line, 0.0, 1.0);
  CHECK(root.converged());
  CHECK(root.x == 1);
  CHECK(root.upper - root.lower <= 2 * std::numeric_limits<double>::epsilon());
}
