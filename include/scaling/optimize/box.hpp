// The feasible box lower <= x <= upper of a bounded minimisation: projection, projected gradient, step limit.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

#include <Eigen/Core>

#include <scaling/core/error.hpp>
#include <scaling/optimize/loops.hpp>

namespace scaling::detail {

/// Bounds on every coordinate; an absent one is infinite. What leaves `project` and `move` is inside exactly.
template <class Vector>
class box {
 public:
  using T = typename Vector::Scalar;
  using index = Eigen::Index;

  /// Refuses bounds of another size than `x`, NaN and crossed ones; `lower == upper` fixes a coordinate.
  box(const Vector& x, const std::optional<Vector>& lower, const std::optional<Vector>& upper, const char* where)
      : lower_(lower ? *lower : filled(x, -infinity)), upper_(upper ? *upper : filled(x, infinity)) {
    require<std::invalid_argument>(lower_.size() == x.size(), where, "size of lower", lower_.size(), "that of x0");
    require<std::invalid_argument>(upper_.size() == x.size(), where, "size of upper", upper_.size(), "that of x0");
    for (index i = 0; i < x.size(); ++i) {
      const auto coordinate = [&](const char* name) { return joined({name, "[", text_of(i), "]"}); };
      if (std::isnan(lower_[i]))
        require<std::invalid_argument>(false, where, coordinate("lower"), lower_[i], "a number");
      if (!(lower_[i] <= upper_[i]))
        require<std::invalid_argument>(false, where, coordinate("upper"), upper_[i],
                                       joined({"at least lower = ", text_of(lower_[i])}));
      bounded_ = bounded_ || lower_[i] > -infinity || upper_[i] < infinity;
    }
  }

  /// Whether any coordinate has a finite bound.
  bool bounded() const { return bounded_; }

  T lower(index i) const { return lower_[i]; }
  T upper(index i) const { return upper_[i]; }

  /// Whether coordinate i has one value only.
  bool fixed(index i) const { return lower_[i] == upper_[i]; }

  /// Coordinate i in another unit.
  void divide(index i, T unit) {
    lower_[i] /= unit;
    upper_[i] /= unit;
  }

  T project(index i, T value) const { return std::min(std::max(value, lower_[i]), upper_[i]); }

  /// Whether a step of coordinate i along -slope would leave the box at once.
  bool blocked(index i, T x, T slope) const { return slope > 0 ? x <= lower_[i] : slope < 0 && x >= upper_[i]; }

  /// max_i |g_i| over the coordinates that -g does not push out of the box: 0 exactly at a first-order point.
  T projected_gradient(const Vector& x, const Vector& gradient) const {
    T largest = 0;
    for (index i = 0; i < x.size(); ++i)
      if (!blocked(i, x[i], gradient[i])) largest = std::max(largest, std::abs(gradient[i]));
    return largest;
  }

  /// The largest t for which x + t d is inside.
  T step_limit(const Vector& x, const Vector& d) const {
    T limit = infinity;
    for (index i = 0; i < x.size(); ++i)
      if (d[i] != 0) limit = std::min(limit, room(i, x[i], d[i]) / std::abs(d[i]));
    return limit;
  }

  /// `to` = x + t d. A coordinate that reaches its bound but for rounding is put on it, so that the bound becomes
  /// active.
  void move(const Vector& x, T t, const Vector& d, Vector& to) const {
    constexpr T nearly = 1 - 4 * std::numeric_limits<T>::epsilon();
    for (index i = 0; i < x.size(); ++i) {
      const T length = t * d[i];
      if (length != 0 && std::abs(length) >= nearly * room(i, x[i], d[i]))
        to[i] = d[i] < 0 ? lower_[i] : upper_[i];
      else
        to[i] = x[i] + length;
    }
  }

 private:
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  T room(index i, T x, T direction) const { return direction < 0 ? x - lower_[i] : upper_[i] - x; }

  Vector lower_, upper_;
  bool bounded_ = false;
};

}  // namespace scaling::detail
