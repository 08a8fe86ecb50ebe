// What one more buys: the envelope theorem, prices by their definition, and print.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/diminishing_returns.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;

constexpr auto refit = published::besiroglu_2024<>;
static_assert(compute_exponent(refit) > 0.178 && compute_exponent(refit) < 0.179);
static_assert(halving_factor(published::besiroglu_2024<float>) > 48);
static_assert(returns_at(refit, {1e9, 2e10}).per_token > 0);
static_assert(returns_at(published::kaplan_2020<long double>, {1e9L, 2e10L}).per_parameter > 0);
static_assert(worthwhile_plan(refit, {1e9, 1e-17}).flops > 1e21);
static_assert(worthwhile_tokens(refit, 1e9, {1e9, 1e-17}) > worthwhile_parameters(refit, 1e12, {1e9, 1e-17}));
static_assert(compute_saved(refit, refit, 2.0) == 1);

struct question {
  chinchilla<> law;
  double flops;
  training_cost cost;
};
question random_question(support::random_numbers& random) {
  return {{random.between(0, 3), random.spread(1, 1e4), random.spread(1, 1e4), random.between(0.2, 0.8),
           random.between(0.2, 0.8)},
          random.spread(1e15, 1e26),
          {random.spread(1, 10), random.between(0.7, 1.5), random.between(0.7, 1.5)}};
}

}  // namespace

TEST_CASE("At the optimum a FLOP buys the same in parameters, in tokens and in both: the envelope theorem") {
  support::random_numbers random(81);
  for (int i = 0; i < 300; ++i) {
    const auto [law, flops, cost] = random_question(random);
    const auto plan = compute_optimal(law, flops, cost);
    const auto at = returns_at(law, {plan.parameters, plan.tokens}, cost);
    const double along = return_per_flop(law, flops, cost);
    // 1e-13: the rounding of N and D, magnified by log(flops) = 60, as in every plan
    CHECK(at.per_flop_on_parameters == Approx(along).epsilon(1e-13));
    CHECK(at.per_flop_on_tokens == Approx(along).epsilon(1e-13));
    // dL/d ln C = -gamma (L - E) and, by differences: the reducible loss is a power of C
    CHECK(along * flops == Approx(compute_exponent(law, cost) * reducible_loss(law, flops, cost)).epsilon(1e-14));
    const double h = 1e-3;
    CHECK(std::log(reducible_loss(law, flops * std::exp(h), cost) / reducible_loss(law, flops * std::exp(-h), cost)) /
              (-2 * h) ==
          Approx(compute_exponent(law, cost)).epsilon(1e-9));
    CHECK(plan.loss - law.E == Approx(reducible_loss(law, flops, cost)).epsilon(1e-13).margin(1e-14));
    CHECK(reducible_loss(law, flops * halving_factor(law, cost), cost) ==
          Approx(reducible_loss(law, flops, cost) / 2).epsilon(1e-12));
    const auto bare = returns_at(law, {1e9, 3e10}, cost);
    CHECK(bare.per_parameter == Approx(law.alpha * law.A * std::pow(1e9, -law.alpha - 1)).epsilon(1e-13));
    CHECK(bare.per_token == Approx(law.beta * law.B * std::pow(3e10, -law.beta - 1)).epsilon(1e-13));
  }
}

TEMPLATE_TEST_CASE("The refit halves its reducible loss every 48.8 times the compute", "", float, double, long double) {
  using T = TestType;
  constexpr auto law = published::besiroglu_2024<T>;
  // Some roundings, times ln 48.8; the numbers here have the digits of double.
  const double tolerance = std::is_same_v<T, float> ? 16 * 0x1p-23 : 16 * 0x1p-52;
  CHECK(static_cast<double>(compute_exponent(law)) == Approx(0.178286491031390134).epsilon(tolerance));
  CHECK(static_cast<double>(halving_factor(law)) == Approx(48.8047587988969479).epsilon(tolerance));
}

TEST_CASE("Compute saved is the ratio of two bills for one loss") {
  const auto tex = published::hoffmann_2022<>;
  const double saved = compute_saved(tex, refit, 2.1);
  CHECK(saved == Approx(compute_optimal_for_loss(refit, 2.1).flops / compute_optimal_for_loss(tex, 2.1).flops));
  CHECK(saved * compute_saved(refit, tex, 2.1) == Approx(1).epsilon(1e-14));
  auto half = refit;  // the same law of twice the parameters and half the tokens costs the same
  half.A *= std::pow(2, half.alpha), half.B *= std::pow(2, -half.beta);
  CHECK(compute_saved(half, refit, 2.1) == Approx(1).epsilon(1e-12));
}

TEST_CASE("Where the next one stops paying, the value of its loss is its price") {
  support::random_numbers random(82);
  for (int i = 0; i < 300; ++i) {
    const question asked = random_question(random);
    const auto& law = asked.law;
    const auto& cost = asked.cost;
    const exchange_rate<double> money{random.spread(1e3, 1e9), random.spread(1e-19, 1e-16)};
    const auto plan = worthwhile_plan(law, money, cost);
    CHECK(return_per_flop(law, plan.flops, cost) * money.per_nat == Approx(money.per_flop).epsilon(1e-12));
    // The sum of what the loss and the compute cost is lowest there.
    const auto bill = [&](double C) { return money.per_nat * reducible_loss(law, C, cost) + money.per_flop * C; };
    for (const double nudge : {0.5, 0.99, 1.01, 2.0}) CHECK(bill(plan.flops * nudge) > bill(plan.flops));

    const double N = random.spread(1e6, 1e12), D = worthwhile_tokens(law, N, money, cost);
    const double price_of_D = returns_at(law, {N, D}, cost).per_flop_on_tokens * money.per_nat;
    CHECK(price_of_D == Approx(money.per_flop).epsilon(1e-12));
    const double M = worthwhile_parameters(law, D, money, cost);
    CHECK(returns_at(law, {M, D}, cost).per_flop_on_parameters * money.per_nat ==
          Approx(money.per_flop).epsilon(1e-12));
    // At the size of the plan, the tokens of the plan are what pays.
    CHECK(worthwhile_tokens(law, plan.parameters, money, cost) == Approx(plan.tokens).epsilon(1e-11));
    CHECK(worthwhile_parameters(law, plan.tokens, money, cost) == Approx(plan.parameters).epsilon(1e-11));
  }
}

TEST_CASE("Returns that make no sense are refused by name") {
  CHECK_THROWS_WITH(returns_at(refit, {-1, 1e9}), "scaling::returns_at: parameters = -1, must be positive and finite");
  CHECK_THROWS_WITH(reducible_loss(refit, 0.0), "scaling::reducible_loss: flops = 0, must be positive and finite");
  CHECK_THROWS_WITH(worthwhile_plan(refit, {0, 1}),
                    "scaling::worthwhile_plan: per_nat = 0, must be positive and finite");
  CHECK_THROWS_WITH(worthwhile_tokens(refit, 1e9, {1, -1}),
                    "scaling::worthwhile_tokens: per_flop = -1, must be positive and finite");
  CHECK_THROWS_AS(worthwhile_parameters(refit, 0.0, {1, 1}), std::domain_error);
  CHECK_THROWS_AS(return_per_flop(refit, std::numeric_limits<double>::infinity()), std::domain_error);
  CHECK_THROWS_AS(compute_saved(refit, refit, 1.8), std::domain_error);
  CHECK_THROWS_AS(halving_factor(chinchilla<>{1, 0, 1, 1, 1}), std::domain_error);
}
