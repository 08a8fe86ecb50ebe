// The minimiser alone: Rosenbrock's function in a box, a gradient that is wrong, and Newton's method.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/optimize/check_gradient.hpp>
#include <scaling/optimize/lbfgsb.hpp>
#include <scaling/optimize/newton.hpp>

#include <cstdio>

namespace optimize = scaling::optimize;
using vector = Eigen::Vector2d;

int main() {
  const auto rosenbrock = [](const vector& x, vector& gradient) {
    const double valley = x[1] - x[0] * x[0], slope = 1 - x[0];
    gradient = {-400 * x[0] * valley - 2 * slope, 200 * valley};
    return 100 * valley * valley + slope * slope;
  };
  const vector start(-1.2, 1.0);
  const auto free = optimize::lbfgsb(rosenbrock, start);
  std::printf("free:   (%.6f, %.6f), %s\n", free.x[0], free.x[1], free.converged() ? "converged" : "not converged");

  const auto boxed = optimize::lbfgsb(rosenbrock, start, {.upper = vector(0.5, 2.0)});
  std::printf("x <= 0.5: (%.6f, %.6f), value %.6f\n", boxed.x[0], boxed.x[1], boxed.value);

  const auto checked = optimize::check_gradient(rosenbrock, start);
  std::printf("the gradient %s\n", checked.passed() ? "agrees" : "is wrong");
  const auto slip = optimize::check_gradient(
      [&](const vector& x, vector& gradient) {
        const double value = rosenbrock(x, gradient);
        gradient[1] *= 1.01;
        return value;
      },
      start);
  std::printf("with a slip: %s, variable %d, %.2f instead of %.2f\n", slip.passed() ? "agrees" : "is wrong",
              static_cast<int>(slip.index), slip.analytic, slip.numerical);

  const auto with_hessian = [&](const vector& x, vector& gradient, Eigen::Matrix2d& hessian) {
    hessian << 1200 * x[0] * x[0] - 400 * x[1] + 2, -400 * x[0], -400 * x[0], 200;
    return rosenbrock(x, gradient);
  };
  std::printf("the Hessian %s\n", optimize::check_hessian(with_hessian, start).passed() ? "agrees" : "is wrong");
  const auto newton = optimize::newton(with_hessian, start);
  std::printf("newton: (%.6f, %.6f), %s\n", newton.x[0], newton.x[1], newton.stationary ? "stationary" : "stopped");
}
