// What must hold of every plan, in every scalar, over random laws: units, exchange, the envelope theorem, limits.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/disguised.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using support::disguised;

template <class T>
constexpr T epsilon = std::numeric_limits<T>::epsilon();

template <class T>
T apart(T got, T want) {
  return std::abs(std::log(got / want));
}

/// A plan is right to some hundred epsilon: the rounding of a logarithm of 60. Two of them, found from other numbers by
/// a search, and an exponent that is a quotient of others: a few thousand.
template <class T>
constexpr T exact = 500 * epsilon<T>;
template <class T>
constexpr T found = 20000 * epsilon<T>;

template <class T>
struct question {
  chinchilla<T> law;
  T flops, unique_tokens;
};
template <class T>
question<T> random_question(support::random_numbers& random) {
  const chinchilla<T> law{static_cast<T>(random.between(0, 3)), static_cast<T>(random.spread(1e2, 1e3)),
                          static_cast<T>(random.spread(3e2, 3e3)), static_cast<T>(random.between(0.25, 0.45)),
                          static_cast<T>(random.between(0.25, 0.45))};
  const T flops = static_cast<T>(random.spread(1e18, 1e23));
  return {law, flops, compute_optimal(law, flops).tokens * static_cast<T>(random.spread(0.1, 0.9))};
}
template <class T>
muennighoff<T> repeated(const chinchilla<T>& law, T R_star) {
  return {law.E, law.A, law.B, law.alpha, law.beta, R_star, R_star / 3};
}
template <class T>
lovelace<T> harmed(const chinchilla<T>& law, T P) {
  return {law.E, law.A, law.B, law.alpha, law.beta, P, T(1.5L), T(0.75L)};
}
template <class T>
bounded<T> spoilt(const chinchilla<T>& law, T c) {
  return {law.E, T(11), law.A / 8, law.B / 8, c, law.alpha, law.beta, T(0.25L), T(0.5L)};
}

}  // namespace

// By powers of two, which are exact in every scalar, and in the price, which is a double.
TEMPLATE_TEST_CASE("No plan depends on the units of N and D", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(151);
  for (int i = 0; i < 50; ++i) {
    const auto question = random_question<T>(random);
    const auto& law = question.law;
    const T flops = question.flops, U = question.unique_tokens;
    const int log_u = static_cast<int>(random.between(-8, 8)), log_v = static_cast<int>(random.between(-8, 8));
    const T u = std::ldexp(T(1), log_u), v = std::ldexp(T(1), log_v);  // N in units of 1/u, D and U in units of 1/v
    const training_cost price{.factor = 6 / std::ldexp(1.0, log_u + log_v)};
    chinchilla<T> other = law;
    other.A *= std::pow(u, law.alpha);
    other.B *= std::pow(v, law.beta);
    const auto check = [&](const auto& plan, const auto& rescaled, T tolerance) {
      CHECK(apart(rescaled.parameters / u, plan.parameters) < tolerance);
      CHECK(apart(rescaled.tokens / v, plan.tokens) < tolerance);
      CHECK(std::abs(rescaled.loss / plan.loss - 1) < 200 * epsilon<T>);
    };
    check(compute_optimal(law, flops), compute_optimal(other, flops, price), exact<T>);
    check(compute_optimal(disguised<chinchilla, T>(law), flops),
          compute_optimal(disguised<chinchilla, T>(other), flops, price), found<T>);
    auto of_u = repeated(other, T(15));
    // (R* has no unit, and N* is in those of N)
    check(compute_optimal(repeated(law, T(15)), flops, U), compute_optimal(of_u, flops, U * v, price), found<T>);
    auto harmed_in_u = harmed(other, T(0.02L) * std::pow(v / u, T(0.75L)));
    check(compute_optimal(harmed(law, T(0.02L)), flops, U), compute_optimal(harmed_in_u, flops, U * v, price),
          found<T>);
    auto spoilt_in_u = spoilt(other, T(1e-3L) * std::pow(v, T(0.5L)) / std::pow(u, T(0.25L)));
    check(compute_optimal(spoilt(law, T(1e-3L)), flops, U), compute_optimal(spoilt_in_u, flops, U * v, price),
          found<T>);
    // Serving costs 2 N as well, so that only the units of D are free there.
    chinchilla<T> in_v = law;
    in_v.B *= std::pow(v, law.beta);
    const auto served = inference_aware_for_flops(law, flops, U);
    const auto served_in_v = inference_aware_for_flops(in_v, flops, U, {.factor = 6 / std::ldexp(1.0, log_v)});
    CHECK(apart(served_in_v.parameters, served.parameters) < found<T>);
    CHECK(apart(served_in_v.tokens / v, served.tokens) < found<T>);
  }
}

