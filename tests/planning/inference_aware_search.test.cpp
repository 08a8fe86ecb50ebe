// Lifetime plans of laws without a closed form: against Chinchilla's own, and against what defines them.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/inference_aware.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/disguised.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;
using support::disguised;

/// A law of two powers that is not the library's.
template <class T>
struct own_powers {
  using real_type = T;
  using input_type = training_run<value_of_t<T>>;
  static constexpr std::string_view name = "own_powers", formula = "E + 480 N^-0.35 + 2000 D^-0.37";

  T E;

  constexpr T operator()(const input_type& at) const {
    using cmath::pow;
    return E + 480 * pow(at.parameters, T(-0.35L)) + 2000 * pow(at.tokens, T(-0.37L));
  }
  bool operator==(const own_powers&) const = default;
  static constexpr auto coefficients() {
    using row = coefficient<own_powers>;
    return std::array{row{"E", &own_powers::E, scale::linear, 0, 10, enters::linearly, {1, 2, 2}}};
  }
};

// Within the default limits of every compiler.
template <class T>
constexpr own_powers<T> unknown{T(1.8L)};
constexpr auto for_loss = inference_aware(unknown<double>, 2.1, 1e12);
static_assert(for_loss.parameters > 1e9 && for_loss.inference_flops > 1e21);
static_assert(inference_aware(unknown<long double>, 2.1L, 1e12L).tokens > 1e10L);
constexpr auto for_flops = inference_aware_for_flops(unknown<double>, 1e23, 1e12);
static_assert(for_flops.parameters > 1e9 && for_flops.parameters < 1e11);
static_assert(inference_aware_for_flops(unknown<float>, 1e23F, 1e12F).tokens > 1e10F);
static_assert(inference_aware_for_flops(unknown<long double>, 1e23L, 1e12L).tokens > 1e10L);

template <class T>
struct question {
  chinchilla<T> law;
  T loss, served;
  training_cost cost;
};
template <class T>
question<T> random_question(support::random_numbers& random) {
  const chinchilla<T> law{.E = static_cast<T>(random.between(0, 2)),
                          .A = static_cast<T>(random.spread(1e2, 1e3)),
                          .B = static_cast<T>(random.spread(1e2, 1e3)),
                          .alpha = static_cast<T>(random.between(0.25, 0.5)),
                          .beta = static_cast<T>(random.between(0.25, 0.5))};
  return {law,
          law.E + static_cast<T>(random.spread(0.2, 1)),
          static_cast<T>(random.spread(1e6, 1e14)),
          {random.spread(1, 10), random.between(0.8, 1.25), random.between(0.8, 1.25)}};
}

template <class T>
T apart(T got, T want) {
  return std::abs(std::log(got / want));
}

}  // namespace

TEMPLATE_TEST_CASE("The search finds Chinchilla's lifetime plans", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(141);
  // 1e-9 in double: the rounding of a loss over what is left of it above the floor, over exponents of a quarter
  const T tolerance = std::is_same_v<T, float> ? T(5e-3L) : T(1e-9L);
  for (int i = 0; i < 60; ++i) {
    const auto [law, loss, served, cost] = random_question<T>(random);
    const disguised<chinchilla, T> unknown(law);
    const auto plan = inference_aware(law, loss, served, cost), found = inference_aware(unknown, loss, served, cost);
    CAPTURE(i, loss, served, plan.parameters, found.parameters);
    CHECK(apart(found.parameters, plan.parameters) < tolerance);
    CHECK(apart(found.tokens, plan.tokens) < tolerance);
    CHECK(apart(found.training_flops, plan.training_flops) < 2 * tolerance);
    CHECK(apart(found.inference_flops, plan.inference_flops) < tolerance);
    CHECK(found.loss == loss);
    const T lifetime = plan.training_flops + plan.inference_flops;
    const auto best = inference_aware_for_flops(law, lifetime, served, cost),
               searched = inference_aware_for_flops(unknown, lifetime, served, cost);
    CHECK(apart(searched.parameters, best.parameters) < tolerance);
    CHECK(apart(searched.tokens, best.tokens) < tolerance);
    CHECK(apart(searched.training_flops + searched.inference_flops, lifetime) < 16 * std::numeric_limits<T>::epsilon());
  }
}

