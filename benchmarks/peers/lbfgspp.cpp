// LBFGSpp (Yixuan Qiu), header-only over Eigen: its solver with bounds. Debian: liblbfgspp-dev.
// SPDX-License-Identifier: BSL-1.0
#include <LBFGSB.h>

#include <Eigen/Core>
#include <exception>
#include <limits>

#include "peer.hpp"

namespace benchmark {
namespace {

ending minimise(counted_objective& f, const point& start, const LBFGSpp::LBFGSBParam<double>& parameters) {
  const auto objective = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    return f(x.data(), gradient.data());
  };
  constexpr auto n = static_cast<Eigen::Index>(coefficients);
  const Eigen::VectorXd upper = Eigen::VectorXd::Constant(n, std::numeric_limits<double>::infinity());
  Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(start.data(), n);
  ending result{start, true};
  LBFGSpp::LBFGSBSolver<double> solver(parameters);
  try {
    double value = 0;
    result.success = solver.minimize(objective, x, value, -upper, upper) < parameters.max_iterations;
  } catch (const std::exception&) {
    result.success = false;  // its line search throws; x is the last point
  }
  Eigen::Map<Eigen::VectorXd>(result.x.data(), n) = x;
  return result;
}

}  // namespace

std::vector<peer> lbfgspp_peers() {
  LBFGSpp::LBFGSBParam<double> usual;
  usual.max_iterations = most_evaluations;  // its own default is no limit
  LBFGSpp::LBFGSBParam<double> tight = usual;
  tight.m = 10;
  tight.epsilon = tight.epsilon_rel = 1e-14;
  tight.delta = 1e-18;         // relative to max(|f|, 1), and f is 1e-3
  tight.max_linesearch = 100;  // with its 20 it throws in four of five starts
  return {{"LBFGSpp, LBFGSBSolver", "defaults", [=](auto& f, const auto& x) { return minimise(f, x, usual); }},
          {"LBFGSpp, LBFGSBSolver", "tight: epsilon 1e-14, delta 1e-18, line search 100",
           [=](auto& f, const auto& x) { return minimise(f, x, tight); }}};
}

}  // namespace benchmark
