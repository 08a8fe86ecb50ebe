// How much a plan depends on what could have been otherwise: the fit repeated under named changes, and its plans.
// SPDX-License-Identifier: BSL-1.0
//
//   for (const auto& row : sensitivity(result, runs, 1e24, {rounded_losses{2}, without_largest{}, fitted_by{squared{}}}))
//     print(row.change, row.tokens_ratio);
//
// An interval says how far the law would move with other runs of the same kind. This says how far it moves with other
// choices, which is often further: on Epoch's runs the choice of criterion alone moves the exponent by 0.03.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/inference/changes.hpp>
#include <scaling/inference/forecast.hpp>
#include <scaling/inference/in_double.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/search.hpp>

namespace scaling {

/// What became of the fit and of the plan under a change. Where there was no fit or no plan, NaN.
template <training_law Law>
struct sensitivity_row {
  using T = typename Law::real_type;

  std::string change;
  Law law;
  bool converged, identified;
  std::size_t observation_count;
  allocation<T> plan;                ///< for the budget asked for
  T parameters_ratio, tokens_ratio;  ///< of the plan to that of the original fit
};

/// The fit of `result` to `observations` repeated under each change on its own, and the compute-optimal plan for
/// `flops` [FLOP] that follows. The first row is the original fit.
///
/// Errors: those of compute_optimal for the original law, and std::invalid_argument for observations that are not those
/// of the fit, by their number or the ends of an input. What a change leads to is never an exception but a row: fewer
/// runs than free coefficients, a fit that does not converge, a law without an optimum. Except that a change that names
/// an input which the runs do not have is refused, as are options that no fit takes, and that weights do not survive
/// changes of the number of runs.
template <training_law Law, std::ranges::input_range Runs>
std::vector<sensitivity_row<Law>> sensitivity(const fit_result<Law>& result, const Runs& observations,
                                              typename Law::real_type flops,
                                              const std::vector<change<std::type_identity_t<Law>>>& changes,
                                              const training_cost& cost = {}) {
  using T = typename Law::real_type;
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  detail::require_runs_of("scaling::sensitivity", result, observations);
  const auto original = compute_optimal(result.law, flops, cost);
  std::vector<sensitivity_row<Law>> rows{{"as fitted", result.law, result.converged(), result.identified(),
                                          result.observation_count, original, T(1), T(1)}};
  for (const auto& [name, apply] : changes) {
    sensitivity_case<Law> changed{result, {observations.begin(), observations.end()}, result.options, {}, {}};
    apply(changed);
    if (changed.runs.size() != static_cast<std::size_t>(std::ranges::distance(observations)) &&
        !std::holds_alternative<equal_weights>(changed.options.weights))
      detail::refuse<std::invalid_argument>("scaling::sensitivity: " + name +
                                            ": changes the number of runs, but the fit has weights");

    std::array<T, coefficient_count<Law>> values;
    values.fill(nan);
    const std::size_t count = detail::observations_of(changed.options.weights, changed.runs.size());
    sensitivity_row<Law> row{name, law_from<Law>(values), false, false, count, {nan, nan, flops, nan}, nan, nan};
    const auto free = detail::constraints_of("scaling::sensitivity", changed.options).free_count();
    const bool fittable =
        std::min(count, changed.runs.size()) >= std::max<std::size_t>(free, 1) &&
        std::all_of(changed.runs.begin(), changed.runs.end(), [](const auto& run) {
          return positive_finite(run.loss) && positive_finite(run.at.parameters) && positive_finite(run.at.tokens);
        });
    if (fittable) {
      const auto refit = detail::fit_by(changed.options, changed.runs);
      row.law = changed.afterwards ? changed.afterwards(refit.law) : refit.law;
      row.converged = refit.converged();
      row.identified = refit.identified();
    }
    if (fittable && detail::has_optimum(row.law, flops, cost)) {
      row.plan = compute_optimal(row.law, flops, cost);
      if (changed.planned_parameters) row.plan.parameters = changed.planned_parameters(row.plan.parameters);
      row.parameters_ratio = row.plan.parameters / original.parameters;
      row.tokens_ratio = row.plan.tokens / original.tokens;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace scaling
