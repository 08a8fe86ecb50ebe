// Plans with limited tokens: the published numbers, a fine grid over all of each budget, and the limits.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/data_constrained.hpp>
#include <scaling/planning/data_constrained_inverse.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;

template <class T>
constexpr T epsilon = std::numeric_limits<T>::epsilon();

template <class T>
constexpr lovelace<T> penalised{.E = T(1.8172L),
                                .A = T(482.01L),
                                .B = T(2085.43L),
                                .alpha = T(0.3478L),
                                .beta = T(0.3658L),
                                .P = T(0.0229L),
                                .delta = 1,
                                .kappa = 1};

/// Compile-time plans in every scalar, on every compiler and within its limits.
template <class T>
constexpr auto limited = compute_optimal(published::muennighoff_2023<T>, T(1e22L), T(25e9L));
template <class T>
constexpr auto careful = compute_optimal(penalised<T>, T(1e21L), T(5e9L));
constexpr auto curved = [] {
  auto law = penalised<double>;
  law.delta = 1.84, law.kappa = 0.94;
  return compute_optimal(law, 1e21, 5e9, {.factor = 6, .parameters_power = 1.1, .tokens_power = 0.9});
}();
static_assert(limited<float>.epochs > 9.48F && limited<double>.epochs > 9.48 && limited<long double>.epochs > 9.48L);
static_assert(careful<float>.epochs > 9.19F && careful<double>.epochs > 9.19 && careful<long double>.epochs > 9.19L);
static_assert(curved.epochs > 1);

struct budget {
  double flops, unique_tokens;
  training_cost cost;
};
budget random_budget(support::random_numbers& random, bool usual_cost) {
  const double flops = random.spread(1e18, 1e24);
  budget question{flops, std::sqrt(flops) * random.spread(1e-4, 10), {}};
  if (!usual_cost) question.cost = {random.spread(1, 10), random.between(0.8, 1.25), random.between(0.8, 1.25)};
  return question;
}
chinchilla<> random_law(support::random_numbers& random) {
  return {random.between(0, 3), random.spread(1e2, 1e3), random.spread(3e2, 3e3), random.between(0.25, 0.45),
          random.between(0.25, 0.45)};
}
muennighoff<> random_muennighoff(support::random_numbers& random) {
  const auto law = random_law(random);
  return {law.E, law.A, law.B, law.alpha, law.beta, random.spread(0.3, 100), random.spread(0.3, 100)};
}
lovelace<> random_lovelace(support::random_numbers& random) {
  const auto law = random_law(random);
  return {
      law.E, law.A, law.B, law.alpha, law.beta, random.spread(1e-5, 10), random.between(0.2, 3), random.between(0, 3)};
}

/// ln N along the whole budget, from far too small to far too large: the lowest loss seen.
template <class Law>
double lowest_on_grid(const Law& law, const budget& at, double around, double reach, int points) {
  double lowest = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= points; ++i) {
    const double N = around * std::exp(reach * (2.0 * i / points - 1));
    const double D =
        std::pow(at.flops / at.cost.factor / std::pow(N, at.cost.parameters_power), 1 / at.cost.tokens_power);
    lowest = std::min(lowest, law(N, D, at.unique_tokens));
  }
  return lowest;
}

/// The budget is spent; nothing on a grid over twenty e-folds, and nothing near, is better but by rounding.
template <class Law>
void check_best(const Law& law, const budget& at) {
  const auto plan = compute_optimal(law, at.flops, at.unique_tokens, at.cost);
  CAPTURE(at.flops, at.unique_tokens, at.cost.parameters_power, at.cost.tokens_power, plan.epochs, plan.parameters);
  const auto& [factor, p, q] = at.cost;
  CHECK(factor * std::pow(plan.parameters, p) * std::pow(plan.tokens, q) == Approx(at.flops).epsilon(1e-13));
  CHECK(plan.epochs == Approx(plan.tokens / at.unique_tokens).epsilon(1e-15));
  CHECK(plan.loss == Approx(law(plan.parameters, plan.tokens, at.unique_tokens)).epsilon(1e-14));
  const double no_better = plan.loss * (1 - 32 * epsilon<double>);  // that of two evaluations of the law
  CHECK(lowest_on_grid(law, at, plan.parameters, 10, 2000) >= no_better);
  CHECK(lowest_on_grid(law, at, plan.parameters, 1e-3, 2) >= no_better);
  CHECK(lowest_on_grid(law, at, plan.parameters, 0.1, 20) >= no_better);
  const double N1 = std::pow(at.flops / factor / std::pow(at.unique_tokens, q), 1 / p);  // one epoch
  for (double y = 1e-8; y < 20; y *= 1.02) {
    const double N = N1 * std::exp(-y), D = at.unique_tokens * std::exp(y * p / q);
    CHECK(law(N, D, at.unique_tokens) >= no_better);
  }
}

}  // namespace

