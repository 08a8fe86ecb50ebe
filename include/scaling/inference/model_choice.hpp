// Which law: how well it predicts runs that it was not fitted to, and what its coefficients cost.
// SPDX-License-Identifier: BSL-1.0
//
//   held out   the law of the smaller sizes, at the larger ones: mean |law(x)/L - 1|
//   AIC        2 k - 2 log likelihood              k counts the free coefficients and the scale of the errors
//   BIC        k log n - 2 log likelihood
//
// The first is what a plan relies on. Choshen, Zhang and Andreas 2024 (arXiv 2410.11840) find some 4 % to be the best
// that is usually reached, and less of a difference no reason to prefer one law.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/inference/changes.hpp>
#include <scaling/inference/in_double.hpp>
#include <scaling/inference/likelihood.hpp>
#include <scaling/inference/resample.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// How a law of the small runs predicts the large ones. NaN where there was no fit or nothing to predict.
template <loss_model Law>
struct [[nodiscard]] held_out {
  using T = typename Law::real_type;

  Law law;  ///< fitted to the smaller sizes alone
  bool converged, identified;
  std::size_t fitted, predicted;  ///< how many runs
  T mean_error, largest_error;    ///< of |law(x)/L - 1|
  T bias;                         ///< mean of law(x)/L - 1: above 0 if it promises too little
};

/// Fits as `result` was fitted, but to the runs of the smaller sizes, those below the share `from` of the distinct
/// values of an input, and predicts the rest. from = 8./9 with 9 sizes leaves out the largest.
/// Errors: std::invalid_argument for an input that the runs do not have, for a fit with weights, and for observations
/// that are not those of the fit, by their number or the ends of an input; std::domain_error for a share that is not
/// between 0 and 1, and for a run that is no run, with its place.
template <loss_model Law, std::ranges::input_range Runs>
held_out<Law> predict_larger(const fit_result<Law>& result, const Runs& observations, double from = 0.5,
                             std::string_view input = "parameters") {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::predict_larger";
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  detail::require(from > 0 && from < 1, function, "from", from, "above 0 and below 1");
  if (!std::holds_alternative<equal_weights>(result.options.weights))
    detail::refuse<std::invalid_argument>(std::string(function) + ": the fit has weights, which are one for each run");
  const std::size_t b = detail::input_place<typename Law::input_type>(function, input);
  std::vector<observation<typename Law::input_type>> small(observations.begin(), observations.end()), large;
  detail::check_observations(function, small, 0);
  detail::require_runs_of(function, result, small);
  const auto sizes = detail::distinct_values(small, b);
  const auto kept = static_cast<std::size_t>(from * static_cast<double>(sizes.size()) + 1e-9);
  const auto is_large = [&](const auto& run) {
    return kept == 0 || run.at.*Law::input_type::inputs()[b].member > sizes[kept - 1];
  };
  std::copy_if(small.begin(), small.end(), std::back_inserter(large), is_large);
  std::erase_if(small, is_large);

  std::array<T, coefficient_count<Law>> values;
  values.fill(nan);
  held_out<Law> answer{law_from<Law>(values), false, false, small.size(), large.size(), nan, nan, nan};
  const auto free = detail::constraints_of(function, result.options).free_count();
  if (small.empty() || small.size() < free) return answer;
  const auto fitted = detail::fit_by(result.options, small);
  answer.law = fitted.law;
  answer.converged = fitted.converged();
  answer.identified = fitted.identified();
  if (large.empty()) return answer;
  std::common_type_t<T, double> sizes_of_errors = 0, errors = 0;  // many small ones in float would not add up
  answer.largest_error = 0;
  for (const auto& run : large) {
    const T error = fitted.law(run.at) / run.loss - 1;
    sizes_of_errors += std::abs(error), errors += error;
    answer.largest_error = std::max(answer.largest_error, std::abs(error));
  }
  const auto count = static_cast<decltype(errors)>(large.size());
  answer.mean_error = static_cast<T>(sizes_of_errors / count);
  answer.bias = static_cast<T>(errors / count);
  return answer;
}

/// Akaike's and Bayes' information criterion: of laws fitted to the same runs, residuals and criterion, the one with
/// less is preferred.
template <class T>
struct information_criteria {
  T log_likelihood;
  int coefficients;  ///< free ones and the scale of the errors
  T aic, bic;
};

/// For a fit by `squared` or `absolute`, which are the greatest likelihood of normal and of double exponential errors.
/// Errors: std::invalid_argument for another criterion, which names no density that the fit is the optimum of, for
/// weights, and for observations that are not those of the fit, by their number or the ends of an input.
/// NaN where residuals are 0 but for rounding, as without noise, or as with no more different runs than coefficients.
template <loss_model Law, std::ranges::random_access_range Runs>
information_criteria<typename Law::real_type> information(const fit_result<Law>& result, const Runs& observations) {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::information";
  if (std::holds_alternative<huber>(result.options.criterion))
    detail::refuse<std::invalid_argument>(
        std::string(function) +
        ": the criterion must be squared or absolute, huber is the optimum of no likelihood with free scale");
  if (!std::holds_alternative<equal_weights>(result.options.weights))
    detail::refuse<std::invalid_argument>(std::string(function) + ": the fit must have equal weights");
  detail::require_runs_of(function, result, observations);
  T l = std::numeric_limits<T>::quiet_NaN();
  if (detail::shows_errors(result, observations))
    l = log_likelihood(result.law, observations, result.options.criterion, result.options.residual).log_likelihood;
  const int k = result.free_count + 1;
  return {l, k, 2 * T(k) - 2 * l, T(k) * std::log(T(result.observation_count)) - 2 * l};
}

}  // namespace scaling
