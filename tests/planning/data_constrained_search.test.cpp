// Plans with limited tokens for the bounded law and for any other: against the plans of the known laws, and a grid.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/data_constrained_search.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include <scaling/planning/data_constrained_inverse.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/disguised.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;
using support::disguised;

template <class T>
constexpr T epsilon = std::numeric_limits<T>::epsilon();

template <class T>
constexpr bounded<T> spoilt{.E = T(1.7L),
                            .L_0 = T(10.8L),
                            .a = 60,
                            .b = 200,
                            .c = T(1e-3L),
                            .alpha = T(0.35L),
                            .beta = T(0.36L),
                            .gamma = T(0.4L),
                            .delta = T(0.45L)};

/// Constant expressions in every scalar, on every compiler and within its limits.
template <class T>
constexpr auto early = compute_optimal(spoilt<T>, T(1e22L), T(5e9L));
template <class T>
constexpr auto searched = compute_optimal(disguised<bounded, T>(spoilt<T>), T(1e22L), T(5e9L));
static_assert(early<float>.epochs > 1 && early<double>.epochs > 1 && early<long double>.epochs > 1);
static_assert(searched<float>.epochs > 1 && searched<double>.epochs > 1 && searched<long double>.epochs > 1);
constexpr auto searched_repeated =
    compute_optimal(disguised<muennighoff>(published::muennighoff_2023<>), 1e22, 25e9, {6, 1.1, 0.9});
static_assert(searched_repeated.epochs > 1);
constexpr auto dear = compute_optimal(disguised<bounded, float>(spoilt<float>), 3e12F, 5e9F, {1, 1, 0.25});
static_assert(dear.epochs > 1);  // after 32 e-folds of N there are e^128 epochs, beyond float
static_assert(repeated_law<bounded<float>> && !repeated_law<chinchilla<double>>);

/// A law with the budget and tokens to plan for.
template <class T>
struct question {
  chinchilla<T> free;
  T flops, unique_tokens;
  training_cost cost;
};
template <class T>
question<T> random_question(support::random_numbers& random) {
  const chinchilla<T> law{static_cast<T>(random.between(0, 3)), static_cast<T>(random.spread(1e2, 1e3)),
                          static_cast<T>(random.spread(3e2, 3e3)), static_cast<T>(random.between(0.25, 0.45)),
                          static_cast<T>(random.between(0.25, 0.45))};
  const T flops = static_cast<T>(random.spread(1e18, 1e24));
  const training_cost cost{random.spread(1, 10), random.between(0.8, 1.25), random.between(0.8, 1.25)};
  // From a thirtieth of what they would be worth: where repetition is exhausted, all plans are the same to rounding.
  const T unique_tokens = compute_optimal(law, flops, cost).tokens * static_cast<T>(random.spread(0.03, 3));
  return {law, flops, unique_tokens, cost};
}
template <class T>
bounded<T> random_bounded(support::random_numbers& random, const chinchilla<T>& free) {
  return {.E = free.E,
          .L_0 = T(10.8L),
          .a = free.A / 8,
          .b = free.B / 8,
          .c = static_cast<T>(random.spread(1e-5, 1e-1)),
          .alpha = free.alpha,
          .beta = free.beta,
          .gamma = static_cast<T>(random.between(0, 0.8)),
          .delta = static_cast<T>(random.between(0, 0.8))};
}
template <class T>
muennighoff<T> random_muennighoff(support::random_numbers& random, const chinchilla<T>& free) {
  return {free.E,
          free.A,
          free.B,
          free.alpha,
          free.beta,
          static_cast<T>(random.spread(10, 100)),
          static_cast<T>(random.spread(10, 100))};
}

/// The search finds the plan of the law that it does not know. What both have of their N is the rounding of the slopes
/// over their change per e-fold, which is 0.02 and more: 1e-9 in double, as asked for, is far from that.
template <class T, template <class> class Law>
void check_search(const Law<T>& law, const question<T>& at) {
  const auto known = compute_optimal(law, at.flops, at.unique_tokens, at.cost);
  const auto found = compute_optimal(disguised<Law, T>(law), at.flops, at.unique_tokens, at.cost);
  CAPTURE(at.flops, at.unique_tokens, known.epochs, found.epochs, known.loss);
  const T tolerance = std::is_same_v<T, float> ? T(2e-3) : T(1e-9);
  CHECK(std::abs(std::log(found.parameters / known.parameters)) < tolerance);
  CHECK(std::abs(std::log(found.tokens / known.tokens)) < tolerance);
  CHECK(found.loss <= known.loss * (1 + 16 * epsilon<T>));
  CHECK(found.flops == at.flops);
}

}  // namespace

