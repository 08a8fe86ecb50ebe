// Laws that say that they are sums of powers: their terms are their formula, and the fit's closed form its derivatives.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/lovelace.hpp>
#include <scaling/over_training.hpp>
#include <scaling/power_law.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

/// Runs of any law, some with more tokens than there are unique ones and some with fewer.
template <class Law>
std::vector<sc::observation<typename Law::input_type>> random_runs(std::mt19937_64& bits, const Law& law) {
  std::uniform_real_distribution<double> u;
  std::vector<sc::observation<typename Law::input_type>> runs;
  for (int i = 0; i < 23; ++i) {
    typename Law::input_type at;
    for (const auto& quantity : Law::input_type::inputs()) at.*quantity.member = std::pow(10, 8 + 2 * u(bits));
    runs.push_back({at, law(at) * std::exp(0.02 * (u(bits) - 0.5))});
  }
  return runs;
}

template <class Law>
Law random_law(std::mt19937_64& bits) {
  std::uniform_real_distribution<double> u;
  Law law{};
  for (const auto& row : Law::coefficients())
    law.*row.member = row.scale == sc::scale::linear ? 0.1 + 0.5 * u(bits) : 1 + u(bits);
  for (const auto& term : Law::terms())  // each term about as large as the others
    if (term.first.base != nullptr) law.*term.coefficient *= std::pow(1e9, law.*term.first.exponent);
  return law;
}

}  // namespace

TEMPLATE_TEST_CASE("the terms of a law add up to its formula", "", sc::chinchilla<>, sc::lovelace<>,
                   sc::over_training<>, sc::loss_of_compute<>) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 50; ++i) {
    auto law = random_law<TestType>(bits);
    for (const auto& run : random_runs(bits, law)) {
      double sum = 0;
      for (const auto& term : TestType::terms()) {
        double value = law.*term.coefficient;
        for (const auto& factor : {term.first, term.second})
          if (factor.base != nullptr) value *= std::pow(factor.base(run.at), -(law.*factor.exponent));
        sum += value;
      }
      CHECK(sum == Catch::Approx(law(run.at)).epsilon(1e-14));
    }
  }
}

TEMPLATE_TEST_CASE("the closed form and dual numbers agree for every sum of powers", "", sc::chinchilla<>,
                   sc::lovelace<>, sc::over_training<>, sc::loss_of_compute<>) {
  using fast_type = sc::detail::power_sum_objective<TestType>;
  using vector = typename fast_type::vector;
  using matrix = typename fast_type::matrix;
  std::mt19937_64 bits(2);
  std::normal_distribution<double> normal;
  for (const auto kind : {sc::residual::log, sc::residual::plain})
    for (const double zone : {3e-3, std::numeric_limits<double>::infinity()})
      for (const double overestimates : {1.0, 4.0})
        for (int i = 0; i < 10; ++i) {
          const auto law = random_law<TestType>(bits);
          auto runs = sc::detail::distinct_runs<double>(random_runs(bits, law));
          for (std::size_t k = 0; k < runs.size(); ++k) runs[k].sigma = 0.5 + 0.1 * double(k % 7);
          const fast_type fast(runs, {}, {kind, zone, overestimates});
          const sc::detail::objective<TestType> slow(runs, {}, {kind, zone, overestimates}, fast.columns().centres);
          // Near the runs, and so far away that the shorter way to a log is not open.
          for (const double distance : {0.01, 1.0}) {
            vector x = fast.coordinates.of(law), g, slow_g;
            for (int k = 0; k < x.size(); ++k) x[k] += distance * normal(bits);
            x = x.cwiseMax(fast.coordinates.lower());
            matrix h, slow_h;
            const double value = fast(x, g, h), oracle = slow(x, slow_g, slow_h);
            CAPTURE(zone, overestimates, distance);
            CHECK(value == Catch::Approx(oracle).epsilon(1e-11));
            CHECK((g - slow_g).norm() <= 1e-11 * (slow_h.norm() + slow_g.norm()));
            CHECK((h - slow_h).norm() <= 1e-10 * slow_h.norm());
            CHECK((fast.log_gram(x) - slow.log_gram(x)).norm() <= 1e-11 * slow.log_gram(x).norm());
            const auto r = fast.residuals_at(x), slow_r = slow.residuals_at(x);
            for (std::size_t k = 0; k < r.size(); ++k) {
              const double scale = kind == sc::residual::log ? 1 : runs[k].loss;  // what is rounded before it cancels
              CHECK(std::abs(r[k] - slow_r[k]) <= 1e-13 * (scale + std::abs(r[k])));
            }
          }
        }
}
