// The scalars that the library computes with, and the plain number inside a scalar that carries derivatives.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <limits>

namespace scaling {

/// A scalar in which laws are evaluated, fitted and planned from: `float`, `double` or `long double`.
template <class T>
concept real = std::floating_point<T>;

/// The numbers in which a law with coefficients in T takes its inputs: T itself, or the plain number inside a dual.
template <class T>
struct value_of {
  using type = T;
};
template <class T>
using value_of_t = typename value_of<T>::type;

/// The plain number inside a scalar, however many derivatives are around it.
template <class T>
struct plain {
  using type = T;
};
template <class T>
using plain_t = typename plain<T>::type;

/// A scalar that can be planned with, in which coefficients and inputs of a law are alike: a real one, or an
/// `input_dual` of one, which carries into a plan the derivatives that the law has.
template <class T>
concept scalar = real<plain_t<T>> && std::same_as<value_of_t<T>, T>;

/// A scalar that carries derivatives of a T: a run in T is one in U whose derivatives are 0.
template <class U, class T>
concept carrier_of = scalar<U> && std::same_as<plain_t<U>, T> && !std::same_as<U, T>;

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
