// L-BFGS-B on 67 problems that three other minimisers have been measured on: Moré, Garbow and Hillstrom's, free and
// boxed, and chained Rosenbrock functions. Fortran's L-BFGS-B 3.0 misses 11 of them, LBFGSpp 9, CppNumericalSolvers 5.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <scaling/optimize/lbfgsb.hpp>

#include "optimize/more_garbow_hillstrom.hpp"
#include "support/catch.hpp"

namespace mgh = more_garbow_hillstrom;
using scaling::optimize::lbfgsb;
using scaling::optimize::termination;
using vector = Eigen::VectorXd;

namespace {

/// A problem with its box; the evaluations of Fortran's L-BFGS-B 3.0, 0 unless both it and LBFGSpp solve it; the value
/// at the minimum, to the three digits of shared/minimiser_baseline.txt.
struct row {
  std::string name;
  double (*function)(const vector& x, vector& gradient);
  vector start, lower, upper;
  int fortran_evaluations;
  double value;
};

std::vector<row> rows() {
  struct expected {
    int free_evaluations, boxed_evaluations;
    double free_value, boxed_value;
  };
  // Below the 133 and 0.302 that the others reach: Meyer's 87.9 is the published minimum, and 0.274 is lower in the
  // same box.
  constexpr expected mgh_rows[] = {
      {46, 12, 0, 3.61},         {22, 14, 49, 96.4},         {0, 35, 0, 0.0045},     {28, 4, 0, 1e12},
      {17, 4, 0, 6.89},          {0, 49, 124, 124},          {34, 3, 0, 867},        {27, 20, 0.00821, 0.0123},
      {11, 7, 1.13e-8, 1.13e-8}, {0, 0, 87.9, 6.66e6},       {40, 2, 0, 615},        {61, 17, 0, 2.15},
      {117, 2, 0, 8.28e3},       {38, 36, 3.08e-4, 3.08e-4}, {0, 2, 8.58e4, 5.47e6}, {134, 0, 5.46e-5, 5.46e-5},
      {45, 27, 0.00566, 0.274},  {62, 64, 0.00229, 0.00229}, {20, 37, 0, 0.941},     {71, 6, 7.09e-5, 8.77e4},
      {34, 34, 2.8e-5, 2.8e-5},  {27, 0, 0, 0.594},          {20, 24, 0, 0.182},
  };
  struct chained {
    int n, free_evaluations, capped_evaluations, boxed_evaluations;
    double capped_value, boxed_value;
  };
  constexpr chained chained_rows[] = {{2, 46, 23, 3, 0.0854, 0.01},   {5, 72, 37, 27, 1.75, 1.38},
                                      {10, 96, 0, 0, 6.69, 7.48},     {25, 190, 44, 0, 21.5, 25.8},
                                      {100, 632, 0, 27, 95.8, 117},   {250, 1503, 0, 0, 244, 300},
                                      {1000, 5832, 0, 0, 987, 1.22e3}};
  const auto none = [](const vector& like, double sign) {
    return vector::Constant(like.size(), sign * HUGE_VAL).eval();
  };
  std::vector<row> all;
  std::size_t number = 0;
  for (const auto& p : mgh::problems()) {
    const expected& e = mgh_rows[number++];
    vector lower = p.start, upper = p.start;
    for (Eigen::Index i = 0; i < p.start.size(); ++i) {
      lower[i] -= i % 2 == 0 ? 1.7 : 0.3;
      upper[i] += i % 2 == 0 ? 0.3 : 1.7;
    }
    all.push_back({p.name, p.function, p.start, none(lower, -1), none(upper, 1), e.free_evaluations, e.free_value});
    all.push_back(
        {std::string(p.name) + " [box]", p.function, p.start, lower, upper, e.boxed_evaluations, e.boxed_value});
  }
  for (const chained& c : chained_rows) {
    vector start(c.n), cap(c.n);
    for (int i = 0; i < c.n; ++i) {
      start[i] = i % 2 == 0 ? -1.2 : 1;
      cap[i] = i % 2 == 0 ? HUGE_VAL : 0.5;
    }
    const vector corner = vector::Constant(c.n, 1.1), two = vector::Constant(c.n, 2);
    const std::string name = "ChainRosen" + std::to_string(c.n);
    const auto f = mgh::rosenbrock<vector>;
    all.push_back({name + " free", f, start, none(start, -1), none(start, 1), c.free_evaluations, 0});
    all.push_back({name + " odd<=.5", f, start, none(start, -1), cap, c.capped_evaluations, c.capped_value});
    all.push_back({name + " [1.1,2]", f, corner, corner, two, c.boxed_evaluations, c.boxed_value});
  }
  return all;
}

/// Whether `value` is `expected` to its three digits.
bool right(double value, double expected) { return std::abs(value - expected) <= 0.006 * expected + 1e-12; }

}  // namespace

