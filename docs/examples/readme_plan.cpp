// The first program of README.md: a plan at compile time.
// SPDX-License-Identifier: BSL-1.0
#include <cstdio>

#include <scaling/planning.hpp>
#include <scaling/published.hpp>

constexpr auto plan = scaling::compute_optimal(scaling::published::besiroglu_2024<>, 5.76e23);  // FLOP: Gopher's budget
static_assert(plan.parameters > 70e9 && plan.tokens < 1.4e12);  // fewer tokens than Chinchilla was trained on

int main() {
  std::printf("N* %.3g parameters, D* %.3g tokens, loss %.4f nats/token\n", plan.parameters, plan.tokens, plan.loss);
}
