// What the simulator in "Scaling Laws, Carefully" shows, and what better fits of the same 36 SYNTHETIC points say.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdio>

#include <scaling/fitting.hpp>
#include <scaling/planning.hpp>

#include "careful_simulator.hpp"

namespace {

void print(const char* fit, const scaling::chinchilla<>& law) {
  const auto target = scaling::compute_optimal_for_parameters(careful::truth, careful::target_parameters);
  std::printf("  %-26s %7.4f %7.4f %7.4f %7.4f %11.4f\n", fit, law.alpha, law.beta, law.E,
              law.beta / (law.alpha + law.beta), law(target.parameters, target.tokens));
}

}  // namespace

int main() {
  std::printf("  %-26s %7s %7s %7s %7s %11s\n", "", "alpha", "beta", "E", "a", "L at 1e15");
  print("the truth", careful::truth);
  for (const auto& [region, first, last, decimals, noise] : careful::settings) {
    const auto points = careful::observed(first, last, decimals, noise);
    std::printf("\n%s sizes, losses to %d decimal%s, noise %+g thousandths\n", region, decimals,
                decimals == 1 ? "" : "s", noise);
    print("the simulator: a grid", careful::brute_force(points));
    print("least squares, the minimum",
          scaling::fit<scaling::chinchilla>(points,
                                            {.criterion = scaling::squared{}, .residual = scaling::residual::plain})
              .law);
    const auto fit = scaling::fit<scaling::chinchilla>(points);
    print("Huber's criterion of logs", fit.law);
    for (const auto& hit : fit.at_bound) std::printf("    the last has %s at its bound\n", hit.symbol.data());
    if (!fit.identified()) std::printf("    the last is not identified\n");
  }
}
