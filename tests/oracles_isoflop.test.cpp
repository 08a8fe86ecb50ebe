// The bias of IsoFLOP parabolas: the known answers of tests/data/oracles.csv that the library must give.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <string>
#include <vector>

#include <scaling/fitting/isoflop.hpp>

#include "support/catch.hpp"
#include "support/oracles.hpp"

namespace {

/// The bias in % of 15 sizes, equally spaced in ln N from 1/width to width times `centre` times the best one.
scaling::isoflop_bias<double> percent(const scaling::isoflop_exponents<>& exponents, double width, double centre = 1) {
  std::vector<double> sizes;
  for (int i = -7; i <= 7; ++i) sizes.push_back(centre * std::pow(width, i / 7.0));
  const auto bias = scaling::bias_of_isoflop(sizes, exponents);
  return {100 * (bias.parameters - 1), 100 * (bias.tokens - 1)};
}

}  // namespace

TEST_CASE("Parabolas are off by the known answers") {
  support::oracles check("oracles_isoflop");
  for (const int width : {2, 4, 8, 16})
    check("czech_chin_" + std::to_string(width), percent({0.34, 0.28}, width).tokens);
  check("czech_asym_16", percent({0.465, 0.155}, 16).tokens);
  const auto shifted = percent({0.31, 0.31}, 8, 3);
  check("czech_shift3", {shifted.parameters, shifted.tokens});
  check.finish();
}

TEST_CASE("The table of the bias of N* is as printed to two decimals") {
  const double printed[][2] = {{2, 0.33}, {4, 1.32}, {8, 2.99}, {16, 5.37}};
  for (const auto& [width, bias] : printed) CHECK(std::abs(percent({0.34, 0.28}, width).parameters - bias) <= 0.005);
}
