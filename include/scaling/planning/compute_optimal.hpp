// The best split of a training budget between parameters and tokens, and the inverse questions.
// SPDX-License-Identifier: BSL-1.0
//
// Minimise L(N, D) subject to k N^p D^q = C. For Chinchilla's law the optimum is where both terms repay compute
// equally,
//
//   alpha A N^-alpha / p = beta B D^-beta / q,
//
// so that with rho = (alpha A q)/(beta B p) and s = p beta + q alpha
//
//   N = (rho^q (C/k)^beta)^(1/s)     D = (rho^-p (C/k)^alpha)^(1/s)     L - E = K (C/k)^(-alpha beta / s)
//
// With C = 6 N D this is equation (4) of Hoffmann et al. 2022 (arXiv 2203.15556), whose G is rho^(1/(alpha + beta)).
// The tokens per parameter are constant along the way only if alpha = beta.
#pragma once

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// The price of a run: C = factor N^parameters_power D^tokens_power [FLOP]. The default is the usual C = 6 N D.
struct training_cost {
  double factor = 6, parameters_power = 1, tokens_power = 1;
};

/// A plan: how many parameters [parameters] and tokens [tokens] a budget [FLOP] buys, and the loss [nats/token] there.
template <scalar T>
struct allocation {
  T parameters, tokens, flops, loss;
};

namespace detail {

/// Whether T has a number with all of its digits: neither subnormal nor infinite.
template <scalar T>
constexpr bool has_all_digits(const T& x) {
  return x >= std::numeric_limits<plain_t<T>>::min() && x <= std::numeric_limits<plain_t<T>>::max();
}

/// x^p y^q, also where one of the powers, but not their product, is beyond T. NaN of an x or y without all its digits.
template <scalar T>
constexpr T product_of_powers(const T& x, const T& p, const T& y, const T& q) {
  if (!has_all_digits(x) || !has_all_digits(y)) return std::numeric_limits<T>::quiet_NaN();
  const T a = cmath::pow(x, p), b = cmath::pow(y, q);
  return has_all_digits(a) && has_all_digits(b) ? a * b : cmath::exp(p * cmath::log(x) + q * cmath::log(y));
}

/// A price in T, checked: C = k N^p D^q.
template <scalar T>
struct price {
  T k, p, q;

  constexpr price(const training_cost& cost, const char* function)
      : k(T(cost.factor)), p(T(cost.parameters_power)), q(T(cost.tokens_power)) {
    require(positive_finite(k), function, "cost.factor", k, "positive and finite");
    require(positive_finite(p), function, "cost.parameters_power", p, "positive and finite");
    require(positive_finite(q), function, "cost.tokens_power", q, "positive and finite");
  }

  constexpr T flops(T N, T D) const { return k * product_of_powers(N, p, D, q); }
};

/// Whether nothing in a plan, nor a step on the way to it, has left the range of T and become infinite, 0 or no number.
template <class Plan>
constexpr bool is_of_numbers(const Plan& plan) {
  bool good = positive_finite(plan.parameters) && positive_finite(plan.tokens) && non_negative_finite(plan.loss);
  if constexpr (requires { plan.flops; }) good = good && positive_finite(plan.flops);
  if constexpr (requires { plan.inference_flops; })
    good = good && positive_finite(plan.training_flops) && non_negative_finite(plan.inference_flops);
  return good;
}

/// `plan`, unless it is not: "scaling::f: name = value, must be one whose plan is within the range of the type".
template <class Plan, class T>
constexpr Plan plan_of_numbers(const Plan& plan, const char* function, const char* name, const T& value) {
  require(is_of_numbers(plan), function, name, value, "one whose plan is within the range of the type");
  return plan;
}

/// The compute-optimal path of a Chinchilla law: N -> D along it, and both from C.
template <scalar T>
struct chinchilla_path : price<T> {
  using price<T>::k, price<T>::p, price<T>::q;
  chinchilla<T> law;
  T rho, s;

  constexpr chinchilla_path(const chinchilla<T>& law_, const training_cost& cost, const char* function)
      : price<T>(cost, function), law(law_) {
    constexpr auto requirement = "positive and finite: a law without this term has no optimum";
    require(non_negative_finite(law.E), function, "E", law.E, "non-negative and finite");
    require(positive_finite(law.A), function, "A", law.A, requirement);
    require(positive_finite(law.B), function, "B", law.B, requirement);
    require(positive_finite(law.alpha), function, "alpha", law.alpha, requirement);
    require(positive_finite(law.beta), function, "beta", law.beta, requirement);
    rho = law.alpha * law.A * q / (law.beta * law.B * p);
    s = p * law.beta + q * law.alpha;
  }

