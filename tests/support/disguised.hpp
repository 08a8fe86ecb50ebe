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
struct disguised {
  using real_type = T;
  using input_type = typename Law<T>::input_type;
  static constexpr std::string_view name = "disguised", formula = "as it was";
  static constexpr std::size_t count = scaling::coefficient_count<Law<T>>;

  T c0{}, c1{}, c2{}, c3{}, c4{}, c5{}, c6{}, c7{}, c8{};  ///< those of the law, the rest are 0

  disguised() = default;
  constexpr explicit disguised(const Law<T>& law) {
    const auto values = scaling::coefficient_values(law);
    for (std::size_t k = 0; k < count; ++k) this->*members()[k] = values[k];
  }

  constexpr T operator()(const input_type& at) const {
    std::array<T, count> values{};
    for (std::size_t k = 0; k < count; ++k) values[k] = this->*members()[k];
    return scaling::law_from<Law<T>>(values)(at);
  }
  bool operator==(const disguised&) const = default;

  static constexpr auto coefficients() {
    constexpr auto known = Law<T>::coefficients();
    std::array<scaling::coefficient<disguised>, count> table{};
    for (std::size_t k = 0; k < count; ++k)
      table[k] = {known[k].symbol, members()[k],    known[k].scale, known[k].lower,
                  known[k].upper,  known[k].enters, known[k].starts};
    return table;
  }

 private:
  static constexpr auto members() {
    return std::array{&disguised::c0, &disguised::c1, &disguised::c2, &disguised::c3, &disguised::c4,
                      &disguised::c5, &disguised::c6, &disguised::c7, &disguised::c8};
  }
};

}  // namespace support
