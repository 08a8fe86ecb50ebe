// L-BFGS-B where numbers end and with callables that nobody expects: no false convergence, no overflow, no surprise.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include <scaling/optimize/lbfgsb.hpp>

#include "optimize/more_garbow_hillstrom.hpp"
#include "support/catch.hpp"

namespace mgh = more_garbow_hillstrom;
using scaling::optimize::lbfgsb;
using scaling::optimize::lbfgsb_options;
using scaling::optimize::termination;
using one = Eigen::Matrix<double, 1, 1>;
using vector = Eigen::Vector2d;
using dynamic = Eigen::VectorXd;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// 1 + (x0 / unit - 3)^2 + (x1 - minimum)^2
auto two_units(double unit, double minimum) {
  return [=](const vector& x, vector& g) {
    const double a = x[0] / unit - 3, b = x[1] - minimum;
    g = {2 * a / unit, 2 * b};
    return 1 + a * a + b * b;
  };
}

double distance_from_one(const one& x, one& g) {
  const double value = std::hypot(1.0, x[0] - 1);
  g[0] = (x[0] - 1) / value;
  return value;
}

}  // namespace

TEMPLATE_TEST_CASE("f and x near the ends of the range are minimised bit for bit as near 1", "", float, double,
                   long double) {
  using T = TestType;
  using V = Eigen::Matrix<T, 4, 1>;
  constexpr int most = std::numeric_limits<T>::max_exponent * 3 / 4;  // below, numbers lose digits
  const V start(-3, -1, -3, -1), lower(-4, -4, -4, -4), upper(T(0.5), 2, 2, 2);
  const auto run = [&](int f_power, int x_power) {
    const T f_unit = std::ldexp(T(1), f_power), x_unit = std::ldexp(T(1), x_power);
    const auto f = [&](const V& x, V& g) {
      const T value = mgh::wood<V>(x / x_unit, g);
      g = f_unit > 1 ? V(g / x_unit * f_unit) : V(g * f_unit / x_unit);
      return f_unit * value;
    };
    auto result = lbfgsb(f, V(x_unit * start), {.lower = V(x_unit * lower), .upper = V(x_unit * upper)});
    result.x /= x_unit;
    result.value /= f_unit;
    return result;
  };
  const auto plain = run(0, 0);
  CHECK(plain.converged());
  for (const auto& [f_power, x_power] : {std::pair{0, most / 2},
                                         {0, -most / 2},
                                         {most, 0},
                                         {-most, 0},
                                         {most, most / 2},
                                         {-most, -most / 2},
                                         {most / 2 + 1, -most / 3},
                                         {-most / 3, most / 2 + 1}}) {
    INFO("f in units of 2^" << f_power << ", x in units of 2^" << x_power);
    const auto scaled = run(f_power, x_power);
    CHECK(scaled.x == plain.x);
    CHECK(scaled.value == plain.value);
    CHECK(scaled.evaluations == plain.evaluations);
    CHECK(scaled.termination == plain.termination);
  }
}

TEST_CASE("one variable, from near, far and as good as zero") {
  const auto parabola = [](const one& x, one& g) { return g[0] = 2 * (x[0] - 1), (x[0] - 1) * (x[0] - 1); };
  for (const double start : {0.0, 3.0, -1e-150, 1e-30, 1e150}) {
    INFO("from " << start);
    const auto square = lbfgsb(parabola, one(start)), distance = lbfgsb(distance_from_one, one(start));
    CHECK(square.converged());
    CHECK(std::abs(square.x[0] - 1) < 1e-9);
    CHECK(distance.converged());
    CHECK(std::abs(distance.x[0] - 1) < 1e-6);
  }
  CHECK(lbfgsb(parabola, one(1e300)).termination == termination::not_finite);
}

TEST_CASE("from where x and f are 0, which have no units, a minimum is found") {
  const auto result = lbfgsb([](const one& x, one& g) { return g[0] = 2 * x[0] - 2, x[0] * (x[0] - 2); }, one(0.0));
  CHECK(result.converged());
  CHECK(std::abs(result.x[0] - 1) < 1e-9);
}

TEST_CASE("a slope that x times would overflow is followed to its end") {
  constexpr double far = 1e13;
  const auto f = [](const one& x, one& g) { return g[0] = 2e295 * (x[0] - far), 1e295 * (x[0] - far) * (x[0] - far); };
  const auto result = lbfgsb(f, one(far + 100));
  CHECK(result.converged());
  CHECK(std::abs(result.x[0] - far) < 0.01);
}

TEST_CASE("a gradient in large units does not hide another one") {
  // Along -gradient the second coordinate has nothing to gain that could be told from the rounding of the first.
  for (const double unit : {1e-4, 1e-8, 1e-10, 1e-12})
    for (const double start : {1.0, 0.0})
      for (const double minimum : {2.0, 0.0}) {
        INFO("unit " << unit << ", start " << start << ", minimum " << minimum);
        const auto result = lbfgsb(two_units(unit, minimum), vector(unit, start));
        CHECK(result.converged());
        CHECK(std::abs(result.x[0] / unit - 3) < 1e-6);
        CHECK(std::abs(result.x[1] - minimum) < 1e-6);
      }
}

TEST_CASE("a box in other units is kept and met exactly") {
  const double unit = 1e-10, lower = 1.1 * unit, upper = 0.7;
  const auto f = [&](const vector& x, vector& g) {
    CHECK(x[0] >= lower);
    CHECK(x[1] <= upper);
    return two_units(unit, 2)(x, g);
  };
  const auto result =
      lbfgsb(f, vector(9 * unit, 0.1), {.lower = vector(lower, -1), .upper = vector(2.9 * unit, upper)});
  CHECK(result.converged());
  CHECK(result.x == vector(2.9 * unit, upper));
  vector gradient;
  CHECK(result.value == two_units(unit, 2)(result.x, gradient));
  CHECK(result.gradient == gradient);
}

