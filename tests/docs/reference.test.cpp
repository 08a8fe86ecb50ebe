// The reference, docs/reference: a page for every public header, under fixed headings, that shows the declarations as
// they stand.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "docs/markdown.hpp"
#include "support/catch.hpp"

namespace {

using docs::strings;
namespace fs = std::filesystem;

const fs::path root = SCALING_SOURCE_DIR, headers = root / "include/scaling", reference = root / "docs/reference";

const strings headings = {"Synopsis", "Formula", "Coefficients and units", "Domain", "Errors", "Accuracy", "Complexity",
                          "Example",  "Sources"};

// The headings that the pages of a folder do not have, because they would be empty there.
const std::vector<std::pair<std::string, std::set<std::string>>> left_out = {
    {"core/", {"Coefficients and units"}},      // plain numbers
    {"optimize/", {"Coefficients and units"}},  // the user's function has them
    {"fitting/", {"Coefficients and units"}},   // the law has them
    {"inference/", {"Coefficients and units"}}, {"io/", {"Formula", "Coefficients and units", "Sources"}},
};

/// Paths below a folder, without the extension.
std::set<std::string> files(const fs::path& folder, const std::string& extension) {
  std::set<std::string> result;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == extension)
      result.insert(entry.path().lexically_relative(folder).replace_extension().generic_string());
  return result;
}

std::string header(const std::string& name) { return docs::text_of(headers / (name + ".hpp")); }

docs::page page(const std::string& name) { return docs::parse(docs::text_of(reference / (name + ".md"))); }

/// Whether a header declares anything outside of a namespace detail: clang-format has such lines at the margin.
bool is_public(const std::string& text) {
  static const std::regex opens(R"(namespace (\w+::)*detail \{)"), closes(R"(\}  // namespace (\w+::)*detail)");
  static const std::regex declares("(template|struct|class|enum|using|constexpr|inline)\\b.*");
  bool inside = false;
  for (const std::string& line : docs::lines_of(text)) {
    if (std::regex_match(line, opens)) inside = true;
    if (std::regex_match(line, closes)) inside = false;
    if (!inside && std::regex_match(line, declares)) return true;
  }
  return false;
}

/// The headers that a page is about: the one of its name, and those that its synopsis includes.
std::set<std::string> headers_of(const std::string& name) {
  static const std::regex include(R"(#include <scaling/([\w/]+)\.hpp>)");
  std::set<std::string> result{name};
  for (const docs::block& block : page(name).blocks)
    if (block.heading == "Synopsis")
      for (const std::string& line : docs::lines_of(block.text)) docs::collect(line, include, result);
  return result;
}

/// A line of a synopsis as the header has it: without indentation, and without the semicolon in place of a body.
std::string declaration(const std::string& line) {
  const auto from = line.find_first_not_of(' ');
  if (from == line.npos) return "";
  return line.substr(from, line.find_last_not_of(';') + 1 - from);
}

}  // namespace

TEST_CASE("every public header is on one page, and every page is about public headers") {
  std::map<std::string, int> on;
  for (const std::string& name : files(reference, ".md")) {
    CAPTURE(name);
    CHECK(page(name).title == "scaling/" + name + ".hpp");
    for (const std::string& about : headers_of(name)) ++on[about];
  }
  for (const std::string& name : files(headers, ".hpp")) {
    CAPTURE(name);
    CHECK(on[name] == (is_public(header(name)) ? 1 : 0));
    on.erase(name);
  }
  CHECK(on.empty());
}

TEST_CASE("every page of the reference has its headings, in order") {
  for (const std::string& name : files(reference, ".md")) {
    CAPTURE(name);
    strings wanted = headings;
    for (const auto& left : left_out)
      if (name.starts_with(left.first))
        std::erase_if(wanted, [&](const auto& word) { return left.second.contains(word); });
    CHECK(page(name).headings == wanted);
  }
}

TEST_CASE("every page of the reference shows a program") {
  for (const std::string& name : files(reference, ".md")) {
    CAPTURE(name);
    const auto blocks = page(name).blocks;
    CHECK(std::any_of(blocks.begin(), blocks.end(),
                      [](const docs::block& block) { return block.heading == "Example" && block.language == "cpp"; }));
  }
}

TEST_CASE("every line of a synopsis stands in a header of the page") {
  for (const std::string& name : files(reference, ".md")) {
    std::string declared;
    for (const std::string& about : headers_of(name))
      declared += "#include <scaling/" + about + ".hpp>\n" + header(about);
    CAPTURE(name);
    for (const docs::block& block : page(name).blocks)
      if (block.heading == "Synopsis" && block.language == "cpp")
        for (const std::string& line : docs::lines_of(block.text)) {
          CAPTURE(line);
          CHECK(declared.find(declaration(line)) != std::string::npos);
        }
  }
}

TEST_CASE("a header is public by what it declares outside of detail") {
  CHECK(is_public(
      "namespace scaling {\nnamespace detail {\nstruct a {};\n}  // namespace detail\n\nenum class b {};\n}"));
  CHECK_FALSE(is_public("namespace scaling {\nnamespace detail {\nstruct a {};\n}  // namespace detail\n}\n"));
  CHECK_FALSE(
      is_public("namespace scaling::optimize::detail {\ntemplate <class T>\nvoid f();\n}  // namespace "
                "scaling::optimize::detail\n"));
  CHECK_FALSE(is_public("#include <scaling/laws.hpp>\n"));
}