  constexpr T parameters(T flops) const { return product_of_powers(rho, T(q / s), T(flops / k), T(law.beta / s)); }
  constexpr T tokens(T flops) const { return product_of_powers(rho, T(-p / s), T(flops / k), T(law.alpha / s)); }
  constexpr T tokens_for(T N) const { return product_of_powers(N, T(law.alpha / law.beta), rho, T(-1 / law.beta)); }
  constexpr T parameters_for(T D) const { return product_of_powers(D, T(law.beta / law.alpha), rho, T(1 / law.alpha)); }

  // Of the reducible loss A N^-alpha + B D^-beta. Neither is 1 less the other: one may be small.
  constexpr T share_of_N() const { return p * law.beta / s; }
  constexpr T share_of_D() const { return q * law.alpha / s; }
  /// That of N [nats/token], at the best plan for a budget, either of whose numbers may be beyond T.
  constexpr T loss_of_N(T flops, const char* function) const {
    require(positive_finite(flops), function, "flops", flops, "positive and finite");
    const T loss = law.A * product_of_powers(rho, T(-share_of_D()), T(flops / k), T(-law.alpha * law.beta / s));
    require(positive_finite(loss), function, "flops", flops, "one whose loss is within the range of the type");
    return loss;
  }

  constexpr allocation<T> plan(T flops) const {
    const T N = parameters(flops), D = tokens(flops);
    return {N, D, flops, law(N, D)};
  }
};

/// The cheapest plan for a loss. Stationarity alone fixes the shares of the reducible loss.
template <scalar T>
constexpr allocation<T> cheapest_for_loss(const chinchilla_path<T>& path, const T& loss, const char* function) {
  const auto& law = path.law;
  require(loss > law.E && positive_finite(loss), function, "loss", loss,
          "finite and above the irreducible loss E of the law");
  const T N = product_of_powers(law.A, T(1 / law.alpha), T(path.share_of_N() * (loss - law.E)), T(-1 / law.alpha));
  const T D = product_of_powers(law.B, T(1 / law.beta), T(path.share_of_D() * (loss - law.E)), T(-1 / law.beta));
  return plan_of_numbers(allocation<T>{N, D, path.flops(N, D), loss}, function, "loss", loss);
}

}  // namespace detail

/// The parameters and tokens that reach the lowest loss for `flops` [FLOP].
///
/// Domain: flops > 0; A, B, alpha, beta > 0, E >= 0.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: about log(flops) units in the last place; a plan that T cannot hold is refused. Closed form, constexpr.
/// Trap: what N counts (total or non-embedding) is the law's convention, and far beyond the fitted range it is a guess.
template <scalar T>
constexpr allocation<T> compute_optimal(const chinchilla<T>& law, value_of_t<T> flops, const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal";
  detail::require(positive_finite(flops), function, "flops", flops, "positive and finite");
  const detail::chinchilla_path<T> path(law, cost, function);
  return detail::plan_of_numbers(path.plan(flops), function, "flops", flops);
}

/// The compute-optimal run with this many `parameters`: how many tokens it wants and what it costs.
/// Domain, errors and accuracy as for compute_optimal.
template <scalar T>
constexpr allocation<T> compute_optimal_for_parameters(const chinchilla<T>& law, value_of_t<T> parameters,
                                                       const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal_for_parameters";
  detail::require(positive_finite(parameters), function, "parameters", parameters, "positive and finite");
  const detail::chinchilla_path<T> path(law, cost, function);
  const T tokens = path.tokens_for(parameters);
  return detail::plan_of_numbers(
      allocation<T>{parameters, tokens, path.flops(parameters, tokens), law(parameters, tokens)}, function,
      "parameters", parameters);
}

/// The compute-optimal run that sees this many `tokens`: how large a model they deserve and what it costs.
/// Domain, errors and accuracy as for compute_optimal.
template <scalar T>
constexpr allocation<T> compute_optimal_for_tokens(const chinchilla<T>& law, value_of_t<T> tokens,
                                                   const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal_for_tokens";
  detail::require(positive_finite(tokens), function, "tokens", tokens, "positive and finite");
  const detail::chinchilla_path<T> path(law, cost, function);
  const T parameters = path.parameters_for(tokens);
  return detail::plan_of_numbers(
      allocation<T>{parameters, tokens, path.flops(parameters, tokens), law(parameters, tokens)}, function, "tokens",
      tokens);
}

/// The cheapest run that reaches `loss` [nats/token].
/// Domain: loss above the irreducible loss E. Near E the answer is ill-conditioned: its relative error grows as that of
/// loss - E divided by alpha beta/(alpha + beta), typically 1/0.18. Otherwise as for compute_optimal.
template <scalar T>
constexpr allocation<T> compute_optimal_for_loss(const chinchilla<T>& law, value_of_t<T> loss,
                                                 const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal_for_loss";
  return detail::cheapest_for_loss(detail::chinchilla_path<T>(law, cost, function), T(loss), function);
}

}  // namespace scaling
