// The inverse questions with limited tokens lead back to the plan, in every law; and which of several plans they mean.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/data_constrained_inverse.hpp>

#include <algorithm>
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

template <class T>
constexpr T epsilon = std::numeric_limits<T>::epsilon();

constexpr auto repeated = published::muennighoff_2023<>;
constexpr lovelace<> penalised{1.8172, 482.01, 2085.43, 0.3478, 0.3658, 0.0229, 1, 1};
constexpr bounded<> spoilt{1.7, 10.8, 60, 200, 1e-3, 0.35, 0.36, 0.4, 0.45};

// Within the default limits of every compiler.
static_assert(compute_optimal_for_loss(repeated, 2.3, 25e9).epochs > 1);
static_assert(compute_optimal_for_loss(penalised, 2.5, 5e9).epochs > 1);
static_assert(compute_optimal_for_loss(spoilt, 2.2, 25e9).flops > 1e20);
static_assert(compute_optimal_for_parameters(repeated, 7e9, 25e9).epochs > 9);
static_assert(compute_optimal_for_tokens(spoilt, 7e10, 25e9).parameters > 1e9);

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
  return {law, flops, compute_optimal(law, flops, cost).tokens * static_cast<T>(random.spread(0.1, 3)), cost};
}

/// The plan for the budget, from its loss, its size and its tokens.
template <class Law, class T>
void check_round_trip(const Law& law, const question<T>& at) {
  const T U = at.unique_tokens;
  const auto plan = compute_optimal(law, at.flops, U, at.cost);
  CAPTURE(at.flops, U, plan.epochs, plan.loss);
  const auto close = [&](const repeated_allocation<T>& back, T tolerance) {
    CHECK(std::abs(std::log(back.flops / plan.flops)) < tolerance);
    CHECK(std::abs(std::log(back.parameters / plan.parameters)) < tolerance);
    CHECK(std::abs(std::log(back.tokens / plan.tokens)) < tolerance);
    CHECK(back.unique_tokens == U);
    CHECK(std::abs(back.epochs * U / back.tokens - 1) < 4 * epsilon<T>);
  };
  // What a loss can tell of its budget: its rounding over its change per e-fold, which is that of a few budgets.
  const T change = plan.loss - compute_optimal(law, at.flops * T(1.1L), U, at.cost).loss;
  const T ill = plan.loss / (10 * change);
  if (change > 0 && ill * epsilon<T> < T(1e-3)) {
    const auto of_loss = compute_optimal_for_loss(law, plan.loss, U, at.cost);
    CHECK(of_loss.loss == plan.loss);
    close(of_loss, (1000 + 64 * ill) * epsilon<T>);
  }
  // 1e-9 in double: the rounding of a logarithm of 60, in the plan and in the search among plans, times the ratio of
  // what N and D grow by
  const T tolerance = std::is_same_v<T, float> ? T(0.01L) : T(1e-9L);
  const auto of_size = compute_optimal_for_parameters(law, plan.parameters, U, at.cost);
  const auto of_tokens = compute_optimal_for_tokens(law, plan.tokens, U, at.cost);
  CHECK(of_size.parameters == plan.parameters);
  CHECK(of_tokens.tokens == plan.tokens);
  close(of_size, tolerance);
  close(of_tokens, tolerance);
}

}  // namespace

TEMPLATE_TEST_CASE("Loss, size and tokens lead back to the plan by Muennighoff's and the bounded law", "", float,
                   double, long double) {
  using T = TestType;
  support::random_numbers random(121);
  for (int i = 0; i < 60; ++i) {
    const auto at = random_question<T>(random);
    const auto [E, A, B, alpha, beta] = at.free;
    check_round_trip(muennighoff<T>{E, A, B, alpha, beta, static_cast<T>(random.spread(10, 100)),
                                    static_cast<T>(random.spread(10, 100))},
                     at);
    check_round_trip(bounded<T>{E, T(10.8L), A / 8, B / 8, static_cast<T>(random.spread(1e-5, 1e-3)), alpha, beta,
                                static_cast<T>(random.between(0, 0.3)), static_cast<T>(random.between(0, 0.8))},
                     at);
  }
}

