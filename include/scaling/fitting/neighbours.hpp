// Points around an end of a search, from which a descent may reach another minimum of the same valley.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/revival.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Points that differ from an end in what a term is there for.
template <sum_of_powers Law>
class other_roles {
  using T = typename Law::real_type;

 public:
  using vector = typename fit_problem<Law>::vector;

  explicit other_roles(const power_sum_objective<Law>& f) : f_(f) {}

  /// y with its terms that are next to nothing brought back, if there are any.
  std::optional<vector> whole(const vector& y) const {
    constexpr T nothing = -5;  // log of a share of the losses
    vector there = y;
    bool any = false;
    for (const auto& term : terms) {
      if (!limits().free(term.coefficient) || !(y[at(term.coefficient)] < nothing)) continue;
      for (const auto& factor : term.factors)
        if (factor.exponent != none && is_idle<Law>(limits(), there, factor.exponent))
          put(there, factor.exponent, slow);
      raise(there, term.coefficient, T(0));
      any = true;
    }
    return any ? std::optional(there) : std::nullopt;
  }

  /// y with one of its powers a slow one, which reaches over all runs, or a step, which only the smallest runs see; one of
  /// each for each exponent.
  void append_recast(const vector& y, std::vector<vector>& to) const {
    for (const auto& term : terms)
      for (const auto& factor : term.factors) {
        if (factor.exponent == none || !limits().free(factor.exponent)) continue;
        T least = 0;
        for (const auto& block : f_.columns().blocks) least = std::min(least, packs<T>::least(block.z[factor.column]));
        for (const auto& [exponent, z] : {std::pair(slow, T(0)), std::pair(steep, least)}) {
          vector there = y;
          put(there, factor.exponent, exponent);
          raise(there, term.coefficient, -there[at(factor.exponent)] * z);
          to.push_back(there);
        }
      }
  }

  /// Whether there are two powers whose bases are all but one over the runs, as N and D are on a ladder of one ratio.
  bool is_ladder() const {
    for (std::size_t i = 0; i < terms.size(); ++i)
      for (std::size_t j = i + 1; j < terms.size(); ++j)
        if (go_together(terms[i], terms[j], T(0.9))) return true;
    return false;
  }

  /// Points with two powers exchanged whose bases go together over the runs: each is what the other was on the line that
  /// most runs lie on. There is another minimum about them; where all runs lie on
  /// the line, they are as good as y.
  std::vector<vector> exchanged(const vector& y) const {
    std::vector<vector> result;
    for (std::size_t i = 0; i < terms.size(); ++i)
      for (std::size_t j = i + 1; j < terms.size(); ++j) {
        if (!go_together(terms[i], terms[j], T(0.5))) continue;
        const factor_place one = terms[i].factors[0], other = terms[j].factors[0];
        const auto [slope, offset] = resistant_line(one.column, other.column);
        if (!positive_finite(slope)) continue;
        const vector x = f_.coordinates.terms_at(y);
        const T u = x[at(terms[i].coefficient)], v = x[at(one.exponent)];
        const T other_u = x[at(terms[j].coefficient)], other_v = x[at(other.exponent)];
        vector there = x;
        there[at(terms[i].coefficient)] = other_u - other_v * offset, there[at(one.exponent)] = other_v * slope;
        there[at(terms[j].coefficient)] = u + v * offset / slope, there[at(other.exponent)] = v / slope;
        if (const auto inside = in_box(f_.coordinates.of_terms(there))) result.push_back(*inside);
      }
    return result;
  }

 private:
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t none = term_place::none;
  static constexpr T slow = T(0.2), steep = 15;  ///< by a standard deviation of the log of the base

  static int at(std::size_t k) { return static_cast<int>(k); }
  const constraints<Law>& limits() const { return f_.coordinates.limits(); }

  /// y, if it is in the box but for rounding.
  std::optional<vector> in_box(vector y) const {
    for (int k = 0; k < y.size(); ++k) {
      const T nearest = std::clamp(y[k], f_.coordinates.lower()[k], f_.coordinates.upper()[k]);
      if (y[k] != nearest && !(std::abs(y[k] - nearest) <= T(1e-9) * (1 + std::abs(nearest)))) return std::nullopt;
      y[k] = nearest;
    }
    return y;
  }

  /// One power of its own, that every run has and nothing holds.
  bool is_free_power(const term_place& term) const {
    return term.factors[0].exponent != none && term.factors[1].exponent == none && !term.partial &&
           limits().free(term.coefficient) && limits().free(term.factors[0].exponent);
  }

  /// Whether two powers are free, and the logs of their bases correlate above so much.
  bool go_together(const term_place& a, const term_place& b, T above) const {
    return is_free_power(a) && is_free_power(b) && a.factors[0].exponent != b.factors[0].exponent &&
           correlation(a.factors[0].column, b.factors[0].column) > above;
  }

