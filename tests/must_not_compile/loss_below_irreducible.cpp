// A loss that no run reaches has no price, in a constant expression either.
// expect: refuse
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>

constexpr auto law = scaling::published::besiroglu_2024<double>;
constexpr auto good = scaling::compute_optimal_for_loss(law, 1.9);

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::compute_optimal_for_loss(law, 1.8);
#endif
