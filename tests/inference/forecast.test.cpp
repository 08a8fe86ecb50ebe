// Forecasts: values, intervals, and how far out they lie.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/forecast.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/kaplan.hpp>
#include <scaling/over_training.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr sc::chinchilla<> truth = sc::published::besiroglu_2024<double>;

sc::fit_result<sc::chinchilla<>> fitted() {
  std::vector<sc::observation<>> runs;
  for (const double N : {1e8, 1e9, 1e10})
    for (const double ratio : {5.0, 20.0, 80.0}) runs.push_back({{N, ratio * N}, truth(N, ratio * N)});
  return sc::fit<sc::chinchilla>(runs);
}

/// A user's own sample: the law with floors 1.70 to 1.90.
struct floors {
  std::vector<sc::chinchilla<>> laws;
  floors() {
    for (int i = 0; i <= 200; ++i) {
      laws.push_back(truth);
      laws.back().E = 1.7 + 0.001 * i;
    }
  }
};

}  // namespace

TEST_CASE("a loss comes with the interval of the sample") {
  const auto result = fitted();
  const auto at = sc::forecast(result, floors{}, {2e9, 4e10});
  const double reducible = truth(2e9, 4e10) - truth.E;
  CHECK(at.loss == Approx(truth(2e9, 4e10)).epsilon(1e-10));
  CHECK(at.interval.lower == Approx(1.705 + reducible).epsilon(1e-12));
  CHECK(at.interval.upper == Approx(1.895 + reducible).epsilon(1e-12));
  CHECK(at.interval.level == 0.95);
  CHECK(sc::forecast(result, floors{}, {2e9, 4e10}, 0.5).interval.width() == Approx(0.1).epsilon(1e-12));
  CHECK(at.extrapolation == 1);
  CHECK(at.beyond.empty());
  CHECK(std::isnan(at.edge));
}

TEST_CASE("extrapolation is the largest factor beyond the fitted range, and names the edge") {
  const auto result = fitted();  // N from 1e8 to 1e10, D from 5e8 to 8e11
  const auto out = sc::extrapolation_to(result, {1e12, 8e12});
  CHECK(out.factor == Approx(100).epsilon(1e-14));
  CHECK(out.beyond == "parameters");
  CHECK(out.edge == 1e10);
  const auto below = sc::extrapolation_to(result, {2e10, 1e8});
  CHECK(below.factor == Approx(5).epsilon(1e-14));
  CHECK(below.beyond == "tokens");
  CHECK(below.edge == 5e8);
  CHECK(sc::extrapolation_to(result, {1e10, 8e11}).factor == 1);
  CHECK(sc::forecast(result, floors{}, {1e12, 8e12}).extrapolation == out.factor);
  CHECK_THROWS_WITH(sc::extrapolation_to(result, {1e12, -3}), ContainsSubstring("tokens = -3, must be positive"));
}

TEST_CASE("a plan comes with the intervals of the plans of the sample") {
  const auto result = fitted();
  floors sample;
  for (std::size_t i = 0; i < sample.laws.size(); ++i) sample.laws[i].A = truth.A * std::exp(0.01 * (double(i) - 100));
  const auto plan = sc::forecast_plan(result, sample, 1e24);
  const auto direct = sc::compute_optimal(result.law, 1e24);
  CHECK(plan.plan.parameters == direct.parameters);
  CHECK(plan.plan.loss == direct.loss);
  CHECK(plan.without_optimum == 0);
  // N rises as A^(1/(alpha + beta)), so its quantiles are those of A.
  const double power = 1 / (truth.alpha + truth.beta);
  CHECK(plan.parameters.lower / direct.parameters == Approx(std::exp(-0.95 * power)).epsilon(1e-9));
  CHECK(plan.parameters.upper / direct.parameters == Approx(std::exp(0.95 * power)).epsilon(1e-9));
  CHECK(plan.tokens.lower / direct.tokens == Approx(std::exp(-0.95 * power)).epsilon(1e-9));
  CHECK(plan.tokens_per_parameter.upper * direct.parameters / direct.tokens ==
        Approx(std::exp(2 * 0.95 * power)).epsilon(1e-9));
  CHECK(plan.loss.lower < plan.plan.loss);
  CHECK(plan.loss.upper > plan.plan.loss);
  CHECK(plan.beyond == "parameters");
  CHECK(plan.extrapolation == Approx(direct.parameters / 1e10).epsilon(1e-12));

  const auto dear = sc::forecast_plan(result, sample, 1e24, 0.95, {.factor = 8});
  CHECK(dear.plan.parameters == sc::compute_optimal(result.law, 1e24, {.factor = 8}).parameters);
}

