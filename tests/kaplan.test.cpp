// Kaplan's laws against the paper's own statements, and as identities: their limits, the batch algebra, the frontier.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/kaplan.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <scaling/core/dual.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/check_law.hpp"
#include "support/numbers.hpp"

namespace {

namespace published = scaling::published;
using Catch::Approx;
using scaling::kaplan;
using scaling::kaplan_steps;
using support::ulps_off;
constexpr double infinity = std::numeric_limits<double>::infinity(), day = scaling::flops_per_petaflop_day<>;
constexpr double relative(double got, double want) { return got > want ? got / want - 1 : want / got - 1; }

constexpr auto joint = published::kaplan_2020<>;
constexpr auto by_steps = published::kaplan_2020_steps<>;
constexpr auto critical = published::kaplan_2020_critical_batch<>;

static_assert(relative(joint(1e9, 2.2e10), 2.3693163430934017) < 1e-14);  // kap_LND_T2
static_assert(joint({.parameters = 1e9, .tokens = 2.2e10}) == joint(1e9, 2.2e10));
static_assert(by_steps({.parameters = 1e9, .steps = 1e5}) == by_steps(1e9, 1e5));
static_assert(day == 1e15 * 24 * 60 * 60);
// Three different N_c.
static_assert(joint.N_c == 6.4e13 && by_steps.N_c == 6.5e13 && published::kaplan_2020_parameters<>.x_c == 8.8e13);

constexpr auto theory = theoretical_frontier(by_steps, critical);
static_assert(theory(day).parameters == theory.parameters.factor);

}  // namespace

TEST_CASE("Kaplan's laws have all that a law must have") {
  // 16: the exponent alpha_N/alpha_D, half a unit off, is up to 9 here and multiplies logarithms up to 22
  support::check_law<kaplan>({.falls_in = {"parameters", "tokens"}, .ulps = 16, .starts = 81});
  support::check_law<kaplan_steps>({.falls_in = {"parameters", "steps"}, .starts = 81, .page = "kaplan"});
}

// oracles.csv, by id. 1e-12: the rows have seventeen digits
TEST_CASE("The losses are those of the published constants") {
  const auto by_size = published::kaplan_2020_parameters<>;
  CHECK(by_size(1e8) == Approx(2.8299625155267965).epsilon(1e-12));                               // kap_LN_1e8
  CHECK(by_size(1e9) == Approx(2.3756402951345246).epsilon(1e-12));                               // kap_LN_1e9
  CHECK(by_size(2e9) / by_size(1e9) == Approx(0.95).margin(0.005));                               // kap_LN_ratio2
  CHECK(published::kaplan_2020_tokens<>(2.2e10) == Approx(2.099168266822878).epsilon(1e-12));     // kap_LD_22e9
  CHECK(published::kaplan_2020_compute_min<>(day) == Approx(2.6580802262455236).epsilon(1e-12));  // kap_LCmin_1
  CHECK(published::kaplan_2020_compute<>(day) == Approx(2.574155859897865).epsilon(1e-12));       // kap_LC_naive_1
  CHECK(kaplan<>{8.8e13, 5.4e13, 0.076, 0.095}(1e9, 2.2e10) == Approx(2.4305425151572093).epsilon(1e-12));  // _intro
  CHECK(joint(1e9, infinity) == Approx(2.318834098331168).epsilon(1e-12));  // kap_LND_Dinf
  CHECK(by_steps(1e9, 1e5) == Approx(2.4005136614270093).epsilon(1e-12));   // kap_LNS
}

