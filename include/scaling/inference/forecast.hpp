// What a fit says of a run or a budget that nobody has paid for: a value, an interval, and how far out it lies.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/search.hpp>

namespace scaling {

/// How far an input lies outside the runs of a fit: the largest factor by which one of its quantities leaves the range
/// that was fitted, 1 inside. Where above 1, `beyond` names the quantity and `edge` is the end of its range.
template <real T>
struct extrapolation {
  T factor;
  std::string_view beyond{};
  T edge{std::numeric_limits<T>::quiet_NaN()};
};

/// The extrapolation from the runs of a fit to `at`, whose quantities must be positive and finite.
template <loss_model Law>
extrapolation<typename Law::real_type> extrapolation_to(const fit_result<Law>& result,
                                                        const typename Law::input_type& at) {
  using T = typename Law::real_type;
  constexpr auto inputs = Law::input_type::inputs();
  extrapolation<T> worst{T(1)};
  for (std::size_t b = 0; b < inputs.size(); ++b) {
    const T value = at.*inputs[b].member;
    detail::require(positive_finite(value), "scaling::extrapolation_to", inputs[b].name, value, "positive and finite");
    const auto [from, to] = result.range[b];
    const T above = value / to, below = from / value;
    if (above > worst.factor) worst = {above, inputs[b].name, to};
    if (below > worst.factor) worst = {below, inputs[b].name, from};
  }
  return worst;
}

/// The loss [nats/token] that a fit expects, and where it lies by a sample of refits.
template <real T>
struct [[nodiscard]] loss_forecast {
  T loss;
  scaling::interval<T> interval;
  T extrapolation;     ///< the largest factor by which an input leaves the fitted range, 1 inside
  std::string beyond;  ///< which input that is; empty inside
  T edge;              ///< the end of the fitted range that it leaves; NaN inside
};

/// The loss at `at`, with the percentile interval of the laws of a sample: bootstrap(result, runs), or any type that
/// has `laws`.
/// Trap: it is the interval of the law, of the mean of runs like this one; a single run has its own noise besides. And
/// it knows nothing of whether the law still holds out there: `extrapolation` is how much that matters.
template <loss_model Law, sample_of_laws Sample>
auto forecast(const fit_result<Law>& result, const Sample& sample, const typename Law::input_type& at,
              double level = 0.95) -> loss_forecast<typename Law::real_type> {
  const auto out = extrapolation_to(result, at);
  const auto loss_at = [&](const Law& law) { return law(at); };
  return {result.law(at), percentile_interval(values_of(sample, loss_at), level), out.factor, std::string(out.beyond),
          out.edge};
}

/// The best split of a budget that a fit expects, and where each part of it lies.
template <real T>
struct [[nodiscard]] allocation_forecast {
  allocation<T> plan;
  interval<T> parameters, tokens, loss, tokens_per_parameter;
  /// Laws of the sample that have no plan, as they lack a term or, in float, have a coefficient beyond it; the intervals
  /// omit them.
  std::size_t without_optimum;
  T extrapolation;     ///< of the plan: the largest factor by which N or D leaves the fitted range, 1 inside
  std::string beyond;  ///< which of them that is; empty inside
  T edge;              ///< the end of the fitted range that it leaves; NaN inside
};

namespace detail {

/// Whether a plan for `flops` can be made from a law: what compute_optimal would refuse.
template <training_law Law>
bool has_optimum(const Law& law, typename Law::real_type flops, const training_cost& cost) {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::forecast_plan";
  const auto is_plan = [&](T N, T D) { return is_of_numbers(allocation<T>{N, D, flops, law({N, D})}); };
  if constexpr (std::is_same_v<Law, chinchilla<T>>) {
    if (!(non_negative_finite(law.E) && positive_finite(law.A) && positive_finite(law.B) &&
          positive_finite(law.alpha) && positive_finite(law.beta)))
      return false;
    const chinchilla_path<T> path(law, cost, function);
    return is_plan(path.parameters(flops), path.tokens(flops));
  } else if constexpr (has_contours_of_chinchilla<Law>) {
    for (const auto& row : Law::coefficients())
      if (!plannable(row.symbol, law.*row.member)) return false;
    if (!has_optimum(contours_of(law), flops, cost)) return false;
    const chinchilla_path<T> path(contours_of(law), cost, function);
    return is_plan(path.parameters(flops), path.tokens(flops));
  } else {
    const searched_path<Law> path(law, cost, function);
    const T log_units = cmath::log(flops / path.k);
    const auto root = path.log_parameters(log_units);
    return root.converged() && is_plan(cmath::exp(root.x), path.tokens(log_units, root.x));
  }
}

}  // namespace detail

/// The compute-optimal plan for `flops` [FLOP], with the percentile intervals of the plans of a sample's laws.
/// Domain: as compute_optimal, which refuses a fitted law that has no optimum; the laws of the sample that have none
/// are counted. If they are more than (1 - level)/2 of all, at least one end of each interval is too narrow.
/// Trap: the intervals are each for itself. N and D are bound by the budget, so both are off together.
template <training_law Law, sample_of_laws Sample>
auto forecast_plan(const fit_result<Law>& result, const Sample& sample, typename Law::real_type flops,
                   double level = 0.95, const training_cost& cost = {})
    -> allocation_forecast<typename Law::real_type> {
  using T = typename Law::real_type;
  const auto plan = compute_optimal(result.law, flops, cost);
  std::vector<T> parameters, tokens, loss, ratio;
  for (const Law& law : sample.laws) {
    if (!detail::has_optimum(law, flops, cost)) continue;
    const auto one = compute_optimal(law, flops, cost);
    parameters.push_back(one.parameters);
    tokens.push_back(one.tokens);
    loss.push_back(one.loss);
    ratio.push_back(one.tokens / one.parameters);
  }
  const auto out = extrapolation_to(result, {plan.parameters, plan.tokens});
  const std::size_t without = sample.laws.size() - parameters.size();
  return {plan,
          percentile_interval(std::move(parameters), level),
          percentile_interval(std::move(tokens), level),
          percentile_interval(std::move(loss), level),
          percentile_interval(std::move(ratio), level),
          without,
          out.factor,
          std::string(out.beyond),
          out.edge};
}

/// How many runs like those of a fit would narrow an interval to `width`: runs (now/width)^2, since standard errors
/// fall as 1/sqrt(n). An order of magnitude: more runs of the same sizes, errors independent, the law true.
/// Besiroglu et al. 2024 (arXiv 2404.10102) so find that the interval printed in 2022 would have taken 600,000 runs.
template <real T>
T runs_needed(std::size_t runs, T width_now, std::type_identity_t<T> width) {
  detail::require(positive_finite(width_now), "scaling::runs_needed", "width_now", width_now, "positive and finite");
  detail::require(positive_finite(width), "scaling::runs_needed", "width", width, "positive and finite");
  const T factor = width_now / width;
  return static_cast<T>(runs) * factor * factor;
}
template <loss_model Law>
auto runs_needed(const fit_result<Law>& result, const interval<typename Law::real_type>& now,
                 typename Law::real_type width) {
  return runs_needed(result.observation_count, now.width(), width);
}

}  // namespace scaling
