// What evaluating a law costs, beside the pow calls that are in it: nothing else should be there to pay for.
// SPDX-License-Identifier: BSL-1.0
//
// Read the ratios: they hold on a noisy machine, the times do not. Medians of repeated passes over the same inputs.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include <scaling/laws.hpp>

namespace {

constexpr int inputs = 4096, passes = 201;

/// The median time of one evaluation [nanoseconds].
template <class F>
double nanoseconds(const std::vector<scaling::training_run<>>& runs, F&& evaluate) {
  std::vector<double> times;
  for (int i = 0; i < passes; ++i) {
    double sum = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const auto& run : runs) sum += evaluate(run);
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    times.push_back(sum > 0 ? time.count() / inputs : 0);
  }
  std::nth_element(times.begin(), times.begin() + passes / 2, times.end());
  return times[passes / 2];
}

}  // namespace

int main() {
  std::vector<scaling::training_run<>> runs;
  for (int i = 0; i < inputs; ++i)
    runs.push_back({.parameters = 1e7 * std::pow(1.002, i), .tokens = 1e9 * std::pow(1.0017, (i * 997) % inputs)});
  constexpr auto chinchilla = scaling::published::besiroglu_2024<>;
  constexpr auto kaplan = scaling::published::kaplan_2020<>;

  const double pows = nanoseconds(
      runs, [](const auto& run) { return std::pow(run.parameters, -0.3478) + std::pow(run.tokens, -0.3658); });
  const double exps = nanoseconds(runs, [](const auto& run) {
    return std::exp(-0.3478 * std::log(run.parameters)) + std::exp(-0.3658 * std::log(run.tokens));
  });
  const double law = nanoseconds(runs, [&](const auto& run) { return chinchilla(run); });
  const double gradient =
      nanoseconds(runs, [&](const auto& run) { return scaling::loss_and_gradient(chinchilla, run).gradient[3] + 1e6; });
  const double joint = nanoseconds(runs, [&](const auto& run) { return kaplan(run); });

  std::printf("two pow                      %6.1f ns\n", pows);
  std::printf("two exp and two log          %6.1f ns   %.2f of two pow\n", exps, exps / pows);
  std::printf("chinchilla (two pow)         %6.1f ns   %.2f\n", law, law / pows);
  std::printf("  with its gradient          %6.1f ns   %.2f\n", gradient, gradient / pows);
  std::printf("kaplan, joint (three pow)    %6.1f ns   %.2f\n", joint, joint / pows);
}
