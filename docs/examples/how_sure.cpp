// How sure a fit is: bootstrap, covariance, profile, forecasts, other choices, held-out runs, and the next run.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/fitting.hpp>
#include <scaling/inference.hpp>
#include <scaling/planning.hpp>

#include <cstdio>

#include "synthetic_runs.hpp"

int main() {
  const auto runs = synthetic_runs();
  const auto result = scaling::fit<scaling::chinchilla>(runs);
  const auto alpha = [](const auto& law) { return law.alpha; };

  const auto sample = scaling::bootstrap(result, runs, {.replicates = 200, .seed = 42});
  const auto by_bootstrap = sample.interval_of(alpha, 0.95);
  std::printf("alpha %.3f, bootstrap %.2f to %.2f, %zu fits failed\n", result.law.alpha, by_bootstrap.lower,
              by_bootstrap.upper, sample.failed.size());

  const auto covariance = scaling::covariance(result, runs);
  const auto by_sandwich = scaling::normal_interval_of(covariance, alpha);
  std::printf("alpha, sandwich %.2f to %.2f\n", by_sandwich.lower, by_sandwich.upper);
  for (const auto& [first, second, correlation] : covariance.correlated(0.99))
    std::printf("  %s and %s correlate by %.3f\n", first.data(), second.data(), correlation);
  const auto log_tokens = [](const auto& law) {
    return scaling::cmath::log(scaling::compute_optimal(law, 1e24).tokens);
  };
  std::printf("the tokens of 1e24 FLOP to %.0f %%\n", 100 * covariance.standard_error_of(log_tokens));

  const auto by_profile = scaling::profile(result, runs, "alpha");
  std::printf("alpha, profile %.2f to %.2f\n", by_profile.interval.lower, by_profile.interval.upper);

  const auto run = scaling::forecast(result, sample, {.parameters = 70e9, .tokens = 1.4e12});
  std::printf("70e9 on 1.4e12: %.3f, %.3f to %.3f; %s leaves the runs by a factor of %.1f\n", run.loss,
              run.interval.lower, run.interval.upper, run.beyond.data(), run.extrapolation);
  const auto plan = scaling::forecast_plan(result, sample, 1e24);
  std::printf("1e24 FLOP: %.2g parameters, %.2g to %.2g\n", plan.plan.parameters, plan.parameters.lower,
              plan.parameters.upper);

  for (const auto& row : scaling::sensitivity(
           result, runs, 1e24,
           {scaling::rounded_losses{2}, scaling::without_largest{10}, scaling::fitted_by{scaling::squared{}}}))
    std::printf("  %-42s %.2f of the parameters\n", row.change.c_str(), row.parameters_ratio);

  const auto ahead = scaling::predict_larger(result, runs, 0.5);
  std::printf("from the smaller half of the sizes the larger half is off by %.2f %%\n", 100 * ahead.mean_error);

  const scaling::experiment_design design(result, runs,
                                          [](const auto& law) { return scaling::compute_optimal(law, 1e24).tokens; });
  for (const auto& [at, flops, error] : design.values_of({{1e9, 2e10}, {16e9, 3e11}}))
    std::printf("  a run of %g for %.1e FLOP: standard error of D* %.2f %% less\n", at.parameters, flops,
                100 - 100 * error / design.standard_error());

  const auto squares = scaling::fit<scaling::chinchilla>(runs, {.criterion = scaling::squared{}});
  std::printf("AIC by least squares %.0f\n", scaling::information(squares, runs).aic);
  const auto test = scaling::wald_test(covariance, scaling::published::hoffmann_2022<>);
  std::printf("agrees with hoffmann_2022: p %s 0.001\n", test.p_value < 0.001 ? "<" : ">=");
}
