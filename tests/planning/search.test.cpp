// The search against closed forms: Chinchilla's own, and that of Kaplan's joint law, which is a power of one.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/search.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include <scaling/muennighoff.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;

template <class T>
constexpr T epsilon = std::numeric_limits<T>::epsilon();

/// A user's law: f(Chinchilla's formula), for which no closed form is known here.
template <template <class> class F, class T = double>
struct of_chinchilla {
  using real_type = T;
  using input_type = training_run<value_of_t<T>>;
  static constexpr std::string_view name = "of chinchilla", formula = "f(E + A/N^alpha + B/D^beta)";
  T E, A, B, alpha, beta;
  constexpr T operator()(const input_type& at) const {
    using cmath::pow;
    return F<T>::of(E + A * pow(at.parameters, -alpha) + B * pow(at.tokens, -beta));
  }
  bool operator==(const of_chinchilla&) const = default;
  static constexpr auto coefficients() {
    using row = coefficient<of_chinchilla>;
    return std::array{row{"E", &of_chinchilla::E, scale::log, 0, 9, enters::nonlinearly, {}},
                      row{"A", &of_chinchilla::A, scale::log, 0, 9, enters::nonlinearly, {}},
                      row{"B", &of_chinchilla::B, scale::log, 0, 9, enters::nonlinearly, {}},
                      row{"alpha", &of_chinchilla::alpha, scale::linear, 0, 9, enters::nonlinearly, {}},
                      row{"beta", &of_chinchilla::beta, scale::linear, 0, 9, enters::nonlinearly, {}}};
  }
};
template <class T>
struct log_of_one_more {
  static constexpr T of(const T& sum) {
    using cmath::log1p;
    return log1p(sum);
  }
};
template <class T>
struct ten_at_most {
  static constexpr T of(const T& sum) { return sum < T(10) ? sum : T(10); }
};
template <class T = double>
using disguised = of_chinchilla<log_of_one_more, T>;
using clipped = of_chinchilla<ten_at_most>;

/// Another, by which too many tokens do harm.
template <class T = double>
struct sated {
  using real_type = T;
  using input_type = training_run<value_of_t<T>>;
  static constexpr std::string_view name = "sated", formula = "A/N + B/D + C D";
  T A, B, C;
  constexpr T operator()(const input_type& at) const { return A / at.parameters + B / at.tokens + C * at.tokens; }
  bool operator==(const sated&) const = default;
  static constexpr auto coefficients() {
    using row = coefficient<sated>;
    return std::array{row{"A", &sated::A, scale::log, 0, 9, enters::linearly, {}},
                      row{"B", &sated::B, scale::log, 0, 9, enters::linearly, {}},
                      row{"C", &sated::C, scale::log, 0, 9, enters::linearly, {}}};
  }
};

template <class T>
chinchilla<T> random_law(support::random_numbers& random) {
  return {.E = static_cast<T>(random.between(0, 3)),
          .A = static_cast<T>(random.spread(1, 1e4)),
          .B = static_cast<T>(random.spread(1, 1e4)),
          .alpha = static_cast<T>(random.between(0.2, 0.8)),
          .beta = static_cast<T>(random.between(0.2, 0.8))};
}
training_cost random_cost(support::random_numbers& random) {
  return {.factor = random.spread(1e-1, 1e2),
          .parameters_power = random.between(0.7, 1.5),
          .tokens_power = random.between(0.7, 1.5)};
}

/// |log(got/want)|.
template <class T>
T apart(T got, T want) {
  return std::abs(std::log(got / want));
}

constexpr auto kaplan_plan = compute_optimal(published::kaplan_2020<>, 1e21);
static_assert(kaplan_plan.parameters > 6.2312e9 && kaplan_plan.parameters < 6.2313e9);
static_assert(compute_optimal_for_parameters(published::kaplan_2020<>, 1e9).tokens > 0);
// A search within a search still fits Clang's default limits.
constexpr auto back_from_loss = compute_optimal_for_loss(published::kaplan_2020<>, kaplan_plan.loss);
static_assert(back_from_loss.parameters > 6.2312e9 && back_from_loss.parameters < 6.2313e9);
static_assert(training_law<chinchilla<float>> && !training_law<muennighoff<double>>);

}  // namespace

