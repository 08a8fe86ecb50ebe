// The fit: runs in, the best optimum of a law's coefficients out, with the evidence for it.
// SPDX-License-Identifier: BSL-1.0
//
//   minimise over the coefficients  sum_i rho(log law(x_i) - log L_i)
//
// with rho Huber's criterion by default (Hoffmann et al. 2022, arXiv 2203.15556, appendix D.2, who sum over 4500 starts
// of L-BFGS; most such starts stop short and report success). Here the exponents are screened on a lattice with the
// other coefficients solved for, on every face where a term may vanish too, and each minimum of the lattice is polished
// by Newton's method with the exact Hessian until one more step would gain no more than rounding.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/basins.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/grid.hpp>
#include <scaling/fitting/in_double.hpp>
#include <scaling/fitting/judgement.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/screen.hpp>
#include <scaling/fitting/second_look.hpp>
#include <scaling/fitting/term_check.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {
namespace detail {

/// The scalar of a table of runs.
template <class Runs>
using scalar_of =
    typename std::remove_cvref_t<decltype(std::declval<std::ranges::range_value_t<Runs>>().at)>::real_type;

inline constexpr auto fit_name = "scaling::fit";

template <loss_model Law>
void check_options(const fit_options<Law>& options, const constraints<Law>& limits) {
  if (options.search == search::single && !options.start)
    refuse<std::invalid_argument>(joined({fit_name, ": search::single needs options.start, a law to start from"}));
  if (!options.start) return;
  constexpr auto table = Law::coefficients();
  for (std::size_t k = 0; k < table.size(); ++k) {
    const auto value = (*options.start).*table[k].member;
    const auto lower = limits.lower[k], upper = limits.upper[k];
    if (!limits.held[k] && !(value >= lower && value <= upper && std::isfinite(value)))
      require(false, fit_name, joined({"start.", table[k].symbol}), value,
              joined({"finite and from ", text_of(lower), " to ", text_of(upper)}));
  }
}

/// The function that options ask for, over these runs. Where Huber's delta is below the rounding of residuals, as it is
/// for the absolute error, their sigmas become weights: |r/sigma| = |r|/sigma.
template <loss_model Law>
residual_function<typename Law::real_type> function_of(const fit_options<Law>& options,
                                                       std::vector<typename fit_problem<Law>::run_type>& runs) {
  using T = typename Law::real_type;
  const T delta = quadratic_zone<T>(options.criterion), factor = static_cast<T>(overestimates(options.criterion));
  // 64 times the rounding of a residual, so that one at the kink still has a slope that is known to a percent. The sum
  // of the absolute errors is then right to 1e-14 of a nat a run.
  const T least = 64 * fit_problem<Law>::resolution(runs, options.residual);
  T widest = 0;
  for (const auto& run : runs) widest = std::max(widest, run.sigma);
  if (delta * widest > least) return {options.residual, delta, factor, false};
  for (auto& run : runs) run.weight /= run.sigma, run.sigma = 1;
  return {options.residual, least, factor, true};
}

/// The answer, from the minima of a finished search. There is none if the objective was finite nowhere.
template <loss_model Law>
fit_result<Law> result_of(const basin_search<Law>& find, const std::vector<typename basin_search<Law>::end>& minima,
                          const fit_options<Law>& options, std::size_t observations) {
  using T = typename Law::real_type;
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  const auto& f = find.objective();
  const typename basin_search<Law>::end nowhere{
      fit_problem<Law>::vector::Constant(nan), nan, nan, nan, nan, 0, false, false};
  const auto& best = minima.empty() ? nowhere : minima.front();

  const bool relative = std::holds_alternative<relative_weights>(options.weights);
  T mass = 0, count = 0;
  for (const auto& run : f.runs) mass += relative ? run.weight : run.count, count += run.count;
  const T slope = f.of.linear ? linear_slope<T>(options.criterion) : T(1),
          part = options.reduction == reduction::sum ? T(1) : mass;
  const T unit = (f.of.linear ? slope / f.of.zone : T(1)) / part;

  fit_result<Law> result{};
  result.law = f.coordinates.law_at(best.x);
  result.options = options;
  result.objective = best.value * unit;
  result.gradient_norm = best.projected_gradient * unit;
  result.predicted_decrease = best.predicted_decrease * unit;
  result.tolerance = best.tolerance * unit;
  result.iterations = best.iterations;
  result.evaluations = find.evaluations();
  const bool one_is_idle = judge_coefficients(f, minima, best.x, result);
  // At its bound a coefficient may be why another has no effect: as alpha = 0 in (x_c/x)^alpha.
  const bool vanished =
      best.x.minCoeff() == -std::numeric_limits<T>::infinity() || (!result.at_bound.empty() && one_is_idle);
  const bool unproven = !sum_of_powers<Law> && vanished;
  result.termination = !best.converged                   ? termination::not_converged
                       : unproven || find.revive(best.x) ? termination::term_vanished
                                                         : termination::converged;
  result.starts.tried = result.starts.given_up = find.given_up();
  for (const auto& end : find.ends()) {
    ++result.starts.tried;
    if (end.converged) ++result.starts.converged;
    if (end.converged && find.same(best.value, end.value)) ++result.starts.agreeing;
  }
  for (std::size_t i = 1; i < minima.size(); ++i)
    result.basins.push_back({f.coordinates.law_at(minima[i].x), minima[i].value * unit,
                             find.same(best.value, minima[i].value) ? T(0) : minima[i].value / best.value - 1});

  result.observation_count = observations;
  for (std::size_t b = 0; b < result.range.size(); ++b) {
    result.range[b] = {f.runs.front().inputs[b], f.runs.front().inputs[b]};
    for (const auto& run : f.runs) {
      result.range[b].from = std::min(result.range[b].from, run.inputs[b]);
      result.range[b].to = std::max(result.range[b].to, run.inputs[b]);
    }
  }
  const auto residuals = f.residuals_at(best.x);
  T squares = 0, sizes = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const T size = std::abs(residuals[i]);
    squares += f.runs[i].count * size * size;
    sizes += f.weight(f.runs[i], residuals[i]) * size;
    result.residuals.largest = std::max(result.residuals.largest, size);
    if (size <= f.zone(f.runs[i])) result.residuals.in_quadratic_zone += static_cast<std::size_t>(f.runs[i].count);
  }
  if (f.of.linear) result.objective = slope * sizes / part;  // without the zone that it was reached by
  result.residuals.root_mean_square = std::sqrt(squares / count);
  return result;
}

