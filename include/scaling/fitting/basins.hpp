// From starting points to minima: each is polished, the distinct ones are kept, and a vanished term must prove itself.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/optimize/lbfgsb.hpp>
#include <scaling/optimize/newton.hpp>

namespace scaling::detail {

/// The objective of a law: in closed form where it is a sum of powers, in dual numbers otherwise.
template <loss_model Law>
struct objective_of {
  using type = objective<Law>;
};
template <sum_of_powers Law>
struct objective_of<Law> {
  using type = power_sum_objective<Law>;
};

/// Where one start ended.
template <class Vector>
struct descent {
  using T = typename Vector::Scalar;
  Vector x;
  T value, projected_gradient, predicted_decrease, tolerance;
  int iterations;
  bool converged, polished;
};

/// The search of one fit: starts go in one by one, minima come out.
template <loss_model Law>
class basin_search {
 public:
  using objective_type = typename objective_of<Law>::type;
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;
  using end = descent<vector>;

  explicit basin_search(objective_type f) : f_(std::move(f)) {
    std::array<T, P> lower, upper;
    for (std::size_t k = 0; k < P; ++k) {
      lower[k] = static_cast<T>(Law::coefficients()[k].lower);
      upper[k] = static_cast<T>(Law::coefficients()[k].upper);
    }
    lower_ = f_.coordinates.of(lower);
    upper_ = f_.coordinates.of(upper);
  }

  /// Newton's method from x. A term whose coefficient has the coordinate -infinity is absent and stays so.
  void polish_from(const vector& x) { ends_.push_back(polish(x)); }

  /// L-BFGS-B from x.
  void descend_from(const vector& x) {
    const auto r = optimize::lbfgsb(f_, x, {.lower = lower_, .upper = upper_});
    evaluations_ += r.evaluations;
    ends_.push_back(
        {r.x, r.value, r.projected_gradient, r.predicted_decrease, T(0), r.iterations, r.converged(), false});
  }

  const objective_type& objective() const { return f_; }

  /// The minima behind the ends of all starts, best first; none within 1e-8 of another. The first is the best point
  /// even if it is no minimum. The others are: a plateau that a vanished term would leave if it came back is not listed.
  std::vector<end> minima() {
    std::vector<end> found;
    for (const auto& one : lowest_of_each(ends_)) {
      // The rest are places where starts got lost, far above; what they would polish to has been found from elsewhere.
      if (found.size() == most_minima) break;
      found.push_back(one.polished ? one : polish(one.x));
    }
    found = lowest_of_each(found);
    if (found.empty()) return found;
    for (std::size_t revivals = 0; revivals < 2 * terms.size(); ++revivals) {
      found = lowest_of_each(found);
      const auto revived = revive(found.front().x);
      if (!revived) break;
      const end better = polish(*revived);
      if (!(better.value < found.front().value)) break;
      found.push_back(better);
    }
    found = lowest_of_each(found);
    found.erase(std::remove_if(found.begin() + 1, found.end(),
                               [this](const end& one) { return !one.converged || revive(one.x); }),
                found.end());
    return found;
  }

  /// Whether two values of the objective are the same minimum.
  bool same(T low, T high) const { return high <= low + T(1e-8) * std::abs(low) + f_.floor; }

  /// A point to continue from, if the objective falls when a term that is 0 at x is brought back.
  std::optional<vector> revive(const vector& x) const;

  const std::vector<end>& ends() const { return ends_; }
  int evaluations() const { return evaluations_; }

 private:
  static constexpr std::size_t P = coefficient_count<Law>, most_minima = 24, none = term_place::none;
  static constexpr auto terms = term_places<Law>();
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  static int at(std::size_t k) { return static_cast<int>(k); }

  end polish(const vector& x);
  end newton(const vector& x);
  std::vector<end> lowest_of_each(std::vector<end> found) const;

