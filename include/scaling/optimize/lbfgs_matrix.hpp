// The limited-memory BFGS matrix B = theta I - W M W^T in compact form, and Newton steps with its free-variable block.
// R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, SIAM J. Sci. Comput. 16 (1995) 1190, "BLNZ" below.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/Core>

namespace scaling::detail {

/// A few numbers, on the stack.
template <class T, int Capacity>
struct small_vector {
  T values[Capacity];

  T& operator[](int i) { return values[i]; }
  const T& operator[](int i) const { return values[i]; }
};

/// The factors U^T Delta U of a symmetric matrix with negative pivots in its first half and positive ones in the
/// second. Such a matrix needs no pivoting (R. J. Vanderbei, SIAM J. Optim. 5 (1995) 100).
template <class T, int Capacity>
struct quasidefinite {
  using vector = small_vector<T, Capacity>;

  /// Before `factor` the upper triangle of the matrix; after it U, with Delta in place of the diagonal of ones.
  T u[Capacity][Capacity];
  int size = 0;

  /// False if a pivot has the wrong sign: rounding has won.
  bool factor() {
    for (int p = 0; p < size; ++p) {
      const T pivot = u[p][p];
      if (!(2 * p < size ? pivot < 0 : pivot > 0)) return false;
      for (int i = p + 1; i < size; ++i) {
        if (u[p][i] == 0) continue;
        const T ratio = u[p][i] / pivot;
        for (int j = i; j < size; ++j) u[i][j] -= ratio * u[p][j];
        u[p][i] = ratio;
      }
    }
    return true;
  }

  /// v := U^-T v
  void forward(vector& v) const {
    for (int p = 0; p < size; ++p)
      for (int j = p + 1; j < size; ++j) v[j] -= u[p][j] * v[p];
  }

  /// v := U^-1 Delta^-1 v
  void backward(vector& v) const {
    for (int p = size; p-- > 0;) {
      v[p] /= u[p][p];
      for (int j = p + 1; j < size; ++j) v[p] -= u[p][j] * v[j];
    }
  }
};

/// B = theta I - W M W^T with W = [Y, theta S] and M^-1 = [[-D, L^T], [L, theta S^T S]] (BLNZ eqs. 3.2 to 3.6). The
/// pairs are scaled to s^T y = 1, which B does not notice: D = I, and no threshold depends on the units of f or x.
template <class Vector, int Memory>
class lbfgs_matrix {
 public:
  using T = typename Vector::Scalar;
  using index = Eigen::Index;
  using features = small_vector<T, 2 * Memory>;  ///< W^T v and the like; the first 2 pairs() entries count
  using mask = Eigen::Array<bool, Vector::SizeAtCompileTime, 1, 0, Vector::MaxSizeAtCompileTime, 1>;

  explicit lbfgs_matrix(index n) : S_(n, Memory), Y_(n, Memory) {}

  T theta() const { return theta_; }
  int pairs() const { return pairs_; }

  /// B = theta I.
  void reset(T theta) {
    theta_ = theta;
    pairs_ = oldest_ = 0;
  }

  /// Puts s = step, y = change of the gradient in the place of the oldest pair, and theta = y^T y / s^T y. False if
  /// there is no positive curvature in them, beyond what rounding may feign: then they are left out.
  bool update(const Vector& s, const Vector& y) {
    const T sy = s.dot(y), yy = y.dot(y), theta = yy / sy;
    if (!(sy > std::numeric_limits<T>::epsilon() * std::sqrt(s.dot(s)) * std::sqrt(yy)) || !std::isfinite(theta))
      return false;
    const int slot = pairs_ < Memory ? pairs_++ : std::exchange(oldest_, (oldest_ + 1) % Memory);
    const T scale = 1 / std::sqrt(sy);
    for (index i = 0; i < s.size(); ++i) S_(i, slot) = scale * s[i], Y_(i, slot) = scale * y[i];
    theta_ = theta;
    for (int j = 0; j < pairs_; ++j) ss_[slot][j] = yy_[slot][j] = sy_[slot][j] = sy_[j][slot] = 0;
    for (index i = 0; i < s.size(); ++i) {
      const T si = S_(i, slot), yi = Y_(i, slot);
      for (int j = 0; j < pairs_; ++j) {
        ss_[slot][j] += si * S_(i, j);
        yy_[slot][j] += yi * Y_(i, j);
        sy_[slot][j] += si * Y_(i, j);
        if (j != slot) sy_[j][slot] += S_(i, j) * yi;
      }
    }
    for (int j = 0; j < pairs_; ++j) ss_[j][slot] = ss_[slot][j], yy_[j][slot] = yy_[slot][j];
    return true;
  }

