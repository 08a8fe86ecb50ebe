// Runs that nobody trained: losses of a known law with noise of a stated size, the same on every machine.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <string_view>
#include <vector>

#include <scaling/fitting/observation.hpp>
#include <scaling/loss_model.hpp>

namespace benchmark {

/// Numbers that are the same on every machine: those of the standard library's distributions are not.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : bits_(seed) {}

  double between(double from, double to) {
    return from + (to - from) * (static_cast<double>(bits_() >> 11) + 0.5) * 0x1p-53;
  }
  double spread(double from, double to) { return std::exp(between(std::log(from), std::log(to))); }
  double normal() { return std::sqrt(-2 * std::log(between(0, 1))) * std::cos(2 * std::numbers::pi * between(0, 1)); }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(between(0, static_cast<double>(end))); }

 private:
  std::mt19937_64 bits_;
};

/// A run of the sizes that are trained: N from 4e7 to 2e10, D from 1 to 1000 tokens per parameter, up to 60 epochs.
template <class Run>
Run made_run(random_numbers& random) {
  Run run{};
  const double N = random.spread(4e7, 2e10), D = N * random.spread(1, 1000), U = D / random.spread(0.5, 60);
  for (const auto& input : Run::inputs()) {
    const std::string_view name = input.name;
    run.*input.member = name == "parameters" ? N : name == "unique_tokens" ? U : name == "flops" ? 6 * N * D : D;
  }
  return run;
}

/// `count` runs of a law, their losses times e^(noise z), z standard normal.
template <class Law>
std::vector<scaling::observation<typename Law::input_type>> made_runs(const Law& law, std::size_t count, double noise,
                                                                      std::uint64_t seed) {
  random_numbers random(seed);
  std::vector<scaling::observation<typename Law::input_type>> runs;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = made_run<typename Law::input_type>(random);
    runs.push_back({at, law(at) * std::exp(noise * random.normal())});
  }
  return runs;
}

}  // namespace benchmark
