// Ladders: one model a size, all at about one ratio of tokens to parameters, where the powers of N and D nearly are one.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/random.hpp>

#include "support/catch.hpp"

namespace {

using law_type = scaling::chinchilla<>;

/// The law that has the same losses where D = 20 N, with the two powers exchanged.
law_type exchanged(const law_type& law) {
  return {law.E, law.B * std::pow(20, -law.beta), law.A * std::pow(20, law.alpha), law.beta, law.alpha};
}

/// Of 20 runs at 20 tokens a parameter, the fit and a law with the two powers exchanged.
template <class T>
void check_both_ways(const scaling::fit_options<scaling::chinchilla<T>>& options) {
  constexpr bool narrow = std::is_same_v<T, float>;  // whose losses are 1e-7 off any law
  const law_type truth{1.8, 1592, 105.7, 0.45, 0.25};
  scaling::philox_stream random(7, 1);
  std::vector<scaling::observation<scaling::training_run<T>>> runs;
  for (int i = 0; i < 20; ++i) {
    const double N = 1e7 * std::pow(1000, i / 19.0);
    runs.push_back({{static_cast<T>(N), static_cast<T>(20 * N)},
                    static_cast<T>(truth(N, 20 * N) * std::exp(0.0005 * random.normal()))});
  }
  const auto result = scaling::fit<scaling::chinchilla>(runs, options);
  CHECK(result.converged());
  CHECK_FALSE(result.identified());
  REQUIRE(!result.basins.empty());
  const auto& [law, objective, excess] = result.basins.front();
  CHECK(excess < (narrow ? T(1e-3) : std::numeric_limits<T>::min()));
  CHECK(std::abs(law.alpha - result.law.beta) < T(1e-4));
  CHECK(std::abs(law.beta - result.law.alpha) < T(1e-4));
  for (const auto& run : runs) CHECK(std::abs(law(run.at) / result.law(run.at) - 1) < T(1e-6));
}
template <class T>
void check_both_ways() {
  using options = scaling::fit_options<scaling::chinchilla<T>>;
  std::vector<double> sigmas;
  for (int i = 0; i < 20; ++i) sigmas.push_back(0.001 * (1 + i % 3));
  check_both_ways<T>(options{});
  check_both_ways<T>(options{.criterion = scaling::squared{}});
  check_both_ways<T>(options{.criterion = scaling::squared{}, .weights = scaling::known_sigma{sigmas}});
  check_both_ways<T>(options{.criterion = scaling::squared{}, .residual = scaling::residual::plain});
  check_both_ways<T>(options{.fixed = {{"E", T(1.8)}}});
  check_both_ways<T>(options{.bounds = {{"alpha", T(0.1), T(0.6)}, {"beta", T(0.1), T(0.6)}}});
}

}  // namespace

TEST_CASE("on one line two powers can be exchanged whatever the criterion, the weights, the options and the type") {
  check_both_ways<float>();
  check_both_ways<double>();
  check_both_ways<long double>();
}

TEST_CASE("Near one line the optimum was missed that has the two powers exchanged") {
  // One model a size, some 20 tokens a parameter, noise of 0.1 %: the sum of squares found was twice the least.
  const std::vector<scaling::observation<>> runs{
      {{1e+07, 2.44e+08}, 5.1709},      {{1.435e+07, 3.079e+08}, 4.6611}, {{2.06e+07, 4.591e+08}, 4.1835},
      {{2.957e+07, 5.631e+08}, 3.8160}, {{4.244e+07, 9.542e+08}, 3.4365}, {{6.092e+07, 1.136e+09}, 3.1832},
      {{8.744e+07, 1.636e+09}, 2.9354}, {{1.255e+08, 2.832e+09}, 2.6856}, {{1.802e+08, 3.875e+09}, 2.5104},
      {{2.586e+08, 6.535e+09}, 2.3327}, {{3.712e+08, 7.716e+09}, 2.2197}, {{5.327e+08, 1.196e+10}, 2.0973},
      {{7.647e+08, 1.419e+10}, 2.0120}, {{1.098e+09, 2.022e+10}, 1.9263}, {{1.575e+09, 3.426e+10}, 1.8439},
      {{2.261e+09, 4.27e+10}, 1.7881},  {{3.246e+09, 6.956e+10}, 1.7293}, {{4.658e+09, 8.904e+10}, 1.6852},
      {{6.687e+09, 1.218e+11}, 1.6399}, {{9.597e+09, 1.867e+11}, 1.6096}, {{1.378e+10, 3.184e+11}, 1.5727}};
  const auto result = scaling::fit<scaling::chinchilla>(runs, {.criterion = scaling::squared{}});
  CHECK(result.converged());
  CHECK(result.identified());
  CHECK(result.objective < 1.3305e-5);  // by the exhaustive search 1.33048e-5; it was 2.74743e-5
  REQUIRE(!result.basins.empty());
  CHECK(std::abs(result.basins.front().excess - 1.065) < 0.001);

  auto options = result.options;  // a start of the user's alone stays where it leads
  options.search = scaling::search::single;
  options.start = result.basins.front().law;
  CHECK(scaling::fit<scaling::chinchilla>(runs, options).objective > 2.7e-5);
}

