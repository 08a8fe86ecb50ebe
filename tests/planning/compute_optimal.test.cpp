// Plans against what defines them (the budget is spent, no neighbour is better), against 50 digits and against print.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/compute_optimal.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;
using support::ulps_off;
using decimal = boost::multiprecision::cpp_bin_float_50;

template <class T>
constexpr T epsilon = std::numeric_limits<T>::epsilon();

template <class T>
T relative(T got, T want) {
  return std::abs(got - want) / want;
}

/// A law, a price and a budget of any kind whose plan is within the range of float.
template <class T>
struct question {
  chinchilla<T> law;
  T flops;
  training_cost cost;
};
template <class T>
question<T> random_question(support::random_numbers& random) {
  return {{.E = static_cast<T>(random.between(0, 3)),
           .A = static_cast<T>(random.spread(1, 1e4)),
           .B = static_cast<T>(random.spread(1, 1e4)),
           .alpha = static_cast<T>(random.between(0.2, 0.8)),
           .beta = static_cast<T>(random.between(0.2, 0.8))},
          static_cast<T>(random.spread(1e8, 1e26)),
          {.factor = random.spread(1e-1, 1e2),
           .parameters_power = random.between(0.7, 1.5),
           .tokens_power = random.between(0.7, 1.5)}};
}

/// A bound, in units of the last place, on what rounding does to a power of `base`: its logarithm magnifies the
/// rounding of the exponent (up to three halves of a unit, for it is a quotient of sums); and the power itself may be
/// off by one.
template <class T>
double power_ulps(T base, T exponent) {
  return 1 + 1.5 * static_cast<double>(std::abs(std::log(base) * exponent));
}

static_assert(std::is_aggregate_v<training_cost> && std::is_aggregate_v<allocation<float>>);
static_assert(training_cost{}.factor == 6 && training_cost{}.parameters_power == 1 &&
              training_cost{}.tokens_power == 1);

}  // namespace

// oracles.csv: *_Nopt, *_Dopt, *_TPP, *_Lopt. More digits, from mpmath: the root of the first-order condition.
TEMPLATE_TEST_CASE("The plans of the published sets at 5.76e23 FLOP are the known ones", "", float, double,
                   long double) {
  using T = TestType;
  const auto check = [](const allocation<T>& plan, long double N, long double D, long double loss) {
    // "about log(flops) units": 54.7 here. The rounding of the coefficients to T is in it.
    CHECK(ulps_off(plan.parameters, N) <= 55);
    CHECK(ulps_off(plan.tokens, D) <= 55);
    CHECK(ulps_off(plan.tokens / plan.parameters, D / N) <= 110);  // both are off
    CHECK(ulps_off(plan.loss, loss) <= 8);                         // flat in N and D, and a tenth of it depends on them
  };
  const T gopher = T(5.76e23L);
  check(compute_optimal(published::hoffmann_2022_printed<T>, gopher), 32189859151.36819024899L,
        2982305686662.802264544751L, 1.930748101731648237170L);
  check(compute_optimal(published::hoffmann_2022<T>, gopher), 40360938387.23619613326646L, 2378537363996.452183672422L,
        1.918412045996849819406L);
  check(compute_optimal(published::besiroglu_2024<T>, gopher), 72248702500.38221434549573L, 1328743585388.154688870422L,
        1.974441108397412201441905L);
  check(compute_optimal(published::besiroglu_2024<T>, T(1e22L), {6, 1.25, 0.75}), 7787812009.945002427115L,
        645811687374.9461811421644L, 2.091896397654306805181L);
}