// oracles.csv: mu_cont, mu_grid; formulas.md 5.4, with 10 digits of N, D and epochs. A grid is less exact than a root.
TEST_CASE("Muennighoff's budget of 1e22 FLOP and 25e9 tokens is spent on 7.03e9 parameters and 9.49 epochs") {
  const auto law = published::muennighoff_2023<>;
  const auto plan = compute_optimal(law, 1e22, 25e9);
  CHECK(plan.parameters == Approx(7.026159072e9).epsilon(1e-6));
  CHECK(plan.tokens == Approx(2.3720879e11).epsilon(1e-6));
  CHECK(plan.epochs == Approx(9.4883514568).epsilon(1e-6));
  CHECK(plan.loss == Approx(2.22212927487097).epsilon(1e-12));
  CHECK(plan.loss <= law(7022364735.879969, 237336955477.55075, 25e9));
  // Both sides of the first-order condition, printed to six digits in formulas.md.
  const double N_effective = law.effective_parameters(plan.parameters, 25e9),
               D_effective = law.effective_tokens(plan.tokens, 25e9);
  const double R_N = plan.parameters / law.base_parameters(25e9) - 1, R_D = plan.epochs - 1;
  const double of_N = law.alpha * law.A * std::pow(N_effective, -law.alpha) * plan.parameters / N_effective *
                      std::exp(-R_N / law.R_N_star),
               of_D = law.beta * law.B * std::pow(D_effective, -law.beta) * plan.tokens / D_effective *
                      std::exp(-R_D / law.R_D_star);
  CHECK(of_N == Approx(0.0402723).epsilon(2e-6));
  CHECK(of_N == Approx(of_D).epsilon(1e-12));
}

// acceptance/plan_with_limits.cpp: from an independent search with a grid
TEST_CASE("Lovelace's penalty makes the model larger, until one epoch is best") {
  const auto free = compute_optimal(published::besiroglu_2024<>, 1e21);
  CHECK(careful<double>.parameters > free.parameters);
  CHECK(careful<double>.parameters == Approx(3.6261552571e9).epsilon(1e-9));
  CHECK(careful<double>.loss == Approx(2.44379515235839).epsilon(1e-12));
  auto stricter = penalised<double>;
  stricter.P = 0.035;  // a minimum remains at 7.1 epochs, but is higher than the end
  const auto once = compute_optimal(stricter, 1e21, 5e9);
  CHECK(once.epochs == 1);
  CHECK(once.tokens == 5e9);
  CHECK(once.loss == Approx(2.51331273686643).epsilon(1e-12));
  const auto at_7_epochs = [&](double epochs) {
    const double D = 5e9 * epochs;
    return stricter(1e21 / (6 * D), D, 5e9);
  };
  CHECK((at_7_epochs(7.1) < at_7_epochs(6.1) && at_7_epochs(7.1) < at_7_epochs(8.1) && at_7_epochs(7.1) > once.loss));
}

TEST_CASE("Nothing on a fine grid is better than the plan of Muennighoff's law") {
  support::random_numbers random(51);
  for (int i = 0; i < 150; ++i) check_best(random_muennighoff(random), random_budget(random, i % 2 == 0));
}

TEST_CASE("Nothing on a fine grid is better than the plan of Lovelace's law") {
  support::random_numbers random(52);
  for (int i = 0; i < 250; ++i) check_best(random_lovelace(random), random_budget(random, i % 2 == 0));
  // From the last harm at which repetition pays to the first at which it does not, the two minima change places.
  auto law = penalised<double>;
  for (law.P = 0.025; law.P < 0.045; law.P += 0.0005) check_best(law, {1e21, 5e9, {}});
}

