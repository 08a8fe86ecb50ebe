// A loop whose index is a constant.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace scaling::detail {

/// Calls f with 0, 1 ... N - 1 as constants: a loop that is unrolled whatever the compiler thinks of it.
template <class F, std::size_t... I>
constexpr void unrolled(F&& f, std::index_sequence<I...>) {
  (f(std::integral_constant<std::size_t, I>{}), ...);
}
template <std::size_t N, class F>
constexpr void unrolled(F&& f) {
  unrolled(f, std::make_index_sequence<N>{});
}

}  // namespace scaling::detail