TEST_CASE("a function that falls by six hundred powers of ten is followed") {
  const auto f = [](const one& x, one& g) {
    const double value = std::exp(x[0] - 5);
    g[0] = value;
    return value;
  };
  const auto result = lbfgsb(f, one(700.0), {.lower = one(-700)});
  CHECK(result.value < 1e-280);
  one gradient;
  CHECK(result.value == f(result.x, gradient));
}

TEST_CASE("integers, floats and references for f, and a lambda that counts") {
  const auto steps =
      lbfgsb([](const one& x, one& g) { return g[0] = 2 * x[0], static_cast<int>(x[0] * x[0]); }, one(30.0));
  CHECK(steps.value == 0);
  const auto single =
      lbfgsb([](const auto& x, auto& g) { return g = 2 * x, static_cast<float>(x.squaredNorm()); }, vector(3, 4));
  CHECK(single.value == 0);
  using narrow = Eigen::Vector2f;
  CHECK(
      lbfgsb([](const narrow& x, narrow& g) { return g = 2 * x, double(x.squaredNorm()); }, narrow(3, 4)).converged());

  int last = 0;
  const auto counted = lbfgsb(
      [calls = 0, &last](Eigen::Ref<const dynamic> x, Eigen::Ref<dynamic> g) mutable {
        last = ++calls;
        g = 2 * x;
        return std::int64_t{7} + x.squaredNorm();
      },
      dynamic::LinSpaced(5, -1, 3));
  CHECK(counted.converged());
  CHECK(counted.evaluations == last);
}

TEST_CASE("a gradient that is not filled, or in part, is no convergence") {
  CHECK(lbfgsb([](const vector& x, vector&) { return x.squaredNorm(); }, vector(3, 4)).termination ==
        termination::not_finite);
  CHECK(lbfgsb([](const vector& x, vector& g) { return g[0] = 2 * x[0], x.squaredNorm(); }, vector(3, 4)).termination ==
        termination::not_finite);
  // Accumulated without having been set to zero.
  CHECK(lbfgsb([](const vector& x, vector& g) { return g += 2 * x, x.squaredNorm(); }, vector(3, 4)).termination ==
        termination::not_finite);
  // Not a number where the value is one: only beyond x0 = 1.
  const auto lame = lbfgsb(
      [](const vector& x, vector& g) {
        g = 2 * x;
        if (x[0] < 1) g[1] = std::nan("");
        return x.squaredNorm();
      },
      vector(3, 4));
  CHECK_FALSE(lame.converged());
  CHECK(lame.gradient.allFinite());
  CHECK(lame.value < 4);
}

TEST_CASE("a gradient of another size is refused") {
  const auto f = [](const dynamic& x, dynamic& g) { return g = dynamic::Zero(2), x.squaredNorm(); };
  CHECK_THROWS_WITH(lbfgsb(f, dynamic(dynamic::Ones(3))),
                    "scaling::optimize::lbfgsb: size of the gradient that f left = 2, must be that of x0");
}

TEST_CASE("bounds that leave a coordinate at infinity are refused") {
  const auto f = [](const vector& x, vector& g) { return g = 2 * x, x.squaredNorm(); };
  CHECK_THROWS_WITH(lbfgsb(f, vector(1, 1), {.lower = vector(0, infinity)}),
                    "scaling::optimize::lbfgsb: lower[1] = inf, must be less than infinity");
  CHECK_THROWS_WITH(lbfgsb(f, vector(1, 1), {.lower = vector(infinity, 0)}),
                    "scaling::optimize::lbfgsb: lower[0] = inf, must be less than infinity");
  CHECK_THROWS_WITH(lbfgsb(f, vector(1, 1), {.upper = vector(-infinity, 0)}),
                    "scaling::optimize::lbfgsb: upper[0] = -inf, must be more than -infinity");
}

TEST_CASE("whenever f throws, the next call is as if nothing had been") {
  const dynamic start = dynamic::Constant(6, -1.2), lower = dynamic::Constant(6, -1.5);
  const auto undisturbed = lbfgsb(mgh::rosenbrock<dynamic>, start, {.lower = lower});
  for (const int at : {1, 2, 3, 10, 40}) {
    int calls = 0;
    const auto f = [&](const dynamic& x, dynamic& g) {
      if (++calls == at) throw std::range_error("f");
      return mgh::rosenbrock<dynamic>(x, g);
    };
    CHECK_THROWS_AS(lbfgsb(f, start, {.lower = lower}), std::range_error);
    CHECK(calls == at);
    const auto again = lbfgsb(mgh::rosenbrock<dynamic>, start, {.lower = lower});
    CHECK(again.x == undisturbed.x);
    CHECK(again.evaluations == undisturbed.evaluations);
  }
}

TEST_CASE("the limit of evaluations holds through the last tests of convergence") {
  const auto f = [](const vector& x, vector& g) { return 1 + mgh::rosenbrock<vector>(x, g); };
  const int needed = lbfgsb(f, vector(-1.2, 1)).evaluations;
  for (int limit = 1; limit <= needed; ++limit) {
    const auto result = lbfgsb(f, vector(-1.2, 1), {.max_evaluations = limit});
    CHECK(result.evaluations <= limit);
    CHECK((result.converged() || result.termination == termination::evaluation_limit));
  }
}