TEST_CASE("By a law of the user's too") {
  support::random_numbers random(122);
  for (int i = 0; i < 10; ++i) {
    const auto at = random_question<double>(random);
    const auto [E, A, B, alpha, beta] = at.free;
    check_round_trip(disguised<muennighoff>({E, A, B, alpha, beta, 15, 5}), at);
  }
}

TEST_CASE("A law that is searched was refused a model below some of whose budgets there is no plan") {
  const muennighoff<> law{0.03, 113.3, 73, 0.448, 0.388, 4.6, 19};
  const training_cost cost{6, 0.311, 2.76};
  const double N = 6e9, U = 1.3e10;
  const auto known = compute_optimal_for_parameters(law, N, U, cost);
  CHECK(compute_optimal_for_parameters(disguised<muennighoff>(law), N, U, cost).flops ==
        Approx(known.flops).epsilon(1e-8));
}

TEST_CASE("A size on the way to a peak was refused, where the best plan jumps upwards just after it") {
  const lovelace<> law{1.1638, 84.882, 77.905, 0.52442, 0.51248, 1.41649e-05, 1, 1.46925};
  const double U = 1.2605e9;
  for (const double flops : {1.40e20, 1.41e20, 1.416e20}) {
    CAPTURE(flops);
    const auto known = compute_optimal(law, flops, U);
    CHECK(compute_optimal_for_parameters(law, known.parameters, U).flops == Approx(flops).epsilon(1e-9));
  }
}

TEST_CASE("A law that is searched was refused where there is no plan for few tokens") {
  const lovelace<> law{1.57, 207, 3.6e-5, 0.288, 0.567, 3.2e-7, 1, 0.5};  // of parameters and of 1e12 tokens
  const training_cost cost{0.226, 0.324, 1.436};
  const double flops = 34.7, U = 0.00715;
  const auto known = compute_optimal(disguised<lovelace>(law), flops, U, cost);
  CHECK(compute_optimal_for_loss(disguised<lovelace>(law), known.loss, U, cost).flops == Approx(flops).epsilon(1e-9));
}

/// A user's Muennighoff that knows of no loss above 10, and by which any repetition costs a jump.
template <class T = double>
struct clipped {
  using real_type = T;
  using input_type = repeated_run<value_of_t<T>>;
  static constexpr std::string_view name = "clipped", formula = "min(10, E + A/N'^alpha + B/D'^beta + (J if D > U))";
  T E, A, B, alpha, beta, R_D, R_N, J;

  constexpr T operator()(const input_type& at) const {
    T loss = muennighoff<T>{E, A, B, alpha, beta, R_D, R_N}(at);
    if (at.tokens > at.unique_tokens) loss += J;
    return loss < T(10) ? loss : T(10);
  }
  bool operator==(const clipped&) const = default;

  static constexpr auto coefficients() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr auto positive = [](std::string_view symbol, T clipped::* member) {
      return coefficient<clipped>{symbol, member, scale::log, 0, infinity, enters::nonlinearly, {-1, 1, 3}};
    };
    return std::array{positive("E", &clipped::E),       positive("A", &clipped::A),
                      positive("B", &clipped::B),       positive("alpha", &clipped::alpha),
                      positive("beta", &clipped::beta), positive("R_D", &clipped::R_D),
                      positive("R_N", &clipped::R_N),   positive("J", &clipped::J)};
  }
};

TEST_CASE("Where a law is flat one epoch passed for a plan, and tokens below it were refused") {
  const clipped<> law{1.85, 395, 904, 0.326, 0.348, 15.4, 5.3, 0};
  const double U = 8.9e12;
  const auto known = compute_optimal(law, 5e18, U);
  CHECK(known.loss < 3);
  CHECK(compute_optimal_for_tokens(law, known.tokens, U).flops == Approx(5e18).epsilon(1e-9));
  CHECK_THROWS_WITH(compute_optimal(law, 1e8, U),  // no run for so little is below 10
                    "scaling::compute_optimal: flops = 1e+08, must be a budget at which the law has an optimum");
}

