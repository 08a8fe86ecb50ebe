// Fits of runs in float: made in double, and the result rounded once.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <vector>

#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// A law whose runs are in float.
template <class Law>
concept law_in_float = loss_model<Law> && std::same_as<typename Law::real_type, float>;

/// The same runs in double.
template <law_in_float Law, std::ranges::input_range Runs>
auto widened(const Runs& runs) {
  using narrow = typename Law::input_type;
  using wide = typename rebind_t<Law, double>::input_type;
  std::vector<observation<wide>> result;
  for (const auto& run : runs) {
    observation<wide> one{{}, static_cast<double>(run.loss)};
    for (std::size_t b = 0; b < input_count<wide>; ++b)
      one.at.*wide::inputs()[b].member = static_cast<double>(run.at.*narrow::inputs()[b].member);
    result.push_back(one);
  }
  return result;
}

/// The same options for another scalar.
template <class U, loss_model Law>
auto options_in(const fit_options<Law>& options) {
  fit_options<rebind_t<Law, U>> result;
  if (options.start) result.start = law_in<U>(*options.start);
  for (const auto& [symbol, value] : options.fixed) result.fixed.push_back({symbol, static_cast<U>(value)});
  result.tied = options.tied;
  for (const auto& [symbol, lower, upper] : options.bounds)
    result.bounds.push_back({symbol, static_cast<U>(lower), static_cast<U>(upper)});
  result.criterion = options.criterion;
  result.residual = options.residual;
  result.reduction = options.reduction;
  result.search = options.search;
  result.weights = options.weights;
  return result;
}

/// A result in double, rounded to float. A coefficient that is beyond float makes it none.
template <law_in_float Law>
fit_result<Law> rounded(const fit_result<rebind_t<Law, double>>& from, const fit_options<Law>& options) {
  const auto to_float = [](double x) { return static_cast<float>(x); };
  fit_result<Law> result{};
  result.law = law_in<float>(from.law);
  result.objective = to_float(from.objective);
  result.termination = is_finite(result.law) ? from.termination : termination::not_converged;
  result.gradient_norm = to_float(from.gradient_norm);
  result.predicted_decrease = to_float(from.predicted_decrease);
  result.tolerance = to_float(from.tolerance);
  result.iterations = from.iterations;
  result.evaluations = from.evaluations;
  result.starts = from.starts;
  for (const auto& other : from.basins)
    result.basins.push_back({law_in<float>(other.law), to_float(other.objective), to_float(other.excess)});
  for (const auto& hit : from.at_bound) result.at_bound.push_back({hit.symbol, to_float(hit.bound)});
  result.observation_count = from.observation_count;
  for (std::size_t b = 0; b < result.range.size(); ++b)
    result.range[b] = {to_float(from.range[b].from), to_float(from.range[b].to)};
  result.residuals = {to_float(from.residuals.root_mean_square), to_float(from.residuals.largest),
                      from.residuals.in_quadratic_zone};
  result.singular_ratio = to_float(from.singular_ratio);
  result.free_count = from.free_count;
  result.rank = from.rank;
  for (const auto& direction : from.undetermined) {
    coefficient_direction<Law> one{};
    for (std::size_t k = 0; k < one.size(); ++k) one[k] = to_float(direction[k]);
    result.undetermined.push_back(one);
  }
  result.options = options;
  return result;
}

}  // namespace scaling::detail
