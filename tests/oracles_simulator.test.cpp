// The simulator of docs/examples: the known answers of tests/data/oracles.csv that its own fit must read.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <string>

#include <scaling/fitting/fit.hpp>
#include <scaling/planning/compute_optimal.hpp>

#include "../docs/examples/careful_simulator.hpp"
#include "support/catch.hpp"
#include "support/oracles.hpp"

namespace {

double squares(const scaling::chinchilla<>& law, const careful::runs& points) {
  double sum = 0;
  for (const auto& point : points) sum += (law(point.at) - point.loss) * (law(point.at) - point.loss);
  return sum;
}

}  // namespace

TEST_CASE("The simulator reads its known answers, and the library's least squares are never larger than its") {
  support::oracles check("oracles_simulator");
  const auto target = scaling::compute_optimal_for_parameters(careful::truth, careful::target_parameters);
  for (const auto& [region, first, last, decimals, noise] : careful::settings) {
    CAPTURE(region, decimals, noise);
    const auto points = careful::observed(first, last, decimals, noise);
    const auto law = careful::brute_force(points);
    check("weng_" + std::string(region) + "_" + std::to_string(decimals) + "_" + std::to_string(std::lround(noise)),
          {law.alpha, law.beta, law.E, law.beta / (law.alpha + law.beta), law(target.parameters, target.tokens)});
    const auto least = scaling::fit<scaling::chinchilla>(
        points, {.criterion = scaling::squared{}, .residual = scaling::residual::plain});
    CHECK(least.converged());
    CHECK(squares(least.law, points) <= squares(law, points));
  }
  check.finish();
}
