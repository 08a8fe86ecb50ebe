// The minimiser on arbitrary quadratics between arbitrary bounds: it stays inside, never ends above its start, and where
// it says that it has converged on a convex one, it has.
// SPDX-License-Identifier: BSL-1.0
#include <Eigen/Core>
#include <stdexcept>

#include <scaling/optimize/lbfgsb.hpp>

#include "fuzz/input.hpp"

namespace {

using vector = Eigen::VectorXd;
using matrix = Eigen::MatrixXd;
using scaling::optimize::termination;

struct problem {
  matrix A;
  vector b, start, lower, upper;
  bool convex = true, tame = true;  // tame: numbers of like sizes, for which there is an answer to compare with

  explicit problem(fuzz::input& in) {
    const int n = 1 + in.choice(5), kind = in.choice(3);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    matrix L(n, n);
    b = start = lower = upper = vector(n);
    tame = kind < 2;
    convex = kind == 0;
    const auto any = [&] { return tame ? in.between(-4, 4) : in.number(); };
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) L(i, j) = any();
      b[i] = any();
      start[i] = any();
      lower[i] = in.choice(2) == 0 ? -infinity : any();
      upper[i] = in.choice(2) == 0 ? infinity : tame ? lower[i] + in.between(0, 4) : any();
      if (tame && !(upper[i] >= lower[i])) upper[i] = in.between(-4, 4);
    }
    A = convex ? matrix(L * L.transpose() + matrix::Identity(n, n)) : matrix((L + L.transpose()) / 2);
  }

  double operator()(const vector& x, vector& gradient) const {
    for (Eigen::Index i = 0; i < x.size(); ++i)
      fuzz::check(x[i] >= lower[i] && x[i] <= upper[i], "f is never called outside the box");
    const vector Ax = A * x;
    gradient = Ax - b;
    return x.dot(Ax) / 2 - b.dot(x);
  }
};

/// The largest step of projected gradients that is left, in units of the distance to the minimum: A is at least 1.
double left_to_go(const problem& f, const vector& x) {
  vector gradient;
  f(x, gradient);
  return (x - (x - gradient).cwiseMax(f.lower).cwiseMin(f.upper)).cwiseAbs().maxCoeff();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const problem f(in);
  scaling::optimize::lbfgsb_options<vector> options{.lower = f.lower, .upper = f.upper};
  options.max_evaluations = 500;
  if (in.choice(4) == 1) options.gradient_tolerance = in.number();
  if (in.choice(4) == 1) options.relative_tolerance = in.number();
  if (in.choice(4) == 1) options.max_evaluations = in.choice(64) - 1;
  const bool usual = options.max_evaluations == 500 && options.gradient_tolerance == 0 &&
                     options.relative_tolerance == decltype(options){}.relative_tolerance;
  try {
    const auto result = scaling::optimize::lbfgsb(f, f.start, options);
    vector gradient;
    const double at_start = f(f.start.cwiseMax(f.lower).cwiseMin(f.upper), gradient);
    const bool finite_start = std::isfinite(at_start) && gradient.allFinite();
    fuzz::check(result.evaluations <= options.max_evaluations, "no more evaluations than allowed");
    fuzz::check(finite_start == (result.termination != termination::not_finite), "not_finite is of the start");
    if (!finite_start) return 0;
    const double value = f(result.x, gradient);
    fuzz::check(value == result.value && gradient == result.gradient, "value and gradient are those of x");
    fuzz::check(result.x.allFinite() && std::isfinite(value), "the best point is finite");
    // Of points that rounding cannot tell apart the one with the smallest gradient is the best.
    fuzz::check(value <= at_start + 1e-12 * (1 + std::abs(at_start)), "never above the start");
    if (result.converged()) {
      fuzz::check(options.gradient_tolerance == 0 || result.projected_gradient <= options.gradient_tolerance,
                  "converged within the tolerance asked for");
      if (f.convex && usual) fuzz::check(left_to_go(f, result.x) < 1e-5, "converged at the minimum");
    }
    if (f.convex && usual) fuzz::check(result.converged(), "convex quadratics of like sizes are solved");
    if (f.convex) fuzz::check(result.termination != termination::unbounded, "convex quadratics are bounded");
  } catch (const std::invalid_argument&) {
    bool valid = f.start.allFinite() && options.gradient_tolerance >= 0 && options.relative_tolerance >= 0 &&
                 options.max_evaluations > 0;
    for (Eigen::Index i = 0; i < f.start.size(); ++i)
      valid = valid && f.lower[i] <= f.upper[i] && f.lower[i] < std::numeric_limits<double>::infinity() &&
              f.upper[i] > -std::numeric_limits<double>::infinity();
    fuzz::check(!valid, "only misuse is refused");
  }
  return 0;
}