TEST_CASE("Where a law rules repetition out, one epoch and what lies just before it were refused") {
  const clipped<> law{1.85, 395, 904, 0.326, 0.348, 15.4, 5.3, 100};
  const double flops = 5e21, enough = compute_optimal(chinchilla<>{1.85, 395, 904, 0.326, 0.348}, flops).tokens;
  for (const double share : {0.3, 0.9, 0.999, 1.001, 2.0}) {
    const double U = share * enough;
    const auto plan = compute_optimal(law, flops, U);
    CHECK(plan.tokens == Approx(std::min(U, enough)).epsilon(1e-9));
    CHECK(compute_optimal_for_loss(law, plan.loss, U).flops == Approx(flops).epsilon(1e-9));
    // All tokens once are best for a range of budgets, of which the least is asked for.
    CHECK(compute_optimal_for_tokens(law, plan.tokens, U).flops <= flops * (1 + 1e-9));
  }
}

TEST_CASE(
    "Where repetition costs once, one epoch is best if the loss beyond is not lower in the end, and was refused") {
  // Repeated tokens are all but fresh, and parameters cost nothing: beyond one epoch the loss falls all the way to E + J.
  clipped<> law{1.85, 1e-9, 904, 0.326, 0.348, 1e9, 1e9, 0};
  const double U = 1e10, gain = law.B * std::pow(U, -law.beta);
  law.J = 1.2 * gain;
  CHECK(compute_optimal(law, 1e21, U).epochs == 1);
  law.J = 0.8 * gain;
  CHECK_THROWS_AS(compute_optimal(law, 1e21, U), std::domain_error);
}

TEST_CASE("In float no cell next to one epoch is passed over, where losses tie") {
  const lovelace<float> law{1.44600952F, 274.470428F, 222.284714F, 0.59574604F, 0.416814685F, 0.218617588F, 0.5F, 0};
  const float U = 188938106889.84113F;
  const auto once = compute_optimal_for_tokens(disguised<lovelace, float>(law), U, U);
  // Ten epsilon log(flops) = 6e-5 of a size, and the power of the budget that tokens go with is about a half.
  CHECK(once.flops == Approx(compute_optimal_for_tokens(law, U, U).flops).epsilon(1.2e-4));
}

/// A law whose harm sets in before all tokens have been seen once.
template <class T = double>
struct always_harmed {
  using real_type = T;
  using input_type = repeated_run<value_of_t<T>>;
  static constexpr std::string_view name = "always harmed",
                                    formula = "E + A/N^alpha + B/D^beta + P (D/U)^delta (N/U)^kappa";
  T E, A, B, alpha, beta, P, delta, kappa;

  constexpr T operator()(const input_type& at) const {
    using cmath::pow;
    const auto [N, D, U] = at;
    return E + A * pow(N, -alpha) + B * pow(D, -beta) + P * pow(D, delta) * pow(U, -delta - kappa) * pow(N, kappa);
  }
  bool operator==(const always_harmed&) const = default;

  static constexpr auto coefficients() {
    using law = always_harmed;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr auto positive = [](std::string_view symbol, T law::* member) {
      return coefficient<law>{symbol, member, scale::log, 0, infinity, enters::nonlinearly, {-1, 1, 3}};
    };
    return std::array{positive("E", &law::E),         positive("A", &law::A),        positive("B", &law::B),
                      positive("alpha", &law::alpha), positive("beta", &law::beta),  positive("P", &law::P),
                      positive("delta", &law::delta), positive("kappa", &law::kappa)};
  }
};

TEST_CASE("Units of parameters decided whether a law that always foresees harm has a plan") {
  const always_harmed<> law{0.9, 600, 1.4e6, 0.336, 0.637, 1.7e-3, 0.5, 0.42};
  const double flops = 7e22, U = 1.7e11, unit = 1e9;
  auto in_billions = law;
  in_billions.A *= std::pow(unit, -law.alpha), in_billions.P *= std::pow(unit, law.kappa);
  const auto known = compute_optimal(law, flops, U), same = compute_optimal(in_billions, flops / unit, U);
  // What a search leaves open, as in the tests of searched plans: 1e-9.
  CHECK(same.parameters * unit == Approx(known.parameters).epsilon(1e-9));
  CHECK(compute_optimal_for_loss(law, known.loss, U).flops == Approx(flops).epsilon(1e-9));
  CHECK(compute_optimal_for_loss(in_billions, known.loss, U).flops * unit == Approx(flops).epsilon(1e-9));
  CHECK(compute_optimal_for_tokens(in_billions, known.tokens, U).flops * unit == Approx(flops).epsilon(1e-9));
}

