// Where a search begins: all of the exponents at once on a lattice, the best coefficients for each by linear algebra.
// SPDX-License-Identifier: BSL-1.0
//
// Given its exponents, a sum of powers is linear in its coefficients c. Relative residuals law(x)/L - 1, to first order
// those of logs, make the best c a small least-squares problem
//
//   minimise |Phi c - 1|^2,  Phi_ij = prod base_ij^-exponent / L_i       (plain residuals: no division, L_i for 1)
//
// and all problems of a lattice share their inner products: for Chinchilla's law 25 columns, 12 for each exponent, give
// the 12 x 12 problems of size 3. A term may also vanish, so the faces on which one is 0 are screened on their own, and
// a solution with a negative coefficient is dropped: its boundary belongs to a face. What is returned are the local
// minima over each lattice. They are starting points, no more: the polish decides.
//
// Coefficients that are tied share a column; one that is held moves its column to the right-hand side. Where the
// options give a coefficient a box of its own, the small problem is solved within it.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/box_least_squares.hpp>
#include <scaling/fitting/exponent_columns.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/fitting/unrolled.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <sum_of_powers Law>
class screen {
 public:
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;

  /// Keeps a reference to both.
  screen(const power_sum_objective<Law>& f, const exponent_columns<Law>& columns)
      : f_(f), limits_(f.coordinates.limits()), columns_(columns), width_(columns.width()) {
    multiply();
  }

  /// A starting point in the coordinates of the problem; a vanished term has the coordinate -infinity. And the sum of
  /// squares of relative residuals there.
  struct start {
    vector y;
    T squares;
  };

  /// The fullest and lowest first: full sums, and sums without one term; if none of those has a minimum, sums of fewer.
  std::vector<start> starts() const {
    std::vector<start> result;
    const unsigned all = (1u << J) - 1, needed = bits_of([&](std::size_t j) {
                                          const std::size_t c = terms[j].coefficient;
                                          return limits_.held[c] || limits_.lower[c] > 0;  // these cannot vanish
                                        });
    for (int vanished = 0; vanished <= 1 || (result.empty() && vanished < int{J}); ++vanished)
      for (unsigned subset = all; subset > 0; --subset)
        if (int{J} - std::popcount(subset) == vanished && (subset & needed) == needed && ties_agree(subset))
          append_minima(subset, result);
    return result;
  }