// oracles.csv: *_a, *_G, hof_a46, hof_A3_400M_tex, hof_tex_40B
TEST_CASE("The printed exponents and prefactors of the optimal path come out") {
  const auto growth = [](const chinchilla<>& law) {  // N ~ C^a
    return std::log10(compute_optimal(law, 1e22).parameters / compute_optimal(law, 1e21).parameters);
  };
  // 1e-9 as the oracles ask: rounding of the two plans, 1e-14 each, is far below
  CHECK(growth(published::hoffmann_2022_printed<>) == Approx(0.45161290322580644).epsilon(1e-9));
  CHECK(growth(published::hoffmann_2022<>) == Approx(0.45652591432554535).epsilon(1e-9));
  CHECK(growth(published::besiroglu_2024<>) == Approx(0.5126121076233184).epsilon(1e-9));
  CHECK(growth(published::hoffmann_2022<>) == Approx(0.46).margin(0.005));
  const auto prefactor = [](const chinchilla<>& law) { return compute_optimal(law, 6).parameters; };  // G
  CHECK(prefactor(published::hoffmann_2022_printed<>) == Approx(1.34471064277253).epsilon(1e-9));
  CHECK(prefactor(published::hoffmann_2022<>) == Approx(1.3000464420166369).epsilon(1e-9));
  CHECK(prefactor(published::besiroglu_2024<>) == Approx(0.11962984977039547).epsilon(1e-9));
  const auto small = compute_optimal_for_parameters(published::hoffmann_2022<>, 4e8);
  CHECK(small.flops == Approx(2.3494e19).epsilon(1e-4));
  CHECK(small.tokens == Approx(9.789e9).epsilon(1e-4));
  CHECK(compute_optimal(published::hoffmann_2022<>, 5.76e23).parameters == Approx(40e9).epsilon(0.015));
}

TEMPLATE_TEST_CASE("A plan is that of 50 digits, but for the rounding of its powers", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(16);
  for (int i = 0; i < 200; ++i) {
    const auto [law, flops, cost] = random_question<T>(random);
    const auto plan = compute_optimal(law, flops, cost);
    const auto wide = [](auto x) { return decimal(static_cast<long double>(x)); };
    // In logarithms the first-order condition and the budget are linear in log N and log D: solved by substitution.
    // The price is given in double, and is T's.
    const T k = static_cast<T>(cost.factor), p = static_cast<T>(cost.parameters_power);
    const T q = static_cast<T>(cost.tokens_power);
    const decimal alpha = wide(law.alpha), beta = wide(law.beta), budget = log(wide(flops) / wide(k));
    const decimal log_rho = log(alpha * wide(law.A) * wide(q) / (beta * wide(law.B) * wide(p)));
    const decimal log_N = (log_rho + beta * budget / wide(q)) / (alpha + beta * wide(p) / wide(q));
    const decimal log_D = (budget - wide(p) * log_N) / wide(q);
    const T rho = law.alpha * law.A * q / (law.beta * law.B * p), s = p * law.beta + q * law.alpha;
    // 8: five roundings in rho, one in the quotient and one in the product, each raised to a power of at most 1.5
    CHECK(ulps_off(plan.parameters, decimal(exp(log_N))) <=
          8 + power_ulps(rho, q / s) + power_ulps(flops / k, law.beta / s));
    CHECK(ulps_off(plan.tokens, decimal(exp(log_D))) <=
          8 + power_ulps(rho, p / s) + power_ulps(flops / k, law.alpha / s));
    CHECK(plan.loss == law(plan.parameters, plan.tokens));
    CHECK(plan.flops == flops);
  }
}

TEMPLATE_TEST_CASE("A plan spends the budget where both terms repay compute equally", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(17);
  for (int i = 0; i < 300; ++i) {
    const auto [law, flops, cost] = random_question<T>(random);
    const auto [N, D, C, loss] = compute_optimal(law, flops, cost);
    const T p = static_cast<T>(cost.parameters_power), q = static_cast<T>(cost.tokens_power);
    const T spent = static_cast<T>(cost.factor) * std::pow(N, p) * std::pow(D, q);
    // 200 epsilon: the powers that make N and D magnify a rounding by log 1e26 = 60 or less, and the same again here
    CHECK(relative(spent, flops) < 200 * epsilon<T>);
    const T of_N = law.alpha * law.A * std::pow(N, -law.alpha) / p,
            of_D = law.beta * law.B * std::pow(D, -law.beta) / q;
    CHECK(relative(of_N, of_D) < 200 * epsilon<T>);
    // formulas.md 2.3: the share of the reducible loss that parameters are to blame for
    const T share = p * law.beta / (p * law.beta + q * law.alpha), reducible = loss - law.E;
    CHECK(std::abs(law.A * std::pow(N, -law.alpha) - share * reducible) < 200 * epsilon<T> * loss);
  }
}

