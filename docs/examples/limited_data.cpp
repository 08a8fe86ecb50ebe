// Planning with too few tokens: how many epochs, how large a model, and what more tokens would be worth.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/data_constrained.hpp>
#include <scaling/planning/data_constrained_inverse.hpp>
#include <scaling/planning/repetition.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  constexpr auto law = scaling::published::muennighoff_2023<>;
  constexpr double U = 25e9;  // unique tokens
  for (const double C : {1e20, 1e21, 1e22, 1e23}) {
    const auto plan = scaling::compute_optimal(law, C, U);
    std::printf("%.0e FLOP: %.3g parameters, %.3g tokens, %.2f epochs, loss %.4f\n", C, plan.parameters, plan.tokens,
                plan.epochs, plan.loss);
  }

  const auto cheapest = scaling::compute_optimal_for_loss(law, 2.5, U);
  std::printf("a loss of 2.5 takes %.3g FLOP and %.1f epochs\n", cheapest.flops, cheapest.epochs);

  const scaling::repeated_run<> run{.parameters = 3e9, .tokens = 4 * U, .unique_tokens = U};
  const auto worth = scaling::worth_of_token(law, run);
  std::printf("after 4 epochs a token seen before is worth %.2f of a fresh one\n", worth.ratio);

  // Lovelace's law adds a penalty for repetition: beyond some number of epochs the loss rises.
  const scaling::lovelace<> harmful{
      .E = law.E, .A = law.A, .B = law.B, .alpha = law.alpha, .beta = law.beta, .P = 0.02, .delta = 1, .kappa = 1};
  std::printf("with the penalty: at most %.1f epochs for 3e9 parameters\n", scaling::best_epochs(harmful, 3e9, U));
  for (const double flops : {2e22, 1e23}) {
    const auto careful = scaling::compute_optimal(harmful, flops, U);
    std::printf("with the penalty, %.0e FLOP: %.3g parameters, %.2f epochs, loss %.4f\n", flops, careful.parameters,
                careful.epochs, careful.loss);
  }
}
