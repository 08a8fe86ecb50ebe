// Whether runs determine the coefficients of a law: the singular values of the Jacobian of its log predictions.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <Eigen/SVD>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <scaling/core/dual.hpp>
#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// d log law(x_i) / d coordinate_k, by columns: what each coefficient does to each prediction.
template <loss_model Law>
auto log_jacobian(const fit_problem<Law>& problem, const typename fit_problem<Law>::vector& x) {
  using T = typename Law::real_type;
  constexpr std::size_t P = coefficient_count<Law>;
  using jet = dual<T, P>;
  std::array<jet, P> variables;
  for (std::size_t k = 0; k < P; ++k) variables[k] = jet::variable(x[static_cast<int>(k)], k);
  const auto law = problem.coordinates.law_at(variables);
  std::array<std::vector<T>, P> columns;
  for (const auto& run : problem.runs) {
    const jet predicted = law(run_at<Law>(run));
    for (std::size_t k = 0; k < P; ++k) columns[k].push_back(predicted.gradient[k] / predicted.value);
  }
  return columns;
}

/// The smallest over the largest singular value of the Jacobian over the coefficients `counted`, each column scaled to
/// unit length. 0 if a column vanishes: that coefficient has no effect on any run.
///
/// The Jacobian, not the Hessian of the objective, to which under Huber's criterion only the quadratic zone
/// contributes. Triangularised by modified Gram-Schmidt, whose R is as good as Householder's, and then a P x P problem.
template <loss_model Law>
typename Law::real_type singular_ratio(const fit_problem<Law>& problem, const typename fit_problem<Law>::vector& x,
                                       const std::array<bool, coefficient_count<Law>>& counted) {
  using T = typename Law::real_type;
  constexpr std::size_t P = coefficient_count<Law>;
  auto columns = log_jacobian(problem, x);
  for (auto& column : columns)
    for (std::size_t i = 0; i < column.size(); ++i) column[i] *= std::sqrt(problem.runs[i].weight);

  const auto dot = [](const std::vector<T>& a, const std::vector<T>& b) {
    T sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  const auto divide = [](std::vector<T>& a, T by) {
    for (T& value : a) value /= by;
  };
  T longest = 0;
  for (std::size_t k = 0; k < P; ++k)
    if (counted[k]) longest = std::max(longest, std::sqrt(dot(columns[k], columns[k])));
  typename fit_problem<Law>::matrix triangle = fit_problem<Law>::matrix::Zero();
  int size = 0;
  for (std::size_t k = 0; k < P; ++k) {
    if (!counted[k]) continue;
    const T length = std::sqrt(dot(columns[k], columns[k]));
    if (!(length > 64 * std::numeric_limits<T>::epsilon() * longest)) return 0;  // no more than the rounding of logs
    divide(columns[k], length);
    for (std::size_t j = 0; j < k; ++j) {
      if (!counted[j]) continue;
      const T along = triangle(static_cast<int>(j), static_cast<int>(k)) = dot(columns[j], columns[k]);
      for (std::size_t i = 0; i < columns[k].size(); ++i) columns[k][i] -= along * columns[j][i];
    }
    const T rest = triangle(static_cast<int>(k), static_cast<int>(k)) = std::sqrt(dot(columns[k], columns[k]));
    if (rest > 0) divide(columns[k], rest);
    ++size;
  }
  if (size == 0) return 0;
  // Columns that are not counted are zero and add singular values of 0 behind those of interest.
  const auto values = Eigen::JacobiSVD<typename fit_problem<Law>::matrix>(triangle).singularValues();
  return values[size - 1] / values[0];
}

}  // namespace scaling::detail
