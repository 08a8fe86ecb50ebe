// The pages of the documentation: what they show is what the programs of docs/examples say and print, and what the
// headers declare; every link leads somewhere, every page is found. That a program prints what is in its .output is for
// ctest to check, see cmake/compare_output.cmake.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "docs/markdown.hpp"
#include "support/catch.hpp"

namespace {

using docs::page;
using docs::strings;
namespace fs = std::filesystem;

const fs::path root = SCALING_SOURCE_DIR;

/// Every page, by its path below the root: those of the root and all of docs.
const std::vector<std::pair<std::string, page>>& pages() {
  static const auto all = [] {
    std::vector<std::pair<std::string, page>> result;
    const auto add = [&](const fs::path& file) {
      if (file.extension() == ".md")
        result.emplace_back(file.lexically_relative(root).generic_string(), docs::parse(docs::text_of(file)));
    };
    for (const auto& entry : fs::directory_iterator(root)) add(entry.path());
    for (fs::recursive_directory_iterator entry(root / "docs"), end; entry != end; ++entry) {
      if (entry->path().filename() == "node_modules") entry.disable_recursion_pending();
      add(entry->path());
    }
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return result;
  }();
  return all;
}

std::string example(const std::string& file) { return docs::text_of(root / "docs/examples" / file); }

/// Whether the block stands in one of the programs that the page names, or in what one of them prints.
bool shown(const page& on, const docs::block& block, const std::string& extension) {
  return std::any_of(on.programs.begin(), on.programs.end(), [&](const std::string& program) {
    return docs::stands_in(block.text, example(program + extension));
  });
}

}  // namespace

TEST_CASE("a block of C++ stands in a program of docs/examples that its page names") {
  for (const auto& [path, page] : pages())
    for (const docs::block& block : page.blocks) {
      if (block.language != "cpp" || block.heading == "Synopsis") continue;
      CAPTURE(path, block.line, block.text);
      CHECK(shown(page, block, ".cpp"));
    }
}

TEST_CASE("a block of text is what a program that its page names prints, or a part of it") {
  for (const auto& [path, page] : pages())
    for (const docs::block& block : page.blocks) {
      if (block.language != "text") continue;
      CAPTURE(path, block.line, block.text);
      CHECK(shown(page, block, ".output"));
    }
}

TEST_CASE("a program or an output that a page names is there") {
  for (const auto& [path, page] : pages())
    for (const std::string& program : page.programs) {
      CAPTURE(path, program);
      CHECK(fs::exists(root / "docs/examples" / (program + ".cpp")));
    }
}

TEST_CASE("a relative link leads to a file, and to a heading of it") {
  for (const auto& [path, page] : pages())
    for (const std::string& link : page.links) {
      if (link.find("://") != link.npos) continue;
      CAPTURE(path, link);
      const auto hash = link.find('#');
      const fs::path file = hash == 0 ? root / path : (root / path).parent_path() / link.substr(0, hash);
      CHECK(fs::exists(file));
      if (hash == link.npos || !fs::exists(file)) continue;
      const auto anchors = docs::parse(docs::text_of(file)).anchors;
      CHECK(anchors.contains(link.substr(hash + 1)));
    }
}

TEST_CASE("a case that a page names beside a test is in that test") {
  static const std::regex named(R"re(\]\(([^)\s]+\.test\.cpp)\): ("[^"]+"))re");
  int seen = 0;
  for (const auto& [path, page] : pages()) {
    const std::string text = docs::text_of(root / path);
    for (std::sregex_iterator match(text.begin(), text.end(), named), end; match != end; ++match, ++seen) {
      CAPTURE(path, match->str());
      CHECK(docs::text_of((root / path).parent_path() / match->str(1)).find(match->str(2)) != std::string::npos);
    }
  }
  CHECK(seen > 0);
}

TEST_CASE("docs/README.md leads to every page") {
  std::set<std::string> indexed;
  const auto index = docs::parse(docs::text_of(root / "docs/README.md"));
  for (const std::string& link : index.links) indexed.insert("docs/" + link);
  for (const auto& [path, page] : pages()) {
    CAPTURE(path);
    CHECK((!path.starts_with("docs/") || path == "docs/README.md" || indexed.contains(path)));
  }
}

TEST_CASE("what the checks above rest on: the parts of a page, and what stands where") {
  const auto page = docs::parse(
      "# Title, *it* is\n\nSee [one](a.md), ![two](b.svg) and `docs/examples/x.cpp`.\n\n## Part\n\n```cpp\n# no "
      "heading\n[no](link)\n```\n\n```\nplain\n```\n<img src=\"c.svg\">\n");
  CHECK(page.title == "Title, *it* is");
  CHECK(page.headings == strings{"Part"});
  CHECK(page.anchors == std::set<std::string>{"title-it-is", "part"});
  CHECK(page.links == strings{"a.md", "b.svg", "c.svg"});
  CHECK(page.programs == std::set<std::string>{"x"});
  REQUIRE(page.blocks.size() == 2);
  CHECK(page.blocks[0].language == "cpp");
  CHECK(page.blocks[0].heading == "Part");
  CHECK(page.blocks[0].line == 7);
  CHECK(page.blocks[0].text == "# no heading\n[no](link)\n");
  CHECK(page.blocks[1].language.empty());

  const std::string program = "int main() {\n  one();\n\n  two();\n}\n";
  for (const std::string& part : strings{program, "  one();\n", "one();\n\ntwo();\n"})
    CHECK(docs::stands_in(part, program));
  for (const std::string& part :
       strings{"", "one()\n", "one();\ntwo();\n", "one();\n\n two();\n", "one();\n\n  two();\n"})
    CHECK_FALSE(docs::stands_in(part, program));
}
