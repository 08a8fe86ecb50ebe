// A bootstrap in pieces, as any batch scheduler runs it: each job a range of replicates, their union the same bits.
// SPDX-License-Identifier: BSL-1.0
//
//   bootstrap_shards --shard 2/4       the laws of the second quarter, a line each, exact in hexadecimal
//   bootstrap_shards                   all four quarters here, and the whole at once, compared
//
// Under MPI the rank is the shard: `const shard mine{rank, size}`, and the lines are gathered as doubles.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/inference/bootstrap.hpp>

#include "synthetic_runs.hpp"

namespace {

using law_type = scaling::chinchilla<>;

constexpr std::size_t replicates = 400;

struct shard {
  std::size_t number, count;  // the number from 0 on

  std::size_t first() const { return replicates * number / count; }
  std::size_t size() const { return replicates * (number + 1) / count - first(); }
};

}  // namespace

int main(int argc, char** argv) {
  const auto runs = synthetic_runs();
  const auto result = scaling::fit<scaling::chinchilla>(runs);
  const auto laws_of = [&](const shard& part) {
    return scaling::bootstrap(result, runs, {.replicates = part.size(), .first_replicate = part.first(), .seed = 2024})
        .laws;
  };

  if (argc == 3 && std::strcmp(argv[1], "--shard") == 0) {
    std::size_t number = 0, count = 0;
    if (std::sscanf(argv[2], "%zu/%zu", &number, &count) != 2 || number < 1 || number > count) return 2;
    const shard part{number - 1, count};
    std::size_t i = part.first();
    for (const auto& law : laws_of(part))
      std::printf("%zu %a %a %a %a %a\n", i++, law.E, law.A, law.B, law.alpha, law.beta);
    return 0;
  }

  std::vector<law_type> merged;
  for (std::size_t k = 0; k < 4; ++k)
    for (const auto& law : laws_of({k, 4})) merged.push_back(law);
  const bool same = merged == laws_of({0, 1});

  // What asks a sample for its laws and for nothing else works on merged ones as well.
  const scaling::law_sample<law_type> sample{merged};
  const auto alpha = sample.interval_of([](const law_type& law) { return law.alpha; });
  std::printf("%zu replicates in 4 shards: %s bits as at once\n", merged.size(), same ? "the same" : "NOT the same");
  std::printf("alpha %.3f, 95 %% interval %.2f to %.2f\n", result.law.alpha, alpha.lower, alpha.upper);
  return same ? 0 : 1;
}
