// Whether a term that has vanished should have: the derivative of the objective by its coefficient, at 0.
// SPDX-License-Identifier: BSL-1.0
//
// In log coordinates the gradient of a term dies with it, so that a search can end on a plateau where the term is 0. A
// minimum is there only if the objective does not fall when the term c / x^e is brought back, at any exponents of its
// box. With s = df/dc at c = 0, and h the curvature of a quadratic that lies above f and touches it there, c = -s/h
// gains at least s^2/2h.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Whether coefficient k is an exponent of vanished terms alone, and so has no effect at y.
template <sum_of_powers Law>
bool is_idle(const constraints<Law>& limits, const typename fit_problem<Law>::vector& y, std::size_t k) {
  using T = typename Law::real_type;
  bool exponent = false;
  for (const auto& term : term_places<Law>())
    for (const auto& factor : term.factors) {
      if (factor.exponent == term_place::none || limits.leader[factor.exponent] != limits.leader[k]) continue;
      exponent = true;
      const std::size_t c = limits.leader[term.coefficient];
      const bool gone =
          limits.held[c] ? limits.value[c] == 0 : y[static_cast<int>(c)] == -std::numeric_limits<T>::infinity();
      if (!gone) return false;
    }
  return exponent;
}

/// A point to continue from, where that gain is largest; none if it is rounding, and f has a minimum at y as far as its
/// vanished terms are concerned.
template <sum_of_powers Law>
std::optional<typename fit_problem<Law>::vector> revived(const power_sum_objective<Law>& f,
                                                         const typename fit_problem<Law>::vector& y,
                                                         typename Law::real_type relative_tolerance) {
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;
  constexpr auto terms = term_places<Law>();
  constexpr std::size_t P = coefficient_count<Law>, none = term_place::none;
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const auto at = [](std::size_t k) { return static_cast<int>(k); };
  const auto& limits = f.coordinates.limits();
  const auto& centres = f.coordinates.centres();

  const auto gone = [&](std::size_t k) { return limits.free(k) && y[at(k)] == -infinity; };
  bool any = false;
  for (const auto& term : terms) any = any || gone(term.coefficient);
  if (!any) return std::nullopt;

  const std::vector<T> r = f.residuals_at(y);
  const T rounding = relative_tolerance * f.value_of(r) + f.floor;
  const vector x = f.coordinates.terms_at(y);
  const auto& blocks = f.columns().blocks;
  using by_lanes = packs<T>;

  std::optional<vector> result;
  T largest_gain = 2 * rounding;
  for (std::size_t j = 0; j < terms.size(); ++j) {
    const std::size_t c = terms[j].coefficient;
    if (!gone(c)) continue;
    // The exponents that are free to choose, a grid of them; the others are as they are.
    std::array<std::vector<T>, 2> grid;
    std::size_t idle = 0;
    for (const auto& factor : terms[j].factors)
      idle += factor.exponent != none && limits.free(factor.exponent) && is_idle<Law>(limits, y, factor.exponent);
    for (std::size_t i = 0; i < 2; ++i) {
      const std::size_t e = terms[j].factors[i].exponent;
      if (e == none || !limits.free(e) || !is_idle<Law>(limits, y, e)) {
        grid[i].assign(1, e == none ? T(0) : x[at(e)]);
        continue;
      }
      const T lower = std::max(limits.lower[e], T(-10)), upper = std::min(limits.upper[e], std::max(T(10), lower));
      const std::size_t steps = idle > 1 ? 20 : 100;
      for (std::size_t s = 0; s <= steps; ++s)
        grid[i].push_back((lower + (upper - lower) * T(s) / T(steps)) * centres.spread[e]);
    }
    for (const T v : grid[0])
      for (const T w : grid[1]) {
        const std::array<T, 2> exponent{v, w};
        T slope = 0, curvature = 0;
        for (std::size_t i = 0; i < r.size(); ++i) {
          const auto& block = blocks[i / by_lanes::lanes];
          const std::size_t lane = i % by_lanes::lanes;
          T d = 0;  // of the residual by the coefficients that come back: this one, and those that are tied to it
          for (std::size_t l = 0; l < terms.size(); ++l) {
            if (limits.leader[terms[l].coefficient] != c) continue;
            T power = 0;
            for (std::size_t n = 0; n < 2; ++n) {
              const auto& factor = terms[l].factors[n];
              if (factor.exponent == none) continue;
              const T there = l == j ? exponent[n] : x[at(factor.exponent)];
              power -= there * by_lanes::lane(block.z[factor.column], lane);
              if (l != j) power -= there / centres.spread[factor.exponent] * centres.centre[factor.column];
              if (l != j && terms[j].factors[n].exponent != none)
                power += exponent[n] / centres.spread[terms[j].factors[n].exponent] *
                         centres.centre[terms[j].factors[n].column];
            }
            d += std::exp(power) * by_lanes::lane(block.share[run_blocks<Law>::share_of[l]], lane);
          }
          d *= f.of.residual == residual::log ? std::exp(-r[i]) : f.runs[i].loss;
          const T weight = std::max(f.weight(f.runs[i], T(-1)), f.weight(f.runs[i], T(1)));
          slope += f.slope(f.runs[i], r[i]) * d;
          curvature += weight * std::min(T(1), f.zone(f.runs[i]) / std::abs(r[i])) * d * d;
        }
        if (!(slope < 0) || !(slope * slope > largest_gain * curvature)) continue;
        largest_gain = slope * slope / curvature;
        vector terms_there = x;
        terms_there[at(c)] = std::log(-slope / curvature);
        for (std::size_t n = 0; n < 2; ++n)
          if (terms[j].factors[n].exponent != none) terms_there[at(terms[j].factors[n].exponent)] = exponent[n];
        result = f.coordinates.of_terms(terms_there);
        for (std::size_t k = 0; k < P; ++k)  // all others stay where they are, to the last bit
          if (k != c && k != terms[j].factors[0].exponent && k != terms[j].factors[1].exponent)
            (*result)[at(k)] = y[at(k)];
      }
  }
  return result;
}

}  // namespace scaling::detail
