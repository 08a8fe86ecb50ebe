// The reference, docs/reference: a page for each law, under the same headings, that shows the header and the program as
// they stand. That the programs print what the pages say is for ctest to check, see cmake/compare_output.cmake.
// SPDX-License-Identifier: BSL-1.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using strings = std::vector<std::string>;

const strings headings = {"Synopsis", "Formula", "Coefficients and units", "Domain", "Errors", "Accuracy", "Complexity",
                          "Example",  "Sources"};

std::filesystem::path source(const std::string& name) { return std::filesystem::path(SCALING_SOURCE_DIR) / name; }

std::string text_of(const std::string& name) {
  std::ifstream file(source(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

strings lines_of(const std::string& text) {
  strings result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

// The names of the pages, without the extension.
std::set<std::string> pages() {
  std::set<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(source("docs/reference")))
    if (entry.path().extension() == ".md") result.insert(entry.path().stem().string());
  return result;
}

// The headers that laws.hpp lists, without the two that hold no law.
std::set<std::string> laws() {
  static const std::regex include(R"(#include <scaling/(\w+)\.hpp>)");
  std::set<std::string> result;
  std::smatch match;
  for (const std::string& line : lines_of(text_of("include/scaling/laws.hpp")))
    if (std::regex_match(line, match, include)) result.insert(match[1]);
  result.erase("loss_model");
  result.erase("published");
  return result;
}

// The headings of a page outside its blocks.
strings headings_of(const std::string& page) {
  strings result;
  bool in_block = false;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("```")) in_block = !in_block;
    if (!in_block && line.starts_with("## ")) result.push_back(line.substr(3));
  }
  return result;
}

// The blocks of one language under a heading, up to the next heading.
strings blocks(const std::string& page, const std::string& heading, const std::string& language) {
  strings result;
  bool under = false, in_block = false, wanted = false;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("```")) {
      in_block = !in_block;
      wanted = in_block && under && line == "```" + language;
      if (wanted) result.emplace_back();
    } else if (wanted) {
      result.back() += line + '\n';
    } else if (!in_block && line.starts_with("## ")) {
      under = line == "## " + heading;
    }
  }
  return result;
}

// A line of a synopsis as the header has it: without indentation, and without the semicolon in place of a body.
std::string declaration(const std::string& line) {
  const auto from = line.find_first_not_of(' ');
  if (from == line.npos) return "";
  return line.substr(from, line.find_last_not_of(';') + 1 - from);
}

}  // namespace

TEST_CASE("every law has its page") {
  const auto named = laws(), there = pages();
  REQUIRE(named.size() >= 7);
  for (const std::string& law : named) {
    CAPTURE(law);
    CHECK(there.count(law) == 1);
  }
}

TEST_CASE("every page has the nine headings, in order") {
  for (const std::string& name : pages()) {
    CAPTURE(name);
    const std::string page = text_of("docs/reference/" + name + ".md");
    CHECK(page.starts_with("# scaling/" + name + ".hpp\n"));
    CHECK(headings_of(page) == headings);
  }
}

TEST_CASE("every page shows docs/examples/law_NAME.cpp and its output as they stand") {
  for (const std::string& name : pages()) {
    CAPTURE(name);
    const std::string page = text_of("docs/reference/" + name + ".md"), example = "docs/examples/law_" + name;
    const std::string program = text_of(example + ".cpp"), output = text_of(example + ".output");
    CHECK_FALSE(program.empty());
    CHECK_FALSE(output.empty());
    CHECK(blocks(page, "Example", "cpp") == strings{program});
    CHECK(blocks(page, "Example", "text") == strings{output});
  }
}

TEST_CASE("every line of a synopsis stands in the header") {
  for (const std::string& name : pages()) {
    const std::string header = text_of("include/scaling/" + name + ".hpp");
    const strings synopsis = blocks(text_of("docs/reference/" + name + ".md"), "Synopsis", "cpp");
    CAPTURE(name);
    REQUIRE(synopsis.size() == 1);
    for (const std::string& line : lines_of(synopsis[0])) {
      CAPTURE(line);
      CHECK(header.find(declaration(line)) != std::string::npos);
    }
  }
}
