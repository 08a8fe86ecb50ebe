// How the fitted coefficients of a law vary together, and by the delta method any function of the law.
// SPDX-License-Identifier: BSL-1.0
//
// The coordinates are those of a fit: log c for a coefficient of scale::log, c for the rest. With the covariance V at
// the law, a function f of the law has to first order the variance
//
//   grad f^T V grad f = sum_j (d f / d t along column j of F)^2,      V = F F^T
//
// f is evaluated once, at the law with the columns of F for derivatives: exact, through a plan that is searched for too.
// F is kept instead of V: log A and alpha correlate at 0.999 and more on real runs, and what is well determined is a
// small difference of what is not, which F retains and V, being a square, would round away.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/cmath.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// Whether a covariance means anything.
enum class covariance_status {
  ok,
  not_identified,  ///< the runs do not determine the coefficients, see fit_result::identified(), or are no more than those
  not_smooth,  ///< the criterion has no curvature to invert: `absolute`, or Huber's with no more runs in the quadratic
               ///< zone than coefficients; take a bootstrap or a profile
  not_a_minimum,  ///< the Hessian at the law is not positive definite
  not_finite      ///< a coefficient is 0 whose logarithm would be needed, or a law is not finite
};

namespace detail {

template <loss_model Law>
using coordinate_vector = Eigen::Matrix<typename Law::real_type, static_cast<int>(coefficient_count<Law>), 1>;
template <loss_model Law>
using coordinate_matrix = Eigen::Matrix<typename Law::real_type, static_cast<int>(coefficient_count<Law>),
                                        static_cast<int>(coefficient_count<Law>)>;

/// Log c or c, in the order of the table.
template <loss_model Law>
coordinate_vector<Law> fitted_coordinates(const Law& law) {
  coordinate_vector<Law> x;
  const auto values = coefficient_values(law);
  for (std::size_t k = 0; k < values.size(); ++k)
    x[static_cast<int>(k)] = Law::coefficients()[k].scale == scale::log ? std::log(values[k]) : values[k];
  return x;
}

/// The law at coordinates, which may be dual numbers.
template <loss_model Law>
Law law_of_coordinates(std::array<typename Law::real_type, coefficient_count<Law>> x) {
  using cmath::exp;
  for (std::size_t k = 0; k < x.size(); ++k)
    if (Law::coefficients()[k].scale == scale::log) x[k] = exp(x[k]);
  return law_from<Law>(x);
}
template <loss_model Law>
Law law_of_coordinates(const coordinate_vector<Law>& x) {
  std::array<typename Law::real_type, coefficient_count<Law>> values;
  std::copy(x.begin(), x.end(), values.begin());
  return law_of_coordinates<Law>(values);
}

}  // namespace detail

/// Two coefficients and how they correlate.
template <class T>
struct correlated_pair {
  std::string_view first, second;
  T correlation;
};

/// A law and how its coefficients vary about it: V = F F^T in the fitted coordinates.
template <loss_model Law>
struct coefficient_covariance {
  using T = typename Law::real_type;
  using vector_type = detail::coordinate_vector<Law>;
  using matrix_type = detail::coordinate_matrix<Law>;

  Law law;                                   ///< the law about which the coefficients vary
  matrix_type factor;                        ///< F; NaN unless the status is ok
  std::vector<std::string_view> excluded{};  ///< coefficients that do not vary: at a bound, fixed; rows of 0 in F
  covariance_status status{covariance_status::ok};
  /// Of the runs, those in the quadratic zone of the criterion: all that the curvature at the optimum rests on. With 39
  /// of 240, a standard error is itself uncertain by some sixth.
  std::size_t in_quadratic_zone{0};

  /// The covariance of the coordinates, in the order of the law's table.
  matrix_type matrix() const { return factor * factor.transpose(); }

  bool varies(std::string_view symbol) const {
    return std::find(excluded.begin(), excluded.end(), symbol) == excluded.end();
  }

  /// Their correlations; NaN in the rows of those that do not vary.
  matrix_type correlation() const {
    matrix_type unit = factor;
    for (int a = 0; a < unit.rows(); ++a) unit.row(a) /= factor.row(a).stableNorm();  // whose square may be beyond T
    return unit * unit.transpose();
  }

  /// The pairs that correlate by more than `threshold` either way, the strongest first. On real runs (A, alpha) and
  /// (B, beta) always do: see profile.hpp for intervals that do not mind.
  std::vector<correlated_pair<T>> correlated(double threshold = 0.9) const {
    constexpr auto table = Law::coefficients();
    std::vector<correlated_pair<T>> pairs;
    const matrix_type r = correlation();
    for (std::size_t a = 0; a < table.size(); ++a)
      for (std::size_t b = a + 1; b < table.size(); ++b)
        if (const T value = r(static_cast<int>(a), static_cast<int>(b)); std::abs(value) > T(threshold))
          pairs.push_back({table[a].symbol, table[b].symbol, value});
    std::sort(pairs.begin(), pairs.end(), [](const auto& x, const auto& y) {
      const T a = std::abs(x.correlation), b = std::abs(y.correlation);
      return a != b ? a > b : std::tie(x.first, x.second) < std::tie(y.first, y.second);
    });
    return pairs;
  }

  /// The standard errors of the coefficients themselves, in the order of the table: that of A is A times that of log A.
  /// NaN for those that do not vary.
  std::array<T, coefficient_count<Law>> standard_errors() const {
    constexpr auto table = Law::coefficients();
    std::array<T, table.size()> errors;
    for (std::size_t k = 0; k < table.size(); ++k) {
      const T in_coordinate = factor.row(static_cast<int>(k)).stableNorm();
      errors[k] = !varies(table[k].symbol)       ? std::numeric_limits<T>::quiet_NaN()
                  : table[k].scale == scale::log ? in_coordinate * law.*table[k].member
                                                 : in_coordinate;
    }
    return errors;
  }

  /// The standard error of f(law), a number, by the delta method. Coefficients that do not vary count as known.
  /// f takes a law over any scalar: `[](const auto& law) { return cmath::log(compute_optimal(law, 1e25).tokens); }`,
  /// with functions that take any, as those of scaling::cmath do. Accuracy: that of f; no step size is involved.
  /// Trap: it is first-order. Where f bends within a standard error, as far extrapolations do, take a bootstrap.
  template <class F>
  T standard_error_of(F&& f) const {
    if (status != covariance_status::ok) return std::numeric_limits<T>::quiet_NaN();
    vector_type slopes = slopes_of(f);
    return slopes.stableNorm();
  }

  /// d f / d t along each column of F.
  template <class F>
  vector_type slopes_of(F&& f) const {
    constexpr std::size_t P = coefficient_count<Law>;
    using number = input_dual<T, P>;
    using moved_law = rebind_t<Law, number>;
    static_assert(std::is_invocable_v<F&, const moved_law&>, "f must take a law over any scalar: [](const auto& law)");
    std::array<number, P> moved;
    for (std::size_t k = 0; k < P; ++k) {
      moved[k] = law.*Law::coefficients()[k].member;
      const T rate = Law::coefficients()[k].scale == scale::log ? moved[k].value : T(1);  // dc = c d log c
      for (std::size_t j = 0; j < P; ++j)
        moved[k].gradient[j] = rate * factor(static_cast<int>(k), static_cast<int>(j));
    }
    const number value = f(law_from<moved_law>(moved));
    return Eigen::Map<const vector_type>(value.gradient.data());
  }
};

}  // namespace scaling