TEMPLATE_TEST_CASE("(N, alpha, A) and (D, beta, B) may change places in a plan", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(152);
  for (int i = 0; i < 100; ++i) {
    const auto question = random_question<T>(random);
    const auto& law = question.law;
    const T flops = question.flops;
    const chinchilla<T> mirrored{law.E, law.B, law.A, law.beta, law.alpha};
    const training_cost cost{random.spread(1, 10), random.between(0.8, 1.25), random.between(0.8, 1.25)};
    const training_cost other{cost.factor, cost.tokens_power, cost.parameters_power};
    const auto check = [&](const auto& plan, const auto& mirror, T tolerance) {
      CHECK(apart(mirror.parameters, plan.tokens) < tolerance);
      CHECK(apart(mirror.tokens, plan.parameters) < tolerance);
      CHECK(std::abs(mirror.loss / plan.loss - 1) < 16 * epsilon<T>);
    };
    const auto plan = compute_optimal(law, flops, cost);
    check(plan, compute_optimal(mirrored, flops, other), exact<T>);
    check(compute_optimal(disguised<chinchilla, T>(law), flops, cost),
          compute_optimal(disguised<chinchilla, T>(mirrored), flops, other), found<T>);
    check(compute_optimal_for_parameters(law, plan.parameters, cost),
          compute_optimal_for_tokens(mirrored, plan.parameters, other), exact<T>);
    check(compute_optimal_for_loss(law, plan.loss, cost), compute_optimal_for_loss(mirrored, plan.loss, other),
          exact<T>);
  }
}

TEMPLATE_TEST_CASE("The envelope theorem: at the best plan a FLOP buys what it buys in either", "", float, double,
                   long double) {
  using T = TestType;
  support::random_numbers random(153);
  for (int i = 0; i < 100; ++i) {
    const auto question = random_question<T>(random);
    const auto& law = question.law;
    const T flops = question.flops, U = question.unique_tokens;
    const training_cost cost{random.spread(1, 10), random.between(0.8, 1.25), random.between(0.8, 1.25)};
    const auto plan = compute_optimal(law, flops, cost);
    const auto at = returns_at(law, {plan.parameters, plan.tokens}, cost);
    // dL/d ln C = -gamma (L - E), exactly
    const T along = compute_exponent(law, cost) * reducible_loss(law, flops, cost);
    CHECK(apart(at.per_flop_on_parameters * flops, along) < exact<T>);
    CHECK(apart(at.per_flop_on_tokens * flops, along) < exact<T>);
    CHECK(apart(return_per_flop(law, flops, cost) * flops, along) < exact<T>);
    if constexpr (std::is_same_v<T, float>) continue;  // its rounding is all that is in the differences below
    // By differences of the plans' losses: right to h^2, and to the rounding of a loss over h. Not close to one epoch,
    // where D - U has few digits, and at which only N grows.
    const auto check = [&](const auto& repeating) {
      const auto limited = compute_optimal(repeating, flops, U, cost);
      if (std::abs(limited.epochs - 1) < T(0.01L)) return;
      const T h = T(1e-4L), p = static_cast<T>(cost.parameters_power), q = static_cast<T>(cost.tokens_power);
      const T difference = (compute_optimal(repeating, flops * std::exp(h), U, cost).loss -
                            compute_optimal(repeating, flops * std::exp(-h), U, cost).loss) /
                           (2 * h);
      const auto slope = slopes_of(repeating, {limited.parameters, limited.tokens, U}).slope;
      CHECK(std::abs(slope[0] / p - slope[1] / q) < found<T>);
      CHECK(std::abs(slope[0] / p - difference) < T(1e-7L) + 4 * epsilon<T> / h);
    };
    check(repeated(law, T(15)));
    check(spoilt(law, T(1e-3L)));
    check(harmed(law, T(1e-3L)));
  }
}

