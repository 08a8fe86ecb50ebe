// What a web page's compiler sees: one header and nothing beside it.
// SPDX-License-Identifier: BSL-1.0
#include "scaling_laws.hpp"

constexpr auto law = scaling::published::besiroglu_2024<>;
constexpr auto plan = scaling::compute_optimal(law, 5.76e23);  // FLOP
static_assert(15 < plan.tokens / plan.parameters && plan.tokens / plan.parameters < 25);
static_assert(scaling::total_parameters({.layers = 96, .d_model = 12288, .vocabulary = 50257, .context = 2048}) > 0);

int main() { return scaling::compute_optimal(law, 1e24).loss < plan.loss ? 0 : 1; }
