// The bounded law: what it must be between nothing known and everything known.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/bounded.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/check_law.hpp"
#include "support/numbers.hpp"

namespace {

using scaling::bounded;
using support::ulps_off;
constexpr double infinity = std::numeric_limits<double>::infinity();

// h = 1/2 + 1/4 + 1/4 at (16, 256, 65536)
constexpr bounded<> simple{
    .E = 1, .L_0 = 11, .a = 2, .b = 4, .c = 4, .alpha = 0.5, .beta = 0.5, .gamma = 1, .delta = 0.5};
static_assert(simple(16, 256, 65536) == 6);
static_assert(simple({.parameters = 16, .tokens = 256, .unique_tokens = 65536}) == simple(16, 256, 65536));
static_assert(!scaling::sum_of_powers<bounded<>>);

}  // namespace

TEST_CASE("The bounded law has all that a law must have") {
  support::check_law<bounded>({.falls_in = {"tokens", "unique_tokens"}, .starts = 512});
}

TEMPLATE_TEST_CASE("The loss is between E and L_0, however large h is", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(71);
  for (int i = 0; i < 300; ++i) {
    const auto law = support::detail::random_law<bounded<T>>(random);
    const auto at = support::detail::random_run<bounded<T>>(random);
    CHECK((law.E <= law(at) && law(at) <= law.L_0));
    auto ignorant = law;
    ignorant.a = std::numeric_limits<T>::max();
    ignorant.alpha = 0;
    CHECK(ulps_off(ignorant(at), law.L_0) <= 1);  // 1: E is taken off and added
    ignorant.a = std::numeric_limits<T>::infinity();
    CHECK(ulps_off(ignorant(at), law.L_0) <= 1);
    auto perfect = law;
    perfect.a = perfect.b = perfect.c = 0;
    CHECK(perfect(at) == law.E);
    // Undone, the fraction is the sum of the three terms. 1e-13 and as much more as is lost next to L_0 and E.
    const T share = (law(at) - law.E) / (law.L_0 - law.E);
    const T h = law.a * std::pow(at.parameters, -law.alpha) + law.b * std::pow(at.tokens, -law.beta) +
                law.c * std::pow(at.parameters, law.gamma) * std::pow(at.unique_tokens, -law.delta);
    const T lost = 64 * std::numeric_limits<T>::epsilon() * law.L_0 / (law.L_0 - law.E);
    CHECK(std::abs(share - h / (1 + h)) <= lost);
  }
}

TEST_CASE("More parameters help until they overfit the unique tokens, at the size where both terms balance") {
  support::random_numbers random(72);
  for (int i = 0; i < 300; ++i) {
    const auto law = support::detail::random_law<bounded<>>(random);
    const double U = random.spread(1e6, 1e12);
    // alpha a N^-alpha = gamma c N^gamma U^-delta
    const double best =
        std::pow(law.alpha * law.a / (law.gamma * law.c) * std::pow(U, law.delta), 1 / (law.alpha + law.gamma));
    for (const double factor : {0.5, 2.0}) CHECK(law(best, infinity, U) < law(factor * best, infinity, U));
    auto never = law;  // without the last term they always help
    never.c = 0;
    CHECK(never(4 * best, 1e9, U) < never(best, 1e9, U));
  }
}
