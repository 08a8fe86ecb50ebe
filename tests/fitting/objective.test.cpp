// The objective's closed form against dual numbers, and both against differences: value, gradient, Hessian, faces.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

using law = sc::chinchilla<>;
using problem = sc::detail::fit_problem<law>;
using vector = problem::vector;
using matrix = problem::matrix;

/// 21 runs, so that the last block is not full; one of them three times.
std::vector<problem::run_type> some_runs(unsigned seed) {
  std::mt19937_64 bits(seed);
  std::uniform_real_distribution<double> u;
  std::vector<sc::observation<>> runs;
  for (int i = 0; i < 21; ++i) {
    const double N = std::pow(10, 7 + 3 * u(bits)), D = std::pow(10, 9 + 3 * u(bits));
    runs.push_back({{N, D}, sc::published::besiroglu_2024<>(N, D) * std::exp(0.02 * (u(bits) - 0.5))});
  }
  runs.push_back(runs[4]);
  runs.push_back(runs[4]);
  return sc::detail::distinct_runs<double>(runs);
}

vector near_the_optimum(const problem& f, std::mt19937_64& bits) {
  std::normal_distribution<double> normal;
  vector x = f.coordinates.of(sc::published::besiroglu_2024<>);
  for (int k = 0; k < 5; ++k) x[k] += 0.01 * normal(bits);
  return x;
}

}  // namespace

TEST_CASE("coordinates are undone exactly, zero coefficients included") {
  const sc::detail::power_sum_objective<law> f(some_runs(1), {}, {});
  for (const auto& original : {sc::published::besiroglu_2024<>, sc::published::hoffmann_2022<>,
                               law{0, 400, 2000, 0.3, 0.4}, law{1.8, 0, 2000, 0.3, 0.4}, law{1.8, 400, 0, 0, 10}}) {
    const law back = f.coordinates.law_at(f.coordinates.of(original));
    for (const auto& row : law::coefficients()) {
      CAPTURE(row.symbol);
      // log A is rounded at the size of alpha mean(log N), some 10.
      CHECK(back.*row.member == Catch::Approx(original.*row.member).epsilon(1e-14));
      CHECK((back.*row.member == 0) == (original.*row.member == 0));
    }
  }
}

TEST_CASE("the closed form and dual numbers give the same value, gradient and Hessian") {
  std::mt19937_64 bits(2);
  for (const auto kind : {sc::residual::log, sc::residual::plain})
    for (const double zone : {1e-3, 1e-2, std::numeric_limits<double>::infinity()}) {
      const sc::detail::power_sum_objective<law> fast(some_runs(3), {}, {kind, zone});
      const sc::detail::objective<law> slow(some_runs(3), {}, {kind, zone}, fast.columns().centres);
      for (int i = 0; i < 20; ++i) {
        const vector x = near_the_optimum(fast, bits);
        vector g, g1, oracle_g;
        matrix h, oracle_h;
        const double value = fast(x, g, h), value1 = fast(x, g1), oracle = slow(x, oracle_g, oracle_h);
        // Each residual is rounded at some epsilon, 1e-2 to 1e-3 of its size, and 21 of them add up.
        CHECK(value == Catch::Approx(oracle).epsilon(1e-12));
        CHECK((g - oracle_g).norm() <= 1e-12 * oracle_h.norm());
        CHECK((h - oracle_h).norm() <= 1e-11 * oracle_h.norm());
        CHECK(value1 == value);
        CHECK(g1 == g);
        CHECK(h == h.transpose());
        CHECK(slow(x, g1) == oracle);
        // And both are the sum that they are said to be.
        CHECK(fast.value_of(fast.residuals(fast.coordinates.law_at(x))) == Catch::Approx(value).epsilon(1e-12));
      }
    }
}

TEST_CASE("gradient and Hessian are the derivatives of the value") {
  std::mt19937_64 bits(4);
  for (const auto kind : {sc::residual::log, sc::residual::plain}) {
    // Within one zone the function is smooth: differences of the gradient then show the Hessian to 1e-8.
    const sc::detail::power_sum_objective<law> f(some_runs(5), {}, {kind, std::numeric_limits<double>::infinity()});
    for (int i = 0; i < 5; ++i) {
      const vector x = near_the_optimum(f, bits);
      vector g, up_g, down_g;
      matrix h;
      (void)f(x, g, h);
      for (int k = 0; k < 5; ++k) {
        vector up = x, down = x;
        up[k] += 1e-5, down[k] -= 1e-5;
        const double slope = (f(up, up_g) - f(down, down_g)) / 2e-5;
        CHECK(std::abs(slope - g[k]) <= 1e-8 * h.norm());
        CHECK(((up_g - down_g) / 2e-5 - h.col(k)).norm() <= 1e-8 * h.norm());
      }
    }
  }
}

TEST_CASE("a vanished term leaves value and derivatives of the others, and none of its own") {
  const sc::detail::power_sum_objective<law> f(some_runs(6), {}, {});
  const law without{0, 480, 2000, 0.35, 0.37};
  vector x = f.coordinates.of(without), g;
  matrix h;
  CHECK(x[0] == -std::numeric_limits<double>::infinity());
  const double value = f(x, g, h);
  CHECK(value == Catch::Approx(f.value_of(f.residuals(without))).epsilon(1e-13));
  CHECK(std::abs(g[0]) < 1e-100);
  CHECK(h.allFinite());
  CHECK(h.col(0).norm() < 1e-100);
}

TEST_CASE("wild coordinates give finite numbers") {
  const sc::detail::power_sum_objective<law> f(some_runs(7), {}, {});
  for (const double wild : {-1e6, -1e3, 1e3, 1e6}) {
    vector g;
    matrix h;
    for (int k = 0; k < 5; ++k) {
      vector x = f.coordinates.of(sc::published::besiroglu_2024<>);
      x[k] = wild;
      CHECK(std::isfinite(f(x, g, h)));
      CHECK(g.allFinite());
      CHECK(h.allFinite());
    }
  }
}

TEST_CASE("equal runs are merged, and the order in which they came is forgotten") {
  using run = sc::observation<>;
  const std::vector<run> runs{{{2, 3}, 4}, {{1, 9}, 4}, {{2, 3}, 4}, {{2, 3}, 3}, {{1, 9}, 4}, {{2, 3}, 4}};
  const auto distinct = sc::detail::distinct_runs<double>(runs);
  REQUIRE(distinct.size() == 3);
  CHECK(distinct[0].inputs[0] == 1);
  CHECK(distinct[0].weight == 2);
  CHECK(distinct[1].loss == 3);
  CHECK(distinct[1].weight == 1);
  CHECK(distinct[2].weight == 3);
  CHECK(sc::detail::distinct_runs<double>(std::vector<run>{}).empty());
}
