// Points around an end of a search, from which a descent may reach another minimum of the same valley.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/revival.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Points that differ from an end in what a term is there for.
template <sum_of_powers Law>
class other_roles {
  using T = typename Law::real_type;

 public:
  using vector = typename fit_problem<Law>::vector;

  explicit other_roles(const power_sum_objective<Law>& f) : f_(f) {}

  /// y with its terms that are next to nothing brought back, if there are any.
  std::optional<vector> whole(const vector& y) const {
    constexpr T nothing = -5;  // log of a share of the losses
    vector there = y;
    bool any = false;
    for (const auto& term : terms) {
      if (!limits().free(term.coefficient) || !(y[at(term.coefficient)] < nothing)) continue;
      for (const auto& factor : term.factors)
        if (factor.exponent != none && is_idle<Law>(limits(), there, factor.exponent))
          put(there, factor.exponent, slow);
      raise(there, term.coefficient, T(0));
      any = true;
    }
    return any ? std::optional(there) : std::nullopt;
  }

  /// y with one of its powers a slow one, which reaches over all runs, or a step, which only the smallest runs see; one of
  /// each for each exponent.
  void append_recast(const vector& y, std::vector<vector>& to) const {
    for (const auto& term : terms)
      for (const auto& factor : term.factors) {
        if (factor.exponent == none || !limits().free(factor.exponent)) continue;
        T least = 0;
        for (const auto& block : f_.columns().blocks) least = std::min(least, packs<T>::least(block.z[factor.column]));
        for (const auto& [exponent, z] : {std::pair(slow, T(0)), std::pair(steep, least)}) {
          vector there = y;
          put(there, factor.exponent, exponent);
          raise(there, term.coefficient, -there[at(factor.exponent)] * z);
          to.push_back(there);
        }
      }
  }

  /// y with a floor that has vanished in the place of a power, for each: a slow one may have been the floor.
  void append_floored(const vector& y, std::vector<vector>& to) const {
    for (const auto& floor : terms) {
      if (floor.factors[0].exponent != none || !limits().free(floor.coefficient)) continue;
      if (y[at(floor.coefficient)] != -std::numeric_limits<T>::infinity()) continue;
      for (const auto& power : terms) {
        const std::size_t c = power.coefficient;
        if (power.factors[0].exponent == none || !limits().free(c) || limits().lower[c] > 0) continue;
        vector there = y;
        std::swap(there[at(floor.coefficient)], there[at(c)]);
        to.push_back(there);
      }
    }
  }

 private:
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t none = term_place::none;
  static constexpr T slow = T(0.2), steep = 15;  ///< by a standard deviation of the log of the base

  static int at(std::size_t k) { return static_cast<int>(k); }
  const constraints<Law>& limits() const { return f_.coordinates.limits(); }

  void put(vector& y, std::size_t k, T value) const {
    if (limits().free(k)) y[at(k)] = std::clamp(value, f_.coordinates.lower()[at(k)], f_.coordinates.upper()[at(k)]);
  }
  /// Gives a term a third of the losses where its power is e^log_power, which is 1 in the centre, and the others the rest.
  void raise(vector& y, std::size_t coefficient, T log_power) const {
    for (const auto& term : terms) put(y, term.coefficient, y[at(term.coefficient)] - std::log(T(1.5)));
    put(y, coefficient, -std::log(T(3)) - log_power);
  }

  const power_sum_objective<Law>& f_;
};

/// Two in each principal direction of the Jacobian of the log predictions: as far as changes the predictions by as much
/// as they differ from the losses, so that each run could change sides. What has vanished stays so, there; the rest are
/// with all terms and with other roles for them. For least squares, from whose minima a search starts, let go of terms
/// that other criteria keep, and a power can be the floor, or leave it to another.
template <sum_of_powers Law>
std::vector<typename fit_problem<Law>::vector> neighbours_of(const power_sum_objective<Law>& f,
                                                             const typename fit_problem<Law>::vector& y) {
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;
  using matrix = typename fit_problem<Law>::matrix;
  constexpr int P = static_cast<int>(coefficient_count<Law>);
  constexpr T smallest = T(1e-9);  // of the largest eigenvalue: below it the predictions do not depend on a direction
  constexpr T longest = 2;         // as the longest step of the polish

  const auto& limits = f.coordinates.limits();
  const auto moves = [&](int k) { return limits.free(static_cast<std::size_t>(k)) && std::isfinite(y[k]); };
  matrix gram = f.log_gram(y);
  for (int i = 0; i < P; ++i)
    for (int j = 0; j < P; ++j)
      if (!moves(i) || !moves(j)) gram(i, j) = 0;
  const std::vector<T> r = f.residuals_at(y);
  T squares = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const T size = std::abs(f.of.residual == residual::log ? r[i] : r[i] / f.runs[i].loss);
    squares += f.weight(f.runs[i], T(0)) * size * size;
  }
  std::vector<vector> result;
  const symmetric_eigen<matrix> eigen(gram);
  for (int k = 0; k < P; ++k) {
    if (!(eigen.values[k] > smallest * eigen.values[0])) continue;
    vector step = eigen.vectors.col(k);
    step *= std::min(std::sqrt(squares / eigen.values[k]), longest / step.cwiseAbs().maxCoeff());
    for (const T sign : {T(1), T(-1)}) {
      vector there = y;
      for (int i = 0; i < P; ++i)
        if (moves(i)) there[i] = std::clamp(y[i] + sign * step[i], f.coordinates.lower()[i], f.coordinates.upper()[i]);
      result.push_back(there);
    }
  }
  const other_roles<Law> roles(f);
  const auto whole = roles.whole(y);
  if (whole) result.push_back(*whole);
  roles.append_recast(whole.value_or(y), result);
  roles.append_floored(y, result);
  return result;
}

}  // namespace scaling::detail
