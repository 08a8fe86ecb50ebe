// The same with LBFGSpp: its solver on the same objective, from one start; without INSTANTIATE its includes alone.
// SPDX-License-Identifier: BSL-1.0
#include <LBFGSB.h>

#include <Eigen/Core>
#include <vector>

#include "../support/libm_objective.hpp"

#ifdef INSTANTIATE
double objective(const std::vector<scaling::observation<>>& runs) {
  const benchmark::libm_objective f{benchmark::logs(runs)};
  const auto evaluate = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    return f(x.data(), gradient.data());
  };
  const LBFGSpp::LBFGSBParam<double> parameters;
  LBFGSpp::LBFGSBSolver<double> solver(parameters);
  const Eigen::VectorXd lower = Eigen::VectorXd::Constant(5, -100), upper = -lower;
  Eigen::VectorXd x = Eigen::VectorXd::Zero(5);
  double value = 0;
  solver.minimize(evaluate, x, value, lower, upper);
  return value;
}
#endif
