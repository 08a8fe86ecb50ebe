// The powers of a sum of powers on a lattice of its exponents: one column of numbers for each term and exponent.
// SPDX-License-Identifier: BSL-1.0
//
// Exponents that are tied, or stand in several terms, share an axis of the lattice; one that is held has one point.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/run_blocks.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/fitting/unrolled.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Depends on the runs and on what is free, not on what runs weigh: so one for all resamples of the runs.
template <sum_of_powers Law>
class exponent_columns {
 public:
  using T = typename Law::real_type;
  using pack = typename packs<T>::pack;

  /// Over the usual range of the exponents, that of the starts in the law's table; or over all of their box, or over that
  /// in parts half as large.
  enum class reach { usual, box, box_finely };

  explicit exponent_columns(const power_sum_objective<Law>& f, reach over = reach::usual)
      : exponent_columns(f, f.coordinates.limits(), over) {}

  /// Over all of the box of the exponents of term `j`, in the smaller parts, with the others as they are at y.
  exponent_columns(const power_sum_objective<Law>& f, const typename fit_problem<Law>::vector& y, std::size_t j)
      : exponent_columns(f, but_for(j, f.coordinates, y), reach::box_finely) {}

  std::size_t axes() const { return axis_count_; }
  std::size_t open_axes() const { return open_axis_count_; }
  std::size_t axis_of(std::size_t j, std::size_t f) const { return axis_[terms[j].factors[f].exponent]; }
  std::size_t points(std::size_t axis) const { return exponents_[axis].size(); }
  T exponent(std::size_t axis, std::size_t point) const { return exponents_[axis][point]; }

  /// The first column of term j, its first exponent running fastest; behind all terms the right-hand side.
  std::size_t offset(std::size_t j) const { return offset_[j]; }
  std::size_t width() const { return width_; }
  std::size_t rows() const { return rows_; }

  /// prod base^-exponent / L_i over the typical loss; the right-hand side is 1. For plain residuals: times L_i.
  const pack* column(std::size_t a) const { return phi_.get() + a * rows_; }

 private:
  using data = run_blocks<Law>;

  exponent_columns(const power_sum_objective<Law>& f, const constraints<Law>& limits, reach over)
      : rows_(f.columns().blocks.size()) {
    make_axes(f.coordinates, limits, over);
    make_columns(f);
  }

  static constexpr auto table = Law::coefficients();
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t P = coefficient_count<Law>, J = terms.size(), none = term_place::none;

  /// Points of an axis, by the number of axes: lattices of a few thousand points at most.
  static constexpr std::size_t density(std::size_t axes) { return axes <= 2 ? 12 : axes == 3 ? 10 : 8; }

  /// The constraints, with all exponents held at what they are at y but those of term `j`.
  static constraints<Law> but_for(std::size_t j, const detail::coordinates<Law>& coordinates,
                                  const typename fit_problem<Law>::vector& y) {
    auto limits = coordinates.limits();
    const auto x = coordinates.terms_at(y);
    const auto is_of_term = [&](std::size_t k) {
      return std::any_of(terms[j].factors.begin(), terms[j].factors.end(), [&](const auto& factor) {
        return factor.exponent != none && limits.leader[factor.exponent] == limits.leader[k];
      });
    };
    for (std::size_t k = 0; k < P; ++k)
      if (table[k].scale != scale::log && !limits.held[k] && !is_of_term(k)) {
        limits.held[k] = true;
        limits.value[k] = x[static_cast<int>(k)] / coordinates.centres().spread[k];
      }
    return limits;
  }

  /// Of an exponent whose coefficient is held or boxed: from where the term is all of a typical loss to where it is a
  /// thousandth. Elsewhere the coefficient makes up for a wrong exponent; here a tenth may be a factor of 10.
  static std::optional<std::array<T, 2>> where_it_matters(const detail::coordinates<Law>& coordinates, std::size_t k) {
    const auto& limits = coordinates.limits();
    for (const auto& term : terms) {
      const std::size_t c = term.coefficient;
      if (term.factors[0].exponent != k || term.factors[1].exponent != none || !limits.is_narrow(c)) continue;
      const T least = limits.held[c] ? limits.value[c] : limits.lower[c],
              most = limits.held[c] ? least : limits.upper[c];
      const T base = coordinates.centres().centre[term.factors[0].column];
      if (!(least > 0) || !positive_finite(most) || !(std::abs(base) > T(1))) continue;
      const T all = (std::log(least) - coordinates.centres().loss) / base,
              little = (std::log(most) - coordinates.centres().loss + T(7)) / base;
      return std::array{std::min(all, little), std::max(all, little)};
    }
    return std::nullopt;
  }

