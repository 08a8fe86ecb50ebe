// The function that a fit minimises, with exact gradient and Hessian, for any law: its own formula in dual numbers.
// SPDX-License-Identifier: BSL-1.0
//
//   f(y)  = sum_i w_i rho(r_i(y)/sigma_i)         r_i = log law(x_i) - log L_i   or   law(x_i) - L_i
//   f'(y) = sum_i w_i rho'(r_i) r_i'
//   f''   = sum_i w_i (rho''(r_i) r_i' r_i'^T + rho'(r_i) r_i'')
//
// in the coordinates y of coordinates.hpp. A law that is a sum of powers has the same three in closed form, in
// power_sum.hpp; this one is its oracle in the tests. A sigma is worked in as rho(r/sigma) = rho_sigma(r)/sigma^2, with
// Huber's delta for the run delta sigma.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/cmath.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// The input of a law at a distinct run.
template <loss_model Law, class Distinct>
typename Law::input_type run_at(const Distinct& run) {
  constexpr auto inputs = Law::input_type::inputs();
  typename Law::input_type at{};
  for (std::size_t b = 0; b < inputs.size(); ++b) at.*inputs[b].member = run.inputs[b];
  return at;
}

/// Which function of the residuals is summed: of which, Huber's delta (infinite for the squared error), the factor of
/// those above 0, and whether the zone is one of rounding alone.
template <real T>
struct residual_function {
  scaling::residual residual = scaling::residual::log;
  T zone = T(1e-3), overestimates = 1;
  bool linear = false;
};

/// What both objectives know: the runs, the coordinates, and the function.
template <loss_model Law>
struct fit_problem {
  using T = typename Law::real_type;
  static constexpr std::size_t P = coefficient_count<Law>;
  static constexpr int dimension = static_cast<int>(P);
  using vector = Eigen::Matrix<T, dimension, 1>;
  using matrix = Eigen::Matrix<T, dimension, dimension>;
  using run_type = distinct_run<T, input_count<typename Law::input_type>>;

  std::vector<run_type> runs;
  detail::coordinates<Law> coordinates;
  residual_function<T> of;
  T floor;       ///< what rounding alone contributes to the objective
  T root_noise;  ///< by how much its values are off, over their root

  fit_problem(std::vector<run_type> runs_, const detail::coordinates<Law>& coordinates_,
              const residual_function<T>& function)
      : runs(std::move(runs_)), coordinates(coordinates_), of(function) {
    find_rounding();
  }

  /// r_i at a law over T or over dual numbers.
  template <class U>
  U residual_of(const rebind_t<Law, U>& law, const run_type& run) const {
    using cmath::log;
    const U predicted = law(run_at<Law>(run));
    return of.residual == residual::log ? U(log(predicted / U(run.loss))) : U(predicted - U(run.loss));
  }

  /// Whether two laws that are alike at the runs are one law, also where an input is twice theirs: so are those of which two
  /// terms of one kind have changed their names.
  bool are_one(const Law& a, const Law& b) const {
    constexpr auto inputs = Law::input_type::inputs();
    for (const auto& run : runs)
      for (const auto& input : inputs) {
        auto there = run_at<Law>(run);
        there.*input.member *= 2;
        const T here = a(there);
        if (!(std::abs(b(there) - here) <= T(1e-6) * std::abs(here))) return false;
      }
    return true;
  }

  T weight(const run_type& run, T r) const {
    return run.weight / (run.sigma * run.sigma) * (r > 0 ? of.overestimates : T(1));
  }
  T zone(const run_type& run) const { return of.zone * run.sigma; }

  /// A run's part of the objective; its derivative and its second one by r.
  T rho(const run_type& run, T r) const {
    const T size = std::abs(r), within = std::min(size, zone(run));
    return weight(run, r) * within * (size - within / 2);
  }
  T slope(const run_type& run, T r) const { return weight(run, r) * std::clamp(r, -zone(run), zone(run)); }
  T curvature(const run_type& run, T r) const { return std::abs(r) <= zone(run) ? weight(run, r) : T(0); }

  /// How many different losses are in the quadratic zone at a law: those that the curvature rests on.
  std::size_t different_in_zone(const Law& law) const {
    std::vector<run_type> inside;
    for (const auto& run : runs)
      if (std::abs(residual_of<T>(law, run)) <= zone(run)) inside.push_back(run);
    return different_losses(inside);
  }

  /// The residuals at a law, one for each distinct run.
  std::vector<T> residuals(const Law& law) const {
    std::vector<T> r;
    r.reserve(runs.size());
    for (const auto& run : runs) r.push_back(residual_of<T>(law, run));
    return r;
  }

