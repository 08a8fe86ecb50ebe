// The best split of a budget for any law of parameters and tokens.
// SPDX-License-Identifier: BSL-1.0
//
// Along k N^p D^q = C the loss is stationary where an e-fold of compute buys as much in either way,
//
//   g_N = g_D,   g_N = -(dL/d ln N)/p,   g_D = -(dL/d ln D)/q      [nats/token per e-fold of C]
//
// The root of (g_D - g_N)/(|g_D| + |g_N|) in ln N is bracketed by steps of 1, 2, 4 ... from N = D, and found: some 15
// evaluations of the law. For Chinchilla's law there is the closed form in compute_optimal.hpp, and where a law has its
// contours, as contours.hpp says, that is taken here as well.
#pragma once

#include <concepts>
#include <limits>

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/core/root.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/planning/bracket.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/contours.hpp>
#include <scaling/planning/loss_slopes.hpp>

namespace scaling {

/// A law of parameters and tokens, in plain numbers: what a plan can be searched for.
template <class Law>
concept training_law = loss_model<Law> && scalar<typename Law::real_type> &&
    std::same_as<typename Law::input_type, training_run<typename Law::real_type>>;

namespace detail {

/// A law and a price: which of N and D repays an e-fold of compute better.
template <training_law Law>
struct searched_path : price<typename Law::real_type> {
  using T = typename Law::real_type;
  using price<T>::k, price<T>::p, price<T>::q;
  Law law;

  constexpr searched_path(const Law& law_, const training_cost& cost, const char* function)
      : price<T>(cost, function), law(law_) {}

  /// From -1, where only parameters are worth their compute, to 1, where only tokens are. 0 at the optimum.
  constexpr T lean(T N, T D) const {
    const auto [loss, slope] = slopes_of(law, {N, D});
    const T of_N = -slope[0] / p, of_D = -slope[1] / q;
    return (of_D - of_N) / ((of_D < 0 ? -of_D : of_D) + (of_N < 0 ? -of_N : of_N));
  }

  constexpr T log_flops(T N, T D) const { return cmath::log(k) + p * cmath::log(N) + q * cmath::log(D); }

  /// D, for a budget whose logarithm in units of k is given.
  constexpr T tokens(T log_units, T log_N) const { return cmath::exp((log_units - p * log_N) / q); }

  constexpr bracketed_root<T> log_parameters(T log_units) const {
    return find_root_from([&](T x) { return lean(cmath::exp(x), tokens(log_units, x)); }, log_units / (p + q));
  }

  /// The best plan for a budget, which a refusal calls `name`.
  constexpr allocation<T> plan(T flops, const char* function, const char* name) const {
    require(positive_finite(flops), function, name, flops, "positive and finite");
    const T log_units = cmath::log(flops / k);
    const auto root = log_parameters(log_units);
    require(root.converged(), function, name, flops, "a budget at which the law has an optimum");
    const T N = cmath::exp(root.x), D = tokens(log_units, root.x);
    return plan_of_numbers(allocation<T>{N, D, flops, law({N, D})}, function, name, flops);
  }
};

}  // namespace detail

/// The parameters and tokens that reach the lowest loss for `flops` [FLOP]: in closed form for over_training and kaplan, for
/// any other law by a search.
///
/// Domain: flops > 0; a law with one optimum along the budget. Of several, one that lies downhill from N = D is found.
/// A law that falls all the way to one side has none, and is refused. For the closed forms E >= 0, all other coefficients
/// > 0, and N_c^(alpha_N/alpha_D) within the range of the type.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: N and D to about log(flops) units in the last place, if the law's slopes are exact to a few; a law as flat as
/// Kaplan's multiplies the relative error of a loss that is asked for by 1/alpha_D and more. constexpr.
template <training_law Law>
constexpr auto compute_optimal(const Law& law, typename Law::real_type flops, const training_cost& cost = {})
    -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal";
  if constexpr (detail::has_contours_of_chinchilla<Law>) {
    return detail::plan_by_contours(law, function, "flops", flops,
                                    [&](const auto& same) { return compute_optimal(same, flops, cost); });
  } else {
    return detail::searched_path<Law>(law, cost, function).plan(flops, function, "flops");
  }
}

