// Is a gradient, or a Hessian, the derivative of what it comes with? A check by differences that knows its own error.
// SPDX-License-Identifier: BSL-1.0
//
// Differences of halved steps are extrapolated to step 0 (C. J. F. Ridders, Adv. Eng. Softw. 4 (1982) 75), which yields
// a derivative and how far it can be trusted: so a wrong entry can be told from one that rounding hides.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/error.hpp>
#include <scaling/optimize/box.hpp>
#include <scaling/optimize/lbfgsb.hpp>

namespace scaling::optimize {

/// What a check of one derivative finds, the better before the worse.
enum class agreement {
  agrees,   ///< error <= tolerance + uncertainty, and uncertainty <= tolerance
  unclear,  ///< error <= tolerance + uncertainty, and uncertainty > tolerance: rounding or noise hides the difference
  kink,     ///< the differences to both sides do not come together: there is no derivative to compare with
  wrong,    ///< error > tolerance + uncertainty
  not_finite,  ///< a value or a derivative at x, or values at all steps
};

/// How to check. `Vector` is that of x.
template <class Vector>
struct check_options {
  using T = typename Vector::Scalar;

  /// f is evaluated between these only; at a bound by differences to one side. Absent: anywhere.
  std::optional<Vector> lower{};
  std::optional<Vector> upper{};

  /// The relative error that passes. Default: the cube root of epsilon, 6e-6 for double. Mistakes are percents and more,
  /// and smooth functions are differentiated to far fewer.
  T tolerance = std::cbrt(std::numeric_limits<T>::epsilon());
};

/// The worst entry: of the worst status, and of those the one with the largest error.
template <class T>
struct [[nodiscard]] derivative_report {
  agreement status = agreement::agrees;
  Eigen::Index index = -1;  ///< of the variable; -1 if the value at x is not finite, or if there is nothing to check
  Eigen::Index row = -1;    ///< of the entry of the Hessian, whose column is `index`; -1 for gradients
  T analytic{}, numerical{};
  T error{};        ///< |analytic - numerical| / scale
  T uncertainty{};  ///< of `numerical`, / scale
  T scale{};  ///< max(|analytic|, |numerical|, sqrt(epsilon) |f| / |x_i|); less does not change f in half its digits
  int evaluations = 0;

  /// Whether every entry agrees.
  bool passed() const { return status == agreement::agrees; }
};

}  // namespace scaling::optimize

namespace scaling::detail {

/// The derivative of one number along one variable, from differences with steps that are halved each time.
template <class T>
class extrapolated_difference {
 public:
  T value = std::numeric_limits<T>::quiet_NaN(), uncertainty = std::numeric_limits<T>::infinity();

  /// The difference quotient of a step; `power` is that of the step in which its error is a series; `bend` is the
  /// difference of the quotients to both sides; `rounding` what either may err by.
  void add(T step, T quotient, int power, T bend, T rounding) {
    std::vector<T> row{quotient};
    T weight = T(1 << power), best = quotient, best_error = infinity;
    for (const T before : last_) {
      const T better = row.back() + (row.back() - before) / (weight - 1);
      const T error = std::max(std::abs(better - row.back()), std::abs(better - before)) + rounding;
      row.push_back(better);
      weight *= T(1 << power);
      if (error <= best_error) {
        best_error = error;
        best = better;
      }
    }
    // Among many differences some agree by chance; hardly those of two steps in a row.
    const T error = std::max({best_error, last_error_, std::abs(best - last_best_)});
    if (last_.empty() || error <= uncertainty) {
      value = best;
      uncertainty = last_.empty() ? infinity : error;
      step_ = step;
    }
    if (!last_.empty()) changes_.push_back(std::abs(quotient - last_.front()) * step);
    last_best_ = best;
    last_error_ = best_error;
    // The bend of a smooth function is halved with the step, that of a kink stays, that of a jump is doubled.
    const T growth = bend / bend_;
    if (std::abs(bend) > 16 * rounding)
      bent_ = std::abs(growth - 1) < T(0.15) || std::abs(growth - 2) < T(0.3) ? bent_ + 1 : 0;
    bend_ = bend;
    last_ = std::move(row);
  }

  /// Widens the uncertainty by the noise of f, which is what the small steps show if they do not settle the derivative.
  void allow_for_noise() {
    const auto half = changes_.begin() + static_cast<std::ptrdiff_t>(changes_.size() / 2),
               middle = half + (changes_.end() - half) / 2;
    if (middle == changes_.end()) return;
    std::nth_element(half, middle, changes_.end());
    uncertainty = std::max(uncertainty, 8 * *middle / step_);
  }

