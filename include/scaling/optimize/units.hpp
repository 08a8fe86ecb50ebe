// The units in which a minimisation computes: powers of two, so that no digit changes, and no square overflows.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Core>

#include <scaling/optimize/box.hpp>
#include <scaling/optimize/loops.hpp>

namespace scaling::detail {

/// A point that has been evaluated.
template <class Vector>
struct evaluated_point {
  using T = typename Vector::Scalar;

  Vector x, gradient;
  T value;
  T projected_gradient;  ///< always in the user's units

  bool finite() const { return std::isfinite(value) && all_finite(gradient); }
};

/// Units of f and of each coordinate of x; the inside is what the user has, divided by them.
template <class Vector>
class units {
 public:
  using T = typename Vector::Scalar;
  using index = Eigen::Index;
  using point = evaluated_point<Vector>;

  explicit units(const Vector& like) : x_(like), slope_(like) {}

  /// The units that make the largest |x_i| about 1, or each that is not 0, and the largest of |f| and |x_i df/dx_i|.
  void choose(const point& user, bool each) {
    const int common = exponent(largest(user.x));
    int of_value = std::numeric_limits<int>::min();
    if (user.value != 0) of_value = exponent(user.value);
    for (index i = 0; i < x_.size(); ++i)
      if (user.gradient[i] != 0)
        of_value = std::max(of_value, exponent(user.gradient[i]) + of_coordinate(user.x[i], common, each));
    if (of_value == std::numeric_limits<int>::min()) of_value = 0;
    value_ = power(of_value);
    for (index i = 0; i < x_.size(); ++i) {
      const int of_x = of_coordinate(user.x[i], common, each);
      x_[i] = power(of_x);
      slope_[i] = power(of_value - of_x);
    }
  }

  T value() const { return value_; }

  void to_inside(const point& user, point& inside) const {
    for (index i = 0; i < x_.size(); ++i) inside.x[i] = user.x[i] / x_[i];
    gradient_to_inside(user, inside);
  }
  void gradient_to_inside(const point& user, point& inside) const {
    for (index i = 0; i < x_.size(); ++i) inside.gradient[i] = user.gradient[i] / slope_[i];
    inside.value = user.value / value_;
    inside.projected_gradient = user.projected_gradient;
  }

  /// `box` is the user's: what a product rounds is not to leave it.
  void to_user(const Vector& inside, const box<Vector>& box, Vector& user) const {
    for (index i = 0; i < x_.size(); ++i) user[i] = box.project(i, inside[i] * x_[i]);
  }
  void to_user(const point& inside, const box<Vector>& box, point& user) const {
    to_user(inside.x, box, user.x);
    for (index i = 0; i < x_.size(); ++i) user.gradient[i] = inside.gradient[i] * slope_[i];
    user.value = inside.value * value_;
    user.projected_gradient = inside.projected_gradient;
  }
  void to_inside(const box<Vector>& user, box<Vector>& inside) const {
    inside = user;
    for (index i = 0; i < x_.size(); ++i) inside.divide(i, x_[i]);
  }

 private:
  static int exponent(T x) { return x != 0 ? std::ilogb(x) : 0; }
  static int of_coordinate(T x, int common, bool each) { return each && x != 0 ? std::ilogb(x) : common; }
  static T power(int of_two) {
    using limits = std::numeric_limits<T>;
    return std::ldexp(T(1), std::clamp(of_two, limits::min_exponent, limits::max_exponent - 1));
  }

  Vector x_, slope_;  // of x_i, and of df/dx_i
  T value_ = 1;
};

}  // namespace scaling::detail