TEMPLATE_TEST_CASE("The search finds the plans of the laws that it does not know", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(111);
  for (int i = 0; i < 150; ++i) {
    const auto at = random_question<T>(random);
    check_search(random_bounded(random, at.free), at);
    check_search(random_muennighoff(random, at.free), at);
    // Lovelace's law with one minimum at most beyond one epoch; of two that are close the search may miss one
    const lovelace<T> harmed{at.free.E,
                             at.free.A,
                             at.free.B,
                             at.free.alpha,
                             at.free.beta,
                             static_cast<T>(random.spread(1e-5, 1)),
                             static_cast<T>(random.between(1, 2)),
                             static_cast<T>(random.between(0.5, 1.5))};
    check_search(harmed, at);
  }
}

TEST_CASE("The search finds a plan as many e-folds away from one epoch as it says") {
  for (const double distance : {25.0, 28.0, 29.5, 30.9, 31.9})
    for (const double side : {1.0, -1.0}) {
      bounded<> even = spoilt<double>;  // at its best where N = D
      even.b = even.a, even.beta = even.alpha, even.c = 0;
      const double U = std::exp(40 - side * distance), N1 = std::exp(40 + side * distance);
      CAPTURE(distance, side);
      check_search(even, question<double>{{}, 6 * N1 * U, U, {}});
    }
}

TEMPLATE_TEST_CASE("A plan next to one epoch went there, over a range of budgets where losses tie", "", float, double,
                   long double) {
  using T = TestType;
  support::random_numbers random(17);
  for (int i = 0; i < 300; ++i) {
    const auto asked = random_question<T>(random);
    const auto law = random_bounded(random, asked.free);
    const T once = compute_optimal(law, asked.flops, T(1e15L), asked.cost).tokens;
    const T unique_tokens = once * static_cast<T>(1 + random.between(-1, 1) * random.spread(1e-12, 1e-2));
    const auto want = compute_optimal(law, asked.flops, unique_tokens, asked.cost);
    const auto got = compute_optimal(disguised<bounded, T>(law), asked.flops, unique_tokens, asked.cost);
    CAPTURE(i, want.epochs, got.epochs);
    CHECK(std::abs(got.parameters / want.parameters - 1) < 500 * epsilon<T>);  // ten log(flops), as promised
  }
}

TEST_CASE("A minimum just beyond one epoch was missed where the first repetition harms the most") {
  // What fit<lovelace> finds in the runs of muennighoff_2023.csv, as a user's own: with this delta the loss rises, falls
  // and rises again within a twentieth of an e-fold.
  const lovelace<> law{2.051701319,  514.9150607,   18889.86981,  0.3425359808,
                       0.4600057384, 0.05485330489, 0.4124685172, 0.8070371892};
  const double unique_tokens = 1.05773e10;
  for (double flops = 2e19; flops < 5e19; flops *= 1.01) {
    CAPTURE(flops);
    const auto known = compute_optimal(law, flops, unique_tokens),
               found = compute_optimal(disguised<lovelace>(law), flops, unique_tokens);
    CHECK(found.parameters == Approx(known.parameters).epsilon(1e-9));  // of a minimum that is shallow
  }
}

TEST_CASE("The edge of a flat is no minimum") {
  const muennighoff<> law{0.70232426297408712, 102.26039995363185, 251.49431501123911, 0.49785525137250192,
                          0.2143735864224019,  4.1748807327658612, 3.2972092711614023};
  const training_cost cost{6, 1.3610155328357902, 0.46903494152654168};
  for (double flops = 1e18; flops < 1e28; flops *= 1.01) {
    CAPTURE(flops);
    const auto known = compute_optimal(law, flops, 3409959650578.5962, cost);
    try {
      const auto found = compute_optimal(disguised<muennighoff>(law), flops, 3409959650578.5962, cost);
      CHECK(found.parameters == Approx(known.parameters).epsilon(1e-6));
    } catch (const std::domain_error&) {
      CHECK(known.epochs > 1000);
    }
  }
}