TEST_CASE("At the same cost no neighbour is better, near or far") {
  support::random_numbers random(18);
  for (int i = 0; i < 300; ++i) {
    const auto [law, flops, cost] = random_question<double>(random);
    const auto [N, D, C, loss] = compute_optimal(law, flops, cost);
    for (const double x : {-5.0, -1.0, -0.1, -1e-3, 1e-3, 0.1, 1.0, 5.0}) {
      const double y = -x * cost.parameters_power / cost.tokens_power;
      // The difference of the losses, without cancellation: at 1e-3 it is 1e-7 of its terms, which are right to 1e-13.
      const double worse = law.A * std::pow(N, -law.alpha) * std::expm1(-law.alpha * x) +
                           law.B * std::pow(D, -law.beta) * std::expm1(-law.beta * y);
      CHECK(worse > 0);
      // 8 epsilon: both losses are rounded
      CHECK(law(N * std::exp(x), D * std::exp(y)) - loss ==
            Approx(worse).margin(8 * epsilon<double> * loss).epsilon(1e-9));
    }
  }
}

TEMPLATE_TEST_CASE("The inverse questions lead back to the plan", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(19);
  for (int i = 0; i < 300; ++i) {
    const auto [law, flops, cost] = random_question<T>(random);
    const auto plan = compute_optimal(law, flops, cost);
    const auto close = [&](const allocation<T>& other, T tolerance) {
      CHECK(relative(other.parameters, plan.parameters) < tolerance);
      CHECK(relative(other.tokens, plan.tokens) < tolerance);
      CHECK(relative(other.flops, plan.flops) < tolerance);
    };
    // 2000 epsilon: the rounding of a plan, some 100, is raised to alpha/beta + 1 < 5 and joined by that of the way
    // back
    const auto of_size = compute_optimal_for_parameters(law, plan.parameters, cost);
    const auto of_tokens = compute_optimal_for_tokens(law, plan.tokens, cost);
    CHECK((of_size.parameters == plan.parameters && of_tokens.tokens == plan.tokens));
    close(of_size, 2000 * epsilon<T>);
    close(of_tokens, 2000 * epsilon<T>);
    CHECK(of_size.loss == law(of_size.parameters, of_size.tokens));
    CHECK(of_tokens.loss == law(of_tokens.parameters, of_tokens.tokens));
    // As the header says: the error of loss - E, raised to (p beta + q alpha)/(alpha beta).
    if (!(plan.loss > law.E)) continue;  // the terms are lost beside E, as in float they may be
    const T raised =
        (static_cast<T>(cost.parameters_power) * law.beta + static_cast<T>(cost.tokens_power) * law.alpha) /
        (law.alpha * law.beta);
    const T ill = plan.loss / (plan.loss - law.E) * raised;
    const auto of_loss = compute_optimal_for_loss(law, plan.loss, cost);
    CHECK(of_loss.loss == plan.loss);
    if (ill * epsilon<T> < T(1e-2)) close(of_loss, 2000 * epsilon<T> + 8 * ill * epsilon<T>);
  }
}

TEST_CASE("A larger budget buys more parameters, more tokens and a lower loss") {
  support::random_numbers random(20);
  for (int i = 0; i < 300; ++i) {
    const auto [law, flops, cost] = random_question<double>(random);
    const auto less = compute_optimal(law, flops, cost), more = compute_optimal(law, 1.5 * flops, cost);
    CHECK(more.parameters > less.parameters);
    CHECK(more.tokens > less.tokens);
    CHECK(more.loss < less.loss);
    CHECK(more.loss > law.E);
  }
}