TEMPLATE_TEST_CASE("The search finds what the closed form says", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(31);
  // Asked for is 1e-9 in double; this is 1e-13. The rounding of a logarithm of 60 is 60 epsilon, in the closed form and
  // in the search; and the root is where the noise of the slopes, a few epsilon over the exponents, leaves it.
  const T tolerance = 500 * epsilon<T>;
  for (int i = 0; i < 200; ++i) {
    const auto law = random_law<T>(random);
    const auto cost = random_cost(random);
    const T flops = static_cast<T>(random.spread(1e12, 1e26));
    const disguised<T> same{law.E, law.A, law.B, law.alpha, law.beta};
    const auto closed = compute_optimal(law, flops, cost);
    if (closed.parameters < 10 || closed.tokens < 10 || closed.loss > 100) continue;
    const auto searched = compute_optimal(same, flops, cost);
    CHECK(apart(searched.parameters, closed.parameters) < tolerance);
    CHECK(apart(searched.tokens, closed.tokens) < tolerance);
    CHECK(searched.flops == flops);
    CHECK(searched.loss == same({searched.parameters, searched.tokens}));
    const auto of_size = compute_optimal_for_parameters(same, closed.parameters, cost);
    const auto of_tokens = compute_optimal_for_tokens(same, closed.tokens, cost);
    CHECK((of_size.parameters == closed.parameters && of_tokens.tokens == closed.tokens));
    CHECK(apart(of_size.tokens, closed.tokens) < 4 * tolerance);  // one's error is alpha/beta times the other's
    CHECK(apart(of_tokens.parameters, closed.parameters) < 4 * tolerance);
    CHECK(apart(of_size.flops, flops) < 8 * tolerance);
    CHECK(apart(of_tokens.flops, flops) < 8 * tolerance);
  }
}

TEST_CASE("From where more tokens do harm the search goes to fewer") {
  const double units = 1e6;  // N D
  for (const double C : {1e-9, 1e-3, 1.0, 1e3}) {
    const auto plan = compute_optimal(sated<>{1, 1, C}, 6 * units);
    CHECK(apart(plan.parameters, std::sqrt((1 + C * units) * units)) < 1e-13);  // where A/N = B/D - C D
  }
}

TEST_CASE("Kaplan's joint law is a power of one of Chinchilla's, and so is its plan") {
  constexpr auto law = published::kaplan_2020<>;
  const double ratio = law.alpha_N / law.alpha_D;
  const chinchilla<> inner{.E = 0, .A = std::pow(law.N_c, ratio), .B = law.D_c, .alpha = ratio, .beta = 1};
  for (const double flops : {1e15, 1e18, 1e21, 1e24}) {
    const auto plan = compute_optimal(law, flops), closed = compute_optimal(inner, flops);
    CHECK(apart(plan.parameters, closed.parameters) < 1e-12);
    CHECK(apart(plan.tokens, closed.tokens) < 1e-12);
    for (const double nudge : {0.1, 0.9, 0.999, 1.001, 1.1, 10.0})
      CHECK(law({plan.parameters * nudge, plan.tokens / nudge}) > plan.loss);
  }
}

TEMPLATE_TEST_CASE("The cheapest run for a loss undoes the best run for a budget", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(32);
  for (int i = 0; i < 40; ++i) {
    const auto law = random_law<T>(random);
    const auto cost = random_cost(random);
    const disguised<T> same{law.E, law.A, law.B, law.alpha, law.beta};
    const auto plan = compute_optimal(same, static_cast<T>(random.spread(1e14, 1e24)), cost);
    // The reducible part of log(1 + loss) over its rounding, and 1/exponent of the frontier: what a loss can tell.
    const T reducible = law(plan.parameters, plan.tokens) - law.E,
            gamma = law.alpha * law.beta / (law.alpha + law.beta);
    if (reducible < T(0.01) || plan.parameters < 10 || plan.tokens < 10) continue;
    const T tolerance = 200 * epsilon<T> * (1 + law.E + reducible) * (1 + plan.loss) / (reducible * gamma);
    const auto back = compute_optimal_for_loss(same, plan.loss, cost);
    CAPTURE(i, back.flops, plan.flops);
    CHECK(back.loss == plan.loss);
    CHECK(apart(back.flops, plan.flops) < tolerance);
    CHECK(apart(back.parameters, plan.parameters) < tolerance);
  }
}