  /// The objective, given the residuals.
  T value_of(const std::vector<T>& r) const {
    T sum = 0;
    for (std::size_t i = 0; i < r.size(); ++i) sum += rho(runs[i], r[i]);
    return sum;
  }

  /// The rounding of a residual: a few epsilon of the largest |log L|, or of L.
  static T resolution(const std::vector<run_type>& runs, scaling::residual residual) {
    const auto [low, high] =
        std::minmax_element(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.loss < b.loss; });
    const T scale = residual == scaling::residual::log
                        ? std::max({T(1), std::abs(std::log(low->loss)), std::abs(std::log(high->loss))})
                        : high->loss;
    return 4 * std::numeric_limits<T>::epsilon() * scale;
  }

 private:
  /// The criterion of residuals of a few roundings, n (4 eps scale)^2 within the quadratic zone: smaller differences of
  /// the objective mean nothing, and runs without noise have their optimum there. And how far a value is off whose
  /// residuals are each off by that: sum w rho' dr, the slopes at most sqrt(2 w rho), the errors independent.
  void find_rounding() {
    const T rounding = resolution(runs, of.residual);
    T heaviest = 0;
    floor = 0;
    for (const auto& run : runs) {
      floor += 2 * rho(run, rounding);
      heaviest = std::max(heaviest, weight(run, rounding));
    }
    root_noise = 2 * rounding * std::sqrt(2 * heaviest);
  }
};

/// The objective of any law, by dual numbers.
template <loss_model Law>
class objective : public fit_problem<Law> {
  using base = fit_problem<Law>;

 public:
  using base::P;
  using typename base::matrix;
  using typename base::T;
  using typename base::vector;

  objective(std::vector<typename base::run_type> distinct, const constraints<Law>& limits,
            const residual_function<T>& function, const centring<Law>& centres = {})
      : base(std::move(distinct), detail::coordinates<Law>(limits, centres), function) {}

  T operator()(const vector& y, vector& gradient) const {
    using jet = dual<T, P>;
    T value = 0;
    gradient.setZero();
    const auto law = this->coordinates.law_at(variables<jet>(y));
    for (const auto& run : this->runs) {
      const jet r = this->template residual_of<jet>(law, run);
      const T s = this->slope(run, r.value);
      value += this->rho(run, r.value);
      for (std::size_t a = 0; a < P; ++a) gradient[int(a)] += s * r.gradient[a];
    }
    return value;
  }

  T operator()(const vector& y, vector& gradient, matrix& hessian) const {
    using jet = dual<dual<T, P>, P>;
    T value = 0;
    gradient.setZero();
    hessian.setZero();
    const auto law = this->coordinates.law_at(variables<jet>(y));
    for (const auto& run : this->runs) {
      const jet r = this->template residual_of<jet>(law, run);
      const T s = this->slope(run, r.value.value), c = this->curvature(run, r.value.value);
      value += this->rho(run, r.value.value);
      for (std::size_t a = 0; a < P; ++a) {
        gradient[int(a)] += s * r.value.gradient[a];
        for (std::size_t b = 0; b < P; ++b)
          hessian(int(a), int(b)) += c * r.value.gradient[a] * r.value.gradient[b] + s * r.gradient[a].gradient[b];
      }
    }
    return value;
  }

  /// The residuals at y, one for each distinct run.
  std::vector<T> residuals_at(const vector& y) const { return this->residuals(this->coordinates.law_at(y)); }

  /// sum_i w_i (d log law(x_i) / dy)(d log law(x_i) / dy)^T.
  matrix log_gram(const vector& y) const {
    using jet = dual<T, P>;
    matrix gram = matrix::Zero();
    const auto law = this->coordinates.law_at(variables<jet>(y));
    for (const auto& run : this->runs) {
      const jet predicted = law(run_at<Law>(run));
      for (std::size_t a = 0; a < P; ++a)
        for (std::size_t b = 0; b < P; ++b)
          gram(int(a), int(b)) += run.weight / (run.sigma * run.sigma) * (predicted.gradient[a] / predicted.value) *
                                  (predicted.gradient[b] / predicted.value);
    }
    return gram;
  }

 private:
  template <class Jet>
  static std::array<Jet, P> variables(const vector& y) {
    std::array<Jet, P> result;
    for (std::size_t k = 0; k < P; ++k) {
      if constexpr (std::is_same_v<Jet, dual<T, P>>)
        result[k] = Jet::variable(y[int(k)], k);
      else
        result[k] = Jet::variable(dual<T, P>::variable(y[int(k)], k), k);
    }
    return result;
  }
};

}  // namespace scaling::detail
