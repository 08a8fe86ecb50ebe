// A type that misses one member is no loss_model, and the compiler says so in that word.
// expect: constraints not satisfied
// expect: loss_model
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>

template <class T>
struct nameless : scaling::chinchilla<T> {
  static constexpr int name = 0;
};

constexpr auto good = scaling::coefficient_values(scaling::chinchilla<>{1, 2, 3, 4, 5});

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::coefficient_values(nameless<double>{{1, 2, 3, 4, 5}});
#endif
