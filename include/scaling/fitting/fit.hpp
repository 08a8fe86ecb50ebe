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
#include <array>
#include <cmath>
#include <concepts>
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
#include <scaling/fitting/basins.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/screen.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {
namespace detail {

/// The scalar of a table of runs.
template <class Runs>
using scalar_of =
    typename std::remove_cvref_t<decltype(std::declval<std::ranges::range_value_t<Runs>>().at)>::real_type;

inline constexpr auto fit_name = "scaling::fit";

template <loss_model Law>
void check_options(const fit_options<Law>& options) {
  if (const auto* h = std::get_if<huber>(&options.criterion))
    require(positive_finite(h->delta), fit_name, "criterion huber.delta", h->delta, "positive and finite");
  if (options.search == search::single && !options.start)
    refuse<std::invalid_argument>(std::string(fit_name) + ": search::single needs options.start, a law to start from");
  if (!options.start) return;
  for (const auto& row : Law::coefficients()) {
    const auto value = (*options.start).*row.member;
    if (!(value >= row.lower && value <= row.upper && value <= std::numeric_limits<double>::max()))
      require(false, fit_name, "start." + std::string(row.symbol), value,
              ("finite and from " + text_of(row.lower) + " to " + text_of(row.upper)).c_str());
  }
}

/// Every point of the grid of starts in the law's own table, in the coordinates of the problem.
template <loss_model Law, class Visit>
void for_each_grid_point(const fit_problem<Law>& problem, Visit&& visit) {
  constexpr auto table = Law::coefficients();
  std::array<int, table.size()> place{};
  for (;;) {
    std::array<typename Law::real_type, table.size()> values;
    for (std::size_t k = 0; k < table.size(); ++k) {
      const auto& [from, to, count] = table[k].starts;
      const double coordinate = count > 1 ? from + (to - from) * place[k] / (count - 1) : from;
      values[k] =
          static_cast<typename Law::real_type>(table[k].scale == scale::log ? std::exp(coordinate) : coordinate);
    }
    visit(problem.coordinates.of(values));
    std::size_t k = 0;
    while (k < table.size() && ++place[k] >= table[k].starts.count) place[k++] = 0;
    if (k == table.size()) return;
  }
}

/// Whether coefficient k is the exponent of a term that is 0: it has no effect, and is neither at a bound nor
/// identified.
template <loss_model Law>
bool exponent_of_vanished(const Law& law, std::size_t k) {
  const auto values = coefficient_values(law);
  for (const auto& term : term_places<Law>())
    if (term.exponent == k && values[term.coefficient] == 0) return true;
  return false;
}

/// The answer, from the minima of a finished search. There is none if the objective was finite nowhere.
template <loss_model Law>
fit_result<Law> result_of(const basin_search<Law>& find, const std::vector<typename basin_search<Law>::end>& minima,
                          const fit_options<Law>& options) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  constexpr auto inputs = Law::input_type::inputs();
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  const auto& f = find.objective();
  const typename basin_search<Law>::end nowhere{
      fit_problem<Law>::vector::Constant(nan), nan, nan, nan, nan, 0, false, false};
  const auto& best = minima.empty() ? nowhere : minima.front();

  T count = 0;
  for (const auto& run : f.runs) count += run.weight;
  const T unit = options.reduction == reduction::sum ? T(1) : T(1) / count;

  fit_result<Law> result{};
  result.law = f.coordinates.law_at(best.x);
  result.options = options;
  result.objective = best.value * unit;
  result.gradient_norm = best.projected_gradient * unit;
  result.predicted_decrease = best.predicted_decrease * unit;
  result.tolerance = best.tolerance * unit;
  result.iterations = best.iterations;
  result.evaluations = find.evaluations();
  const bool unproven = !sum_of_powers<Law> && best.x.minCoeff() == -std::numeric_limits<T>::infinity();
  result.termination = !best.converged                   ? termination::not_converged
                       : unproven || find.revive(best.x) ? termination::term_vanished
                                                         : termination::converged;
  for (const auto& end : find.ends()) {
    ++result.starts.tried;
    if (end.converged) ++result.starts.converged;
    if (end.converged && find.same(best.value, end.value)) ++result.starts.agreeing;
  }
  for (std::size_t i = 1; i < minima.size(); ++i)
    result.basins.push_back(
        {f.coordinates.law_at(minima[i].x), minima[i].value * unit, minima[i].value / best.value - 1});

