// What a fit is asked: which coefficients are free, what is minimised, and where the search starts.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// Where a fit starts.
enum class search {
  /// a lattice over the coefficients that enter nonlinearly, and its minima and faces polished
  screened,
  /// the minimiser from every point of the law's grid of starts (4500 for Chinchilla), and the distinct ends polished
  exhaustive,
  /// `start` alone, polished: for a warm start whose basin is known
  single
};

/// A coefficient by its symbol, held at a value.
template <real T>
struct coefficient_value {
  std::string symbol;
  T value;
};

/// Two coefficients that are one: equal to the last bit in the result.
struct coefficient_pair {
  std::string first, second;
};

/// A coefficient's box in place of that of the law's table. Log-scaled coefficients cannot be negative.
template <real T>
struct coefficient_bounds {
  std::string symbol;
  T lower, upper;
};

/// The choices of a fit. Each has the literature's default; a result keeps a copy.
template <loss_model Law>
struct fit_options {
  using T = typename Law::real_type;
  std::optional<Law> start{};                             ///< one more candidate; the only one for search::single
  std::vector<coefficient_value<T>> fixed{};              ///< held at a value: {{"E", 1.69}}, or see values_of
  std::vector<coefficient_pair> tied{};                   ///< made one: {{"alpha", "beta"}}
  std::vector<coefficient_bounds<T>> bounds{};            ///< {{"alpha", 0.2, 0.5}}
  scaling::criterion criterion{huber{}};                  ///< what is minimised
  scaling::residual residual{scaling::residual::log};     ///< of which residuals
  scaling::reduction reduction{scaling::reduction::sum};  ///< how it is reported; does not change the fit
  scaling::search search{scaling::search::screened};      ///< from where
  run_weights weights{equal_weights{}};                   ///< known_sigma, relative_weights or frequencies
};

namespace detail {

/// The place of a symbol in the table of a law. std::invalid_argument names a symbol that is not there.
template <loss_model Law>
std::size_t place_of(std::string_view where, std::string_view symbol) {
  constexpr auto table = Law::coefficients();
  for (std::size_t k = 0; k < table.size(); ++k)
    if (table[k].symbol == symbol) return k;
  std::string known;
  for (const auto& row : table) known = joined({known, known.empty() ? "" : ", ", row.symbol});
  refuse<std::invalid_argument>(
      joined({where, ": \"", symbol, "\" is no coefficient of ", Law::name, ", whose are ", known}));
}

}  // namespace detail

/// The coefficients of a law by symbol, to be held in a fit: {.fixed = values_of(law, {"E", "A"})}.
/// Errors: std::invalid_argument names a symbol that the law does not have.
template <loss_model Law>
std::vector<coefficient_value<typename Law::real_type>> values_of(const Law& law,
                                                                  std::initializer_list<std::string_view> symbols) {
  std::vector<coefficient_value<typename Law::real_type>> result;
  for (const auto symbol : symbols)
    result.push_back(
        {std::string(symbol), law.*Law::coefficients()[detail::place_of<Law>("scaling::values_of", symbol)].member});
  return result;
}

}  // namespace scaling
