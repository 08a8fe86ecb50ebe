// The function that a fit minimises, with exact gradient and Hessian, for any law: its own formula in dual numbers.
// SPDX-License-Identifier: BSL-1.0
//
//   f(x)  = sum_i w_i rho(r_i(x))                 r_i = log law(x)_i - log L_i   or   law(x)_i - L_i
//   f'(x) = sum_i w_i rho'(r_i) r_i'
//   f''   = sum_i w_i (rho''(r_i) r_i' r_i'^T + rho'(r_i) r_i'')
//
// in the coordinates x of coordinates.hpp. A law that is a sum of powers has the same three in closed form, in
// power_sum.hpp; this one is its oracle in the tests.
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
  typename Law::input_type at{};
  for (std::size_t b = 0; b < run.inputs.size(); ++b) at.*Law::input_type::inputs()[b].member = run.inputs[b];
  return at;
}

/// What both objectives know: the runs, the coordinates, and which function of the residuals is summed.
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
  scaling::residual residual;
  T zone;   ///< Huber's delta; infinity for the squared error
  T floor;  ///< what rounding alone contributes to the objective

  fit_problem(std::vector<run_type> runs_, scaling::residual residual_, T zone_)
      : runs(std::move(runs_)), coordinates(runs), residual(residual_), zone(zone_), floor(rounding_floor()) {}

  /// r_i at a law over T or over dual numbers.
  template <class U>
  U residual_of(const rebind_t<Law, U>& law, const run_type& run) const {
    using cmath::log;
    const U predicted = law(run_at<Law>(run));
    return residual == scaling::residual::log ? U(log(predicted / U(run.loss))) : U(predicted - U(run.loss));
  }

  T rho(T r) const { return std::abs(r) <= zone ? r * r / 2 : zone * (std::abs(r) - zone / 2); }
  T slope(T r) const { return std::clamp(r, -zone, zone); }

  /// The residuals at a law, one for each distinct run.
  std::vector<T> residuals(const Law& law) const {
    std::vector<T> r;
    for (const auto& run : runs) r.push_back(residual_of<T>(law, run));
    return r;
  }

  /// The objective, given the residuals.
  T value_of(const std::vector<T>& r) const {
    T sum = 0;
    for (std::size_t i = 0; i < r.size(); ++i) sum += runs[i].weight * rho(r[i]);
    return sum;
  }

 private:
  /// n (4 eps scale)^2, where scale is the largest |log L|, or L: the criterion of residuals of a few roundings.
  /// Smaller differences of the objective mean nothing. Runs without noise have their optimum there.
  T rounding_floor() const {
    T scale = 0, weight = 0;
    for (const auto& run : runs) {
      scale =
          std::max(scale, residual == scaling::residual::log ? std::max(T(1), std::abs(std::log(run.loss))) : run.loss);
      weight += run.weight;
    }
    const T rounding = 4 * std::numeric_limits<T>::epsilon() * scale;
    return weight * rounding * rounding;
  }
};

/// The objective of any law, by dual numbers.
template <loss_model Law>
class objective : public fit_problem<Law> {
  using base = fit_problem<Law>;

 public:
  using base::base;
  using base::P;
  using typename base::matrix;
  using typename base::T;
  using typename base::vector;

  T operator()(const vector& x, vector& gradient) const {
    using jet = dual<T, P>;
    T value = 0;
    gradient.setZero();
    const auto law = this->coordinates.law_at(variables<jet>(x));
    for (const auto& run : this->runs) {
      const jet r = this->template residual_of<jet>(law, run);
      value += run.weight * this->rho(r.value);
      for (std::size_t a = 0; a < P; ++a) gradient[int(a)] += run.weight * this->slope(r.value) * r.gradient[a];
    }
    return value;
  }

  T operator()(const vector& x, vector& gradient, matrix& hessian) const {
    using jet = dual<dual<T, P>, P>;
    T value = 0;
    gradient.setZero();
    hessian.setZero();
    const auto law = this->coordinates.law_at(variables<jet>(x));
    for (const auto& run : this->runs) {
      const jet r = this->template residual_of<jet>(law, run);
      const T s = run.weight * this->slope(r.value.value),
              c = std::abs(r.value.value) <= this->zone ? run.weight : T(0);
      value += run.weight * this->rho(r.value.value);
      for (std::size_t a = 0; a < P; ++a) {
        gradient[int(a)] += s * r.value.gradient[a];
        for (std::size_t b = 0; b < P; ++b)
          hessian(int(a), int(b)) += c * r.value.gradient[a] * r.value.gradient[b] + s * r.gradient[a].gradient[b];
      }
    }
    return value;
  }

 private:
  template <class Jet>
  static std::array<Jet, P> variables(const vector& x) {
    std::array<Jet, P> result;
    for (std::size_t k = 0; k < P; ++k) {
      if constexpr (std::is_same_v<Jet, dual<T, P>>)
        result[k] = Jet::variable(x[int(k)], k);
      else
        result[k] = Jet::variable(dual<T, P>::variable(x[int(k)], k), k);
    }
    return result;
  }
};

}  // namespace scaling::detail
