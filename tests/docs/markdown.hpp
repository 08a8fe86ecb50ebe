// What the tests of the documentation read of a page in Markdown.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace docs {

using strings = std::vector<std::string>;

struct block {
  std::string language, heading, text;  // the heading above it, and every line with its end
  std::size_t line;                     // where it opens, from 1 on
};

struct page {
  std::string title;
  strings headings;               // of the second level
  std::set<std::string> anchors;  // of all headings
  std::vector<block> blocks;
  strings links;                   // and pictures
  std::set<std::string> programs;  // NAME of every docs/examples/NAME.cpp or .output, NAME perhaps PROGRAM/PART
};

/// Empty where there is no such file.
inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline strings lines_of(const std::string& text) {
  strings result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

/// As the sites that render Markdown make it: small letters, blanks as hyphens, no other signs.
inline std::string anchor_of(const std::string& heading) {
  std::string result;
  for (const char c : heading) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) || c == '_' || c == '-') result += static_cast<char>(std::tolower(letter));
    if (c == ' ') result += '-';
  }
  return result;
}

/// Adds what stands in the first bracket of each match.
template <class Container>
void collect(const std::string& line, const std::regex& pattern, Container& into) {
  for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end; ++match)
    into.insert(into.end(), (*match)[1]);
}

inline page parse(const std::string& text) {
  static const std::regex link(R"(\]\(([^)\s]+)\))"), picture("(?:src|srcset)=\"([^\"]+)\"");
  static const std::regex program(R"(examples/((?:\w+/)?\w+)\.(?:cpp|output))");
  page result;
  bool in_block = false;
  std::size_t number = 0;
  for (const std::string& line : lines_of(text)) {
    ++number;
    if (line.starts_with("```")) {
      in_block = !in_block;
      if (in_block)
        result.blocks.push_back({line.substr(3), result.headings.empty() ? "" : result.headings.back(), "", number});
    } else if (in_block) {
      result.blocks.back().text += line + '\n';
    } else if (line.starts_with('#')) {
      const auto level = line.find_first_not_of('#');
      const std::string heading = line.substr(std::min(level + 1, line.size()));
      result.anchors.insert(anchor_of(heading));
      if (level == 1) result.title = heading;
      if (level == 2) result.headings.push_back(heading);
    } else {
      collect(line, link, result.links);
      collect(line, picture, result.links);
      collect(line, program, result.programs);
    }
  }
  return result;
}

/// Whether the lines of `part` follow one another in `whole`, all of them indented as much as the first.
inline bool stands_in(const std::string& part, const std::string& whole) {
  const strings wanted = lines_of(part), there = lines_of(whole);
  if (wanted.empty()) return false;
  for (std::size_t from = 0; from + wanted.size() <= there.size(); ++from) {
    const std::string indent(there[from].size() - std::min(there[from].size(), wanted[0].size()), ' ');
    const auto same = [&](const std::string& line, const std::string& other) {
      return other == (line.empty() ? line : indent + line);
    };
    if (std::equal(wanted.begin(), wanted.end(), there.begin() + static_cast<std::ptrdiff_t>(from), same)) return true;
  }
  return false;
}

}  // namespace docs
