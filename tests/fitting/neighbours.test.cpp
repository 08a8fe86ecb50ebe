// The points around an end of a search: as far off as the residuals, in every direction, and not beyond a step.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/neighbours.hpp>
#include <scaling/fitting/power_sum.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

using law_type = sc::chinchilla<>;
using objective = sc::detail::power_sum_objective<law_type>;

constexpr law_type truth{1.7, 400, 2000, 0.33, 0.37};

std::vector<sc::observation<>> made(double noise) {
  support::random_numbers random(7);
  std::vector<sc::observation<>> runs;
  for (int i = 0; i < 45; ++i) {
    const double N = random.spread(3e7, 2e10), D = N * random.spread(2, 500);
    runs.push_back({{N, D}, truth(N, D) * std::exp(noise * random.between(-1, 1))});
  }
  return runs;
}

}  // namespace

TEST_CASE("Two neighbours stand off in every direction, one to each side, by as much as the residuals or a step of 2") {
  double longest = 0;
  for (const double noise : {1e-4, 0.02, 0.5}) {
    const objective f(sc::detail::distinct_runs<double>(made(noise)), {}, {});
    const auto y = f.coordinates.of(truth);
    const auto around = sc::detail::neighbours_of<law_type>(f, y);
    REQUIRE(around.size() >= 10);
    double size = 0;
    for (const double r : f.residuals_at(y)) size += r * r;
    for (std::size_t i = 0; i < 10; i += 2) {
      CAPTURE(noise, i);
      const auto step = (around[i] - y).eval(), back = (around[i + 1] - y).eval();
      const double far = step.cwiseAbs().maxCoeff();
      CHECK(far <= 2 * (1 + 1e-12));
      longest = std::max(longest, far);
      if (noise > 1e-3) continue;  // for steps so short that they meet no bound, and predictions are linear in them
      CHECK((step + back).cwiseAbs().maxCoeff() <= 1e-9 * far);
      double moved = 0;
      const auto before = f.residuals_at(y), after = f.residuals_at(around[i]);
      for (std::size_t k = 0; k < after.size(); ++k) moved += std::pow(after[k] - before[k], 2);
      CHECK((far > 1.99 || moved == Catch::Approx(size).epsilon(0.05)));
    }
  }
  CHECK(longest == Catch::Approx(2));
}

TEST_CASE("What is held has no direction: no neighbour is where it stands off from") {
  const sc::fit_options<law_type> options{.fixed = {{"E", 1.7}}};
  const objective f(sc::detail::distinct_runs<double>(made(0.02)), sc::detail::constraints_of("test", options), {});
  const auto y = f.coordinates.of(truth);
  const auto around = sc::detail::neighbours_of<law_type>(f, y);
  CHECK(around.size() == 8 + 4);  // two for each that is free, and two roles for each of two powers
  for (const auto& there : around) CHECK((there - y).cwiseAbs().maxCoeff() > 1e-6);
}

TEST_CASE("A floor that has vanished stands in the place of each power, which is gone, unless it may not be") {
  constexpr double nothing = -std::numeric_limits<double>::infinity();
  const auto floored = [](const sc::fit_options<law_type>& options) {
    const objective f(sc::detail::distinct_runs<double>(made(0.02)), sc::detail::constraints_of("test", options), {});
    auto y = f.coordinates.of(truth);
    y[0] = nothing;  // E; A and B are the coordinates 1 and 2
    std::size_t count = 0;
    for (const auto& there : sc::detail::neighbours_of<law_type>(f, y))
      for (const int power : {1, 2}) {
        auto expected = y;
        std::swap(expected[0], expected[power]);
        count += there == expected;
      }
    return count;
  };
  CHECK(floored({}) == 2);
  CHECK(floored({.fixed = {{"B", 2000}}}) == 1);
  CHECK(floored({.bounds = {{"A", 1, 1000}}}) == 1);
}
