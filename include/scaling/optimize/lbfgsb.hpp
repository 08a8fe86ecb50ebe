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
#include <scaling/optimize/loops.hpp>
#include <scaling/optimize/subspace_minimum.hpp>
#include <scaling/optimize/units.hpp>

namespace scaling::optimize {

/// What ended a minimisation. The first three are convergence; only `gradient` is if a gradient tolerance is set.
///
/// Their inequalities for `decrease` and `resolution` must hold of two quasi-Newton steps d in a row, then of what a
/// fresh search along the projected gradient gains, all memory thrown away, of the step d that is proposed from there,
/// and at last of two steps whose curvature one more evaluation shows: along -gradient, and along the same in units of
/// x_i, d_i ~ -x_i^2 gradient_i, at most as long as x. So no wrong model and no failed line search passes for a minimum,
/// and seldom do units in which one coordinate's gradient hides another's: where the last step promises more, the search
/// goes on in its units. Trap: a coordinate at or near 0 does not tell its units, which in float is enough to hide a
/// gradient where they are 1e4 apart, and an offset of f hides gains below relative_tolerance of it.
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
        user_box_(box),
        box_(box),
        units_(x0),
        user_{x0, filled(x0, nan), nan, nan},
        best_(user_),
        now_(user_),
        trial_(user_),
        d_(x0),
        y_(x0),
        cauchy_(x0),
        B_(x0.size()) {}

  optimize::lbfgsb_result<Vector> operator()() {
    const termination end = minimize();
    return {best_.x,
            best_.value,
            best_.gradient,
            best_.projected_gradient,
            predicted_decrease_ * units_.value(),
            iterations_,
            evaluations_,
            end};
  }

 private:
  using point = evaluated_point<Vector>;

  static constexpr T epsilon = std::numeric_limits<T>::epsilon(), infinity = std::numeric_limits<T>::infinity(),
                     nan = std::numeric_limits<T>::quiet_NaN();
  /// Pairs in memory. In five coordinates 5 cost 11 to 25 % more evaluations and 20 save 2 %.
  static constexpr int memory = 10;
  /// Iterations without a better point until the memory is thrown away, and as many again until the end.
  static constexpr int patience = 10;

  termination minimize() {
    for (index i = 0; i < user_.x.size(); ++i) user_.x[i] = box_.project(i, user_.x[i]);
    start_ = largest(user_.x);
    evaluate_user();
    best_ = user_;
    if (!user_.finite()) return termination::not_finite;
    change_units(false);

    struct {
      T value = infinity;
      termination end{};
    } before[2];  // where the last descent in common units and in own ones ended
    for (;;) {
      const auto found = descend();
      const termination end = found.value_or(termination::no_progress);
      if (end == termination::gradient || end > termination::no_progress) return end;
      auto& here = before[own_units_];
      const auto& there = before[!own_units_];
      const bool gained = lower_than(here.value);
      here = {best_.value, end};
      if (found && gained && !nothing_to_gain()) continue;
      if (!lower_than(there.value)) return std::max(here.end, there.end);
      change_units(!own_units_);
      if (nothing_to_gain() && found) return end;
    }
  }

  /// Iterates in the present units. What ended it; or nothing, after far more iterations than problems in like units
  /// need, since then the units may be to blame.
  std::optional<termination> descend() {
    const auto patient_until = iterations_ + 50 * (now_.x.size() + 10);
    int negligible = 0;  // proposals in a row
    for (; iterations_ < patient_until; ++iterations_) {
      if (now_.projected_gradient <= options_.gradient_tolerance) {
        if (now_.projected_gradient < best_.projected_gradient) units_.to_user(now_, user_box_, best_);
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
        B_.reset(std::max(B_.theta(), first_curvature()));
        continue;
      }
      if (end == line_search_end::exhausted || trial_.value > ceiling()) units_.to_inside(best_, trial_);
      subtract(trial_.x, now_.x, d_);
      subtract(trial_.gradient, now_.gradient, y_);
      if (!judge(trial_.value - now_.value, d_)) negligible = 0;
      const bool curved = B_.update(d_, y_);
      std::swap(now_, trial_);
      if (end == line_search_end::accepted || curved) continue;
      const T curvature = std::sqrt(now_.gradient.dot(now_.gradient)) /
                          std::sqrt(d_.dot(d_));  // the model has misled: next a step as long as this one
      B_.reset(std::isfinite(curvature) ? curvature : B_.theta());
    }
    return {};
  }