TEST_CASE("a ladder with two runs off it was fitted the wrong way round, and so was what is left without a run of it") {
  const std::vector<scaling::observation<>> runs{
      {{1e8, 2e9}, 3.3643},       {{1.6e8, 3.2e9}, 3.1150},  {{2.6e8, 5.2e9}, 2.9034},   {{4.2e8, 8.4e9}, 2.7345},
      {{6.8e8, 1.36e10}, 2.5870}, {{1.1e9, 2.2e10}, 2.4655}, {{1.8e9, 3.6e12}, 2.1358},  {{2.9e9, 5.8e12}, 2.0844},
      {{4.6e9, 9.2e10}, 2.2076},  {{7.5e9, 1.5e11}, 2.1432}, {{1.2e10, 2.4e11}, 2.0927}, {{2e10, 4e11}, 2.0467},
      {{3.2e10, 6.4e11}, 2.0085}};
  const auto result = scaling::fit<scaling::chinchilla>(runs);
  CHECK(std::abs(result.objective / 4.22061e-6 - 1) < 1e-5);  // by the exhaustive search; it was 5.08289e-6
  const auto left_out = scaling::jackknife(result, runs);
  REQUIRE(left_out.laws.size() == runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto rest = runs;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    double least = std::numeric_limits<double>::infinity(), alpha = 0;
    for (const auto& start : {result.law, exchanged(result.law)}) {
      const auto one = scaling::fit<scaling::chinchilla>(rest, {.start = start, .search = scaling::search::single});
      if (one.objective < least) least = one.objective, alpha = one.law.alpha;
    }
    CAPTURE(i);
    CHECK(std::abs(left_out.laws[i].alpha - alpha) < 1e-6);
  }
}

TEST_CASE("no optimum of 600 ladders was missed, each with the powers the other way round nearby") {
  int tried = 0, undecided = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed)
    for (const scaling::criterion& criterion :
         {scaling::criterion(scaling::huber{}), scaling::criterion(scaling::squared{})}) {
      scaling::philox_stream random(31, seed);
      const auto between = [&](double from, double to) { return from + (to - from) * random.uniform(); };
      const double alpha = between(0.3, 0.6), beta = between(0.15, 0.45), scatter = std::pow(10, between(-2.5, 0));
      const law_type truth{between(1.2, 2), between(0.2, 1) * std::pow(1e8, alpha),
                           between(0.2, 1) * std::pow(2e9, beta), alpha, beta};
      const auto sizes = static_cast<int>(between(10, 40));
      const double decades = between(2.5, 4);
      std::vector<scaling::observation<>> runs;
      for (int i = 0; i < sizes; ++i) {
        const bool off =
            i >= sizes / 2 && i < sizes / 2 + static_cast<int>(seed % 3);  // up to two runs to tell them apart
        const double N = 1e7 * std::pow(10, decades * i / (sizes - 1)),
                     D = (off ? 400 : 20) * N * std::exp(scatter * random.normal());
        runs.push_back({{N, D}, truth(N, D) * std::exp(0.001 * random.normal())});
      }
      const auto result = scaling::fit<scaling::chinchilla>(runs, {.criterion = criterion});
      if (!result.converged()) continue;
      ++tried;
      double least = result.objective;
      for (const auto& start : {truth, exchanged(truth), exchanged(result.law)}) {
        scaling::fit_options<law_type> options{
            .start = start, .criterion = criterion, .search = scaling::search::single};
        options.start->E = std::max(start.E, 1e-3);
        least = std::min(least, scaling::fit<scaling::chinchilla>(runs, options).objective);
      }
      CAPTURE(seed, scatter, result.identified());
      CHECK(result.objective <= least * (1 + 1e-8));
      undecided += !result.basins.empty() && result.basins.front().excess < 0.05;
    }
  CHECK(tried > 560);
  CHECK(undecided > 60);  // where the ladder hardly says which way round
}
