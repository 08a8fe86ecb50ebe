// The best model for its whole life: training it and serving it.
// SPDX-License-Identifier: BSL-1.0
//
// A model that serves D_inf tokens costs k N^p D^q in training and 2 N D_inf in inference. Both best plans, the least
// compute for a loss and the least loss for a compute, lie where
//
//   (alpha A N^-alpha / p) / (beta B D^-beta / q) = w,    w = 1 + (2 N D_inf) / (p k N^p D^q)
//
// With C = 6 N D that is w = 1 + D_inf/(3 D). At w = 1, nothing to serve, they are the compute-optimal plan; the more
// is served, the smaller the model and the longer its training. Both questions are convex in ln N and ln D (a sum of
// powers is bounded or least, and so is another), so the one root in ln w is the optimum. For any other law of N and D
// the left side is (dL/d ln N / p)/(dL/d ln D / q), and N is searched for.
// Source: Sardana et al. 2024 (arXiv 2401.00448), who solve the first numerically.
#pragma once

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/core/root.hpp>
#include <scaling/planning/bracket.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/contours.hpp>
#include <scaling/planning/search.hpp>

namespace scaling {

/// A plan for training and serving: what it costs in both [FLOP], and the loss [nats/token].
template <scalar T>
struct lifetime_allocation {
  T parameters, tokens, training_flops, inference_flops, loss;
};

namespace detail {

inline constexpr double inference_flops_per_parameter_and_token = 2;  // a forward pass; a training step has three

}  // namespace detail

/// The plan that reaches `loss` [nats/token] and serves `inference_tokens` [tokens] for the least compute in all.
///
/// Domain: loss above the irreducible loss E; inference_tokens >= 0; A, B, alpha, beta > 0, E >= 0.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: that of compute_optimal_for_loss, whose plan it is at inference_tokens = 0. constexpr.
/// Trap: 2 N per token is a forward pass; where serving is dearer per FLOP than training, count that as more tokens. It
/// is in FLOP whatever the factor of the cost: in other units of compute, or of N, count the tokens in units of theirs.
template <scalar T>
constexpr lifetime_allocation<T> inference_aware(const chinchilla<T>& law, value_of_t<T> loss,
                                                 value_of_t<T> inference_tokens, const training_cost& cost = {}) {
  constexpr auto function = "scaling::inference_aware";
  const detail::chinchilla_path<T> path(law, cost, function);
  detail::require(loss > law.E && positive_finite(loss), function, "loss", loss,
                  "finite and above the irreducible loss E of the law");
  detail::require(non_negative_finite(inference_tokens), function, "inference_tokens", inference_tokens,
                  "non-negative and finite");
  const T p = path.p, q = path.q, alpha = law.alpha, beta = law.beta;
  // The shares of the reducible loss that parameters and tokens are to blame for are as p beta w to q alpha.
  const T even = p * beta / (q * alpha);
  const auto plan = [&](T odds) {
    const T N = detail::product_of_powers(law.A, T(1 / alpha), T((loss - law.E) / (1 + 1 / odds)), T(-1 / alpha));
    const T D = detail::product_of_powers(law.B, T(1 / beta), T((loss - law.E) / (1 + odds)), T(-1 / beta));
    const T served = T(detail::inference_flops_per_parameter_and_token) * N * inference_tokens;
    return lifetime_allocation<T>{N, D, path.flops(N, D), served, loss};
  };
  const auto even_plan = plan(even);
  const T served_over_trained = T(detail::inference_flops_per_parameter_and_token) * even_plan.parameters /
                                (p * even_plan.training_flops) * inference_tokens;
  // The excess over the equation above grows in log w at a rate of 1 or more: where it ends up is known from its start.
  // What is between is told by how far N and D have gone: at the far end they may be beyond T.
  const auto excess = [&](T log_w) {
    const T odds = even * cmath::exp(log_w);
    const T log_N = cmath::log((1 + 1 / odds) / (1 + 1 / even)) / alpha,
            log_D = cmath::log((1 + odds) / (1 + even)) / beta;
    return log_w - cmath::log1p(served_over_trained * cmath::exp((1 - p) * log_N - q * log_D));
  };
  const auto root = detail::find_log_root(excess, T(0), T(-excess(0) * T(1.0625L)));
  detail::require(root.converged() && root.f * root.f <= std::numeric_limits<T>::epsilon(), function, "loss", loss,
                  "a loss whose plan is within the range of the type");
  return detail::plan_of_numbers(plan(even * cmath::exp(root.x)), function, "loss", loss);
}

/// The plan that has the lowest loss among those that cost `lifetime_flops` [FLOP] in training and in serving
/// `inference_tokens` [tokens]. Domain, errors and traps as above; lifetime_flops > 0.
/// Accuracy: that of compute_optimal, whose plan it is at inference_tokens = 0. constexpr.
template <scalar T>
constexpr lifetime_allocation<T> inference_aware_for_flops(const chinchilla<T>& law, value_of_t<T> lifetime_flops,
                                                           value_of_t<T> inference_tokens,
                                                           const training_cost& cost = {}) {
  constexpr auto function = "scaling::inference_aware_for_flops";
  const detail::chinchilla_path<T> path(law, cost, function);
  detail::require(positive_finite(lifetime_flops), function, "lifetime_flops", lifetime_flops, "positive and finite");
  detail::require(non_negative_finite(inference_tokens), function, "inference_tokens", inference_tokens,
                  "non-negative and finite");
  const auto plan = [&](T log_w) {
    // w fixes what part of the budget is for training, and is a factor of the ratio of the two terms.
    const T training = lifetime_flops / (1 + path.p * cmath::expm1(log_w));
    auto wedged = path;
    wedged.rho /= cmath::exp(log_w);
    const T N = wedged.parameters(training), D = wedged.tokens(training);
    const T served = T(detail::inference_flops_per_parameter_and_token) * N * inference_tokens;
    return lifetime_allocation<T>{N, D, training, served, law(N, D)};
  };
  const auto excess = [&](T log_w) {
    const auto at = plan(log_w);
    return log_w - cmath::log1p(at.inference_flops / (path.p * at.training_flops));
  };
  const auto root = detail::find_root_from(excess, T(0));
  detail::require(root.converged() && root.f * root.f <= std::numeric_limits<T>::epsilon(), function, "lifetime_flops",
                  lifetime_flops, "a budget whose plan is within the range of the type");
  return detail::plan_of_numbers(plan(root.x), function, "lifetime_flops", lifetime_flops);
}

namespace detail {

/// From -1, where only parameters are worth their compute, to 1, where only tokens are. 0 at the best plan for a
/// lifetime in which serving costs `served_over_trained` times what training does.
template <training_law Law>
constexpr auto lifetime_lean(const searched_path<Law>& path, const training_run<typename Law::real_type>& at,
                             typename Law::real_type served_over_trained) -> typename Law::real_type {
  const auto slope = slopes_of(path.law, at).slope;
  const auto of_N = -slope[0] / path.p, of_D = -slope[1] / path.q * (1 + served_over_trained / path.p);
  return (of_D - of_N) / ((of_D < 0 ? -of_D : of_D) + (of_N < 0 ? -of_N : of_N));
}

}  // namespace detail

/// The plan that reaches `loss` [nats/token] and serves `inference_tokens` [tokens] for the least compute in all: that of
/// Chinchilla's law for over_training and kaplan, whose contours are its own, and for any other law by a search for D in
/// each step of which there is one for the N that reaches the loss.
///
/// Domain: a loss that the law reaches at its optimum for some budget; inference_tokens >= 0; a law with one optimum.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: that of compute_optimal_for_loss. Some 500 evaluations: constexpr, for a law of two powers within the steps
/// that compilers take by default.
template <training_law Law>
constexpr auto inference_aware(const Law& law, typename Law::real_type loss, typename Law::real_type inference_tokens,
                               const training_cost& cost = {}) -> lifetime_allocation<typename Law::real_type> {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::inference_aware";
  if constexpr (detail::has_contours_of_chinchilla<Law>) {
    return detail::plan_by_contours_for_loss(law, function, loss, [&](const auto& same, const auto& height) {
      return inference_aware(same, height, inference_tokens, cost);
    });
  } else {
    detail::require(positive_finite(loss), function, "loss", loss, "positive and finite");
    detail::require(non_negative_finite(inference_tokens), function, "inference_tokens", inference_tokens,
                    "non-negative and finite");
    const detail::searched_path<Law> path(law, cost, function);
    const T per_parameter = T(detail::inference_flops_per_parameter_and_token) * inference_tokens;
    const auto untouched = detail::cheapest_for_loss(path, loss, function);  // no larger a model, no fewer tokens
    const T log_N = cmath::log(untouched.parameters), log_D = cmath::log(untouched.tokens);
    // The more is served the more of the loss is due to parameters: N is what it determines, for each D.
    const auto log_parameters = [&](T D) {
      return detail::find_root_from([&](T x) { return loss - law({cmath::exp(x), D}); }, log_N);
    };
    const auto excess = [&](T y) {
      const T D = cmath::exp(y);
      const auto x = log_parameters(D);
      if (!x.converged()) return T(-1);  // no model could make up for so few data
      const T N = cmath::exp(x.x);
      return -detail::lifetime_lean(path, {N, D}, per_parameter * N / path.flops(N, D));
    };
    // At that model something to serve leans towards tokens, and nothing leans nowhere but by rounding; a derivative does.
    if (real<T> && (inference_tokens == 0 || !(excess(log_D) < 0)))
      return {untouched.parameters, untouched.tokens, untouched.flops, per_parameter * untouched.parameters, loss};
    const auto root = detail::find_root_from(excess, log_D);
    detail::require(root.converged(), function, "loss", loss, "a loss whose plan is within the range of the type");
    const T D = cmath::exp(root.x), N = cmath::exp(log_parameters(D).x);
    return detail::plan_of_numbers(lifetime_allocation<T>{N, D, path.flops(N, D), per_parameter * N, loss}, function,
                                   "loss", loss);
  }
}

/// The plan that has the lowest loss among those that cost `lifetime_flops` [FLOP] in training and in serving
/// `inference_tokens` [tokens], in the same way. Domain and errors as above; lifetime_flops > 0.
/// Accuracy: that of compute_optimal. Some 30 evaluations, constexpr.
template <training_law Law>
constexpr auto inference_aware_for_flops(const Law& law, typename Law::real_type lifetime_flops,
                                         typename Law::real_type inference_tokens, const training_cost& cost = {})
    -> lifetime_allocation<typename Law::real_type> {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::inference_aware_for_flops";
  if constexpr (detail::has_contours_of_chinchilla<Law>) {
    return detail::plan_by_contours(law, function, "lifetime_flops", lifetime_flops, [&](const auto& same) {
      return inference_aware_for_flops(same, lifetime_flops, inference_tokens, cost);
    });
  } else {
    const detail::searched_path<Law> path(law, cost, function);
    const auto untouched = path.plan(lifetime_flops, function, "lifetime_flops");
    detail::require(non_negative_finite(inference_tokens), function, "inference_tokens", inference_tokens,
                    "non-negative and finite");
    const T per_parameter = T(detail::inference_flops_per_parameter_and_token) * inference_tokens;
    const auto plan = [&](T N, T trained, T served) {
      const T D = path.tokens(cmath::log(trained / path.k), cmath::log(N));
      return lifetime_allocation<T>{N, D, trained, served, law({N, D})};
    };
    const auto best = [&](const auto& plan_at, T start) {
      const auto excess = [&](T x) {
        const auto at = plan_at(x);
        return detail::lifetime_lean(path, {at.parameters, at.tokens}, at.inference_flops / at.training_flops);
      };
      const auto root = detail::find_root_from(excess, start);
      detail::require(root.converged(), function, "lifetime_flops", lifetime_flops,
                      "a budget at which the law has an optimum");
      return detail::plan_of_numbers(plan_at(root.x), function, "lifetime_flops", lifetime_flops);
    };
    if (real<T> && inference_tokens == 0)
      return {untouched.parameters, untouched.tokens, untouched.flops, 0, untouched.loss};
    // Where little is served, by the size: C - 2 N D_inf is then next to C, also in its derivatives.
    if (per_parameter * untouched.parameters < lifetime_flops / 4) {
      const auto by_size = [&](T log_N) {
        const T N = cmath::exp(log_N), served = per_parameter * N;
        return plan(N, lifetime_flops - served, served);
      };
      return best(by_size, cmath::log(untouched.parameters));
    }
    // Else by z, the logarithm of serving over training: it fixes both parts of the budget, without a difference, and so N.
    const auto by_share = [&](T z) {
      const T served = lifetime_flops / (1 + cmath::exp(-z));
      return plan(served / per_parameter, lifetime_flops / (1 + cmath::exp(z)), served);
    };
    return best(by_share, T(0));
  }
}

}  // namespace scaling
