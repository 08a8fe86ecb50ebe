// Minimisation of a smooth function of a few or of many variables between bounds: L-BFGS-B, with honest termination.
// R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, SIAM J. Sci. Comput. 16 (1995) 1190; C. Zhu, R. H. Byrd, P. Lu, J. Nocedal,
// ACM Trans. Math. Softw. 23 (1997) 550; J. L. Morales, J. Nocedal, ACM Trans. Math. Softw. 38 (2011) 7.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <Eigen/Core>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/optimize/box.hpp>
#include <scaling/optimize/cauchy_point.hpp>
#include <scaling/optimize/lbfgs_matrix.hpp>
#include <scaling/optimize/line_search.hpp>
#include <scaling/optimize/subspace_minimum.hpp>

namespace scaling::optimize {

/// What ended a minimisation. The first three are convergence; only `gradient` is if a gradient tolerance is set.
///
/// Their inequalities for `decrease` and `resolution` must hold of two quasi-Newton steps d in a row, then of what a
/// fresh search along the projected gradient gains, all memory thrown away, and of the step d that is proposed from
/// there. So neither a wrong model nor a failed line search passes for a minimum.
enum class termination {
  gradient,          ///< projected_gradient <= gradient_tolerance
  decrease,          ///< predicted_decrease = -gradient^T d <= relative_tolerance |value|
  resolution,        ///< |d_i| <= relative_tolerance |x_i| for all i; it is what ends f = 0
  no_progress,       ///< twenty iterations, or a search along the projected gradient, found nothing better
  evaluation_limit,  ///< evaluations = max_evaluations
  not_finite,        ///< value or gradient at the start; they are returned
  unbounded,         ///< f = -infinity was met, or f fell until x overflowed; x is the lowest finite point
};

/// What can be minimised: `f(x, gradient)` returns the value at x and fills the gradient.
template <class F, class Vector>
concept differentiable =
    real<typename Vector::Scalar> && std::is_invocable_r_v<typename Vector::Scalar, F&, const Vector&, Vector&>;

/// How to minimise. `Vector` is the vector type of the start, of fixed or of dynamic size.
template <class Vector>
struct lbfgsb_options {
  using T = typename Vector::Scalar;

  /// lower_i <= x_i <= upper_i; absent, or infinite in places: unbounded there; equal: x_i is fixed.
  std::optional<Vector> lower{};
  std::optional<Vector> upper{};

  /// Set it to demand max_i |projected gradient|_i <= gradient_tolerance, in your own units of f and x, and to replace
  /// all other tests of convergence. Default 0: off, since no number suits all units.
  T gradient_tolerance = 0;

  /// Bounds the predicted decrease relative to |f|, and the step relative to x. Default 64 epsilon: what the rounding
  /// of a sum of some hundred terms amounts to, so that less is seldom to be had and more would leave digits of x
  /// behind. Raise it to stop early; 0 means until nothing changes.
  T relative_tolerance = 64 * std::numeric_limits<T>::epsilon();

  /// Default 20000: beyond any of the problems in the tests. Lower it to bound the cost of one start among many.
  int max_evaluations = 20000;
};

/// The best point seen. Of points whose values rounding cannot tell apart the one with the smallest gradient.
template <class Vector>
struct [[nodiscard]] lbfgsb_result {
  using T = typename Vector::Scalar;

  Vector x;
  T value;
  Vector gradient;
  T projected_gradient;  ///< max_i |gradient_i| over the coordinates that -gradient does not push out of the box
  T predicted_decrease;  ///< -gradient^T d of the last step d proposed, which bounds what it promised; NaN if none was
  int iterations;
  int evaluations;
  optimize::termination termination;

  bool converged() const { return termination <= termination::resolution; }
};

}  // namespace scaling::optimize

namespace scaling::detail {

/// One minimisation: its memory, taken at once, and its course.
template <class Vector, class F>
class lbfgsb_run {
 public:
  using T = typename Vector::Scalar;
  using index = Eigen::Index;
  using termination = optimize::termination;

  lbfgsb_run(F& f, const Vector& x0, const optimize::lbfgsb_options<Vector>& options, const box<Vector>& box)
      : f_(f),
        options_(options),
        box_(box),
        now_{x0, x0, nan},
        trial_(now_),
        best_(now_),
        d_(x0),
        y_(x0),
        cauchy_(x0),
        B_(x0.size()) {}

