// One bootstrap, to be shared out: its runs, its fit, and its laws on paper, a line each, exact in hexadecimal.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/bootstrap.hpp>

#include "synthetic_runs.hpp"

struct bootstrap_job {
  using law_type = scaling::chinchilla<>;

  static constexpr std::size_t replicates = 400;
  static constexpr std::uint64_t seed = 2024;

  std::vector<scaling::observation<>> runs = synthetic_runs();
  scaling::fit_result<law_type> result = scaling::fit<scaling::chinchilla>(runs);

  /// The laws of the replicates from `first` on, by a runner of whoever does the work.
  template <scaling::index_runner Runner>
  std::vector<law_type> laws(std::size_t first, std::size_t count, const Runner& runner) const {
    return scaling::bootstrap(result, runs, {.replicates = count, .first_replicate = first, .seed = seed}, runner).laws;
  }

  static void print(const std::vector<law_type>& laws, std::size_t first = 0) {
    for (const auto& law : laws) std::printf("%zu %a %a %a %a %a\n", first++, law.E, law.A, law.B, law.alpha, law.beta);
  }
};

/// The part `number` of `count`, numbered from 0, of its replicates.
struct bootstrap_shard {
  std::size_t number, count;

  std::size_t first() const { return bootstrap_job::replicates * number / count; }
  std::size_t size() const { return bootstrap_job::replicates * (number + 1) / count - first(); }
};
