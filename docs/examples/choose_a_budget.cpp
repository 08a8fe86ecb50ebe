// How much compute is worth spending: what a FLOP buys, where it stops paying, and a model that will be served.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/diminishing_returns.hpp>
#include <scaling/planning/inference_aware.hpp>
#include <scaling/planning/isoflop.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  constexpr auto law = scaling::published::besiroglu_2024<>;
  std::printf("gamma %.4f: %.1f times the compute halves L - E\n", scaling::compute_exponent(law),
              scaling::halving_factor(law));
  for (const double C : {1e21, 1e22, 1e23, 1e24, 1e25})
    std::printf("%.0e FLOP: L - E = %.4f, a doubling buys %.4f\n", C, scaling::reducible_loss(law, C),
                scaling::reducible_loss(law, C) - scaling::reducible_loss(law, 2 * C));

  const auto worth = scaling::worthwhile_plan(law, {.per_nat = 1e9, .per_flop = 1e-17});
  std::printf("a nat worth 1e9, a FLOP 1e-17: stop at %.3g FLOP, %.3g parameters\n", worth.flops, worth.parameters);

  for (const double served : {0.0, 1e12, 1e13, 1e14}) {
    const auto life = scaling::inference_aware(law, 2.0, served);
    std::printf("loss 2.0, %5.0e tokens served: %.3g parameters, %.3g tokens, %.3g + %.3g FLOP\n", served,
                life.parameters, life.tokens, life.training_flops, life.inference_flops);
  }

  const auto run = scaling::rule_of_thumb(law, 20, 1e24);
  const auto buys = scaling::returns_at(law, {run.parameters, run.tokens});
  std::printf("20 tokens a parameter, 1e24 FLOP: loss %.4f, the best is %.4f\n", run.loss,
              scaling::compute_optimal(law, 1e24).loss);
  std::printf("the next FLOP buys %.4f times as much in tokens\n",
              buys.per_flop_on_tokens / buys.per_flop_on_parameters);

  const double saved = scaling::compute_saved(scaling::published::besiroglu_2024_optimum<>, law, 2.0);
  std::printf("the optimum of the same objective needs 1/%.3f of the compute for a loss of 2.0\n", saved);
}
