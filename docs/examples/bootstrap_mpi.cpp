// A bootstrap under MPI: each rank does the shard of its number, the first gathers the laws; the same bits on any number.
// SPDX-License-Identifier: BSL-1.0
//
//   mpirun -n 4 bootstrap_mpi
//
// Every rank fits the same runs for itself, which takes less than to send the fit round.
#include <cstddef>
#include <type_traits>
#include <vector>

#include <mpi.h>

#include <scaling/inference/runner.hpp>

#include "bootstrap_job.hpp"

int main(int argc, char** argv) {
  using law_type = bootstrap_job::law_type;
  static_assert(std::is_trivially_copyable_v<law_type>);  // so its bytes may travel between ranks of one kind

  MPI_Init(&argc, &argv);
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const auto shard_of = [&](int number) {
    return bootstrap_shard{static_cast<std::size_t>(number), static_cast<std::size_t>(ranks)};
  };

  const auto mine = shard_of(rank);
  const auto laws = bootstrap_job().laws(mine.first(), mine.size(), scaling::serial_runner{});

  std::vector<law_type> all(bootstrap_job::replicates);
  std::vector<int> bytes, places;
  for (int other = 0; other < ranks; ++other) {
    bytes.push_back(static_cast<int>(shard_of(other).size() * sizeof(law_type)));
    places.push_back(static_cast<int>(shard_of(other).first() * sizeof(law_type)));
  }
  MPI_Gatherv(laws.data(), bytes[mine.number], MPI_BYTE, all.data(), bytes.data(), places.data(), MPI_BYTE, 0,
              MPI_COMM_WORLD);
  if (rank == 0) bootstrap_job::print(all);
  MPI_Finalize();
}
