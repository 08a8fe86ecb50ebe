// tests/data/oracles.csv: known answers, one row for each number, and which test must arrive at it.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace support {

inline std::vector<row> oracle_table() { return table(SCALING_SOURCE_DIR "/tests/data/oracles.csv"); }

/// Whether `got` is within the tolerance of a row, of which there are four: rel, abs, exact, and below, for a number
/// that need only be small enough.
inline bool agrees(double got, const row& want) {
  const double value = number(want, "value"), size = number(want, "size");
  const auto& tolerance = want.at("tolerance");
  if (tolerance == "rel") return std::abs(got - value) <= size * std::abs(value);
  if (tolerance == "abs") return std::abs(got - value) <= size;
  if (tolerance == "below") return got < size;
  return tolerance == "exact" && got == value;
}

/// The rows that one test checks. Each id is asked for exactly once, with all of its parts; `finish` misses the others.
class oracles {
 public:
  explicit oracles(const std::string& test) {
    for (const auto& one : oracle_table())
      if (one.at("status") == "checked" && one.at("where_or_why") == test) rows[one.at("id")].push_back(one);
    REQUIRE_FALSE(rows.empty());
  }

  void operator()(const std::string& id, const std::vector<double>& got) {
    CAPTURE(id, got);
    const auto found = rows.find(id);
    REQUIRE(found != rows.end());
    CHECK(seen.insert(id).second);
    REQUIRE(found->second.size() == got.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      const auto& want = found->second[i];
      std::ostringstream digits;
      digits.precision(17);
      digits << got[i];
      INFO(want.at("quantity") << "\ngot " << digits.str() << ", want " << want.at("value") << ", "
                               << want.at("tolerance") << " " << want.at("size"));
      CHECK(agrees(got[i], want));
    }
  }
  void operator()(const std::string& id, double got) { (*this)(id, std::vector{got}); }

  void finish() const {
    for (const auto& [id, parts] : rows) {
      CAPTURE(id);
      CHECK(seen.count(id) == 1);
    }
  }

 private:
  std::map<std::string, std::vector<row>> rows;
  std::set<std::string> seen;
};

}  // namespace support
