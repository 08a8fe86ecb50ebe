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
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>

#include <scaling/core/error.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/inference/in_double.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/inference/normal_deviations.hpp>
#include <scaling/inference/residual_derivatives.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// What is assumed of the errors; see above.
enum class covariance_form { sandwich, likelihood, gauss_newton };

namespace detail {

/// The directions in which a fit was free to move its coefficients, a column of 0 and 1 each: coefficients that are tied
/// move together. The symbols of those that were held, or are at a bound, go to `excluded`.
template <loss_model Law>
auto free_directions(const fit_result<Law>& result, const constraints<Law>& limits,
                     std::vector<std::string_view>& excluded) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  const auto stays = [&](std::size_t k) {
    return limits.held[k] || std::any_of(result.at_bound.begin(), result.at_bound.end(),
                                         [&](const auto& hit) { return hit.symbol == table[k].symbol; });
  };
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> directions(table.size(), 0);
  for (std::size_t k = 0; k < table.size(); ++k) {
    if (stays(limits.leader[k])) excluded.push_back(table[k].symbol);
    if (stays(k) || limits.leader[k] != k) continue;
    directions.conservativeResize(Eigen::NoChange, directions.cols() + 1);
    for (std::size_t j = 0; j < table.size(); ++j)
      directions(static_cast<Eigen::Index>(j), directions.cols() - 1) = limits.leader[j] == k ? T(1) : T(0);
  }
  return directions;
}

}  // namespace detail

