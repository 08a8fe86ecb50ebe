// A type that misses one member is no loss_model, and the compiler says so in that word.
// expect: constraints not satisfied
// expect: loss_model
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string_view>

#include <scaling/chinchilla.hpp>

template <class T>
struct nameless {
  using real_type = T;
  using input_type = scaling::token_run<T>;
  static constexpr std::string_view formula = "E";
  T E;
  constexpr T operator()(const input_type&) const { return E; }
  bool operator==(const nameless&) const = default;
  static constexpr auto coefficients() {
    using row = scaling::coefficient<nameless>;
    return std::array{row{"E", &nameless::E, scaling::scale::linear, 0, 10, scaling::enters::linearly, {1, 2, 2}}};
  }
};

constexpr auto good = scaling::coefficient_values(scaling::chinchilla<>{1, 2, 3, 4, 5});

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::coefficient_values(nameless<double>{1});
#endif
