// Approach 2: at each budget the lowest loss of a parabola through its runs, and power laws of compute through those.
// SPDX-License-Identifier: BSL-1.0
//
//   per budget   loss = parabola in ln N, least squares;  N* where it is lowest,  D* what such a run trained on
//   of all       N* = k_N C^a     D* = k_D C^b            lines of least squares in the logarithms
//
// Source: Hoffmann et al. 2022 (arXiv 2203.15556), section 3.2. The parabola has a bias of its own, which grows with the
// width of the sizes tried and is known in closed form if the exponents of the loss are: see parabola.hpp. It leaves the
// exponents a and b alone where the sizes lie alike about N* at all budgets, and bends them where they drift.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/core/root.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/parabola.hpp>
#include <scaling/fitting/trend.hpp>
#include <scaling/planning/compute_optimal.hpp>

namespace scaling {

/// The choices of a fit by approach 2.
template <real T>
struct isoflop_options {
  /// The budget [FLOP] of each run, in their order: whatever its owner counts. Empty: found from what the runs cost.
  std::vector<T> budgets{};
  /// Where budgets are found: a step in cost by more than this share starts the next one, and none may be wider.
  double tolerance = 0.1;
  /// How much each run counts, in their order. Empty: all the same. One of less than sqrt(epsilon) of the heaviest at its
  /// budget is left out: it would still be a size, and three sizes have a parabola whatever their weights.
  std::vector<T> weights{};
  /// The exponents for which the bias is computed; those of a fitted chinchilla, or a belief. Absent: it is not.
  std::optional<isoflop_exponents<T>> assuming{};
  /// Takes the bias out of N*, D* and the power laws. Needs `assuming`, and is as good as that is.
  bool remove_bias = false;
};

/// What became of a budget. Only those with a minimum `inside` enter the power laws.
enum class isoflop_minimum {
  inside,         ///< the lowest loss is between the smallest and the largest size tried
  at_edge,        ///< it is beyond them: more sizes on that side are needed
  no_curvature,   ///< the parabola opens downwards or is a line
  too_few_sizes,  ///< fewer than three different sizes; those within a thousandth of one another are one
};

/// One budget. What was not found is NaN.
template <real T>
struct isoflop_budget {
  T flops;  ///< as given; else the geometric mean of what its runs cost
  isoflop_minimum minimum;
  std::size_t observation_count;
  input_range<T> sizes;        ///< parameters that were tried
  T parameters, tokens, loss;  ///< at the lowest point of the parabola; with remove_bias, N* and D* are corrected
  T log_parameters_error;      ///< standard error of ln N* from the scatter about the parabola
  T curvature;                 ///< second derivative of the loss in ln N
  isoflop_bias<T> bias;        ///< of the parabola, if the loss has the exponents assumed
};

/// The answer of approach 2: what each budget shows, by budget, and the power laws of C through the minima inside.
template <real T>
struct [[nodiscard]] isoflop_fit {
  std::vector<isoflop_budget<T>> budgets;
  fitted_trend<T> parameters, tokens;
  isoflop_options<T> options;
};

namespace detail {

inline constexpr auto isoflop_name = "scaling::fit_isoflop";

template <class Runs>
using isoflop_scalar =
    fitted_in<typename std::remove_cvref_t<decltype(std::declval<std::ranges::range_value_t<Runs>>().at)>::real_type>;

/// A run by logarithms.
template <real T>
struct isoflop_point {
  T budget, log_cost, log_N, log_D, loss, weight;
  auto key() const { return std::tie(budget, log_N, log_D, loss, weight); }
};

/// Gives the runs, in order of their cost, the number of the budget that they belong to.
template <real T>
void find_budgets(std::vector<isoflop_point<T>>& points, double tolerance) {
  std::sort(points.begin(), points.end(), [](auto& a, auto& b) { return a.log_cost < b.log_cost; });
  const T width = static_cast<T>(std::log1p(tolerance));
  T budget = 0;
  for (std::size_t i = 0, first = 0; i < points.size(); ++i) {
    if (i > 0 && points[i].log_cost - points[i - 1].log_cost > width) {
      first = i;
      ++budget;
    }
    points[i].budget = budget;
    if (points[i].log_cost - points[first].log_cost > width)
      refuse<std::invalid_argument>(std::string(isoflop_name) + ": runs of " +
                                    text_of(std::exp(points[first].log_cost)) + " to " +
                                    text_of(std::exp(points[i].log_cost)) +
                                    " FLOP are not parted by any step of more than tolerance = " + text_of(tolerance) +
                                    ", must be budgets that are, or be given as options.budgets");
  }
}

/// How many of the points are not one before them again, with another weight or not.
template <real T>
std::size_t count_of_different(const std::vector<weighted_point<T>>& points) {
  std::vector<std::pair<T, T>> each;
  for (const auto& [x, y, weight] : points) each.emplace_back(x, y);
  std::sort(each.begin(), each.end());
  return static_cast<std::size_t>(std::unique(each.begin(), each.end()) - each.begin());
}

/// What one budget shows.
template <real T>
isoflop_budget<T> budget_of(const std::vector<isoflop_point<T>>& runs, const isoflop_options<T>& options, T m) {
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  std::vector<weighted_point<T>> losses, tokens;
  T heaviest = 0, total = 0, log_cost = 0;
  for (const auto& run : runs) heaviest = std::max(heaviest, run.weight);
  for (const auto& run : runs) {
    const T weight = std::ldexp(run.weight, -std::ilogb(heaviest));  // whose product with a square might underflow
    if (weight < std::sqrt(std::numeric_limits<T>::epsilon())) continue;
    losses.push_back({run.log_N, run.loss, weight});
    tokens.push_back({run.log_N, run.log_D, weight});
    total += weight;
    log_cost += weight * run.log_cost;
  }
  const T smallest = losses.front().x, largest = losses.back().x;
  isoflop_budget<T> budget{options.budgets.empty() ? std::exp(log_cost / total) : runs.front().budget,
                           isoflop_minimum::too_few_sizes,
                           losses.size(),
                           {std::exp(smallest), std::exp(largest)},
                           nan,
                           nan,
                           nan,
                           nan,
                           nan,
                           {nan, nan}};
  if (count_of_sizes<T>(losses) < 3) return budget;
  const auto curve = parabola_through<T>(losses);
  budget.curvature = curve.curvature;
  budget.minimum = isoflop_minimum::no_curvature;
  if (std::isnan(curve.x)) return budget;

  T log_N = curve.x;
  bool inside = log_N >= smallest && log_N <= largest;
  if (options.assuming) {
    // The parabola of a noise-free curve whose optimum is at u has its minimum at u + bias(ln N - u).
    std::vector<weighted_point<T>> shifted(losses);
    const auto bias_at = [&](T u) {
      for (std::size_t i = 0; i < losses.size(); ++i) shifted[i].x = losses[i].x - u;
      return parabola_bias<T>(shifted, *options.assuming, m);
    };
    const auto optimum = find_root([&](T u) { return u + bias_at(u) - curve.x; }, smallest, largest);
    if (optimum.converged()) budget.bias = {std::exp(curve.x - optimum.x), std::exp(-m * (curve.x - optimum.x))};
    if (options.remove_bias) {
      inside = optimum.converged();
      log_N = inside ? optimum.x : nan;
    }
  }
  budget.minimum = inside ? isoflop_minimum::inside : isoflop_minimum::at_edge;
  budget.parameters = std::exp(log_N);
  budget.tokens = std::exp(line_fit<T>(tokens)(log_N));
  budget.loss = curve.y;
  if (count_of_different(losses) > 3) budget.log_parameters_error = curve.error;
  return budget;
}

template <real T>
void check_isoflop_options(const isoflop_options<T>& options, std::size_t runs, const training_cost& cost) {
  require(positive_finite(options.tolerance), isoflop_name, "tolerance", options.tolerance, "positive and finite");
  require(positive_finite(cost.factor), isoflop_name, "cost.factor", cost.factor, "positive and finite");
  require_exponents(options.assuming.value_or(isoflop_exponents<T>{1, 1}), cost, isoflop_name);
  if (options.remove_bias && !options.assuming)
    refuse<std::invalid_argument>(std::string(isoflop_name) +
                                  ": remove_bias needs options.assuming, the exponents that the bias depends on");
  for (const auto* list : {&options.budgets, &options.weights}) {
    const std::string name = list == &options.budgets ? "budgets" : "weights";
    if (list->empty()) continue;
    require<std::invalid_argument>(list->size() == runs, isoflop_name, "number of " + name, list->size(),
                                   ("that of the observations, " + std::to_string(runs)).c_str());
    for (std::size_t i = 0; i < runs; ++i)
      if (!positive_finite((*list)[i]))
        require(false, isoflop_name, name + "[" + std::to_string(i) + "]", (*list)[i], "positive and finite");
  }
}

}  // namespace detail

/// Fits power laws N* = k C^a and D* = k C^b through the minima of a sweep of model sizes at several budgets.
///
/// Runs: any random-access range of `observation<training_run<T>>` with final losses. Their order changes no digit;
/// those in float are fitted in double, and so is the answer.
/// D* is read off the runs' own tokens at N*, by a line in logarithms: exact where C = k N^p D^q, and right for budgets
/// that are counted in another way.
/// Errors: std::domain_error and std::invalid_argument name the run or the option. What the numbers do is a status: a
/// budget without a minimum among its sizes is left out; fewer than two with one leave the power laws NaN.
/// Accuracy: without noise that of the bias, which see. The standard errors are those of ordinary least squares, and
/// NaN where nothing is left to estimate a scatter from, as of three runs, however often they are given.
/// Traps: a minimum `inside` may still be a parabola's and not the runs'; the bias is that of Chinchilla's law with the
/// exponents assumed; a removed bias moves the point, not its interval, by how wrong these are.
template <std::ranges::random_access_range Runs>
isoflop_fit<detail::isoflop_scalar<Runs>> fit_isoflop(const Runs& observations,
                                                      const isoflop_options<detail::isoflop_scalar<Runs>>& options = {},
                                                      const training_cost& cost = {}) {
  using T = detail::isoflop_scalar<Runs>;
  detail::check_observations(detail::isoflop_name, observations, 3);
  detail::check_isoflop_options<T>(options, std::ranges::size(observations), cost);
  const T p = T(cost.parameters_power), q = T(cost.tokens_power);

  std::vector<detail::isoflop_point<T>> points;
  for (const auto& run : observations) {
    const std::size_t i = points.size();
    const T log_N = std::log(T(run.at.parameters)), log_D = std::log(T(run.at.tokens));
    points.push_back({options.budgets.empty() ? T(0) : options.budgets[i],
                      std::log(T(cost.factor)) + p * log_N + q * log_D, log_N, log_D, T(run.loss),
                      options.weights.empty() ? T(1) : options.weights[i]});
  }
  if (options.budgets.empty()) detail::find_budgets(points, options.tolerance);
  std::sort(points.begin(), points.end(), [](auto& a, auto& b) { return a.key() < b.key(); });

  isoflop_fit<T> result{{}, {}, {}, options};
  std::vector<detail::weighted_point<T>> sizes, tokens;
  for (auto first = points.begin(), last = first; first != points.end(); first = last) {
    last = std::find_if(first, points.end(), [&](auto& run) { return run.budget != first->budget; });
    const auto budget = detail::budget_of<T>({first, last}, options, p / q);
    result.budgets.push_back(budget);
    if (budget.minimum != isoflop_minimum::inside) continue;
    sizes.push_back({std::log(budget.flops), std::log(budget.parameters)});
    tokens.push_back({std::log(budget.flops), std::log(budget.tokens)});
  }
  result.parameters = detail::trend_through(sizes);
  result.tokens = detail::trend_through(tokens);
  return result;
}

}  // namespace scaling