  /// Goes on from the best point, in the user's units but for common factors, or in units of its own coordinates.
  void change_units(bool own) {
    own_units_ = own;
    predicted_decrease_ *= units_.value();
    units_.choose(best_, own);
    predicted_decrease_ /= units_.value();
    units_.to_inside(user_box_, box_);
    units_.to_inside(best_, now_);
    lowest_ = now_.value;
    B_.reset(first_curvature());
    stalled_ = 0;
  }

  /// Whether a step along the projected gradient, no longer than x, is negligible. One evaluation tells the curvature,
  /// at a distance over which the gradient changes by much more than its rounding.
  bool nothing_to_gain() {
    constexpr T parts = 1 << std::numeric_limits<T>::digits / 4;
    T longest = 0;
    for (index i = 0; i < d_.size(); ++i) {
      d_[i] = box_.blocked(i, now_.x[i], now_.gradient[i]) ? T(0) : -now_.gradient[i];
      longest = std::max(longest, std::abs(d_[i]));
    }
    if (!(longest > 0)) return true;
    const T length = largest(now_.x) / parts;
    for (index i = 0; i < d_.size(); ++i) {
      trial_.x[i] = box_.project(i, now_.x[i] + length * (d_[i] / longest));
      d_[i] = trial_.x[i] - now_.x[i];
    }
    const T slope = now_.gradient.dot(d_);
    if (judge(parts * slope, d_)) return true;
    if (evaluations_ >= options_.max_evaluations) return false;
    evaluate(trial_);
    subtract(trial_.gradient, now_.gradient, y_);
    const T curvature = y_.dot(d_), theta = curvature / d_.dot(d_);
    if (!trial_.finite() || !(theta > 0) || !std::isfinite(theta)) return false;
    if (judge(slope * std::min(-slope / curvature, parts), d_)) return true;
    B_.reset(theta);
    units_.to_inside(best_, now_);
    return false;
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

  /// The kind of convergence that a step which changes f by `change` is worth. Below min / epsilon numbers lose digits,
  /// the user's and ours.
  std::optional<termination> judge(T change, const Vector& step) const {
    if (options_.gradient_tolerance > 0) return {};
    constexpr T least = std::numeric_limits<T>::min() / epsilon;
    const T magnitude = std::max({std::abs(now_.value), least, least / units_.value()});
    if (-change <= options_.relative_tolerance * magnitude) return termination::decrease;
    for (index i = 0; i < step.size(); ++i)
      if (!(std::abs(step[i]) <= options_.relative_tolerance * std::abs(now_.x[i]))) return {};
    return termination::resolution;
  }

  line_search_end search(T slope, int trials) {
    const auto line = [&](T step) -> line_point<T> {
      box_.move(now_.x, step, d_, trial_.x);
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
    units_.to_user(at.x, user_box_, user_.x);
    if (!all_finite(user_.x)) {  // where f fell all the way from x0, or by a step that was much too long
      at.value = largest(best_.x) > start_ / epsilon ? -infinity : nan;
      return;
    }
    evaluate_user();
    units_.gradient_to_inside(user_, at);
    if (!at.finite() || at.value > lowest_ + tie(lowest_)) return;
    if (at.value < lowest_ - tie(lowest_) || user_.projected_gradient < best_.projected_gradient) {
      best_ = user_;
      improved_ = true;
      stalled_ = 0;
    }
    lowest_ = std::min(lowest_, at.value);
  }

  void evaluate_user() {
    user_.value = static_cast<T>(f_(std::as_const(user_.x), user_.gradient));
    ++evaluations_;
    require<std::invalid_argument>(user_.gradient.size() == user_.x.size(), "scaling::optimize::lbfgsb",
                                   "size of the gradient that f left", user_.gradient.size(), "that of x0");
    user_.projected_gradient = user_.finite() ? user_box_.projected_gradient(user_.x, user_.gradient) : nan;
  }

  bool lower_than(T value) const { return best_.value < value - tie(value); }

  /// What rounding leaves of a difference of values.
  static T tie(T value) { return value < infinity ? 64 * epsilon * std::abs(value) : T(0); }

  /// The curvature that makes the first step no longer than x, nor than the linear model needs to bring f to 0: both
  /// know the units of f and x. After W. W. Hager, H. Zhang, SIAM J. Optim. 16 (2005) 170, step I0. But where x is as
  /// good as 0 it knows no units, and the step is to change f by what can be told from rounding.
  T first_curvature() const {
    const T x = largest(now_.x), g = largest(now_.gradient), f = std::abs(now_.value);
    const T by_value = f > 0 ? now_.gradient.dot(now_.gradient) / f : T(0);
    T curvature = std::max(x > 0 ? g / x : T(0), by_value);
    if (f > 0) curvature = std::min(curvature, by_value / std::sqrt(epsilon));
    return curvature > 0 ? curvature : T(1);
  }

  F& f_;
  const optimize::lbfgsb_options<Vector>& options_;
  const box<Vector>& user_box_;
  box<Vector> box_;
  units<Vector> units_;
  point user_, best_;  // the last and the best, in the user's units; all others are in those of units_
  point now_, trial_;
  Vector d_, y_;
  cauchy_point<Vector, memory> cauchy_;
  lbfgs_matrix<Vector, memory> B_;
  T start_ = 0, lowest_ = infinity, predicted_decrease_ = nan;
  int iterations_ = 0, evaluations_ = 0, stalled_ = 0;
  bool improved_ = false, own_units_ = false;
};

}  // namespace scaling::detail

namespace scaling::optimize {

/// Minimises f from x0, which is moved into the box if it is outside.
///
/// f is never called outside the box. Where it is not finite the search steps back. Numerical trouble is a
/// `termination`; std::invalid_argument is thrown for an empty or non-finite start, for bounds that are of another
/// size, NaN, crossed or leave no finite x, and for negative tolerances; what f throws passes through. Takes memory once,
/// and none from the heap for vectors of fixed size. Memory and, beyond f, the time of an iteration are O(n).
///
/// Choose units in which the coordinates of x are of like size, such as logarithms or multiples of typical values. Others
/// end no less honestly, but later: NIST's 54 nonlinear regressions take 22,000 evaluations as they are stated, where
/// coefficients differ by up to nine powers of ten, and 9,000 with each coefficient in units of its start.
template <class Derived, differentiable<typename Derived::PlainObject> F>
lbfgsb_result<typename Derived::PlainObject> lbfgsb(F&& f, const Eigen::MatrixBase<Derived>& x0,
                                                    const lbfgsb_options<typename Derived::PlainObject>& options = {}) {
  using Vector = typename Derived::PlainObject;
  using scaling::detail::joined, scaling::detail::require, scaling::detail::text_of;
  constexpr const char* where = "scaling::optimize::lbfgsb";
  const Vector start = x0;
  require<std::invalid_argument>(start.size() > 0, where, "size of x0", start.size(), "positive");
  for (Eigen::Index i = 0; i < start.size(); ++i)
    if (!std::isfinite(start[i]))
      require<std::invalid_argument>(false, where, joined({"x0[", text_of(i), "]"}), start[i], "finite");
  require<std::invalid_argument>(options.gradient_tolerance >= 0, where, "gradient_tolerance",
                                 options.gradient_tolerance, "non-negative");
  require<std::invalid_argument>(options.relative_tolerance >= 0, where, "relative_tolerance",
                                 options.relative_tolerance, "non-negative");
  require<std::invalid_argument>(options.max_evaluations > 0, where, "max_evaluations", options.max_evaluations,
                                 "positive");
  const scaling::detail::box<Vector> box(start, options.lower, options.upper, where);
  for (Eigen::Index i = 0; i < start.size(); ++i)
    if (const auto x = box.project(i, start[i]); !std::isfinite(x))
      require<std::invalid_argument>(false, where, joined({x > 0 ? "lower[" : "upper[", text_of(i), "]"}), x,
                                     x > 0 ? "less than infinity" : "more than -infinity");
  return scaling::detail::lbfgsb_run<Vector, std::remove_reference_t<F>>(f, start, options, box)();
}

}  // namespace scaling::optimize
