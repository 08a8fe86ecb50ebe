// Newton's method in a box, for few variables and an exact Hessian: the second-order polish of a fit.
// SPDX-License-Identifier: BSL-1.0
//
// Each iteration solves (H + lambda diag |H|) p = -g over the free variables by Cholesky, with the first of the lambdas
// 0, 1e-3, 1e-2, ... that makes the matrix positive definite, and searches along p for the weak Wolfe conditions by
// bracketing and bisection (A. S. Lewis, M. L. Overton, Math. Program. 141 (2013) 135, section 2). Weak conditions: a
// piecewise quadratic function such as Huber's has kinks in its slope along p that no interpolation predicts.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <scaling/optimize/box.hpp>
#include <scaling/optimize/loops.hpp>

namespace scaling::optimize {

/// The box, and when to stop. `Vector` has a fixed size.
template <class Vector>
struct newton_options {
  using T = typename Vector::Scalar;
  /// lower <= x <= upper; absent: unbounded. Equal bounds fix a variable, at -infinity too if f is defined there.
  std::optional<Vector> lower{};
  std::optional<Vector> upper{};
  /// Converged when the predicted decrease -g'p is at most relative_tolerance |f| + floor.
  T relative_tolerance = 64 * std::numeric_limits<T>::epsilon();
  /// What rounding alone contributes to f: the part of the tolerance that is left where f itself vanishes.
  T floor = 0;
  /// Values of f are off by up to root_noise sqrt(|f|), as a sum of squares of rounded numbers is. Where a step promises
  /// less, the gradient judges it instead of the value; where neither gets better, that is convergence.
  T root_noise = 0;
  /// Hopeless, and given up, where even twice the predicted decrease, four times what a quadratic would gain, leaves f
  /// above this. For one start of many, of which others have come lower.
  T hopeless_above = std::numeric_limits<T>::infinity();
  /// No component of a step is longer. The fit's variables are logarithms: 2 is a factor of 7.
  T longest_step = 2;
  int max_evaluations = 500;
};

/// The best point found, and how far from stationary it is.
template <class Vector>
struct [[nodiscard]] newton_result {
  using T = typename Vector::Scalar;
  Vector x;
  T value, projected_gradient;      ///< f, and the largest |df/dx_i| that the box does not block
  T predicted_decrease, tolerance;  ///< the two sides of the stopping test where it was last made
  int iterations, evaluations;
  bool stationary;  ///< predicted_decrease <= tolerance, or neither value nor gradient can be told to get better
  bool hopeless;    ///< given up, see hopeless_above
};

/// Minimises f(x, gradient, hessian) -> value over the box, from x0 (projected onto it).
///
/// The function falls in every iteration, never by less than rounding: so no cycles across kinks. Where the predicted
/// decrease is within tolerance one full Newton step more is taken, which is worth as many digits again. A singular
/// Hessian is no obstacle: a stationary point on a flat valley is stationary.
/// Numerical outcomes are in the result; std::invalid_argument is thrown for bounds that are NaN or crossed. f may
/// return NaN or infinity away from x0: it steps back.
template <class F, class Vector>
newton_result<Vector> newton(const F& f, const Vector& x0, const newton_options<Vector>& options = {});

namespace detail {

/// The quadratic model of f at one iterate, over the variables that the box leaves free.
template <class Vector>
struct newton_model {
  using T = typename Vector::Scalar;
  static constexpr int n = Vector::SizeAtCompileTime;
  T value = std::numeric_limits<T>::quiet_NaN();
  Vector gradient = Vector::Zero();
  Eigen::Matrix<T, n, n> hessian = Eigen::Matrix<T, n, n>::Zero();
  bool free[n] = {};