TEST_CASE("The joint law works in 50 digits, and its limits are the laws of one input") {
  using decimal = boost::multiprecision::cpp_bin_float_50;
  const kaplan<decimal> exact{decimal("6.4e13"), decimal("1.8e13"), decimal("0.076"), decimal("0.103")};
  CHECK(abs(exact(decimal("1e9"), decimal("2.2e10")) - decimal("2.3693163430934017")) < 1e-15);
  support::random_numbers random(91);
  for (int i = 0; i < 300; ++i) {
    const auto law = support::detail::random_law<kaplan<>>(random);
    const double N = random.spread(1e6, 1e13), D = random.spread(1e6, 1e13);
    // 64: a root undoes a power; both logarithms are up to 200
    CHECK(ulps_off(law(N, infinity), std::pow(law.N_c / N, law.alpha_N)) <= 64);
    CHECK(ulps_off(law(infinity, D), std::pow(law.D_c / D, law.alpha_D)) <= 1);
    CHECK(law(infinity, infinity) == 0);  // no floor
    // Analytic in 1/D: far out, the excess halves as D doubles.
    const double far = law.D_c * std::pow(N / law.N_c, law.alpha_N / law.alpha_D) * 1e9;
    CHECK(overfitting(law, N, 2 * far) / overfitting(law, N, far) == Approx(0.5).epsilon(1e-8));
  }
}

TEST_CASE("Steps and tokens make up for each other, and at the critical batch each is twice the least") {
  support::random_numbers random(92);
  for (int i = 0; i < 300; ++i) {
    const scaling::batch_tradeoff<> some{random.spread(1e3, 1e9), random.spread(1e3, 1e9)};
    CHECK(some.steps_factor() > 1);
    CHECK(some.flops_factor() > 1);
    // 1e-10: one factor may be 1e6 closer to 1 than its last digit allows
    CHECK((some.steps_factor() - 1) * (some.flops_factor() - 1) == Approx(1).epsilon(1e-9));
    const double steps = random.spread(1e3, 1e6), least = some.least_steps(steps);
    // E_min/S_min = B_crit: the tokens spent are B S, and E/E_min = C/C_min
    CHECK(some.least_flops(some.batch * steps) / least == Approx(some.critical).epsilon(1e-14));
    const scaling::batch_tradeoff<> balanced{some.critical, some.critical};
    CHECK((balanced.steps_factor() == 2 && balanced.flops_factor() == 2));
  }
  static_assert(scaling::batch_tradeoff<>{3, 3}.least_steps(8) == 4);  // kap_tradeoff
  const scaling::batch_tradeoff<> half_million{524288, critical(3)};
  CHECK(critical(3) == Approx(1122569.7107474345).epsilon(1e-12));                             // kap_Bcrit_3
  CHECK(critical(0.87 * 3) / critical(3) == Approx(2).margin(0.1));                            // kap_Bcrit_double
  CHECK(half_million.least_steps(2.5e5) == Approx(79589.146739649).epsilon(1e-12));            // kap_Smin
  CHECK(half_million.least_flops(10 * day) == Approx(6.81643413041404 * day).epsilon(1e-12));  // kap_Cmin
}

TEST_CASE("Overfitting is the excess of the joint law, and has an inverse") {
  support::random_numbers random(93);
  for (int i = 0; i < 300; ++i) {
    const double N = random.spread(1e5, 1e11), D = random.spread(1e6, 1e13);
    CHECK(overfitting(joint, N, D) == Approx(joint(N, D) / joint(N, infinity) - 1).epsilon(1e-12).margin(1e-14));
    const double excess = random.spread(1e-6, 1);
    CHECK(overfitting(joint, N, tokens_for_overfitting(joint, N, excess)) == Approx(excess).epsilon(1e-12));
  }
  const auto needed = published::kaplan_2020_tokens_needed<>;
  CHECK(needed(1e9) == Approx(22854409480.743748).epsilon(1e-12));  // kap_data_rule
  CHECK(needed(8e9) / needed(1e9) == Approx(5).margin(0.4));        // kap_8x
  // The rule is that inverse at 0.02, rounded: its exponent is alpha_N/alpha_D, its factor to one digit.
  CHECK(joint.alpha_N / joint.alpha_D == Approx(0.74).margin(0.005));
  CHECK(needed(1e9) / tokens_for_overfitting(joint, 1e9, 0.02) == Approx(1).margin(0.15));
  CHECK_THROWS_AS(tokens_for_overfitting(joint, 1e9, 0), std::domain_error);
  CHECK_THROWS_AS(tokens_for_overfitting(joint, -1, 0.02), std::domain_error);
}