/// The compute-optimal run with this many `parameters`. Domain, errors and accuracy as above.
template <training_law Law>
constexpr auto compute_optimal_for_parameters(const Law& law, typename Law::real_type parameters,
                                              const training_cost& cost = {}) -> allocation<typename Law::real_type> {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::compute_optimal_for_parameters";
  if constexpr (detail::has_contours_of_chinchilla<Law>) {
    return detail::plan_by_contours(law, function, "parameters", parameters, [&](const auto& same) {
      return compute_optimal_for_parameters(same, parameters, cost);
    });
  } else {
    detail::require(positive_finite(parameters), function, "parameters", parameters, "positive and finite");
    const detail::searched_path<Law> path(law, cost, function);
    const auto root =
        detail::find_root_from([&](T x) { return -path.lean(parameters, cmath::exp(x)); }, cmath::log(parameters));
    detail::require(root.converged(), function, "parameters", parameters, "a size at which the law has an optimum");
    const T D = cmath::exp(root.x);
    return detail::plan_of_numbers(
        allocation<T>{parameters, D, cmath::exp(path.log_flops(parameters, D)), law({parameters, D})}, function,
        "parameters", parameters);
  }
}

/// The compute-optimal run that sees this many `tokens`. Domain, errors and accuracy as above.
template <training_law Law>
constexpr auto compute_optimal_for_tokens(const Law& law, typename Law::real_type tokens,
                                          const training_cost& cost = {}) -> allocation<typename Law::real_type> {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::compute_optimal_for_tokens";
  if constexpr (detail::has_contours_of_chinchilla<Law>) {
    return detail::plan_by_contours(law, function, "tokens", tokens,
                                    [&](const auto& same) { return compute_optimal_for_tokens(same, tokens, cost); });
  } else {
    detail::require(positive_finite(tokens), function, "tokens", tokens, "positive and finite");
    const detail::searched_path<Law> path(law, cost, function);
    const auto root = detail::find_root_from([&](T x) { return path.lean(cmath::exp(x), tokens); }, cmath::log(tokens));
    detail::require(root.converged(), function, "tokens", tokens, "a count at which the law has an optimum");
    const T N = cmath::exp(root.x);
    return detail::plan_of_numbers(allocation<T>{N, tokens, cmath::exp(path.log_flops(N, tokens)), law({N, tokens})},
                                   function, "tokens", tokens);
  }
}

namespace detail {

template <training_law Law>
constexpr auto cheapest_for_loss(const searched_path<Law>& path, typename Law::real_type loss, const char* function)
    -> allocation<typename Law::real_type> {
  using T = typename Law::real_type;
  // Logs of losses: along the optimum they are nearly straight in the log of the budget.
  const T log_loss = cmath::log(loss);
  const auto short_of = [&](T log_units) {
    const auto best = path.log_parameters(log_units);
    if (!best.converged()) return T(std::numeric_limits<T>::quiet_NaN());
    return log_loss - cmath::log(path.law({cmath::exp(best.x), path.tokens(log_units, best.x)}));
  };
  const T start = (path.p + path.q) * cmath::log(T(1e9L));  // a billion of each: anywhere will do
  const auto root = find_root_from(short_of, start);
  require(root.converged(), function, "loss", loss, "a loss that the law reaches at its optimum for some budget");
  const auto best = path.log_parameters(root.x);
  return plan_of_numbers(
      allocation<T>{cmath::exp(best.x), path.tokens(root.x, best.x), path.k * cmath::exp(root.x), loss}, function,
      "loss", loss);
}

}  // namespace detail

/// The cheapest run that reaches `loss` [nats/token]; a search within a search takes some 150 evaluations of the law.
/// Domain: a loss that the law reaches at its optimum for some budget. Otherwise as above.
template <training_law Law>
constexpr auto compute_optimal_for_loss(const Law& law, typename Law::real_type loss, const training_cost& cost = {})
    -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal_for_loss";
  if constexpr (detail::has_contours_of_chinchilla<Law>) {
    return detail::plan_by_contours_for_loss(law, function, loss, [&](const auto& same, const auto& height) {
      return compute_optimal_for_loss(same, height, cost);
    });
  } else {
    detail::require(positive_finite(loss), function, "loss", loss, "positive and finite");
    return detail::cheapest_for_loss(detail::searched_path<Law>(law, cost, function), loss, function);
  }
}

}  // namespace scaling
