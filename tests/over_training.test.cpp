// The over-training law against its authors' data, and as Chinchilla's law with one exponent.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/over_training.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/check_law.hpp"
#include "support/numbers.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace {

namespace published = scaling::published;
using Catch::Approx;
using scaling::over_training;
using support::ulps_off;

constexpr over_training<> simple{.E = 1, .a = 6, .b = 12, .eta = 0.5};
constexpr double off(double got, double want) { return got > want ? got - want : want - got; }
static_assert(off(simple(6, 6), 1 + (6 + 12) / std::numbers::sqrt2 / std::numbers::sqrt3 / 6) < 1e-15);

}  // namespace

TEST_CASE("The over-training law has all that a law must have") {
  support::check_law<over_training>({.falls_in = {"parameters", "tokens"}, .starts = 540});
}

// gad_L_1.4B, gad_L_6.9B and gad_Err4 of oracles.csv
TEST_CASE("The losses and errors are those of the published sets") {
  const auto law = published::gadre_2024_c4<>;
  CHECK(law(1.4e9, 640 * 1.4e9) == Approx(2.38983434).epsilon(1e-6));
  CHECK(law(6.9e9, 20 * 6.9e9) == Approx(2.27961084).epsilon(1e-6));
  const scaling::downstream_error<> rounded{0.850, 2.08, 0.756};
  CHECK(rounded(4) == Approx(0.7489).margin(1e-4));
  CHECK(rounded(3) == Approx(0.6347).margin(1e-4));
  CHECK(published::gadre_2024_c4_error<>(4) == Approx(rounded(4)).margin(1e-3));
  CHECK(scaling::optimal_tokens_per_parameter(law) == Approx(std::pow(189.5155 / 141.2773, 1 / 0.2424722)));
}

TEMPLATE_TEST_CASE("In C and M it is the paper's formula", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(81);
  for (int i = 0; i < 300; ++i) {
    const auto law = support::detail::random_law<over_training<T>>(random);
    const T C = static_cast<T>(random.spread(1e16, 1e26)), M = static_cast<T>(random.spread(1, 1e3));
    const auto run = scaling::run_of(C, M);
    CHECK(ulps_off(run.tokens / run.parameters, M) <= 2);
    CHECK(ulps_off(6 * run.parameters * run.tokens, C) <= 6);
    const T paper = law.E + (law.a * std::pow(M, law.eta) + law.b * std::pow(M, -law.eta)) * std::pow(C, -law.eta);
    CHECK(ulps_off(law(run), paper) <= 8);  // 8: powers of other bases, on both sides
  }
}

TEST_CASE("It is Chinchilla's law with one exponent, there and back") {
  support::random_numbers random(82);
  for (int i = 0; i < 300; ++i) {
    const double exponent = random.between(0.02, 1);
    const scaling::chinchilla<> law{random.between(0, 3), random.spread(1, 1e5), random.spread(1, 1e5), exponent,
                                    exponent};
    const double N = random.spread(1e3, 1e13), D = random.spread(1e3, 1e16);
    const auto other = scaling::over_training_from(law);
    CHECK(other.eta == exponent / 2);
    CHECK(ulps_off(other(N, D), law(N, D)) <= 8);
    const auto back = scaling::with_both_exponents<scaling::chinchilla>(other);
    CHECK((back.E == law.E && back.alpha == law.alpha && back.beta == law.beta));
    CHECK(ulps_off(back.A, law.A) <= 4);
    CHECK(ulps_off(back.B, law.B) <= 4);
    // The least loss of a budget is at M*, whatever the budget.
    const double best = scaling::optimal_tokens_per_parameter(other);
    for (const double C : {1e18, 1e22})
      for (const double factor : {0.9, 1.1})
        CHECK(other(scaling::run_of(C, best)) <= other(scaling::run_of(C, factor * best)));
  }
  CHECK_THROWS_AS(scaling::over_training_from(published::besiroglu_2024<>), std::domain_error);
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(scaling::optimal_tokens_per_parameter(over_training<>{1, bad, 1, 0.1}), std::domain_error);
    CHECK_THROWS_AS(scaling::optimal_tokens_per_parameter(over_training<>{1, 1, bad, 0.1}), std::domain_error);
    CHECK_THROWS_AS(scaling::optimal_tokens_per_parameter(over_training<>{1, 1, 1, bad}), std::domain_error);
  }
}

TEST_CASE("The downstream error falls with the loss, and says which loss it wants") {
  const auto law = published::gadre_2024_refinedweb_error<>;
  for (double loss = 1.5; loss < 6; loss += 0.1) {
    CHECK(law(loss) < law(loss + 0.1));
    CHECK(scaling::loss_for_error(law, law(loss)) == Approx(loss).epsilon(1e-12));  // epsilon - error cancels
  }
  CHECK(law(100) == law.epsilon);
  CHECK_THROWS_AS(scaling::loss_for_error(law, law.epsilon), std::domain_error);
  CHECK_THROWS_AS(scaling::loss_for_error(law, -0.1), std::domain_error);
  CHECK_THROWS_AS(scaling::loss_for_error(scaling::downstream_error<>{0.85, 0.0, 0.7}, 0.5), std::domain_error);
  CHECK_THROWS_AS(scaling::loss_for_error(scaling::downstream_error<>{0.85, 2.0, -0.7}, 0.5), std::domain_error);
}

// gad_C4, gad_RPJ, gad_RW and gad_err
TEST_CASE("The published sets are the fits of the five released runs each") {
  const auto file = support::reference_file("data/gadre_2024.csv");
  if (!file) return;
  struct set {
    std::string corpus;
    over_training<> law;
  };
  for (const auto& [corpus, law] : {set{"c4_original", published::gadre_2024_c4<>},
                                    {"rpj", published::gadre_2024_redpajama<>},
                                    {"rw_original", published::gadre_2024_refinedweb<>}}) {
    CAPTURE(corpus);
    const auto runs = support::runs(
        *file,
        [&corpus = corpus](const support::row& one) {
          const double N = support::number(one, "parameters"), multiple = support::number(one, "token_multiplier");
          return one.at("train_dataset") == corpus && ((multiple == 1 && N < 1e9) || (multiple == 16 && N < 2e7));
        },
        "loss_c4_validation");
    REQUIRE(runs.size() == 5);
    scaling::fit_options<over_training<>> options;
    options.criterion = scaling::squared{};
    options.residual = scaling::residual::plain;
    options.search = scaling::search::single;
    options.start = law;
    const auto fitted = scaling::fit<over_training>(runs, options);
    CHECK(fitted.converged());
    // To the digits of the published set, seven at most.
    CHECK(fitted.law.E == Approx(law.E).epsilon(5e-7));
    CHECK(fitted.law.a == Approx(law.a).epsilon(5e-7));
    CHECK(fitted.law.b == Approx(law.b).epsilon(5e-7));
    CHECK(fitted.law.eta == Approx(law.eta).epsilon(5e-7));
  }
  // Their two forecasts, 300 times the compute: 0.71 % and 0.73 % off.
  for (const auto& one : support::table(*file)) {
    if (one.at("train_dataset") != "rpj") continue;
    const double N = support::number(one, "parameters"), multiple = support::number(one, "token_multiplier");
    const double measured = support::number(one, "loss_c4_validation");
    const double error = std::abs(published::gadre_2024_redpajama<>(N, support::number(one, "tokens")) / measured - 1);
    if (N > 1e9 && N < 2e9 && multiple == 32) CHECK(error == Approx(0.0071).margin(0.0002));
    if (N > 6e9 && multiple == 1) CHECK(error == Approx(0.0073).margin(0.0002));
  }
}
