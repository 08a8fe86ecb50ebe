// The eigenvalues and eigenvectors by which a fit is judged.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>

#include <Eigen/Core>

#include <scaling/fitting/identification.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

template <class T>
using matrix = Eigen::Matrix<T, 5, 5>;

/// A B^T of 5 x `rank` numbers: symmetric, with that many eigenvalues that are not 0 if B is A.
template <class T>
matrix<T> gram(support::random_numbers& random, int rank, double spread) {
  Eigen::Matrix<T, 5, Eigen::Dynamic> a(5, rank);
  for (int k = 0; k < rank; ++k)
    for (int i = 0; i < 5; ++i)
      a(i, k) = static_cast<T>(random.between(-1, 1) * std::pow(10, -spread * static_cast<double>(k)));
  return a * a.transpose();
}

}  // namespace

TEMPLATE_TEST_CASE("Eigenvalues and eigenvectors are those of the matrix, the largest first", "", float, double,
                   long double) {
  using T = TestType;
  constexpr T rounding = 64 * std::numeric_limits<T>::epsilon();
  support::random_numbers random(83);
  for (int i = 0; i < 300; ++i) {
    const matrix<T> a = gram<T>(random, 1 + i % 5, random.between(0, 3));
    const scaling::detail::symmetric_eigen<matrix<T>> eigen(a);
    const T size = a.norm();
    CHECK((a * eigen.vectors - eigen.vectors * eigen.values.asDiagonal()).norm() <= rounding * size);
    CHECK((eigen.vectors.transpose() * eigen.vectors - matrix<T>::Identity()).norm() <= rounding);
    for (int k = 1; k < 5; ++k) CHECK(eigen.values[k] <= eigen.values[k - 1]);
    for (int k = 1 + i % 5; k < 5; ++k) CHECK(std::abs(eigen.values[k]) <= rounding * size);
  }
}

TEST_CASE("A matrix that is diagonal, or nothing, keeps its axes") {
  const matrix<double> nothing = matrix<double>::Zero();
  CHECK(scaling::detail::symmetric_eigen<matrix<double>>(nothing).vectors == matrix<double>::Identity());
  matrix<double> diagonal = matrix<double>::Zero();
  diagonal.diagonal() << 1, 5, 0, 3, 2;
  const scaling::detail::symmetric_eigen<matrix<double>> eigen(diagonal);
  for (int k = 0; k < 5; ++k)
    CHECK((diagonal * eigen.vectors.col(k) - eigen.values[k] * eigen.vectors.col(k)).norm() == 0);
  CHECK(eigen.values[0] == 5);
  CHECK(eigen.values[4] == 0);
}
