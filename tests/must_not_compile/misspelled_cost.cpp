// The price is named, not counted off: a name that there is not is an error.
// expect: token_power
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/compute_optimal.hpp>

constexpr scaling::chinchilla<> law{.E = 1, .A = 2, .B = 3, .alpha = 0.5, .beta = 0.5};
constexpr auto good = scaling::compute_optimal(law, 6, {.factor = 6, .parameters_power = 1, .tokens_power = 1});

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::compute_optimal(law, 6, {.factor = 6, .parameters_power = 1, .token_power = 1});
#endif