  /// Whether the bend has not begun to shrink; it is a kink if it never does.
  bool bending() const { return bent_ > 1; }
  bool kink() const { return bent_ > 2; }

 private:
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  std::vector<T> last_, changes_;  // the last row; how much the function under the quotients changed from row to row
  T step_ = 0, last_best_ = 0, last_error_ = infinity, bend_ = infinity;
  int bent_ = 0;
};

/// One check: `sample(x)` gives the numbers whose derivatives along each variable are compared with `analytic`.
template <class Vector, class Sample>
class derivative_check {
 public:
  using T = typename Vector::Scalar;
  using index = Eigen::Index;
  using numbers = Eigen::Matrix<T, Eigen::Dynamic, 1>;
  using report = optimize::derivative_report<T>;

  derivative_check(Sample& sample, const box<Vector>& box, T tolerance)
      : sample_(sample), box_(box), tolerance_(tolerance) {}

  /// Column j of `analytic` belongs to variable j.
  template <class Matrix>
  report operator()(const Vector& x, const numbers& here, const Matrix& analytic) {
    for (index i = 0; i < x.size(); ++i) along(x, i, here, analytic);
    return worst_;
  }

 private:
  static constexpr T epsilon = std::numeric_limits<T>::epsilon();

  template <class Matrix>
  void along(const Vector& x, index i, const numbers& here, const Matrix& analytic) {
    const T largest = x.cwiseAbs().maxCoeff(), length = x[i] != 0 ? std::abs(x[i]) : largest > 0 ? largest : T(1);
    const T below = x[i] - box_.lower(i), above = box_.upper(i) - x[i], widest = length / 8;
    const bool central = std::min(below, above) >= widest / 16;
    const T side = above >= below ? T(1) : T(-1);
    T step = std::min(widest, central ? std::min(below, above) : std::max(below, above));
    if (!(x[i] + step != x[i] || x[i] - step != x[i])) return;  // fixed, or as good as that

    std::vector<extrapolated_difference<T>> differences(static_cast<std::size_t>(here.size()));
    numbers magnitude = here.cwiseAbs(), scale = magnitude;
    bool sampled = false, settled = false;
    Vector at = x;
    const auto sample = [&](T place) {
      at[i] = box_.project(i, place);
      const T moved = at[i] - x[i];
      return std::pair<T, numbers>(moved, sample_(at));
    };
    for (int halvings = 0; halvings < std::numeric_limits<T>::digits / 2; ++halvings, step /= 2) {
      const auto [to, ahead] = sample(x[i] + (central ? step : side * step));
      const auto [from, behind] = central ? sample(x[i] - step) : std::pair<T, numbers>(T(0), here);
      if (to == from) break;
      if (!ahead.allFinite() || !behind.allFinite()) {
        if (sampled) break;
        continue;
      }
      sampled = true;
      settled = halvings > 1;
      for (index k = 0; k < here.size(); ++k) {
        magnitude[k] = std::max({magnitude[k], std::abs(ahead[k]), std::abs(behind[k])});
        auto& d = differences[static_cast<std::size_t>(k)];
        const T bend = central ? (ahead[k] - here[k]) / to - (behind[k] - here[k]) / from : T(0);
        d.add(step, (ahead[k] - behind[k]) / (to - from), central ? 2 : 1, bend,
              4 * epsilon * std::max({std::abs(here[k]), std::abs(ahead[k]), std::abs(behind[k])}) / step);
        scale[k] = std::max({std::abs(analytic(k, i)), std::abs(d.value), std::sqrt(epsilon) * magnitude[k] / length});
        settled = settled && d.uncertainty <= tolerance_ * scale[k] / 64 && !d.bending();
      }
      if (settled) break;
    }
    for (index k = 0; k < here.size(); ++k) {
      auto& d = differences[static_cast<std::size_t>(k)];
      if (!settled) d.allow_for_noise();
      const T s = scale[k] > 0 ? scale[k] : T(1);
      const T error = std::abs(analytic(k, i) - d.value) / s, uncertainty = d.uncertainty / s;
      using optimize::agreement;
      const agreement status = !sampled || !std::isfinite(analytic(k, i)) ? agreement::not_finite
                               : d.kink()                                 ? agreement::kink
                               : error > tolerance_ + uncertainty         ? agreement::wrong
                               : uncertainty > tolerance_                 ? agreement::unclear
                                                                          : agreement::agrees;
      if (worst_.index >= 0 && (status < worst_.status || (status == worst_.status && !(error > worst_.error))))
        continue;
      worst_ = {status, i, here.size() > 1 ? k : -1, analytic(k, i), d.value, error, uncertainty, s, 0};
    }
  }

