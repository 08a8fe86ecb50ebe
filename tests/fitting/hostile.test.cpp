// Faults that fuzzing found in the fit, each by its symptom.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <vector>

#include <scaling/chinchilla.hpp>
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
  constexpr double rounding = 1e-12;  // of six logs
  CHECK(std::abs(result.objective - objective) < rounding);
  CHECK(result.objective <= of_floor + rounding);  // which exponents of 3 and more come near
  CHECK(result.law.A >= 1.5);
}

TEST_CASE("a term that has vanished came back in the objective by its exponent") {
  const std::vector<sc::observation<>> runs{{{5.13513e10, 1.01465e6}, 1.70449},
                                            {{1e12, 1e12}, 5},
                                            {{8.97591e8, 1e12}, 5},
                                            {{9.98315e11, 1e12}, 5},
                                            {{1e12, 1e12}, 5}};
  for (const double alpha : {1.0, 10.0, 50.0, 95.0, 100.0, 1e3, 1e6}) {
    CAPTURE(alpha);
    const auto result =
        sc::fit<sc::chinchilla>(runs, {.bounds = {{"alpha", alpha, alpha}}, .criterion = sc::huber{0.01}});
    double sum = 0;  // by the law that is given, with the definition of Huber's criterion
    for (const auto& run : runs) {
      const double r = std::abs(std::log(result.law(run.at) / run.loss));
      sum += r <= 0.01 ? r * r / 2 : 0.01 * (r - 0.005);
    }
    CHECK(result.objective == Catch::Approx(sum).epsilon(1e-9));
    CHECK(result.objective < 0.0108);  // all but the first are alike
  }
}

TEST_CASE("a coefficient beyond the numbers there are was called converged") {
  // Parameters in units of 1e12 and more, and an exponent of 50: A is some e^1400, or e^100 in float.
  std::vector<sc::observation<>> runs;
  std::vector<sc::observation<sc::training_run<float>>> in_float;
  for (const double N : {1e9, 2e9, 4e9, 8e9})
    for (const double D : {1e10, 1e11}) {
      const double loss = 2 + std::pow(N / 1e9, -50) + std::pow(D / 1e10, -0.3);
      runs.push_back({{1e3 * N, D}, loss});
      in_float.push_back({{static_cast<float>(N), static_cast<float>(D)}, static_cast<float>(loss)});
    }
  const auto result = sc::fit<sc::chinchilla>(runs, {.bounds = {{"alpha", 50, 50}}});
  for (const double value : sc::coefficient_values(result.law)) CHECK((std::isfinite(value) || !result.converged()));
  const auto small = sc::fit<sc::chinchilla>(in_float, {.bounds = {{"alpha", 5, 5}}});
  for (const float value : sc::coefficient_values(small.law)) CHECK((std::isfinite(value) || !small.converged()));
}

TEST_CASE("a single exponent at its bound was missed, and the optimum of the usual range called converged") {
  const std::vector<sc::observation<sc::compute_run<>>> runs = {
      {{628.043}, 2.58818}, {{603.357}, 2.63089}, {{288.332}, 2.68945},
      {{1599.1}, 1.95629},  {{510.372}, 1.72843}, {{321.897}, 2.04694}};
  sc::fit_options<sc::loss_of_compute<>> options{
      .bounds = {{"E", 2.08, 2.08}}, .criterion = sc::squared{}, .residual = sc::residual::plain};
  const auto result = sc::fit<sc::loss_of_compute>(runs, options);
  options.search = sc::search::exhaustive;
  CHECK(result.objective == Catch::Approx(sc::fit<sc::loss_of_compute>(runs, options).objective).epsilon(1e-9));
  CHECK(result.law.alpha == 10);
}
