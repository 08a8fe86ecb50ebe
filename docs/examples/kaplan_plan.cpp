// A plan by steps: parameters, batch and steps for a budget, after Kaplan et al. 2020.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/training_steps.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  constexpr auto law = scaling::published::kaplan_2020_steps<>;
  constexpr auto batch = scaling::published::kaplan_2020_critical_batch<>;
  for (const double petaflop_days : {1e-2, 1.0, 1e2}) {
    const auto plan = scaling::compute_optimal(law, batch, petaflop_days * scaling::flops_per_petaflop_day<>);
    std::printf("%5g PF-days: N_E %.3g, batch %.3g tokens, %.3g steps at least, %.3g tokens, loss %.3f\n",
                petaflop_days, plan.parameters, plan.batch, plan.steps, plan.tokens, plan.loss);
  }
}