 private:
  using pack = typename packs<T>::pack;
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t P = coefficient_count<Law>, J = terms.size(), none = term_place::none;
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  template <class Holds>
  static unsigned bits_of(Holds&& holds) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < J; ++j) bits |= unsigned{holds(j)} << j;
    return bits;
  }

  /// Coefficients that are tied vanish together.
  bool ties_agree(unsigned subset) const {
    for (std::size_t i = 0; i < J; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (limits_.leader[terms[i].coefficient] == limits_.leader[terms[j].coefficient] &&
            (subset >> i & 1) != (subset >> j & 1))
          return false;
    return true;
  }

  /// The inner products that the problems need: of columns of different terms, and of each column with itself.
  void multiply() {
    const std::size_t rows = columns_.rows();
    const auto* blocks = f_.columns().blocks.data();
    std::vector<pack> weighted(rows);
    product_.resize(width_ * width_);  // what stands between columns of one term is not asked for
    constexpr std::size_t at_once = 4;
    const auto products = [&](std::size_t a, std::size_t b, auto count) {
      // Two sums of each, over the even blocks and over the odd, that do not wait for each other.
      std::array<pack, 2 * count> sum{};
      const pack* y = columns_.column(b);
      const auto add = [&](std::size_t i, auto parity) {
        unrolled<count>([&](auto k) { sum[2 * k + parity] += weighted[i] * y[k * rows + i]; });
      };
      constexpr std::integral_constant<std::size_t, 0> even;
      constexpr std::integral_constant<std::size_t, 1> odd;
      for (std::size_t i = 0; i + 1 < rows; i += 2) add(i, even), add(i + 1, odd);
      if (rows % 2 != 0) add(rows - 1, even);
      unrolled<count>([&](auto k) {
        product_[a * width_ + b + k] = product_[(b + k) * width_ + a] = packs<T>::sum(sum[2 * k] + sum[2 * k + 1]);
      });
    };
    for (std::size_t j = 0; j <= J; ++j)
      for (std::size_t a = columns_.offset(j); a < (j < J ? columns_.offset(j + 1) : width_); ++a) {
        for (std::size_t i = 0; i < rows; ++i) weighted[i] = blocks[i].weight * columns_.column(a)[i];
        products(a, a, std::integral_constant<std::size_t, 1>{});
        std::size_t b = j < J ? columns_.offset(j + 1) : width_;
        for (; b + at_once <= width_; b += at_once) products(a, b, std::integral_constant<std::size_t, at_once>{});
        for (; b < width_; ++b) products(a, b, std::integral_constant<std::size_t, 1>{});
      }
  }

  /// The terms of a subset, and the lattice of the exponents that they have.
  struct lattice {
    std::array<std::size_t, J> which{};
    std::size_t size = 0, points = 1;
    std::array<std::size_t, P> axes{}, count{}, stride{};
    std::size_t dimensions = 0;
    std::array<std::array<std::size_t, P>, J> step{};  ///< of a term's column along each axis
  };

  lattice lattice_of(unsigned subset) const {
    lattice result;
    for (std::size_t j = 0; j < J; ++j)
      if ((subset >> j & 1) != 0) result.which[result.size++] = j;
    for (std::size_t axis = 0; axis < columns_.axes(); ++axis) {
      bool used = false;
      for (std::size_t i = 0; i < result.size; ++i) {
        std::size_t step = 1;
        for (std::size_t f = 0; f < 2; ++f) {
          if (terms[result.which[i]].factors[f].exponent == none) continue;
          if (columns_.axis_of(result.which[i], f) == axis) {
            result.step[i][result.dimensions] = step;
            used = true;
            break;
          }
          step *= columns_.points(columns_.axis_of(result.which[i], f));
        }
      }
      if (!used) continue;
      result.axes[result.dimensions] = axis;
      result.count[result.dimensions] = columns_.points(axis);
      result.stride[result.dimensions++] = result.points;
      result.points *= columns_.points(axis);
    }
    return result;
  }

  /// A point of a lattice, and the column of each term there.
  struct place {
    std::array<std::size_t, P> point{};
    std::array<std::size_t, J> row{};
  };

  place first_of(const lattice& at) const {
    place result;
    for (std::size_t i = 0; i < at.size; ++i) result.row[i] = columns_.offset(at.which[i]);
    return result;
  }

  static void advance(const lattice& at, place& here) {
    for (std::size_t d = 0; d < at.dimensions; ++d) {
      for (std::size_t i = 0; i < at.size; ++i) here.row[i] += at.step[i][d];
      if (++here.point[d] < at.count[d]) return;
      for (std::size_t i = 0; i < at.size; ++i) here.row[i] -= at.step[i][d] * at.count[d];
      here.point[d] = 0;
    }
  }

  /// The least squares problem of a lattice point. Returns the criterion but for a constant; infinity where the best
  /// coefficients are not all positive.
  T solve(const lattice& at, const place& here, std::array<T, J>& c) const {
    if (!f_.coordinates.is_straight()) return solve_constrained(at, here.point, here.row, c);
    T result = infinity;
    unrolled<J>([&](auto size) {
      if (at.size == size + 1) result = solve_plain<size + 1>(here.row, c);
    });
    return result;
  }

  /// By Cholesky's decomposition without roots, L D L^T.
  template <std::size_t Size>
  T solve_plain(const std::array<std::size_t, J>& row, std::array<T, J>& c) const {
    std::array<std::array<T, Size>, Size> l{}, ld{};  // L and L D
    std::array<T, Size> reciprocal{};                 // of D
    T gain = 0;
    for (std::size_t i = 0; i < Size; ++i) {
      const T* products = product_.data() + row[i] * width_;
      T rest = products[row[i]];
      c[i] = products[width_ - 1];
      for (std::size_t j = 0; j < i; ++j) {
        ld[i][j] = products[row[j]];
        for (std::size_t k = 0; k < j; ++k) ld[i][j] -= ld[i][k] * l[j][k];
        l[i][j] = ld[i][j] * reciprocal[j];
        rest -= l[i][j] * ld[i][j];
        c[i] -= l[i][j] * c[j];
      }
      // Collinear columns are no place to start from.
      if (!(rest > T(1e-10) * products[row[i]])) return infinity;
      reciprocal[i] = T(1) / rest;
      gain += c[i] * c[i] * reciprocal[i];
    }
    for (std::size_t i = Size; i-- > 0;) {
      c[i] *= reciprocal[i];
      for (std::size_t k = i + 1; k < Size; ++k) c[i] -= l[k][i] * c[k];
      if (!(c[i] > 0)) return infinity;
    }
    return -gain;
  }

  /// The same with coefficients that are held, tied or boxed.
  T solve_constrained(const lattice& at, const std::array<std::size_t, P>& point, const std::array<std::size_t, J>& row,
                      std::array<T, J>& c) const {
    // What a coefficient of 1 is in units of its column: the centred power over the typical loss.
    std::array<T, J> unit{};
    for (std::size_t i = 0; i < at.size; ++i) unit[i] = std::exp(log_unit(at, point, at.which[i]));
    box_least_squares<T, J> problem;
    std::array<std::size_t, J> group{};
    std::array<std::size_t, P> group_of;
    group_of.fill(none);
    for (std::size_t i = 0; i < at.size; ++i) {
      const std::size_t k = terms[at.which[i]].coefficient;
      if (limits_.held[k]) continue;
      std::size_t& g = group_of[limits_.leader[k]];
      if (g == none) {
        g = problem.size++;
        problem.lower[g] = limits_.lower[k];
        problem.upper[g] = limits_.upper[k];
      }
      group[i] = g;
    }
    T constant = 0;
    const auto held = [&](std::size_t i) { return limits_.held[terms[at.which[i]].coefficient]; };
    const auto value = [&](std::size_t i) { return limits_.value[terms[at.which[i]].coefficient] * unit[i]; };
    for (std::size_t i = 0; i < at.size; ++i) {
      const T* products = product_.data() + row[i] * width_;
      if (held(i))
        constant -= 2 * value(i) * products[width_ - 1];
      else
        problem.right[group[i]] += unit[i] * products[width_ - 1];
      for (std::size_t j = 0; j < at.size; ++j) {
        if (held(i) && held(j))
          constant += value(i) * value(j) * products[row[j]];
        else if (held(j))
          problem.right[group[i]] -= unit[i] * value(j) * products[row[j]];
        else if (!held(i))
          problem.gram[group[i]][group[j]] += unit[i] * unit[j] * products[row[j]];
      }
    }
    const T result = problem.solve();
    for (std::size_t i = 0; i < at.size; ++i) c[i] = held(i) ? value(i) : problem.x[group[i]] * unit[i];
    return constant + result;
  }

  /// log of a term with coefficient 1 at the centre of its bases, over the typical loss.
  T log_unit(const lattice& at, const std::array<std::size_t, P>& point, std::size_t j) const {
    T result = -f_.coordinates.centres().loss;
    for (std::size_t f = 0; f < 2; ++f)
      if (terms[j].factors[f].exponent != none)
        result -=
            exponent(at, point, columns_.axis_of(j, f)) * f_.coordinates.centres().centre[terms[j].factors[f].column];
    return result;
  }

  T exponent(const lattice& at, const std::array<std::size_t, P>& point, std::size_t axis) const {
    for (std::size_t d = 0; d < at.dimensions; ++d)
      if (at.axes[d] == axis) return columns_.exponent(axis, point[d]);
    return columns_.exponent(axis, 0);
  }

  /// Appends the local minima over the lattice of a subset of the terms, one bit each, the lowest first.
  void append_minima(unsigned subset, std::vector<start>& result) const {
    const lattice at = lattice_of(subset);
    std::array<T, J> c{};
    std::vector<T> value(at.points);
    place here = first_of(at);
    for (std::size_t index = 0; index < at.points; ++index, advance(at, here)) value[index] = solve(at, here, c);
    std::vector<std::pair<T, place>> lowest;
    here = first_of(at);
    for (std::size_t index = 0; index < at.points; ++index, advance(at, here))
      if (value[index] < infinity && is_lowest(at, value, index, here.point)) {
        auto after = lowest.end();  // in order: they are few
        while (after != lowest.begin() && value[index] < std::prev(after)->first) --after;
        lowest.insert(after, {value[index], here});
      }
    for (const auto& [squares, there] : lowest) {
      (void)solve(at, there, c);
      vector x = vector::Zero();
      for (const auto& term : terms) x[static_cast<int>(term.coefficient)] = -infinity;
      for (std::size_t i = 0; i < at.size; ++i) {
        const auto& term = terms[at.which[i]];
        x[static_cast<int>(term.coefficient)] = std::log(c[i]);
        for (std::size_t f = 0; f < 2; ++f)
          if (term.factors[f].exponent != none)
            x[static_cast<int>(term.factors[f].exponent)] =
                exponent(at, there.point, columns_.axis_of(at.which[i], f)) *
                f_.coordinates.centres().spread[term.factors[f].exponent];
      }
      result.push_back({f_.coordinates.of_terms(x), product_.back() + squares});
    }
  }

  /// Whether no neighbour, which differs by at most one in each direction of the lattice, is lower. Ties belong to the
  /// first.
  static bool is_lowest(const lattice& at, const std::vector<T>& value, std::size_t index,
                        const std::array<std::size_t, P>& here) {
    for (std::size_t d = 0; d < at.dimensions; ++d)  // those along one axis first: they tell mostly
      if ((here[d] > 0 && value[index - at.stride[d]] <= value[index]) ||
          (here[d] + 1 < at.count[d] && value[index + at.stride[d]] < value[index]))
        return false;
    std::size_t moves = 1;
    for (std::size_t d = 0; d < at.dimensions; ++d) moves *= 3;
    for (std::size_t move = 0; move < moves; ++move) {
      std::size_t other = index, digits = move;
      bool inside = true;
      for (std::size_t d = 0; d < at.dimensions; ++d, digits /= 3) {
        const std::size_t there = here[d] + digits % 3;  // one more than the neighbour's place
        inside = inside && there >= 1 && there <= at.count[d];
        other += (there - here[d] - 1) * at.stride[d];
      }
      if (inside && other != index && (other < index ? value[index] >= value[other] : value[index] > value[other]))
        return false;
    }
    return true;
  }

  const power_sum_objective<Law>& f_;
  const constraints<Law>& limits_;
  const exponent_columns<Law>& columns_;
  std::size_t width_;
  std::vector<T> product_;
};

/// Where a search begins, with the best of the usual exponents first. A single exponent is looked for over all of its
/// box too: that is cheap, and the optimum of noisy runs may be far out.
template <sum_of_powers Law>
auto screened_starts(const power_sum_objective<Law>& f) {
  using columns = exponent_columns<Law>;
  const columns usual(f);
  auto result = screen<Law>(f, usual).starts();
  if (usual.open_axes() == 1) {
    const columns all(f, columns::reach::box_finely);
    const auto more = screen<Law>(f, all).starts();
    result.insert(result.end(), more.begin(), more.end());
  }
  return result;
}

}  // namespace scaling::detail
