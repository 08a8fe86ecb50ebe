// How often 95 % intervals hold the truth, by each method: on SYNTHETIC tables of runs from a known law.
// SPDX-License-Identifier: BSL-1.0
//
//   coverage [tables] [replicates] [sizes ratios]
//
// As it stands 8 tables of 9 x 4 and of 8 x 30 runs and 99 replicates, to be quick; "400 499" says something.
// Coverage of n tables is off by the binomial error sqrt(0.95 0.05 / n), 1.1 % for 400.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/inference.hpp>
#include <scaling/planning.hpp>

namespace {

using law_type = scaling::chinchilla<>;
using runs = std::vector<scaling::observation<>>;

constexpr law_type truth = scaling::published::besiroglu_2024<>;

struct grid {
  int sizes, ratios;
};

/// Sizes from 1e8 to 7e10 and ratios of tokens to parameters from 2 to 200; log losses off by 0.5 %, of which one in ten
/// five times as much if there are outliers.
runs table(const grid& of, bool outliers, std::uint64_t number) {
  scaling::philox_stream random(2024, number);
  runs result;
  for (int i = 0; i < of.sizes; ++i)
    for (int j = 0; j < of.ratios; ++j) {
      const double N = 1e8 * std::pow(700, i / (of.sizes - 1.0)), D = N * 2 * std::pow(100, j / (of.ratios - 1.0));
      const double size = outliers && random.uniform() < 0.1 ? 0.025 : 0.005;
      result.push_back({{N, D}, truth(N, D) * std::exp(size * random.normal())});
    }
  return result;
}

/// Alpha, the exponent of the best size, and the log tokens of a plan: of a law over any scalar.
struct quantity {
  int which;
  template <class Law>
  auto operator()(const Law& law) const -> typename Law::real_type {
    if (which == 0) return law.alpha;
    if (which == 1) return law.beta / (law.alpha + law.beta);
    if (!(law.A > 0 && law.B > 0 && law.alpha > 0 && law.beta > 0)) return std::numeric_limits<double>::quiet_NaN();
    return scaling::cmath::log(scaling::compute_optimal(law, 1e25).tokens);
  }
};
constexpr std::array quantities{quantity{0}, quantity{1}, quantity{2}};

/// How many of the intervals of each quantity held the truth, and how many there were.
struct score {
  std::array<int, 3> held{}, made{};

  void count(std::size_t q, const scaling::interval<double>& interval) {
    if (!(interval.width() >= 0)) return;
    const double value = quantities[q](truth);
    ++made[q];
    held[q] += interval.lower <= value && value <= interval.upper;
  }
};

constexpr std::array methods{"bootstrap, percentile", "bootstrap, BCa", "residuals, percentile", "sandwich",
                             "gauss_newton",          "profile",        "profile, density"};

void study(const grid& of, bool outliers, const scaling::criterion& criterion, const char* name, std::size_t tables,
           std::size_t replicates) {
  std::array<score, methods.size()> scores;
  for (std::size_t i = 0; i < tables; ++i) {
    const auto data = table(of, outliers, i);
    const auto result = scaling::fit<scaling::chinchilla>(data, {.criterion = criterion});
    if (!result.converged()) continue;
    const auto sample = scaling::bootstrap(result, data, {.replicates = replicates, .seed = i});
    const auto residuals =
        scaling::bootstrap(result, data, {.replicates = replicates, .seed = i, .draw = scaling::resampling::residuals});
    const auto left_out = scaling::jackknife(result, data);
    const auto sandwich = scaling::covariance(result, data);
    const auto plain = scaling::covariance(result, data, scaling::covariance_form::gauss_newton);
    for (std::size_t q = 0; q < quantities.size(); ++q) {
      const auto f = quantities[q];
      const auto values = scaling::values_of(sample, f);
      scores[0].count(q, scaling::percentile_interval(values));
      scores[1].count(q, scaling::bca_interval(values, f(result.law), scaling::values_of(left_out, f)));
      scores[2].count(q, residuals.interval_of(f));
      scores[3].count(q, scaling::normal_interval_of(sandwich, f));
      scores[4].count(q, scaling::normal_interval_of(plain, f));
    }
    scores[5].count(0, scaling::profile(result, data, "alpha").interval);
    scores[6].count(0, scaling::profile(result, data, "alpha", 0.95, scaling::huber{1e-3}).interval);
  }
  std::printf("| %d, %s, %s |", of.sizes * of.ratios, outliers ? "outlying" : "normal", name);
  for (const auto& s : scores) {
    for (std::size_t q = 0; q < 3; ++q)
      if (s.made[q] > 0) std::printf("%s %.0f", q == 0 ? "" : " /", 100.0 * s.held[q] / s.made[q]);
    if (const int some = s.made[0]; static_cast<std::size_t>(some) < tables) std::printf(" (of %d)", some);
    std::printf(" |");
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const auto tables = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 8);
  const auto replicates = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 99);
  std::printf("%zu tables, %zu replicates, binomial error %.1f %%\n", tables, replicates,
              100 * std::sqrt(0.95 * 0.05 / static_cast<double>(tables)));
  std::printf(
      "alpha / exponent / tokens at 1e25 FLOP; of a profile alpha alone; (of how many tables, if not of all)\n\n");
  std::printf("| runs, errors, criterion |");
  for (const char* method : methods) std::printf(" %s |", method);
  std::printf("\n|---|");
  for (std::size_t i = 0; i < methods.size(); ++i) std::printf("---|");
  std::printf("\n");
  std::vector<grid> grids{{9, 4}, {8, 30}};
  if (argc > 4) grids = {{std::atoi(argv[3]), std::atoi(argv[4])}};
  for (const grid& of : grids)
    for (const bool outliers : {false, true}) {
      study(of, outliers, scaling::huber{}, "huber 0.001", tables, replicates);
      study(of, outliers, scaling::squared{}, "squared", tables, replicates);
    }
}
