// A plan without any unique tokens is an error where a constant is expected.
// expect: refuse
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning.hpp>
#include <scaling/published.hpp>

constexpr auto law = scaling::published::muennighoff_2023<double>;
constexpr auto plan = scaling::compute_optimal(law, 1e22, 25e9);
constexpr auto searched = scaling::compute_optimal(scaling::published::kaplan_2020<double>, 1e21);
constexpr auto served = scaling::inference_aware(scaling::published::hoffmann_2022<double>, 2.0, 1e12);

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::compute_optimal(law, 1e22, 0.0);
#endif
