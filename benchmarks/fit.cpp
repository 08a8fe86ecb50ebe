// What whole jobs cost: a fit, the exhaustive search behind it, more runs, more coefficients.
// SPDX-License-Identifier: BSL-1.0
//
// The unit is one evaluation of the objective, value and gradient, by plain loops over the C library's exp and log.
// Read the ratios: they hold on a noisy machine, the times do not.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/inference/bootstrap.hpp>

#include "support/libm_objective.hpp"
#include "support/made_runs.hpp"
#include "support/runs.hpp"
#include "support/timing.hpp"

namespace {

/// Evaluates at a point where no term vanishes.
double libm_evaluation(const benchmark::libm_objective& f) {
  const benchmark::point x{6.2, 7.7, 0.6, 0.35, 0.37};
  benchmark::point gradient;
  return f(x.data(), gradient.data());
}

/// The median time of a fit [microseconds], of about a second of them.
template <class F>
double fit_time(F&& fit) {
  const int rounds = static_cast<int>(std::clamp(1e6 / benchmark::microseconds(fit), 1.0, 2001.0));
  return benchmark::median_microseconds(rounds, 1, {fit})[0];
}

void jobs() {
  const auto usual = benchmark::usual_runs();
  const auto& runs = usual.runs;
  const benchmark::libm_objective libm{benchmark::logs(runs)};
  scaling::fit_result<scaling::chinchilla<>> screened{}, exhaustive{};
  const auto evaluate = [&] { return libm_evaluation(libm); };
  const auto screen = [&] {
    screened = scaling::fit<scaling::chinchilla>(runs);
    return screened.objective;
  };
  const auto exhaust = [&] {
    exhaustive = scaling::fit<scaling::chinchilla>(runs, {.search = scaling::search::exhaustive});
    return exhaustive.objective;
  };
  const auto quick = benchmark::median_microseconds(1001, 1, {evaluate, screen});
  const double slow = benchmark::median_microseconds(3, 1, {exhaust})[0];
  constexpr std::size_t replicates = 4000;
  std::size_t failed = 0, disagreed = 0;
  const auto draw = [&] {
    const auto sample = scaling::bootstrap(screened, runs, {.replicates = replicates, .threads = 1});
    failed = sample.failed.size(), disagreed = sample.disagreed.size();
    return sample.laws.back().alpha;
  };
  const double bootstrap = benchmark::median_microseconds(3, 1, {draw})[0];

  std::printf("### Whole jobs: Chinchilla's law, %s\n\n", usual.name.c_str());
  std::printf(
      "| job | time [us] | of a libm evaluation | starts | evaluations | objective |\n|---|---|---|---|---|---|\n");
  std::printf("| one libm evaluation, value and gradient | %.2f | 1 | | | |\n", quick[0]);
  std::printf("| fit, screened | %.1f | %.1f | %d | %d | %.15e |\n", quick[1], quick[1] / quick[0],
              screened.starts.tried, screened.evaluations, screened.objective);
  std::printf("| fit, exhaustive | %.0f | %.0f | %d | %d | %.15e |\n", slow, slow / quick[0], exhaustive.starts.tried,
              exhaustive.evaluations, exhaustive.objective);
  std::printf("| bootstrap, %zu replicates, one thread | %.0f | %.0f | | | |\n", replicates, bootstrap,
              bootstrap / quick[0]);
  std::printf(
      "\nA replicate costs %.1f screened fits; the fits of %zu did not converge, the two starts of %zu ended apart.\n",
      bootstrap / static_cast<double>(replicates) / quick[1], failed, disagreed);
  std::printf("The exhaustive search costs %.0f screened fits; %d of its %d starts end at the minimum.\n",
              slow / quick[1], exhaustive.starts.agreeing, exhaustive.starts.tried);
}

void more_runs() {
  std::printf("\n### More runs: Chinchilla's law, made runs with 1 %% noise\n\n");
  std::printf("| runs | libm evaluation [us] | fit, screened [us] | of a libm evaluation | evaluations |\n");
  std::printf("|---|---|---|---|---|\n");
  for (const std::size_t count : {25U, 240U, 1000U, 10000U, 100000U}) {
    const auto runs = benchmark::made_runs<scaling::chinchilla<>>(scaling::published::besiroglu_2024<>, count, 0.01, 1);
    const benchmark::libm_objective libm{benchmark::logs(runs)};
    const int rounds = static_cast<int>(std::clamp<std::size_t>(200000 / count, 5, 501));
    int evaluations = 0;
    const auto evaluate = [&] { return libm_evaluation(libm); };
    const auto screen = [&] {
      const auto fit = scaling::fit<scaling::chinchilla>(runs);
      evaluations = fit.evaluations;
      return fit.objective;
    };
    const auto t = benchmark::median_microseconds(rounds, 1, {evaluate, screen});
    std::printf("| %zu | %.2f | %.1f | %.1f | %d |\n", count, t[0], t[1], t[1] / t[0], evaluations);
  }
}

template <template <class> class Law>
void one_law(const Law<double>& truth) {
  const auto runs = benchmark::made_runs<Law<double>>(truth, 240, 0.01, 2);
  scaling::fit_result<Law<double>> fit{};
  const double time = fit_time([&] {
    fit = scaling::fit<Law>(runs);
    return fit.objective;
  });
  std::printf("| %s | %zu | %.1f | %d | %d |\n", std::string(Law<double>::name).c_str(),
              scaling::coefficient_count<Law<double>>, time, fit.starts.tried, fit.evaluations);
}

void more_coefficients() {
  std::printf("\n### More coefficients: 240 made runs with 1 %% noise\n\n");
  std::printf("| law | coefficients | fit, screened [us] | starts | evaluations |\n|---|---|---|---|---|\n");
  one_law<scaling::loss_of_compute>({1.7, 240, 0.13});
  one_law<scaling::chinchilla>(scaling::published::besiroglu_2024<>);
  one_law<scaling::lovelace>({1.82, 482, 2085, 0.348, 0.366, 0.02, 1.2, 0.8});
  one_law<scaling::muennighoff>(scaling::published::muennighoff_2023<double>);
}

}  // namespace

int main() {
  jobs();
  more_runs();
  more_coefficients();
}
