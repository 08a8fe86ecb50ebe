// The best split of a budget when there are only so many tokens, for laws beyond Muennighoff's and Lovelace's.
// SPDX-License-Identifier: BSL-1.0
//
// As in data_constrained.hpp the runs of a budget are N = N1 e^-y, D = U e^(m y), m = p/q. The bounded law is lowest
// where h is, a sum of three exponentials of y and so convex: its one minimum is where
//
//   alpha a N^-alpha = m beta b D^-beta + gamma c N^gamma U^-delta
//
// Of any other law nothing is known but that it may have a kink at one epoch, and minima on either side. Its losses on
// a grid of y say where the minima are, the roots of its derivative say what they are, and the losses there which of
// them, or one epoch, is the plan.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>

#include <scaling/bounded.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/planning/bracket.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/data_constrained.hpp>
#include <scaling/planning/loss_slopes.hpp>

namespace scaling {

/// A law of parameters, tokens and unique tokens, in plain numbers: what a plan with limited tokens can be searched for.
template <class Law>
concept repeated_law = loss_model<Law> && scalar<typename Law::real_type> &&
    std::same_as<typename Law::input_type, repeated_run<typename Law::real_type>>;

namespace detail {

/// All runs of one budget by the distance |y| from one epoch, to the side of more epochs (side = 1) or of fewer (-1).
template <repeated_law Law>
struct epoch_side {
  using T = typename Law::real_type;
  Law law;
  epoch_runs<T> runs;
  T side;

  constexpr repeated_run<T> run(T distance) const {
    return {runs.N1 * cmath::exp(-side * distance), runs.U * cmath::exp(runs.m * side * distance), runs.U};
  }
  constexpr T loss(T distance) const { return law(run(distance)); }
  constexpr T slope(T distance) const {
    return loss_along<Law, 1>(law, run(distance), {{{-side}, {runs.m * side}, {T(0)}}}).gradient[0];
  }

  /// A few units in the last place from one epoch: on this side of a kink.
  constexpr T nearest() const { return 16 * std::numeric_limits<T>::epsilon() * (runs.m < 1 ? 1 / runs.m : T(1)); }
  /// A cell of the grid beyond 32, or where N or D is about to leave T: the small ones sooner, for the sake of slopes.
  constexpr T farthest() const {
    const T log_N = cmath::log(runs.N1), log_D = cmath::log(runs.U), least = -largest_log<T> / 2, most = largest_log<T>;
    const T of_N = side > 0 ? log_N - least : most - log_N, of_D = side > 0 ? most - log_D : log_D - least;
    return std::max(nearest(), std::min({T(34.75L), of_N, T(of_D / runs.m)}));
  }
  /// Whether the slope there is another on either side, by more than rounding.
  constexpr bool begins_with_a_kink() const {
    const T above = slope(nearest()), below = slope(-nearest());
    return above - below > 256 * std::numeric_limits<T>::epsilon() * loss(T(0));
  }

  /// Whether the loss does not rise from one epoch on: it has not jumped up, and falls by more than the rounding of what N
  /// takes away and D adds, or is flat.
  constexpr bool does_not_rise() const {
    if (loss(nearest()) > loss(T(0)) * (1 + 8 * std::numeric_limits<T>::epsilon())) return false;
    const auto [of_N, of_D] =
        loss_along<Law, 2>(law, run(nearest()), {{{-side, 0}, {0, runs.m * side}, {0, 0}}}).gradient;
    const T both = (of_N < 0 ? -of_N : of_N) + (of_D < 0 ? -of_D : of_D);
    return both == 0 || of_N + of_D < -256 * std::numeric_limits<T>::epsilon() * both;
  }

