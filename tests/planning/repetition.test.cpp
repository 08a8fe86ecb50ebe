// What repetition is worth: best epochs, unique tokens for a loss, one more token; by their definitions and by grids.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/repetition.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;

constexpr lovelace<> penalised{
    .E = 1.8172, .A = 482.01, .B = 2085.43, .alpha = 0.3478, .beta = 0.3658, .P = 0.0229, .delta = 1, .kappa = 1};
constexpr auto repeated = published::muennighoff_2023<>;

constexpr lovelace<> with(double delta, double kappa) {
  auto law = penalised;
  law.delta = delta, law.kappa = kappa;
  return law;
}

static_assert(best_epochs(penalised, 2.5e8, 1e8) > 7.539);
static_assert(best_epochs(with(1.84, 0.94), 2.5e8, 1e8) > 3.142);
static_assert(unique_tokens_for_loss(repeated, 2.3, {6e9, 1e11}) < 1e11);
static_assert(unique_tokens_for_loss(penalised, 2.5, {6e9, 1e11}) < 1e11);
static_assert(unique_tokens_for_loss(repeated, 2.3, 1e22) < 25e9);
static_assert(unique_tokens_for_loss(penalised, 2.2, 1e22) < 1e11);
static_assert(worth_of_token(repeated, {6e9, 1e11, 2.5e10}).ratio < 1);

}  // namespace

// formulas.md 6.3; acceptance/constants.cpp
TEST_CASE("A model of 250M on 100M tokens is best after 7.54 epochs") {
  CHECK(best_epochs(penalised, 2.5e8, 1e8) == Approx(7.5393649904924016).epsilon(1e-14));
  CHECK(best_epochs(lovelace<long double>{1.8172L, 482.01L, 2085.43L, 0.3478L, 0.3658L, 0.0229L, 1, 1}, 2.5e8L, 1e8L) ==
        Approx(7.5393649904924016).epsilon(1e-15));
  CHECK(best_epochs(penalised, 2.5e8, 1e12) == Approx(best_epochs(with(1 + 1e-12, 1), 2.5e8, 1e12)).epsilon(1e-9));
  // A last epoch so soon after the first that in float no loss tells them apart.
  const lovelace<float> steep{1.8172F, 482.01F, 2085.43F, 0.3478F, 0.3658F, 20, 2, 0};
  CHECK(best_epochs(steep, 1e12F, 1e15F) - 1 == Approx(6.214e-5).epsilon(0.01));  // beta B/U^beta over delta P
}

TEST_CASE("No number of epochs is better than the best, on a grid from one to a million") {
  support::random_numbers random(61);
  for (int i = 0; i < 300; ++i) {
    auto law = with(i % 3 == 0 ? 1.0 : random.between(0.3, 3), random.between(0, 2.5));
    law.P = random.spread(1e-4, 1);
    const double N = random.spread(1e7, 1e10), U = random.spread(1e7, 1e11);
    const double best = best_epochs(law, N, U), loss = law(N, U * best, U);
    CAPTURE(law.delta, law.kappa, law.P, N, U, best);
    CHECK(best >= 1);
    for (double epochs = 1; epochs < 1e6; epochs *= 1.02) CHECK(law(N, U * epochs, U) >= loss * (1 - 1e-15));
    if (best > 1) {
      CHECK(law(N, U * best * 1.001, U) >= loss * (1 - 1e-15));
      CHECK(law(N, U * best * 0.999, U) >= loss * (1 - 1e-15));
      const auto worth = worth_of_token(law, {N, U * best, U});  // the derivative, ill-conditioned near one epoch
      CHECK(std::abs(worth.ratio) < 1e-13 + 1e-14 / (best - 1));
    }
  }
}

TEST_CASE("The second derivative of the best epochs in delta was a quarter off at a delta of 1") {
  using number = input_dual<input_dual<double, 1>, 1>;
  const auto curvature = [](double delta) {
    number of_delta{input_dual<double, 1>::variable(delta, 0)};
    of_delta.gradient[0].value = 1;
    const auto& [E, A, B, alpha, beta, P, unused, kappa] = penalised;
    const lovelace<number> law{E, A, B, alpha, beta, P, of_delta, kappa};
    return best_epochs(law, number(2.5e8), number(1e8)).gradient[0].gradient[0];
  };
  CHECK(curvature(1) == Approx(curvature(1 + 1e-9)).epsilon(1e-7));  // 1e-9 of delta is 5e-9 of it
  const auto at = [](double delta) { return best_epochs(with(delta, 1), 2.5e8, 1e8); };
  // Three values with a rounding of 1e-15 each, over the square of a step of 1e-4: 1e-6 of the 66.
  CHECK(curvature(1) == Approx((at(1 + 1e-4) - 2 * at(1) + at(1 - 1e-4)) / 1e-8).epsilon(1e-5));
}

