// Faults that fuzzing found in the plans, each by its symptom.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <stdexcept>

#include <scaling/planning.hpp>

#include "support/catch.hpp"

namespace {

using Catch::Matchers::ContainsSubstring;
namespace sc = scaling;

const auto beyond = ContainsSubstring("must be one whose plan is within the range of the type");

/// A finite law whose ratio of terms, infinity over infinity, is no number.
constexpr double most = std::numeric_limits<double>::max();
constexpr sc::chinchilla<> steep{.E = 0, .A = most, .B = 10, .alpha = 6.3, .beta = most};

}  // namespace

TEST_CASE("a finite law at the ends of the range gets a refusal for a plan, not NaN") {
  CHECK_THROWS_WITH(sc::compute_optimal(steep, 10.0), beyond);
  CHECK_THROWS_WITH(sc::compute_optimal_for_parameters(steep, 6.3), beyond);
  CHECK_THROWS_WITH(sc::compute_optimal_for_tokens(steep, 6.3), beyond);
  CHECK_THROWS_WITH(
      sc::compute_optimal(
          sc::lovelace<>{.E = 0, .A = most, .B = 10, .alpha = 6.3, .beta = most, .P = 0, .delta = 1, .kappa = 1}, 10.0,
          1e9),
      beyond);
  CHECK_THROWS_WITH(sc::compute_optimal_for_loss(sc::chinchilla<>{0, 1e101, 1e-199, 1e166, 1e-290}, 1e119), beyond);
}

TEST_CASE("a budget that overflows as a power of itself has a run all the same") {
  const sc::training_cost cost{1.35, 1.78, 0.51};  // (2e241)^(1/0.51) is infinite, and (5e132)^(-1.78/0.51) is 0
  const sc::chinchilla<> law{0.42, 4.8, 1e8, 0.0625, 1.8};
  const auto plan = sc::isoflop_run(law, 2e241, 5e132, cost);
  CHECK(plan.loss < 1e8);
  const double spent = std::log(1.35) + 1.78 * std::log(plan.parameters) + 0.51 * std::log(plan.tokens);
  CHECK(std::abs(spent - std::log(2e241)) < 1e-12 * 555);  // rounding of logs, of which the largest is 555
}