template <loss_model Law, class Runs>
fit_result<Law> fit_in(const Runs& observations, const fit_options<Law>& options);

/// The law that fits without the boxes of the options, moved into them: the optimum, if none of them is in its way.
template <loss_model Law, class Runs>
std::optional<Law> without_boxes(const Runs& observations, fit_options<Law> options, const constraints<Law>& limits) {
  const auto is_boxed = [&](const auto& box) { return limits.boxed(place_of<Law>(fit_name, box.symbol)); };
  if (std::erase_if(options.bounds, is_boxed) == 0) return std::nullopt;
  options.start.reset();
  auto values = coefficient_values(fit_in(observations, options).law);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = std::clamp(values[k], limits.lower[k], limits.upper[k]);
  return law_from<Law>(values);
}

/// A fit in T of runs in T.
template <loss_model Law, class Runs>
fit_result<Law> fit_in(const Runs& observations, const fit_options<Law>& options) {
  using T = typename Law::real_type;
  const auto limits = constraints_of(fit_name, options);
  check_options(options, limits);
  const auto given = static_cast<std::size_t>(std::ranges::size(observations));
  check_weights(fit_name, options.weights, given);
  const std::size_t count = observations_of(options.weights, given),
                    least = std::max<std::size_t>(limits.free_count(), 1);
  check_observations(fit_name, observations, count < least ? least : 0);  // few may stand for many
  if (count < least)
    require<std::invalid_argument>(false, fit_name, "sum of weights.count", count,
                                   joined({"at least the ", text_of(limits.free_count()), " free coefficients"}));
  auto runs = distinct_runs<T>(observations, options.weights);

  if constexpr (sum_of_powers<Law>) check_terms<Law>(fit_name, runs);
  const auto function = function_of(options, runs);
  basin_search<Law> find(typename basin_search<Law>::objective_type(std::move(runs), limits, function));
  const auto& f = find.objective();
  if (options.search == search::screened) {
    if constexpr (sum_of_powers<Law>) {
      for (const auto& start : screened_starts<Law>(f)) find.compete_from(start.y);
      if (is_doubtful(find)) look_again(find);
      if (const auto open = without_boxes(observations, options, limits)) find.settle_from(f.coordinates.of(*open));
    } else {
      for (const auto& law : lattice_starts<Law>(f)) find.descend_from(f.coordinates.of(law));
    }
  } else if (options.search == search::exhaustive) {
    const auto grid = table_grid(limits);
    for (std::size_t i = 0; i < grid.points(); ++i) find.descend_from(f.coordinates.of(grid.law(grid.place(i))));
  }
  if (options.start) find.polish_from(f.coordinates.of(*options.start));
  if constexpr (!sum_of_powers<Law>)
    if (options.search != search::single) find.exchange_exponents();
  const auto minima = find.minima(options.search);
  return result_of<Law>(find, minima, options, count);
}

}  // namespace detail