TEST_CASE("The best epochs are those of the least loss also where the loss is too large to tell") {
  const lovelace<> slight{2, 400, 1e-5, 0.34, 0.3, 1e-11, 0.5, 0};
  const lovelace<float> in_float{2, 400, 1e-5F, 0.34F, 0.3F, 1e-11F, 0.5F, 0};
  const double best = best_epochs(slight, 1e9, 1e9);
  CHECK(best > 100);
  CHECK(best_epochs(in_float, 1e9F, 1e9F) == Approx(best).epsilon(2e-6));  // some ten units, as promised
}

TEST_CASE("Without harm there is no last epoch") {
  auto law = penalised;
  law.P = 0;
  CHECK(best_epochs(law, 1e9, 1e9) == std::numeric_limits<double>::infinity());
  CHECK(best_epochs(repeated, 1e9, 1e9) == std::numeric_limits<double>::infinity());
  law.P = 1e3;
  CHECK(best_epochs(law, 1e9, 1e9) == 1);
}

TEST_CASE("The unique tokens for a loss give that loss") {
  support::random_numbers random(62);
  for (int i = 0; i < 200; ++i) {
    const double N = random.spread(1e8, 1e11), D = random.spread(1e10, 1e13), U = D / random.spread(1.5, 30);
    const auto of = [&](const auto& law) {
      CHECK(unique_tokens_for_loss(law, law(N, D, U), {N, D}) == Approx(U).epsilon(1e-9));  // 1e-16 over what U changes
      CHECK(unique_tokens_for_loss(law, law(N, D, D), {N, D}) == Approx(D).epsilon(1e-6));  // where it changes nothing
    };
    of(repeated);
    of(with(random.between(0.8, 1.5), random.between(0.5, 1.5)));
  }
}

TEST_CASE("The unique tokens for a loss at a given compute make its plan reach that loss") {
  support::random_numbers random(63);
  for (int i = 0; i < 20; ++i) {
    const double flops = random.spread(1e19, 1e23);
    const training_cost cost =
        i % 2 == 0 ? training_cost{}
                   : training_cost{random.spread(1, 10), random.between(1, 1.25), random.between(0.8, 1)};
    const auto of = [&](const auto& law) {
      const auto free = compute_optimal(detail::without_repetition(law), flops, cost);
      const double loss = free.loss + random.spread(1e-3, 0.3) * (free.loss - law.E);
      const double U = unique_tokens_for_loss(law, loss, flops, cost);
      CHECK(U < free.tokens);
      CHECK(compute_optimal(law, flops, U, cost).loss == Approx(loss).epsilon(1e-13));
      CHECK(compute_optimal(law, flops, 0.99 * U, cost).loss > loss);
    };
    of(repeated);
    of(penalised);
  }
}

TEST_CASE("Losses that Muennighoff's plan reaches with more tokens than it sees were refused where tokens are dear") {
  const muennighoff<> law{1.7, 480, 2100, 0.34, 0.28, 15, 5};
  const training_cost dear{6, 1, 2};
  for (const double U : {1e7, 1e8, 9e8, 1e9, 3e9}) {
    CAPTURE(U);
    const double loss = compute_optimal(law, 1e25, U, dear).loss;
    const double fewest = unique_tokens_for_loss(law, loss, 1e25, dear);
    CHECK(fewest <= U * (1 + 1e-9));
    CHECK(compute_optimal(law, 1e25, fewest, dear).loss == Approx(loss).epsilon(1e-12));
  }
}

TEST_CASE("A token more is worth the derivative of the loss") {
  support::random_numbers random(64);
  for (int i = 0; i < 100; ++i) {
    const double N = random.spread(1e8, 1e11), D = random.spread(1e10, 1e13), U = D / random.spread(1.1, 30);
    const auto of = [&](const auto& law) {
      const auto worth = worth_of_token(law, {N, D, U});
      const double h = 1e-5 * D, difference = (law(N, D - h, U) - law(N, D + h, U)) / (2 * h);
      CHECK(worth.repeated == Approx(difference).epsilon(1e-5).margin(1e-15 / h));  // h^2; and rounding
      CHECK(worth.ratio == Approx(worth.repeated / worth.fresh).epsilon(1e-12));
      CHECK(worth_of_token(law, {N, D, 2 * D}).ratio == 1);
    };
    of(repeated);
    of(with(random.between(0.8, 1.5), random.between(0.5, 1.5)));
    CHECK(worth_of_token(repeated, {N, D, U}).ratio == Approx(std::exp(-(D / U - 1) / 15.387756)).epsilon(1e-12));
  }
  // formulas.md 10, row 2: the fifth epoch is worth 0.771 of a fresh one, the sixteenth 0.377
  CHECK(worth_of_token(repeated, {1e9, 5e9, 1e9}).ratio == Approx(0.771).epsilon(1e-3));
  CHECK(worth_of_token(repeated, {1e9, 16e9, 1e9}).ratio == Approx(0.377).epsilon(1e-3));
}

