// Approach 1: at each compute the run with the lowest loss on its way, and power laws of compute through those winners.
// SPDX-License-Identifier: BSL-1.0
//
//   at C    loss_r(C) of run r, by interpolation in ln C between its points;  the lowest is the winner, N* is its size
//   of all  N* = k_N C^a     D* = k_D C^b     lines of least squares in the logarithms
//
// Source: Hoffmann et al. 2022 (arXiv 2203.15556), section 3.1, with 1500 values of C.
//
// What it is off by, apart from noise:
//   - N* is a staircase, as only sizes of the menu can win. For C = k N^p D^q, m = p/q, Chinchilla's law and n winners
//     in steps of a factor s = e^h, each from where it passes the one below to where the one above passes it, all that
//     in closed form:
//
//       a is (1 - 1/n^2) times that of the law         N* is off by ((sinh(alpha h/2)/alpha) / (sinh(m beta h/2)/(m beta)))
//                                                                    ^(1/(alpha + m beta))
//
//   - The smallest and the largest size that are there win where sizes that nobody trained would. They are `at_edge`
//     and left out. Where runs begin or end, so that a step is cut off, it weighs too much on one side: with few winners
//     this is the largest error of all.
//   - A loss before the end of a schedule is higher than that of a run planned to end there, so that the winners are
//     the runs that happen to end near C. Nothing here can mend that.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/trend.hpp>
#include <scaling/planning/compute_optimal.hpp>

namespace scaling {

/// A loss [nats/token] that was measured on the way: after `tokens` [tokens] of the run that has this number.
template <class T = double>
struct trajectory_point {
  using real_type = T;
  std::size_t run;
  T parameters, tokens, loss;

  bool operator==(const trajectory_point&) const = default;
};

/// The choices of a fit by approach 1.
struct envelope_options {
  /// How many values of C, equally spaced in the logarithm over all that was trained. 1500 is the paper's.
  int budgets = 1500;
  /// Replaces each loss by the line of least squares through its run's points within so many e-folds of C on either
  /// side, weighted by nearness. 0: no smoothing. Losses of noisy trajectories win by luck: too low, and early.
  double smoothing = 0;
};

/// The run with the lowest loss at a compute.
template <real T>
struct envelope_point {
  T flops;
  std::size_t run;
  T parameters, tokens, loss;
  bool at_edge;  ///< of the runs that were there none was smaller, or none larger: it does not enter the power laws
};

/// The answer of approach 1. Its points are not independent, many being of one run, so the exponents have no standard
/// error: resample runs for that.
template <real T>
struct [[nodiscard]] envelope_fit {
  std::vector<envelope_point<T>> points;  ///< by compute; where no run has a loss there is none
  std::size_t winners;                    ///< different sizes among those that are not at an edge
  power_trend<T> parameters, tokens;      ///< NaN for fewer than two winners
  envelope_options options;
};

namespace detail {

inline constexpr auto envelope_name = "scaling::fit_envelope";

/// A run by logarithms: its points in order of compute.
template <real T>
struct trajectory {
  std::size_t run;
  T parameters;
  std::vector<weighted_point<T>> points;  // ln C, loss

  bool covers(T log_C) const { return log_C >= points.front().x && log_C <= points.back().x; }

  T loss_at(T log_C) const {
    const auto after = std::lower_bound(points.begin(), points.end(), log_C, [](auto& p, T x) { return p.x < x; });
    if (after->x == log_C) return after->y;
    const auto before = std::prev(after);
    return before->y + (log_C - before->x) / (after->x - before->x) * (after->y - before->y);
  }