// (Not in long double: a price is given in double, and so is its conversion.)
TEMPLATE_TEST_CASE("A plan does not depend on the units of N and D", "", float, double) {
  using T = TestType;
  support::random_numbers random(21);
  for (int i = 0; i < 300; ++i) {
    const auto [law, flops, cost] = random_question<T>(random);
    const T u = static_cast<T>(random.spread(1e-3, 1e3)), v = static_cast<T>(random.spread(1e-3, 1e3));
    chinchilla<T> other = law;  // N in units of 1/u and D in units of 1/v
    other.A *= std::pow(u, law.alpha);
    other.B *= std::pow(v, law.beta);
    training_cost price = cost;
    price.factor /= std::pow(double(u), cost.parameters_power) * std::pow(double(v), cost.tokens_power);
    const auto plan = compute_optimal(law, flops, cost), rescaled = compute_optimal(other, flops, price);
    // 400 epsilon: two plans of which each is 100 off or so, and the conversion
    CHECK(relative(rescaled.parameters / u, plan.parameters) < 400 * epsilon<T>);
    CHECK(relative(rescaled.tokens / v, plan.tokens) < 400 * epsilon<T>);
    CHECK(relative(rescaled.loss, plan.loss) < 64 * epsilon<T>);
  }
}

TEST_CASE("Parameters and tokens may change places") {
  support::random_numbers random(22);
  for (int i = 0; i < 300; ++i) {
    const auto [law, flops, cost] = random_question<double>(random);
    const auto plan = compute_optimal(law, flops, cost);
    const auto swapped = compute_optimal(chinchilla<>{law.E, law.B, law.A, law.beta, law.alpha}, flops,
                                         {cost.factor, cost.tokens_power, cost.parameters_power});
    CHECK(relative(swapped.parameters, plan.tokens) < 400 * epsilon<double>);
    CHECK(relative(swapped.tokens, plan.parameters) < 400 * epsilon<double>);
  }
}

namespace {

/// The four questions at a realistic law, each once.
template <class T>
struct answers {
  allocation<T> of_flops, of_parameters, of_tokens, of_loss;
};
template <class T>
constexpr answers<T> answers_at(T flops, T parameters, T tokens, T loss) {
  constexpr auto law = published::besiroglu_2024<T>;
  constexpr training_cost cost{.factor = 6, .parameters_power = 1.1, .tokens_power = 0.9};
  return {compute_optimal(law, flops, cost), compute_optimal_for_parameters(law, parameters, cost),
          compute_optimal_for_tokens(law, tokens, cost), compute_optimal_for_loss(law, loss, cost)};
}

}  // namespace

TEMPLATE_TEST_CASE("A plan at compile time is that of run time", "", float, double, long double) {
  using T = TestType;
  static constexpr auto early = answers_at(T(1e22L), T(7e9L), T(2e11L), T(2.125L));
  volatile T flops = T(1e22L), parameters = T(7e9L), tokens = T(2e11L), loss = T(2.125L);
  const auto late = answers_at<T>(flops, parameters, tokens, loss);
  for (const auto answer :
       {&answers<T>::of_flops, &answers<T>::of_parameters, &answers<T>::of_tokens, &answers<T>::of_loss}) {
    // 4: products of two powers, each of which may differ by a unit; in flops, of powers of those
    CHECK(ulps_off((late.*answer).parameters, (early.*answer).parameters) <= 4);
    CHECK(ulps_off((late.*answer).tokens, (early.*answer).tokens) <= 4);
    CHECK(ulps_off((late.*answer).flops, (early.*answer).flops) <= 8);
    CHECK(ulps_off((late.*answer).loss, (early.*answer).loss) <= 2);
  }
}

