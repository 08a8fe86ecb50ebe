// A fit is the same however the question is put, as properties of random tables: some with a bit, some up to rounding.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/over_training.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

using law_type = sc::chinchilla<>;
using runs_type = std::vector<sc::observation<>>;
using options_type = sc::fit_options<law_type>;

/// Runs strewn over two and a half decades of N and three of D, of a law whose terms are some tenths of a nat there.
struct question {
  runs_type runs;
  options_type options;

  explicit question(support::random_numbers& random) {
    const double alpha = random.between(0.2, 0.6), beta = random.between(0.2, 0.6);
    const law_type law{random.spread(0.5, 2), random.spread(0.1, 1) * std::pow(5e8, alpha),
                       random.spread(0.1, 1) * std::pow(3e10, beta), alpha, beta};
    const double noise = random.spread(1e-4, 1e-2);
    for (double n = random.between(15, 40); n > 0; --n) {
      const double N = random.spread(3e7, 1e10), D = random.spread(1e9, 1e12);
      double normal = 0;
      for (int i = 0; i < 12; ++i) normal += random.between(-0.5, 0.5);
      runs.push_back({{N, D}, law(N, D) * std::exp(noise * normal)});
    }
    if (random.between(0, 1) < 0.5) options.criterion = sc::squared{};
    if (random.between(0, 1) < 0.2) options.residual = sc::residual::plain;
  }
};

double apart(double got, double want) { return std::abs(got / want - 1); }

// The stopping test knows an objective to 64 epsilon and the noise of its terms; where residuals are small, the rounding
// of the logs of which they are differences is more of them: 1e-16 over 1e-4, squared in the worst case.
constexpr double same_objective = 1e-11;
// To first order the coefficients do not change the objective: they are known to the rounding of a gradient, 1e-15, over
// the smallest curvature of the valley, some 1e-5 of the largest.
constexpr double same_coefficients = 1e-9;

void check_same(const law_type& got, const law_type& want) {
  for (const auto& row : law_type::coefficients()) {
    CAPTURE(row.symbol);
    CHECK(apart(got.*row.member, want.*row.member) < same_coefficients);
  }
}

}  // namespace

TEST_CASE("the order of the runs, a sum or a mean, runs repeated or counted: no bit changes") {
  support::random_numbers random(71);
  std::mt19937_64 bits(71);
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    auto [runs, options] = question(random);
    const auto usual = sc::fit<sc::chinchilla>(runs, options);
    REQUIRE(usual.converged());

    auto shuffled = runs;
    std::shuffle(shuffled.begin(), shuffled.end(), bits);
    CHECK(sc::fit<sc::chinchilla>(shuffled, options).law == usual.law);

    options.reduction = sc::reduction::mean;
    const auto mean = sc::fit<sc::chinchilla>(runs, options);
    CHECK(mean.law == usual.law);
    CHECK(apart(mean.objective * double(runs.size()), usual.objective) < 1e-15);

    auto twice = runs;
    twice.insert(twice.end(), runs.begin(), runs.end());
    const auto doubled = sc::fit<sc::chinchilla>(twice, {.criterion = options.criterion, .residual = options.residual});
    CHECK(apart(doubled.objective, 2 * usual.objective) < same_objective);
    check_same(doubled.law, usual.law);
    CHECK(doubled.observation_count == 2 * runs.size());

    sc::frequencies often;
    runs_type repeated;
    for (const auto& run : runs) {
      often.count.push_back(std::floor(random.between(0, 4)));
      repeated.insert(repeated.end(), static_cast<std::size_t>(often.count.back()), run);
    }
    const auto by_hand = sc::fit<sc::chinchilla>(repeated, options);
    options.weights = often;
    const auto counted = sc::fit<sc::chinchilla>(runs, options);
    CHECK(counted.law == by_hand.law);
    CHECK(counted.objective == by_hand.objective);
    CHECK(counted.observation_count == repeated.size());
  }
}