TEMPLATE_TEST_CASE("As repetition vanishes, every plan becomes Chinchilla's", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(154);
  for (int i = 0; i < 50; ++i) {
    const auto question = random_question<T>(random);
    const auto& law = question.law;
    const T flops = question.flops, U = question.unique_tokens;
    const auto free = compute_optimal(law, flops);
    const auto check = [&](const auto& limited, T tolerance) {
      CHECK(apart(limited.parameters, free.parameters) < tolerance);
      CHECK(apart(limited.tokens, free.tokens) < tolerance);
    };
    // R to 0: a part r of the tokens is missing. What it does to N and D is of the order of r.
    for (const T r : {T(0.01L), std::sqrt(epsilon<T>), 100 * epsilon<T>}) {
      check(compute_optimal(repeated(law, T(15)), flops, free.tokens * (1 - r)), 4 * r + exact<T>);
      check(compute_optimal(harmed(law, T(0.02L)), flops, free.tokens * (1 - r)), 4 * r + exact<T>);
    }
    // P to 0, in parts of what tokens add to the loss at that plan, and R* to infinity: of the order of either, times up
    // to 9 repetitions and 50 of parameters, over the exponents
    const T R = free.tokens / U - 1, of_tokens = law.B * std::pow(free.tokens, -law.beta);
    const T harm = std::pow(R, T(1.5L)) * std::pow(free.parameters / U, T(0.75L));
    for (const T small : {T(1e-4L), std::sqrt(epsilon<T>) / 100, epsilon<T>}) {
      check(compute_optimal(harmed(law, small * of_tokens / harm), flops, U), 100 * small + found<T>);
      check(compute_optimal(repeated(law, 1 / small), flops, U), 1000 * small + found<T>);
    }
    check(compute_optimal(harmed(law, T(0)), flops, U), exact<T>);
  }
}

TEMPLATE_TEST_CASE("As repetition grows without end, so does what it costs to go on", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(155);
  for (int i = 0; i < 50; ++i) {
    const auto question = random_question<T>(random);
    const auto& law = question.law;
    const T flops = question.flops, U = question.unique_tokens;
    // R to infinity: D' is U (1 + R*), N' is N* (1 + R*), and the loss that of so much fresh data and no less
    const auto repeating = repeated(law, T(15));
    const T N_star = repeating.base_parameters(U), ceiling = law(N_star * 6, U * 16);
    CHECK(std::abs(repeating(N_star * T(1e6L), U * T(1e6L), U) / ceiling - 1) < 32 * epsilon<T>);
    CHECK(compute_optimal(repeating, flops, U).loss >= ceiling * (1 - 32 * epsilon<T>));
    // The fewer tokens there are, the more often they are seen, and the dearer is what one more pass takes away.
    T epochs = 0, loss = 0;
    for (const T fewer : {T(1), T(0.5L), T(0.25L), T(0.125L)}) {
      const auto plan = compute_optimal(repeating, flops, U * fewer);
      CHECK(plan.epochs > epochs);
      CHECK(plan.loss > loss);
      epochs = plan.epochs, loss = plan.loss;
    }
    // By a law that foresees overfitting, the harm of endless repetition is endless too.
    const auto harming = harmed(law, T(0.02L));
    CHECK(harming(T(1e9L), U * T(1e9L), U) > harming(T(1e9L), U, U));
    CHECK(best_epochs(harming, T(1e9L), U) < T(1e9L));
  }
}

TEMPLATE_TEST_CASE("As the embedding vanishes, the plan without it becomes the plan", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(156);
  for (int i = 0; i < 50; ++i) {
    const auto question = random_question<T>(random);
    const auto& law = question.law;
    const T flops = question.flops;
    const auto free = compute_optimal(law, flops);
    const T x = std::cbrt(free.parameters) * std::cbrt(free.parameters);
    for (const T small : {T(0), epsilon<T>, std::sqrt(epsilon<T>), T(1e-3L)}) {  // the embedding's share of N
      const embedding_correction<T> correction{small * x};
      const auto plan = compute_optimal_for_non_embedding_flops(law, correction, flops);
      CHECK(apart(plan.non_embedding_parameters, free.parameters) < 10 * small + exact<T>);
      CHECK(apart(plan.total_parameters, plan.non_embedding_parameters) < 2 * small + exact<T>);
      CHECK(apart(plan.tokens, free.tokens) < 10 * small + exact<T>);
      CHECK(std::abs(local_parameter_exponent(law, correction, free.parameters) - law.beta / (law.alpha + law.beta)) <
            4 * small + 16 * epsilon<T>);
    }
  }
}
