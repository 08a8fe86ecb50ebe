// How often 95 % intervals hold the truth, by each method: on SYNTHETIC tables of runs from a known law.
// SPDX-License-Identifier: BSL-1.0
//
//   coverage [tables] [replicates]      as it stands 8 tables and 99 replicates, to be quick; "400 999" says something
//
// Coverage of n tables is off by the binomial error sqrt(0.95 0.05 / n), 1.1 % for 400.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/inference.hpp>
#include <scaling/planning.hpp>

namespace {

using law_type = scaling::chinchilla<>;
using runs = std::vector<scaling::observation<>>;

constexpr law_type truth = scaling::published::besiroglu_2024<>;

/// 9 sizes from 1e8 to 7e10 and `ratios` ratios of tokens to parameters from 2 to 200; log losses off by 0.5 %, of
/// which one in ten five times as much if there are outliers.
runs table(int ratios, bool outliers, std::uint64_t number) {
  scaling::philox_stream random(2024, number);
  runs result;
  for (int i = 0; i < 9; ++i)
    for (int j = 0; j < ratios; ++j) {
      const double N = 1e8 * std::pow(700, i / 8.0), D = N * 2 * std::pow(100, j / (ratios - 1.0));
      const double size = outliers && random.uniform() < 0.1 ? 0.025 : 0.005;
      result.push_back({{N, D}, truth(N, D) * std::exp(size * random.normal())});
    }
  return result;
}

double alpha(const law_type& law) { return law.alpha; }
double exponent(const law_type& law) { return law.beta / (law.alpha + law.beta); }
double tokens(const law_type& law) { return std::log(scaling::compute_optimal(law, 1e25).tokens); }
constexpr std::array<double (*)(const law_type&), 3> quantities{alpha, exponent, tokens};

/// How many of the intervals of each quantity held the truth, how many there were, and the sum of their widths.
struct score {
  std::string method;
  std::array<int, 3> held{}, made{};
  std::array<double, 3> width{};

  void count(std::size_t q, const scaling::interval<double>& interval) {
    if (!(interval.width() >= 0)) return;
    const double value = quantities[q](truth);
    ++made[q];
    held[q] += interval.lower <= value && value <= interval.upper;
    width[q] += interval.width();
  }
};

void study(int ratios, bool outliers, const scaling::criterion& criterion, const char* name, std::size_t tables,
           std::size_t replicates) {
  std::vector<score> scores{{"bootstrap, percentile"}, {"bootstrap, BCa"}, {"residuals, percentile"}, {"sandwich"},
                            {"gauss_newton"},          {"profile"}};
  for (std::size_t i = 0; i < tables; ++i) {
    const auto data = table(ratios, outliers, i);
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
  }
  std::printf("%d runs, %s errors, %s\n", 9 * ratios, outliers ? "outlying" : "normal", name);
  for (const auto& s : scores) {
    std::printf("  %-22s", s.method.c_str());
    for (std::size_t q = 0; q < 3; ++q)
      if (s.made[q] > 0)
        std::printf("  %5.1f %% of width %-8.3g", 100.0 * s.held[q] / s.made[q], s.width[q] / s.made[q]);
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto tables = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 8);
  const auto replicates = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 99);
  std::printf("%zu tables, %zu replicates, binomial error %.1f %%\n", tables, replicates,
              100 * std::sqrt(0.95 * 0.05 / static_cast<double>(tables)));
  std::printf("  %-22s  %-24s  %-24s  %s\n", "", "alpha", "exponent", "log tokens at 1e25 FLOP");
  for (const int ratios : {4, 27})
    for (const bool outliers : {false, true}) {
      study(ratios, outliers, scaling::huber{}, "huber 0.001", tables, replicates);
      study(ratios, outliers, scaling::squared{}, "squared", tables, replicates);
    }
}
