// The covariance of fitted coefficients from one fit: what its runs say without being drawn again.
// SPDX-License-Identifier: BSL-1.0
//
// With residuals r_i, their gradients J_i and the criterion sum_i rho(r_i), psi = rho', whose Hessian at the optimum is
//
//   H = sum_i (psi'(r_i) J_i J_i^T + psi(r_i) r_i'')
//
// sandwich       H^-1 (sum_i psi(r_i)^2 J_i J_i^T) H^-1             Huber 1967, White 1980: whatever the errors are
// likelihood     s^2 H^-1,  s^2 = sum r^2 / (n - p)                 for `squared`: Gaussian errors of one size
// gauss_newton   (sum psi^2 / (n - p)) / (mean psi')^2 (J^T J)^-1   errors independent of the run (Huber 1973)
//
// For `squared` the last is the textbook s^2 (J^T J)^-1. All is computed in coordinates that the QR decomposition of J
// makes orthonormal: in log A and alpha themselves H has a condition number of 1e7 on Epoch's runs.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string_view>
#include <variant>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>
#include <boost/math/distributions/normal.hpp>

#include <scaling/core/error.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/inference/residual_derivatives.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// What is assumed of the errors; see above.
enum class covariance_form { sandwich, likelihood, gauss_newton };

namespace detail {

/// The coefficients that a fit was free to move, by their places; the symbols of the rest go to `excluded`.
template <loss_model Law>
std::vector<int> free_coefficients(const fit_result<Law>& result, std::vector<std::string_view>& excluded) {
  constexpr auto table = Law::coefficients();
  std::vector<int> places;
  for (std::size_t k = 0; k < table.size(); ++k) {
    const bool held = std::any_of(result.at_bound.begin(), result.at_bound.end(),
                                  [&](const auto& hit) { return hit.symbol == table[k].symbol; });
    if (held)
      excluded.push_back(table[k].symbol);
    else
      places.push_back(static_cast<int>(k));
  }
  return places;
}

}  // namespace detail

/// The covariance of the coefficients of a fit to these observations, which must be those that it was fitted to.
///
/// Coefficients at a bound are held there, excluded and named: their errors are not of this kind.
/// Errors: std::invalid_argument for another number of observations, and for covariance_form::likelihood of a criterion
/// other than `squared`, which names no density. Numerical outcomes are in `status`.
/// Accuracy: some 1e-9 relative; the statistical approximation is far coarser. Under Huber's criterion H rests on the
/// runs in the quadratic zone alone, of which `in_quadratic_zone` says how many there are: prefer a bootstrap if few.
/// Complexity: one evaluation of the law in nested dual numbers a run.
template <loss_model Law, std::ranges::random_access_range Runs>
coefficient_covariance<Law> covariance(const fit_result<Law>& result, const Runs& observations,
                                       covariance_form form = covariance_form::sandwich) {
  using T = typename Law::real_type;
  using dynamic = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  constexpr auto function = "scaling::covariance";
  const auto n = static_cast<Eigen::Index>(std::ranges::size(observations));
  detail::require<std::invalid_argument>(static_cast<std::size_t>(n) == result.observation_count, function,
                                         "number of observations", n, "that of the fit");
  const auto* zone = std::get_if<huber>(&result.options.criterion);
  if (zone && form == covariance_form::likelihood)
    detail::refuse<std::invalid_argument>(
        "scaling::covariance: covariance_form::likelihood needs a criterion that names a density, such as squared; "
        "huber does not");
  const T delta = zone ? static_cast<T>(zone->delta) : std::numeric_limits<T>::infinity();

  coefficient_covariance<Law> answer{result.law, {}};
  answer.factor.setConstant(std::numeric_limits<T>::quiet_NaN());
  const auto places = detail::free_coefficients(result, answer.excluded);
  const auto p = static_cast<Eigen::Index>(places.size());
  const auto ended = [&](covariance_status status) {
    answer.status = status;
    return answer;
  };
  if (!result.identified() || p == 0) return ended(covariance_status::not_identified);

  // Jacobian, criterion's slopes and curvatures, and the part of H that J does not give.
  const auto x = detail::fitted_coordinates(result.law);
  dynamic jacobian(n, p), bend = dynamic::Zero(p, p);
  Eigen::Matrix<T, Eigen::Dynamic, 1> slope(n), curvature(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto r =
        detail::residual_derivatives_at<Law>(x, std::ranges::begin(observations)[i], result.options.residual);
    const bool inside = std::abs(r.value) <= delta;
    slope[i] = std::clamp(r.value, -delta, delta);
    curvature[i] = inside ? T(1) : T(0);
    answer.in_quadratic_zone += inside;
    jacobian.row(i) = r.gradient(places).transpose();
    bend += slope[i] * r.hessian(places, places);
  }

  // J = Q R; in the coordinates R x the Jacobian is Q.
  const Eigen::HouseholderQR<dynamic> qr(jacobian);
  const dynamic triangle = qr.matrixQR().topRows(p).template triangularView<Eigen::Upper>();
  const dynamic basis = qr.householderQ() * dynamic::Identity(n, p);
  const auto unscaled = [&](const dynamic& m) {
    return triangle.template triangularView<Eigen::Upper>().solve(m).eval();
  };
  dynamic factor;
  if (form == covariance_form::gauss_newton) {
    const T mean = curvature.mean();
    if (!(mean > 0)) return ended(covariance_status::not_a_minimum);
    factor = dynamic::Identity(p, p) * (slope.norm() / std::sqrt(static_cast<T>(n - p)) / mean);
  } else {
    const dynamic half = unscaled(dynamic::Identity(p, p));
    const dynamic hessian = basis.transpose() * curvature.asDiagonal() * basis + half.transpose() * bend * half;
    const Eigen::LLT<dynamic> cholesky(hessian);
    if (cholesky.info() != Eigen::Success) return ended(covariance_status::not_a_minimum);
    if (form == covariance_form::sandwich) {
      const Eigen::HouseholderQR<dynamic> middle(slope.asDiagonal() * basis);
      const dynamic root = middle.matrixQR().topRows(p).template triangularView<Eigen::Upper>();
      factor = cholesky.solve(root.transpose());
    } else {
      factor = cholesky.matrixU().solve(dynamic::Identity(p, p)) * (slope.norm() / std::sqrt(static_cast<T>(n - p)));
    }
  }
  if (!factor.allFinite()) return ended(covariance_status::not_finite);
  answer.factor.setZero();
  const dynamic back = unscaled(factor);
  for (Eigen::Index a = 0; a < p; ++a)
    for (Eigen::Index b = 0; b < p; ++b) answer.factor(places[std::size_t(a)], static_cast<int>(b)) = back(a, b);
  return answer;
}

/// f(law) more or less as many standard errors as the normal distribution has at this level.
/// Trap: symmetric in f. For a positive quantity that spans a decade take its logarithm for f.
template <loss_model Law, class F>
interval<typename Law::real_type> normal_interval_of(const coefficient_covariance<Law>& covariance, F&& f,
                                                     double level = 0.95) {
  using T = typename Law::real_type;
  detail::require_level("scaling::normal_interval_of", level);
  const T deviations = static_cast<T>(boost::math::quantile(boost::math::normal(), (1 + level) / 2));
  const T centre = static_cast<T>(f(covariance.law)), reach = deviations * covariance.standard_error_of(f);
  return {centre - reach, centre + reach, level};
}

}  // namespace scaling
