// Plans by steps: the paper's frontier, what defines them, and the way back.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/training_steps.hpp>

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

template <class T>
constexpr auto early = compute_optimal(published::kaplan_2020_steps<T>, published::kaplan_2020_critical_batch<T>,
                                       flops_per_petaflop_day<T>);
static_assert(early<float>.parameters > 5.8e8F && early<double>.parameters > 5.8e8);
static_assert(early<long double>.parameters > 5.8e8L && early<long double>.parameters < 5.9e8L);

template <class T>
struct question {
  kaplan_steps<T> law;
  critical_batch<T> batch;
  T flops;
  training_cost cost;
};
template <class T>
question<T> random_question(support::random_numbers& random) {
  return {{static_cast<T>(random.spread(1e13, 1e14)), static_cast<T>(random.spread(1e3, 1e4)),
           static_cast<T>(random.between(0.07, 0.2)), static_cast<T>(random.between(0.5, 1))},
          {static_cast<T>(random.spread(1e7, 1e9)), static_cast<T>(random.between(0.15, 0.3))},
          static_cast<T>(random.spread(1e16, 1e24)),
          {random.spread(1, 10), random.between(0.9, 1.1), random.between(0.9, 1.1)}};
}

}  // namespace

TEST_CASE("The plans by steps are the theoretical frontier of the paper") {
  constexpr auto law = published::kaplan_2020_steps<>;
  constexpr auto batch = published::kaplan_2020_critical_batch<>;
  constexpr auto frontier = theoretical_frontier(law, batch);
  for (const double flops : {1e15, 1e18, flops_per_petaflop_day<>, 1e23}) {
    const auto plan = compute_optimal(law, batch, flops);
    const auto point = frontier(flops);
    CHECK(plan.parameters == Approx(point.parameters).epsilon(1e-12));
    CHECK(plan.batch == Approx(point.batch).epsilon(1e-12));
    CHECK(plan.steps == Approx(point.steps).epsilon(1e-12));
    CHECK(plan.tokens == Approx(point.tokens).epsilon(1e-12));
    CHECK(plan.loss == Approx(law(point.parameters, point.steps)).epsilon(1e-12));
  }
  // formulas.md 1.3: one PF-day by table 3, and the stop at alpha_N/alpha_S above the converged loss
  const auto one_day = early<double>;
  CHECK(one_day.parameters == Approx(5.84e8).epsilon(1e-3));
  CHECK(one_day.steps == Approx(1.316e4).epsilon(1e-3));
  CHECK(one_day.loss / std::pow(law.N_c / one_day.parameters, law.alpha_N) ==
        Approx(1 + law.alpha_N / law.alpha_S).epsilon(1e-12));
}

TEMPLATE_TEST_CASE("A plan by steps has its loss and its price, and no neighbour of that loss is cheaper", "", float,
                   double, long double) {
  using T = TestType;
  support::random_numbers random(161);
  for (int i = 0; i < 100; ++i) {
    const auto question = random_question<T>(random);
    const auto& law = question.law;
    const auto& batch = question.batch;
    const T p = static_cast<T>(question.cost.parameters_power), q = static_cast<T>(question.cost.tokens_power);
    const auto plan = compute_optimal(law, batch, question.flops, question.cost);
    // 2000 epsilon: N is a power of the loss of up to 14, whose logarithm is that of 1e30 over 14 or so
    const auto price = [&](T N, T S) {
      return static_cast<T>(question.cost.factor) * std::pow(N, p) * std::pow(batch(plan.loss) * S, q);
    };
    CHECK(plan.flops == question.flops);
    CHECK(std::abs(price(plan.parameters, plan.steps) / plan.flops - 1) < 2000 * epsilon<T>);
    CHECK(std::abs(law(plan.parameters, plan.steps) / plan.loss - 1) < 200 * epsilon<T>);
    CHECK(std::abs(batch(plan.loss) / plan.batch - 1) < 64 * epsilon<T>);
    CHECK(std::abs(2 * plan.batch * plan.steps / plan.tokens - 1) < 64 * epsilon<T>);
    for (const T nudge : {T(0.9L), T(0.97L), T(1.03L), T(1.1L), T(3)}) {
      const T N = plan.parameters * nudge, left = plan.loss - std::pow(law.N_c / N, law.alpha_N);
      if (left > 0) CHECK(price(N, law.S_c * std::pow(left, -1 / law.alpha_S)) > plan.flops * (1 + epsilon<T>));
    }
  }
}