  /// p = -(H + lambda diag |H|)^-1 g over the free variables, 0 elsewhere; false unless safely positive definite.
  bool step(T lambda, Vector& p) const {
    const T epsilon = std::numeric_limits<T>::epsilon();
    T smallest = 0;
    for (int i = 0; i < n; ++i) smallest = std::max(smallest, epsilon * std::abs(hessian(i, i)));
    Eigen::Matrix<T, n, n> l;
    for (int i = 0; i < n; ++i) {
      p[i] = 0;
      if (!free[i]) continue;
      T rest = -gradient[i];
      for (int j = 0; j <= i; ++j) {
        if (!free[j]) continue;
        T sum = hessian(i, j);
        for (int k = 0; k < j; ++k)
          if (free[k]) sum -= l(i, k) * l(j, k);
        if (j < i) {
          l(i, j) = sum / l(j, j);
          rest -= l(i, j) * p[j];
        } else {
          const T diagonal = std::max(std::abs(hessian(i, i)), smallest);
          sum += lambda * diagonal;
          if (!(sum > n * epsilon * diagonal)) return false;
          l(i, i) = std::sqrt(sum);
        }
      }
      p[i] = rest / l(i, i);
    }
    for (int i = n; i-- > 0;) {
      if (!free[i]) continue;
      for (int k = i + 1; k < n; ++k)
        if (free[k]) p[i] -= l(k, i) * p[k];
      p[i] /= l(i, i);
    }
    return true;
  }
};

}  // namespace detail

template <class F, class Vector>
newton_result<Vector> newton(const F& f, const Vector& x0, const newton_options<Vector>& options) {
  using T = typename Vector::Scalar;
  using model = detail::newton_model<Vector>;
  constexpr int n = model::n;
  constexpr T slight = T(1e-8), infinity = std::numeric_limits<T>::infinity();
  constexpr T largest = std::numeric_limits<T>::max() / 10;  // ten times that is infinity only if it is rounded up
  const scaling::detail::box<Vector> box(x0, options.lower, options.upper, "scaling::optimize::newton");

  newton_result<Vector> result{};
  Vector& x = result.x;
  for (int i = 0; i < n; ++i) {
    x[i] = box.project(i, x0[i]);
    // On a bound but for rounding: a step that must end there could gain nothing that f shows.
    for (const T bound : {box.lower(i), box.upper(i)})
      if (std::abs(x[i] - bound) <= 4 * std::numeric_limits<T>::epsilon() * std::clamp(std::abs(bound), T(1), largest))
        x[i] = bound;
  }
  const auto evaluate = [&](const Vector& at, model& to) {
    ++result.evaluations;
    to.value = f(at, to.gradient, to.hessian);
  };
  // p over the free variables. One on its bound that p would push out is held as well, or p would not descend.
  const auto solve = [&](model& m, T lambda, Vector& p) {
    for (int i = 0; i < n; ++i) m.free[i] = !box.fixed(i) && !box.blocked(i, x[i], m.gradient[i]);
    for (bool settled = false; !settled;) {
      if (!m.step(lambda, p)) return false;
      settled = true;
      for (int i = 0; i < n; ++i)
        if (m.free[i] && box.blocked(i, x[i], -p[i])) m.free[i] = settled = false;
    }
    return true;
  };

  model here, trial;
  Vector p = x, to = x;
  evaluate(x, here);
  while (std::isfinite(here.value)) {
    // Is it stationary? A slight lambda stands in for 0 in the directions in which f is flat.
    result.tolerance = options.relative_tolerance * std::abs(here.value) + options.floor;
    const bool regular = solve(here, T(0), p), solvable = regular || solve(here, slight, p);
    result.predicted_decrease = solvable ? -here.gradient.dot(p) : infinity;
    if (!regular) {  // by rounding alone, perhaps: no more than the longest of steps along -g would gain
      T linear = 0;
      for (int i = 0; i < n; ++i)
        if (!box.fixed(i) && !box.blocked(i, x[i], here.gradient[i]))
          linear += std::abs(here.gradient[i]) * options.longest_step;
      result.predicted_decrease = std::min(result.predicted_decrease, linear);
    }
    result.stationary = result.predicted_decrease <= result.tolerance;
    if (result.evaluations >= options.max_evaluations || (result.stationary && !solvable)) break;
    const T noise = options.root_noise * std::sqrt(std::abs(here.value));
    const bool blind = !result.stationary && result.predicted_decrease <= noise;
    result.hopeless = here.value - 2 * result.predicted_decrease > options.hopeless_above;
    if (result.hopeless) break;
    if (!regular && !result.stationary) {
      T lambda = T(1e-3);
      while (lambda < largest && !solve(here, lambda, p)) lambda *= 10;
      if (!(lambda < largest)) {  // no curvature anywhere: as far along -g as a step may go
        for (int i = 0; i < n; ++i) p[i] = here.free[i] ? -here.gradient[i] : T(0);
        scaling::detail::multiply(options.longest_step / scaling::detail::largest(p), p);
      }
    }
    const T length = scaling::detail::largest(p);
    if (!(length > 0) || !std::isfinite(length)) break;
    if (length > options.longest_step) scaling::detail::multiply(options.longest_step / length, p);

    // Weak Wolfe, up to where p leaves the box: enough decrease, and a slope that has flattened. The best point is
    // kept.
    const T slope = here.gradient.dot(p), limit = box.step_limit(x, p);
    model best = here;
    Vector best_x = x;
    T t = std::min(T(1), limit), low = 0, high = infinity;
    while (t > std::numeric_limits<T>::epsilon() * std::min(T(1), limit) &&
           result.evaluations < options.max_evaluations) {
      box.move(x, t, p, to);
      evaluate(to, trial);
      if (trial.value < best.value) best = trial, best_x = to;
      if (result.stationary || blind) break;
      if (!(trial.value <= here.value + T(1e-4) * t * slope))
        high = t;
      else if (trial.gradient.dot(p) < T(0.9) * slope && t < limit && t * length < options.longest_step)
        low = t;
      else
        break;
      t = high < infinity ? (low + high) / 2 : std::min(2 * t, limit);
    }
    // At the floor of rounding the gradient is a better judge than the value.
    const T flatter = box.projected_gradient(x, here.gradient) * (blind ? T(0.9) : T(1));
    if ((result.stationary || blind) && trial.value <= here.value + std::max(result.tolerance, noise) &&
        box.projected_gradient(to, trial.gradient) < flatter) {
      best = trial, best_x = to;
    } else if (blind) {
      result.tolerance = noise;
      result.stationary = true;
    }
    bool moved = false;
    for (int i = 0; i < n; ++i) moved = moved || best_x[i] != x[i];
    here = best;
    x = best_x;
    if (result.stationary || !moved) break;
    ++result.iterations;
  }
  result.value = here.value;
  result.projected_gradient = box.projected_gradient(x, here.gradient);
  return result;
}

}  // namespace scaling::optimize