  /// The distinct exponents, and the values of each on the lattice: the middles of equal parts of the range of its
  /// starts, as far as that is within its bounds, or of all that its bounds leave of -10 to 10. Where a coefficient is
  /// held, tied or boxed, of what matters of that, and in parts half as large: so none of 30 flat tables with A held is
  /// missed; over the usual range a third was (tests/inference/profile.test.cpp).
  void make_axes(const detail::coordinates<Law>& coordinates, const constraints<Law>& limits, reach over) {
    axis_.fill(none);
    std::size_t axes = 0;
    for (const auto& term : terms)
      for (const auto& factor : term.factors)
        if (factor.exponent != none && limits.leader[factor.exponent] == factor.exponent &&
            axis_[factor.exponent] == none)
          axis_[factor.exponent] = axes++;
    axis_count_ = axes;
    const bool narrow =
        std::any_of(terms.begin(), terms.end(), [&](const auto& term) { return limits.is_narrow(term.coefficient); });
    for (std::size_t k = 0; k < P; ++k) open_axis_count_ += axis_[k] != none && !limits.held[k];
    for (std::size_t k = 0; k < P; ++k) {
      if (axis_[k] == none) {
        if (limits.leader[k] != k) axis_[k] = axis_[limits.leader[k]];
        continue;
      }
      auto& values = exponents_[axis_[k]];
      if (limits.held[k]) {
        values.assign(1, limits.value[k]);
        continue;
      }
      T from = std::max(static_cast<T>(table[k].starts.from), limits.lower[k]);
      T to = std::min(static_cast<T>(table[k].starts.to), limits.upper[k]);
      if (over != reach::usual || !(from < to)) {  // or the box lies outside of the usual range
        from = std::max(limits.lower[k], -T(10));
        to = std::min(limits.upper[k], std::max(T(10), from));
      }
      if (const auto range = where_it_matters(coordinates, k); range && (*range)[0] < to && (*range)[1] > from)
        from = std::max(from, (*range)[0]), to = std::min(to, (*range)[1]);
      const std::size_t once = density(open_axes()), parts = narrow || over == reach::box_finely ? 2 * once : once;
      for (std::size_t i = 0; i < parts; ++i) values.push_back(from + (to - from) * (T(i) + T(0.5)) / T(parts));
    }
  }

  /// The columns of a term: one for each point of its own axes, and equal ones in both its factors only once.
  std::size_t count(std::size_t j) const {
    std::size_t result = 1;
    for (std::size_t f = 0; f < 2; ++f)
      if (terms[j].factors[f].exponent != none && !(f == 1 && axis_of(j, 0) == axis_of(j, 1)))
        result *= points(axis_of(j, f));
    return result;
  }

  /// Phi, term after term, lattice point after lattice point, and the right-hand side last.
  void make_columns(const power_sum_objective<Law>& f) {
    const auto* blocks = f.columns().blocks.data();
    const std::size_t rows = rows_;
    offset_[0] = 0;
    for (std::size_t j = 0; j < J; ++j) offset_[j + 1] = offset_[j] + count(j);
    width_ = offset_[J] + 1;
    phi_.reset(new pack[width_ * rows]);  // not zeros first, as a vector would
    pack* right = data_of(width_ - 1);
    for (std::size_t i = 0; i < rows; ++i)
      right[i] = f.of.residual == residual::log ? packs<T>::all(T(1)) : T(1) / blocks[i].share[0];
    std::vector<pack> power(rows);
    for (std::size_t j = 0; j < J; ++j) {
      pack* first = data_of(offset_[j]);
      for (std::size_t i = 0; i < rows; ++i) first[i] = right[i] * blocks[i].share[data::share_of[j]];
      std::size_t done = 1;
      for (std::size_t which = 0; which < 2; ++which) {
        const auto& factor = terms[j].factors[which];
        if (factor.exponent == none) continue;
        const std::size_t axis = axis_of(j, which);
        const auto& exponents = exponents_[axis];
        const auto raise_to = [&](T exponent) {
          const T scale = -exponent * f.coordinates.centres().spread[factor.exponent];
          for (std::size_t i = 0; i < rows; ++i)
            power[i] = packs<T>::exp(packs<T>::tamed(scale * blocks[i].z[factor.column]));
        };
        const auto multiply_into = [&](const pack* from, pack* to) {
          for (std::size_t i = 0; i < rows; ++i) to[i] = from[i] * power[i];
        };
        raise_to(exponents[0]);
        for (std::size_t a = 0; a < done; ++a) multiply_into(first + a * rows, first + a * rows);
        if (exponents.size() == 1) continue;
        if (which == 1 && axis == axis_of(j, 0)) {  // the columns are there already: they lack a power each
          for (std::size_t a = 1; a < done; ++a) {
            raise_to(exponents[a] - exponents[0]);
            multiply_into(first + a * rows, first + a * rows);
          }
          continue;
        }
        // The exponents are equally spaced: each column is the one before times the same factor.
        raise_to(exponents[1] - exponents[0]);
        for (std::size_t a = done; a < done * exponents.size(); ++a)
          multiply_into(first + (a - done) * rows, first + a * rows);
        done *= points(axis);
      }
    }
  }

  pack* data_of(std::size_t a) { return phi_.get() + a * rows_; }

  std::size_t rows_;
  std::array<std::size_t, P> axis_{};        ///< of each exponent
  std::array<std::vector<T>, P> exponents_;  ///< by axis
  std::size_t axis_count_ = 0, open_axis_count_ = 0;
  std::array<std::size_t, J + 1> offset_{};
  std::size_t width_ = 0;
  std::unique_ptr<pack[]> phi_;
};

}  // namespace scaling::detail