  optimize::lbfgsb_result<Vector> operator()() {
    const termination end = minimize();
    return {best_.x, best_.value, best_.gradient, best_projected_, predicted_decrease_, iterations_, evaluations_, end};
  }

 private:
  struct point {
    Vector x, gradient;
    T value;
    bool finite() const { return std::isfinite(value) && gradient.allFinite(); }
  };

  static constexpr T epsilon = std::numeric_limits<T>::epsilon(), infinity = std::numeric_limits<T>::infinity(),
                     nan = std::numeric_limits<T>::quiet_NaN();
  /// Pairs in memory. In five coordinates 5 cost 11 to 25 % more evaluations and 20 save 2 %.
  static constexpr int memory = 10;
  /// Iterations without a better point until the memory is thrown away, and as many again until the end.
  static constexpr int patience = 10;

  termination minimize() {
    for (index i = 0; i < now_.x.size(); ++i) now_.x[i] = box_.project(i, now_.x[i]);
    evaluate(now_);
    if (!now_.finite()) {
      best_ = now_;
      best_projected_ = nan;
      return termination::not_finite;
    }
    B_.reset(first_curvature());

    int negligible = 0;  // proposals in a row
    for (;; ++iterations_) {
      const T projected = box_.projected_gradient(now_.x, now_.gradient);
      if (projected <= options_.gradient_tolerance) {
        if (projected < best_projected_) {
          best_ = now_;
          best_projected_ = projected;
        }
        return termination::gradient;
      }
      if (evaluations_ >= options_.max_evaluations) return termination::evaluation_limit;
      if (stalled_ >= 2 * patience) return termination::no_progress;
      if (stalled_++ == patience) B_.reset(B_.theta());

      T slope = propose();
      if (!(slope <= 0)) slope = propose_afresh();
      const auto verdict = judge(slope, d_);
      if (verdict && negligible == 2) return *verdict;
      negligible = verdict ? negligible + 1 : 0;
      if (negligible == 2) slope = propose_afresh();
      if (verdict && B_.pairs() == 0) negligible = 2;

      improved_ = false;
      const auto end = search(slope, verdict ? 5 : 20);
      if (end == line_search_end::unbounded) return termination::unbounded;
      if (end == line_search_end::exhausted && !improved_) {
        if (evaluations_ >= options_.max_evaluations) return termination::evaluation_limit;
        if (negligible == 2) return *verdict;  // the search has confirmed that there is nothing to gain
        if (B_.pairs() == 0) return termination::no_progress;
        B_.reset(B_.theta());
        continue;
      }
      if (end == line_search_end::exhausted || trial_.value > ceiling()) trial_ = best_;
      d_ = trial_.x - now_.x;
      y_ = trial_.gradient - now_.gradient;
      if (!judge(trial_.value - now_.value, d_)) negligible = 0;
      const bool curved = B_.update(d_, y_);
      std::swap(now_, trial_);
      if (end == line_search_end::accepted || curved) continue;
      const T curvature = now_.gradient.norm() / d_.norm();  // the model has misled: next a step as long as this one
      B_.reset(std::isfinite(curvature) ? curvature : B_.theta());
    }
  }

  /// d_ = the step to the minimiser of the model; returns gradient^T d, NaN if rounding has spoilt the model.
  T propose() {
    bool good = !box_.bounded() || B_.factor();
    if (box_.bounded() && good) {
      cauchy_.find(now_.x, now_.gradient, box_, B_);
      good = subspace_minimum(now_.x, now_.gradient, box_, cauchy_, B_, y_, d_);
    } else if (good) {  // all are free, whatever the Cauchy point
      d_ = now_.gradient;
      good = B_.newton_step(cauchy_.free, d_);
    }
    const T slope = good ? now_.gradient.dot(d_) : nan;
    predicted_decrease_ = -slope;
    return slope;
  }

  /// The same without memory: a step along the projected gradient.
  T propose_afresh() {
    B_.reset(B_.theta());
    return propose();
  }

  /// The kind of convergence that a step which changes f by `change` is worth. Below min / epsilon numbers lose digits.
  std::optional<termination> judge(T change, const Vector& step) const {
    if (options_.gradient_tolerance > 0) return {};
    const T magnitude = std::max(std::abs(now_.value), std::numeric_limits<T>::min() / epsilon);
    if (-change <= options_.relative_tolerance * magnitude) return termination::decrease;
    for (index i = 0; i < step.size(); ++i)
      if (!(std::abs(step[i]) <= options_.relative_tolerance * std::abs(now_.x[i]))) return {};
    return termination::resolution;
  }