TEST_CASE("Early stopping is where unlimited data would have that loss") {
  // S_c/(L(N, D) - L(N, infinity))^(1/alpha_S): the law of steps with the joint law's difference for its second term.
  const double stop = early_stopping_steps(joint, by_steps, 1e8, 1e9);
  CHECK(std::pow(by_steps.S_c / stop, by_steps.alpha_S) == Approx(joint(1e8, 1e9) - joint(1e8, infinity)));
  CHECK(early_stopping_steps(joint, by_steps, 1e8, 2e9) > stop);
  CHECK(early_stopping_steps(joint, by_steps, 2e8, 1e9) < stop);
}

TEST_CASE("Steps and compute for a loss lead to that loss") {
  support::random_numbers random(94);
  for (int i = 0; i < 300; ++i) {
    const double N = random.spread(1e5, 1e11), loss = by_steps(N, infinity) * random.between(1.01, 3);
    const double steps = steps_for_loss(by_steps, N, loss);
    CHECK(by_steps(N, steps) == Approx(loss).epsilon(1e-13));
    CHECK(flops_for_loss(by_steps, critical, N, loss) == 6 * N * critical(loss) * steps);
  }
  // With derivatives in the law alone, as a covariance asks for them: dC/dS_c = C/S_c.
  using moving = scaling::input_dual<double, 1>;
  const kaplan_steps<moving> law{by_steps.N_c, moving{by_steps.S_c, {1}}, by_steps.alpha_N, by_steps.alpha_S};
  const auto flops = flops_for_loss(law, critical, 1e9, 3.0);
  CHECK(flops.gradient[0] * by_steps.S_c == Approx(flops.value).epsilon(1e-13));
  CHECK(theoretical_frontier(law, critical)(day).parameters.value == Approx(theory(day).parameters).epsilon(1e-13));
  CHECK_THROWS_AS(steps_for_loss(by_steps, 1e9, by_steps(1e9, infinity)), std::domain_error);
  CHECK_THROWS_AS(steps_for_loss(by_steps, 1e9, infinity), std::domain_error);
  CHECK_THROWS_AS(flops_for_loss(by_steps, critical, 0, 3), std::domain_error);
}

TEST_CASE("The theoretical frontier is where a loss costs least") {
  support::random_numbers random(95);
  for (int i = 0; i < 100; ++i) {
    const double C = day * random.spread(1e-6, 1e4);
    const auto best = theory(C);
    const double loss = by_steps(best.parameters, best.steps);
    // On the frontier the four belong together, and the loss is f above the converged one: (B.5).
    CHECK(6 * best.parameters * best.batch * best.steps == Approx(C).epsilon(1e-12));
    CHECK(best.tokens == Approx(2 * best.batch * best.steps).epsilon(1e-12));
    CHECK(best.batch == Approx(critical(loss)).epsilon(1e-12));
    CHECK(loss / by_steps(best.parameters, infinity) == Approx(1 + by_steps.alpha_N / by_steps.alpha_S).epsilon(1e-13));
    CHECK(flops_for_loss(by_steps, critical, best.parameters, loss) == Approx(C).epsilon(1e-11));
    for (const double r : {0.5, 0.99, 1.01, 2.2}) {
      const double flops = flops_for_loss(by_steps, critical, r * best.parameters, loss);
      CHECK(flops > C);
      CHECK(flops / C == Approx(relative_flops(by_steps, r)).epsilon(1e-11));
      CHECK(steps_for_loss(by_steps, r * best.parameters, loss) / best.steps ==
            Approx(relative_steps(by_steps, r)).epsilon(1e-11));
    }
  }
  CHECK((relative_flops(by_steps, 1.0) == 1 && relative_steps(by_steps, 1.0) == 1));
  CHECK(std::isnan(relative_steps(by_steps, 0.1)));  // it never gets there
  // The closed form of appendix B for N(C) and for the compute C_c at which the loss would be 1
  const double f = by_steps.alpha_N / by_steps.alpha_S, alpha_C = theory.parameters.exponent * by_steps.alpha_N;
  const double C_c = 6 * by_steps.N_c * critical.B_star * by_steps.S_c *
                     std::pow(1 + f, 1 / by_steps.alpha_S + 1 / by_steps.alpha_N) *
                     std::pow(1 / f, 1 / by_steps.alpha_S);
  CHECK(theory(day).parameters ==
        Approx(by_steps.N_c * std::pow(day / C_c, theory.parameters.exponent) * std::pow(1 + f, 1 / by_steps.alpha_N))
            .epsilon(1e-11));
  CHECK(by_steps(theory(C_c).parameters, theory(C_c).steps) == Approx(1).epsilon(1e-12));
  CHECK(theory.steps.exponent == Approx(alpha_C / by_steps.alpha_S).epsilon(1e-14));
}

