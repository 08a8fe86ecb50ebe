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
    CHECK(screened.starts.tried < 30);
    CHECK(screened.objective <= exhaustive.objective * (1 + 1e-10));
    CHECK(exhaustive.objective <= screened.objective * (1 + 1e-10));
  }
}
