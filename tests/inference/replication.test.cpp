// The inference of Besiroglu et al. 2024 from one bootstrap of their runs: intervals, the rejection of 2022, the runs
// that its interval would have taken.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/agreement.hpp>
#include <scaling/inference/bca.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/forecast.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace sc = scaling;
using Catch::Approx;
using law_type = sc::chinchilla<>;

TEST_CASE("the replication's intervals, its rejection of the coefficients of 2022, and its 600,000 runs") {
  const auto file = support::reference_file("data/epoch_2024.csv");
  if (!file) return;
  const auto runs = support::epoch_240(*file);
  const auto result = sc::fit<sc::chinchilla>(runs);
  const auto sample = sc::bootstrap(result, runs, {.replicates = 2000, .seed = 42});
  const auto exponent = [](const auto& law) { return law.beta / (law.alpha + law.beta); };
  const auto alpha = [](const auto& law) { return law.alpha; };
  const auto beta = [](const auto& law) { return law.beta; };

  // Published ends, off by the noise of two bootstraps: the 2.5 % quantile of n normal numbers has a standard error of
  // 2.7/sqrt(n) of theirs, 0.0012 here; the long tail of beta has twice that.
  const auto interval = sample.interval_of(alpha, 0.95);
  CHECK(std::abs(interval.lower - 0.317) < 0.004);
  CHECK(std::abs(interval.upper - 0.373) < 0.004);
  CHECK(std::abs(sample.interval_of(beta, 0.95).lower - 0.331) < 0.006);
  CHECK(std::abs(sample.interval_of(beta, 0.95).upper - 0.415) < 0.01);

  // Wald's statistic inverts a covariance of logs that has long tails: seeds differ by 6 %, and 238.4 is published.
  auto covariance = sample.covariance();
  covariance.law = result.law;
  const auto wald = sc::wald_test(covariance, sc::published::hoffmann_2022<double>);
  CHECK(std::abs(wald.statistic - 238.4) < 40);
  CHECK(wald.p_value < 1e-15);

  // The interval between the 10th and the 90th percentile, to become 0.001 wide: by normal approximation and by
  // percentiles of the bootstrap. 632,740 and 634,773 are published; a standard error of 4000 replicates is off by 1 %.
  const auto normal = sc::normal_interval_of(covariance, exponent, 0.8);
  CHECK(sc::runs_needed(result, normal, 0.001) == Approx(632740).epsilon(0.08));
  CHECK(sc::runs_needed(result, sample.interval_of(exponent, 0.8), 0.001) == Approx(634773).epsilon(0.12));

  const auto left_out = sc::jackknife(result, runs);
  const auto bca = sc::bca_interval(sc::values_of(sample, alpha), result.law.alpha, sc::values_of(left_out, alpha));
  CHECK((bca.lower < result.law.alpha && result.law.alpha < bca.upper));
  CHECK(bca.width() == Approx(interval.width()).epsilon(0.15));

  const auto plan = sc::forecast_plan(result, sample, 5.76e23);
  CHECK(plan.without_optimum == 0);
  CHECK((plan.tokens_per_parameter.lower < 20 && 20 < plan.tokens_per_parameter.upper));
  CHECK(plan.extrapolation > 4);
}