  void smooth(T width) {
    std::vector<weighted_point<T>> smoothed(points), near;
    for (auto& point : smoothed) {
      near.clear();
      for (const auto& [x, y, weight] : points)
        if (const T distance = std::abs(x - point.x) / width; distance < 1) near.push_back({x, y, 1 - distance});
      const line_fit<T> line(near);
      point.y = near.size() > 2 ? line(point.x) : point.y;
    }
    points = smoothed;
  }
};

/// The runs in order of size, then of number.
template <real T, class Points>
std::vector<trajectory<T>> trajectories(const Points& points, const training_cost& cost) {
  std::map<std::size_t, trajectory<T>> runs;
  std::size_t i = 0;
  for (const auto& point : points) {
    const std::size_t run = point.run;
    const T N = T(point.parameters), D = T(point.tokens), loss = T(point.loss);
    const std::string where = joined({envelope_name, ": point ", std::to_string(i++)});
    require(positive_finite(N), where, "parameters", N, "positive and finite");
    require(positive_finite(D), where, "tokens", D, "positive and finite");
    require(positive_finite(loss), where, "loss", loss, "positive and finite");
    auto& one = runs.try_emplace(run, trajectory<T>{run, N, {}}).first->second;
    require<std::invalid_argument>(one.parameters == N, where, "parameters", N,
                                   ("those of its run, " + text_of(one.parameters)).c_str());
    const T log_C =
        std::log(T(cost.factor)) + T(cost.parameters_power) * std::log(N) + T(cost.tokens_power) * std::log(D);
    one.points.push_back({log_C, loss});
  }
  std::vector<trajectory<T>> result;
  for (auto& [run, one] : runs) {
    std::sort(one.points.begin(), one.points.end(), [](auto& a, auto& b) { return a.x < b.x; });
    for (std::size_t k = 1; k < one.points.size(); ++k)
      if (one.points[k].x == one.points[k - 1].x)
        refuse<std::invalid_argument>(joined(
            {envelope_name, ": run ", std::to_string(run), " has two losses at the same tokens, must have one"}));
    result.push_back(one);
  }
  std::sort(result.begin(), result.end(), [](auto& a, auto& b) {
    return a.parameters != b.parameters ? a.parameters < b.parameters : a.run < b.run;
  });
  return result;
}

}  // namespace detail

/// Fits power laws N* = k C^a and D* = k C^b to the lower envelope of training curves.
///
/// Points: any range of `trajectory_point`, in any order; a run is the points with its number, all of one size. Those
/// in float are fitted in double, and so is the answer.
/// Errors: std::domain_error and std::invalid_argument name the point, the run or the option. What the numbers do is
/// in the result: look at `winners` before the power laws, which few of them make worthless.
/// Accuracy: see above; interpolation errs by (step in ln C)^2/8 times the curvature of the loss.
/// Complexity: budgets times runs times log(points); smoothing, the square of the points of a run.
template <std::ranges::input_range Points>
auto fit_envelope(const Points& points, const envelope_options& options = {}, const training_cost& cost = {}) {
  using T = detail::fitted_in<typename std::ranges::range_value_t<Points>::real_type>;
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  constexpr auto function = detail::envelope_name;
  detail::require(options.budgets >= 2, function, "budgets", options.budgets, "at least 2");
  detail::require(non_negative_finite(options.smoothing), function, "smoothing", options.smoothing,
                  "non-negative and finite");
  for (const auto& [name, value] : {std::pair{"cost.factor", cost.factor},
                                    {"cost.parameters_power", cost.parameters_power},
                                    {"cost.tokens_power", cost.tokens_power}})
    detail::require(positive_finite(value), function, name, value, "positive and finite");
  auto runs = detail::trajectories<T>(points, cost);
  detail::require<std::invalid_argument>(!runs.empty(), function, "number of runs", runs.size(), "positive");

  T from = runs.front().points.front().x, to = from;
  for (auto& run : runs) {
    from = std::min(from, run.points.front().x);
    to = std::max(to, run.points.back().x);
    if (options.smoothing > 0) run.smooth(T(options.smoothing));
  }
  envelope_fit<T> result{{}, 0, {nan, nan}, {nan, nan}, options};
  std::vector<detail::weighted_point<T>> sizes, tokens;
  std::set<T> winners;
  for (int i = 0; i < options.budgets; ++i) {
    const T share = T(i) / T(options.budgets - 1), log_C = i + 1 < options.budgets ? from + share * (to - from) : to;
    const detail::trajectory<T>*best = nullptr, *smallest = nullptr, *largest = nullptr;
    T loss = 0;
    for (const auto& run : runs) {
      if (!run.covers(log_C)) continue;
      if (!smallest) smallest = &run;
      largest = &run;
      const T own = run.loss_at(log_C);
      if (!best || own < loss) best = &run, loss = own;
    }
    if (!best) continue;
    const T N = best->parameters, log_N = std::log(N);
    const T log_D = (log_C - std::log(T(cost.factor)) - T(cost.parameters_power) * log_N) / T(cost.tokens_power);
    const bool at_edge = N == smallest->parameters || N == largest->parameters;
    result.points.push_back({std::exp(log_C), best->run, N, std::exp(log_D), loss, at_edge});
    if (at_edge) continue;
    sizes.push_back({log_C, log_N});
    tokens.push_back({log_C, log_D});
    winners.insert(N);
  }
  result.winners = winners.size();
  if (result.winners < 2) return result;
  result.parameters = detail::trend_through(sizes).trend;
  result.tokens = detail::trend_through(tokens).trend;
  return result;
}

}  // namespace scaling