TEST_CASE("By a law that foresees overfitting the answer is a plan for which it is true, and the cheapest for a loss") {
  support::random_numbers random(123);
  int others = 0, dearer = 0;
  for (int i = 0; i < 300; ++i) {
    const auto at = random_question<double>(random);
    const auto [E, A, B, alpha, beta] = at.free;
    const double U = at.unique_tokens;
    const lovelace<> law{E, A, B, alpha, beta, random.spread(1e-5, 10), random.between(0.2, 3), random.between(0, 3)};
    const auto plan = compute_optimal(law, at.flops, U, at.cost);
    CAPTURE(i, plan.epochs, plan.loss);
    const auto check = [&](const repeated_allocation<double>& back, double member, double wanted) {
      CHECK(member == wanted);
      others += back.flops < at.flops * (1 - 1e-6);
      const auto again = compute_optimal(law, back.flops, U, at.cost);
      CHECK(again.loss == Approx(back.loss).epsilon(1e-12));
      CHECK(again.parameters == Approx(back.parameters).epsilon(1e-7));  // as exact as a flat minimum is in N
      CHECK(again.tokens == Approx(back.tokens).epsilon(1e-7));
    };
    const auto of_loss = compute_optimal_for_loss(law, plan.loss, U, at.cost);
    check(of_loss, of_loss.loss, plan.loss);
    dearer += of_loss.flops > at.flops * (1 + 1e-9);
    const auto of_size = compute_optimal_for_parameters(law, plan.parameters, U, at.cost);
    check(of_size, of_size.parameters, plan.parameters);
    const auto of_tokens = compute_optimal_for_tokens(law, plan.tokens, U, at.cost);
    check(of_tokens, of_tokens.tokens, plan.tokens);
  }
  CHECK(others > 20);  // it does happen
  CHECK(dearer <= 3);  // of a loss that dips for less than half an e-fold
}

TEST_CASE("With tokens enough the inverse questions have the closed forms' answers") {
  const auto of = [](const auto& law) {
    const chinchilla<> free{law.E, law.A, law.B, law.alpha, law.beta};
    for (const double flops : {1e18, 1e20, 1e22}) {
      const auto plan = compute_optimal(free, flops);
      for (const double more : {1.0, 1.5, 1e3}) {
        const double U = more * plan.tokens;
        CHECK(compute_optimal_for_loss(law, plan.loss, U).flops == Approx(flops).epsilon(1e-11));
        CHECK(compute_optimal_for_parameters(law, plan.parameters, U).flops == Approx(flops).epsilon(1e-11));
        CHECK(compute_optimal_for_tokens(law, plan.tokens, U).flops == Approx(flops).epsilon(1e-11));
      }
    }
  };
  of(repeated);
  of(penalised);
}

TEST_CASE("Fewer unique tokens make a loss dearer, and in the end unattainable") {
  double last = 0;
  for (const double U : {1e11, 5e10, 2e10, 1e10}) {
    const double flops = compute_optimal_for_loss(repeated, 2.3, U).flops;
    CHECK(flops > last);
    CHECK(compute_optimal(repeated, flops, U).loss == Approx(2.3).epsilon(1e-13));
    last = flops;
  }
  CHECK_THROWS_WITH(compute_optimal_for_loss(repeated, 2.3, 1e9),
                    "scaling::compute_optimal_for_loss: loss = 2.3, must be a loss that the law reaches with so many "
                    "tokens for some budget");
}

TEST_CASE("Where a range of budgets is best spent in one epoch, its tokens mean the cheapest of them") {
  // With this harm no token is repeated from 6 times the budget for which 5e9 are enough to 60 times: only N grows.
  auto law = penalised;
  law.P = 1;
  const auto enough = compute_optimal_for_tokens(chinchilla<>{law.E, law.A, law.B, law.alpha, law.beta}, 5e9);
  const auto plan = compute_optimal_for_tokens(law, 5e9, 5e9);
  CHECK(plan.flops == Approx(enough.flops).epsilon(1e-9));
  CHECK(plan.epochs == 1);
  CHECK(compute_optimal(law, 5 * plan.flops, 5e9).tokens == 5e9);
}

