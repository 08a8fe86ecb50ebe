// Quantiles and percentile intervals.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <vector>

#include <scaling/inference/interval.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST_CASE("a quantile is linear between order statistics, the k-th of n at (k - 1)/(n - 1)") {
  const std::vector<double> values{1, 2, 4, 8};
  CHECK(sc::quantile(values, 0) == 1);
  CHECK(sc::quantile(values, 1) == 8);
  CHECK(sc::quantile(values, 0.5) == 3);
  CHECK(sc::quantile(values, 0.25) == 1.75);  // what R's quantile and numpy.percentile print
  CHECK(sc::quantile(values, 0.75) == 5);
  CHECK(sc::quantile(std::vector<double>{7}, 0.3) == 7);
  CHECK(std::isnan(sc::quantile(std::vector<double>{}, 0.3)));
  CHECK_THROWS_WITH(sc::quantile(values, 1.5), ContainsSubstring("scaling::quantile: p = 1.5, must be from 0 to 1"));
}

TEST_CASE("a quantile of infinite values is not lost") {
  CHECK(sc::quantile(std::vector<double>{1, 2, infinity}, 0.5) == 2);
  CHECK(sc::quantile(std::vector<double>{1, 2, infinity}, 0.6) == infinity);
  CHECK(sc::quantile(std::vector<double>{-infinity, -infinity, 3, 4}, 0.1) == -infinity);
  CHECK(sc::quantile(std::vector<double>{-infinity, 3, 4}, 0.1) == -infinity);
}

TEST_CASE("a percentile interval holds its share of the sample, in any order") {
  std::vector<double> values;
  for (int i = 0; i <= 1000; ++i) values.push_back((i * 617) % 1001);
  const auto all = sc::percentile_interval(values);
  CHECK(all.lower == Approx(25).epsilon(1e-14));  // (1 - 0.95)/2 is not a double
  CHECK(all.upper == Approx(975).epsilon(1e-14));
  CHECK(all.level == 0.95);
  CHECK(sc::percentile_interval(values, 0.5) == sc::interval<double>{250, 750, 0.5});
  values[3] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(sc::percentile_interval(values).lower));
  CHECK(std::isnan(sc::percentile_interval(std::vector<double>{}).upper));
  CHECK(std::isnan(sc::percentile_interval(std::vector<double>{1}).upper));  // not an interval of width 0
  CHECK_THROWS_WITH(sc::percentile_interval(values, 95), ContainsSubstring("level = 95, must be above 0 and below 1"));
}