TEMPLATE_TEST_CASE("A plan of the bounded law spends its budget where its first-order condition holds", "", float,
                   double, long double) {
  using T = TestType;
  support::random_numbers random(112);
  for (int i = 0; i < 200; ++i) {
    const auto at = random_question<T>(random);
    const auto law = random_bounded(random, at.free);
    const auto [N, D, U, epochs, flops, loss] = compute_optimal(law, at.flops, at.unique_tokens, at.cost);
    const T p = static_cast<T>(at.cost.parameters_power), q = static_cast<T>(at.cost.tokens_power);
    // 300 epsilon: the powers magnify a rounding by a logarithm of 60, in the plan and again here
    CHECK(std::abs(static_cast<T>(at.cost.factor) * std::pow(N, p) * std::pow(D, q) / flops - 1) < 300 * epsilon<T>);
    const T gains = law.alpha * law.a * std::pow(N, -law.alpha);
    const T harms = p / q * law.beta * law.b * std::pow(D, -law.beta) +
                    law.gamma * law.c * std::pow(N, law.gamma) * std::pow(U, -law.delta);
    CHECK(std::abs(gains / harms - 1) < 300 * epsilon<T>);
    CHECK(loss == law(N, D, U));
    CHECK(U == at.unique_tokens);
    CHECK(std::abs(epochs * U / D - 1) < 4 * epsilon<T>);
  }
}

TEMPLATE_TEST_CASE("A plan of one epoch, but for rounding, was refused by the bounded law", "", float, double,
                   long double) {
  using T = TestType;
  const bounded<T> law{T(1.8L), T(10.8249L), 60, 300, T(0.03L), T(0.35L), T(0.37L), T(0.5L), T(0.5L)};
  for (const T unique : {T(1e9L), T(2e9L), T(5e9L), T(1e10L), T(25e9L), T(1e11L), T(1e12L)}) {
    const auto plan = compute_optimal_for_tokens(law, unique, unique);
    const auto same = compute_optimal(law, plan.flops, unique);
    // Some ten roundings of logs up to 60, of the budget and of the plan, and as much room.
    CHECK(std::abs(same.epochs - 1) < 1000 * std::numeric_limits<T>::epsilon());
  }
}

TEST_CASE("Nothing along the budget is better than the plan of the bounded law") {
  support::random_numbers random(113);
  for (int i = 0; i < 150; ++i) {
    const auto at = random_question<double>(random);
    const auto law = random_bounded(random, at.free);
    const auto plan = compute_optimal(law, at.flops, at.unique_tokens, at.cost);
    const double m = at.cost.parameters_power / at.cost.tokens_power;
    for (double x = -20; x <= 20; x += 0.0625) {
      if (x == 0) continue;
      CHECK(law(plan.parameters * std::exp(x), plan.tokens * std::exp(-m * x), at.unique_tokens) >=
            plan.loss * (1 - 16 * epsilon<double>));
    }
    for (const double x : {-0.01, 0.01})  // and near it, strictly
      CHECK(law(plan.parameters * std::exp(x), plan.tokens * std::exp(-m * x), at.unique_tokens) > plan.loss);
  }
}

TEST_CASE("Where large models do not overfit, the bounded law plans as Chinchilla's") {
  support::random_numbers random(114);
  for (int i = 0; i < 100; ++i) {
    const auto at = random_question<double>(random);
    auto law = random_bounded(random, at.free);
    const chinchilla<> same{0, law.a, law.b, law.alpha, law.beta};  // h itself
    const auto free = compute_optimal(same, at.flops, at.cost);
    const auto check = [&](double tolerance) {
      const auto plan = compute_optimal(law, at.flops, at.unique_tokens, at.cost);
      CHECK(plan.parameters == Approx(free.parameters).epsilon(tolerance));
      CHECK(plan.tokens == Approx(free.tokens).epsilon(tolerance));
    };
    const double c = law.c, gamma = law.gamma;
    law.c = 0;
    check(1e-12);
    law.c = 1e-30;
    check(1e-12);
    law.c = c, law.gamma = 0;  // the same harm whatever the size
    check(1e-12);
    law.gamma = gamma;
    CHECK(compute_optimal(law, at.flops, at.unique_tokens, at.cost).parameters <= free.parameters * (1 + 1e-12));
  }
}

