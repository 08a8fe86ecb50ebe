// Newton's method in a box: quadratics in one step, kinks without cycles, boxes respected, singular valleys accepted.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Core>

#include <scaling/optimize/newton.hpp>

#include "support/catch.hpp"

namespace {

using scaling::optimize::newton;
using scaling::optimize::newton_options;
using vector = Eigen::Vector2d;
using matrix = Eigen::Matrix2d;

double rosenbrock(const vector& x, vector& g, matrix& h) {
  const double valley = x[1] - x[0] * x[0], slope = 1 - x[0];
  g << -400 * x[0] * valley - 2 * slope, 200 * valley;
  h << 1200 * x[0] * x[0] - 400 * x[1] + 2, -400 * x[0], -400 * x[0], 200;
  return 100 * valley * valley + slope * slope;
}

}  // namespace

TEST_CASE("a quadratic is solved in one step, whatever its scale") {
  for (const double scale : {1e-200, 1e-3, 1.0, 1e200}) {
    const auto f = [&](const vector& x, vector& g, matrix& h) {
      h << 4 * scale, scale, scale, 3 * scale;
      const vector from = x - vector(0.5, -1.5);
      g = h * from;
      return 0.5 * from.dot(g) + scale;
    };
    const auto r = newton(f, vector(0, 0));
    CHECK(r.stationary);
    CHECK((r.x - vector(0.5, -1.5)).norm() < 1e-14);
    CHECK(r.evaluations <= 3);
  }
}

TEST_CASE("Rosenbrock's valley, free and in boxes") {
  const auto free = newton(rosenbrock, vector(-1.2, 1));
  CHECK((free.x - vector(1, 1)).norm() < 1e-9);
  CHECK(free.evaluations < 60);

  const auto fixed = newton(rosenbrock, vector(-1.2, 1), {.lower = vector(0.25, -10), .upper = vector(0.25, 10)});
  CHECK(fixed.stationary);
  CHECK(fixed.x[0] == 0.25);
  CHECK(fixed.x[1] == Catch::Approx(0.0625).epsilon(1e-12));

  const auto cornered = newton(rosenbrock, vector(2, 2), {.lower = vector(1.1, 1.1), .upper = vector(2, 2)});
  CHECK(cornered.stationary);
  CHECK(cornered.x[0] == 1.1);
  CHECK(cornered.x[1] == Catch::Approx(1.21).epsilon(1e-12));
  CHECK(cornered.projected_gradient < 1e-10);
}

TEST_CASE("no trial leaves the box") {
  const vector lower(-1.5, -0.5), upper(0.5, 2);
  const auto f = [&](const vector& x, vector& g, matrix& h) {
    REQUIRE((x.array() >= lower.array()).all());
    REQUIRE((x.array() <= upper.array()).all());
    return rosenbrock(x, g, h);
  };
  const auto r = newton(f, vector(-3, 5), {.lower = lower, .upper = upper});
  CHECK(r.stationary);
  CHECK(r.x[0] == 0.5);
}

TEST_CASE("a function with kinks in its slope is minimised without cycling") {
  // Huber's criterion of five numbers: the curvature seen at a point says nothing of the next zone.
  constexpr double delta = 1e-4;
  const double numbers[] = {-3, -1, 0.3, 0.30005, 7};
  const auto f = [&](const Eigen::Matrix<double, 1, 1>& x, Eigen::Matrix<double, 1, 1>& g,
                     Eigen::Matrix<double, 1, 1>& h) {
    double sum = g[0] = h(0, 0) = 0;
    for (const double number : numbers) {
      const double r = x[0] - number, size = std::abs(r);
      sum += size <= delta ? r * r / 2 : delta * (size - delta / 2);
      g[0] += std::clamp(r, -delta, delta);
      h(0, 0) += size <= delta ? 1 : 0;
    }
    return sum;
  };
  for (const double start : {-5.0, -2.0, 0.0, 0.3, 1.0, 9.0}) {
    const auto r = newton(f, Eigen::Matrix<double, 1, 1>(start));
    CAPTURE(start, r.x[0], r.evaluations);
    CHECK(r.stationary);
    CHECK(r.x[0] > 0.2999);
    CHECK(r.x[0] < 0.30005);
  }
}

TEST_CASE("a flat valley is stationary, a saddle and a slope are not") {
  const auto valley = [](const vector& x, vector& g, matrix& h) {
    const double r = x[0] + x[1] - 1;
    g << r, r;
    h << 1, 1, 1, 1;
    return r * r / 2 + 2;
  };
  const auto r = newton(valley, vector(3, -1));
  CHECK(r.stationary);
  CHECK(r.x.sum() == Catch::Approx(1).epsilon(1e-7));

  const auto downhill = [](const vector& x, vector& g, matrix& h) {
    g << std::exp(x[0]), 0;
    h << std::exp(x[0]), 0, 0, 1;
    return std::exp(x[0]) - 1e9 * x[1];  // the gradient is a lie in the second coordinate
  };
  CHECK_FALSE(newton(downhill, vector(0, 0), {.max_evaluations = 20}).stationary);

  const auto saddle = [](const vector& x, vector& g, matrix& h) {
    g << 2 * x[0], -2 * x[1];
    h << 2, 0, 0, -2;
    return x[0] * x[0] - x[1] * x[1];
  };
  CHECK_FALSE(newton(saddle, vector(1, 0.5), {.max_evaluations = 50}).stationary);
}

