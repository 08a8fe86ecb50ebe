// Two powers whose bases go together over the runs, and what a law becomes where the two are exchanged.
// SPDX-License-Identifier: BSL-1.0
//
// On a ladder of models at one ratio of tokens to parameters, D = k N, the terms A/N^alpha and B/D^beta are two powers of
// N. Exchange them, alpha and beta with them, and every loss stays as it is: the runs do not say which is whose. Near such a
// line the exchanged law is close to another minimum, which a lattice of exponents may not lead to.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/run_blocks.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <sum_of_powers Law>
class exchanged_powers {
  using T = typename Law::real_type;

 public:
  using vector = typename fit_problem<Law>::vector;

  explicit exchanged_powers(const power_sum_objective<Law>& f) : f_(f) {}

  /// Whether there are two powers whose bases are all but one for most runs.
  bool is_ladder() const {
    constexpr T near = T(0.1);  // standard deviations of the log of the base
    bool any = false;
    for_each_pair(
        [&](const term_place&, const term_place&, const line& between) { any = any || between.typically_off < near; });
    return any;
  }

  /// y with two powers exchanged, for each two that go together: each is what the other was on the line that most runs lie
  /// on. There may be another minimum about it; where all runs lie on the line, it is as good as y.
  std::vector<vector> of(const vector& y) const {
    const vector x = f_.coordinates.terms_at(y);
    std::vector<vector> result;
    for_each_pair([&](const term_place& a, const term_place& b, const line& between) {
      const int u = at(a.coefficient), v = at(a.factors[0].exponent);
      const int other_u = at(b.coefficient), other_v = at(b.factors[0].exponent);
      vector there = x;
      there[u] = x[other_u] - x[other_v] * between.offset;
      there[v] = x[other_v] * between.slope;
      there[other_u] = x[u] + x[v] * between.offset / between.slope;
      there[other_v] = x[v] / between.slope;
      if (const auto inside = in_box(f_.coordinates.of_terms(there))) result.push_back(*inside);
    });
    return result;
  }

 private:
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t none = term_place::none;

  /// The line that one log of a base is of another but for few runs.
  struct line {
    T slope, offset, typically_off;
  };

  static int at(std::size_t k) { return static_cast<int>(k); }

  template <class Visit>
  void for_each_pair(const Visit& visit) const {
    constexpr T together = T(0.5);  // the correlation of the logs
    for (std::size_t i = 0; i < terms.size(); ++i)
      for (std::size_t j = i + 1; j < terms.size(); ++j) {
        const term_place a = terms[i], b = terms[j];
        if (!is_free_power(a) || !is_free_power(b) || a.factors[0].exponent == b.factors[0].exponent) continue;
        if (!(correlation(a, b) > together)) continue;
        if (const line between = resistant_line(a, b); positive_finite(between.slope)) visit(a, b, between);
      }
  }

  /// One power, that every run has and nothing holds: of one base, or of a product of two. Its exponent may be another term's
  /// too, or lead a tie: then what comes of it is no more than a start.
  bool is_free_power(const term_place& term) const {
    const auto& limits = f_.coordinates.limits();
    const auto [first, second] = term.factors;
    return first.exponent != none && (second.exponent == none || second.exponent == first.exponent) && !term.partial &&
           limits.free(term.coefficient) && limits.free(first.exponent);
  }

  /// The log of the base of a power, standardised, at a block of runs.
  static auto base_at(const term_place& power, const typename run_blocks<Law>::block& block) {
    auto z = block.z[power.factors[0].column];
    if (power.factors[1].exponent != none) z += block.z[power.factors[1].column];
    return z;
  }

  T correlation(const term_place& a, const term_place& b) const {
    using by_lanes = packs<T>;
    typename by_lanes::pack both{}, one{}, two{};
    for (const auto& block : f_.columns().blocks) {
      const auto x = base_at(a, block), y = base_at(b, block);
      both += block.weight * x * y, one += block.weight * x * x, two += block.weight * y * y;
    }
    return by_lanes::sum(both) / std::sqrt(by_lanes::sum(one) * by_lanes::sum(two));
  }

  static T median(std::vector<T> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  /// Through the medians of the lower and the upper third: J. W. Tukey, Exploratory Data Analysis, 1977, chapter 5.
  line resistant_line(const term_place& from, const term_place& to) const {
    using by_lanes = packs<T>;
    std::vector<std::pair<T, T>> runs(f_.runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const auto& block = f_.columns().blocks[i / by_lanes::lanes];
      auto x = base_at(from, block), y = base_at(to, block);
      runs[i] = {by_lanes::lane(x, i % by_lanes::lanes), by_lanes::lane(y, i % by_lanes::lanes)};
    }
    std::sort(runs.begin(), runs.end());
    const std::size_t third = (runs.size() + 2) / 3;
    std::vector<T> low, high, low_to, high_to, offset;
    for (std::size_t i = 0; i < third; ++i) {
      const auto &first = runs[i], &last = runs[runs.size() - 1 - i];
      low.push_back(first.first), low_to.push_back(first.second);
      high.push_back(last.first), high_to.push_back(last.second);
    }
    const T slope = (median(high_to) - median(low_to)) / (median(high) - median(low));
    for (const auto& [x, y] : runs) offset.push_back(y - slope * x);
    const T middle = median(offset);
    for (T& one : offset) one = std::abs(one - middle);
    return {slope, middle, median(offset)};
  }

  /// y, moved into the box by a per cent at most: what is at its bound may be beyond the other's by rounding, or by as
  /// much as the runs are off their line.
  std::optional<vector> in_box(vector y) const {
    for (int k = 0; k < y.size(); ++k) {
      const T nearest = std::clamp(y[k], f_.coordinates.lower()[k], f_.coordinates.upper()[k]);
      if (y[k] != nearest && !(std::abs(y[k] - nearest) <= T(0.01) * (1 + std::abs(nearest)))) return std::nullopt;
      y[k] = nearest;
    }
    return y;
  }

  const power_sum_objective<Law>& f_;
};

}  // namespace scaling::detail
