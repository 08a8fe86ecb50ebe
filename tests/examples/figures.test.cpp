// The pictures of the documentation are those that the programs draw: the same text, and numbers to a step of 0.1 pixels.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

/// A text without its numbers, and its numbers.
std::pair<std::string, std::vector<double>> parts_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::pair<std::string, std::vector<double>> parts;
  for (std::size_t i = 0; i < text.size();) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (!digit && !(text[i] == '-' && text[i + 1] >= '0' && text[i + 1] <= '9')) {
      parts.first += text[i++];
      continue;
    }
    std::size_t end = i + 1;
    while ((text[end] >= '0' && text[end] <= '9') || text[end] == '.') ++end;
    parts.first += '#';
    parts.second.push_back(std::strtod(text.substr(i, end - i).c_str(), nullptr));
    i = end;
  }
  return parts;
}

}  // namespace

TEST_CASE("docs/figures holds what the demo and figures.cpp draw") {
  const fs::path committed = fs::path(SCALING_SOURCE_DIR) / "docs/figures", drawn = SCALING_FIGURES_FOLDER;
  fs::remove_all(drawn);
  const auto run = [](const std::string& command) { return std::system((command + " > /dev/null").c_str()); };
  REQUIRE(run("\"" SCALING_PLAN_PROGRAM "\" --figures \"" SCALING_FIGURES_FOLDER "\"") == 0);
  REQUIRE(run("\"" SCALING_FIGURES_PROGRAM "\" \"" SCALING_FIGURES_FOLDER "\"") == 0);
  CHECK(names_in(drawn) == names_in(committed));
  for (const auto& name : names_in(committed)) {
    if (!fs::exists(drawn / name)) continue;
    const auto [text, numbers] = parts_of(drawn / name);
    const auto [wanted_text, wanted] = parts_of(committed / name);
    CAPTURE(name);
    const bool same_but_for_numbers = text == wanted_text && numbers.size() == wanted.size();
    REQUIRE(same_but_for_numbers);
    double off = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) off = std::max(off, std::abs(numbers[i] - wanted[i]));
    CHECK(off < 0.15);  // rounded to 0.1 pixels, where another compiler may round the other way
  }
}
