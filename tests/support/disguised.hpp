// A known law as a user's own, of which the library knows no more than its formula: disguised<chinchilla>(law).
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <scaling/core/real.hpp>
#include <scaling/loss_model.hpp>

namespace support {

template <template <class> class Law, class T = double>
struct disguised : private Law<T> {
  using real_type = T;
  using input_type = typename Law<T>::input_type;
  static constexpr std::string_view name = "disguised", formula = "as it was";

  disguised() = default;
  constexpr explicit disguised(const Law<T>& law) : Law<T>(law) {}

  constexpr T operator()(const input_type& at) const { return Law<T>::operator()(at); }
  bool operator==(const disguised&) const = default;

  static constexpr auto coefficients() {
    constexpr auto known = Law<T>::coefficients();
    std::array<scaling::coefficient<disguised>, known.size()> table{};
    for (std::size_t k = 0; k < known.size(); ++k)
      table[k] = {known[k].symbol, known[k].member, known[k].scale, known[k].lower,
                  known[k].upper,  known[k].enters, known[k].starts};
    return table;
  }
};

}  // namespace support