  objective_type f_;
  vector lower_, upper_;
  std::vector<end> ends_;
  int evaluations_ = 0;
};

/// Sorted by value. Of those within rounding of one another the simplest, with the fewest terms and exponents at a
/// bound (A / N^0 is a floor in disguise), then the one with the smallest gradient: otherwise digits would depend on
/// which start happened to come first.
template <loss_model Law>
auto basin_search<Law>::lowest_of_each(std::vector<end> found) const -> std::vector<end> {
  std::erase_if(found, [](const end& one) { return !std::isfinite(one.value); });
  std::stable_sort(found.begin(), found.end(), [](const end& a, const end& b) { return a.value < b.value; });
  const auto preference = [this](const end& one) {
    int complexity = 0;
    for (const auto& term : terms) {
      if (one.x[at(term.coefficient)] == -infinity) continue;
      const int e = at(term.exponent);
      const T room = term.exponent == none ? infinity : std::min(one.x[e] - lower_[e], upper_[e] - one.x[e]);
      complexity += 1 + (room <= std::sqrt(std::numeric_limits<T>::epsilon()));
    }
    return std::pair(complexity, one.projected_gradient);
  };
  std::vector<end> result;
  T lowest = infinity;
  for (const auto& one : found) {
    if (result.empty() || !same(lowest, one.value)) {
      result.push_back(one);
      lowest = one.value;
    } else if (one.value <= lowest + T(64) * std::numeric_limits<T>::epsilon() * std::abs(lowest) + f_.floor &&
               preference(one) < preference(result.back())) {
      result.back() = one;
    }
  }
  return result;
}

template <loss_model Law>
auto basin_search<Law>::newton(const vector& x) -> end {
  optimize::newton_options<vector> options{.lower = lower_, .upper = upper_, .floor = f_.floor};
  const auto hold = [&](std::size_t k) { (*options.lower)[at(k)] = (*options.upper)[at(k)] = x[at(k)]; };
  for (std::size_t k = 0; k < P; ++k)
    if (x[at(k)] == -infinity) hold(k);
  for (const auto& term : terms)
    if (x[at(term.coefficient)] == -infinity && term.exponent != none) hold(term.exponent);
  auto r = optimize::newton(f_, x, options);
  evaluations_ += r.evaluations;
  if (!r.stationary && f_.zone < infinity) {
    // Too few residuals in the quadratic zone for Newton to see a curvature: widen it to all of them, then narrow it.
    const T zone = f_.zone;
    T wide = 0;
    for (const T residual : f_.residuals(f_.coordinates.law_at(x))) wide = std::max(wide, std::abs(residual));
    vector from = x;
    for (f_.zone = wide; f_.zone > zone; f_.zone /= 4) {
      const auto step = optimize::newton(f_, from, options);
      evaluations_ += step.evaluations;
      from = step.x;
    }
    f_.zone = zone;
    const auto followed = optimize::newton(f_, from, options);
    evaluations_ += followed.evaluations;
    if (followed.value < r.value || followed.stationary) r = followed;
  }
  return {r.x, r.value, r.projected_gradient, r.predicted_decrease, r.tolerance, r.iterations, r.stationary, true};
}

/// Newton's method; where it drives a coefficient to nothing it ends on the face where that is 0, unless that is worse.
template <loss_model Law>
auto basin_search<Law>::polish(const vector& x) -> end {
  constexpr T nothing = T(1e-6);  // of every prediction
  end result = newton(x);
  for (std::size_t k = 0; k < P; ++k) {
    // A coefficient's coordinate is about the log of its term at the centre of the data.
    if (Law::coefficients()[k].scale != scale::log || !(result.x[at(k)] < -5) || result.x[at(k)] == -infinity) continue;
    const auto effect = log_jacobian<Law>(f_, result.x)[k];
    if (!std::all_of(effect.begin(), effect.end(), [](T part) { return std::abs(part) < nothing; })) continue;
    vector face = result.x;
    face[at(k)] = -infinity;
    const end without = newton(face);
    if (without.value <= result.value + result.tolerance) result = without;
  }
  return result;
}

/// For each vanished term c / x^e, at each exponent of its box: with s = df/dc at c = 0, and h the curvature of a
/// quadratic that lies above f and touches it there, c = -s/h gains at least s^2/2h. The first gain that is more than
/// rounding, if any: f has no minimum at x then.
template <loss_model Law>
auto basin_search<Law>::revive(const vector& x) const -> std::optional<vector> {
  constexpr int steps = 100;
  const std::vector<T> r = f_.residuals(f_.coordinates.law_at(x));
  const T unit = f_.runs.front().loss;  // of c: squares of very large or very small losses would leave the range of T
  const T rounding = optimize::newton_options<vector>{}.relative_tolerance * f_.value_of(r) + f_.floor;
  for (const auto& term : terms) {
    const int c = at(term.coefficient), e = at(term.exponent);
    if (x[c] > -infinity) continue;
    for (int step = 0; step <= (term.exponent == none ? 0 : steps); ++step) {
      const T exponent = term.exponent == none ? T(0) : lower_[e] + (upper_[e] - lower_[e]) * T(step) / T(steps);
      T slope = 0, curvature = 0;
      for (std::size_t i = 0; i < r.size(); ++i) {
        const auto& run = f_.runs[i];
        T d = f_.residual == residual::log ? unit / run.loss * std::exp(-r[i]) : unit;
        if (term.exponent != none)
          d *= std::exp(-exponent * f_.coordinates.standardised(term.input, run.inputs[term.input]));
        slope += run.weight * f_.slope(r[i]) * d;
        curvature += run.weight * std::min(T(1), f_.zone / std::abs(r[i])) * d * d;
      }
      if (!(slope < 0) || !(slope * slope > 2 * curvature * rounding)) continue;
      vector revived = x;
      revived[c] = std::log(-slope / curvature) + std::log(unit);
      if (term.exponent != none) revived[e] = exponent;
      return revived;
    }
  }
  return std::nullopt;
}

}  // namespace scaling::detail