  /// Factors M^-1 = U^T Delta U, which the next four need. False if rounding has spoilt the matrix.
  bool factor() {
    middle_.size = 2 * pairs_;
    for (int p = 0; p < pairs_; ++p) {
      for (int q = p; q < pairs_; ++q) {
        middle_.u[p][q] = p == q ? T(-1) : T(0);
        middle_.u[pairs_ + p][pairs_ + q] = theta_ * ss_[p][q];
      }
      for (int q = 0; q < pairs_; ++q) middle_.u[p][pairs_ + q] = younger(q, p) ? sy_[q][p] : T(0);
    }
    return middle_.factor();
  }

  /// U^-T W^T v: in these coordinates W M W^T is diagonal.
  features image(const Vector& v) const {
    features product = transposed_product(v);
    middle_.forward(product);
    return product;
  }

  /// The image of the i-th unit vector.
  features image(index i) const {
    features row;
    for (int j = 0; j < pairs_; ++j) row[j] = Y_(i, j), row[pairs_ + j] = theta_ * S_(i, j);
    middle_.forward(row);
    return row;
  }

  /// v^T W M W^T w of two images.
  T inner(const features& v, const features& w) const {
    T sum = 0;
    for (int j = 0; j < 2 * pairs_; ++j) sum += v[j] * w[j] / middle_.u[j][j];
    return sum;
  }

  /// B z, given the image of z.
  void multiply(const Vector& z, features image, Vector& product) const {
    middle_.backward(image);
    for (index i = 0; i < z.size(); ++i) product[i] = theta_ * z[i] - row_product(i, image);
  }

  /// r := -B_FF^-1 r over the free coordinates F; r is 0 elsewhere. By Sherman, Morrison and Woodbury (BLNZ eq. 5.11)
  /// B_FF^-1 = (I + W_F K^-1 W_F^T / theta) / theta with K = M^-1 - W_F^T W_F / theta. False as in `factor`.
  bool newton_step(const mask& free, Vector& r) {
    if (!factor_reduced(free)) return false;
    features v = transposed_product(r);
    reduced_.forward(v);
    reduced_.backward(v);
    for (index i = 0; i < r.size(); ++i)
      if (free[i]) r[i] = -(r[i] + row_product(i, v) / theta_) / theta_;
    return true;
  }

 private:
  using columns =
      Eigen::Matrix<T, Vector::SizeAtCompileTime, Memory, Eigen::RowMajor, Vector::MaxSizeAtCompileTime, Memory>;

  /// Whether the pair in slot a is younger than that in slot b: the slots form a ring.
  bool younger(int a, int b) const { return (a < oldest_) == (b < oldest_) ? a > b : a < oldest_; }

  /// W^T v
  features transposed_product(const Vector& v) const {
    features product;
    for (int j = 0; j < 2 * pairs_; ++j) product[j] = 0;
    for (index i = 0; i < v.size(); ++i) {
      const T y = v[i], s = theta_ * v[i];
      if (y == 0) continue;
      for (int j = 0; j < pairs_; ++j) product[j] += y * Y_(i, j);
      for (int j = 0; j < pairs_; ++j) product[pairs_ + j] += s * S_(i, j);
    }
    return product;
  }

  /// (W v)_i
  T row_product(index i, const features& v) const {
    T y = 0, s = 0;
    for (int j = 0; j < pairs_; ++j) y += Y_(i, j) * v[j], s += S_(i, j) * v[pairs_ + j];
    return y + theta_ * s;
  }

  /// K = [[-I - Y_F^T Y_F / theta, .], [L - S_F^T Y_F, theta S_A^T S_A]] from the sums over all coordinates and those
  /// over the others than the free ones, A, which are few as a rule.
  bool factor_reduced(const mask& free) {
    reduced_.size = 2 * pairs_;
    auto& k = reduced_.u;
    for (int p = 0; p < pairs_; ++p) {
      for (int q = p; q < pairs_; ++q) {
        k[p][q] = -yy_[p][q] / theta_ - (p == q ? T(1) : T(0));
        k[pairs_ + p][pairs_ + q] = 0;
      }
      for (int q = 0; q < pairs_; ++q) k[p][pairs_ + q] = younger(q, p) ? T(0) : -sy_[q][p];
    }
    for (index i = 0; i < free.size(); ++i) {
      if (free[i]) continue;
      for (int p = 0; p < pairs_; ++p) {
        const T y = Y_(i, p), s = theta_ * S_(i, p);
        for (int q = p; q < pairs_; ++q) {
          k[p][q] += y / theta_ * Y_(i, q);
          k[pairs_ + p][pairs_ + q] += s * S_(i, q);
        }
        for (int q = 0; q < pairs_; ++q) k[p][pairs_ + q] += y * S_(i, q);
      }
    }
    return reduced_.factor();
  }

  columns S_, Y_;
  T ss_[Memory][Memory], yy_[Memory][Memory], sy_[Memory][Memory];  // S^T S, Y^T Y, S^T Y
  quasidefinite<T, 2 * Memory> middle_, reduced_;
  T theta_ = 1;
  int pairs_ = 0, oldest_ = 0;
};

}  // namespace scaling::detail
