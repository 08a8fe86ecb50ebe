// Laws of one input: identities, the way back from a loss, and the fit of each of them.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/power_law.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>

#include "support/catch.hpp"
#include "support/check_law.hpp"
#include "support/numbers.hpp"

namespace {

using Catch::Approx;
using support::ulps_off;
constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

constexpr scaling::loss_of_compute<> of_compute{.E = 1, .A = 8, .alpha = 0.5};
constexpr scaling::pure_loss_of_tokens<> of_tokens{.x_c = 64, .alpha = 0.5};
static_assert(of_compute(4) == 5 && of_compute({.flops = 4}) == 5);
static_assert(of_tokens(4) == 4 && of_tokens({.tokens = 4}) == 4);
static_assert(scaling::sum_of_powers<scaling::loss_of_parameters<>> &&
              scaling::sum_of_powers<scaling::loss_of_compute<>>);
static_assert(!scaling::sum_of_powers<scaling::pure_loss_of_parameters<>>);  // x_c is no coefficient of a power
static_assert(scaling::run_for_loss(of_compute, 5).flops == 4 && scaling::run_for_loss(of_tokens, 4).tokens == 4);
static_assert(scaling::with_floor(of_tokens) == scaling::loss_of_tokens<>{0, 8, 0.5});
static_assert(scaling::without_floor(scaling::loss_of_tokens<>{0, 8, 0.5}) == of_tokens);

}  // namespace

TEST_CASE("The laws of one input have all that a law must have") {
  support::check_law<scaling::loss_of_parameters>({.falls_in = {"parameters"}, .starts = 150});
  support::check_law<scaling::loss_of_tokens>({.falls_in = {"tokens"}, .starts = 150});
  support::check_law<scaling::pure_loss_of_compute>({.falls_in = {"flops"}, .starts = 80, .page = "power_law"});
}

TEST_CASE("A law of one input is Chinchilla's with the other term gone") {
  support::random_numbers random(61);
  for (int i = 0; i < 300; ++i) {
    const double E = random.between(0, 3), A = random.spread(1, 1e5), alpha = random.between(0.02, 1.2);
    const double x = random.spread(1e3, 1e20);
    CHECK(scaling::loss_of_parameters<>{E, A, alpha}(x) == scaling::chinchilla<>{E, A, 0, alpha, 1}(x, 1));
    CHECK(scaling::loss_of_parameters<>{E, A, alpha}(infinity) == E);
  }
}

TEMPLATE_TEST_CASE("The two forms are one law, either way", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(62);
  for (int i = 0; i < 300; ++i) {
    const scaling::pure_loss_of_parameters<T> pure{static_cast<T>(random.spread(1e3, 1e20)),
                                                   static_cast<T>(random.between(0.02, 0.9))};
    const T x = static_cast<T>(random.spread(1e3, 1e15));
    const auto floored = scaling::with_floor(pure);
    CHECK((floored.E == 0 && floored.alpha == pure.alpha));
    CHECK(ulps_off(floored(x), pure(x)) <= 4);
    CHECK(pure(pure.x_c) == 1);
    // The root magnifies half a unit of A by 1/alpha, and its own exponent is half a unit off, times log A/alpha.
    const double bound = 4 + (1 + static_cast<double>(std::log(floored.A))) / static_cast<double>(pure.alpha);
    CHECK(ulps_off(scaling::without_floor(floored).x_c, pure.x_c) <= 2 * bound);
  }
}

TEMPLATE_TEST_CASE("The run for a loss has that loss", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(63);
  for (int i = 0; i < 300; ++i) {
    const scaling::loss_of_compute<T> law{static_cast<T>(random.between(0, 2)), static_cast<T>(random.spread(10, 1e3)),
                                          static_cast<T>(random.between(0.1, 0.9))};
    const T loss = law.E + static_cast<T>(random.spread(0.1, 9));
    // 64: the exponent 1/alpha is half a unit off, times log(A/0.1)/alpha, which the power -alpha brings back to 10
    CHECK(ulps_off(law(scaling::run_for_loss(law, loss)), loss) <= 64);
    const scaling::pure_loss_of_tokens<T> pure{static_cast<T>(random.spread(1e3, 1e15)), law.alpha};
    CHECK(ulps_off(pure(scaling::run_for_loss(pure, loss)), loss) <= 64);
    CHECK(scaling::run_for_loss(pure, T(1)).tokens == pure.x_c);
  }
}

