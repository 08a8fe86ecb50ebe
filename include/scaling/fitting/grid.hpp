// Starting points from a law's own table: the literature's grid, and a lattice for laws that are no sum of powers.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/real.hpp>
#include <scaling/fitting/box_least_squares.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Points of a grid over the free coefficients: `count[k]` equally spaced ones in the fitted coordinate, over the range
/// of the starts as far as it lies within the bounds. Held coefficients have theirs, tied ones follow.
template <loss_model Law>
class start_grid {
 public:
  using T = typename Law::real_type;
  static constexpr std::size_t P = coefficient_count<Law>;
  using counts = std::array<std::size_t, P>;

  start_grid(const constraints<Law>& limits, const counts& count) : limits_(limits), count_(count) {
    for (std::size_t k = 0; k < P; ++k) {
      if (!limits.free(k)) count_[k] = 1;
      points_ *= count_[k];
    }
  }

  std::size_t points() const { return points_; }
  std::size_t count(std::size_t k) const { return count_[k]; }

  /// The place of point `index` along each coefficient.
  counts place(std::size_t index) const {
    counts result{};
    for (std::size_t k = 0; k < P; index /= count_[k++]) result[k] = index % count_[k];
    return result;
  }

  Law law(const counts& place) const {
    constexpr auto table = Law::coefficients();
    std::array<T, P> values{};
    for (std::size_t k = 0; k < P; ++k) {
      if (limits_.held[k]) values[k] = limits_.value[k];
      if (!limits_.free(k)) continue;
      const auto& [from, to, count] = table[k].starts;
      const std::size_t intervals = count_[k] - 1;
      T coordinate = static_cast<T>(count > 1 || intervals > 0 ? from : (from + to) / 2);
      if (intervals > 0) coordinate += static_cast<T>(to - from) * T(place[k]) / T(intervals);
      values[k] = table[k].scale == scale::log ? std::exp(coordinate) : coordinate;
      values[k] = std::clamp(values[k], limits_.lower[k], limits_.upper[k]);
    }
    for (std::size_t k = 0; k < P; ++k) values[k] = values[limits_.leader[k]];
    return law_from<Law>(values);
  }

 private:
  const constraints<Law>& limits_;
  counts count_;
  std::size_t points_ = 1;
};

/// The literature's grid: the counts of the table.
template <loss_model Law>
start_grid<Law> table_grid(const constraints<Law>& limits) {
  typename start_grid<Law>::counts count{};
  for (std::size_t k = 0; k < count.size(); ++k)
    count[k] = static_cast<std::size_t>(Law::coefficients()[k].starts.count);
  return {limits, count};
}

/// A lattice over the free coefficients that enter nonlinearly, at most some 600 points but never fewer than the table
/// has; those that enter linearly are solved for at each point by least squares of relative residuals (plain ones for
/// plain residuals) within their bounds. Returns starts: the local minima over the lattice and the lowest of the other
/// points, the lowest first.
template <loss_model Law>
std::vector<Law> lattice_starts(const fit_problem<Law>& f) {
  using T = typename Law::real_type;
  using grid = start_grid<Law>;
  constexpr auto table = Law::coefficients();
  constexpr std::size_t P = coefficient_count<Law>, most_points = 600, most_starts = 64;
  const auto& limits = f.coordinates.limits();

  std::size_t axes = 0;
  const auto nonlinear = [&](std::size_t k) { return limits.free(k) && table[k].enters == enters::nonlinearly; };
  const auto linear = [&](std::size_t k) { return limits.free(k) && table[k].enters == enters::linearly; };
  for (std::size_t k = 0; k < P; ++k) axes += nonlinear(k);
  typename grid::counts count{};
  for (std::size_t k = 0; k < P; ++k) {
    const auto fine =
        static_cast<std::size_t>(std::pow(double(most_points), 1 / double(std::max<std::size_t>(axes, 1))) + 1e-9);
    count[k] = nonlinear(k) ? std::max(fine, static_cast<std::size_t>(table[k].starts.count)) : 1;
  }
  const grid points(limits, count);

  const bool relative = f.of.residual == residual::log;
  const auto solved = [&](Law law) {
    box_least_squares<T, P> problem;
    std::array<std::size_t, P> place{};
    Law rest = law, bare = law;  // without the linear coefficients that are free, and without any
    for (std::size_t k = 0; k < P; ++k) {
      if (!linear(k)) continue;
      place[problem.size] = k;
      problem.lower[problem.size] = limits.lower[k];
      problem.upper[problem.size++] = limits.upper[k];
    }
    if (problem.size == 0) return law;
    const auto set = [&](Law& to, std::size_t leader, T value) {
      for (std::size_t k = 0; k < P; ++k)
        if (limits.leader[k] == leader) to.*table[k].member = value;
    };
    for (std::size_t i = 0; i < problem.size; ++i) set(rest, place[i], T(0));
    for (std::size_t k = 0; k < P; ++k)
      if (table[k].enters == enters::linearly) bare.*table[k].member = 0;
    std::array<Law, P> unit;
    unit.fill(bare);
    for (std::size_t i = 0; i < problem.size; ++i) set(unit[i], place[i], T(1));
    for (const auto& run : f.runs) {
      const auto at = run_at<Law>(run);
      const T scale = relative ? 1 / run.loss : T(1), weight = run.weight / (run.sigma * run.sigma);
      const T constant = bare(at), aim = (run.loss - rest(at)) * scale;
      std::array<T, P> column{};
      for (std::size_t i = 0; i < problem.size; ++i) {
        column[i] = (unit[i](at) - constant) * scale;
        problem.right[i] += weight * column[i] * aim;
        for (std::size_t j = 0; j <= i; ++j)
          problem.gram[i][j] = problem.gram[j][i] = problem.gram[i][j] + weight * column[i] * column[j];
      }
    }
    (void)problem.solve();
    T weight = 0;
    for (const auto& run : f.runs) weight += run.weight / (run.sigma * run.sigma);
    for (std::size_t i = 0; i < problem.size; ++i) {
      if (!positive_finite(problem.gram[i][i])) continue;  // no effect anywhere, or one beyond numbers: as in the table
      // A descent in logs cannot start at 0: a thousandth of the losses instead.
      const T little = T(1e-3) * std::sqrt(weight / problem.gram[i][i]);
      set(law, place[i], std::clamp(std::max(problem.x[i], little), limits.lower[place[i]], limits.upper[place[i]]));
    }
    return law;
  };

  std::vector<Law> laws;
  std::vector<T> value;
  for (std::size_t index = 0; index < points.points(); ++index) {
    laws.push_back(solved(points.law(points.place(index))));
    const T v = f.value_of(f.residuals(laws.back()));
    value.push_back(std::isfinite(v) ? v : std::numeric_limits<T>::max());
  }
  const auto is_lowest = [&](std::size_t index) {
    const auto here = points.place(index);
    std::size_t stride = 1;
    for (std::size_t k = 0; k < P; stride *= points.count(k++)) {
      if (here[k] > 0 && value[index - stride] <= value[index]) return false;
      if (here[k] + 1 < points.count(k) && value[index + stride] < value[index]) return false;
    }
    return true;
  };
  std::vector<std::size_t> order(value.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return value[a] != value[b] ? value[a] < value[b] : a < b; });
  std::vector<Law> result;
  for (const std::size_t index : order)
    if (result.size() < most_starts || is_lowest(index)) result.push_back(laws[index]);
  return result;
}

}  // namespace scaling::detail
