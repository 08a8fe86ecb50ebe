// Slices at fixed compute: runs on them, the rule of thumb, the penalty against 50 digits and the curvature against it.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/isoflop.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using namespace scaling;
using Catch::Approx;
using decimal = boost::multiprecision::cpp_bin_float_50;

constexpr auto law = published::besiroglu_2024<>;
constexpr training_cost dear{.factor = 7, .parameters_power = 1.2, .tokens_power = 0.9};

static_assert(isoflop_penalty(law, 1e21, 1) == 0);
static_assert(isoflop_penalty(law, 1e21, 2) > 0.01);
static_assert(isoflop_curvature(law, 1e21) > 0);
static_assert(isoflop_run(published::besiroglu_2024<float>, 1e21F, 1e9F).tokens > 1e11F);
static_assert(rule_of_thumb(published::kaplan_2020<>, 20, 1e21).tokens > 5e10);

}  // namespace

TEMPLATE_TEST_CASE("The penalty of being off is exact, however little one is off", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(71);
  for (int i = 0; i < 300; ++i) {
    const chinchilla<T> any{.E = 1,
                            .A = static_cast<T>(random.spread(1, 1e4)),
                            .B = static_cast<T>(random.spread(1, 1e4)),
                            .alpha = static_cast<T>(random.between(0.2, 0.8)),
                            .beta = static_cast<T>(random.between(0.2, 0.8))};
    const training_cost cost{random.spread(1, 10), random.between(0.7, 1.5), random.between(0.7, 1.5)};
    const T flops = static_cast<T>(random.spread(1e12, 1e26));
    const T factor = 1 + static_cast<T>(random.between(-1, 1) * random.spread(1e-4, 1));
    // With 50 digits the differences of exponentials may be taken as they stand.
    const auto wide = [](auto x) { return decimal(static_cast<long double>(x)); };
    const decimal of_D = wide(any.beta) * wide(T(cost.parameters_power)) / wide(T(cost.tokens_power)),
                  x = log(wide(factor)),
                  S = wide(any.alpha) * wide(any.A) *
                      exp(-wide(any.alpha) * log(wide(compute_optimal(any, flops, cost).parameters)));
    const decimal exact = S * ((exp(-wide(any.alpha) * x) - 1) / wide(any.alpha) + (exp(of_D * x) - 1) / of_D);
    // 100 units: the power of N magnifies a rounding by log 1e26, here and in N itself.
    CHECK(support::ulps_off(isoflop_penalty(any, flops, factor, cost), exact) < 100);
  }
}

TEST_CASE("The penalty is the loss on the slice above the lowest, and the curvature its second derivative") {
  for (const auto& cost : {training_cost{}, dear}) {
    const auto plan = compute_optimal(law, 1e21, cost);
    for (const double factor : {1e-30, 0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 10.0, 1e30}) {
      const auto run = isoflop_run(law, 1e21, factor * plan.parameters, cost);
      CHECK(run.loss - plan.loss == Approx(isoflop_penalty(law, 1e21, factor, cost)).epsilon(1e-12).margin(1e-15));
      CHECK(cost.factor * std::pow(run.parameters, cost.parameters_power) * std::pow(run.tokens, cost.tokens_power) ==
            Approx(1e21).epsilon(1e-13));
    }
    const double x = 1e-4;  // the next even term is x^2/12 of this one
    CHECK(isoflop_penalty(law, 1e21, std::exp(x), cost) + isoflop_penalty(law, 1e21, std::exp(-x), cost) ==
          Approx(isoflop_curvature(law, 1e21, cost) * x * x).epsilon(1e-8));
  }
  const auto plan = compute_optimal(law, 1e21);  // formulas.md 2.3: (alpha + beta) alpha A N^-alpha
  CHECK(isoflop_curvature(law, 1e21) ==
        Approx((0.3478 + 0.3658) * 0.3478 * 482.01 * std::pow(plan.parameters, -0.3478)).epsilon(1e-13));
}

TEST_CASE("A rule of thumb spends the budget at its ratio, and no better than the law") {
  const auto chosen = rule_of_thumb(law, 20, 5.76e23);
  CHECK(chosen.tokens == Approx(20 * chosen.parameters).epsilon(1e-15));
  CHECK(6 * chosen.parameters * chosen.tokens == Approx(5.76e23).epsilon(1e-14));
  CHECK(chosen.parameters == Approx(6.9282032302755e10).epsilon(1e-12));  // sqrt(5.76e23/120)
  const auto best = compute_optimal(law, 5.76e23);
  CHECK(chosen.loss > best.loss);
  CHECK(chosen.loss - best.loss ==
        Approx(isoflop_penalty(law, 5.76e23, chosen.parameters / best.parameters)).epsilon(1e-8));
  CHECK(rule_of_thumb(law, best.tokens / best.parameters, 5.76e23).parameters ==
        Approx(best.parameters).epsilon(1e-13));
  const auto priced = rule_of_thumb(law, 20, 1e21, dear);
  CHECK(7 * std::pow(priced.parameters, 1.2) * std::pow(priced.tokens, 0.9) == Approx(1e21).epsilon(1e-13));
}

TEST_CASE("A slice that makes no sense is refused by name") {
  CHECK_THROWS_WITH(isoflop_run(law, 1e21, -1.0), "scaling::isoflop_run: parameters = -1, must be positive and finite");
  CHECK_THROWS_WITH(rule_of_thumb(law, 0.0, 1e21),
                    "scaling::rule_of_thumb: tokens_per_parameter = 0, must be positive and finite");
  CHECK_THROWS_WITH(isoflop_penalty(law, 1e21, -2.0),
                    "scaling::isoflop_penalty: factor = -2, must be positive and finite");
  CHECK_THROWS_AS(isoflop_curvature(law, 0.0), std::domain_error);
  CHECK_THROWS_AS(isoflop_run(law, 0.0, 1e9), std::domain_error);
}
