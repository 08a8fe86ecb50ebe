// What one more parameter, token or FLOP buys, and where it stops paying.
// SPDX-License-Identifier: BSL-1.0
//
// Along the compute-optimal path of Chinchilla's law what is left to gain is a power of the compute, C = k N^p D^q:
//
//   L - E = A N^-alpha + B D^-beta = K C^-gamma      gamma = alpha beta / (p beta + q alpha)
//   dL/d ln C = -gamma (L - E)                       2^(1/gamma) times the compute halves what is left
//
// By the envelope theorem the last FLOP buys the same in parameters as in tokens there, and so in both: a nat that is
// worth v pays for compute at a price c per FLOP until gamma (L - E) v = c C.
#pragma once

#include <concepts>
#include <type_traits>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/loss_slopes.hpp>
#include <scaling/planning/search.hpp>

namespace scaling {

/// What one more of each lowers the loss by: nats/token per parameter, per token, and per FLOP spent on either.
template <scalar T>
struct marginal_returns {
  T per_parameter, per_token, per_flop_on_parameters, per_flop_on_tokens;
};

/// What one more parameter, token or FLOP buys at a run, by any law of N and D.
///
/// Domain: inputs > 0. Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: that of the law. constexpr. They say what to buy: at the optimum the two per FLOP are the same.
template <training_law Law>
constexpr auto returns_at(const Law& law, const training_run<typename Law::real_type>& at,
                          const training_cost& cost = {}) -> marginal_returns<typename Law::real_type> {
  constexpr auto function = "scaling::returns_at";
  for (const auto& row : Law::input_type::inputs())
    detail::require(positive_finite(at.*row.member), function, row.name, at.*row.member, "positive and finite");
  const detail::searched_path<Law> path(law, cost, function);
  const auto slope = slopes_of(law, at).slope;
  const auto flops = path.flops(at.parameters, at.tokens);
  detail::require(positive_finite(flops), function, "parameters", at.parameters,
                  "one whose cost is within the range of the type");
  return {-slope[0] / at.parameters, -slope[1] / at.tokens, -slope[0] / path.p / flops, -slope[1] / path.q / flops};
}

/// gamma: by which power of the compute the reducible loss falls along the optimum.
/// Domain: A, B, alpha, beta > 0, E >= 0. Errors: as for compute_optimal. Accuracy: a few units. constexpr.
template <scalar T>
constexpr T compute_exponent(const chinchilla<T>& law, const training_cost& cost = {}) {
  const detail::chinchilla_path<T> path(law, cost, "scaling::compute_exponent");
  return law.alpha * law.beta / path.s;
}

/// How many times the compute halves the reducible loss L - E: 2^(1/gamma). The same from every budget.
/// Domain, errors and accuracy as above. It is large: 49 for gamma = 0.178.
template <scalar T>
constexpr T halving_factor(const chinchilla<T>& law, const training_cost& cost = {}) {
  constexpr auto function = "scaling::halving_factor";
  const detail::chinchilla_path<T> path(law, cost, function);
  const T factor = cmath::pow(T(2), path.s / (law.alpha * law.beta));
  detail::require(positive_finite(factor), function, "alpha", law.alpha, "large enough for a factor that T has");
  return factor;
}

/// The distance to the floor: L - E [nats/token] of the best plan for `flops` [FLOP], without cancellation.
/// Domain: flops > 0; either number of that plan may be beyond T. Errors: as for compute_optimal. Accuracy: some
/// log(flops) units in the last place. Closed form, constexpr.
template <scalar T>
constexpr T reducible_loss(const chinchilla<T>& law, value_of_t<T> flops, const training_cost& cost = {}) {
  constexpr auto function = "scaling::reducible_loss";
  const detail::chinchilla_path<T> path(law, cost, function);
  return path.loss_of_N(flops, function) / path.share_of_N();
}

/// What one more FLOP buys [nats/token per FLOP] at the best plan for `flops` [FLOP]: gamma (L - E)/C.
/// Domain, errors and accuracy as above.
template <scalar T>
constexpr T return_per_flop(const chinchilla<T>& law, value_of_t<T> flops, const training_cost& cost = {}) {
  const detail::chinchilla_path<T> path(law, cost, "scaling::return_per_flop");
  return law.alpha / path.p * path.loss_of_N(flops, "scaling::return_per_flop") / flops;
}

/// How many times less compute `law` needs than `baseline` to reach `loss` [nats/token], both spent at their best.
///
/// Below 1 it needs more. Domain: loss above the irreducible loss of both. Errors: as for compute_optimal_for_loss.
/// Accuracy: as there, of both. One may carry derivatives while the other is known.
/// Trap: the losses of laws from different corpora or tokenizers do not compare.
template <scalar T, scalar U, class Either = std::conditional_t<real<T>, U, T>>
  requires std::same_as<plain_t<T>, plain_t<U>>
constexpr Either compute_saved(const chinchilla<T>& law, const chinchilla<U>& baseline, value_of_t<Either> loss,
                               const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_saved";
  const auto flops = [&](const auto& c) {
    const detail::chinchilla_path<Either> path({c.E, c.A, c.B, c.alpha, c.beta}, cost, function);
    return detail::cheapest_for_loss(path, Either(loss), function).flops;
  };
  const Either saved = flops(baseline) / flops(law);
  detail::require(detail::has_all_digits(saved), function, "loss", loss, "one with a ratio that T has");
  return saved;
}

/// What a nat per token less is worth, and what a FLOP costs, in the same money.
template <scalar T>
struct exchange_rate {
  T per_nat, per_flop;
};

namespace detail {

/// How many FLOP a nat is worth.
template <scalar T>
constexpr T flops_per_nat(const exchange_rate<T>& money, const char* function) {
  require(positive_finite(money.per_nat), function, "per_nat", money.per_nat, "positive and finite");
  require(positive_finite(money.per_flop), function, "per_flop", money.per_flop, "positive and finite");
  return money.per_nat / money.per_flop;
}

}  // namespace detail

/// The plan after which another FLOP costs more than the loss that it takes away.
///
/// Domain: both rates > 0. Errors: as for compute_optimal. Accuracy: as there. Closed form, constexpr.
template <scalar T>
constexpr allocation<T> worthwhile_plan(const chinchilla<T>& law, const exchange_rate<plain_t<T>>& money,
                                        const training_cost& cost = {}) {
  constexpr auto function = "scaling::worthwhile_plan";
  const T flops_per_nat = detail::flops_per_nat(money, function);
  const detail::chinchilla_path<T> path(law, cost, function);
  const T gamma = law.alpha * law.beta / path.s, K = path.loss_of_N(T(1), function) / path.share_of_N();  // at one FLOP
  const T flops = detail::product_of_powers(T(gamma * K), T(1 / (1 + gamma)), flops_per_nat, T(1 / (1 + gamma)));
  detail::require(positive_finite(flops), function, "per_nat", money.per_nat,
                  "worth a budget that is within the range of the type");
  return detail::plan_of_numbers(path.plan(flops), function, "per_nat", money.per_nat);
}

namespace detail {

/// (worth / other^power)^root, the count whose last e-fold is worth as much as it costs beside so many of the other.
template <scalar T>
constexpr T worthwhile_count(const T& worth, const T& root, const T& other, const T& power, const char* function) {
  const T count = product_of_powers(worth, root, other, T(-power * root));
  require(positive_finite(count), function, "per_nat / per_flop of a first count", worth,
          "within the range of the type");
  return count;
}

}  // namespace detail

/// How many tokens pay for themselves in a model of this many `parameters`: where v beta B D^-beta = c q k N^p D^q.
/// Domain, errors and accuracy as above; parameters > 0.
template <scalar T>
constexpr T worthwhile_tokens(const chinchilla<T>& law, value_of_t<T> parameters,
                              const exchange_rate<plain_t<T>>& money, const training_cost& cost = {}) {
  constexpr auto function = "scaling::worthwhile_tokens";
  detail::require(positive_finite(parameters), function, "parameters", parameters, "positive and finite");
  const detail::chinchilla_path<T> path(law, cost, function);
  const T worth = law.beta * law.B / (path.q * path.k) * detail::flops_per_nat(money, function);
  return detail::worthwhile_count(worth, T(1 / (law.beta + path.q)), T(parameters), path.p, function);
}

/// How many parameters pay for themselves in a run over this many `tokens`: where v alpha A N^-alpha = c p k N^p D^q.
/// Domain, errors and accuracy as above; tokens > 0.
template <scalar T>
constexpr T worthwhile_parameters(const chinchilla<T>& law, value_of_t<T> tokens,
                                  const exchange_rate<plain_t<T>>& money, const training_cost& cost = {}) {
  constexpr auto function = "scaling::worthwhile_parameters";
  detail::require(positive_finite(tokens), function, "tokens", tokens, "positive and finite");
  const detail::chinchilla_path<T> path(law, cost, function);
  const T worth = law.alpha * law.A / (path.p * path.k) * detail::flops_per_nat(money, function);
  return detail::worthwhile_count(worth, T(1 / (law.alpha + path.p)), T(tokens), path.q, function);
}

}  // namespace scaling
