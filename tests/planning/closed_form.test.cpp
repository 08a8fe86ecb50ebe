// The closed forms of the over-training law and of Kaplan's joint law, against the search and against the paper's M*.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/inference_aware.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <scaling/planning/search.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/disguised.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;
using support::disguised;

constexpr auto kaplan_plan = compute_optimal(published::kaplan_2020<>, 1e21);
static_assert(kaplan_plan.parameters > 6.2312e9 && kaplan_plan.parameters < 6.2313e9);
static_assert(compute_optimal_for_loss(published::kaplan_2020<float>, 2.5F).flops > 1e18F);
static_assert(compute_optimal(published::gadre_2024_c4<long double>, 1e21L).tokens > 1e10L);
static_assert(compute_optimal_for_parameters(published::gadre_2024_c4<>, 1e9).tokens > 1e9);
static_assert(compute_optimal_for_tokens(published::gadre_2024_c4<>, 1e10).parameters > 1e9);
static_assert(inference_aware(published::gadre_2024_c4<>, 2.5, 1e12).parameters > 1e8);
constexpr auto lifetime_for_loss = inference_aware(published::kaplan_2020<>, 2.4, 1e12);
static_assert(lifetime_for_loss.parameters > 1e8 && lifetime_for_loss.inference_flops > 1e20);
static_assert(inference_aware(published::kaplan_2020<long double>, 2.4L, 1e12L).tokens > 1e10L);
constexpr auto lifetime_for_flops = inference_aware_for_flops(published::kaplan_2020<>, 1e21, 1e12);
static_assert(lifetime_for_flops.parameters > 1e8 && lifetime_for_flops.parameters < 6.2e9);
static_assert(inference_aware_for_flops(published::kaplan_2020<float>, 1e21F, 1e12F).tokens > 1e10F);
static_assert(inference_aware_for_flops(published::kaplan_2020<long double>, 1e21L, 1e12L).tokens > 1e10L);

template <class T>
training_cost random_cost(support::random_numbers& random) {
  return {random.spread(1e-1, 1e2), random.between(0.7, 1.5), random.between(0.7, 1.5)};
}

template <class T>
T apart(T got, T want) {
  return std::abs(std::log(got / want));
}

/// All questions, of a law and of the same law unknown. The tolerance is for what a search finds by slopes and losses.
template <class T, template <class> class Law>
void check_against_search(const Law<T>& law, T flops, T served, const training_cost& cost, T tolerance) {
  const disguised<Law, T> unknown(law);
  const auto plan = compute_optimal(law, flops, cost), found = compute_optimal(unknown, flops, cost);
  CAPTURE(flops, plan.parameters, plan.tokens, plan.loss);
  CHECK(plan.flops == flops);
  CHECK(plan.loss == law(plan.parameters, plan.tokens));
  CHECK(apart(plan.parameters, found.parameters) < tolerance);
  CHECK(apart(plan.tokens, found.tokens) < tolerance);
  const auto of_size = compute_optimal_for_parameters(law, plan.parameters, cost);
  const auto of_tokens = compute_optimal_for_tokens(law, plan.tokens, cost);
  const auto of_loss = compute_optimal_for_loss(law, plan.loss, cost);
  CHECK(of_size.parameters == plan.parameters);
  CHECK(of_tokens.tokens == plan.tokens);
  CHECK(of_loss.loss == plan.loss);
  CHECK(of_size.loss == law(of_size.parameters, of_size.tokens));
  CHECK(of_tokens.loss == law(of_tokens.parameters, of_tokens.tokens));
  for (const auto& back : {of_size, of_tokens, of_loss}) {
    CHECK(apart(back.parameters, plan.parameters) < tolerance);
    CHECK(apart(back.tokens, plan.tokens) < tolerance);
    CHECK(apart(back.flops, flops) < tolerance);
  }
  const auto lifetime = inference_aware(law, plan.loss, served, cost);
  const auto searched = inference_aware(unknown, plan.loss, served, cost);
  CHECK(lifetime.loss == plan.loss);
  CHECK(apart(lifetime.parameters, searched.parameters) < tolerance);
  CHECK(apart(lifetime.tokens, searched.tokens) < tolerance);
  const auto for_flops = inference_aware_for_flops(law, flops, served, cost);
  const auto searched_for_flops = inference_aware_for_flops(unknown, flops, served, cost);
  CHECK(for_flops.loss == law(for_flops.parameters, for_flops.tokens));
  CHECK(apart(for_flops.parameters, searched_for_flops.parameters) < tolerance);
  CHECK(apart(for_flops.tokens, searched_for_flops.tokens) < tolerance);
}

}  // namespace

