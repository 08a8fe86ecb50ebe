// Whether a law agrees with another: Wald and likelihood-ratio tests of fitted against published coefficients.
// SPDX-License-Identifier: BSL-1.0
//
// Besiroglu et al. 2024 (arXiv 2404.10102) reject so the coefficients of Hoffmann et al. 2022 on the runs of their own
// figure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <ranges>
#include <type_traits>
#include <vector>

#include <Eigen/Core>
#include <Eigen/QR>
#include <boost/math/distributions/chi_squared.hpp>

#include <scaling/core/error.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/in_double.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/inference/likelihood.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// A statistic that would have the chi-squared distribution if the laws agreed, and the probability that it would then
/// be at least as large.
template <class T>
struct agreement {
  T statistic;
  int degrees_of_freedom;
  T p_value;
};

namespace detail {

template <class T>
agreement<T> chi_squared_agreement(T statistic, int degrees_of_freedom) {
  if (!(statistic < std::numeric_limits<T>::infinity()))  // also NaN, which Boost refuses
    return {statistic, degrees_of_freedom, statistic > 0 ? T(0) : statistic};
  const boost::math::chi_squared_distribution<T> distribution(static_cast<T>(degrees_of_freedom));
  return {statistic, degrees_of_freedom,
          boost::math::cdf(boost::math::complement(distribution, std::max(statistic, T(0))))};
}

}  // namespace detail

/// Wald's test: d^T V^-1 d, where d is the difference of the two laws in the fitted coordinates (log A, alpha ...) over
/// the coefficients that vary. NaN unless the covariance is ok.
///
/// Where coefficients are tied V is singular: its rank is the degrees of freedom, and of a law that does not keep the tie
/// (to sqrt(epsilon) of the coordinates; in float, to that of double) the statistic is infinite, as is that of a law with
/// a coefficient of 0 whose logarithm was fitted.
/// Trap: with the covariance's default form it rejects too often. Of 400 tables each of 36, 108 and 243 runs with errors of
/// 0.5 %, fitted by least squares, the true law was rejected at 5 % in 32, 10, 8 % by the sandwich, in 8, 4, 7 % by
/// gauss_newton, in 8, 4, 6 % by the likelihood ratio below.
/// Trap: like every Wald test it depends on the coordinates; far from the law, where it is quadratic only by
/// extrapolation, its size says less than that it is large. A law whose coefficients were rounded keeps few ties.
template <loss_model Law>
agreement<typename Law::real_type> wald_test(const coefficient_covariance<Law>& covariance, const Law& other) {
  using T = typename Law::real_type;
  using wide = std::common_type_t<T, double>;  // float's epsilon is no less than what real runs determine
  using dynamic = Eigen::Matrix<wide, Eigen::Dynamic, Eigen::Dynamic>;
  constexpr auto table = Law::coefficients();
  std::vector<int> places;
  for (std::size_t k = 0; k < table.size(); ++k)
    if (covariance.varies(table[k].symbol)) places.push_back(static_cast<int>(k));
  constexpr T infinity = std::numeric_limits<T>::infinity(), not_a_number = std::numeric_limits<T>::quiet_NaN();
  if (covariance.status != covariance_status::ok || places.empty())
    return {not_a_number, static_cast<int>(places.size()), not_a_number};
  using vector = Eigen::Matrix<wide, Eigen::Dynamic, 1>;
  dynamic reduced = covariance.factor.template cast<wide>()(places, Eigen::all);
  const vector here = detail::fitted_coordinates(detail::law_in<wide>(covariance.law))(places),
               there = detail::fitted_coordinates(detail::law_in<wide>(other))(places);
  // In standard errors, whatever the units of a coefficient; and what of a tie is rounding.
  vector difference = there - here, rounding = here.cwiseAbs() + there.cwiseAbs();
  for (Eigen::Index i = 0; i < reduced.rows(); ++i) {
    const wide error = reduced.row(i).stableNorm();
    if (!(error > 0)) continue;
    reduced.row(i) /= error, difference[i] /= error, rounding[i] /= error;
  }
  Eigen::CompleteOrthogonalDecomposition<dynamic> decomposition;
  decomposition.setThreshold(64 * std::numeric_limits<wide>::epsilon());  // what rounding leaves of a tie
  decomposition.compute(reduced);
  const auto freedom = static_cast<int>(decomposition.rank());
  if (!difference.allFinite()) return detail::chi_squared_agreement(infinity, freedom);
  // F z = d with the shortest z: |z|^2 is the statistic, without V being formed.
  const vector z = decomposition.solve(difference);
  const wide kept = std::sqrt(std::numeric_limits<wide>::epsilon());
  if (((reduced * z - difference).cwiseAbs().array() > kept * (rounding.array() + 1)).any())
    return detail::chi_squared_agreement(infinity, freedom);
  return detail::chi_squared_agreement(static_cast<T>(z.squaredNorm()), freedom);
}

/// The likelihood-ratio test of `other` against `fitted`, the law of the greatest likelihood on these observations:
/// twice the difference of their log-likelihoods, each with its own scale; see likelihood.hpp for the densities.
/// `degrees_of_freedom` is the number of coefficients that the fit was free to move; by default all of them.
/// Trap: `fitted` must be the optimum of the density named, by residuals of the `kind` that it was fitted to; anything else
/// makes the statistic too small, and may make it negative.
template <loss_model Law, std::ranges::input_range Runs>
agreement<typename Law::real_type> likelihood_ratio_test(const Law& fitted, const Law& other, const Runs& observations,
                                                         const criterion& density = huber{},
                                                         int degrees_of_freedom = int(coefficient_count<Law>),
                                                         residual kind = residual::log) {
  detail::require(degrees_of_freedom > 0, "scaling::likelihood_ratio_test", "degrees_of_freedom", degrees_of_freedom,
                  "positive");
  const auto gain = log_likelihood(fitted, observations, density, kind).log_likelihood -
                    log_likelihood(other, observations, density, kind).log_likelihood;
  return detail::chi_squared_agreement(2 * gain, degrees_of_freedom);
}

/// Of laws in float: their difference in double, and rounded.
template <detail::law_in_float Law, std::ranges::input_range Runs>
agreement<float> likelihood_ratio_test(const Law& fitted, const Law& other, const Runs& observations,
                                       const criterion& density = huber{},
                                       int degrees_of_freedom = int(coefficient_count<Law>),
                                       residual kind = residual::log) {
  const auto wide = likelihood_ratio_test(detail::law_in<double>(fitted), detail::law_in<double>(other),
                                          detail::widened<Law>(observations), density, degrees_of_freedom, kind);
  return {static_cast<float>(wide.statistic), wide.degrees_of_freedom, static_cast<float>(wide.p_value)};
}

}  // namespace scaling
