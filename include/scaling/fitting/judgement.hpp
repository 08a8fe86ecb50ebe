// What a finished search says of its law: which coefficients are at a bound, and whether the runs determine them.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <scaling/fitting/basins.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/exchanged_powers.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/revival.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// y with a thousandth of the losses in each term that has vanished, so that its coefficient has an effect.
template <loss_model Law, class Objective>
auto with_traces(const Objective& f, typename fit_problem<Law>::vector y) {
  using T = typename Law::real_type;
  if constexpr (sum_of_powers<Law>) {
    auto x = f.coordinates.terms_at(y);
    for (int k = 0; k < x.size(); ++k)
      if (x[k] == -std::numeric_limits<T>::infinity()) x[k] = std::log(T(1e-3));
    const auto traced = f.coordinates.of_terms(x);
    for (int k = 0; k < y.size(); ++k)
      if (y[k] == -std::numeric_limits<T>::infinity()) y[k] = traced[k];
  }
  return y;
}

/// Counts a direction less where other coefficients change no prediction: those with two powers exchanged, or a twin that
/// the search has found. Whatever the noise, the runs do not say which. It leads from the law to the other.
template <loss_model Law, class Objective>
void judge_twins(const Objective& f, const std::vector<typename fit_problem<Law>::vector>& twins,
                 const typename fit_problem<Law>::vector& y, fit_result<Law>& result) {
  using T = typename Law::real_type;
  constexpr T no_change = T(1e-6);  // of a prediction
  const auto here = f.residuals_at(y);
  for (const auto& there : twins) {
    const auto r = f.residuals_at(there);
    bool alike = true;
    for (std::size_t i = 0; i < r.size(); ++i)
      alike = alike && std::abs(r[i] - here[i]) <= no_change * (f.of.residual == residual::log ? T(1) : f.runs[i].loss);
    typename fit_problem<Law>::vector step = there - y;
    for (int k = 0; k < y.size(); ++k)
      if (there[k] == y[k]) step[k] = 0;  // -infinity too
    const typename fit_problem<Law>::vector moved = f.coordinates.natural_slopes() * step;
    int largest = 0;
    moved.cwiseAbs().maxCoeff(&largest);
    if (!(alike && std::abs(moved[largest]) > 0 && moved.allFinite())) continue;
    if (f.are_one(result.law, f.coordinates.law_at(there))) continue;
    coefficient_direction<Law> exchange;
    for (std::size_t k = 0; k < exchange.size(); ++k) exchange[k] = moved[static_cast<int>(k)] / moved[largest];
    result.undetermined.push_back(exchange);
    result.singular_ratio = 0;
    --result.rank;
    return;
  }
}

/// Which coefficients the result lists as at a bound, and over which it asks whether the runs determine them. The
/// exponent of a vanished term has no effect: it is neither at a bound nor determined. `minima` begin with y, if there are
/// any. Returns whether one has no effect at all.
template <loss_model Law, class Objective>
bool judge_coefficients(const Objective& f, const std::vector<typename basin_search<Law>::end>& minima,
                        const typename fit_problem<Law>::vector& y, fit_result<Law>& result) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  const auto& limits = f.coordinates.limits();
  std::array<bool, table.size()> inside{}, effective{};
  for (std::size_t k = 0; k < table.size(); ++k) {
    if (limits.held[k]) continue;
    bool idle = false;
    if constexpr (sum_of_powers<Law>) idle = is_idle<Law>(limits, y, k);
    const T value = result.law.*table[k].member;
    const bool hit = !idle && (value <= limits.lower[k] || value >= limits.upper[k]);
    if (hit) result.at_bound.push_back({table[k].symbol, value <= limits.lower[k] ? limits.lower[k] : limits.upper[k]});
    inside[k] = limits.free(k) && !hit;
    effective[k] = limits.free(k) && !idle;
  }
  auto identified = identify<Objective, Law>(f, y, inside);
  if (!result.at_bound.empty()) {
    // Along what the runs leave open a search may have slid to a bound, which then determines what they do not.
    auto all = identify<Objective, Law>(f, with_traces<Law>(f, y), effective);
    if (all.rank < all.counted) identified = std::move(all);
  }
  result.singular_ratio = identified.singular_ratio;
  result.free_count = identified.counted;
  result.rank = identified.rank;
  result.undetermined = std::move(identified.undetermined);
  const bool one_is_idle = result.singular_ratio == 0;
  if (result.rank < result.free_count || result.rank == 0) return one_is_idle;
  std::vector<typename fit_problem<Law>::vector> twins;
  if constexpr (sum_of_powers<Law>) twins = exchanged_powers<Law>(f).of(y);
  for (std::size_t i = 1; i < minima.size(); ++i) twins.push_back(minima[i].x);
  judge_twins(f, twins, y, result);
  return one_is_idle;
}

}  // namespace scaling::detail