TEST_CASE("the gradients of the test problems are those of their values") {
  for (const auto& p : mgh::problems()) {
    INFO(p.name);
    const Eigen::Index n = p.start.size();
    vector x = p.start + vector::LinSpaced(n, 0.01, 0.02), gradient(n), ignored(n);
    const double value = p.function(x, gradient);
    for (Eigen::Index i = 0; i < n; ++i) {
      // Central differences err by h^2 f'''/6 and eps f/h; 1e-6 of the terms is a hundred times what is left of them at
      // this h.
      const double at = x[i], h = 1e-5 * std::max(std::abs(at), 1e-3);
      x[i] = at + h;
      const double above = p.function(x, ignored);
      x[i] = at - h;
      const double below = p.function(x, ignored);
      x[i] = at;
      CHECK(gradient[i] == Catch::Approx((above - below) / (2 * h)).epsilon(1e-6).margin(1e-14 * value / h + 1e-6));
    }
  }
}

TEST_CASE("67 problems to a projected gradient of 1e-8: more solved than by the peers, in no more evaluations") {
  int failures = 0, ours = 0, fortran = 0, compared = 0;
  for (const row& r : rows()) {
    INFO(r.name);
    const auto result = lbfgsb(r.function, r.start, {.lower = r.lower, .upper = r.upper, .gradient_tolerance = 1e-8});
    vector gradient = result.x;
    CHECK(result.value == r.function(result.x, gradient));
    CHECK(result.gradient == gradient);
    CHECK(result.converged() == (result.projected_gradient <= 1e-8));
    CHECK(right(result.value, r.value));
    failures += !result.converged();
    if (r.fortran_evaluations > 0) {
      ++compared;
      ours += result.evaluations;
      fortran += r.fortran_evaluations;
    }
    std::printf("%-26s %6d evaluations%s %12.4g %9.1e\n", r.name.c_str(), result.evaluations,
                result.converged() ? "  " : " F", result.value, result.projected_gradient);
  }
  std::printf("%d failures; on %d rows %d evaluations, Fortran %d\n", failures, compared, ours, fortran);
  CHECK(failures <= 2);  // Meyer's: a gradient of 1e-8 is below the rounding of theirs
  CHECK(ours <= 1.05 * fortran);
}

TEST_CASE("the default options converge on 66 of 67 problems, and nowhere falsely") {
  for (const row& r : rows()) {
    INFO(r.name);
    const auto result = lbfgsb(r.function, r.start, {.lower = r.lower, .upper = r.upper});
    // Powell's singular function has f = 0 and a singular Hessian at x = 0: there is nothing to measure a step against,
    // and it falls and falls until no matrix can hold its curvatures.
    if (r.name == "PowellSingular")
      CHECK((result.termination == termination::no_progress && result.value < 1e-40));
    else
      CHECK(result.converged());
    CHECK(right(result.value, r.value));
    // Nothing to be gained by another 20000 evaluations from there; 1e-10 is the square of the digits an x must have.
    const auto again = lbfgsb(r.function, result.x, {.lower = r.lower, .upper = r.upper, .gradient_tolerance = 1e-300});
    CHECK(result.value - again.value <= 1e-10 * result.value + 1e-20);
  }
}

TEST_CASE("from the corner where L-BFGS-B 3.0 reports success at a projected gradient of 0.89") {
  for (const int n : {10, 20, 50, 100, 200, 500, 1000}) {
    INFO("n = " << n);
    const vector lower = vector::Constant(n, 1.1), upper = vector::Constant(n, 2);
    const auto result = lbfgsb(mgh::rosenbrock<vector>, lower, {.lower = lower, .upper = upper});
    CHECK(result.converged());
    CHECK(result.projected_gradient < 1e-4);
    CHECK(result.evaluations < 100);
    const auto from_inside = lbfgsb(mgh::rosenbrock<vector>, vector::Constant(n, 1.5),
                                    {.lower = lower, .upper = upper, .gradient_tolerance = 1e-8});
    CHECK(result.value == Catch::Approx(from_inside.value).epsilon(1e-12));
  }
}
