// Plans in closed form for the laws that are Chinchilla's under another name: the over-training law and Kaplan's.
// SPDX-License-Identifier: BSL-1.0
//
// A plan depends on the contours of a law, not on what is written on them. The over-training law is Chinchilla's with
// alpha = beta = 2 eta, and Kaplan's joint law is a power of one without a floor:
//
//   L(N, D)^(1/alpha_D) = N_c^r/N^r + D_c/D      r = alpha_N/alpha_D
//
// so that each question is put to that law, with the loss of the other on its contours.
#pragma once

#include <string_view>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/kaplan.hpp>
#include <scaling/over_training.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/inference_aware.hpp>
#include <scaling/planning/search.hpp>

namespace scaling {
namespace detail {

/// Chinchilla's law with the same contours, and its loss where the law has `loss`.
template <scalar T>
constexpr chinchilla<T> contours_of(const over_training<T>& law) {
  return with_both_exponents<chinchilla>(law);
}
template <scalar T>
constexpr T height_of(const over_training<T>&, T loss) {
  return loss;
}
template <scalar T>
constexpr chinchilla<T> contours_of(const kaplan<T>& law) {
  const T r = law.alpha_N / law.alpha_D;
  return {.E = 0, .A = cmath::pow(law.N_c, r), .B = law.D_c, .alpha = r, .beta = 1};
}
template <scalar T>
constexpr T height_of(const kaplan<T>& law, T loss) {
  return cmath::pow(loss, 1 / law.alpha_D);
}

template <class Law>
concept has_contours_of_chinchilla = training_law<Law> && requires(const Law& law, typename Law::real_type loss) {
  contours_of(law);
  height_of(law, loss);
};

/// Whether a coefficient is one to plan with: a floor of 0 is, a term of 0 is not.
template <scalar T>
constexpr bool plannable(std::string_view symbol, const T& value) {
  return symbol == "E" ? non_negative_finite(value) : positive_finite(value);
}

/// The same, with the law's own coefficients checked under their own names.
template <has_contours_of_chinchilla Law>
constexpr auto checked_contours_of(const Law& law, const char* function) {
  for (const auto& row : Law::coefficients())
    require(
        plannable(row.symbol, law.*row.member), function, row.symbol, law.*row.member,
        row.symbol == "E" ? "non-negative and finite" : "positive and finite: a law without this term has no optimum");
  const auto same = contours_of(law);
  if constexpr (requires { law.N_c; })
    require(positive_finite(same.A), function, "N_c^(alpha_N/alpha_D)", same.A, "within the range of the type");
  return same;
}

}  // namespace detail

/// The parameters and tokens that reach the lowest loss for `flops` [FLOP].
///
/// Domain: flops > 0; E >= 0, all other coefficients > 0; N_c^r within the range of the type.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: about log(flops) units in the last place. Closed form, constexpr.
template <detail::has_contours_of_chinchilla Law>
constexpr auto compute_optimal(const Law& law, typename Law::real_type flops, const training_cost& cost = {})
    -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal";
  auto plan = compute_optimal(detail::checked_contours_of(law, function), flops, cost);
  plan.loss = law({plan.parameters, plan.tokens});
  return detail::plan_of_numbers(plan, function, "flops", flops);
}

/// The compute-optimal run with this many `parameters`. Domain, errors and accuracy as above.
template <detail::has_contours_of_chinchilla Law>
constexpr auto compute_optimal_for_parameters(const Law& law, typename Law::real_type parameters,
                                              const training_cost& cost = {}) -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal_for_parameters";
  auto plan = compute_optimal_for_parameters(detail::checked_contours_of(law, function), parameters, cost);
  plan.loss = law({plan.parameters, plan.tokens});
  return detail::plan_of_numbers(plan, function, "parameters", parameters);
}

/// The compute-optimal run that sees this many `tokens`. Domain, errors and accuracy as above.
template <detail::has_contours_of_chinchilla Law>
constexpr auto compute_optimal_for_tokens(const Law& law, typename Law::real_type tokens,
                                          const training_cost& cost = {}) -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal_for_tokens";
  auto plan = compute_optimal_for_tokens(detail::checked_contours_of(law, function), tokens, cost);
  plan.loss = law({plan.parameters, plan.tokens});
  return detail::plan_of_numbers(plan, function, "tokens", tokens);
}

/// The cheapest run that reaches `loss` [nats/token]. Domain: loss above the floor. Errors and accuracy as for
/// Chinchilla's law; a law as flat as Kaplan's multiplies the relative error of the loss by 1/alpha_D and more.
template <detail::has_contours_of_chinchilla Law>
constexpr auto compute_optimal_for_loss(const Law& law, typename Law::real_type loss, const training_cost& cost = {})
    -> allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal_for_loss";
  const auto same = detail::checked_contours_of(law, function);
  detail::require(loss > same.E && positive_finite(loss), function, "loss", loss,
                  "finite and above the irreducible loss of the law");
  auto plan = compute_optimal_for_loss(same, detail::height_of(law, loss), cost);
  plan.loss = loss;
  return detail::plan_of_numbers(plan, function, "loss", loss);
}

/// The plan that reaches `loss` and serves `inference_tokens` for the least compute in all: see inference_aware.hpp.
template <detail::has_contours_of_chinchilla Law>
constexpr auto inference_aware(const Law& law, typename Law::real_type loss, typename Law::real_type inference_tokens,
                               const training_cost& cost = {}) -> lifetime_allocation<typename Law::real_type> {
  constexpr auto function = "scaling::inference_aware";
  const auto same = detail::checked_contours_of(law, function);
  detail::require(loss > same.E && positive_finite(loss), function, "loss", loss,
                  "finite and above the irreducible loss of the law");
  auto plan = inference_aware(same, detail::height_of(law, loss), inference_tokens, cost);
  plan.loss = loss;
  return detail::plan_of_numbers(plan, function, "loss", loss);
}

/// The plan of least loss among those that cost `lifetime_flops` with serving `inference_tokens`: see the same.
template <detail::has_contours_of_chinchilla Law>
constexpr auto inference_aware_for_flops(const Law& law, typename Law::real_type lifetime_flops,
                                         typename Law::real_type inference_tokens, const training_cost& cost = {})
    -> lifetime_allocation<typename Law::real_type> {
  constexpr auto function = "scaling::inference_aware_for_flops";
  const auto same = detail::checked_contours_of(law, function);
  auto plan = inference_aware_for_flops(same, lifetime_flops, inference_tokens, cost);
  plan.loss = law({plan.parameters, plan.tokens});
  return detail::plan_of_numbers(plan, function, "lifetime_flops", lifetime_flops);
}

}  // namespace scaling
