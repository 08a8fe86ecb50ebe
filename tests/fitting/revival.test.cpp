// A term that is absent: whether the objective falls as it comes back, at any exponents of its box.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/revival.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

using law_type = sc::chinchilla<>;
using objective = sc::detail::power_sum_objective<law_type>;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<sc::observation<>> runs_of(const law_type& law) {
  support::random_numbers random(17);
  std::vector<sc::observation<>> runs;
  for (int i = 0; i < 40; ++i) {
    const double N = random.spread(3e7, 2e10), D = random.spread(1e9, 1e12);
    runs.push_back({{N, D}, law(N, D)});
  }
  return runs;
}

double value_at(const objective& f, const objective::vector& y) {
  objective::vector gradient;
  return f(y, gradient);
}

}  // namespace

TEST_CASE("What comes back is better than what was there, whatever exponent the runs have") {
  for (const double alpha : {0.05, 0.3, 1.0, 3.0, 8.0}) {
    CAPTURE(alpha);
    const law_type truth{1.7, 0.8 * std::pow(3e7, alpha), 2000, alpha, 0.37};
    const objective f(sc::detail::distinct_runs<double>(runs_of(truth)), {}, {.zone = infinity});
    // The best without it: a floor more would not help, only the power does.
    const auto without = sc::fit<sc::chinchilla>(runs_of(truth), {.fixed = {{"A", 0}}, .criterion = sc::squared{}}).law;
    const auto y = f.coordinates.of(without);
    const auto back = sc::detail::revived<law_type>(f, y, 1e-13);
    REQUIRE(back);
    CHECK(value_at(f, *back) < value_at(f, y));
    const auto law = f.coordinates.law_at(*back);
    CHECK(law.A > 0);
    CHECK(law.E == Catch::Approx(without.E).epsilon(1e-14));  // the others stay
    CHECK(law.B == Catch::Approx(without.B).epsilon(1e-13));
    CHECK(law.beta == Catch::Approx(without.beta).epsilon(1e-14));
  }
}

TEST_CASE("Where runs have no such term, or it would have to be negative, nothing comes back") {
  const law_type truth{1.7, 0, 2000, 0.3, 0.37};
  const objective f(sc::detail::distinct_runs<double>(runs_of(truth)), {}, {.zone = infinity});
  CHECK_FALSE(sc::detail::revived<law_type>(f, f.coordinates.of(truth), 1e-13));
  law_type above = truth;
  above.E = 1.8;
  CHECK_FALSE(sc::detail::revived<law_type>(f, f.coordinates.of(above), 1e-13));
  law_type full = truth;
  full.A = 100;
  CHECK_FALSE(sc::detail::revived<law_type>(f, f.coordinates.of(full), 1e-13));
}