/// The covariance of the coefficients of a fit to these observations, which must be those that it was fitted to.
///
/// Coefficients that are fixed or at a bound are excluded and named: their errors are not of this kind. Those that are
/// tied vary together. With known_sigma the size of the errors is not estimated in the form `likelihood`.
/// Errors: std::invalid_argument for observations that are not those of the fit, by their number or the ends of an
/// input, and for covariance_form::likelihood of a criterion other than `squared`, or with a factor for overestimates,
/// which names no density that has an inverse Hessian; for gauss_newton of a fit with weights other than frequencies.
/// Numerical outcomes are in `status`.
/// Accuracy: some 1e-9 relative; the statistical approximation is far coarser. Under Huber's criterion the curvature
/// rests on the runs in the quadratic zone, of which `in_quadratic_zone` says how many there are. Where they are few, as
/// with delta = 1e-3 and noise of 0.5 %, 95 % intervals held the truth in 82 to 84 % of tables of 36 runs (gauss_newton:
/// 72 to 78 %), a bootstrap's in 97 %; with 243 runs in 92 to 93 %. See docs/explain/intervals.md.
/// Trap: with few runs the intervals are far too narrow. Of 400 tables each of 6, 12, 18 and 24 runs with noise of
/// 0.5 %, 95 % intervals of alpha held the truth by the sandwich in 50, 80, 84, 90 % under least squares; under Huber's
/// criterion, of the 22, 73, 90, 96 % that were not not_smooth, in 14, 54, 74, 79 %; by gauss_newton in 76, 90, 90, 94 %
/// and in 33, 42, 57, 64 %. The sandwich is not for fewer than some 24 runs.
/// Complexity: one evaluation of the law in nested dual numbers a run.
template <loss_model Law, std::ranges::random_access_range Runs>
coefficient_covariance<Law> covariance(const fit_result<Law>& result, const Runs& observations,
                                       covariance_form form = covariance_form::sandwich) {
  using T = typename Law::real_type;
  using dynamic = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  constexpr auto function = "scaling::covariance";
  const auto& options = result.options;
  if (form == covariance_form::likelihood &&
      !(std::holds_alternative<squared>(options.criterion) && detail::overestimates(options.criterion) == 1))
    detail::refuse<std::invalid_argument>(
        "scaling::covariance: covariance_form::likelihood needs the criterion squared with overestimates of 1, which "
        "names a density with an inverse Hessian");
  if (form == covariance_form::gauss_newton && !std::holds_alternative<equal_weights>(options.weights) &&
      !std::holds_alternative<frequencies>(options.weights))
    detail::refuse<std::invalid_argument>(
        "scaling::covariance: covariance_form::gauss_newton takes the errors of all runs for alike, and the fit has "
        "weights that say otherwise");
  const auto limits = detail::constraints_of(function, options);
  detail::require_runs_of(function, result, observations);
  auto runs = detail::distinct_runs<T>(observations, options.weights);
  if (std::holds_alternative<relative_weights>(options.weights)) detail::tame_weights(runs);
  const auto of = detail::function_of(options, runs);
  const detail::objective<Law> f(std::move(runs), limits, of);
  const T n = static_cast<T>(result.observation_count);

  coefficient_covariance<Law> answer{result.law, {}};
  answer.factor.setConstant(std::numeric_limits<T>::quiet_NaN());
  answer.in_quadratic_zone = result.residuals.in_quadratic_zone;
  const auto directions = detail::free_directions(result, limits, answer.excluded);
  const Eigen::Index p = directions.cols(), rows = static_cast<Eigen::Index>(f.runs.size());
  const auto ended = [&](covariance_status status) {
    answer.status = status;
    return answer;
  };
  const bool known = form == covariance_form::likelihood && std::holds_alternative<known_sigma>(options.weights);
  const auto losses = static_cast<Eigen::Index>(detail::different_losses(f.runs));
  if (!result.identified() || p == 0 || (losses <= p && !known))  // or met by all runs, however often each is repeated
    return ended(covariance_status::not_identified);
  // Of a residual that is delta but for rounding the fit and the law may say different things.
  const std::size_t inside = std::min(answer.in_quadratic_zone, f.different_in_zone(result.law));
  if (of.linear || (of.zone < std::numeric_limits<T>::infinity() && inside <= static_cast<std::size_t>(p)))
    return ended(covariance_status::not_smooth);

  // By distinct run: J, psi and psi' of one observation; and the part of H that J does not give.
  const auto x = detail::fitted_coordinates(result.law);
  dynamic jacobian(rows, p), bend = dynamic::Zero(p, p);
  Eigen::Matrix<T, Eigen::Dynamic, 1> slope(rows), curvature(rows), count(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto& run = f.runs[static_cast<std::size_t>(i)];
    const auto r = detail::residual_derivatives_at<Law>(x, detail::run_at<Law>(run), run.loss, options.residual);
    count[i] = run.count;
    slope[i] = f.slope(run, r.value) / run.count;
    curvature[i] = f.curvature(run, r.value) / run.count;
    jacobian.row(i) = r.gradient.transpose() * directions;
    bend += run.count * slope[i] * (directions.transpose() * r.hessian * directions);
  }

  // With the square root of the counts J = Q R; in the coordinates R x the Jacobian is Q.
  const Eigen::HouseholderQR<dynamic> qr(count.cwiseSqrt().asDiagonal() * jacobian);
  const dynamic triangle = qr.matrixQR().topRows(p).template triangularView<Eigen::Upper>();
  const dynamic basis = qr.householderQ() * dynamic::Identity(rows, p);
  const auto unscaled = [&](const dynamic& m) -> dynamic {
    return triangle.template triangularView<Eigen::Upper>().solve(m);
  };
  dynamic factor;
  if (form == covariance_form::gauss_newton) {
    const T squares = slope.cwiseAbs2().dot(count) / (n - static_cast<T>(p)), mean = curvature.dot(count) / n;
    if (!(mean > 0)) return ended(covariance_status::not_a_minimum);
    factor = dynamic::Identity(p, p) * (std::sqrt(squares) / mean);
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
      const T variance = 2 * f.value_of(f.residuals(result.law)) / (n - static_cast<T>(p));
      factor = cholesky.matrixU().solve(dynamic::Identity(p, p)) * (known ? T(1) : std::sqrt(variance));
    }
  }
  if (!factor.allFinite()) return ended(covariance_status::not_finite);
  answer.factor.setZero();
  answer.factor.leftCols(p) = directions * unscaled(factor);
  return answer;
}

/// Of runs in float: made in double, and rounded.
template <detail::law_in_float Law, std::ranges::random_access_range Runs>
coefficient_covariance<Law> covariance(const fit_result<Law>& result, const Runs& observations,
                                       covariance_form form = covariance_form::sandwich) {
  const auto wide = detail::again_in_double("scaling::covariance", result, observations);
  auto answer = covariance(wide.result, wide.runs, form);
  if (!detail::is_finite(result.law)) {  // a coefficient is beyond float
    answer.status = covariance_status::not_finite;
    answer.factor.setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  return {result.law, answer.factor.template cast<float>(), answer.excluded, answer.status, answer.in_quadratic_zone};
}

/// f(law) more or less as many standard errors as the normal distribution has at this level.
/// Trap: symmetric in f. For a positive quantity that spans a decade take its logarithm for f.
template <loss_model Law, class F>
interval<typename Law::real_type> normal_interval_of(const coefficient_covariance<Law>& covariance, F&& f,
                                                     double level = 0.95) {
  using T = typename Law::real_type;
  detail::require_level("scaling::normal_interval_of", level);
  const T deviations = static_cast<T>(detail::normal_deviations(level));
  const T centre = static_cast<T>(f(covariance.law)), reach = deviations * covariance.standard_error_of(f);
  return {centre - reach, centre + reach, level};
}

}  // namespace scaling
