// A plan from a negative budget, or of a law that has no optimum, is an error where a constant is expected.
// expect: refuse
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>

constexpr auto law = scaling::published::besiroglu_2024<double>;
constexpr auto plan = scaling::compute_optimal(law, 5.76e23);
constexpr auto back = scaling::compute_optimal_for_loss(law, plan.loss);

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::compute_optimal(law, -5.76e23);
#endif