TEST_CASE("laws of a sample that have no optimum are counted, not planned from") {
  const auto result = fitted();
  floors sample;
  sample.laws[3].A = 0;
  sample.laws[4].beta = 0;
  sample.laws[5] = {1.8, 1e-200, 1e200, 1e-3, 1e-3};  // whose plan is beyond all numbers
  const auto plan = sc::forecast_plan(result, sample, 1e24);
  CHECK(plan.without_optimum == 3);
  CHECK(std::isfinite(plan.tokens.lower));
}

TEST_CASE("a law whose plans are searched is planned from in the same way") {
  std::vector<sc::observation<>> runs;
  const sc::over_training<> law = sc::published::gadre_2024_c4<double>;
  for (const double N : {1e8, 1e9, 1e10})
    for (const double ratio : {5.0, 20.0, 80.0}) runs.push_back({{N, ratio * N}, law(N, ratio * N)});
  sc::fit_result<sc::over_training<>> result{};
  result.law = law;
  result.observation_count = runs.size();
  result.range = {{{1e8, 1e10}, {5e8, 8e11}}};
  sc::law_sample<sc::over_training<>> sample{{law, law, law}};
  const auto plan = sc::forecast_plan(result, sample, 1e22);
  CHECK(plan.without_optimum == 0);
  CHECK(plan.tokens.lower == plan.plan.tokens);
}

TEST_CASE("one law of a sample whose closed form is beyond the type left no forecast of a plan") {
  using law_type = sc::kaplan<float>;
  constexpr law_type law = sc::published::kaplan_2020<float>;
  std::vector<sc::observation<sc::training_run<float>>> runs;
  for (const float N : {1e6F, 1e7F, 1e8F, 1e9F})
    for (const float D : {1e8F, 1e9F, 1e10F, 1e11F}) runs.push_back({{N, D}, law({N, D})});
  const auto result = sc::fit<sc::kaplan>(runs);
  sc::law_sample<law_type> sample{std::vector<law_type>(100, law)};
  sample.laws.push_back(law);
  sample.laws.back().alpha_N = 0.09F, sample.laws.back().alpha_D = 0.03F;  // N_c^3 is no float
  CHECK_THROWS_WITH(sc::compute_optimal(sample.laws.back(), 1e22F),
                    ContainsSubstring("N_c^(alpha_N/alpha_D) = inf, must be within the range of the type"));
  const auto plan = sc::forecast_plan(result, sample, 1e22F);
  CHECK(plan.without_optimum == 1);
  CHECK(plan.parameters.upper == sc::compute_optimal(law, 1e22F).parameters);
  sample.laws.back() = law;
  sample.laws.back().N_c = -1;
  CHECK(sc::forecast_plan(result, sample, 1e22F).without_optimum == 1);
}

TEST_CASE("the runs that an interval needs grow as the square of the factor: 600,000 for that of 2022") {
  CHECK(sc::runs_needed(240, 0.05, 0.001) == Approx(600000).epsilon(1e-12));
  // The delta method on the replication's bootstrap: standard error 0.020033, 80 % of the normal distribution.
  CHECK(sc::runs_needed(240, 0.020033 * 2 * 1.2815515655446004, 0.001) == Approx(632740).epsilon(1e-3));
  const auto result = fitted();
  CHECK(sc::runs_needed(result, sc::interval<double>{0.4, 0.6, 0.8}, 0.1) == Approx(36).epsilon(1e-12));
  CHECK_THROWS_WITH(sc::runs_needed(240, 0.05, 0.0), ContainsSubstring("width = 0, must be positive and finite"));
}