TEST_CASE("A minimum is found where a smaller model repeats little, to lessen a harm that is great for a large one") {
  const lovelace<> law{0.393984, 100.133, 508.684, 0.338413, 0.375581, 1.33671e-5, 0.831343, 7.32416};
  check_best(law, {2.61278e22, 1.84219e11, {}});
  CHECK(compute_optimal(law, 2.61278e22, 1.84219e11).epochs == Approx(1.103).epsilon(1e-3));
}

TEST_CASE("Where the minimum beyond one epoch vanishes, one epoch is best") {
  for (const double P : {0.04, 0.044, 0.046, 0.048, 0.05, 0.1}) {
    auto law = penalised<double>;
    law.P = P;
    check_best(law, {1e21, 5e9, {}});
    CHECK(compute_optimal(law, 1e21, 5e9).epochs == 1);
  }
}

TEMPLATE_TEST_CASE("The first-order condition holds in every scalar", "", float, double, long double) {
  using T = TestType;
  const auto law = penalised<T>;
  const auto [N, D, U, epochs, flops, loss] = careful<T>;
  // formulas.md 6.3: alpha A N^-alpha + P N/U = beta B D^-beta. 200 epsilon: as in Chinchilla's plan.
  const T left = law.alpha * law.A * std::pow(N, -law.alpha) + law.P * N / U;
  CHECK(std::abs(left / (law.beta * law.B * std::pow(D, -law.beta)) - 1) < 200 * epsilon<T>);
  CHECK(std::abs(6 * N * D / flops - 1) < 200 * epsilon<T>);
  CHECK(loss == Approx(2.44379515235839).epsilon(std::is_same_v<T, float> ? 1e-6 : 1e-13));

  volatile T late_flops = T(1e22L), late_U = T(25e9L);
  const auto late = compute_optimal<T>(published::muennighoff_2023<T>, late_flops, late_U);
  CHECK(std::abs(late.parameters / limited<T>.parameters - 1) < 200 * epsilon<T>);
  CHECK(std::abs(late.loss / limited<T>.loss - 1) < 16 * epsilon<T>);
}

TEST_CASE("Where there are tokens enough the plan is Chinchilla's, to the last digit") {
  support::random_numbers random(53);
  for (int i = 0; i < 100; ++i) {
    const auto repeated = random_muennighoff(random);
    const auto harmed = random_lovelace(random);
    const double flops = random.spread(1e18, 1e24);
    const auto of = [&](const auto& law) {
      const auto free = compute_optimal(detail::without_repetition(law), flops);
      const auto plan = compute_optimal(law, flops, free.tokens * (1 + random.between(0, 2)));
      CHECK(plan.parameters == free.parameters);
      CHECK(plan.tokens == free.tokens);
      CHECK(plan.loss == free.loss);
      CHECK(plan.epochs <= 1);
      const auto nearly = compute_optimal(law, flops, free.tokens * (1 - 1e-9));  // and continuously so
      CHECK(nearly.parameters == Approx(free.parameters).epsilon(1e-8));
      CHECK(nearly.loss == Approx(free.loss).epsilon(1e-8));
    };
    of(repeated);
    of(harmed);
  }
}

TEST_CASE("Without depreciation, or without harm, repeated tokens are as good as fresh ones") {
  support::random_numbers random(54);
  for (int i = 0; i < 100; ++i) {
    auto repeated = random_muennighoff(random);
    repeated.R_D_star = repeated.R_N_star = 1e12;
    auto harmed = random_lovelace(random);
    harmed.P = 0;
    const budget at = random_budget(random, false);
    const auto of = [&](const auto& law, double tolerance) {
      const auto free = compute_optimal(detail::without_repetition(law), at.flops, at.cost);
      const auto plan = compute_optimal(law, at.flops, at.unique_tokens, at.cost);
      CHECK(plan.parameters == Approx(free.parameters).epsilon(tolerance));
      CHECK(plan.loss == Approx(free.loss).epsilon(tolerance));
    };
    of(repeated, 1e-6);  // 1/R* times the epochs, or times N/N*, and that over the exponents
    of(harmed, 1e-14);
    harmed.P = 1e-30;
    if (harmed.kappa <= harmed.delta && harmed.delta >= 1) of(harmed, 1e-6);
  }
}

