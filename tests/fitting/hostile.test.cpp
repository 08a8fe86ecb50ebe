// Faults that fuzzing found in the fit, each by its symptom.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <vector>

#include <scaling/fitting/fit.hpp>
#include <scaling/power_law.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

TEST_CASE("a term with a lower bound above zero does not vanish from the search and come back in the answer") {
  // The best exponent makes the term as good as nothing; its coefficient may not be 0.
  const std::vector<sc::observation<sc::compute_run<>>> runs = {{{1.2e7}, 3.9}, {{1.2e7}, 2.7}, {{3.1e6}, 3.6},
                                                                {{3.1e6}, 2.5}, {{3.1e6}, 2.9}, {{3.1e6}, 3.1}};
  const auto result = sc::fit<sc::loss_of_compute>(runs, {.bounds = {{"A", 1.5, 40}}, .criterion = sc::absolute{}});
  double objective = 0, of_floor = 0;
  for (const auto& run : runs) {
    objective += std::abs(std::log(result.law(run.at) / run.loss));
    of_floor += std::abs(std::log(2.9 / run.loss));
  }
  CHECK(std::abs(result.objective - objective) < 1e-12);  // six logs and their rounding
  CHECK(result.objective <= of_floor);                    // which exponents of 3 and more come near
  CHECK(result.law.A >= 1.5);
}
