// Whether the starts of a search may all have missed the optimum, and where it looks again if so.
// SPDX-License-Identifier: BSL-1.0
//
// The first look is a coarse lattice over the usual exponents, and least squares for the rest. On most tables all of its
// starts run down into one minimum. Where they may not, is told by signs that were read off the tables whose optimum it
// missed; the figures are theirs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <scaling/fitting/basins.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/exchanged_powers.hpp>
#include <scaling/fitting/exponent_columns.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/screen.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Whether all starts together took more evaluations than one may that does not creep. Then runs are few or noisy, and
/// minima lie close to each other: of the searches that were seen to miss an optimum, and are none of those below, none
/// had taken fewer than 38.
constexpr bool is_hard(int evaluations) { return evaluations >= 38; }

/// Whether a term is held, tied or boxed while two or more powers are there to take its place: then minima lie far
/// apart on tables that are easy otherwise, one for each that does. Of 200 tables with E held at 0, and as many at a
/// half of the true one, the first look alone missed the optimum of 10 each. Of 5220 with an exponent in a box it missed
/// 2, of 5220 with one held and of 1500 with two tied none.
template <loss_model Law>
bool is_narrow(const constraints<Law>& limits) {
  int narrow = 0, powers = 0;
  for (const auto& term : term_places<Law>()) {
    narrow += limits.is_narrow(term.coefficient);
    for (const auto& factor : term.factors)
      narrow += factor.exponent != term_place::none && limits.boxed(factor.exponent);
    powers += term.factors[0].exponent != term_place::none;
  }
  return narrow > 0 && powers > 1;
}

/// Whether two powers are all but one over the runs, so that either may do for the other. Of 600 ladders of one ratio, some
/// with a run or two off it, the first look missed the optimum of ten, by up to a factor of 7.
template <loss_model Law>
bool is_ladder(const basin_search<Law>& find) {
  if constexpr (sum_of_powers<Law>) return exchanged_powers<Law>(find.objective()).is_ladder();
  return false;
}

/// Whether one side of the law counts for more: the least squares of a screen know nothing of that.
template <loss_model Law>
bool is_lopsided(const basin_search<Law>& find) {
  return find.objective().of.overestimates != 1;
}

/// The terms with exponents that may be anywhere. Those that do next to nothing: an end without one is nearly as good as
/// the best, or is the best. Of 2000 tables of Lovelace's law with repeats that do no harm the first look alone missed the
/// optimum of 62, by up to 20 %; of 2000 of Chinchilla's with losses that do not depend on tokens of 6. And those that are
/// there for some of the runs only, of which few may decide: of 3823 tables with repeats that do little harm it missed 7.
template <loss_model Law>
std::vector<std::size_t> loose_terms(const basin_search<Law>& find) {
  using T = typename Law::real_type;
  constexpr auto terms = term_places<Law>();
  const T nearly = find.nearly_best();
  const auto is_without = [&](std::size_t j) {
    return std::any_of(find.ends().begin(), find.ends().end(), [&](const auto& one) {
      return one.x[static_cast<int>(terms[j].coefficient)] == -std::numeric_limits<T>::infinity() &&
             one.value <= nearly;
    });
  };
  std::vector<std::size_t> result;
  for (std::size_t j = 0; j < terms.size(); ++j)
    if (terms[j].factors[0].exponent != term_place::none && (terms[j].partial || is_without(j))) result.push_back(j);
  return result;
}

/// Whether the starts of the first look may all have missed the optimum.
template <loss_model Law>
bool is_doubtful(const basin_search<Law>& find) {
  return is_hard(find.evaluations()) || is_narrow(find.objective().coordinates.limits()) ||
         !loose_terms(find).empty() || is_ladder(find) || is_lopsided(find);
}

/// The second look of a search, after the starts of the first: a screen of the whole box of the exponents, into whose
/// minima the search settles, one of the exponents of each loose term, and all around the best.
template <sum_of_powers Law>
void look_again(basin_search<Law>& find) {
  using columns = exponent_columns<Law>;
  const auto& f = find.objective();
  const auto settle_over = [&](const columns& all) {
    for (const auto& start : screen<Law>(f, all).starts()) find.settle_from(start.y);
  };
  const columns all(f, columns::reach::box);
  settle_over(all);
  if (all.axes() <= 2 && !is_narrow(f.coordinates.limits())) settle_over(columns(f, columns::reach::box_finely));
  for (const std::size_t j : loose_terms(find)) settle_over(columns(f, find.best(), j));
  find.look_around();
}

}  // namespace scaling::detail
