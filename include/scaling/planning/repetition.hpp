// What repeating tokens is worth: the best number of epochs, the unique tokens a loss needs, one more epoch against
// fresh tokens.
// SPDX-License-Identifier: BSL-1.0
//
// At given N and U, Lovelace's law is lowest in D where what repetition gains is what it harms,
//
//   beta B U^-beta (1 + R)^(-beta-1) = P (N/U)^kappa delta R^(delta-1)          R = epochs - 1
//
// which for delta = 1 is epochs = (beta B U^-beta / (P (N/U)^kappa))^(1/(1 + beta)), or 1 where that is less. In
// Muennighoff's law a repeated token always gains something, e^(-R/R*_D) of what a fresh one would.
#pragma once

#include <limits>

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/core/root.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/planning/bracket.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/data_constrained.hpp>

namespace scaling {

/// What one more token lowers the loss by [nats/token per token]: one that has been seen, one that has not, and the
/// first as a part of the second. `repeated` and `ratio` are negative where repetition harms.
template <scalar T>
struct token_worth {
  T repeated, fresh, ratio;
};

namespace detail {

template <class Law, scalar T>
constexpr void require_run(const Law& law, const repeated_run<T>& at, const char* function) {
  static_cast<void>(chinchilla_path<T>(without_repetition(law), {}, function));
  require_repeatable(law, function);
  for (const auto& row : repeated_run<T>::inputs())
    require(positive_finite(at.*row.member), function, row.name, at.*row.member, "positive and finite");
}

/// A law with an account of repetition.
template <class Law>
concept repeating_law = requires(const Law& law) {
  require_repeatable(law, "");
};

/// The least U up to `enough` at which `loss_at(U)`, which falls in U, is no more than `loss`: `enough` itself where that is
/// so but for rounding.
template <repeating_law Law, scalar T, class F>
constexpr T fewest_unique_tokens(const Law& law, T enough, T loss, const F& loss_at, const char* function) {
  if constexpr (requires { law.P; })
    require(law.P > 0, function, "P", law.P, "positive: where nothing harms, any number of tokens will do");
  const auto excess = [&](T x) { return loss_at(enough * cmath::exp(-x)) - loss; };
  const T beyond = excess(T(0));
  require(positive_finite(loss) && beyond <= 8 * std::numeric_limits<T>::epsilon() * loss, function, "loss", loss,
          "finite and no less than the loss without repetition");
  if (beyond > 0) {
    T all = enough;
    if constexpr (!real<T>) all.gradient.fill(std::numeric_limits<T>::quiet_NaN());
    return all;
  }
  const auto root = find_root_from(excess, T(0));
  require(root.converged(), function, "loss", loss, "reached within the range of the type");
  return enough * cmath::exp(-root.x);
}

}  // namespace detail

/// The number of epochs after which one more raises the loss of a model of this many `parameters` on `unique_tokens`.
///
/// At least 1; infinity for P = 0. For delta < 1 one epoch is a minimum too, and the better one counts.
/// Domain: parameters, unique_tokens > 0; A, B, alpha, beta, delta > 0, E, P, kappa >= 0.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: a few units in the last place for delta = 1, where it is a closed form, else some ten. constexpr.
template <scalar T>
constexpr T best_epochs(const lovelace<T>& law, value_of_t<T> parameters, value_of_t<T> unique_tokens) {
  detail::require_run(law, repeated_run<T>{parameters, 1, unique_tokens}, "scaling::best_epochs");
  if (law.P == 0) return std::numeric_limits<T>::infinity();
  const T gain = law.beta * law.B * cmath::pow(unique_tokens, -law.beta);
  const T harm = law.delta * law.P * cmath::pow(parameters / unique_tokens, law.kappa);
  const T curve = law.delta - 1;
  if constexpr (real<T>)
    if (curve == 0) return harm < gain ? cmath::pow(gain / harm, 1 / (1 + law.beta)) : T(1);

  // The logarithm of harm over gain, by z = log(epochs). It grows if delta > 1, and beyond `lowest` if not.
  const T offset = cmath::log(harm / gain);
  const auto excess = [&](T z) { return offset + curve * cmath::log(cmath::expm1(z)) + (1 + law.beta) * z; };
  const T lowest = curve >= 0 ? T(0) : cmath::log1p(-curve / (law.delta + law.beta));
  const T ln2 = cmath::log(T(2)), from_offset = -offset / (law.delta + law.beta);
  const T lower = curve >= 0 ? std::numeric_limits<T>::min() : lowest, least = lowest + ln2;
  const auto root = find_root(excess, lower, 1 + (from_offset > least ? from_offset : least));
  if (!root.converged() || detail::is_at_one_epoch(root.x)) return 1;  // the harm is larger from the start
  const T epochs = cmath::exp(root.x);
  if (curve >= 0) return epochs;  // there is no other minimum
  // What is gained and what is lost by then, without the rest of the loss, which may be too large to tell.
  const T gained = gain / law.beta * -cmath::expm1(-law.beta * root.x);
  const T lost = harm / law.delta * cmath::pow(cmath::expm1(root.x), law.delta);
  return gained > lost ? epochs : T(1);
}

/// By Muennighoff's law there is no last epoch worth its compute, so this is infinity. Few of its own runs went beyond
/// some 500 epochs, though, and the ceiling of what they are worth is 1 + R*_D passes over fresh tokens.
/// Domain and errors as above.
template <scalar T>
constexpr T best_epochs(const muennighoff<T>& law, value_of_t<T> parameters, value_of_t<T> unique_tokens) {
  detail::require_run(law, repeated_run<T>{parameters, 1, unique_tokens}, "scaling::best_epochs");
  return std::numeric_limits<T>::infinity();
}

/// What one more token is worth to a run: repeated, and fresh.
///
/// A fresh token counts in full: beta B D'^(-beta-1), where D' is D in Lovelace's law. That it also makes the others be
/// repeated less, or lets Muennighoff's law count more parameters, is not in it. Below one epoch both are the same.
/// Domain: inputs > 0; coefficients as above. Errors: as above. Accuracy: a few units in the last place of `fresh`.
template <scalar T>
constexpr token_worth<T> worth_of_token(const muennighoff<T>& law, const repeated_run<value_of_t<T>>& at) {
  detail::require_run(law, at, "scaling::worth_of_token");
  const T effective = law.effective_tokens(at.tokens, at.unique_tokens);
  const T fresh = law.beta * law.B * cmath::pow(effective, -law.beta) / effective;
  const T R = at.tokens > at.unique_tokens ? (at.tokens - at.unique_tokens) / at.unique_tokens : T(0);
  const T ratio = cmath::exp(-R / law.R_D_star);
  return {fresh * ratio, fresh, ratio};
}

/// By Lovelace's law the ratio falls to 0 at `best_epochs` and on below it. At just one epoch the next token that has been
/// seen is the first to be repeated: for delta = 1 it harms at once, for delta < 1 without bound.
template <scalar T>
constexpr token_worth<T> worth_of_token(const lovelace<T>& law, const repeated_run<value_of_t<T>>& at) {
  detail::require_run(law, at, "scaling::worth_of_token");
  const auto [N, D, U] = at;
  const T fresh = law.beta * law.B * cmath::pow(D, -law.beta) / D;
  if (D < U || (law.P == 0 && real<T>)) return {fresh, fresh, 1};  // its derivative in P is not 0
  const T first = law.delta < 1 && law.P > 0 ? T(std::numeric_limits<T>::infinity()) : T(law.delta == 1);
  const T growth = D > U ? cmath::pow((D - U) / U, law.delta - 1) : first;
  const T harm = law.P * cmath::pow(N / U, law.kappa) * law.delta * growth / U;
  return {fresh - harm, fresh, 1 - harm / fresh};
}

/// The fewest unique tokens with which a run of given N and D has no more than `loss` [nats/token].
///
/// Domain: loss no less than that of D tokens seen once; N, D > 0; coefficients as above, but P > 0.
/// Errors: as above.
/// Accuracy: ill-conditioned where D is hardly enough, else some ten units in the last place. constexpr.
template <detail::repeating_law Law>
constexpr auto unique_tokens_for_loss(const Law& law, typename Law::real_type loss,
                                      const training_run<typename Law::real_type>& at) -> typename Law::real_type {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::unique_tokens_for_loss";
  detail::require_run(law, repeated_run<T>{at.parameters, at.tokens, at.tokens}, function);
  const auto loss_at = [&](T U) { return law(at.parameters, at.tokens, U); };
  return detail::fewest_unique_tokens(law, at.tokens, loss, loss_at, function);
}

/// The fewest unique tokens with which `flops` [FLOP], spent as well as they can be, reach `loss` [nats/token].
///
/// Domain: loss no less than that of the best plan with tokens enough, which is Chinchilla's unless Muennighoff's law finds
/// tokens dear (p < q in the cost); else as above.
/// Errors: as above.
/// Accuracy: as above. A search among plans, constexpr.
template <detail::repeating_law Law>
constexpr auto unique_tokens_for_loss(const Law& law, typename Law::real_type loss, typename Law::real_type flops,
                                      const training_cost& cost = {}) -> typename Law::real_type {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::unique_tokens_for_loss";
  detail::require(positive_finite(flops), function, "flops", flops, "positive and finite");
  const detail::chinchilla_path<T> path(detail::without_repetition(law), cost, function);
  const auto loss_at = [&](T U) { return detail::limited_plan(law, {flops, U, cost, function}).loss; };
  // Where tokens are dear Muennighoff's law takes fewer parameters and more tokens than Chinchilla's.
  T enough = path.tokens(flops);
  if (const auto more = detail::limited_plan(law, {flops, T(1e6) * enough, cost, function});
      more.loss < loss_at(enough))
    enough = more.tokens;
  return detail::fewest_unique_tokens(law, enough, loss, loss_at, function);
}

}  // namespace scaling
