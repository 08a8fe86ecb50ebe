// The runs that all benchmarks fit: Epoch's where the reference data are at hand, else the synthetic ones of the docs.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <scaling/fitting/observation.hpp>
#include <scaling/io/csv.hpp>

#include "../../docs/examples/synthetic_runs.hpp"

namespace benchmark {

struct named_runs {
  std::string name;
  std::vector<scaling::observation<>> runs;
};

inline std::filesystem::path reference_file(const std::string& name) {
  return std::filesystem::path(SCALING_REFERENCE_DIR) / "data" / name;
}

/// Epoch's 240 runs (Besiroglu et al. 2024, without the five highest losses), or 250 synthetic ones.
inline named_runs usual_runs() {
  const auto file = reference_file("epoch_2024.csv");
  if (!std::filesystem::exists(file)) return {"250 synthetic runs of docs/examples", synthetic_runs()};
  auto runs = scaling::io::read_runs(file, {.drop = "excluded_as_outlier"});
  return {"Epoch's " + std::to_string(runs.size()) + " runs", std::move(runs)};
}

}  // namespace benchmark