TEST_CASE("units of parameters, tokens and losses, factors of weights and of sigma: the same optimum") {
  support::random_numbers random(72);
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    const auto [runs, options] = question(random);
    const auto usual = sc::fit<sc::chinchilla>(runs, options);
    const double u = random.spread(1e-12, 1e3), v = random.spread(1e-12, 1e3), factor = random.spread(1e-3, 1e3);
    REQUIRE(usual.at_bound.empty());

    auto rescaled = runs;
    for (auto& run : rescaled) run.at.parameters *= u, run.at.tokens *= v;
    const auto in_units = sc::fit<sc::chinchilla>(rescaled, options);
    CHECK(apart(in_units.objective, usual.objective) < same_objective);
    check_same({in_units.law.E, in_units.law.A * std::pow(u, -in_units.law.alpha),
                in_units.law.B * std::pow(v, -in_units.law.beta), in_units.law.alpha, in_units.law.beta},
               usual.law);

    auto swapped = runs;
    for (auto& run : swapped) std::swap(run.at.parameters, run.at.tokens);
    const auto mirrored = sc::fit<sc::chinchilla>(swapped, options);
    CHECK(apart(mirrored.objective, usual.objective) < same_objective);
    check_same({mirrored.law.E, mirrored.law.B, mirrored.law.A, mirrored.law.beta, mirrored.law.alpha}, usual.law);

    auto weighted = options;
    weighted.weights = sc::relative_weights{std::vector<double>(runs.size(), factor)};
    const auto heavier = sc::fit<sc::chinchilla>(runs, weighted);
    CHECK(apart(heavier.objective, factor * usual.objective) < same_objective);
    check_same(heavier.law, usual.law);

    // r/sigma with Huber's delta in sigmas is Huber's criterion of r over sigma^2.
    weighted.weights = sc::known_sigma{std::vector<double>(runs.size(), factor)};
    if (auto* huber = std::get_if<sc::huber>(&weighted.criterion)) huber->delta /= factor;
    const auto in_sigmas = sc::fit<sc::chinchilla>(runs, weighted);
    CHECK(apart(in_sigmas.objective * factor * factor, usual.objective) < same_objective);
    check_same(in_sigmas.law, usual.law);

    if (options.residual == sc::residual::plain) continue;
    auto louder = runs;
    for (auto& run : louder) run.loss *= factor;
    const auto in_other_nats = sc::fit<sc::chinchilla>(louder, options);
    CHECK(apart(in_other_nats.objective, usual.objective) < same_objective);
    const auto& law = in_other_nats.law;
    check_same({law.E / factor, law.A / factor, law.B / factor, law.alpha, law.beta}, usual.law);
  }
}

TEST_CASE("what an option says and what a law says: one exponent, or a coefficient held where it is best") {
  support::random_numbers random(73);
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    auto [runs, options] = question(random);
    const auto usual = sc::fit<sc::chinchilla>(runs, options);

    auto tied = options;
    tied.tied = {{"alpha", "beta"}};
    const auto one = sc::fit<sc::chinchilla>(runs, tied);
    const auto by_law =
        sc::fit<sc::over_training>(runs, {.criterion = options.criterion, .residual = options.residual});
    CHECK(apart(one.objective, by_law.objective) < same_objective);
    CHECK(apart(one.law.alpha, 2 * by_law.law.eta) < same_coefficients);
    CHECK(one.law.alpha == one.law.beta);
    CHECK(usual.objective <= one.objective * (1 + same_objective));

    const auto row = law_type::coefficients()[static_cast<std::size_t>(i) % 5];
    options.fixed = {{std::string(row.symbol), usual.law.*row.member}};
    const auto held = sc::fit<sc::chinchilla>(runs, options);
    CHECK(held.law.*row.member == usual.law.*row.member);
    CHECK(apart(held.objective, usual.objective) < same_objective);
  }
}
