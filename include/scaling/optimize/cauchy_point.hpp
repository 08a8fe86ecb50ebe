// The generalized Cauchy point: the first local minimiser of the quadratic model along the projected gradient path.
// R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, SIAM J. Sci. Comput. 16 (1995) 1190, "BLNZ", section 4.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <limits>

#include <Eigen/Core>

#include <scaling/optimize/box.hpp>
#include <scaling/optimize/lbfgs_matrix.hpp>

namespace scaling::detail {

/// The point x^c, and which coordinates it leaves strictly between their bounds.
template <class Vector, int Memory>
class cauchy_point {
 public:
  using T = typename Vector::Scalar;
  using index = Eigen::Index;
  using matrix = lbfgs_matrix<Vector, Memory>;

  explicit cauchy_point(const Vector& x) : step(x), free(x.size()), direction_(x), breakpoint_(x), order_(x.size()) {
    for (index i = 0; i < free.size(); ++i) free[i] = true;
  }

  Vector step;                      ///< x^c - x
  typename matrix::features image;  ///< of `step`
  typename matrix::mask free;

  /// BLNZ's Algorithm CP, with f' and f'' of the model along the current segment of the path P(x - t gradient). `B` has
  /// been factored.
  void find(const Vector& x, const Vector& gradient, const box<Vector>& box, const matrix& B) {
    index ahead = 0;  // breakpoints ahead: a heap in order_[0, ahead)
    T slope = 0;
    for (index i = 0; i < x.size(); ++i) {
      const T g = gradient[i];
      breakpoint_[i] = g > 0 ? (x[i] - box.lower(i)) / g : g < 0 ? (x[i] - box.upper(i)) / g : infinity;
      direction_[i] = breakpoint_[i] > 0 ? -g : T(0);
      step[i] = 0;
      slope -= direction_[i] * direction_[i];
      if (breakpoint_[i] > 0 && breakpoint_[i] < infinity) order_[ahead++] = i;
    }
    const auto later = [&](index a, index b) { return breakpoint_[a] > breakpoint_[b]; };
    std::make_heap(order_.data(), order_.data() + ahead, later);

    for (int j = 0; j < 2 * B.pairs(); ++j) image[j] = 0;
    auto image_of_direction = B.image(direction_);
    T curvature = -B.theta() * slope - B.inner(image_of_direction, image_of_direction);
    const T least_curvature = -std::numeric_limits<T>::epsilon() * B.theta() * slope;  // what rounding leaves of it
    T t = 0;
    while (slope < 0) {
      const T to_minimum = -slope / std::max(curvature, least_curvature);
      const T to_next = ahead > 0 ? breakpoint_[order_[0]] - t : infinity;
      const T length = std::min(to_minimum, to_next);
      t += length;
      for (int j = 0; j < 2 * B.pairs(); ++j) image[j] += length * image_of_direction[j];
      if (ahead == 0 || to_minimum < to_next) break;

      std::pop_heap(order_.data(), order_.data() + ahead, later);
      const index i = order_[--ahead];
      const T g = gradient[i];
      const auto row = B.image(i);
      step[i] = (g > 0 ? box.lower(i) : box.upper(i)) - x[i];
      direction_[i] = 0;
      slope += length * curvature + g * (g + B.theta() * step[i] - B.inner(row, image));
      curvature -= g * (B.theta() * g + 2 * B.inner(row, image_of_direction) + g * B.inner(row, row));
      for (int j = 0; j < 2 * B.pairs(); ++j) image_of_direction[j] += g * row[j];
    }
    for (index i = 0; i < x.size(); ++i) {
      if (direction_[i] != 0) step[i] = t * direction_[i];
      const T value = x[i] + step[i];
      free[i] = box.lower(i) < value && value < box.upper(i);
    }
  }

 private:
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  Vector direction_, breakpoint_;
  Eigen::Matrix<index, Vector::SizeAtCompileTime, 1, 0, Vector::MaxSizeAtCompileTime, 1> order_;
};

}  // namespace scaling::detail
