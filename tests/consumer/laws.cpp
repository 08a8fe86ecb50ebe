// What a user may write with the standard library alone: a published law, and a plan from it at compile time.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>
#include <scaling/version.hpp>

static_assert(SCALING_VERSION_MAJOR >= 0);

constexpr auto plan = scaling::compute_optimal(scaling::published::besiroglu_2024<>, 5.76e23);
static_assert(15 < plan.tokens / plan.parameters && plan.tokens / plan.parameters < 25);

int main() {}
