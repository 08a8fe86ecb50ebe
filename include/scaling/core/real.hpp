// The scalars that the library computes with, and the plain number inside a scalar that carries derivatives.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <limits>

namespace scaling {

/// A scalar in which laws are evaluated, fitted and planned from: `float`, `double` or `long double`.
template <class T>
concept real = std::floating_point<T>;

/// The plain number inside a scalar: `T` itself, or what a dual number carries derivatives of.
template <class T>
struct value_of {
  using type = T;
};
template <class T>
using value_of_t = typename value_of<T>::type;

/// x > 0 and finite; false for NaN. `std::isfinite` is not a constant expression in C++20.
template <class T>
constexpr bool positive_finite(const T& x) {
  return x > T(0) && x <= std::numeric_limits<T>::max();
}

/// x >= 0 and finite; false for NaN.
template <class T>
constexpr bool non_negative_finite(const T& x) {
  return x >= T(0) && x <= std::numeric_limits<T>::max();
}

}  // namespace scaling
