// All parameters from the non-embedding ones, and back: the embedding grows as the cube root of the rest.
// SPDX-License-Identifier: BSL-1.0
//
//   N = N_E + omega N_E^(1/3)      omega = (vocabulary + context) (aspect/12)^(1/3)      [parameters]
//
//   N    all parameters;  N_E  those outside the embedding: 12 layers d_model^2
//   aspect = d_model / layers, held fixed along a family of models; context only where positions are learned
//
// With u = N_E^(1/3) the inverse is the one real root of u^3 + omega u = N. Cardano's u = p - q, where p q = omega/3
// and p^3 - q^3 = N, loses all its digits in small models. Divided out it has no difference left, at any size:
//
//   u = N / (p^2 + p q + q^2)      p^3 = N/2 + sqrt((N/2)^2 + (omega/3)^3)
//
// Source: Pearce and Song 2024 (arXiv 2406.12907). Trap: omega belongs to one vocabulary and one aspect, so
// another family of models has another.
#pragma once

#include <cstdint>
#include <limits>

#include <scaling/core/cmath.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/pair.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// How many parameters the embedding adds in a family of models. omega >= 0; 0 is a family without embedding.
/// What the functions take is not checked: IEEE in, IEEE out.
template <scalar T = double>
struct embedding_correction {
  T omega;

  /// N [parameters], all of them. Accuracy: 2 units in the last place, and at run time those of std::cbrt (glibc: 4).
  constexpr T total(T non_embedding_parameters) const {
    return non_embedding_parameters + omega * cmath::cbrt(non_embedding_parameters);
  }

  /// N_E [parameters] of a model with `total_parameters` N: the closed form, and a step of Newton's method with the
  /// residual in pairs. Accuracy: 0.51 units in the last place. Where the embedding is nearly all, N_E is as N^3, and
  /// half a unit of N is 1.5 of the result.
  constexpr T non_embedding(T total_parameters) const {
    const T N = total_parameters;
    if (N == 0 || N > std::numeric_limits<T>::max()) return N;
    const T half = N / 2, third = omega / 3, ratio = third / half;
    const T p = cmath::cbrt(half + half * cmath::sqrt(1 + third * ratio * ratio)), q = third / p;
    const T u = N / (p * p + third + q * q);
    if (omega * u <= std::numeric_limits<T>::epsilon() / 8 * N)
      return N - omega * u;  // N, and its derivatives; u^3 may overflow
    using cmath::detail::pair;
    const pair<T> root{u, 0}, cube = root * root * root;
    const pair<T> residual = cube + pair<T>{omega, 0} * root + pair<T>{-N, 0};
    return cube.hi + (cube.lo - residual.hi / (1 + omega / (3 * u * u)));
  }

  /// dN/dN_E at N_E > 0: what one more non-embedding parameter adds in all. Accuracy: 4 units in the last place, and at
  /// run time twice those of std::cbrt.
  constexpr T derivative(T non_embedding_parameters) const {
    const T u = cmath::cbrt(non_embedding_parameters);
    return 1 + omega / 3 / u / u;
  }

  bool operator==(const embedding_correction&) const = default;

  /// The correction of models with d_model = aspect_ratio layers. `context` is 0 where positions are not learned.
  /// Errors: std::domain_error; in a constant expression, a compile error.
  static constexpr embedding_correction from(std::int64_t vocabulary, std::int64_t context, T aspect_ratio) {
    constexpr auto function = "scaling::embedding_correction::from";
    detail::require(vocabulary >= 0, function, "vocabulary", vocabulary, "non-negative");
    detail::require(context >= 0, function, "context", context, "non-negative");
    detail::require(positive_finite(aspect_ratio), function, "aspect_ratio", aspect_ratio, "positive and finite");
    return {(static_cast<T>(vocabulary) + static_cast<T>(context)) * cmath::cbrt(aspect_ratio / 12)};
  }
};

namespace published {

/// Pearce and Song 2024, as published and as all their figures use it. Trap: 47491 is their fit of omega together with
/// the exponent, which came out as 0.3393. With the exponent of this law, 1/3, it makes embeddings 10 % too small.
template <real T = double>
inline constexpr embedding_correction<T> pearce_2024{T(47491)};

/// The same fit with the exponent held at 1/3: in their script, commented out.
template <real T = double>
inline constexpr embedding_correction<T> pearce_2024_cube_root{T(52960)};

}  // namespace published
}  // namespace scaling