  /// Calls `visit` with the distance of each minimum that a grid brackets, up to 32 e-folds of N if T reaches so far.
  /// Gives the lowest loss on the grid, which is no minimum where it lies at the end.
  template <class Visit>
  constexpr T visit_minima(const Visit& visit) const {
    const T first = nearest(), end = farthest();
    std::array<T, 3> at{first, first, first}, losses{};  // the last three, oldest first
    losses.fill(loss(first));
    T lowest = losses[2];
    for (int cell = 0; cell < cells_near + cells; ++cell) {
      const T next = first + (end - first) * end_of(cell);
      at = {at[1], at[2], next};
      losses = {losses[1], losses[2], loss(next)};
      if (losses[2] < lowest) lowest = losses[2];
      // In the first cell the loss may fall and rise again; at its near end it may just rise, from the kink. Losses that
      // tie in rounding, as next to one epoch in float, leave it to the slope.
      const T least = losses[1] * (1 - 8 * std::numeric_limits<T>::epsilon());
      if (!(least <= losses[2] && least <= losses[0])) continue;
      const bool falls = slope(at[1]) < 0;  // so that what rises to the other side, as from a kink, is left out
      const auto root =
          find_log_root([this](T distance) { return slope(distance); }, at[falls ? 1 : 0], at[falls ? 2 : 1]);
      if (root.converged() && !is_flat_at(root.x)) visit(root.x);
    }
    return lowest;
  }

 private:
  /// The cells of the grid grow from the kink on, the near ones each to four times the one before: a harm that sets in as
  /// R^0.4 has both a maximum and a minimum close to it.
  static constexpr int cells_near = 5, cells = 25;
  /// As a share of the whole.
  static constexpr T end_of(int cell) {
    const int i = cell < cells_near ? 1 : cell - cells_near + 1;
    T share = static_cast<T>(i * i) / (cells * cells);
    for (int near = cell; near < cells_near; ++near) share /= 4;
    return share;
  }

