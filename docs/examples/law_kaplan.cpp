// Kaplan's laws: the loss by data and by steps, overfitting, the price of a batch, one point of the frontier.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/kaplan.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  namespace published = scaling::published;
  const auto by_data = published::kaplan_2020<>;
  const auto by_steps = published::kaplan_2020_steps<>;
  const auto critical = published::kaplan_2020_critical_batch<>;
  const double N = 1e9, D = 2.2e10;  // N without embeddings
  std::printf("L(N, D)     %.4f nats/token\n", by_data(N, D));
  std::printf("overfitting %.4f; it is 0.02 at %.4g tokens\n", scaling::overfitting(by_data, N, D),
              scaling::tokens_for_overfitting(by_data, N, 0.02));
  std::printf("steps       %.4g for a loss of 2.6\n", scaling::steps_for_loss(by_steps, N, 2.6));

  const scaling::batch_tradeoff<> tradeoff{.batch = 524288, .critical = critical(2.6)};
  std::printf("batch 2^19  %.3f times the least steps\n", tradeoff.steps_factor());

  const auto point = published::kaplan_2020_frontier<>(scaling::flops_per_petaflop_day<>);
  std::printf("one PF-day  %.4g parameters, %.4g tokens\n", point.parameters, point.tokens);
}
