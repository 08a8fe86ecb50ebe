// NLopt (Steven G. Johnson): L-BFGS after Luksan, and SLSQP after Kraft. Debian: libnlopt-dev.
// SPDX-License-Identifier: BSL-1.0
#include <nlopt.h>

#include "peer.hpp"

namespace benchmark {
namespace {

double evaluate(unsigned n, const double* x, double* gradient, void* f) {
  double unused[coefficients];
  return (*static_cast<counted_objective*>(f))(x, gradient && n == coefficients ? gradient : unused);
}

ending minimise(counted_objective& f, const point& start, nlopt_algorithm algorithm, double xtol, double ftol) {
  ending result{start, false};
  double value = 0;
  const nlopt_opt solver = nlopt_create(algorithm, coefficients);
  nlopt_set_min_objective(solver, evaluate, &f);
  nlopt_set_xtol_rel(solver, xtol);
  nlopt_set_ftol_rel(solver, ftol);
  nlopt_set_maxeval(solver, most_evaluations);
  const nlopt_result end = nlopt_optimize(solver, result.x.data(), &value);
  nlopt_destroy(solver);
  result.success = end > 0 && end != NLOPT_MAXEVAL_REACHED;
  return result;
}

}  // namespace

std::vector<peer> nlopt_peers() {
  std::vector<peer> result;
  for (const auto& [name, algorithm] : {std::pair{"NLopt, LBFGS", NLOPT_LD_LBFGS}, {"NLopt, SLSQP", NLOPT_LD_SLSQP}}) {
    const auto which = algorithm;
    result.push_back({name, "as its tutorial: xtol 1e-4",
                      [which](auto& f, const auto& x) { return minimise(f, x, which, 1e-4, 0); }});
    result.push_back({name, "tight: xtol 0, ftol 1e-15",
                      [which](auto& f, const auto& x) { return minimise(f, x, which, 0, 1e-15); }});
  }
  return result;
}

}  // namespace benchmark
