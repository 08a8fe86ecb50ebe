// Fits of Chinchilla's law: the known answers of tests/data/oracles.csv that the fit must find.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/oracles.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace {

using namespace scaling;
using support::row;

/// The objective of the literature, as the fit computes it.
double objective_at(const chinchilla<>& law, const std::vector<observation<>>& runs) {
  const detail::objective<chinchilla<>> problem(detail::distinct_runs<double>(runs), {},
                                                {residual::log, huber{}.delta});
  return problem.value_of(problem.residuals(law));
}

std::vector<double> coefficients_and_objective(const fit_result<chinchilla<>>& fitted) {
  CHECK(fitted.converged());
  return {fitted.law.A, fitted.law.B, fitted.law.E, fitted.law.alpha, fitted.law.beta, fitted.objective};
}

}  // namespace

TEST_CASE("Fits of Chinchilla's law arrive at the known answers") {
  const auto epoch = support::reference_file("data/epoch_2024.csv");
  if (!epoch) return;
  support::oracles check("oracles_fit");

  const auto kept = support::epoch_240(*epoch), every = support::runs(*epoch, [](const row&) { return true; });
  const auto of_kept = fit<chinchilla>(kept), of_every = fit<chinchilla>(every);
  check("bes_n", {static_cast<double>(of_every.observation_count), static_cast<double>(of_kept.observation_count)});
  check("bes_opt", coefficients_and_objective(of_kept));
  check("bes_all245", coefficients_and_objective(of_every));

  // Huber's function with next to no quadratic zone is the absolute value, times delta and less a constant.
  constexpr double tiny = 1e-9;
  fit_options<chinchilla<>> absolute;
  absolute.criterion = huber{tiny};
  auto least_absolute = coefficients_and_objective(fit<chinchilla>(kept, absolute));
  least_absolute.back() = least_absolute.back() / tiny + 240 * tiny / 2;
  check("bes_lad", least_absolute);

  check("bes_obj_pub", objective_at(published::besiroglu_2024<>, kept));
  check("bes_obj_full", objective_at(published::besiroglu_2024_notebook<>, kept));
  check("bes_obj_tex", objective_at(published::hoffmann_2022<>, kept));
  check("bes_obj_round", objective_at(published::hoffmann_2022_printed<>, kept));

  // 16 sizes at each of 8 budgets, up to 16 times too small or too large
  const chinchilla<> truth{.E = 1.69, .A = 406.4, .B = 410.7, .alpha = 0.34, .beta = 0.28};
  std::vector<observation<>> exact;
  for (int i = 0; i < 8; ++i)
    for (int k = 0; k < 16; ++k) {
      const double flops = std::pow(10, 17 + 5.0 * i / 7);
      const double N = compute_optimal(truth, flops).parameters * std::pow(16, (2 * k - 15) / 15.0);
      const training_run<> at{N, flops / (6 * N)};
      exact.push_back({at, truth(at)});
    }
  const auto recovered = fit<chinchilla>(exact).law;
  check("vpnls_exact", {recovered.A, recovered.B, recovered.E, recovered.alpha, recovered.beta});

  check.finish();
}