TEST_CASE("No neighbour of a lifetime plan of Kaplan's law is better, at the same loss or the same compute") {
  constexpr auto law = published::kaplan_2020<>;
  for (const double served : {1e10, 1e12, 1e14})
    for (const double loss : {2.3, 2.6, 3.0}) {
      const auto plan = inference_aware(law, loss, served);
      CHECK(law(plan.parameters, plan.tokens) == Approx(loss).epsilon(1e-13));
      const double least = plan.training_flops + plan.inference_flops;
      for (const double nudge : {0.5, 0.9, 0.99, 1.01, 1.1, 2.0}) {
        const double N = plan.parameters * nudge;
        // L = loss, solved for D
        const double left = std::pow(loss, 1 / law.alpha_D) - std::pow(law.N_c / N, law.alpha_N / law.alpha_D);
        if (left > 0) CHECK(6 * N * law.D_c / left + 2 * N * served > least);
        const double D = (least - 2 * N * served) / (6 * N);
        if (D > 0) CHECK(law(N, D) > loss);
      }
      const auto back = inference_aware_for_flops(law, least, served);
      CHECK(back.loss == Approx(loss).epsilon(1e-12));
      CHECK(back.parameters == Approx(plan.parameters).epsilon(1e-6));
    }
}

TEST_CASE("With nothing to serve, and hardly anything, the searched lifetime plan is the compute-optimal one") {
  const disguised<chinchilla> law(published::besiroglu_2024<>);
  const auto known = compute_optimal_for_loss(law, 2.1), of_flops_known = compute_optimal(law, 1e22);
  for (const double served : {0.0, 1e-3, 1.0}) {
    const auto plan = inference_aware(law, 2.1, served);
    CHECK(plan.parameters == Approx(known.parameters).epsilon(1e-9));
    CHECK(plan.tokens == Approx(known.tokens).epsilon(1e-9));
    CHECK(plan.inference_flops == Approx(2 * plan.parameters * served));
    const auto of_flops = inference_aware_for_flops(law, 1e22, served);
    CHECK(of_flops.parameters == Approx(of_flops_known.parameters).epsilon(1e-9));
    CHECK(of_flops.inference_flops == Approx(2 * of_flops.parameters * served));
    CHECK(of_flops.training_flops + of_flops.inference_flops == Approx(1e22).epsilon(1e-14));
  }
}

TEST_CASE("A searched lifetime that makes no sense is refused by name") {
  disguised<chinchilla> law(published::besiroglu_2024<>);
  CHECK_THROWS_WITH(inference_aware(law, 1.5, 1e12),
                    "scaling::inference_aware: loss = 1.5, must be a loss that the law reaches at its optimum "
                    "for some budget");
  CHECK_THROWS_WITH(inference_aware(law, -1.0, 1e12),
                    "scaling::inference_aware: loss = -1, must be positive and finite");
  CHECK_THROWS_WITH(inference_aware(law, 2.0, -1.0),
                    "scaling::inference_aware: inference_tokens = -1, must be non-negative and finite");
  CHECK_THROWS_WITH(inference_aware_for_flops(law, 0.0, 1e12),
                    "scaling::inference_aware_for_flops: lifetime_flops = 0, must be positive and finite");
  CHECK_THROWS_WITH(inference_aware_for_flops(law, 1e21, -1.0),
                    "scaling::inference_aware_for_flops: inference_tokens = -1, must be non-negative and finite");
  CHECK_THROWS_AS(inference_aware(law, 2.0, 1e12, {.tokens_power = 0}), std::domain_error);
}
