// What the minimisers do with whole vectors, in plain loops: an expression of Eigen's costs a compiler many times more.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

namespace scaling::detail {

/// max_i |v_i|
template <class Vector>
typename Vector::Scalar largest(const Vector& v) {
  typename Vector::Scalar result = 0;
  for (Eigen::Index i = 0; i < v.size(); ++i) result = std::max(result, std::abs(v[i]));
  return result;
}

template <class Vector>
bool all_finite(const Vector& v) {
  for (Eigen::Index i = 0; i < v.size(); ++i)
    if (!std::isfinite(v[i])) return false;
  return true;
}

/// As many of `value` as `like` has numbers.
template <class Vector>
Vector filled(const Vector& like, typename Vector::Scalar value) {
  Vector result = like;
  for (Eigen::Index i = 0; i < result.size(); ++i) result[i] = value;
  return result;
}

/// to = a - b
template <class Vector>
void subtract(const Vector& a, const Vector& b, Vector& to) {
  for (Eigen::Index i = 0; i < a.size(); ++i) to[i] = a[i] - b[i];
}

/// v := factor v
template <class Vector>
void multiply(typename Vector::Scalar factor, Vector& v) {
  for (Eigen::Index i = 0; i < v.size(); ++i) v[i] *= factor;
}

}  // namespace scaling::detail
