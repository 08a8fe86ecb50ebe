// The terms of a law that is a sum of powers, by positions in its tables: what loops over terms are made of.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// A factor base^-exponent of a term: the position of its exponent, `none` if there is no such factor, and its column
/// among the bases of all factors of the law.
struct factor_place {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t exponent = none, column = none;
};

struct term_place {
  static constexpr std::size_t none = factor_place::none;
  std::size_t coefficient;
  std::array<factor_place, 2> factors;
  bool partial;
};

/// Whether each row of a law's table is the coefficient of one term, fitted as its logarithm, or an exponent, fitted as
/// itself: the coordinates of a sum of powers are made for these.
template <sum_of_powers Law>
constexpr bool each_row_has_its_place() {
  for (const auto& row : Law::coefficients()) {
    int coefficients = 0, exponents = 0;
    for (const auto& term : Law::terms()) {
      coefficients += term.coefficient == row.member;
      exponents += (term.first.exponent == row.member) + (term.second.exponent == row.member);
    }
    const bool is_coefficient = coefficients == 1 && exponents == 0 && row.scale == scale::log;
    const bool is_exponent = coefficients == 0 && exponents > 0 && row.scale == scale::linear;
    if (!is_coefficient && !is_exponent) return false;
  }
  return true;
}

/// The terms of a law; none if it is not a sum of powers.
template <loss_model Law>
constexpr auto term_places() {
  if constexpr (sum_of_powers<Law>) {
    static_assert(each_row_has_its_place<Law>(),
                  "in terms() each row of coefficients() is either the coefficient of one term, of scale::log, or an "
                  "exponent, of scale::linear");
    constexpr auto table = Law::coefficients();
    constexpr auto terms = Law::terms();
    static_assert(
        std::all_of(terms.begin(), terms.end(),
                    [](const auto& term) { return term.first.exponent != nullptr || term.second.exponent == nullptr; }),
        "in terms() a term of one factor has it first");
    const auto position = [&](auto member) {
      std::size_t k = 0;
      while (table[k].member != member) ++k;
      return k;
    };
    std::array<term_place, terms.size()> places{};
    std::size_t column = 0;
    for (std::size_t j = 0; j < places.size(); ++j) {
      places[j].coefficient = position(terms[j].coefficient);
      places[j].partial = terms[j].partial;
      if (terms[j].first.exponent != nullptr) places[j].factors[0] = {position(terms[j].first.exponent), column++};
      if (terms[j].second.exponent != nullptr) places[j].factors[1] = {position(terms[j].second.exponent), column++};
    }
    return places;
  } else {
    return std::array<term_place, 0>{};
  }
}

/// How many factors a law has in all its terms.
template <loss_model Law>
constexpr std::size_t factor_count() {
  std::size_t count = 0;
  for (const auto& term : term_places<Law>())
    for (const auto& factor : term.factors) count += factor.exponent != factor_place::none;
  return count;
}

}  // namespace scaling::detail
