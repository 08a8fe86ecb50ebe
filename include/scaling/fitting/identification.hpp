// Whether runs determine the coefficients of a law: the singular values of the Jacobian of its log predictions.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// A direction in the space of coefficients, by the law's table: of the log of a log-scaled coefficient, of any other
/// itself. The largest component is 1.
template <loss_model Law>
using coefficient_direction = std::array<typename Law::real_type, coefficient_count<Law>>;

namespace detail {

/// The eigenvalues of a symmetric matrix, the largest first, and its eigenvectors as columns: Jacobi's rotations.
template <class Matrix>
struct symmetric_eigen {
  using T = typename Matrix::Scalar;
  static constexpr int n = Matrix::RowsAtCompileTime;
  Eigen::Matrix<T, n, 1> values;
  Matrix vectors;

  explicit symmetric_eigen(Matrix a) {
    constexpr int sweeps = 30;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) vectors(i, j) = T(i == j);
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      T off = 0, on = 0;
      for (int i = 0; i < n; ++i) {
        on += a(i, i) * a(i, i);
        for (int j = 0; j < i; ++j) off += a(i, j) * a(i, j);
      }
      if (!(off > on * std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon())) break;
      for (int i = 1; i < n; ++i)
        for (int j = 0; j < i; ++j)
          if (a(i, j) != 0) rotate(a, i, j);
    }
    for (int i = 0; i < n; ++i) values[i] = a(i, i);
    for (int i = 0; i < n; ++i) {  // in order
      int largest = i;
      for (int j = i + 1; j < n; ++j)
        if (values[j] > values[largest]) largest = j;
      std::swap(values[i], values[largest]);
      for (int k = 0; k < n; ++k) std::swap(vectors(k, i), vectors(k, largest));
    }
  }

 private:
  /// Makes a(i, j) zero.
  void rotate(Matrix& a, int i, int j) {
    const T theta = (a(j, j) - a(i, i)) / (2 * a(i, j));
    const T t = (theta < 0 ? T(-1) : T(1)) / (std::abs(theta) + std::hypot(theta, T(1)));
    const T c = 1 / std::hypot(t, T(1)), s = t * c;
    for (int k = 0; k < n; ++k) {
      const T x = a(k, i), y = a(k, j);
      a(k, i) = c * x - s * y;
      a(k, j) = s * x + c * y;
    }
    for (int k = 0; k < n; ++k) {
      const T x = a(i, k), y = a(j, k);
      a(i, k) = c * x - s * y;
      a(j, k) = s * x + c * y;
      const T v = vectors(k, i), w = vectors(k, j);
      vectors(k, i) = c * v - s * w;
      vectors(k, j) = s * v + c * w;
    }
    a(i, j) = a(j, i) = 0;
  }
};

/// What the runs leave open.
template <loss_model Law>
struct identification {
  typename Law::real_type singular_ratio = 0;  ///< smallest over largest singular value; 0 if a column has vanished, 1
                                               ///< if there is none
  int counted = 0, rank = 0;  ///< coefficients that the runs could determine, and directions that they do
  std::vector<coefficient_direction<Law>> undetermined;
};

/// The singular values of the Jacobian over the coordinates `counted`, each column scaled to unit length.
///
/// The Jacobian, not the Hessian of the objective, to which under Huber's criterion only the quadratic zone
/// contributes. From its Gram matrix, in which the square of a ratio of 1e-6 is still far above rounding.
template <class Objective, loss_model Law>
identification<Law> identify(const Objective& f, const typename fit_problem<Law>::vector& y,
                             const std::array<bool, coefficient_count<Law>>& counted) {
  using T = typename Law::real_type;
  constexpr std::size_t P = coefficient_count<Law>;
  constexpr T smallest = T(1e-12);  // of the square of a ratio
  using matrix = typename fit_problem<Law>::matrix;
  const auto at = [](std::size_t k) { return static_cast<int>(k); };

  const matrix gram = f.log_gram(y), natural = f.coordinates.natural_slopes();
  identification<Law> result;
  // The effect of a coefficient, squared: of an e-fold of it, of an exponent by itself, or of as much as there is of what
  // may have units. It is none beside the largest, or beside an e-fold of all losses.
  const auto effect = [&](std::size_t k) {
    const bool relative = !sum_of_powers<Law> && Law::coefficients()[k].scale == scale::linear && y[at(k)] != 0;
    return gram(at(k), at(k)) * (relative ? y[at(k)] * y[at(k)] : T(1));
  };
  T longest = 0;
  for (const auto& run : f.runs) longest += run.weight / (run.sigma * run.sigma);
  for (std::size_t k = 0; k < P; ++k) {
    result.counted += counted[k];
    if (counted[k]) longest = std::max(longest, effect(k));
  }
  const T rounding = 64 * std::numeric_limits<T>::epsilon();
  std::array<T, P> length{};
  const auto direction = [&](const auto& component) {
    coefficient_direction<Law> d{};
    T largest = 0;
    for (std::size_t i = 0; i < P; ++i) {
      for (std::size_t k = 0; k < P; ++k) d[i] += natural(at(i), at(k)) * component(k);
      if (std::abs(d[i]) > std::abs(largest)) largest = d[i];
    }
    for (T& one : d) one /= largest;
    result.undetermined.push_back(d);
  };
  matrix scaled = matrix::Zero();
  int size = 0;
  for (std::size_t k = 0; k < P; ++k) {
    if (!counted[k]) continue;
    if (!(effect(k) > rounding * rounding * longest)) {  // no more than the rounding of logs
      direction([&](std::size_t i) { return T(i == k); });
      continue;
    }
    length[k] = std::sqrt(gram(at(k), at(k)));
    ++size;
  }
  for (std::size_t k = 0; k < P; ++k)
    for (std::size_t l = 0; l < P; ++l)
      if (length[k] > 0 && length[l] > 0)
        scaled(at(k), at(l)) = gram(at(k), at(l)) / (length[k] * length[l]);
      else if (k == l)
        scaled(at(k), at(k)) = -1;  // what is not counted comes last
  if (result.counted == 0) result.singular_ratio = 1;
  if (size == 0) return result;
  const symmetric_eigen<matrix> eigen(scaled);
  for (int i = 0; i < size; ++i) {
    if (eigen.values[i] > smallest * eigen.values[0]) {
      ++result.rank;
      continue;
    }
    direction([&](std::size_t k) { return length[k] > 0 ? eigen.vectors(at(k), i) / length[k] : T(0); });
  }
  if (size == result.counted)
    result.singular_ratio = std::sqrt(std::max(T(0), eigen.values[size - 1]) / eigen.values[0]);
  return result;
}

}  // namespace detail
}  // namespace scaling