// oracles.csv, by id: what the paper says of the frontier, where it agrees with its own formulas
TEST_CASE("The frontiers are those of the paper") {
  CHECK(relative_flops(by_steps, 2.2) == Approx(1.20).margin(0.01));                  // kap_B16_2.2
  CHECK(relative_flops(by_steps, 0.6) == Approx(1.1647326659414747).epsilon(1e-12));  // kap_B16_0.6
  CHECK(relative_steps(by_steps, 2.2) == Approx(0.55).margin(0.01));                  // kap_B17_2.2
  const kaplan_steps<> of_table_5{8.8e13, 2.1e3, 0.076, 0.76};
  const auto other = theoretical_frontier(of_table_5, critical);
  CHECK(other.parameters.exponent * 0.076 == Approx(0.05198697068403909).epsilon(1e-13));  // kap_aCmin_a
  CHECK(other.parameters.exponent == Approx(0.684).margin(0.001));                         // kap_aCmin_over_aN
  CHECK(of_table_5.alpha_N / of_table_5.alpha_S == Approx(0.10).margin(0.005));            // kap_convergence
  CHECK(other.parameters.exponent + other.batch.exponent + other.steps.exponent == Approx(1).epsilon(1e-14));
  CHECK(other.tokens.exponent == Approx(1 - other.parameters.exponent).epsilon(1e-14));
  // formulas.md 1.3, to the digits given: a direct minimisation agrees
  CHECK(other.parameters.factor == Approx(6.03e8).epsilon(1e-3));
  CHECK(other.steps.factor == Approx(1.323e4).epsilon(1e-3));
  CHECK(theory.parameters.factor == Approx(5.84e8).epsilon(1e-3));
  CHECK(theory.steps.factor == Approx(1.316e4).epsilon(1e-3));

  const auto fitted = published::kaplan_2020_frontier<>;
  const auto one_day = fitted(day);
  CHECK(6 * one_day.parameters * one_day.batch * one_day.steps / day ==
        Approx(0.975).epsilon(1e-9));                                                              // kap_T6_identity
  CHECK(fitted.parameters.exponent + fitted.batch.exponent + fitted.steps.exponent == Approx(1));  // kap_T6_expsum
  CHECK(fitted(0.5e21).parameters == Approx(4.68e9).epsilon(0.002));                               // kap_Nopt_1e21
  CHECK(fitted(10 * day).parameters / one_day.parameters == Approx(5.370).margin(0.001));          // kap_10x
  CHECK(fitted(10 * day).tokens / one_day.tokens == Approx(1.862).margin(0.001));
  CHECK(fitted(2 * day).parameters / one_day.parameters == Approx(1.659).margin(0.001));  // kap_2x
  CHECK(fitted(2 * day).tokens / one_day.tokens == Approx(1.206).margin(0.001));
  // kap_eq6.7: 2 C_min/(6 N) = 2.2e10 tokens; table 6 has 2e10, the equation of that number twice as many
  CHECK(2 * day / (6 * one_day.parameters) == Approx(22153846153.846153).epsilon(1e-12));
  CHECK(one_day.tokens == Approx(22153846153.846153).epsilon(0.1));
}