TEST_CASE("A size that the best plan jumps over is best for no budget") {
  // From many epochs of a small model to one of a large one, between two budgets that are 1 % apart.
  int jumps = 0;
  auto before = compute_optimal(penalised, 1e20, 5e9);
  for (double flops = 1e20; flops < 1e23; flops *= 1.01) {
    const auto plan = compute_optimal(penalised, flops, 5e9);
    if (plan.parameters > 1.5 * before.parameters) {
      ++jumps;
      CHECK_THROWS_AS(compute_optimal_for_parameters(penalised, std::sqrt(plan.parameters * before.parameters), 5e9),
                      std::domain_error);
    }
    before = plan;
  }
  CHECK(jumps == 1);
}

TEST_CASE("A question with limited tokens that has no answer is refused by name") {
  CHECK_THROWS_WITH(compute_optimal_for_loss(repeated, 1.8, 1e10),  // below the floor
                    "scaling::compute_optimal_for_loss: loss = 1.8, must be a loss that the law reaches with so many "
                    "tokens for some budget");
  CHECK_THROWS_AS(compute_optimal_for_loss(spoilt, 10.9, 1e10), std::domain_error);  // more than by knowing nothing
  CHECK_THROWS_WITH(compute_optimal_for_loss(repeated, -1.0, 1e10),
                    "scaling::compute_optimal_for_loss: loss = -1, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_loss(repeated, 2.5, 0.0),
                    "scaling::compute_optimal_for_loss: unique_tokens = 0, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_loss(repeated, 2.5, 1e10, {.factor = 0}),
                    "scaling::compute_optimal_for_loss: cost.factor = 0, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_parameters(repeated, 0.0, 1e10),
                    "scaling::compute_optimal_for_parameters: parameters = 0, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_tokens(repeated, -1.0, 1e10),
                    "scaling::compute_optimal_for_tokens: tokens = -1, must be positive and finite");
  // U parameters on U tokens are beyond what float has of FLOP.
  CHECK_THROWS_WITH(compute_optimal_for_loss(published::muennighoff_2023<float>, 1.8F, 1e30F),
                    "scaling::compute_optimal_for_loss: loss = 1.8, must be a loss that the law reaches with so many "
                    "tokens for some budget");
  // Large models overfit by the bounded law whatever the compute: 1e13 parameters are never best for 1e8 tokens.
  CHECK_THROWS_WITH(compute_optimal_for_parameters(spoilt, 1e13, 1e8),
                    "scaling::compute_optimal_for_parameters: parameters = 1e+13, must be a size that is best for some "
                    "budget");
  // Nor is any number of passes, by a law to which each does great harm.
  auto harsh = penalised;
  harsh.P = 1;
  CHECK_THROWS_WITH(
      compute_optimal_for_tokens(harsh, 5e12, 5e9),
      "scaling::compute_optimal_for_tokens: tokens = 5e+12, must be a count that is best for some budget");
}

TEST_CASE("A loss beyond all budgets in the range of the type was refused for a budget that nobody had named") {
  constexpr auto law = published::muennighoff_2023<float>;
  constexpr bounded<float> narrow{1.7F, 10.8F, 60, 200, 1e-3F, 0.35F, 0.36F, 0.4F, 0.45F};
  for (const auto& cost : {training_cost{.factor = 6e-30}, training_cost{.factor = 6e-20},
                           training_cost{.factor = 2e-13, .parameters_power = 0.39, .tokens_power = 0.39}}) {
    CAPTURE(cost.factor);
    CHECK_THROWS_WITH(compute_optimal_for_loss(law, 5.0F, 1e6F, cost),
                      "scaling::compute_optimal_for_loss: loss = 5, must be a loss that the law reaches with so many "
                      "tokens for some budget");
    CHECK_THROWS_WITH(
        compute_optimal_for_loss(narrow, 1.75F, 1e3F, cost),
        "scaling::compute_optimal_for_loss: loss = 1.75, must be a loss that the law reaches with so many "
        "tokens for some budget");
  }
}

TEST_CASE("The unit of compute changes no plan, in float either") {
  const auto law = published::muennighoff_2023<float>;
  const auto plan = compute_optimal_for_loss(law, 7.0F, 1e8F);
  const auto in_units = compute_optimal_for_loss(law, 7.0F, 1e8F, {.factor = 6e-30});  // of 1e30 FLOP
  CHECK(in_units.parameters == Approx(plan.parameters).epsilon(1e-3));
  CHECK(in_units.tokens == Approx(plan.tokens).epsilon(1e-3));
}
