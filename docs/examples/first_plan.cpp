// A first plan: the best split of a budget, what it costs to miss it, and the inverse questions.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/isoflop.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  constexpr auto law = scaling::published::besiroglu_2024<>;
  constexpr auto plan = scaling::compute_optimal(law, 5.76e23);  // FLOP
  static_assert(plan.tokens / plan.parameters > 15 && plan.tokens / plan.parameters < 25);
  std::printf("%.3g parameters, %.3g tokens, loss %.4f\n", plan.parameters, plan.tokens, plan.loss);

  for (const double factor : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    const auto run = scaling::isoflop_run(law, plan.flops, factor * plan.parameters);
    const double above = scaling::isoflop_penalty(law, plan.flops, factor);
    std::printf("%5.2f times the size: %8.3g tokens, loss %.4f, %.4f above\n", factor, run.tokens, run.loss, above);
  }
  std::printf("curvature %.4f nats/token\n", scaling::isoflop_curvature(law, plan.flops));

  const auto small = scaling::compute_optimal_for_parameters(law, 8e9);
  std::printf("8e9 parameters want %.3g tokens: %.3g FLOP\n", small.tokens, small.flops);
  const auto few = scaling::compute_optimal_for_tokens(law, 1e12);
  std::printf("1e12 tokens deserve %.3g parameters: %.3g FLOP\n", few.parameters, few.flops);
  const auto cheap = scaling::compute_optimal_for_loss(law, 2.0);
  std::printf("a loss of 2.0 takes %.3g FLOP\n", cheap.flops);
}
