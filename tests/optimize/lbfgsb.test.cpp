// L-BFGS-B keeps its contract: inside the box, honest in its status, indifferent to units, the same in every scalar.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <functional>
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
using vector = Eigen::Vector2d;
using dynamic = Eigen::VectorXd;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const auto rosenbrock = mgh::rosenbrock<vector>;
const auto linear = [](const auto& x, auto& g) {
  g.setConstant(-1);
  g[0] = 2;
  return x.dot(g);
};

/// `lbfgsb` of any function, compiled but once.
template <class Vector>
using function = std::function<double(const Vector& x, Vector& gradient)>;
auto minimise(const function<vector>& f, const vector& x0, const lbfgsb_options<vector>& options = {}) {
  return lbfgsb(f, x0, options);
}
auto minimise(const function<dynamic>& f, const dynamic& x0, const lbfgsb_options<dynamic>& options = {}) {
  return lbfgsb(f, x0, options);
}

/// What an invalid call says.
template <class Call>
std::string complaint(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEMPLATE_TEST_CASE("Rosenbrock's valley in every scalar, free and boxed", "", float, double, long double) {
  using T = TestType;
  using V = Eigen::Matrix<T, 2, 1>;
  const T digits = std::sqrt(std::numeric_limits<T>::epsilon());
  const auto free = lbfgsb(mgh::rosenbrock<V>, V(T(-1.2L), T(1)));
  CHECK(free.converged());
  CHECK(free.value < digits * digits);
  CHECK((free.x - V(1, 1)).norm() < 10 * digits);
  CHECK(free.evaluations < 100);

  // At x[0] = 0.5 the minimum over x[1] is 0.25: f = 0.25.
  const auto boxed = lbfgsb(mgh::rosenbrock<V>, V(T(-1.2L), T(1)), {.lower = V(-2, -2), .upper = V(T(0.5), 2)});
  CHECK(boxed.converged());
  CHECK(boxed.x[0] == T(0.5));
  CHECK(std::abs(boxed.x[1] - T(0.25)) < digits);
  CHECK(std::abs(boxed.value - T(0.25)) <= 4 * std::numeric_limits<T>::epsilon());
}

TEST_CASE("vectors of fixed and of dynamic size take the same path, and so does every repetition") {
  using fixed = Eigen::Matrix<double, 5, 1>;
  using bounded = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 8, 1>;
  const fixed start = fixed(0.5, 1.5, -1, 0.01, 0.02), lower = fixed(-1.2, 1.2, -2.7, -0.29, -1.68);
  const auto a = lbfgsb(mgh::osborne_1<fixed>, start, {.lower = lower});
  const auto b = lbfgsb(mgh::osborne_1<dynamic>, dynamic(start), {.lower = dynamic(lower)});
  const auto c = lbfgsb(mgh::osborne_1<bounded>, bounded(start), {.lower = bounded(lower)});
  const auto d = lbfgsb(mgh::osborne_1<fixed>, start, {.lower = lower});
  CHECK(a.converged());
  // Eigen sums in another order where it knows the size: digits may differ, the result must not.
  CHECK((a.x - b.x).norm() < 1e-7);
  CHECK((a.x - c.x).norm() < 1e-7);
  CHECK(a.x == d.x);
  CHECK(a.value == d.value);
  CHECK(a.evaluations == d.evaluations);
}

TEST_CASE("an expression is a start, and a row is a vector") {
  CHECK(lbfgsb(mgh::rosenbrock<dynamic>, dynamic::Constant(4, 0.5)).converged());
  CHECK(lbfgsb(mgh::rosenbrock<Eigen::RowVector3d>, Eigen::RowVector3d(-1.2, 1, 2)).converged());
}

TEST_CASE("the units of f change nothing") {
  const vector start(-1.2, 1), lower(-2, -2), upper(0.5, 2);
  for (const bool boxed : {false, true}) {
    const auto run = [&](double unit, double offset) {
      const auto f = [&](const vector& x, vector& g) {
        const double value = unit * (rosenbrock(x, g) + offset);
        g *= unit;
        return value;
      };
      return boxed ? minimise(f, start, {.lower = lower, .upper = upper}) : minimise(f, start);
    };
    for (const double offset : {0.0, 1.0}) {
      const auto plain = run(1, offset);
      CHECK(plain.converged());
      for (const int power : {-60, -20, -1, 7, 20, 60}) {  // powers of two: bit for bit
        const auto scaled = run(std::ldexp(1.0, power), offset);
        CHECK(scaled.x == plain.x);
        CHECK(scaled.value == std::ldexp(plain.value, power));
        CHECK(scaled.predicted_decrease == std::ldexp(plain.predicted_decrease, power));
        CHECK(scaled.evaluations == plain.evaluations);
        CHECK(scaled.termination == plain.termination);
      }
      for (const double unit : {1e-6, 1.0 / 240, 1e6}) {  // others: but for rounding
        const auto scaled = run(unit, offset);
        CHECK(scaled.converged());
        CHECK((scaled.x - plain.x).norm() < 1e-7);
        CHECK(std::abs(scaled.evaluations - plain.evaluations) <= 10);
      }
    }
  }
}

TEST_CASE("the unit of x changes nothing") {
  const auto plain = minimise(mgh::wood<dynamic>, dynamic(Eigen::Vector4d(-3, -1, -3, -1)));
  CHECK(plain.converged());
  for (const int power : {-40, -3, 3, 40}) {
    const double unit = std::ldexp(1.0, power);
    const auto f = [&](const dynamic& x, dynamic& g) {
      const double value = mgh::wood<dynamic>(x / unit, g);
      g /= unit;
      return value;
    };
    const auto scaled = minimise(f, dynamic(unit * Eigen::Vector4d(-3, -1, -3, -1)));
    CHECK(scaled.x == unit * plain.x);
    CHECK(scaled.evaluations == plain.evaluations);
    CHECK(scaled.termination == plain.termination);
  }
}

TEST_CASE("f is never called outside the box, and active bounds are met exactly") {
  const dynamic lower = dynamic::Constant(10, 0.1), upper = dynamic::Constant(10, 1.0 / 3);
  for (const auto& p : mgh::problems()) {
    if (p.start.size() != 10) continue;
    INFO(p.name);
    const auto f = [&](const dynamic& x, dynamic& g) {
      CHECK((x.array() >= lower.array()).all());
      CHECK((x.array() <= upper.array()).all());
      return p.function(x, g);
    };
    const auto result = minimise(f, p.start, {.lower = lower, .upper = upper});  // some start outside
    CHECK(result.converged());
    for (int i = 0; i < 10; ++i)
      CHECK((std::abs(result.gradient[i]) < 1e-5 || result.x[i] == lower[i] || result.x[i] == upper[i]));
  }
}

TEST_CASE("a start outside is moved into the box") {
  const auto result =
      minimise(rosenbrock, vector(100, -100), {.lower = vector(-1, -1), .upper = vector(2, 2), .max_evaluations = 1});
  CHECK(result.x == vector(2, -1));
  CHECK(result.termination == termination::evaluation_limit);
  CHECK_FALSE(result.converged());
}

TEST_CASE("equal bounds fix a variable") {
  const auto one = minimise(rosenbrock, vector(-1.2, 1), {.lower = vector(-infinity, 4), .upper = vector(infinity, 4)});
  CHECK(one.converged());
  CHECK(one.x[1] == 4);
  vector gradient;
  CHECK(rosenbrock(one.x, gradient) == one.value);
  CHECK(one.projected_gradient < 1e-6);
  const auto all = minimise(rosenbrock, vector(-1.2, 1), {.lower = vector(3, 4), .upper = vector(3, 4)});
  CHECK(all.termination == termination::gradient);
  CHECK(all.x == vector(3, 4));
  CHECK(all.evaluations == 1);
  CHECK(std::isnan(all.predicted_decrease));
}

TEST_CASE("a flat function has converged where it starts") {
  const auto flat = minimise([](const vector&, vector& g) { return g.setZero(), 7.0; }, vector(1, 2));
  CHECK(flat.termination == termination::gradient);
  CHECK(flat.evaluations == 1);
  CHECK(flat.value == 7);
}

TEST_CASE("a linear function ends in the corner of its box, and without one is unbounded") {
  const dynamic start = dynamic::Constant(6, 0.3), lower = dynamic::Constant(6, -5), upper = dynamic::Constant(6, 1e5);
  const auto corner = minimise(linear, start, {.lower = lower, .upper = upper});
  CHECK(corner.termination == termination::gradient);
  CHECK(corner.projected_gradient == 0);
  CHECK(corner.x[0] == -5);
  CHECK((corner.x.tail(5).array() == 1e5).all());

  const auto free = minimise(linear, start);
  CHECK(free.termination == termination::unbounded);
  CHECK(free.x.allFinite());
  CHECK(std::isfinite(free.value));
  const auto pole = minimise(
      [](const vector& x, vector& g) { return g = 4 * x.array().cube(), 1 - x.squaredNorm() * x.squaredNorm(); },
      vector(1, 1));
  CHECK_FALSE(pole.converged());
}

TEST_CASE("regions without a value are stepped back from") {
  // Its minimum 1 - log(1) is at 1; left of 0 there is nothing, and the first step leads there.
  const auto barrier = [](const vector& x, vector& g) {
    g = 1 - x.array().inverse();
    return x.sum() - x.array().log().sum();
  };
  const auto inside = minimise(barrier, vector(30, 0.01));
  CHECK(inside.converged());
  CHECK((inside.x - vector(1, 1)).norm() < 1e-6);

  const auto cliff = [](const vector& x, vector& g) {
    g = 2 * x;
    return x.norm() < 0.5 ? not_a_number : x.squaredNorm();
  };
  const auto stopped = minimise(cliff, vector(3, 4));
  CHECK_FALSE(stopped.converged());
  CHECK(std::isfinite(stopped.value));
  CHECK(stopped.value < 0.3);

  for (const double bad : {not_a_number, infinity, -infinity}) {
    const auto value = minimise([&](const vector& x, vector& g) { return g = x, bad; }, vector(3, 4));
    CHECK(value.termination == termination::not_finite);
    CHECK(value.x == vector(3, 4));
    const auto slope = minimise([&](const vector& x, vector& g) { return g.setConstant(bad), x[0]; }, vector(3, 4));
    CHECK(slope.termination == termination::not_finite);
    CHECK_FALSE(slope.converged());
  }
}

TEST_CASE("a wrong gradient, a jump and noise have an honest end") {
  const auto uphill = [](const vector& x, vector& g) { return g = -2 * x, x.squaredNorm(); };
  CHECK(minimise(uphill, vector(3, 4)).termination == termination::no_progress);
  const auto slowly_uphill = [](const vector& x, vector& g) {
    return g = -1e-10 * x.cwiseInverse(), 1 + 1e-10 * x.array().log().sum();
  };
  CHECK(minimise(slowly_uphill, vector(3, 4)).termination == termination::no_progress);
  const auto constant = [](const vector&, vector& g) { return g.setOnes(), 1.0; };
  CHECK(minimise(constant, vector(3, 4)).termination == termination::no_progress);
  const auto jump = [](const vector& x, vector& g) { return g.setOnes(), x.sum() + (x[0] < 1 ? 100 : 0); };
  const auto stuck = minimise(jump, vector(3, 4));
  CHECK_FALSE(stuck.converged());
  CHECK(stuck.value < 7);

  int calls = 0;
  const auto noisy = [&](const vector& x, vector& g) {
    return g = 2 * x, 1 + x.squaredNorm() + 1e-4 * std::sin(1e4 * ++calls);
  };
  const auto noise = minimise(noisy, vector(3, 4));
  CHECK(noise.value < 1.01);
  CHECK(noise.evaluations < 200);
}

TEST_CASE("twenty iterations that find nothing better are the end, in common units and in own ones") {
  // A gradient of always the same length that turns: every step is accepted, and none is worth keeping.
  int calls = 0;
  const auto turning = [&](const vector&, vector& g) {
    g = ++calls % 2 == 0 ? vector(1e-20, 0) : vector(0, 1e-20);
    return 1.0;
  };
  const auto result = minimise(turning, vector(3, 4), {.gradient_tolerance = 1e-300});
  CHECK(result.termination == termination::no_progress);
  CHECK(result.iterations == 40);
}

TEST_CASE("what the gradient tolerance asks for is returned with its own value, though rounding has it higher") {
  constexpr double unit = 0x1p70, error = 200 * std::numeric_limits<double>::epsilon();
  const auto f = [](const vector& x, vector& g) {
    g = 1e-20 * unit * x;
    return x[0] == 3 ? unit : unit * (1 + error);
  };
  const auto result = minimise(f, vector(3, 4), {.gradient_tolerance = 1e-25 * unit});
  CHECK(result.termination == termination::gradient);
  CHECK(result.x.norm() < 1e-4);
  CHECK(result.value == unit * (1 + error));
}

TEST_CASE("a relative tolerance of 0 ends where nothing changes any more") {
  const auto f = [](const vector& x, vector& g) { return 1 + rosenbrock(x, g); };
  const auto result = minimise(f, vector(-1.2, 1), {.relative_tolerance = 0});
  CHECK(result.converged());
  CHECK((result.x - vector(1, 1)).norm() < 1e-7);
}

TEST_CASE("what the last tests of convergence cost") {
  // Two negligible steps in a row, a search afresh, and an evaluation for the curvature in each kind of units. Counted
  // without contraction of a b + c, which a processor that has it may round to a step more or less.
  const auto valley = [](const vector& x, vector& g) { return 1 + rosenbrock(x, g); };
  const auto bowl = [](const vector& x, vector& g) {
    const double u = std::hypot(1.0, x[0] - 1), v = std::hypot(2.0, x[1] + 3);
    return g = vector((x[0] - 1) / u, (x[1] + 3) / v), u + v;
  };
  CHECK(minimise(valley, vector(-1.2, 1)).evaluations == 51);
  CHECK(minimise(valley, vector(-1.2, 1), {.lower = vector(-2, -2), .upper = vector(0.5, 2)}).evaluations == 30);
  CHECK(minimise(bowl, vector(3, 4)).evaluations == 16);
  CHECK(minimise(bowl, vector(3, 4), {.lower = vector(2, -4)}).evaluations == 9);
}

TEST_CASE("a gradient tolerance stands alone") {
  const vector start(-1.2, 1);
  const auto loose = minimise(rosenbrock, start, {.gradient_tolerance = 1e-2});
  CHECK(loose.termination == termination::gradient);
  CHECK(loose.projected_gradient <= 1e-2);
  CHECK(loose.evaluations < minimise(rosenbrock, start).evaluations);
  // Below the rounding of the gradient it cannot be met, and that is no convergence, though f is at its minimum.
  const auto meyer =
      minimise(mgh::meyer<dynamic>, dynamic(Eigen::Vector3d(0.02, 4000, 250)), {.gradient_tolerance = 1e-12});
  CHECK(meyer.termination == termination::no_progress);
  CHECK(meyer.value == Catch::Approx(87.9458551).epsilon(1e-8));
}

TEST_CASE("a looser relative tolerance stops earlier, and within what it says") {
  const auto one_more = [](const vector& x, vector& g) { return 1 + rosenbrock(x, g); };
  const auto tight = minimise(one_more, vector(-1.2, 1)),
             loose = minimise(one_more, vector(-1.2, 1), {.relative_tolerance = 1e-4});
  CHECK(lbfgsb_options<vector>{}.relative_tolerance == 64 * std::numeric_limits<double>::epsilon());
  CHECK(tight.termination == termination::decrease);
  CHECK(tight.predicted_decrease <= 64 * std::numeric_limits<double>::epsilon() * tight.value);
  CHECK(loose.termination == termination::decrease);
  CHECK(loose.predicted_decrease <= 1e-4 * loose.value);
  CHECK(loose.evaluations < tight.evaluations);
}

TEST_CASE("the limit of evaluations holds") {
  for (const int limit : {1, 2, 3, 7, 30}) {
    int calls = 0;
    const auto counted = [&](const vector& x, vector& g) { return ++calls, rosenbrock(x, g); };
    const auto result = minimise(counted, vector(-1.2, 1), {.max_evaluations = limit});
    CHECK(result.termination == termination::evaluation_limit);
    CHECK(result.evaluations == limit);
    CHECK(calls == limit);
  }
}

TEST_CASE("the best point seen is returned, with its own value and gradient") {
  double lowest = infinity;
  const auto f = [&](const dynamic& x, dynamic& g) {
    const double value = mgh::rosenbrock<dynamic>(x, g);
    lowest = std::min(lowest, value);
    return value;
  };
  for (const int limit : {5, 20, 60, 20000}) {
    lowest = infinity;
    const auto result = minimise(f, dynamic(dynamic::Constant(25, -1.2)), {.max_evaluations = limit});
    CHECK(result.value <= lowest * (1 + 1e-13));
    dynamic gradient = result.x;
    CHECK(mgh::rosenbrock<dynamic>(result.x, gradient) == result.value);
    CHECK(gradient == result.gradient);
    CHECK(gradient.cwiseAbs().maxCoeff() == result.projected_gradient);
  }
}

TEST_CASE("what f throws passes through") {
  int calls = 0;
  const auto f = [&](const dynamic& x, dynamic& g) {
    if (++calls == 5) throw std::range_error("f");
    return mgh::rosenbrock<dynamic>(x, g);
  };
  CHECK_THROWS_AS(minimise(f, dynamic(dynamic::Constant(4, -1.2))), std::range_error);
}

TEST_CASE("misuse is refused with the coordinate and the values") {
  const dynamic x = dynamic::Constant(3, 1), small = dynamic::Constant(2, 1);
  dynamic lower = dynamic::Constant(3, 0), upper = dynamic::Constant(3, 5), bad = x;
  const auto message = [&] { return complaint([&] { (void)minimise(linear, x, {.lower = lower, .upper = upper}); }); };
  CHECK(message() == "accepted");
  lower[2] = 7;
  CHECK(message() == "scaling::optimize::lbfgsb: upper[2] = 5, must be at least lower = 7");
  lower[0] = 7;
  CHECK(message() == "scaling::optimize::lbfgsb: upper[0] = 5, must be at least lower = 7");
  lower[0] = 0;
  lower[2] = not_a_number;
  CHECK(message() == "scaling::optimize::lbfgsb: lower[2] = nan, must be a number");
  lower[2] = 0;
  upper[1] = not_a_number;
  CHECK(message() == "scaling::optimize::lbfgsb: upper[1] = nan, must be at least lower = 0");
  CHECK(complaint([&] { (void)minimise(linear, x, {.lower = small}); }) ==
        "scaling::optimize::lbfgsb: size of lower = 2, must be that of x0");
  CHECK(complaint([&] { (void)minimise(linear, x, {.upper = small}); }) ==
        "scaling::optimize::lbfgsb: size of upper = 2, must be that of x0");
  CHECK(complaint([&] { (void)minimise(linear, dynamic()); }) ==
        "scaling::optimize::lbfgsb: size of x0 = 0, must be positive");
  bad[1] = not_a_number;
  CHECK(complaint([&] { (void)minimise(linear, bad); }) == "scaling::optimize::lbfgsb: x0[1] = nan, must be finite");
  bad[0] = infinity;
  CHECK(complaint([&] { (void)minimise(linear, bad); }) == "scaling::optimize::lbfgsb: x0[0] = inf, must be finite");
  CHECK(complaint([&] { (void)minimise(linear, x, {.gradient_tolerance = -1}); }) ==
        "scaling::optimize::lbfgsb: gradient_tolerance = -1, must be non-negative");
  CHECK(complaint([&] { (void)minimise(linear, x, {.relative_tolerance = not_a_number}); }) ==
        "scaling::optimize::lbfgsb: relative_tolerance = nan, must be non-negative");
  CHECK(complaint([&] { (void)minimise(linear, x, {.max_evaluations = 0}); }) ==
        "scaling::optimize::lbfgsb: max_evaluations = 0, must be positive");
}