TEMPLATE_TEST_CASE("The closed forms are what the search finds", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(131);
  for (int i = 0; i < 40; ++i) {
    const auto cost = random_cost<T>(random);
    const T flops = static_cast<T>(random.spread(1e17, 1e23)), served = static_cast<T>(random.spread(1e8, 1e13));
    const over_training<T> trained{static_cast<T>(random.between(0, 2)), static_cast<T>(random.spread(50, 500)),
                                   static_cast<T>(random.spread(50, 500)), static_cast<T>(random.between(0.1, 0.2))};
    // 1e-9 in double: what is left of a loss over its floor, a tenth and less, over an exponent of a tenth
    check_against_search(trained, flops, served, cost, std::is_same_v<T, float> ? T(0.02L) : T(1e-9L));
    const kaplan<T> joint{static_cast<T>(random.spread(1e13, 1e14)), static_cast<T>(random.spread(1e13, 1e14)),
                          static_cast<T>(random.between(0.05, 0.1)), static_cast<T>(random.between(0.07, 0.15))};
    check_against_search(joint, flops, served, cost, std::is_same_v<T, float> ? T(0.02L) : T(1e-9L));
  }
}

TEST_CASE(
    "A closed form was in a header of its own, and two files of a program that differed in it shared halves of both") {
  const auto plan = compute_optimal(published::kaplan_2020<>, 1e21);
  const auto same = compute_optimal(detail::contours_of(published::kaplan_2020<>), 1e21);
  CHECK((plan.parameters == same.parameters && plan.tokens == same.tokens));
  const auto served = inference_aware(published::kaplan_2020<>, plan.loss, 1e12);
  const double height = detail::height_of(published::kaplan_2020<>, plan.loss);
  CHECK(served.parameters == inference_aware(detail::contours_of(published::kaplan_2020<>), height, 1e12).parameters);
}

TEST_CASE("Tokens that were searched for lost digits as serving outweighed training") {
  for (const double served : {1e14, 1e16, 1e18}) {
    CAPTURE(served);
    const auto plan = inference_aware(published::kaplan_2020<>, 3.5, served);
    const disguised<kaplan, double> unknown(published::kaplan_2020<>);
    CHECK(apart(inference_aware(unknown, 3.5, served).tokens, plan.tokens) < 1e-12);
    const disguised<kaplan, float> narrow(published::kaplan_2020<float>);
    // The loss in float, over an exponent of 0.095.
    CHECK(apart(double(inference_aware(narrow, 3.5F, static_cast<float>(served)).tokens), plan.tokens) < 1e-5);
  }
}

TEST_CASE("The over-training law is best at its own M*, for every budget") {
  for (const auto& law : {published::gadre_2024_c4<>, published::gadre_2024_redpajama<>})
    for (const double flops : {1e18, 1e21, 1e24}) {
      const auto plan = compute_optimal(law, flops);
      CHECK(plan.tokens / plan.parameters == Approx(optimal_tokens_per_parameter(law)).epsilon(1e-12));
      CHECK(6 * plan.parameters * plan.tokens == Approx(flops).epsilon(1e-13));
      for (const double nudge : {0.5, 0.99, 1.01, 2.0})
        CHECK(law(plan.parameters * nudge, plan.tokens / nudge) > plan.loss);
    }
}

TEST_CASE("What has no plan is refused under its own name") {
  auto trained = published::gadre_2024_c4<>;
  const std::string needed = ", must be positive and finite: a law without this term has no optimum";
  trained.a = 0;
  CHECK_THROWS_WITH(compute_optimal(trained, 1e21), "scaling::compute_optimal: a = 0" + needed);
  CHECK_THROWS_WITH(inference_aware(trained, 2.5, 1e12), "scaling::inference_aware: a = 0" + needed);
  trained = published::gadre_2024_c4<>;
  trained.E = -1;
  CHECK_THROWS_WITH(compute_optimal_for_tokens(trained, 1e9),
                    "scaling::compute_optimal_for_tokens: E = -1, must be non-negative and finite");
  auto joint = published::kaplan_2020<>;
  joint.alpha_D = 0;
  CHECK_THROWS_WITH(compute_optimal_for_parameters(joint, 1e9),
                    "scaling::compute_optimal_for_parameters: alpha_D = 0" + needed);
  CHECK_THROWS_WITH(inference_aware_for_flops(joint, 1e21, 1e12),
                    "scaling::inference_aware_for_flops: alpha_D = 0" + needed);
  const std::string above = ", must be finite and above the irreducible loss of the law";
  CHECK_THROWS_WITH(compute_optimal_for_loss(published::gadre_2024_c4<>, 1.5),
                    "scaling::compute_optimal_for_loss: loss = 1.5" + above);
  CHECK_THROWS_WITH(inference_aware(published::gadre_2024_c4<>, 1.5, 1e12),
                    "scaling::inference_aware: loss = 1.5" + above);
  CHECK_THROWS_WITH(compute_optimal_for_loss(published::kaplan_2020<>, 0.0),
                    "scaling::compute_optimal_for_loss: loss = 0" + above);
  CHECK_THROWS_WITH(compute_optimal(published::kaplan_2020<>, -1.0),
                    "scaling::compute_optimal: flops = -1, must be positive and finite");
}
