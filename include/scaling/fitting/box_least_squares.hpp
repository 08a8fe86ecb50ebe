// Least squares in a few variables with bounds, from the normal equations: by coordinates, to where a search may start.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <scaling/core/real.hpp>

namespace scaling::detail {

/// minimise x' G x - 2 r' x over lower <= x <= upper, in `size` variables. Coordinate by coordinate, which converges
/// for a positive semidefinite G; a start needs no more digits than the sweeps give.
template <real T, std::size_t N>
struct box_least_squares {
  std::size_t size = 0;
  std::array<std::array<T, N>, N> gram{};
  std::array<T, N> right{}, lower{}, upper{}, x{};

  /// Leaves the minimiser in x and returns the minimum.
  T solve() {
    constexpr int sweeps = 200;
    T largest = 0;  // part of what is to be met that one column can take
    for (std::size_t i = 0; i < size; ++i) {
      x[i] = std::clamp(T(0), lower[i], upper[i]);
      if (gram[i][i] > 0) largest = std::max(largest, std::abs(right[i]) / std::sqrt(gram[i][i]));
    }
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      T moved = 0;
      for (std::size_t i = 0; i < size; ++i) {
        if (!(gram[i][i] > 0)) continue;
        T rest = right[i];
        for (std::size_t j = 0; j < size; ++j)
          if (j != i) rest -= gram[i][j] * x[j];
        const T to = std::clamp(rest / gram[i][i], lower[i], upper[i]);
        moved = std::max(moved, std::abs(to - x[i]) * std::sqrt(gram[i][i]));
        x[i] = to;
      }
      if (!(moved > T(1e-7) * largest)) break;
    }
    T value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value -= 2 * right[i] * x[i];
      for (std::size_t j = 0; j < size; ++j) value += gram[i][j] * x[i] * x[j];
    }
    return value;
  }
};

}  // namespace scaling::detail
