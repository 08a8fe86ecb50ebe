// Where a search begins: all of the exponents at once on a lattice, the best coefficients for each by linear algebra.
// SPDX-License-Identifier: BSL-1.0
//
// Given its exponents, a sum of powers is linear in its coefficients c. Relative residuals law(x)/L - 1, to first order
// those of logs, make the best c a small least-squares problem
//
//   minimise |Phi c - 1|^2,  Phi_ij = base_ij^-exponent_j / L_i       (plain residuals: no division, L_i for 1)
//
// and all problems of a lattice share their inner products: for Chinchilla's law 25 columns, 12 for each exponent, give
// the 12 x 12 problems of size 3. A term may also vanish, so the faces on which one is 0 are screened on their own, and
// a solution with a negative coefficient is dropped: its boundary belongs to a face. What is returned are the local
// minima over each lattice. They are starting points, no more: the polish decides.
#pragma once

#include <Eigen/Core>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <sum_of_powers Law>
class screen {
 public:
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;

  explicit screen(const fit_problem<Law>& problem) : problem_(problem), loss_unit_(problem.runs.front().loss) {
    multiply(columns());
  }

  /// Starting points in the coordinates of the problem; a vanished term has the coordinate -infinity.
  std::vector<vector> starts() const {
    std::vector<vector> result;
    for (int vanished = 0; vanished <= 1 || (result.empty() && vanished < int{J}); ++vanished)
      for (unsigned subset = 1; subset < 1u << J; ++subset)
        if (std::popcount(subset) + vanished == int{J}) append_minima(subset, result);
    return result;
  }

 private:
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t J = terms.size(), density = 12, none = term_place::none;
  static constexpr int lanes = 8;
  using pack = Eigen::Array<T, lanes, 1>;
  using column = std::vector<pack>;

  /// Lattice points of term j: a term without exponent has one.
  static constexpr std::size_t count(std::size_t j) { return terms[j].exponent == none ? 1 : density; }

  /// The first column of each term, and behind them the right-hand side.
  static constexpr std::array<std::size_t, J + 1> offset = [] {
    std::array<std::size_t, J + 1> first{};
    for (std::size_t j = 0; j < J; ++j) first[j + 1] = first[j] + count(j);
    return first;
  }();
  static constexpr std::size_t width = offset[J] + 1;

  /// The k-th exponent of term j: the middle of the k-th part of the range of its starts.
  static T exponent(std::size_t j, std::size_t k) {
    const auto range = Law::coefficients()[terms[j].exponent].starts;
    return T(range.from + (range.to - range.from) * (static_cast<double>(k) + 0.5) / double(density));
  }

  /// Phi, term after term, lattice point after lattice point, and the right-hand side last; rows weighted.
  std::vector<column> columns() const {
    const auto& runs = problem_.runs;
    std::vector<column> result;
    const auto fill = [&](auto&& entry) {
      column c((runs.size() + lanes - 1) / lanes, pack::Zero());
      for (std::size_t i = 0; i < runs.size(); ++i) c[i / lanes][static_cast<int>(i % lanes)] = entry(runs[i]);
      result.push_back(std::move(c));
    };
    const bool relative = problem_.residual == residual::log;
    const auto unit = [&](const auto& run) {
      return std::sqrt(run.weight) / (relative ? run.loss / loss_unit_ : T(1));
    };
    for (std::size_t j = 0; j < J; ++j) {
      fill(unit);
      if (terms[j].exponent == none) continue;
      // Equally spaced exponents: each column is the one before times the same factor.
      const std::size_t b = terms[j].input;
      const auto power = [&](T e) {
        column c((runs.size() + lanes - 1) / lanes, pack::Ones());
        for (std::size_t i = 0; i < runs.size(); ++i) {
          const T z = problem_.coordinates.standardised(b, runs[i].inputs[b]) * problem_.coordinates.spread(b);
          c[i / lanes][static_cast<int>(i % lanes)] = std::exp(-e * z);
        }
        return c;
      };
      const column first = power(exponent(j, 0)), factor = power(exponent(j, 1) - exponent(j, 0));
      for (std::size_t i = 0; i < first.size(); ++i) result.back()[i] *= first[i];
      for (std::size_t k = 1; k < density; ++k) {
        result.push_back(result.back());
        for (std::size_t i = 0; i < factor.size(); ++i) result.back()[i] *= factor[i];
      }
    }
    fill([&](const auto& run) { return unit(run) * (run.loss / loss_unit_); });
    return result;
  }

