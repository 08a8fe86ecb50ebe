// Published sets and plans are of real scalars: integers would overflow and round.
// expect: constraints not satisfied
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/compute_optimal.hpp>

constexpr auto good = scaling::compute_optimal(scaling::chinchilla<double>{1, 2, 3, 1, 1}, 6);

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::compute_optimal(scaling::chinchilla<int>{1, 2, 3, 1, 1}, 6);
#endif