TEMPLATE_TEST_CASE("Parameters, tokens and loss lead back to the plan by steps", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(162);
  for (int i = 0; i < 100; ++i) {
    const auto [law, batch, flops, cost] = random_question<T>(random);
    const auto plan = compute_optimal(law, batch, flops, cost);
    const auto of_size = compute_optimal_for_parameters(law, batch, plan.parameters, cost);
    const auto of_tokens = compute_optimal_for_tokens(law, batch, plan.tokens, cost);
    const auto of_loss = compute_optimal_for_loss(law, batch, plan.loss, cost);
    CHECK(of_size.parameters == plan.parameters);
    CHECK(of_tokens.tokens == plan.tokens);
    CHECK(of_loss.loss == plan.loss);
    for (const auto& back : {of_size, of_tokens, of_loss}) {
      // 2000 epsilon: as above, C being a power of the loss of up to 25
      CHECK(std::abs(back.flops / flops - 1) < 2000 * epsilon<T>);
      CHECK(std::abs(back.parameters / plan.parameters - 1) < 2000 * epsilon<T>);
      CHECK(std::abs(back.steps / plan.steps - 1) < 2000 * epsilon<T>);
      CHECK(std::abs(back.loss / plan.loss - 1) < 200 * epsilon<T>);
    }
  }
}

TEST_CASE("A plan by steps that makes no sense is refused by name") {
  auto law = published::kaplan_2020_steps<>;
  auto batch = published::kaplan_2020_critical_batch<>;
  CHECK_THROWS_WITH(compute_optimal(law, batch, 0.0),
                    "scaling::compute_optimal: flops = 0, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_parameters(law, batch, -1.0),
                    "scaling::compute_optimal_for_parameters: parameters = -1, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_tokens(law, batch, -1.0),
                    "scaling::compute_optimal_for_tokens: tokens = -1, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_loss(law, batch, 0.0),
                    "scaling::compute_optimal_for_loss: loss = 0, must be positive and finite");
  CHECK_THROWS_AS(compute_optimal(law, batch, 1e20, {.factor = -6}), std::domain_error);
  batch.alpha_B = 0;
  CHECK_THROWS_WITH(compute_optimal(law, batch, 1e20),
                    "scaling::compute_optimal: alpha_B = 0, must be positive and finite");
  law.S_c = -1;
  CHECK_THROWS_WITH(compute_optimal(law, batch, 1e20),
                    "scaling::compute_optimal: S_c = -1, must be positive and finite");
}

TEST_CASE("a plan by steps in float came to nothing where the cost of a loss of 1 is beyond it") {
  const kaplan_steps<float> law{7.37649949e+15F, 678906.312F, 0.0559555404F, 0.0723190531F};
  const critical_batch<float> batch{6.18226688e+09F, 0.0884139836F};
  const float flops = 6.36618969e+13F;
  const auto wide = [](float x) { return static_cast<double>(x); };
  const auto plan = compute_optimal(law, batch, flops);
  const auto exact = compute_optimal(kaplan_steps<>{wide(law.N_c), wide(law.S_c), wide(law.alpha_N), wide(law.alpha_S)},
                                     critical_batch<>{wide(batch.B_star), wide(batch.alpha_B)}, wide(flops));
  const auto same = [&](float got, double want) { CHECK(std::abs(wide(got) / want - 1) < 2000 * 0x1p-23); };
  same(plan.parameters, exact.parameters);
  same(plan.steps, exact.steps);
  same(plan.tokens, exact.tokens);
  same(plan.loss, exact.loss);
}