  std::array<bool, table.size()> interior{};
  for (std::size_t k = 0; k < table.size(); ++k) {
    const auto lower = static_cast<T>(table[k].lower), upper = static_cast<T>(table[k].upper);
    const T value = result.law.*table[k].member;
    interior[k] = !(value <= lower || value >= upper) || exponent_of_vanished(result.law, k);
    if (!interior[k]) result.at_bound.push_back({table[k].symbol, value <= lower ? lower : upper});
  }
  result.singular_ratio = singular_ratio<Law>(f, best.x, interior);

  result.observation_count = static_cast<std::size_t>(count);
  for (std::size_t b = 0; b < inputs.size(); ++b) {
    const auto by_input = [b](const auto& x, const auto& y) { return x.inputs[b] < y.inputs[b]; };
    const auto [least, most] = std::minmax_element(f.runs.begin(), f.runs.end(), by_input);
    result.range[b] = {least->inputs[b], most->inputs[b]};
  }
  const auto residuals = f.residuals(result.law);
  T squares = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const T size = std::abs(residuals[i]);
    squares += f.runs[i].weight * size * size;
    result.residuals.largest = std::max(result.residuals.largest, size);
    if (size <= f.zone) result.residuals.in_quadratic_zone += static_cast<std::size_t>(f.runs[i].weight);
  }
  result.residuals.root_mean_square = std::sqrt(squares / count);
  return result;
}

}  // namespace detail

/// Fits a law to measured runs: fit<chinchilla>(runs), or with options fit<chinchilla>(runs, {.criterion = squared{}}).
///
/// Runs: any random-access range of `observation<Law::input_type>`; inputs and losses positive and finite, at least as
/// many as the law has coefficients. They are sorted and equal ones merged first, so their order changes no digit.
/// Units: those of the runs. The coefficients follow them; the objective and the exponents do not notice.
/// Errors: std::domain_error names the run, the quantity and its value; std::invalid_argument for too few runs or for
/// options that contradict each other. What the numbers do is never an exception: read `converged()`, `identified()`,
/// `at_bound` and `basins` of the result before its law.
/// Accuracy: the objective to a few roundings; coefficients to what that leaves open along the valley of the runs, some
/// 1e-12 on real tables. `screened` was never worse than `exhaustive` on any table that was tried: see the tests.
/// Complexity: 4 to 6 starts, 100 to 300 evaluations of the objective on real tables; each is one exp per run and term.
/// Traps: what N counts is for you to know. Far from its runs a fit is an extrapolation, whatever it says of itself.
template <template <class> class Law, std::ranges::random_access_range Runs>
fit_result<Law<detail::scalar_of<Runs>>> fit(const Runs& observations,
                                             const fit_options<Law<detail::scalar_of<Runs>>>& options = {}) {
  using T = detail::scalar_of<Runs>;
  using law_type = Law<T>;
  static_assert(!std::same_as<T, float>, "scaling::fit: float runs lose digits that a fit needs; make them double");
  detail::check_options<law_type>(options);
  detail::check_observations(detail::fit_name, observations, coefficient_count<law_type>);

  detail::basin_search<law_type> find({detail::distinct_runs<T>(observations), options.residual,
                                       static_cast<T>(detail::quadratic_zone(options.criterion))});
  const auto& f = find.objective();
  const bool screened = options.search == search::screened && sum_of_powers<law_type>;
  if constexpr (sum_of_powers<law_type>)
    if (screened)
      for (const auto& x : detail::screen<law_type>(f).starts()) find.polish_from(x);
  if (!screened && options.search != search::single)
    detail::for_each_grid_point<law_type>(f, [&](const auto& x) { find.descend_from(x); });
  if (options.start) find.polish_from(f.coordinates.of(*options.start));
  const auto minima = find.minima();
  return detail::result_of<law_type>(find, minima, options);
}

}  // namespace scaling
