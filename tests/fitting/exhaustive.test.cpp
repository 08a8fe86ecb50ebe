// The exhaustive search from the literature's 4500 starts, and that the screen never does worse.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <random>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

/// Few runs and much noise, so that basins compete.
std::vector<sc::observation<>> noisy(unsigned seed) {
  std::mt19937_64 bits(seed);
  std::normal_distribution<double> normal;
  std::vector<sc::observation<>> runs;
  for (const double N : {1e8, 1e9, 1e10})
    for (const double ratio : {4.0, 20.0, 100.0})
      runs.push_back({{N, ratio * N}, sc::published::besiroglu_2024<>(N, ratio * N) * std::exp(0.03 * normal(bits))});
  return runs;
}

}  // namespace

TEST_CASE("the screen finds what 4500 starts find") {
  for (const unsigned seed : {1u, 2u, 3u}) {
    CAPTURE(seed);
    const auto runs = noisy(seed);
    const auto screened = sc::fit<sc::chinchilla>(runs);
    const auto exhaustive = sc::fit<sc::chinchilla>(runs, {.search = sc::search::exhaustive});
    CHECK(exhaustive.starts.tried == 4500);
    CHECK(exhaustive.starts.converged > 4400);
    CHECK(exhaustive.starts.agreeing > 0);
    CHECK(exhaustive.converged());
    CHECK(screened.converged());
    CHECK(screened.starts.tried < 200);  // hard tables get more than the usual handful
    CHECK(screened.objective <= exhaustive.objective * (1 + 1e-10));
    CHECK(exhaustive.objective <= screened.objective * (1 + 1e-10));
  }
}

TEST_CASE("one run far off among few: the screen finds the minimum where a term has become a step") {
  const std::vector<sc::observation<>> runs{
      {{3.72794e9, 4.27057e9}, 3.06054},  {{8.81335e7, 2.9687e9}, 3.58751},   {{1.90492e8, 8.29305e9}, 5.85699},
      {{6.77578e9, 4.47996e11}, 2.04157}, {{5.61898e9, 1.95473e12}, 2.032},   {{7.39455e9, 1.54895e10}, 2.99942},
      {{1.14095e8, 1.46657e10}, 2.64644}, {{4.84347e9, 1.88067e11}, 1.87319}, {{2.63388e8, 2.87724e10}, 3.08394},
      {{1.96383e10, 1.41377e11}, 2.1625}, {{5.56069e7, 3.34092e8}, 5.85231},  {{8.70094e7, 2.9109e8}, 5.73121},
      {{3.01421e9, 3.45135e11}, 1.8571},  {{1.53183e9, 1.56167e10}, 2.97302}, {{1.76922e10, 1.76355e11}, 2.32173}};
  const auto screened = sc::fit<sc::chinchilla>(runs);
  const auto exhaustive = sc::fit<sc::chinchilla>(runs, {.search = sc::search::exhaustive});
  CHECK(screened.converged());
  CHECK(screened.objective <= exhaustive.objective * (1 + 1e-10));
}
