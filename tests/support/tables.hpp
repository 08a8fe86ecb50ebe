// Real runs from the reference data, read by a reader of the tests' own: one map from column name to cell per row.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <scaling/fitting/observation.hpp>

namespace support {

using row = std::map<std::string, std::string>;

inline std::vector<row> table(const std::filesystem::path& path) {
  std::ifstream file(path);
  const auto cells = [](const std::string& line) {
    std::vector<std::string> result;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) result.push_back(cell);
    return result;
  };
  std::string line;
  std::getline(file, line);
  const auto header = cells(line);
  std::vector<row> rows;
  while (std::getline(file, line)) {
    const auto values = cells(line);
    row one;
    for (std::size_t i = 0; i < values.size() && i < header.size(); ++i) one[header[i]] = values[i];
    rows.push_back(one);
  }
  return rows;
}

inline double number(const row& one, const std::string& column) { return std::strtod(one.at(column).c_str(), nullptr); }

/// The rows that `keep` keeps, as runs; their size and loss in the columns named.
inline std::vector<scaling::observation<>> runs(const std::filesystem::path& path,
                                                const std::function<bool(const row&)>& keep,
                                                const std::string& loss = "loss",
                                                const std::string& parameters = "parameters") {
  std::vector<scaling::observation<>> result;
  for (const auto& one : table(path))
    if (keep(one))
      result.push_back({{.parameters = number(one, parameters), .tokens = number(one, "tokens")}, number(one, loss)});
  return result;
}

/// Epoch's 240 runs: the replication of Hoffmann et al. 2022 without the five highest losses.
inline std::vector<scaling::observation<>> epoch_240(const std::filesystem::path& path) {
  return runs(path, [](const row& one) { return one.at("excluded_as_outlier") == "0"; });
}

}  // namespace support