TEMPLATE_TEST_CASE("Budgets may be as small and as large as they like", "", float, double, long double) {
  using T = TestType;
  for (const double budget : {1e-30, 1e-3, 1.0, 6.0, 1e30, 3e38}) {
    CAPTURE(budget);
    const T flops = static_cast<T>(budget);
    const auto plan = compute_optimal(published::besiroglu_2024<T>, flops);
    CHECK((plan.parameters > 0 && plan.tokens > 0 && plan.loss > T(1.8172L)));
    CHECK((std::isfinite(plan.parameters) && std::isfinite(plan.tokens) && std::isfinite(plan.loss)));
    // 200 epsilon: as for every plan; the logarithms here are 90 and less
    CHECK(relative(6 * plan.parameters * plan.tokens, flops) < 200 * epsilon<T>);
    CHECK(relative(compute_optimal_for_parameters(published::besiroglu_2024<T>, plan.parameters).flops, flops) <
          2000 * epsilon<T>);
  }
}

TEST_CASE("With equal exponents the tokens per parameter are the same at every budget") {
  constexpr chinchilla<> law{.E = 1.7, .A = 200, .B = 1000, .alpha = 0.3125, .beta = 0.3125};
  for (const double flops : {1e-3, 1.0, 1e12, 1e24, 1e30}) {
    const auto plan = compute_optimal(law, flops);
    CHECK(plan.tokens / plan.parameters == Approx(std::pow(5.0, 3.2)).epsilon(1e-13));  // (B/A)^(1/alpha)
  }
}

TEST_CASE("Exponents may be as far apart as 1e-3 and 5") {
  for (const chinchilla<>& law : {chinchilla<>{0, 400, 2000, 5, 1e-3}, chinchilla<>{0, 400, 2000, 1e-3, 5},
                                  chinchilla<>{0, 400, 400, 1e-3, 1e-3}, chinchilla<>{0, 400, 400, 5, 5}}) {
    CAPTURE(law.alpha, law.beta);
    const auto [N, D, flops, loss] = compute_optimal(law, 1e20);
    CHECK(6 * N * D == Approx(1e20).epsilon(1e-13));
    CHECK(law.alpha * law.A * std::pow(N, -law.alpha) ==
          Approx(law.beta * law.B * std::pow(D, -law.beta)).epsilon(1e-13));
    // The smaller exponent of 1e-3 magnifies the rounding of N or D by 5000.
    CHECK(compute_optimal_for_parameters(law, N).flops == Approx(1e20).epsilon(1e-9));
    CHECK(compute_optimal_for_tokens(law, D).flops == Approx(1e20).epsilon(1e-9));
    CHECK(compute_optimal_for_loss(law, loss).flops == Approx(1e20).epsilon(1e-9));
  }
}

TEST_CASE("A law without an irreducible loss has a plan") {
  const auto plan = compute_optimal(chinchilla<>{0, 482.01, 2085.43, 0.3478, 0.3658}, 5.76e23);
  CHECK(plan.parameters == compute_optimal(published::besiroglu_2024<>, 5.76e23).parameters);
  CHECK(plan.loss == Approx(1.974441108397412 - 1.8172).epsilon(1e-13));
}

