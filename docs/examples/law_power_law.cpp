// Power laws of one input: with a floor and without, from one form to the other, and the run for a loss.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/power_law.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  const auto pure = scaling::published::kaplan_2020_tokens<>;  // (x_c/D)^alpha
  const auto same = scaling::with_floor(pure);                 // E = 0, A = x_c^alpha
  std::printf("loss at 2.2e10 tokens: %.4f and %.4f nats/token\n", pure(2.2e10), same(2.2e10));
  std::printf("x_c there and back:    %.4g tokens\n", scaling::without_floor(same).x_c);
  std::printf("tokens for a loss of 2: %.4g\n", scaling::run_for_loss(pure, 2.0).tokens);

  const scaling::loss_of_compute<> floored{.E = 1.7, .A = 1000, .alpha = 0.15};  // not published
  std::printf("floored, at 1e21 FLOP: %.4f\n", floored({.flops = 1e21}));
  std::printf("FLOP for a loss of 2:  %.4g\n", scaling::run_for_loss(floored, 2.0).flops);
}
