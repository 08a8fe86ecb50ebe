// The way down from a starting point to its minimum: Newton's method, through wider quadratic zones where it creeps.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/descent.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/revival.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/optimize/newton.hpp>

namespace scaling::detail {

/// Polishes starting points of one objective, of which it keeps a reference and for a while widens the quadratic zone.
template <loss_model Law>
class polisher {
 public:
  using objective_type = typename objective_of<Law>::type;
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;
  using end = descent<vector>;

  /// Evaluations of a polish that does not creep, of which a good start needs 10; and of one that may.
  static constexpr int direct = 40, usual = 500;

  explicit polisher(objective_type& f) : f_(f) {}

  end polish(const vector& y);

  /// Into the nearest minimum: a polish that creeps comes down through wider quadratic zones, which have fewer minima.
  end settle(const vector& y) { return without_nothing(f_.of.linear ? follow(y, T(0.05)) : newton(y)); }

  end newton(const vector& y, int max_evaluations = usual);

  T value_at(const vector& y) {
    vector gradient;
    ++evaluations_;
    return f_(y, gradient);
  }

  /// What rounding alone makes of a value of the objective.
  T noise(T value) const {
    return T(64) * std::numeric_limits<T>::epsilon() * std::abs(value) + f_.floor +
           f_.root_noise * std::sqrt(std::abs(value));
  }

  optimize::newton_options<vector> options_at(const vector& y) const;

  /// Of the objective, so far.
  int evaluations() const { return evaluations_; }

 private:
  static constexpr std::size_t P = coefficient_count<Law>;
  static constexpr auto table = Law::coefficients();
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  static int at(std::size_t k) { return static_cast<int>(k); }

  end follow(const vector& y, T share);
  end without_nothing(end result);

  objective_type& f_;
  int evaluations_ = 0;
};

/// The box, with the coefficients that have vanished at y held there, and the exponents that then have no effect.
template <loss_model Law>
auto polisher<Law>::options_at(const vector& y) const -> optimize::newton_options<vector> {
  optimize::newton_options<vector> options{
      .lower = f_.coordinates.lower(), .upper = f_.coordinates.upper(), .floor = f_.floor, .root_noise = f_.root_noise};
  for (std::size_t k = 0; k < P; ++k) {
    bool hold = y[at(k)] == -infinity;
    if constexpr (sum_of_powers<Law>)
      hold = hold || (f_.coordinates.limits().free(k) && is_idle<Law>(f_.coordinates.limits(), y, k));
    if (hold) (*options.lower)[at(k)] = (*options.upper)[at(k)] = y[at(k)];
  }
  return options;
}

template <loss_model Law>
auto polisher<Law>::newton(const vector& y, int max_evaluations) -> end {
  auto options = options_at(y);
  options.max_evaluations = max_evaluations;
  const auto r = optimize::newton(f_, y, options);
  evaluations_ += r.evaluations;
  return {r.x, r.value, r.projected_gradient, r.predicted_decrease, r.tolerance, r.iterations, r.stationary, true};
}

/// Where too few residuals are in the quadratic zone for Newton to see a curvature: widens it to a share of them, then
/// narrows it, as the absolute error needs from the first.
template <loss_model Law>
auto polisher<Law>::follow(const vector& y, T share) -> end {
  const T zone = f_.of.zone;
  std::vector<T> sizes = f_.residuals_at(y);
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = std::abs(sizes[i]) / f_.runs[i].sigma;
  const auto widest = sizes.begin() + static_cast<std::ptrdiff_t>(share * static_cast<T>(sizes.size() - 1));
  std::nth_element(sizes.begin(), widest, sizes.end());
  const T wide = *widest;
  auto rough = options_at(y);
  rough.relative_tolerance = std::sqrt(std::numeric_limits<T>::epsilon());
  vector from = y;
  for (f_.of.zone = wide; f_.of.zone > zone; f_.of.zone /= 4) {
    const auto step = optimize::newton(f_, from, rough);
    evaluations_ += step.evaluations;
    from = step.x;
  }
  f_.of.zone = zone;
  return newton(from);
}

/// Newton's method, directly if that is soon done, and otherwise down to Huber's delta.
template <loss_model Law>
auto polisher<Law>::polish(const vector& y) -> end {
  if (!(f_.of.zone < infinity)) return without_nothing(newton(y));
  if (f_.of.linear) {
    const end followed = without_nothing(follow(y, T(1)));
    vector gradient;
    ++evaluations_;
    if (!(f_(y, gradient) < followed.value)) return followed;
    const end stayed = without_nothing(newton(y));  // the way down from squares left the basin of y
    return stayed.value < followed.value ? stayed : followed;
  }
  end result = without_nothing(newton(y, direct));
  if (result.converged) return result;
  const end followed = without_nothing(follow(result.x, T(1)));
  if (followed.value <= result.value) return followed;
  result = without_nothing(newton(result.x));  // as above, the way down left the basin
  return followed.value < result.value ? followed : result;
}

/// Where a polish drove a coefficient to nothing, the end on the face where that is 0, unless that is worse.
template <loss_model Law>
auto polisher<Law>::without_nothing(end result) -> end {
  constexpr T nothing = T(1e-6);  // of every prediction
  const auto& limits = f_.coordinates.limits();
  for (std::size_t k = 0; k < P; ++k) {
    // A coefficient's coordinate is about the log of its term at the centre of the data, over the loss there.
    if (table[k].scale != scale::log || !limits.free(k) || limits.lower[k] > 0) continue;
    if (!(result.x[at(k)] < -5) || result.x[at(k)] == -infinity) continue;
    T weight = 0;
    for (const auto& run : f_.runs) weight += run.weight / (run.sigma * run.sigma);
    if (!(f_.log_gram(result.x)(at(k), at(k)) < nothing * nothing * weight)) continue;
    vector face = result.x;
    face[at(k)] = -infinity;
    const end without = newton(face);
    if (without.value <= result.value + std::max(result.tolerance, noise(result.value))) result = without;
  }
  return result;
}

}  // namespace scaling::detail
