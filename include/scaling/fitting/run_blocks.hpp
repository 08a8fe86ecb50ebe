// Runs by columns, a few to a block, as the sums over them need them: standardised logs, and what each run counts.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/fitting/unrolled.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// A block has as many runs as a pack has lanes.
template <sum_of_powers Law>
struct run_blocks {
  using T = typename Law::real_type;
  using by_lanes = packs<T>;
  using pack = typename by_lanes::pack;
  static constexpr std::size_t lanes = by_lanes::lanes;
  using run_type = typename fit_problem<Law>::run_type;

  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t factors = factor_count<Law>(), none = term_place::none;

  /// Which of the shares below a term has: those that no run lacks have the first in common.
  static constexpr auto share_of = [] {
    std::array<std::size_t, terms.size()> result{};
    std::size_t next = 1;
    for (std::size_t j = 0; j < terms.size(); ++j) result[j] = terms[j].partial ? next++ : 0;
    return result;
  }();
  static constexpr std::size_t shares = 1 + *std::max_element(share_of.begin(), share_of.end());

  struct block {
    std::array<pack, factors> z;     ///< standardised log of each base; 0 where the run lacks the term
    std::array<pack, shares> share;  ///< typical loss / loss; 0 where the run lacks the term
    pack loss, weight, sigma;        ///< weight / sigma^2, which is 0 in the lanes after the last run
  };

  std::vector<block> blocks;
  centring<Law> centres;
  std::array<T, factors> reach{};  ///< largest |z|

  explicit run_blocks(const std::vector<run_type>& runs) : blocks((runs.size() + lanes - 1) / lanes) {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const auto lane_of = [](pack& of, std::size_t i) -> T& { return by_lanes::lane(of, i % lanes); };
    for (std::size_t i = 0; i < blocks.size() * lanes; ++i) {
      const bool padding = i >= runs.size();
      const auto& run = runs[padding ? runs.size() - 1 : i];
      const auto at = run_at<Law>(run);
      block& b = blocks[i / lanes];
      unrolled<terms.size()>([&](auto j) {
        constexpr auto term = Law::terms()[j];
        constexpr auto place = terms[j];
        if constexpr (place.factors[0].exponent != none) lane_of(b.z[place.factors[0].column], i) = term.first.base(at);
        if constexpr (place.factors[1].exponent != none)
          lane_of(b.z[place.factors[1].column], i) = term.second.base(at);
      });
      lane_of(b.loss, i) = run.loss;
      lane_of(b.sigma, i) = run.sigma;
      lane_of(b.weight, i) = padding ? T(0) : run.weight / (run.sigma * run.sigma);
    }
    // Logs of all, and their means over the runs that have the term.
    pack total{}, loss{};
    std::array<pack, factors> weight{}, first{};
    for (block& b : blocks) {
      b.share[0] = by_lanes::log(b.loss);
      total += b.weight;
      loss += b.weight * b.share[0];
      unrolled<terms.size()>([&](auto j) {
        constexpr auto place = terms[j];
        pack present = by_lanes::all(T(1));
        if constexpr (place.partial) {
          for (const auto& factor : place.factors)
            if (factor.exponent != none) present = b.z[factor.column] < infinity ? present : pack{};
          b.share[share_of[j]] = present;
        }
        for (const auto& factor : place.factors) {
          if (factor.exponent == none) continue;
          pack& z = b.z[factor.column];
          if constexpr (place.partial) z = present > T(0) ? z : by_lanes::all(T(1));
          z = by_lanes::log(z);
          const pack w = present * b.weight;
          weight[factor.column] += w;
          first[factor.column] += w * z;
        }
      });
    }
    centres.loss = by_lanes::sum(loss) / by_lanes::sum(total);
    for (std::size_t m = 0; m < factors; ++m)
      if (by_lanes::sum(weight[m]) > 0) centres.centre[m] = by_lanes::sum(first[m]) / by_lanes::sum(weight[m]);
    spread_of(weight);
    const T typical = std::exp(centres.loss);
    for (block& b : blocks) {
      b.share[0] = typical / b.loss;
      unrolled<terms.size()>([&](auto j) {
        constexpr auto place = terms[j];
        if constexpr (place.partial) b.share[share_of[j]] *= b.share[0];
        for (const auto& factor : place.factors) {
          if (factor.exponent == none) continue;
          pack& z = b.z[factor.column];
          z = (z - centres.centre[factor.column]) / centres.spread[factor.exponent];
          if constexpr (place.partial) z = b.share[share_of[j]] > T(0) ? z : pack{};
          reach[factor.column] = std::max(reach[factor.column], by_lanes::most(by_lanes::max(z, -z)));
        }
      });
    }
  }

 private:
  /// Standard deviations of log bases; of those that share an exponent, the mean of their squares.
  void spread_of(const std::array<pack, factors>& weight) {
    std::array<T, coefficient_count<Law>> square{}, total{};
    unrolled<terms.size()>([&](auto j) {
      constexpr auto place = terms[j];
      for (const auto& factor : place.factors) {
        if (factor.exponent == none) continue;
        pack second{};
        for (const block& b : blocks) {
          pack d = b.z[factor.column] - centres.centre[factor.column];
          if constexpr (place.partial) d *= b.share[share_of[j]];
          second += b.weight * d * d;
        }
        square[factor.exponent] += by_lanes::sum(second);
        total[factor.exponent] += by_lanes::sum(weight[factor.column]);
        // All runs alike, up to the rounding of the mean: the exponent has no effect and keeps its own unit.
        const T resolution = 8 * std::numeric_limits<T>::epsilon() * (std::abs(centres.centre[factor.column]) + 1);
        const T spread = std::sqrt(square[factor.exponent] / total[factor.exponent]);
        centres.spread[factor.exponent] = spread > resolution ? spread : T(1);
      }
    });
  }
};

}  // namespace scaling::detail
