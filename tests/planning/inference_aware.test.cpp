// Lifetime plans: what defines them, the numbers of Sardana et al., and the plans for nothing to serve.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/inference_aware.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;

template <class T>
constexpr T epsilon = std::numeric_limits<T>::epsilon();

constexpr auto tex = published::hoffmann_2022<>;
constexpr auto early = inference_aware(tex, 1.95, 1e12);
constexpr auto early_for_flops = inference_aware_for_flops(tex, early.training_flops + early.inference_flops, 1e12);
static_assert(early.parameters > 2.147e10 && early.parameters < 2.149e10);
static_assert(inference_aware(published::hoffmann_2022<float>, 1.95F, 1e12F).tokens > 1.9e12F);

template <class T>
struct question {
  chinchilla<T> law;
  T loss, served;
  training_cost cost;
};
template <class T>
question<T> random_question(support::random_numbers& random) {
  const chinchilla<T> law{.E = static_cast<T>(random.between(0, 3)),
                          .A = static_cast<T>(random.spread(1e1, 1e3)),
                          .B = static_cast<T>(random.spread(1e1, 1e3)),
                          .alpha = static_cast<T>(random.between(0.25, 0.8)),
                          .beta = static_cast<T>(random.between(0.25, 0.8))};
  return {law,
          law.E + static_cast<T>(random.spread(0.1, 1)),
          static_cast<T>(random.spread(1e3, 1e14)),
          {.factor = random.spread(1, 1e2),
           .parameters_power = random.between(0.7, 1.5),
           .tokens_power = random.between(0.7, 1.5)}};
}

}  // namespace

// oracles.csv: sar_7B, sar_13B, sar_30B, sar_wedge; 1e-3 as they ask (their digits)
TEST_CASE("The examples of Sardana et al. come out with the unrounded coefficients") {
  const auto check = [](double chinchilla_size, double served, double N, double tokens_ratio, double saved) {
    const auto reference = compute_optimal_for_parameters(tex, chinchilla_size);
    const auto plan = inference_aware(tex, reference.loss, served);
    CHECK(plan.parameters == Approx(N).epsilon(1e-3));
    CHECK(plan.tokens / reference.tokens == Approx(tokens_ratio).epsilon(1e-3));
    const double before = reference.flops + 2 * reference.parameters * served;
    CHECK(1 - (plan.training_flops + plan.inference_flops) / before == Approx(saved).epsilon(1e-3).margin(1e-5));
  };
  check(7e9, 1e11, 6.0547145432e9, 1.16409, 0.00749);
  check(13e9, 2e12, 7.1203e9, 2.09765, 0.16321);
  check(30e9, 1e13, 1.39336e10, 2.73901, 0.26587);
  const auto thirteen = inference_aware(tex, compute_optimal_for_parameters(tex, 13e9).loss, 2e12);
  CHECK(1 + 2e12 / (3 * thirteen.tokens) == Approx(1.51474).epsilon(1e-4));
  CHECK(tex.alpha * tex.A * std::pow(thirteen.parameters, -tex.alpha) /
            (tex.beta * tex.B * std::pow(thirteen.tokens, -tex.beta)) ==
        Approx(1.51474).epsilon(1e-4));
}

TEMPLATE_TEST_CASE("A lifetime plan has its loss, meets its equation, and no neighbour is cheaper", "", float, double,
                   long double) {
  using T = TestType;
  support::random_numbers random(41);
  for (int i = 0; i < 200; ++i) {
    const auto [law, loss, served, cost] = random_question<T>(random);
    const auto plan = inference_aware(law, loss, served, cost);
    const T p = static_cast<T>(cost.parameters_power), q = static_cast<T>(cost.tokens_power);
    if (!(plan.parameters > 1 && plan.tokens > 1 && plan.training_flops < T(1e36L))) continue;
    // 400 epsilon: the powers that make N and D magnify a rounding by log 1e30, as in compute_optimal
    const T of_N = law.A * std::pow(plan.parameters, -law.alpha), of_D = law.B * std::pow(plan.tokens, -law.beta);
    CHECK(std::abs(of_N + of_D - (loss - law.E)) < 400 * epsilon<T> * loss);
    const T w = 1 + plan.inference_flops / (p * plan.training_flops);
    CHECK(std::abs(law.alpha * of_N * q / (law.beta * of_D * p) / w - 1) < 400 * epsilon<T>);
    CHECK(plan.inference_flops == Approx(2 * plan.parameters * served));
    if constexpr (std::is_same_v<T, float>) continue;  // its rounding is as large as the differences below
    const T least = plan.training_flops + plan.inference_flops;
    for (const double nudge : {0.5, 0.9, 0.999, 1.001, 1.1, 2.0}) {
      const T N = plan.parameters * static_cast<T>(nudge);
      const T left = loss - law.E - law.A * std::pow(N, -law.alpha);
      if (!(left > 0)) continue;  // no data could make up for so small a model
      const T D = std::pow(law.B / left, 1 / law.beta);
      CHECK(static_cast<T>(cost.factor) * std::pow(N, p) * std::pow(D, q) + 2 * N * served > least);
    }
  }
}

