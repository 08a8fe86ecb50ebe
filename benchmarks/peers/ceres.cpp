// Ceres (Sameer Agarwal, Keir Mierle and others): its solver for gradients, L-BFGS. Debian: libceres-dev.
// SPDX-License-Identifier: BSL-1.0
#include <ceres/gradient_problem.h>
#include <ceres/gradient_problem_solver.h>

#include <cmath>

#include "peer.hpp"

namespace benchmark {
namespace {

class function : public ceres::FirstOrderFunction {
 public:
  explicit function(counted_objective& f) : f_(f) {}
  int NumParameters() const override { return coefficients; }
  bool Evaluate(const double* x, double* value, double* gradient) const override {
    double unused[coefficients];
    *value = f_(x, gradient ? gradient : unused);
    return std::isfinite(*value);
  }

 private:
  counted_objective& f_;
};

ending minimise(counted_objective& f, const point& start, const ceres::GradientProblemSolver::Options& options) {
  ending result{start, false};
  const ceres::GradientProblem problem(new function(f));  // which it owns
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(options, problem, result.x.data(), &summary);
  result.success = summary.termination_type == ceres::CONVERGENCE;
  return result;
}

}  // namespace

std::vector<peer> ceres_peers() {
  ceres::GradientProblemSolver::Options usual;
  usual.logging_type = ceres::SILENT;
  auto tight = usual;
  tight.max_num_iterations = most_evaluations;
  tight.function_tolerance = tight.gradient_tolerance = tight.parameter_tolerance = 1e-15;
  return {{"Ceres, LBFGS", "defaults", [=](auto& f, const auto& x) { return minimise(f, x, usual); }},
          {"Ceres, LBFGS", "tight: all three 1e-15", [=](auto& f, const auto& x) { return minimise(f, x, tight); }}};
}

}  // namespace benchmark