  Sample& sample_;
  const box<Vector>& box_;
  T tolerance_;
  report worst_;
};

/// The box of a check, with x inside.
template <class Vector>
box<Vector> box_of_check(const Vector& x, const optimize::check_options<Vector>& options, const char* where) {
  require<std::invalid_argument>(x.size() > 0, where, "size of x", x.size(), "positive");
  const box<Vector> result(x, options.lower, options.upper, where);
  for (Eigen::Index i = 0; i < x.size(); ++i)
    if (!std::isfinite(x[i]) || result.project(i, x[i]) != x[i])
      require<std::invalid_argument>(false, where, "x[" + std::to_string(i) + "]", x[i],
                                     "finite and inside its bounds");
  require<std::invalid_argument>(options.tolerance > 0, where, "tolerance", options.tolerance, "positive");
  return result;
}

}  // namespace scaling::detail

namespace scaling::optimize {

/// Compares the gradient that f(x, gradient) fills at x with differences of its values: 6 to 10 n of them, and 52 n in
/// double where nothing settles a derivative. Choose x away from minima and with no coordinate 0: there a mistake may
/// vanish, or rounding hide it.
///
/// std::invalid_argument is thrown for an empty x, one that is not finite or outside its bounds, for bad bounds, and for
/// a tolerance that is not positive. What f throws passes through.
template <class Derived, differentiable<typename Derived::PlainObject> F>
derivative_report<typename Derived::Scalar> check_gradient(
    F&& f, const Eigen::MatrixBase<Derived>& x, const check_options<typename Derived::PlainObject>& options = {}) {
  using Vector = typename Derived::PlainObject;
  using T = typename Derived::Scalar;
  using numbers = Eigen::Matrix<T, Eigen::Dynamic, 1>;
  const Vector at = x;
  const auto box = scaling::detail::box_of_check(at, options, "scaling::optimize::check_gradient");
  int evaluations = 0;
  Vector gradient = Vector::Constant(at.rows(), at.cols(), std::numeric_limits<T>::quiet_NaN()), ignored = gradient;
  const auto value = [&](const Vector& place, Vector& slopes) {
    ++evaluations;
    return numbers::Constant(1, static_cast<T>(f(place, slopes))).eval();
  };
  const numbers here = value(at, gradient);
  derivative_report<T> report;
  if (!here.allFinite()) {
    report.status = agreement::not_finite;
  } else {
    auto sample = [&](const Vector& place) { return value(place, ignored); };
    report = scaling::detail::derivative_check<Vector, decltype(sample)>(sample, box, options.tolerance)(
        at, here, Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>(gradient.data(), gradient.size()));
  }
  report.evaluations = evaluations;
  return report;
}

/// Compares the Hessian that f(x, gradient, hessian) fills at x, both triangles, with differences of its gradient, in
/// the same way. Check the gradient first, by a callable that drops the Hessian.
template <class Derived, class F>
derivative_report<typename Derived::Scalar> check_hessian(
    F&& f, const Eigen::MatrixBase<Derived>& x, const check_options<typename Derived::PlainObject>& options = {}) {
  using Vector = typename Derived::PlainObject;
  using T = typename Derived::Scalar;
  using numbers = Eigen::Matrix<T, Eigen::Dynamic, 1>;
  constexpr int n = Vector::SizeAtCompileTime;
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  const Vector at = x;
  const auto box = scaling::detail::box_of_check(at, options, "scaling::optimize::check_hessian");
  int evaluations = 0;
  Eigen::Matrix<T, n, n> hessian = Eigen::Matrix<T, n, n>::Constant(at.size(), at.size(), nan), ignored = hessian;
  const auto gradient = [&](const Vector& place, Eigen::Matrix<T, n, n>& curvatures) {
    ++evaluations;
    Vector slopes = Vector::Constant(place.rows(), place.cols(), nan);
    f(place, slopes, curvatures);
    return numbers(Eigen::Map<const numbers>(slopes.data(), slopes.size()));
  };
  const numbers here = gradient(at, hessian);
  derivative_report<T> report;
  if (!here.allFinite()) {
    report.status = agreement::not_finite;
  } else {
    auto sample = [&](const Vector& place) { return gradient(place, ignored); };
    report =
        scaling::detail::derivative_check<Vector, decltype(sample)>(sample, box, options.tolerance)(at, here, hessian);
  }
  report.evaluations = evaluations;
  return report;
}

}  // namespace scaling::optimize