TEMPLATE_TEST_CASE("The best loss for the compute of a lifetime plan is its loss", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(42);
  for (int i = 0; i < 200; ++i) {
    const auto [law, loss, served, cost] = random_question<T>(random);
    const auto plan = inference_aware(law, loss, served, cost);
    if (!(plan.parameters > 1 && plan.tokens > 1 && plan.training_flops < T(1e36L))) continue;
    const T flops = plan.training_flops + plan.inference_flops;
    const auto back = inference_aware_for_flops(law, flops, served, cost);
    const T ill = loss / (loss - law.E);  // E is subtracted in one and added in the other
    // 2000 epsilon: as "The inverse questions lead back to the plan" has it
    CHECK(std::abs(back.parameters / plan.parameters - 1) < 2000 * ill * epsilon<T>);
    CHECK(std::abs(back.tokens / plan.tokens - 1) < 2000 * ill * epsilon<T>);
    CHECK(std::abs((back.training_flops + back.inference_flops) / flops - 1) < 400 * epsilon<T>);
  }
}

TEST_CASE("With nothing to serve, lifetime plans are the compute-optimal ones") {
  support::random_numbers random(43);
  for (int i = 0; i < 100; ++i) {
    const auto [law, loss, served, cost] = random_question<double>(random);
    const auto plan = inference_aware(law, loss, 0, cost);
    const auto known = compute_optimal_for_loss(law, loss, cost);
    CHECK(plan.parameters == Approx(known.parameters).epsilon(1e-13));
    CHECK(plan.tokens == Approx(known.tokens).epsilon(1e-13));
    CHECK(plan.inference_flops == 0);
    const auto of_flops = inference_aware_for_flops(law, 1e21, 0, cost);
    CHECK(of_flops.parameters == compute_optimal(law, 1e21, cost).parameters);
    CHECK(of_flops.training_flops == 1e21);
  }
}

TEST_CASE("The more is served, the smaller the model and the longer its training") {
  auto last = inference_aware(tex, 2.0, 0);
  for (double served = 1e9; served < 1e20; served *= 10) {
    const auto plan = inference_aware(tex, 2.0, served);
    CHECK(plan.parameters < last.parameters);
    CHECK(plan.tokens > last.tokens);
    CHECK(tex(plan.parameters, plan.tokens) == Approx(2.0).epsilon(1e-13));
    last = plan;
  }
}

TEST_CASE("Lifetime plans at compile time are those of run time") {
  volatile double loss = 1.95, served = 1e12;
  const auto late = inference_aware<double>(tex, loss, served);
  CHECK(support::ulps_off(late.parameters, early.parameters) <= 64);
  CHECK(support::ulps_off(late.tokens, early.tokens) <= 64);
  CHECK(early_for_flops.loss == Approx(1.95).epsilon(1e-13));
}

TEST_CASE("A lifetime that makes no sense is refused by name") {
  CHECK_THROWS_WITH(inference_aware(tex, 1.5, 1e12),
                    "scaling::inference_aware: loss = 1.5, must be finite and above the irreducible loss E of the law");
  CHECK_THROWS_WITH(inference_aware(tex, 2.0, -1.0),
                    "scaling::inference_aware: inference_tokens = -1, must be non-negative and finite");
  CHECK_THROWS_WITH(inference_aware_for_flops(tex, 0.0, 1e12),
                    "scaling::inference_aware_for_flops: lifetime_flops = 0, must be positive and finite");
  CHECK_THROWS_AS(inference_aware(tex, 2.0, std::numeric_limits<double>::infinity()), std::domain_error);
  CHECK_THROWS_AS(inference_aware_for_flops(tex, 1e21, -1.0), std::domain_error);
  CHECK_THROWS_AS(inference_aware(tex, 2.0, 1e12, {.tokens_power = 0}), std::domain_error);
}