TEST_CASE("Plans with limited tokens do not depend on the units of N and D") {
  support::random_numbers random(55);
  for (int i = 0; i < 100; ++i) {
    const auto law = random_muennighoff(random);
    const budget at = random_budget(random, true);
    const double u = random.spread(1e-3, 1e3);  // both in units of 1/u: N* scales with them
    auto other = law;
    other.A *= std::pow(u, law.alpha);
    other.B *= std::pow(u, law.beta);
    const auto plan = compute_optimal(law, at.flops, at.unique_tokens),
               rescaled = compute_optimal(other, at.flops * u * u, at.unique_tokens * u);
    CHECK(rescaled.parameters / u == Approx(plan.parameters).epsilon(1e-11));
    CHECK(rescaled.loss == Approx(plan.loss).epsilon(1e-13));
  }
}

TEMPLATE_TEST_CASE("Beyond some 1300 epochs a plan in float was up to 12 % off in N, beyond 11000 one in double", "",
                   float, double) {
  using T = TestType;
  using wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
  support::random_numbers random(56);
  double most_epochs = 0;
  for (int i = 0; i < 400; ++i) {
    const auto drawn = i < 100 ? published::muennighoff_2023<> : random_muennighoff(random);
    const auto values = coefficient_values(drawn);
    std::array<T, values.size()> rounded;
    std::array<wide, values.size()> exact;
    for (std::size_t k = 0; k < values.size(); ++k) rounded[k] = T(values[k]), exact[k] = wide(rounded[k]);
    const T flops = T(random.spread(1e18, 1e24)), U = T(std::sqrt(double(flops)) * random.spread(1e-9, 1e-2));
    const auto plan = compute_optimal<T>(law_from<muennighoff<T>>(rounded), flops, U);
    const auto want = compute_optimal<wide>(law_from<muennighoff<wide>>(exact), wide(flops), wide(U));
    const double off = double(std::abs(wide(plan.parameters) / want.parameters - 1));
    CAPTURE(i, flops, U, plan.epochs, want.epochs, off / double(epsilon<T>));
    CHECK(off < 100 * double(epsilon<T>));  // twice log(flops)
    most_epochs = std::max(most_epochs, double(want.epochs));
  }
  CHECK(most_epochs > 1e5);
}

TEST_CASE("What has no plan with limited tokens is refused by name") {
  const auto law = published::muennighoff_2023<>;
  CHECK_THROWS_WITH(compute_optimal(law, -1.0, 1e9),
                    "scaling::compute_optimal: flops = -1, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal(law, 1e22, 0.0),
                    "scaling::compute_optimal: unique_tokens = 0, must be positive and finite");
  auto bad = law;
  bad.R_D_star = 0;
  CHECK_THROWS_WITH(compute_optimal(bad, 1e22, 1e9),
                    "scaling::compute_optimal: R_D_star = 0, must be positive and finite");
  bad = law;
  bad.R_N_star = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(compute_optimal(bad, 1e22, 1e9), std::domain_error);
  bad = law;
  bad.A = 0;
  CHECK_THROWS_WITH(compute_optimal(bad, 1e22, 1e9),
                    "scaling::compute_optimal: A = 0, must be positive and finite: a law "
                    "without this term has no optimum");
  auto harmed = penalised<double>;
  harmed.P = -1;
  CHECK_THROWS_WITH(compute_optimal(harmed, 1e22, 1e9),
                    "scaling::compute_optimal: P = -1, must be non-negative and finite");
  harmed = penalised<double>;
  harmed.delta = 0;
  CHECK_THROWS_WITH(compute_optimal(harmed, 1e22, 1e9),
                    "scaling::compute_optimal: delta = 0, must be positive and finite");
  harmed = penalised<double>;
  harmed.kappa = -1;
  CHECK_THROWS_AS(compute_optimal(harmed, 1e22, 1e9), std::domain_error);
  CHECK_THROWS_AS(compute_optimal(penalised<double>, 1e22, 1e9, {.factor = 0}), std::domain_error);
}

TEST_CASE("A plan next to as few parameters as the tokens are worth is found") {
  // R*_N is small: nearly all of the way from one epoch to N* is gone.
  const muennighoff<double> law{
      .E = 1.87, .A = 10271, .B = 20, .alpha = 1.3856, .beta = 0.0507, .R_D_star = 151, .R_N_star = 0.191};
  const auto plan = compute_optimal(law, 8.5e17, 5.1e12);
  CHECK(plan.epochs > 9);
  CHECK(plan.parameters > law.base_parameters(5.1e12));
  for (const double factor : {0.999, 1.001})
    CHECK(law(plan.parameters * factor, plan.tokens / factor, 5.1e12) > plan.loss);
}