TEMPLATE_TEST_CASE("What has no plan is refused by name, by all four questions", "", float, double, long double) {
  using T = TestType;
  constexpr T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  constexpr auto good = published::besiroglu_2024<T>;
  struct refusal {
    chinchilla<T> law;
    training_cost cost;
    std::string name, text, requirement;
  };
  std::vector<refusal> refusals;
  const auto needed = "positive and finite: a law without this term has no optimum";
  const std::pair<T, std::string> bad_numbers[] = {
      {T(-1), "-1"}, {T(0), "0"}, {infinity, "inf"}, {-infinity, "-inf"}, {nan, "nan"}};
  for (const auto& bad_number : bad_numbers) {
    const auto& bad = bad_number.first;
    const auto& text = bad_number.second;
    const auto with = [&](T chinchilla<T>::*member) {
      auto law = good;
      law.*member = bad;
      return law;
    };
    if (bad != 0) refusals.push_back({with(&chinchilla<T>::E), {}, "E", text, "non-negative and finite"});
    refusals.push_back({with(&chinchilla<T>::A), {}, "A", text, needed});
    refusals.push_back({with(&chinchilla<T>::B), {}, "B", text, needed});
    refusals.push_back({with(&chinchilla<T>::alpha), {}, "alpha", text, needed});
    refusals.push_back({with(&chinchilla<T>::beta), {}, "beta", text, needed});
    const double price = static_cast<double>(bad);
    refusals.push_back({good, {.factor = price}, "cost.factor", text, "positive and finite"});
    refusals.push_back({good, {.parameters_power = price}, "cost.parameters_power", text, "positive and finite"});
    refusals.push_back({good, {.tokens_power = price}, "cost.tokens_power", text, "positive and finite"});

    const std::string sentence = " = " + text + ", must be ";
    CHECK_THROWS_WITH(compute_optimal(good, bad), "scaling::compute_optimal: flops" + sentence + "positive and finite");
    CHECK_THROWS_WITH(compute_optimal_for_parameters(good, bad),
                      "scaling::compute_optimal_for_parameters: parameters" + sentence + "positive and finite");
    CHECK_THROWS_WITH(compute_optimal_for_tokens(good, bad),
                      "scaling::compute_optimal_for_tokens: tokens" + sentence + "positive and finite");
    CHECK_THROWS_WITH(compute_optimal_for_loss(good, bad), "scaling::compute_optimal_for_loss: loss" + sentence +
                                                               "finite and above the irreducible loss E of the law");
    CHECK_THROWS_AS(compute_optimal(good, bad), std::domain_error);
    CHECK_THROWS_AS(compute_optimal_for_parameters(good, bad), std::domain_error);
    CHECK_THROWS_AS(compute_optimal_for_tokens(good, bad), std::domain_error);
    CHECK_THROWS_AS(compute_optimal_for_loss(good, bad), std::domain_error);
  }
  for (const auto& [law, cost, name, text, requirement] : refusals) {
    const std::string sentence = ": " + name + " = " + text + ", must be " + requirement;
    CHECK_THROWS_WITH(compute_optimal(law, 1, cost), "scaling::compute_optimal" + sentence);
    CHECK_THROWS_WITH(compute_optimal_for_parameters(law, 1, cost),
                      "scaling::compute_optimal_for_parameters" + sentence);
    CHECK_THROWS_WITH(compute_optimal_for_tokens(law, 1, cost), "scaling::compute_optimal_for_tokens" + sentence);
    CHECK_THROWS_WITH(compute_optimal_for_loss(law, 2, cost), "scaling::compute_optimal_for_loss" + sentence);
    CHECK_THROWS_AS(compute_optimal(law, 1, cost), std::domain_error);
  }
}

TEST_CASE("No run reaches the irreducible loss, and no budget is needed for a loss that is finite") {
  constexpr auto law = published::besiroglu_2024<>;
  const auto above = "finite and above the irreducible loss E of the law";
  CHECK_THROWS_WITH(compute_optimal_for_loss(law, 1.8172),
                    std::string("scaling::compute_optimal_for_loss: loss = 1.8172, must be ") + above);
  CHECK_THROWS_WITH(compute_optimal_for_loss(law, 1.5),
                    std::string("scaling::compute_optimal_for_loss: loss = 1.5, must be ") + above);
  CHECK_THROWS_WITH(compute_optimal_for_loss(chinchilla<>{0, 1, 1, 1, 1}, 0.0),
                    std::string("scaling::compute_optimal_for_loss: loss = 0, must be ") + above);
  // The next number is above it, and the bill is finite: about (2e-16)^(-1/0.178) times that of a loss of 2.
  const auto next = compute_optimal_for_loss(law, std::nextafter(1.8172, 2));
  CHECK((std::isfinite(next.flops) && next.flops > 1e80));
  // A price in double that is beyond float is infinite in float, and refused as such.
  CHECK_THROWS_WITH(compute_optimal(published::besiroglu_2024<float>, 1e20F, {.factor = 1e300}),
                    "scaling::compute_optimal: cost.factor = inf, must be positive and finite");
}
