// Newton's method in a box: quadratics in one step, kinks without cycles, boxes respected, singular valleys accepted.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Core>

#include <scaling/optimize/newton.hpp>

#include "support/catch.hpp"

namespace {

using scaling::optimize::newton;
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
