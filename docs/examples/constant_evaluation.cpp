// At compile time: elementary functions, dual numbers, a root, a plan; and what they give at run time.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/cmath.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/core/root.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  // std::pow would compile here with GCC and not with Clang.
  constexpr double compiled = scaling::cmath::pow(70e9, -0.34);
  static_assert(compiled > 2e-4 && compiled < 3e-4);
  volatile double base = 70e9;  // hidden from the compiler
  const double run = scaling::cmath::pow(static_cast<double>(base), -0.34);
  const double apart = run > compiled ? run - compiled : compiled - run;
  std::printf("70e9^-0.34 = %.6e; at run time %s\n", compiled, apart < 3e-16 * run ? "the same to a unit" : "another");

  // x^0.5 + x at 4, and its derivative 0.5 x^-0.5 + 1.
  constexpr auto x = scaling::dual<double, 1>::variable(4.0, 0);
  constexpr auto y = pow(x, 0.5) + x;
  static_assert(y.value == 6 && y.gradient[0] == 1.25);
  std::printf("x^0.5 + x at 4: %g, its derivative %g\n", y.value, y.gradient[0]);

  constexpr auto root = scaling::find_root([](double t) { return t * t - 2; }, 0.0, 2.0);
  static_assert(root.converged());
  std::printf("the root of t^2 - 2: %.12f in %d evaluations\n", root.x, root.evaluations);

  constexpr auto plan = scaling::compute_optimal(scaling::published::besiroglu_2024<>, 1e24);
  std::printf("planned by the compiler: %.3g parameters\n", plan.parameters);
}
