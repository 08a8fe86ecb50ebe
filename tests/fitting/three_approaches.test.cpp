// The three approaches of Hoffmann et al. 2022 on the same noisy runs of a known law: what each is off by on average.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/envelope.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/isoflop.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

constexpr auto truth = sc::published::hoffmann_2022_printed<>;
constexpr double exact = 0.28 / 0.62, C_middle = 1e20, noise = 0.001;
constexpr int sizes = 15, trials = 200;
const std::vector<double> budgets{1e18, 1e19, 1e20, 1e21, 1e22};

/// The mean of what is added, and its standard error.
struct average {
  double sum = 0, squares = 0;
  int count = 0;
  void add(double x) { sum += x, squares += x * x, ++count; }
  double mean() const { return sum / count; }
  double error() const { return std::sqrt((squares / count - mean() * mean()) / (count - 1)); }
  bool within_four_errors_of(double x) const { return std::abs(mean() - x) < 4 * error(); }
};

}  // namespace

TEST_CASE("approach 3 has no bias, that of 2 is the closed form, and 1 has that of its staircase") {
  std::mt19937_64 bits(2203);
  std::normal_distribution<double> normal;
  std::vector<double> grid;
  for (int i = 0; i < sizes; ++i) grid.push_back(std::pow(8, (i - 7) / 7.0));
  const double bias = std::log(sc::bias_of_isoflop(grid, sc::isoflop_exponents<>{0.34, 0.28}).parameters);
  const double best = std::log(sc::compute_optimal(truth, C_middle).parameters);

  average a_1, a_2, a_3, N_1, N_2, N_3, N_2_corrected;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<sc::observation<>> runs;
    std::vector<sc::trajectory_point<>> ways;
    for (const double C : budgets)
      for (const double factor : grid) {
        const auto run = sc::isoflop_run(truth, C, factor * sc::compute_optimal(truth, C).parameters);
        // One draw for a run, as for its seed: its whole curve is shifted by it.
        const double shift = std::exp(noise * normal(bits));
        for (int k = -60; k <= 0; ++k) {
          const double D = run.tokens * std::pow(100, k / 60.0);
          ways.push_back({runs.size(), run.parameters, D, truth(run.parameters, D) * shift});
        }
        runs.push_back({{run.parameters, run.tokens}, run.loss * shift});
      }
    const auto envelope = sc::fit_envelope(ways, {.budgets = 200});
    a_1.add(envelope.parameters.exponent - exact);
    N_1.add(std::log(envelope.parameters(C_middle)) - best);
    const auto parabolas = sc::fit_isoflop(runs);
    a_2.add(parabolas.parameters.trend.exponent - exact);
    N_2.add(std::log(parabolas.parameters.trend(C_middle)) - best);
    const auto law = sc::fit<sc::chinchilla>(runs, {.criterion = sc::squared{}}).law;
    a_3.add(law.beta / (law.alpha + law.beta) - exact);
    N_3.add(std::log(sc::compute_optimal(law, C_middle).parameters) - best);
    const auto corrected =
        sc::fit_isoflop(runs, {.assuming = sc::isoflop_exponents<>{law.alpha, law.beta}, .remove_bias = true});
    N_2_corrected.add(std::log(corrected.parameters.trend(C_middle)) - best);
  }
  CAPTURE(a_1.mean(), a_1.error(), a_2.mean(), a_2.error(), a_3.mean(), a_3.error(), N_1.mean(), N_1.error(),
          N_2.mean(), N_2.error(), N_3.mean(), N_3.error(), N_2_corrected.mean(), N_2_corrected.error(), bias);
  CHECK(a_3.within_four_errors_of(0));
  CHECK(N_3.within_four_errors_of(0));
  CHECK(a_2.within_four_errors_of(0));
  CHECK(N_2.within_four_errors_of(bias));
  CHECK_FALSE(N_2.within_four_errors_of(0));  // 3 %: the test could tell
  CHECK(N_2_corrected.within_four_errors_of(0));
  CHECK(std::abs(a_1.mean()) < 0.003);
  CHECK(std::abs(N_1.mean()) < 0.01);
  CHECK(a_1.error() > 2 * a_3.error());  // and the noisiest: all of it follows the luckiest runs
}
