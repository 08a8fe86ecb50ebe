// Where a descent ended, and which of two ends is taken that are as good as each other.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>

#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Where one start ended.
template <class Vector>
struct descent {
  using T = typename Vector::Scalar;
  Vector x;
  T value, projected_gradient, predicted_decrease, tolerance;
  int iterations;
  bool converged, polished;
};

/// By which of two ends within rounding of one another is taken, the smaller: the simplest, with the fewest terms and
/// exponents at a bound (A / N^0 is a floor in disguise), then the one whose powers are steeper the earlier they come, then
/// the one with the smallest gradient. Otherwise digits would depend on which start happened to come first.
template <loss_model Law, class End>
auto preference_of(const coordinates<Law>& coordinates, const End& one) {
  using T = typename Law::real_type;
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const auto& lower = coordinates.lower();
  const auto& upper = coordinates.upper();
  int complexity = 0, disorder = 0;
  T before = infinity;  // the exponent that came before
  for (const auto& term : term_places<Law>()) {
    if (one.x[static_cast<int>(term.coefficient)] == -infinity) continue;
    ++complexity;
    for (const auto& factor : term.factors) {
      if (factor.exponent == term_place::none || !coordinates.limits().free(factor.exponent)) continue;
      const int e = static_cast<int>(factor.exponent);
      complexity += std::min(one.x[e] - lower[e], upper[e] - one.x[e]) <= std::sqrt(std::numeric_limits<T>::epsilon());
      disorder += one.x[e] > before;
      before = one.x[e];
    }
  }
  if constexpr (!sum_of_powers<Law>)
    for (std::size_t k = 0; k < coefficient_count<Law>; ++k) {
      if (Law::coefficients()[k].scale == scale::log || !coordinates.limits().free(k)) continue;
      disorder += one.x[static_cast<int>(k)] > before;
      before = one.x[static_cast<int>(k)];
    }
  return std::tuple(complexity, disorder, one.projected_gradient);
}

}  // namespace scaling::detail