TEST_CASE(
    "at one epoch the next token that has been seen was worth a fresh one, where plans are held there for its harm") {
  const auto plan = compute_optimal(penalised, 1e23, 25e9);
  REQUIRE(plan.epochs == 1);
  const auto worth = worth_of_token(penalised, {plan.parameters, plan.tokens, 25e9});
  CHECK(worth.ratio < -4);
  CHECK(worth.ratio ==
        Approx(worth_of_token(penalised, {plan.parameters, 25e9 * (1 + 1e-12), 25e9}).ratio).epsilon(1e-9));
  CHECK(worth.repeated == Approx(worth.ratio * worth.fresh).epsilon(1e-14));
  CHECK(worth_of_token(with(1.5, 1), {1e9, 1e9, 1e9}).ratio == 1);
  CHECK(worth_of_token(with(0.9, 1), {1e9, 1e9, 1e9}).ratio == -std::numeric_limits<double>::infinity());
}

TEST_CASE("A loss that a plan with fewer tokens has was refused for one unit in the last place") {
  support::random_numbers random(65);
  for (int i = 0; i < 2000; ++i) {
    auto law = detail::law_in<float>(with(random.between(1.5, 2.2), random.between(0, 1)));
    law.P = static_cast<float>(random.spread(1e-5, 1e-2));
    const auto flops = static_cast<float>(random.spread(1e19, 1e25));
    const chinchilla<float> free{law.E, law.A, law.B, law.alpha, law.beta};
    const float U = compute_optimal(free, flops).tokens / static_cast<float>(random.between(1, 4));
    const float loss = compute_optimal(law, flops, U).loss;
    CAPTURE(flops, U);
    const float fewest = unique_tokens_for_loss(law, loss, flops);
    CHECK(compute_optimal(law, flops, fewest).loss == Approx(loss).epsilon(1e-6));  // eight epsilon
  }
  // The allowance is a share of the loss, whatever its unit.
  for (const double unit : {1e-3, 1.0, 1e3}) {
    const lovelace<> law{2 * unit, 400 * unit, 2000 * unit, 0.34, 0.37, 1e-3 * unit, 1, 1};
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    const double lowest = compute_optimal(chinchilla<>{law.E, law.A, law.B, law.alpha, law.beta}, 1e21).loss;
    CHECK(unique_tokens_for_loss(law, lowest * (1 - 4 * epsilon), 1e21) > 0);
    CHECK_THROWS_AS(unique_tokens_for_loss(law, lowest * (1 - 20 * epsilon), 1e21), std::domain_error);
  }
}

TEST_CASE("What repetition cannot answer is refused by name") {
  CHECK_THROWS_WITH(best_epochs(penalised, 0.0, 1e8),
                    "scaling::best_epochs: parameters = 0, must be positive and finite");
  CHECK_THROWS_WITH(best_epochs(repeated, 1e8, -1.0),
                    "scaling::best_epochs: unique_tokens = -1, must be positive and finite");
  CHECK_THROWS_WITH(worth_of_token(repeated, {1e9, 1e9, 0}),
                    "scaling::worth_of_token: unique_tokens = 0, must be positive and finite");
  CHECK_THROWS_WITH(unique_tokens_for_loss(repeated, 1.9, {1e9, 1e10}),
                    "scaling::unique_tokens_for_loss: loss = 1.9, must be finite and no less than the loss without "
                    "repetition");
  CHECK_THROWS_AS(unique_tokens_for_loss(repeated, 1.9, 1e20), std::domain_error);
  CHECK_THROWS_AS(unique_tokens_for_loss(repeated, 2.9, -1e20), std::domain_error);
  auto harmless = penalised;
  harmless.P = 0;
  CHECK_THROWS_WITH(
      unique_tokens_for_loss(harmless, 2.9, {1e9, 1e10}),
      "scaling::unique_tokens_for_loss: P = 0, must be positive: where nothing harms, any number of tokens "
      "will do");
}

TEST_CASE("Where the harm of a first repetition is steep but small, the best number of epochs is just above one") {
  // The loss rises up to 1.02 epochs, and is lower than at one again at the best.
  const scaling::lovelace<double> law{
      .E = 1.8, .A = 400, .B = std::pow(10, 8.1), .alpha = 0.35, .beta = 0.9, .P = 0.627, .delta = 0.9, .kappa = 1};
  const double N = 1e9, U = 1e9, best = scaling::best_epochs(law, N, U);
  CHECK(best == Catch::Approx(std::exp(0.15)).epsilon(1e-2));
  const double loss = law(N, U * best, U);
  for (const double epochs : {1.0, 1.02, best * 0.99, best * 1.01}) CHECK(law(N, U * epochs, U) > loss);
}

TEST_CASE("Where the harm of repetition sets in late and then steeply, the best number of epochs is found") {
  const scaling::lovelace<double> law{
      .E = 1.8, .A = 400, .B = 100, .alpha = 0.35, .beta = 0.1, .P = 15, .delta = 6, .kappa = 1};
  const double N = 1e10, U = 1e10, best = scaling::best_epochs(law, N, U), loss = law(N, U * best, U);
  CHECK(best > 1.3);
  for (const double epochs : {1.0, best * 0.99, best * 1.01}) CHECK(law(N, U * epochs, U) > loss);
}