TEST_CASE("Parameters and tokens are alike to a plan: exchanged in the law, they are exchanged in the plan") {
  support::random_numbers random(33);
  for (int i = 0; i < 50; ++i) {
    const auto law = random_law<double>(random);
    const auto cost = random_cost(random);
    const training_cost exchanged{cost.factor, cost.tokens_power, cost.parameters_power};
    const double flops = random.spread(1e14, 1e24);
    const auto plan = compute_optimal(disguised<>{law.E, law.A, law.B, law.alpha, law.beta}, flops, cost);
    const auto mirror = compute_optimal(disguised<>{law.E, law.B, law.A, law.beta, law.alpha}, flops, exchanged);
    CHECK(apart(mirror.parameters, plan.tokens) < 1e-12);
    CHECK(apart(mirror.tokens, plan.parameters) < 1e-12);
  }
}

TEST_CASE("Slopes are the derivatives in the logarithms of the inputs") {
  constexpr auto law = published::besiroglu_2024<>;
  const auto [loss, slope] = slopes_of(law, {7e9, 1.4e11});
  CHECK(loss == law(7e9, 1.4e11));
  CHECK(slope[0] == Approx(-law.alpha * law.A * std::pow(7e9, -law.alpha)).epsilon(1e-14));
  CHECK(slope[1] == Approx(-law.beta * law.B * std::pow(1.4e11, -law.beta)).epsilon(1e-14));
  const auto repeated = published::muennighoff_2023<>;
  const repeated_run<> at{7e9, 2.4e11, 25e9};
  const auto slopes = slopes_of(repeated, at).slope;
  const double h = 1e-5;  // central differences: right to h^2, and to epsilon/h
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    const auto member = repeated_run<>::inputs()[k].member;
    auto up = at, down = at;
    up.*member *= std::exp(h);
    down.*member *= std::exp(-h);
    CHECK(slopes[k] == Approx((repeated(up) - repeated(down)) / (2 * h)).epsilon(1e-8));
  }
}

TEST_CASE("A law that is flat where the search begins has a plan elsewhere") {
  // In billions of parameters: with as many tokens as these the loss is above 10.
  const chinchilla<> law{1.7, 0.3, 2000, 0.34, 0.37};
  const clipped same{law.E, law.A, law.B, law.alpha, law.beta};
  const training_cost cost{6e9};
  for (const double flops : {1e19, 1e21, 1e24}) {
    CAPTURE(flops);
    const auto plan = compute_optimal(law, flops, cost);
    CHECK(apart(compute_optimal(same, flops, cost).parameters, plan.parameters) < 1e-12);
    CHECK(apart(compute_optimal_for_parameters(same, plan.parameters, cost).tokens, plan.tokens) < 1e-12);
    CHECK(apart(compute_optimal_for_tokens(same, plan.tokens, cost).parameters, plan.parameters) < 1e-12);
    CHECK(apart(compute_optimal_for_loss(same, plan.loss, cost).flops, flops) < 1e-12);
  }
}

TEST_CASE("A law that has no optimum, or a question that makes no sense, is refused") {
  disguised<> law{1.7, 400, 2000, 0.3, 0.3};
  CHECK_THROWS_WITH(compute_optimal(law, -1.0), "scaling::compute_optimal: flops = -1, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_parameters(law, 0.0),
                    "scaling::compute_optimal_for_parameters: parameters = 0, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_tokens(law, -2.0),
                    "scaling::compute_optimal_for_tokens: tokens = -2, must be positive and finite");
  CHECK_THROWS_WITH(compute_optimal_for_loss(law, -1.0),
                    "scaling::compute_optimal_for_loss: loss = -1, must be positive and finite");
  CHECK_THROWS_AS(compute_optimal_for_loss(law, 0.9), std::domain_error);  // the floor is log(2.7) = 0.99
  CHECK_THROWS_WITH(compute_optimal(law, 1e20, {.factor = -6}),
                    "scaling::compute_optimal: cost.factor = -6, must be positive and finite");
  law.B = 0;
  CHECK_THROWS_WITH(compute_optimal(law, 1e20),
                    "scaling::compute_optimal: flops = 1e+20, must be a budget at which the law has an optimum");
  CHECK_THROWS_AS(compute_optimal_for_parameters(law, 1e9), std::domain_error);
  law = {1.7, 0, 2000, 0.3, 0.3};
  CHECK_THROWS_AS(compute_optimal(law, 1e20), std::domain_error);
  CHECK_THROWS_AS(compute_optimal_for_tokens(law, 1e9), std::domain_error);
}