TEST_CASE("A loss that is never reached, and a law that has no inverse, are refused by name") {
  using Catch::Matchers::Message;
  CHECK_THROWS_MATCHES(scaling::run_for_loss(of_compute, 1), std::domain_error,
                       Message("scaling::run_for_loss: loss = 1, must be finite and above the floor E"));
  CHECK_THROWS_AS(scaling::run_for_loss(of_compute, 0.5), std::domain_error);
  CHECK_THROWS_AS(scaling::run_for_loss(of_compute, infinity), std::domain_error);
  CHECK_THROWS_AS(scaling::run_for_loss(of_compute, not_a_number), std::domain_error);
  CHECK_THROWS_MATCHES(scaling::run_for_loss(of_tokens, 0), std::domain_error,
                       Message("scaling::run_for_loss: loss = 0, must be positive and finite"));
  for (const double bad : {0.0, -1.0, infinity, not_a_number}) {
    CHECK_THROWS_AS(scaling::run_for_loss(scaling::loss_of_compute<>{1, bad, 0.5}, 2), std::domain_error);
    CHECK_THROWS_AS(scaling::run_for_loss(scaling::loss_of_compute<>{1, 8, bad}, 2), std::domain_error);
    CHECK_THROWS_AS(scaling::run_for_loss(scaling::pure_loss_of_tokens<>{bad, 0.5}, 2), std::domain_error);
    CHECK_THROWS_AS(scaling::run_for_loss(scaling::pure_loss_of_tokens<>{8, bad}, 2), std::domain_error);
    CHECK_THROWS_AS(scaling::without_floor(scaling::loss_of_tokens<>{0, bad, 0.5}), std::domain_error);
    CHECK_THROWS_AS(scaling::without_floor(scaling::loss_of_tokens<>{0, 8, bad}), std::domain_error);
  }
  CHECK_THROWS_AS(scaling::run_for_loss(scaling::loss_of_compute<>{-1, 8, 0.5}, 2), std::domain_error);
  const scaling::loss_of_compute<float> flat{1, 8, 0.02F};
  CHECK_THROWS_MATCHES(
      scaling::run_for_loss(flat, 1.125F), std::domain_error,
      Message("scaling::run_for_loss: loss = 1.125, must be one whose run is within the range of the type"));
  CHECK_THROWS_AS(scaling::run_for_loss(scaling::pure_loss_of_tokens<float>{1e13F, 0.02F}, 0.125F), std::domain_error);
  CHECK_THROWS_MATCHES(scaling::without_floor(scaling::loss_of_tokens<float>{0, 8, 0.02F}), std::domain_error,
                       Message("scaling::without_floor: A = 8, must be one whose x_c is within the range of the type"));
  CHECK_THROWS_MATCHES(scaling::without_floor(of_compute), std::domain_error,
                       Message("scaling::without_floor: E = 1, must be 0: a law with a floor has no such form"));
}

TEST_CASE("A law of one input is fitted like any other: the coefficients come back") {
  const scaling::loss_of_compute<> law{1.7, 300, 0.15};
  std::vector<scaling::observation<scaling::compute_run<>>> runs;
  for (double C = 1e17; C < 1e24; C *= 10) runs.push_back({{.flops = C}, law(C)});
  const auto found = scaling::fit<scaling::loss_of_compute>(runs);
  CHECK((found.converged() && found.identified()));
  CHECK(found.law.E == Approx(1.7).epsilon(1e-10));
  CHECK(found.law.A == Approx(300).epsilon(1e-9));
  CHECK(found.law.alpha == Approx(0.15).epsilon(1e-10));

  // Kaplan's L(C_min): x_c is extrapolated by four decades.
  const scaling::pure_loss_of_compute<> pure{3.1e8 * 8.64e19, 0.05};
  for (auto& run : runs) run.loss = pure(run.at);
  const auto without_floor = scaling::fit<scaling::pure_loss_of_compute>(runs);
  CHECK(without_floor.converged());
  CHECK(without_floor.law.x_c == Approx(pure.x_c).epsilon(1e-7));
  CHECK(without_floor.law.alpha == Approx(0.05).epsilon(1e-9));
  // With a floor to find, the same runs say that there is none.
  const auto floored = scaling::fit<scaling::loss_of_compute>(runs);
  CHECK(floored.law.E < 1e-6);
  CHECK(floored.law.alpha == Approx(0.05).epsilon(1e-6));
}