TEST_CASE("where f is concave the first of 0, 1e-3, 1e-2, ... diagonals that makes it convex is added") {
  using scalar = Eigen::Matrix<double, 1, 1>;
  std::vector<double> tried;
  const auto concave = [&](const scalar& x, scalar& g, scalar& h) {
    tried.push_back(x[0]);
    g[0] = -1 - x[0];
    h[0] = -1;
    return -x[0] - x[0] * x[0] / 2;
  };
  CHECK_FALSE(newton(concave, scalar(0.0), {.max_evaluations = 2}).stationary);
  REQUIRE(tried.size() == 2);
  CHECK(std::abs(tried[1] - 1 / (10.0 - 1)) < 1e-14);  // with 1 it is flat; 10 comes by four multiplications
}

TEST_CASE("NaN away from the start is stepped back from, NaN at the start is no minimum") {
  const auto f = [](const vector& x, vector& g, matrix& h) {
    g = 2 * x;
    h = 2 * matrix::Identity();
    return x.norm() < 0.5 ? std::nan("") : x.squaredNorm();
  };
  const auto r = newton(f, vector(1.5, 1));
  CHECK(std::isfinite(r.value));
  CHECK(r.value < 1);
  CHECK_FALSE(r.stationary);
  CHECK_FALSE(newton(f, vector(0, 0)).stationary);
}

TEST_CASE("a point of the same value is not gone to, however much flatter it is there") {
  const vector start(3, 4);
  const auto flat = [&](const vector& x, vector& g, matrix& h) {
    g.setConstant(x == start ? 1 : 0.5);
    h.setZero();
    return 1.0;
  };
  const auto r = newton(flat, start);
  CHECK_FALSE(r.stationary);
  CHECK(r.x == start);
}

TEST_CASE("where rounding hides what a step gains one is taken, and kept if the gradient has become smaller") {
  constexpr double error = 4 * std::numeric_limits<double>::epsilon(), scale = 0x1p-60;
  const auto f = [&](const vector& x, vector& g, matrix& h) {
    h = scale * matrix::Identity();
    g = scale * x;
    return x[0] == 1 ? 1.0 : 1 + error;
  };
  // By the tolerance, and where that is 0 by what f is said to be off by.
  for (const newton_options<vector>& options :
       {newton_options<vector>{}, newton_options<vector>{.relative_tolerance = 0, .root_noise = 2 * error}}) {
    const auto kept = newton(f, vector(1, 1), options);
    CHECK(kept.stationary);
    CHECK(kept.evaluations == 2);
    CHECK(kept.x == vector(0, 0));
  }
}

TEST_CASE("a minimum that is approached slowly is left one step after the tolerance is met") {
  const auto quartic = [](const vector& x, vector& g, matrix& h) {
    g = 4 * x.array().cube();
    h = (12 * x.array().square()).matrix().asDiagonal();
    return 1 + x.array().square().square().sum();
  };
  const auto r = newton(quartic, vector(1, 1));
  CHECK(r.stationary);
  CHECK(r.predicted_decrease <= r.tolerance);
  CHECK(r.predicted_decrease > r.tolerance / 6);  // a step takes a third off x, and leaves (2/3)^4 of the decrease
}

TEST_CASE("hopeless is what twice the predicted decrease does not bring below the bar") {
  const auto parabola = [](const vector& x, vector& g, matrix& h) {
    g = x;
    h.setIdentity();
    return 1 + x.squaredNorm() / 2;
  };
  // From 1.5 a decrease of 1 is predicted, of which half is to be had.
  const auto hopeless = newton(parabola, vector(1, 0), {.hopeless_above = -0.6});
  CHECK(hopeless.hopeless);
  CHECK(hopeless.evaluations == 1);
  CHECK(newton(parabola, vector(1, 0), {.hopeless_above = -0.4}).evaluations == 2);
}

TEST_CASE("a minimum where the function is 0 is stationary") {
  const auto parabola = [](const vector& x, vector& g, matrix& h) {
    g = x;
    h.setIdentity();
    return x.squaredNorm() / 2;
  };
  const auto r = newton(parabola, vector(1, -1));
  CHECK(r.stationary);
  CHECK(r.value == 0);
}

TEST_CASE("a Newton step a hundred times too long is shortened") {
  const auto distance = [](const vector& x, vector& g, matrix& h) {
    const double u = std::hypot(1.0, x[0]), v = std::hypot(1.0, x[1]);
    g << x[0] / u, x[1] / v;
    h << 1 / (u * u * u), 0, 0, 1 / (v * v * v);
    return u + v;
  };
  const auto r = newton(distance, vector(10, 10), {.longest_step = 1e6});
  CHECK(r.stationary);
  CHECK(r.x.norm() < 1e-6);
  CHECK(r.evaluations < 40);  // a search that finds no step it may accept takes 52
}

TEST_CASE("any point was stationary whose units make the longest of steps gain nothing") {
  using scalar = Eigen::Matrix<double, 1, 1>;
  const auto of_flops = [](const scalar& x, scalar& g, scalar& h) {
    const double d = x[0] / 1e15 - 5;
    g[0] = 2 * d / 1e15;
    h(0, 0) = 2e-30;
    return 1 + d * d;
  };
  scalar start;
  start << 0;
  const auto short_of_it = newton(of_flops, start, {.max_evaluations = 20});
  CHECK_FALSE(short_of_it.stationary);
  CHECK(short_of_it.predicted_decrease > 40);
  const auto r = newton(of_flops, start, {.longest_step = 1e16});
  CHECK(r.stationary);
  CHECK(std::abs(r.x[0] / 5e15 - 1) < 1e-8);
}
