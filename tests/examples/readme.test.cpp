// The program in the README is the one in docs/examples, which ctest builds and runs.
// SPDX-License-Identifier: BSL-1.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/catch.hpp"

namespace {

std::string text_of(const std::string& name) {
  std::ifstream file(std::filesystem::path(SCALING_SOURCE_DIR) / name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the README shows docs/examples/readme.cpp as it stands") {
  const std::string program = text_of("docs/examples/readme.cpp");
  REQUIRE_FALSE(program.empty());
  CHECK(text_of("README.md").find("```cpp\n" + program + "```\n") != std::string::npos);
}
