// A bootstrap in pieces, as any batch scheduler runs it: each job a range of replicates, their union the same bits.
// SPDX-License-Identifier: BSL-1.0
//
//   bootstrap_shards --shard 2/4       the laws of the second quarter, a line each, exact in hexadecimal
//   bootstrap_shards                   all four quarters here, and the whole at once, compared
//
// bootstrap_tbb.cpp and bootstrap_mpi.cpp share the same work out by oneTBB and by MPI, and print the same lines.
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <vector>

#include <scaling/inference/law_sample.hpp>
#include <scaling/inference/runner.hpp>
#include <scaling/inference/threads.hpp>

#include "bootstrap_job.hpp"

int main(int argc, char** argv) {
  using law_type = bootstrap_job::law_type;
  const bootstrap_job job;

  if (argc == 3 && std::strcmp(argv[1], "--shard") == 0) {
    std::size_t number = 0, count = 0;
    if (std::sscanf(argv[2], "%zu/%zu", &number, &count) != 2 || number < 1 || number > count) return 2;
    const bootstrap_shard part{number - 1, count};
    bootstrap_job::print(job.laws(part.first(), part.size(), scaling::thread_runner{}), part.first());
    return 0;
  }

  std::vector<law_type> merged;
  for (std::size_t k = 0; k < 4; ++k) {
    const bootstrap_shard part{k, 4};
    for (const auto& law : job.laws(part.first(), part.size(), scaling::thread_runner{})) merged.push_back(law);
  }
  const bool same = merged == job.laws(0, bootstrap_job::replicates, scaling::thread_runner{}) &&
                    merged == job.laws(0, bootstrap_job::replicates, scaling::serial_runner{});

  // What asks a sample for its laws and for nothing else works on merged ones as well.
  const scaling::law_sample<law_type> sample{merged};
  const auto alpha = sample.interval_of([](const law_type& law) { return law.alpha; });
  std::printf("%zu replicates in 4 shards: %s bits as at once, on threads or one by one\n", merged.size(),
              same ? "the same" : "NOT the same");
  std::printf("alpha %.3f, 95 %% interval %.2f to %.2f\n", job.result.law.alpha, alpha.lower, alpha.upper);
  return same ? 0 : 1;
}