  line_search_end search(T slope, int trials) {
    const auto line = [&](T step) -> line_point<T> {
      box_.move(now_.x, step, d_, trial_.x);
      if (!trial_.x.allFinite()) return {step, -infinity, slope};
      evaluate(trial_);
      return {step, trial_.value - now_.value, trial_.gradient.dot(d_)};
    };
    const T noise = 1024 * epsilon * std::abs(lowest_);
    return line_search<T>(line, slope, box_.step_limit(now_.x, d_), noise, ceiling() - now_.value,
                          std::min(trials, options_.max_evaluations - evaluations_));
  }

  /// The highest value that may be the lowest one but for rounding. Sums that cancel err by thousands of epsilon.
  T ceiling() const { return lowest_ + std::sqrt(epsilon) * std::abs(lowest_); }

  void evaluate(point& at) {
    at.value = f_(std::as_const(at.x), at.gradient);
    ++evaluations_;
    const T tie = 64 * epsilon * std::abs(lowest_);
    if (!at.finite() || at.value > lowest_ + tie) return;
    const T projected = box_.projected_gradient(at.x, at.gradient);
    if (at.value < lowest_ - tie || projected < best_projected_) {
      best_ = at;
      best_projected_ = projected;
      improved_ = true;
      stalled_ = 0;
    }
    lowest_ = std::min(lowest_, at.value);
  }

  /// The curvature that makes the first step no longer than x, nor than the linear model needs to bring f to 0: both
  /// know the units of f and x. After W. W. Hager, H. Zhang, SIAM J. Optim. 16 (2005) 170, step I0.
  T first_curvature() const {
    const T x = now_.x.cwiseAbs().maxCoeff(), g = now_.gradient.cwiseAbs().maxCoeff(), f = std::abs(now_.value);
    const T curvature = std::max(x > 0 ? g / x : T(0), f > 0 ? now_.gradient.squaredNorm() / f : T(0));
    return curvature > 0 ? curvature : T(1);
  }

  F& f_;
  const optimize::lbfgsb_options<Vector>& options_;
  const box<Vector>& box_;
  point now_, trial_, best_;
  Vector d_, y_;
  cauchy_point<Vector, memory> cauchy_;
  lbfgs_matrix<Vector, memory> B_;
  T lowest_ = infinity, best_projected_ = infinity, predicted_decrease_ = nan;
  int iterations_ = 0, evaluations_ = 0, stalled_ = 0;
  bool improved_ = false;
};

}  // namespace scaling::detail

namespace scaling::optimize {

/// Minimises f from x0, which is moved into the box if it is outside.
///
/// f is never called outside the box. Where it is not finite the search steps back. Numerical trouble is a
/// `termination`; std::invalid_argument is thrown for an empty or non-finite start, for bounds that are of another
/// size, NaN or crossed, and for negative tolerances; what f throws passes through. Takes memory once, and none from
/// the heap for vectors of fixed size. Memory and, beyond f, the time of an iteration are O(n).
template <class Derived, differentiable<typename Derived::PlainObject> F>
lbfgsb_result<typename Derived::PlainObject> lbfgsb(F&& f, const Eigen::MatrixBase<Derived>& x0,
                                                    const lbfgsb_options<typename Derived::PlainObject>& options = {}) {
  using Vector = typename Derived::PlainObject;
  using detail::require;
  constexpr const char* where = "scaling::optimize::lbfgsb";
  const Vector start = x0;
  require<std::invalid_argument>(start.size() > 0, where, "size of x0", start.size(), "positive");
  for (Eigen::Index i = 0; i < start.size(); ++i)
    if (!std::isfinite(start[i]))
      require<std::invalid_argument>(false, where, "x0[" + std::to_string(i) + "]", start[i], "finite");
  require<std::invalid_argument>(options.gradient_tolerance >= 0, where, "gradient_tolerance",
                                 options.gradient_tolerance, "non-negative");
  require<std::invalid_argument>(options.relative_tolerance >= 0, where, "relative_tolerance",
                                 options.relative_tolerance, "non-negative");
  require<std::invalid_argument>(options.max_evaluations > 0, where, "max_evaluations", options.max_evaluations,
                                 "positive");
  const detail::box<Vector> box(start, options.lower, options.upper, where);
  return detail::lbfgsb_run<Vector, std::remove_reference_t<F>>(f, start, options, box)();
}

}  // namespace scaling::optimize
