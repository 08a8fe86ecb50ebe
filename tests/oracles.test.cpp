// The table of known answers itself: well-formed, and the same numbers as in the reference that it was taken from.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/oracles.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace {

using support::row;

/// The cells of a line, in which a quoted cell may hold commas.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      result.emplace_back();
    else
      result.back() += c;
  }
  return result;
}

/// The rows of the reference by id.
std::map<std::string, row> reference_rows(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const auto header = cells(line);
  std::map<std::string, row> result;
  while (std::getline(file, line)) {
    const auto values = cells(line);
    REQUIRE(values.size() == header.size());
    row one;
    for (std::size_t i = 0; i < header.size(); ++i) one[header[i]] = values[i];
    CHECK(result.emplace(one.at("id"), one).second);
  }
  return result;
}

/// All numbers of a text, in their order: not the 2 of "R2", nor of "2D" the D.
std::vector<double> numbers_in(const std::string& text) {
  static const std::regex pattern(R"((^|[^A-Za-z_0-9.])([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?))");
  std::vector<double> result;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    result.push_back(std::strtod((*match)[2].str().c_str(), nullptr));
  return result;
}

bool contains(const std::vector<double>& values, double value) {
  for (const double one : values)
    if (one == value) return true;
  return false;
}

}  // namespace

TEST_CASE("Every known answer is either checked by one test or says why not") {
  const std::set<std::string> tests{"oracles_laws",      "oracles_counting",    "oracles_planning",
                                    "oracles_fit",       "oracles_small_fits",  "oracles_isoflop",
                                    "oracles_simulator", "counting.transformer"};
  const std::set<std::string> tolerances{"rel", "abs", "exact", "below"};
  std::map<std::string, int> parts;
  std::map<std::string, std::set<std::string>> places;
  for (const auto& one : support::oracle_table()) {
    CAPTURE(one.at("id"), one.at("part"));
    CHECK(support::number(one, "part") == ++parts[one.at("id")]);
    CHECK_FALSE(one.at("quantity").empty());
    CHECK_FALSE(one.at("where_or_why").empty());
    if (one.at("status") == "checked") {
      CHECK(tests.count(one.at("where_or_why")) == 1);
      CHECK(tolerances.count(one.at("tolerance")) == 1);
      CHECK((one.at("tolerance") == "exact" || support::number(one, "size") > 0));
      CHECK(numbers_in(one.at("value")).size() == 1);
      places[one.at("id")].insert(one.at("where_or_why"));
    } else {
      CHECK(one.at("status") == "not covered");
      CHECK(tests.count(one.at("where_or_why")) == 0);
    }
  }
  for (const auto& [id, of_id] : places) CHECK(of_id.size() == 1);
}

TEST_CASE("What is within a tolerance") {
  const auto within = [](const char* tolerance, const char* size, double got) {
    return support::agrees(got, {{"value", "-2"}, {"tolerance", tolerance}, {"size", size}});
  };
  CHECK((within("rel", "0.1", -2.19) && within("rel", "0.1", -1.81)));
  CHECK_FALSE((within("rel", "0.1", -2.21) || within("rel", "0.1", -1.79) || within("rel", "0.1", std::nan(""))));
  CHECK((within("abs", "0.1", -2.09) && within("abs", "0.1", -1.91)));
  CHECK_FALSE((within("abs", "0.1", -2.11) || within("abs", "0.1", -1.89) || within("abs", "0.1", std::nan(""))));
  CHECK((within("exact", "0", -2) && within("below", "1", 0.9)));
  CHECK_FALSE((within("exact", "0", -2.0000000000000004) || within("below", "1", 1) || within("none", "", -2)));
}

TEST_CASE("The table has every number of the reference, and no other") {
  const auto file = support::reference_file("oracles.csv");
  if (!file) return;
  const auto reference = reference_rows(*file);
  CHECK(reference.size() == 209);
  std::map<std::string, std::vector<row>> ours;
  for (const auto& one : support::oracle_table()) ours[one.at("id")].push_back(one);
  for (const auto& [id, one] : reference) {
    CAPTURE(id);
    CHECK(ours.count(id) == 1);
  }
  for (const auto& [id, parts] : ours) {
    CAPTURE(id);
    REQUIRE(reference.count(id) == 1);
    const auto& theirs = reference.at(id);
    auto values = numbers_in(theirs.at("expected"));
    if (values.empty()) {  // vpnls_exact expects its first five inputs
      values = numbers_in(theirs.at("inputs"));
      REQUIRE(values.size() >= 5);
      values.resize(5);
    }
    REQUIRE(parts.size() == values.size());
    const auto& tolerance = theirs.at("tolerance");
    for (std::size_t i = 0; i < parts.size(); ++i) {
      CHECK(support::number(parts[i], "value") == values[i]);
      if (parts[i].at("tolerance") == "none") continue;  // which is never checked
      CHECK(tolerance.substr(0, tolerance.find(' ')) == parts[i].at("tolerance"));
      if (parts[i].at("tolerance") != "exact")
        CHECK(contains(numbers_in(tolerance), support::number(parts[i], "size")));
    }
  }
}
