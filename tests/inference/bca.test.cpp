// BCa intervals against their formula, by hand.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <scaling/inference/bca.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

double probability(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

constexpr double two_sided_95 = 1.959963984540054;

std::vector<double> thousand() {
  std::vector<double> values;
  for (int i = 0; i <= 1000; ++i) values.push_back((i * 617) % 1001);
  return values;
}

}  // namespace

TEST_CASE("without bias and skewness it is the percentile interval") {
  const auto interval = sc::bca_interval(thousand(), 500.0, {1, 2, 3});
  CHECK(std::abs(interval.lower - 25) < 1e-9);  // 1000 roundings of a probability
  CHECK(std::abs(interval.upper - 975) < 1e-9);
  CHECK(interval.level == 0.95);
}

TEST_CASE("bias moves both ends by twice its normal deviate") {
  const double share = 841.0 / 1001;  // of the values, those below 840.5
  double z = 1;                       // its deviate, by Newton's method
  for (int i = 0; i < 20; ++i) z -= (probability(z) - share) / (std::exp(-z * z / 2) / 2.5066282746310002);
  const auto interval = sc::bca_interval(thousand(), 840.5, {1, 2, 3});
  CHECK(std::abs(interval.lower - 1000 * probability(2 * z - two_sided_95)) < 1e-9);
  CHECK(std::abs(interval.upper - 1000 * probability(2 * z + two_sided_95)) < 1e-9);
}

TEST_CASE("skewness stretches the ends by the acceleration of the jackknife") {
  // Mean 1, deviations 1, 1, -2: cubes -6, squares 6.
  const double a = -6 / (6 * 6 * std::sqrt(6.0));
  const auto interval = sc::bca_interval(thousand(), 500.0, {0, 0, 3});
  CHECK(std::abs(interval.lower - 1000 * probability(-two_sided_95 / (1 + a * two_sided_95))) < 1e-9);
  CHECK(std::abs(interval.upper - 1000 * probability(two_sided_95 / (1 - a * two_sided_95))) < 1e-9);
}

TEST_CASE("where there is no BCa interval its ends are NaN") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(sc::bca_interval(thousand(), -1.0, {1, 2, 3}).lower));
  CHECK(std::isnan(sc::bca_interval(thousand(), 2000.0, {1, 2, 3}).upper));
  CHECK(std::isnan(sc::bca_interval({1, nan, 2}, 1.5, {1, 2, 3}).lower));
  CHECK(std::isnan(sc::bca_interval(thousand(), 500.0, {1, nan, 3}).lower));
  // All jackknife values alike: nothing skews.
  CHECK(std::abs(sc::bca_interval(thousand(), 500.0, {2, 2, 2}).lower - 25) < 1e-9);
}

TEST_CASE("an empty jackknife left the acceleration out and said nothing") {
  CHECK_THROWS_WITH(sc::bca_interval(thousand(), 500.0, {}),
                    "scaling::bca_interval: number of jackknife values = 0, must be at least 2: the acceleration is "
                    "made of their differences");
  CHECK_THROWS_AS(sc::bca_interval(thousand(), 500.0, {3.0}), std::invalid_argument);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(sc::bca_interval(thousand(), 500.0, {nan, nan, nan}).lower));  // all fits have failed
}

TEST_CASE("a level of 1 - epsilon/2 was refused by Boost in words of its own") {
  const double level = 1 - std::numeric_limits<double>::epsilon() / 2;
  const auto interval = sc::bca_interval(thousand(), 500.0, {1, 2, 3}, level);
  CHECK(std::abs(interval.lower) < 1e-9);
  CHECK(std::abs(interval.upper - 1000) < 1e-9);
}

TEST_CASE("equal jackknife values skewed by the rounding of their mean") {
  const std::vector<double> alike(36, 0.2), two(2, 0.2);
  CHECK(sc::bca_interval(thousand(), 400.0, alike).lower == sc::bca_interval(thousand(), 400.0, two).lower);
  CHECK(sc::bca_interval(thousand(), 400.0, alike).upper == sc::bca_interval(thousand(), 400.0, two).upper);
}

TEST_CASE("skewness depended on the unit, and in long double on differences that double has not") {
  const std::vector<double> jackknife{0, 0, 3};
  for (const double unit : {1e-200, 1e-107, 1e103, 1e200}) {
    CAPTURE(unit);
    auto in_units = jackknife;
    for (double& value : in_units) value *= unit;
    CHECK(sc::bca_interval(thousand(), 500.0, in_units).lower ==
          Catch::Approx(sc::bca_interval(thousand(), 500.0, jackknife).lower).epsilon(1e-12));
  }
  std::vector<long double> fine, replicates;
  for (const double value : jackknife) fine.push_back(1.5L + 1e-18L * static_cast<long double>(value));
  for (const double value : thousand()) replicates.push_back(static_cast<long double>(value));
  const auto skewed = sc::bca_interval(replicates, 500.0L, {0.0L, 0.0L, 3.0L});
  CHECK(std::abs(sc::bca_interval(replicates, 500.0L, fine).lower / skewed.lower - 1) <
        0.01L);  // of 1e-18 a ninth is lost
}

TEST_CASE("one replicate had an interval") { CHECK(std::isnan(sc::bca_interval({2.0}, 2.0, {1, 2, 3}).lower)); }