TEST_CASE("The bounded law is planned alike in all units of N and D") {
  support::random_numbers random(115);
  for (int i = 0; i < 100; ++i) {
    const auto at = random_question<double>(random);
    const auto law = random_bounded(random, at.free);
    const double u = random.spread(1e-3, 1e3), v = random.spread(1e-3, 1e3);  // N in units of 1/u, D and U of 1/v
    auto other = law;
    other.a *= std::pow(u, law.alpha);
    other.b *= std::pow(v, law.beta);
    other.c *= std::pow(u, -law.gamma) * std::pow(v, law.delta);
    const auto plan = compute_optimal(law, at.flops, at.unique_tokens),
               rescaled = compute_optimal(other, at.flops * u * v, at.unique_tokens * v);
    CHECK(rescaled.parameters / u == Approx(plan.parameters).epsilon(1e-11));
    CHECK(rescaled.tokens / v == Approx(plan.tokens).epsilon(1e-11));
    CHECK(rescaled.loss == Approx(plan.loss).epsilon(1e-13));
  }
}

TEMPLATE_TEST_CASE("Plans with limited tokens at compile time are those of run time", "", float, double, long double) {
  using T = TestType;
  volatile T flops = T(1e22L), U = T(5e9L);
  const auto late = compute_optimal<T>(spoilt<T>, flops, U);
  CHECK(std::abs(late.parameters / early<T>.parameters - 1) < 200 * epsilon<T>);
  CHECK(std::abs(searched<T>.parameters / early<T>.parameters - 1) < 2000 * epsilon<T>);
}

TEST_CASE("A budget without an optimum, and a bounded law that is none, are refused by name") {
  CHECK_THROWS_WITH(compute_optimal(spoilt<double>, -1.0, 1e9),
                    "scaling::compute_optimal: flops = -1, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal(spoilt<double>, 1e20, 0.0),
                    "scaling::compute_optimal: unique_tokens = 0, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal(spoilt<double>, 1e20, 1e9, {.tokens_power = 0}),
                    "scaling::compute_optimal: cost.tokens_power = 0, must be positive and finite");
  const auto refused = [](double bounded<>::*member, double value, const std::string& sentence) {
    auto law = spoilt<double>;
    law.*member = value;
    CHECK_THROWS_WITH(compute_optimal(law, 1e20, 1e9), "scaling::compute_optimal: " + sentence);
  };
  const std::string needed = ", must be positive and finite: a law without this term has no optimum";
  refused(&bounded<>::E, -1, "E = -1, must be non-negative and finite");
  refused(&bounded<>::L_0, 1.5, "L_0 = 1.5, must be finite and above E");
  refused(&bounded<>::L_0, 1.7, "L_0 = 1.7, must be finite and above E");
  refused(&bounded<>::a, 0, "a = 0" + needed);
  refused(&bounded<>::b, -2, "b = -2" + needed);
  refused(&bounded<>::alpha, 0, "alpha = 0" + needed);
  refused(&bounded<>::beta, 0, "beta = 0" + needed);
  refused(&bounded<>::c, -1, "c = -1, must be non-negative and finite");
  refused(&bounded<>::gamma, -1, "gamma = -1, must be non-negative and finite");
  refused(&bounded<>::delta, -1, "delta = -1, must be non-negative and finite");

  auto falling = spoilt<double>;  // more parameters are always better, and tokens never
  falling.b = falling.c = 0;
  CHECK_THROWS_WITH(compute_optimal(disguised<bounded>(falling), 1e20, 1e9),
                    "scaling::compute_optimal: flops = 1e+20, must be a budget at which the law has an optimum");
  falling = spoilt<double>;
  falling.a = falling.c = 0;
  CHECK_THROWS_AS(compute_optimal(disguised<bounded>(falling), 1e20, 1e9), std::domain_error);
  CHECK_THROWS_WITH(compute_optimal(disguised<bounded>(spoilt<double>), 0.0, 1e9),
                    "scaling::compute_optimal: flops = 0, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal(disguised<bounded>(spoilt<double>), 1e20, -1.0),
                    "scaling::compute_optimal: unique_tokens = -1, must be positive and finite");
}