  /// The inner products that the problems need: of columns of different terms, and of each column with itself.
  void multiply(const std::vector<column>& phi) {
    product_.assign(width * width, T(0));
    const auto dot = [&](std::size_t a, std::size_t b) {
      pack sum = pack::Zero();
      for (std::size_t i = 0; i < phi[a].size(); ++i) sum += phi[a][i] * phi[b][i];
      product_[a * width + b] = product_[b * width + a] = sum.sum();
    };
    for (std::size_t j = 0; j < J; ++j)
      for (std::size_t a = offset[j]; a < offset[j + 1]; ++a) {
        dot(a, a);
        for (std::size_t b = offset[j + 1]; b < width; ++b) dot(a, b);
      }
  }

  /// The least squares problem of the terms in `which`, at one lattice point each. Returns the criterion but for a
  /// constant; infinity where the best coefficients are not all positive.
  T solve(const std::array<std::size_t, J>& which, const std::array<std::size_t, J>& point, std::size_t size,
          std::array<T, J>& c) const {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    std::array<std::array<T, J>, J> l{};
    T gain = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t row = offset[which[i]] + point[i];
      c[i] = product_[row * width + width - 1];
      for (std::size_t j = 0; j <= i; ++j) {
        T sum = product_[row * width + offset[which[j]] + point[j]];
        for (std::size_t k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
        if (j < i) {
          l[i][j] = sum / l[j][j];
          c[i] -= l[i][j] * c[j];
        } else {
          // Collinear columns are no place to start from.
          if (!(sum > T(1e-10) * product_[row * width + row])) return infinity;
          l[i][i] = std::sqrt(sum);
          c[i] /= l[i][i];
        }
      }
      gain += c[i] * c[i];
    }
    for (std::size_t i = size; i-- > 0;) {
      for (std::size_t k = i + 1; k < size; ++k) c[i] -= l[k][i] * c[k];
      c[i] /= l[i][i];
      if (!(c[i] > 0)) return infinity;
    }
    return -gain;
  }

  /// Appends the local minima over the lattice of a subset of the terms, one bit each.
  void append_minima(unsigned subset, std::vector<vector>& result) const {
    std::array<std::size_t, J> which{}, stride{};
    std::size_t size = 0, points = 1;
    for (std::size_t j = 0; j < J; ++j)
      if ((subset >> j & 1) != 0) {
        which[size] = j;
        stride[size++] = points;
        points *= count(j);
      }
    const auto place = [&](std::size_t index) {
      std::array<std::size_t, J> point{};
      for (std::size_t i = 0; i < size; ++i) point[i] = index / stride[i] % count(which[i]);
      return point;
    };
    std::array<T, J> c{};
    std::vector<T> value(points);
    for (std::size_t index = 0; index < points; ++index) value[index] = solve(which, place(index), size, c);

    for (std::size_t index = 0; index < points; ++index) {
      if (!(value[index] < std::numeric_limits<T>::infinity())) continue;
      // A neighbour differs by at most one in each direction of the lattice. Ties belong to the first.
      const auto here = place(index);
      std::size_t moves = 1;
      for (std::size_t i = 0; i < size; ++i) moves *= 3;
      bool lowest = true;
      for (std::size_t move = 0; move < moves && lowest; ++move) {
        std::size_t other = index, digits = move;
        bool inside = true;
        for (std::size_t i = 0; i < size; ++i, digits /= 3) {
          const std::size_t there = here[i] + digits % 3;  // one more than the neighbour's place
          inside = inside && there >= 1 && there <= count(which[i]);
          other += (there - here[i] - 1) * stride[i];
        }
        if (inside && other != index)
          lowest = other < index ? value[index] < value[other] : value[index] <= value[other];
      }
      if (!lowest) continue;
      (void)solve(which, here, size, c);
      vector x = vector::Zero();
      for (const auto& term : terms) x[static_cast<int>(term.coefficient)] = -std::numeric_limits<T>::infinity();
      for (std::size_t i = 0; i < size; ++i) {
        const auto& term = terms[which[i]];
        x[static_cast<int>(term.coefficient)] = std::log(c[i]) + std::log(loss_unit_);
        if (term.exponent != none)
          x[static_cast<int>(term.exponent)] = exponent(which[i], here[i]) * problem_.coordinates.spread(term.input);
      }
      result.push_back(x);
    }
  }

  const fit_problem<Law>& problem_;
  T loss_unit_;  ///< losses are divided by it, or the squares of very large or small ones would leave the range of T
  std::vector<T> product_;
};

}  // namespace scaling::detail
