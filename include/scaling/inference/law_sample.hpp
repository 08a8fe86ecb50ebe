// A sample of laws, such as the replicates of a bootstrap: what it says of any function of the law.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <vector>

#include <Eigen/Core>
#include <Eigen/QR>

#include <scaling/core/error.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// What all the functions of a sample ask of it: `laws`, in any order. `law_sample` is one, and so is any type of the
/// user's, such as draws from a posterior.
template <class Sample>
concept sample_of_laws = requires(const Sample& sample) {
  sample.laws.size();
  sample.laws.begin();
  requires loss_model<typename std::remove_cvref_t<decltype(sample.laws)>::value_type>;
};

/// f at each law of a sample.
template <sample_of_laws Sample, class F>
auto values_of(const Sample& sample, F&& f) {
  std::vector<std::remove_cvref_t<decltype(f(*sample.laws.begin()))>> values;
  values.reserve(sample.laws.size());
  for (const auto& law : sample.laws) values.push_back(f(law));
  return values;
}

/// Laws, and what they say of any function f of one, a number.
template <loss_model Law>
struct law_sample {
  using T = typename Law::real_type;

  std::vector<Law> laws;

  /// The standard deviation of f(law) over the sample, with n - 1. NaN for fewer than two laws, or if a value is.
  template <class F>
  T standard_error_of(F&& f) const {
    const auto values = values_of(*this, f);
    if (values.size() < 2) return std::numeric_limits<T>::quiet_NaN();
    // From one of them, since a mean of itself would be off by more roundings than a small scatter leaves room for.
    using wide = std::common_type_t<T, double>;
    Eigen::Matrix<wide, Eigen::Dynamic, 1> deviations(static_cast<Eigen::Index>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i)
      deviations[static_cast<Eigen::Index>(i)] = wide(values[i]) - wide(values[0]);
    const wide largest = deviations.cwiseAbs().maxCoeff();  // the unit: squares of FLOP may overflow
    if (largest > 0) deviations /= largest;
    deviations.array() -= deviations.mean();
    const auto degrees = static_cast<wide>(values.size() - 1);
    return static_cast<T>(largest * (deviations.norm() / std::sqrt(degrees)));
  }

  /// The percentile interval of f(law): see interval.hpp; bca.hpp has one that allows for bias and skewness.
  template <class F>
  interval<T> interval_of(F&& f, double level = 0.95) const {
    return percentile_interval(values_of(*this, f), level);
  }

  /// The covariance of the fitted coordinates (log c or c) over the sample, about its mean. The `law` of the answer is
  /// the one at that mean. Coefficients that are the same in all laws, such as those that a fit held, are excluded. Not
  /// finite where some laws lack a term: the logarithm of 0 has no mean.
  coefficient_covariance<Law> covariance() const {
    using wide = std::common_type_t<T, double>;
    constexpr int P = static_cast<int>(coefficient_count<Law>);
    detail::require<std::invalid_argument>(laws.size() > coefficient_count<Law>, "scaling::law_sample::covariance",
                                           "number of laws", laws.size(), "above the number of coefficients");
    Eigen::Matrix<wide, Eigen::Dynamic, P> deviations(static_cast<Eigen::Index>(laws.size()), P);
    for (std::size_t i = 0; i < laws.size(); ++i)
      deviations.row(static_cast<Eigen::Index>(i)) =
          detail::fitted_coordinates(detail::law_in<wide>(laws[i])).transpose();
    Eigen::Matrix<wide, P, 1> mean;
    Eigen::Matrix<int, P, 1> leader =
        Eigen::Matrix<int, P, 1>::Zero();  // the first coefficient that is the same as this one in all laws
    std::vector<std::string_view> excluded;
    for (int k = 0; k < P; ++k) {
      auto column = deviations.col(k);
      mean[k] = column[0];
      if ((column.array() == mean[k]).all()) {  // of which a mean would be off by rounding, and so would all deviations
        excluded.push_back(Law::coefficients()[static_cast<std::size_t>(k)].symbol);
        column.setZero();
      } else {
        mean[k] = column.mean();
        column.array() -= mean[k];
      }
      while (leader[k] < k && (deviations.col(leader[k]).array() != column.array()).any()) ++leader[k];
    }
    deviations /= std::sqrt(static_cast<wide>(laws.size() - 1));
    const auto centre = detail::law_of_coordinates<rebind_t<Law, wide>>(mean);
    coefficient_covariance<Law> result{detail::law_in<T>(centre), {}, excluded};
    for (const auto& row : Law::coefficients())
      if (!result.varies(row.symbol)) result.law.*row.member = laws.front().*row.member;
    if (deviations.allFinite()) {
      // deviations = Q R, so that their product with themselves is R^T R.
      const Eigen::HouseholderQR<decltype(deviations)> qr(deviations);
      const Eigen::Matrix<wide, P, P> factor =
          qr.matrixQR().template topRows<P>().template triangularView<Eigen::Upper>().toDenseMatrix().transpose();
      // Without what rounding makes of a tie.
      for (int k = 0; k < P; ++k) result.factor.row(k) = factor.row(leader[k]).template cast<T>();
    } else {
      result.factor.setConstant(std::numeric_limits<T>::quiet_NaN());
      result.status = covariance_status::not_finite;
    }
    return result;
  }
};

}  // namespace scaling