  /// After so many epochs that the slopes are subnormal or 0 no place is known to be lower than another.
  constexpr bool is_flat_at(T distance) const {
    const T aside = std::min(T(1) / 1024, distance / 2);  // on this side of one epoch
    const T before = slope(distance - aside), after = slope(distance + aside);
    return !has_all_digits(before < 0 ? -before : before) || !has_all_digits(after < 0 ? -after : after);
  }
};

/// The best run of a budget by a law that is not known, of no numbers where it has no optimum.
template <repeated_law Law>
constexpr auto limited_plan(const Law& law, const limited_budget<typename Law::real_type>& at)
    -> repeated_allocation<typename Law::real_type> {
  using T = typename Law::real_type;
  const epoch_runs<T> runs(price<T>(at.cost, at.function), at.flops, at.U);
  auto best = runs.plan(law, T(0));
  T lowest = best.loss, hurdle = lowest * (1 + 8 * std::numeric_limits<T>::epsilon());
  bool once_is_lowest = true;  // nothing next to one epoch is lower
  for (const int side : {1, -1}) {
    const epoch_side<Law> on_side{law, runs, static_cast<T>(side)};
    const T lowest_on_grid = on_side.visit_minima([&](T distance) {
      const auto plan = runs.plan(law, static_cast<T>(side) * distance);
      if (plan.loss <= hurdle) best = plan, hurdle = plan.loss;  // as low as one epoch will do
    });
    if (lowest_on_grid < lowest) lowest = lowest_on_grid;
    once_is_lowest = once_is_lowest && !on_side.does_not_rise();
  }
  // Where it falls to a minimum that the search has not, as to where the law is flat, there is none.
  const bool is_minimum = best.epochs != 1 || once_is_lowest;
  if constexpr (!real<T>) {
    const epoch_side<Law> beyond{law, runs, T(1)};
    if (best.epochs == 1 && !beyond.begins_with_a_kink()) {  // it comes to one epoch by itself, and is free to move
      auto root = find_log_root([&](const T& y) { return beyond.slope(y); }, T(-0.25L), T(0.25L));
      root.x.value = 0;
      best = runs.plan(law, root.x);
    }
  }
  if (!is_minimum || !(best.loss <= lowest * (1 + 16 * std::numeric_limits<T>::epsilon())))
    best.loss = std::numeric_limits<T>::quiet_NaN();
  return best;
}

/// The same by the bounded law, whose one minimum needs no grid.
template <scalar T>
constexpr repeated_allocation<T> limited_plan(const bounded<T>& law, const limited_budget<T>& at) {
  const auto function = at.function;
  require(non_negative_finite(law.E), function, "E", law.E, "non-negative and finite");
  require(positive_finite(law.L_0) && law.L_0 > law.E, function, "L_0", law.L_0, "finite and above E");
  constexpr auto requirement = "positive and finite: a law without this term has no optimum";
  require(positive_finite(law.a), function, "a", law.a, requirement);
  require(positive_finite(law.b), function, "b", law.b, requirement);
  require(positive_finite(law.alpha), function, "alpha", law.alpha, requirement);
  require(positive_finite(law.beta), function, "beta", law.beta, requirement);
  require(non_negative_finite(law.c), function, "c", law.c, "non-negative and finite");
  require(non_negative_finite(law.gamma), function, "gamma", law.gamma, "non-negative and finite");
  require(non_negative_finite(law.delta), function, "delta", law.delta, "non-negative and finite");

  const epoch_runs<T> runs(price<T>(at.cost, function), at.flops, at.U);
  constexpr auto infinity = std::numeric_limits<T>::infinity();
  const T log_N1 = cmath::log(runs.N1), log_U = cmath::log(at.U);
  const T of_a = cmath::log(law.alpha * law.a) - law.alpha * log_N1;
  const T of_b = cmath::log(runs.m * law.beta * law.b) - law.beta * log_U;
  const T rate_of_c = law.gamma * law.c, log_of_rate = rate_of_c > 0 ? cmath::log(rate_of_c) : T(-infinity);
  const auto excess = [&](T y) {  // of the logarithms of both sides
    const T b = of_b - runs.m * law.beta * y, reach = law.gamma * (log_N1 - y) - law.delta * log_U;
    if (!real<T> && rate_of_c == 0)  // its derivative is not 0
      return of_a + law.alpha * y - b - cmath::log1p(rate_of_c * cmath::exp(reach - b));
    const T c = log_of_rate + reach, large = b < c ? c : b, small = b < c ? b : c;
    return of_a + law.alpha * y - large - cmath::log1p(cmath::exp(small - large));
  };
  const T least_rate = law.alpha + (runs.m * law.beta < law.gamma ? runs.m * law.beta : law.gamma);
  constexpr auto room = 1024 * std::numeric_limits<T>::epsilon();  // for the rounding of the excess
  const T bound = -excess(0) / least_rate * T(1.0625L);
  return runs.plan(law, find_log_root(excess, T(0), T(bound < 0 ? bound - room : bound + room)));
}

}  // namespace detail

/// The parameters and tokens that reach the lowest loss for `flops` [FLOP] with `unique_tokens` [tokens], by a search.
///
/// Domain: flops, unique_tokens > 0; a law with an optimum within 32 e-folds of N from one epoch, and no other kink
/// that is sharper than the law is smooth. A law that falls all the way to one side, or until its slopes are subnormal,
/// as after thousands of epochs, has none and is refused.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: N and D to some ten epsilon log(flops), if the law's slopes are exact to a few. Of two minima an e-fold apart
/// or less one may be missed, or the budget be refused; one that is narrower than the steps of the search may be missed
/// too: an e-fold of N at 150 epochs, 2.6 at the end. Some 90 evaluations, constexpr.
template <repeated_law Law>
constexpr auto compute_optimal(const Law& law, typename Law::real_type flops, typename Law::real_type unique_tokens,
                               const training_cost& cost = {}) -> repeated_allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal";
  detail::require(positive_finite(flops), function, "flops", flops, "positive and finite");
  detail::require(positive_finite(unique_tokens), function, "unique_tokens", unique_tokens, "positive and finite");
  const auto plan = detail::limited_plan(law, {flops, unique_tokens, cost, function});
  detail::require(plan.loss == plan.loss, function, "flops", flops, "a budget at which the law has an optimum");
  return detail::plan_of_numbers(plan, function, "flops", flops);
}

/// The same for the bounded law, whose one minimum needs no grid.
///
/// Domain: flops, unique_tokens > 0; L_0 > E >= 0; a, b, alpha, beta > 0; c, gamma, delta >= 0.
/// Errors: as above. Accuracy: N and D to some ten epsilon log(flops). Some 15 evaluations, constexpr.
/// Trap: the law counts U as the tokens that there are, also in a plan that does not see them all once.
template <scalar T>
constexpr repeated_allocation<T> compute_optimal(const bounded<T>& law, value_of_t<T> flops,
                                                 value_of_t<T> unique_tokens, const training_cost& cost = {}) {
  return detail::checked_limited_plan(law, T(flops), T(unique_tokens), cost);
}

}  // namespace scaling