  /// The line that a column is of another but for few runs: through the medians of the lower and the upper third (J. W.
  /// Tukey, Exploratory Data Analysis, 1977, chapter 5). As slope and offset.
  std::pair<T, T> resistant_line(std::size_t from, std::size_t to) const {
    using by_lanes = packs<T>;
    std::vector<std::pair<T, T>> runs(f_.runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const auto& block = f_.columns().blocks[i / by_lanes::lanes];
      runs[i] = {by_lanes::lane(block.z[from], i % by_lanes::lanes), by_lanes::lane(block.z[to], i % by_lanes::lanes)};
    }
    std::sort(runs.begin(), runs.end());
    const auto median = [](std::vector<T> values) {
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
      std::nth_element(values.begin(), middle, values.end());
      return *middle;
    };
    const std::size_t third = (runs.size() + 2) / 3;
    std::vector<T> low, high, low_to, high_to, offset;
    for (std::size_t i = 0; i < third; ++i) {
      low.push_back(runs[i].first), low_to.push_back(runs[i].second);
      high.push_back(runs[runs.size() - 1 - i].first), high_to.push_back(runs[runs.size() - 1 - i].second);
    }
    const T slope = (median(high_to) - median(low_to)) / (median(high) - median(low));
    for (const auto& [z, other] : runs) offset.push_back(other - slope * z);
    return {slope, median(offset)};
  }

  T correlation(std::size_t column, std::size_t other) const {
    using by_lanes = packs<T>;
    typename by_lanes::pack both{}, one{}, two{};
    for (const auto& block : f_.columns().blocks) {
      const auto &a = block.z[column], &b = block.z[other];
      both += block.weight * a * b, one += block.weight * a * a, two += block.weight * b * b;
    }
    return by_lanes::sum(both) / std::sqrt(by_lanes::sum(one) * by_lanes::sum(two));
  }

  void put(vector& y, std::size_t k, T value) const {
    if (limits().free(k)) y[at(k)] = std::clamp(value, f_.coordinates.lower()[at(k)], f_.coordinates.upper()[at(k)]);
  }
  /// Gives a term a third of the losses where its power is e^log_power, which is 1 in the centre, and the others the rest.
  void raise(vector& y, std::size_t coefficient, T log_power) const {
    for (const auto& term : terms) put(y, term.coefficient, y[at(term.coefficient)] - std::log(T(1.5)));
    put(y, coefficient, -std::log(T(3)) - log_power);
  }

  const power_sum_objective<Law>& f_;
};

/// Two in each principal direction of the Jacobian of the log predictions: as far as changes the predictions by as much
/// as they differ from the losses, so that each run could change sides. What has vanished stays so, there; the rest are
/// with all terms and with other roles for them. For least squares, from whose minima a search starts, let go of terms
/// that other criteria keep, and a power can be the floor, or leave it to another.
template <sum_of_powers Law>
std::vector<typename fit_problem<Law>::vector> neighbours_of(const power_sum_objective<Law>& f,
                                                             const typename fit_problem<Law>::vector& y) {
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;
  using matrix = typename fit_problem<Law>::matrix;
  constexpr int P = static_cast<int>(coefficient_count<Law>);
  constexpr T smallest = T(1e-9);  // of the largest eigenvalue: below it the predictions do not depend on a direction
  constexpr T longest = 2;         // as the longest step of the polish

  const auto& limits = f.coordinates.limits();
  const auto moves = [&](int k) { return limits.free(static_cast<std::size_t>(k)) && std::isfinite(y[k]); };
  matrix gram = f.log_gram(y);
  for (int i = 0; i < P; ++i)
    for (int j = 0; j < P; ++j)
      if (!moves(i) || !moves(j)) gram(i, j) = 0;
  const std::vector<T> r = f.residuals_at(y);
  T squares = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const T size = std::abs(f.of.residual == residual::log ? r[i] : r[i] / f.runs[i].loss);
    squares += f.weight(f.runs[i], T(0)) * size * size;
  }
  std::vector<vector> result;
  const symmetric_eigen<matrix> eigen(gram);
  for (int k = 0; k < P; ++k) {
    if (!(eigen.values[k] > smallest * eigen.values[0])) continue;
    vector step = eigen.vectors.col(k);
    step *= std::min(std::sqrt(squares / eigen.values[k]), longest / step.cwiseAbs().maxCoeff());
    for (const T sign : {T(1), T(-1)}) {
      vector there = y;
      for (int i = 0; i < P; ++i)
        if (moves(i)) there[i] = std::clamp(y[i] + sign * step[i], f.coordinates.lower()[i], f.coordinates.upper()[i]);
      result.push_back(there);
    }
  }
  const other_roles<Law> roles(f);
  const auto whole = roles.whole(y);
  if (whole) result.push_back(*whole);
  roles.append_recast(whole.value_or(y), result);
  return result;
}

}  // namespace scaling::detail
