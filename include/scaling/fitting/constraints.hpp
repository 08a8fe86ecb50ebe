// Which coefficients of a fit are free, and in which box: the table of the law, and what the options change in it.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Of coefficients that are tied the first in the table leads, and the others follow.
template <loss_model Law>
struct constraints {
  using T = typename Law::real_type;
  static constexpr std::size_t P = coefficient_count<Law>;
  static constexpr auto table = Law::coefficients();

  std::array<std::size_t, P> leader;
  std::array<bool, P> held{};         ///< has one value, `value`
  std::array<bool, P> tied{};         ///< leads or follows another
  std::array<T, P> value{};           ///< where held
  std::array<T, P> lower{}, upper{};  ///< of the coefficient itself; alike for those that are tied

  /// Those of the table alone.
  constexpr constraints() {
    for (std::size_t k = 0; k < P; ++k) {
      leader[k] = k;
      lower[k] = static_cast<T>(table[k].lower);
      upper[k] = static_cast<T>(table[k].upper);
    }
  }

  /// A variable of the search: neither held nor a follower.
  constexpr bool free(std::size_t k) const { return !held[k] && leader[k] == k; }

  /// Has more than one value, but not all between the bounds of the table.
  constexpr bool boxed(std::size_t k) const {
    return !held[k] && (lower[k] > static_cast<T>(table[k].lower) || upper[k] < static_cast<T>(table[k].upper));
  }

  /// Not free to be anything between those: held, tied to another, or boxed.
  constexpr bool is_narrow(std::size_t k) const { return held[k] || tied[k] || boxed(k); }

  constexpr std::size_t free_count() const {
    std::size_t count = 0;
    for (std::size_t k = 0; k < P; ++k) count += free(k);
    return count;
  }
};

/// The constraints that options mean. std::invalid_argument for unknown symbols and for constraints that contradict
/// each other, std::domain_error for values that no coefficient can have, and for a criterion that is none: whoever reads
/// options comes here first.
template <loss_model Law>
constraints<Law> constraints_of(std::string_view where, const fit_options<Law>& options) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  check_criterion(where, options.criterion);
  constraints<Law> result;
  const auto finite = [](T x) { return std::abs(x) <= std::numeric_limits<T>::max(); };

  for (const auto& [symbol, lower, upper] : options.bounds) {
    const std::size_t k = place_of<Law>(where, symbol);
    const T least = table[k].scale == scale::log ? T(0) : -std::numeric_limits<T>::infinity();
    if (!(lower >= least))
      require(false, where, joined({"bounds.", symbol, ".lower"}), lower, joined({"at least ", text_of(least)}));
    if (!(upper >= lower))
      require<std::invalid_argument>(false, where, joined({"bounds.", symbol, ".upper"}), upper,
                                     joined({"at least lower = ", text_of(lower)}));
    if (!finite(lower) && lower == upper) require(false, where, joined({"bounds.", symbol, ".lower"}), lower, "finite");
    for (const auto& other : options.bounds)
      if (other.symbol == symbol && (other.lower != lower || other.upper != upper))
        refuse<std::invalid_argument>(joined({where, ": \"", symbol, "\" has two boxes in bounds"}));
    result.lower[k] = lower;
    result.upper[k] = upper;
  }
  for (const auto& [first, second] : options.tied) {
    const std::size_t a = place_of<Law>(where, first), b = place_of<Law>(where, second);
    if (a == b) refuse<std::invalid_argument>(joined({where, ": tied \"", first, "\" to itself"}));
    if (table[a].scale != table[b].scale || table[a].enters != table[b].enters)
      refuse<std::invalid_argument>(joined({where, ": \"", first, "\" and \"", second,
                                            "\" cannot be tied, one is a factor of a term and the other is not"}));
    const std::size_t into = std::min(result.leader[a], result.leader[b]),
                      from = std::max(result.leader[a], result.leader[b]);
    result.tied[a] = result.tied[b] = true;
    result.lower[into] = std::max(result.lower[into], result.lower[from]);
    result.upper[into] = std::min(result.upper[into], result.upper[from]);
    if (!(result.lower[into] <= result.upper[into]))
      refuse<std::invalid_argument>(
          joined({where, ": \"", first, "\" and \"", second, "\" are tied, but their bounds have nothing in common"}));
    for (auto& leader : result.leader)
      if (leader == from) leader = into;
  }
  for (const auto& [symbol, value] : options.fixed) {
    const std::size_t k = result.leader[place_of<Law>(where, symbol)];
    if (!(value >= result.lower[k] && value <= result.upper[k] && finite(value)))
      require(false, where, joined({"fixed.", symbol}), value,
              joined({"finite and from ", text_of(result.lower[k]), " to ", text_of(result.upper[k])}));
    if (result.held[k] && result.value[k] != value)
      refuse<std::invalid_argument>(joined(
          {where, ": \"", symbol, "\" is fixed at two values, ", text_of(result.value[k]), " and ", text_of(value)}));
    result.held[k] = true;
    result.value[k] = value;
  }
  for (std::size_t k = 0; k < table.size(); ++k) {
    const std::size_t leader = result.leader[k];
    if (result.lower[leader] == result.upper[leader]) {
      result.held[leader] = true;
      result.value[leader] = result.lower[leader];
    }
    result.held[k] = result.held[leader];
    result.value[k] = result.value[leader];
    result.lower[k] = result.lower[leader];
    result.upper[k] = result.upper[leader];
  }
  return result;
}

}  // namespace scaling::detail
