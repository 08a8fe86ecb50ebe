// The loss along model size at a fixed budget: any run of it, a rule of thumb, and what it costs to be off.
// SPDX-License-Identifier: BSL-1.0
//
// At C = k N^p D^q a model f times the best one trains on f^-m of its tokens, m = p/q. By Chinchilla's law, with
// x = ln f and S = alpha A N*^-alpha = m beta B D*^-beta, the loss is above its lowest by exactly
//
//   S (h(-alpha x)/alpha + h(m beta x)/(m beta))       h(z) = e^z - 1 - z
//
// whose second derivative in x at the optimum is (alpha + m beta) S: the curvature of an IsoFLOP curve in ln N.
#pragma once

#include <limits>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/search.hpp>

namespace scaling {

namespace detail {

/// e^z - 1 - z, without cancellation.
template <scalar T>
constexpr T exp_beyond_line(T z) {
  if (z < T(-0.5) || z > T(0.5)) return cmath::expm1(z) - z;
  T sum = 0;  // z^2/2 (1 + z/3 (1 + z/4 (...)))
  for (int n = std::numeric_limits<T>::digits / 2; n > 2; --n) sum = z / static_cast<T>(n) * (1 + sum);
  return z * z / 2 * (1 + sum);
}

}  // namespace detail

/// The run of this many `parameters` that spends `flops` [FLOP], by any law of N and D.
///
/// Domain: flops, parameters > 0.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: tokens to some log(flops) units in the last place. Closed form, constexpr.
template <training_law Law>
constexpr auto isoflop_run(const Law& law, typename Law::real_type flops, typename Law::real_type parameters,
                           const training_cost& cost = {}) -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::isoflop_run";
  detail::require(positive_finite(flops), function, "flops", flops, "positive and finite");
  detail::require(positive_finite(parameters), function, "parameters", parameters, "positive and finite");
  const detail::searched_path<Law> path(law, cost, function);
  using T = typename Law::real_type;
  const T D = detail::product_of_powers(T(flops / path.k), T(1 / path.q), parameters, T(-path.p / path.q));
  return detail::plan_of_numbers(allocation<T>{parameters, D, flops, law({parameters, D})}, function, "flops", flops);
}

/// The run of `flops` [FLOP] with so many tokens per parameter: 20 is a choice beside the law, not a law.
///
/// By a law the best ratio is constant only if alpha = beta; the published sets of Chinchilla's law put it at 18 to 93 at
/// 5.76e23 FLOP.
/// Domain: flops, tokens_per_parameter > 0. Errors and accuracy as above.
template <training_law Law>
constexpr auto rule_of_thumb(const Law& law, typename Law::real_type tokens_per_parameter,
                             typename Law::real_type flops, const training_cost& cost = {})
    -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::rule_of_thumb";
  detail::require(positive_finite(tokens_per_parameter), function, "tokens_per_parameter", tokens_per_parameter,
                  "positive and finite");
  detail::require(positive_finite(flops), function, "flops", flops, "positive and finite");
  const detail::searched_path<Law> path(law, cost, function);
  const auto N =
      cmath::pow(flops / path.k, 1 / (path.p + path.q)) * cmath::pow(tokens_per_parameter, -path.q / (path.p + path.q));
  const auto D = tokens_per_parameter * N;
  return detail::plan_of_numbers(allocation<typename Law::real_type>{N, D, flops, law({N, D})}, function, "flops",
                                 flops);
}

/// How much loss [nats/token] it costs to train `factor` times the best number of parameters for `flops` [FLOP].
///
/// Domain: factor > 0, 1 the best. Errors: as for compute_optimal. Closed form, constexpr.
/// Accuracy: some log(flops) units in the last place, however near to 1 the factor is.
template <scalar T>
constexpr T isoflop_penalty(const chinchilla<T>& law, value_of_t<T> flops, value_of_t<T> factor,
                            const training_cost& cost = {}) {
  constexpr auto function = "scaling::isoflop_penalty";
  detail::require(positive_finite(factor), function, "factor", factor, "positive and finite");
  const detail::chinchilla_path<T> path(law, cost, function);
  const T x = cmath::log(factor), of_D = path.p / path.q * law.beta;
  return path.loss_of_N(flops, function) *
         (detail::exp_beyond_line(-law.alpha * x) + law.alpha / of_D * detail::exp_beyond_line(of_D * x));
}

/// The second derivative of the loss in ln N at the optimum for `flops` [FLOP], in nats/token: half of it times the
/// square of ln f is the first approximation of the penalty. Domain, errors and accuracy as above.
template <scalar T>
constexpr T isoflop_curvature(const chinchilla<T>& law, value_of_t<T> flops, const training_cost& cost = {}) {
  constexpr auto function = "scaling::isoflop_curvature";
  const detail::chinchilla_path<T> path(law, cost, function);
  return (law.alpha + path.p / path.q * law.beta) * law.alpha * path.loss_of_N(flops, function);
}

}  // namespace scaling
