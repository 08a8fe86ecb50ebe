// A bootstrap on oneTBB: a runner of one line, the same bits as on threads or in shards.
// SPDX-License-Identifier: BSL-1.0
#include <cstddef>

#include <tbb/parallel_for.h>

#include "bootstrap_job.hpp"

int main() {
  const auto runner = [](std::size_t n, auto&& work) { tbb::parallel_for(std::size_t{0}, n, work); };
  bootstrap_job::print(bootstrap_job().laws(0, bootstrap_job::replicates, runner));
}
