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
    CHECK(exhaustive.starts.tried >= 4500);  // and from the best, with its two powers exchanged
    CHECK(exhaustive.starts.tried <= 4502);
    CHECK(exhaustive.starts.converged > 4400);
    CHECK(exhaustive.starts.agreeing > 0);
    CHECK(exhaustive.converged());
    CHECK(screened.converged());
    CHECK(screened.starts.tried < exhaustive.starts.tried / 100);  // 30 on average of 60 such tables, at most 33
    CHECK(screened.objective <= exhaustive.objective * (1 + 1e-10));
    CHECK(exhaustive.objective <= screened.objective * (1 + 1e-10));
  }
}

TEST_CASE("fifteen runs with a tenth of noise: the second look finds the minimum that the first passes by") {
  const std::vector<sc::observation<>> runs{
      {{9.1818e+09, 9.65759e+09}, 2.06114},  {{6.10195e+09, 7.84466e+11}, 1.73315},
      {{4.12567e+09, 7.14238e+10}, 1.96037}, {{2.02125e+09, 2.97446e+11}, 2.07271},
      {{8.92696e+08, 2.77477e+10}, 1.93157}, {{6.55014e+09, 2.25844e+12}, 1.33208},
      {{4.56192e+08, 3.34785e+11}, 1.73655}, {{9.63453e+07, 2.62326e+09}, 2.3236},
      {{1.00953e+08, 2.15124e+08}, 2.26383}, {{5.59161e+08, 5.6152e+08}, 2.09103},
      {{7.00241e+08, 1.74157e+09}, 1.79951}, {{7.15636e+08, 2.54784e+10}, 1.6742},
      {{1.43457e+08, 2.35167e+10}, 2.02562}, {{1.53783e+10, 5.35718e+12}, 1.90508},
      {{1.91136e+10, 2.98441e+10}, 2.1652}};
  const auto screened = sc::fit<sc::chinchilla>(runs);
  const auto exhaustive = sc::fit<sc::chinchilla>(runs, {.search = sc::search::exhaustive});
  CHECK(screened.converged());
  CHECK(screened.objective <= exhaustive.objective * (1 + 1e-10));
}
