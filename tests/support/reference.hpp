// Reference material from outside the project: where it is, and a test that misses it says so instead of failing.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "support/catch.hpp"

namespace support {

/// Whether a file was missed in this run; `main` then leaves with the code that ctest shows as "Skipped".
inline bool reference_missed = false;

/// The path of `name`, relative to SCALING_REFERENCE_DIR ("data/epoch_2024.csv"), or nothing, said aloud, where it is
/// absent: `const auto file = support::reference_file(name); if (!file) return;`
inline std::optional<std::filesystem::path> reference_file(const std::string& name) {
  const auto path = std::filesystem::path(SCALING_REFERENCE_DIR) / name;
  if (std::filesystem::exists(path)) return path;
  reference_missed = true;
  WARN("SKIPPED: there is no " << path.string() << "; SCALING_REFERENCE_DIR says where to look");
  return std::nullopt;
}

}  // namespace support