TEMPLATE_TEST_CASE("Budgets of which one epoch is best were refused by the rounding of their plan", "", float, double,
                   long double) {
  using T = TestType;
  constexpr auto law = scaling::published::muennighoff_2023<T>;
  for (const training_cost& cost : {training_cost{6, 1.2, 1}, training_cost{6, 1, 0.95}, training_cost{}})
    for (int i = 1; i <= 300; ++i) {
      const T U = static_cast<T>(i) * T(1e9);
      const auto once = compute_optimal_for_tokens(chinchilla<T>{law.E, law.A, law.B, law.alpha, law.beta}, U, cost);
      const auto plan = compute_optimal(law, once.flops, U, cost);
      CAPTURE(i, cost.parameters_power, plan.epochs);
      // Ten epsilon log(flops), of the budget and of the plan.
      const T off = 1000 * std::numeric_limits<T>::epsilon();
      CHECK(std::abs(plan.epochs - 1) < off);
      CHECK(std::abs(plan.parameters / once.parameters - 1) < off);
      const auto back = compute_optimal_for_tokens(law, U, U, cost);
      CHECK(std::abs(back.parameters / once.parameters - 1) < off);
    }
}

TEMPLATE_TEST_CASE("A plan next to one epoch left out the harm of what it repeats", "", float, double, long double) {
  using T = TestType;
  const chinchilla<T> plain{T(1.69L), T(406.4L), T(410.7L), T(0.34L), T(0.28L)};
  const lovelace<T> law{plain.E, plain.A, plain.B, plain.alpha, plain.beta, T(1e6L), 1, 1};
  const T flops = T(1e22L), tokens = compute_optimal(plain, flops).tokens;
  for (int i = 1; i < 128; ++i) {
    const T unique_tokens = tokens * (1 - static_cast<T>(i) * std::numeric_limits<T>::epsilon());
    const auto plan = compute_optimal(law, flops, unique_tokens);
    CAPTURE(i, plan.epochs);
    CHECK(plan.loss == law({plan.parameters, plan.tokens, unique_tokens}));
    // No worse than one epoch of as large a model, but for rounding.
    CHECK(plan.loss <= plain(plan.parameters, unique_tokens) * (1 + 8 * std::numeric_limits<T>::epsilon()));
  }
}

TEMPLATE_TEST_CASE("A plan of Lovelace's law next to one epoch went there, and did not move", "", float, double,
                   long double) {
  using T = TestType;
  using number = input_dual<T, 1>;
  constexpr T epsilon = std::numeric_limits<T>::epsilon();
  const lovelace<T> law{T(1.69L), T(406.4L), T(410.7L), T(0.34L), T(0.28L), T(1e-3L), 2, 1};
  const lovelace<number> moving{law.E, law.A, law.B, law.alpha, law.beta, law.P, law.delta, law.kappa};
  const chinchilla<T> plain{law.E, law.A, law.B, law.alpha, law.beta};
  for (int i = 0; i < 200; ++i) {
    const T flops = T(1e20L) * std::pow(T(1e5L), static_cast<T>(i) / 200),
            tokens = compute_optimal(plain, flops).tokens;
    const T missing = epsilon * std::pow(T(1e-2L) / epsilon, static_cast<T>(1 + i % 20) / 21) * 64;
    const T unique_tokens = tokens * (1 - missing);
    CAPTURE(flops, missing);
    const auto plan = compute_optimal(law, flops, unique_tokens);
    // A penalty of P = 1e-3 moves the plan by less than a hundredth of what is missing, and its slope by as little; the rest
    // are ten log(flops) roundings, as promised.
    CHECK(std::abs(plan.tokens / tokens - 1) < missing / 100 + 500 * epsilon);
    const auto moved = compute_optimal(moving, number::variable(flops, 0), number(unique_tokens));
    CHECK(moved.tokens.gradient[0] * flops / tokens ==
          Catch::Approx(static_cast<double>(law.alpha / (law.alpha + law.beta))).epsilon(0.02));
  }
}