/// Fits a law to measured runs: fit<chinchilla>(runs), or with options fit<chinchilla>(runs, {.criterion = squared{}}).
///
/// Runs: any random-access range of `observation<Law::input_type>`; inputs and losses positive and finite, at least as
/// many, as their weights count them, as the fit has free coefficients. They are sorted and equal ones merged first, so
/// their order changes no digit.
/// Units: those of the runs. The coefficients follow them; the objective and the exponents do not notice. But a law that
/// is no sum of powers, as Kaplan's, is searched over the ranges of its table, which are for counts, not for billions.
/// Errors: std::domain_error names the run, the quantity and its value; std::invalid_argument for too few runs, for options
/// that contradict each other, and for a law whose terms() do not sum to its formula. What the numbers do is never an
/// exception: read `converged()`, `identified()`, `at_bound` and `basins` of the result before its law.
/// Accuracy: the objective to a few roundings; coefficients to what that leaves open along the valley of the runs, some
/// 1e-12 on real tables. Runs in float are fitted in double, and the result rounded once.
/// Complexity: a lattice and 4 to 7 starts; 15 to 60 evaluations of the objective, each an exp per run and term. Where the
/// starts creep, as they do on few or noisy runs, or a term does next to nothing, a hundred times as many: some
/// milliseconds, and some tens by Lovelace's law always. A law that is no sum of powers: its objective in dual numbers on a
/// lattice, and 64 descents.
/// What it does not prove: the screened search can miss an optimum that the exhaustive one finds, and call what it found
/// converged. It did on no real table, no resample of real runs and none of 1000 tables made to be hard (few runs, 10 % of
/// noise, outliers, an optimum on a face), of which the exhaustive one missed nine: docs/explain/performance.md. But others
/// are harder: see "Known" in docs/explain/what-we-promise.md. Where it matters, search::exhaustive too.
/// Traps: what N counts is for you to know. Far from its runs a fit is an extrapolation, whatever it says of itself.
template <template <class> class Law, std::ranges::random_access_range Runs>
fit_result<Law<detail::scalar_of<Runs>>> fit(const Runs& observations,
                                             const fit_options<Law<detail::scalar_of<Runs>>>& options = {}) {
  using T = detail::scalar_of<Runs>;
  if constexpr (std::same_as<T, float>)
    return detail::rounded(detail::fit_in(detail::widened<Law<T>>(observations), detail::options_in<double>(options)),
                           options);
  else
    return detail::fit_in<Law<T>>(observations, options);
}

}  // namespace scaling
