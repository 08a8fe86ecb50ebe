// The best split of a budget between parameters and steps at the critical batch, by Kaplan's law of steps.
// SPDX-License-Identifier: BSL-1.0
//
// Minimise L(N, S) = (N_c/N)^alpha_N + (S_c/S)^alpha_S subject to k N^p (B S)^q = C, where B = B*/L^(1/alpha_B) is the
// critical batch at the loss that comes out. Along the optimum, the loss is a fixed share above that of endless steps,
//
//   L = (1 + f) (N_c/N)^alpha_N     L f/(1 + f) = (S_c/S)^alpha_S     f = (alpha_N q)/(alpha_S p)
//
// so that N, S, B and C are all powers of L, and L is one of C. With C = 6 N B S these are equations (B.4) to (B.10) of
// Kaplan et al. 2020 (arXiv 2001.08361), and theoretical_frontier(law, batch) has the powers.
#pragma once

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/kaplan.hpp>
#include <scaling/planning/compute_optimal.hpp>

namespace scaling {

/// A plan by steps. In practice one trains at the critical batch, which takes twice the steps and twice the compute.
template <scalar T>
struct step_allocation {
  T parameters;  ///< N [parameters], non-embedding
  T batch;       ///< B_crit [tokens] at the loss of the plan
  T steps;       ///< S_min: as many as it would take with an unlimited batch
  T tokens;      ///< D = 2 B_crit S_min [tokens], one epoch at the critical batch
  T flops;       ///< C_min [FLOP]: as many as it would take at a small batch
  T loss;        ///< [nats/token]
};

namespace detail {

/// All compute-optimal plans, by their loss: N, B and S are each one at a loss of 1, times a power of the loss. What the
/// plan at a loss of 1 costs need not be a number: with dear tokens it is beyond a float.
template <scalar T>
struct step_path : price<T> {
  using price<T>::k, price<T>::p, price<T>::q;
  T of_parameters, of_batch, of_steps;  // minus the powers
  T N1, B1, S1;

  constexpr step_path(const kaplan_steps<T>& law, const critical_batch<plain_t<T>>& batch, const training_cost& cost,
                      const char* function)
      : price<T>(cost, function), of_parameters(), of_batch(), of_steps(), N1(), B1(), S1() {
    for (const auto& row : kaplan_steps<T>::coefficients())
      require(positive_finite(law.*row.member), function, row.symbol, law.*row.member, "positive and finite");
    require(positive_finite(batch.B_star), function, "B_star", batch.B_star, "positive and finite");
    require(positive_finite(batch.alpha_B), function, "alpha_B", batch.alpha_B, "positive and finite");
    const T f = law.alpha_N * q / (law.alpha_S * p);
    of_parameters = 1 / law.alpha_N, of_batch = 1 / batch.alpha_B, of_steps = 1 / law.alpha_S;
    N1 = law.N_c * cmath::pow(1 + f, of_parameters);
    B1 = batch.B_star;
    S1 = law.S_c * cmath::pow((1 + f) / f, of_steps);
  }

  constexpr T loss_of_parameters(T N) const { return cmath::pow(N1 / N, 1 / of_parameters); }
  constexpr T loss_of_tokens(T D) const { return cmath::pow(2 * B1 * S1 / D, 1 / (of_batch + of_steps)); }
  constexpr T loss_of_flops(T C) const {
    const T of_flops = p * of_parameters + q * (of_batch + of_steps);
    return cmath::pow(N1, p / of_flops) * cmath::pow(B1 * S1, q / of_flops) * cmath::pow(C / k, -1 / of_flops);
  }

  constexpr step_allocation<T> at(T loss) const {
    const T N = N1 * cmath::pow(loss, -of_parameters), B = B1 * cmath::pow(loss, -of_batch),
            S = S1 * cmath::pow(loss, -of_steps);
    return {N, B, S, 2 * B * S, price<T>::flops(N, B * S), loss};
  }
};

}  // namespace detail

/// The plan that reaches the lowest loss for `flops` [FLOP], which are C_min.
///
/// Domain: flops > 0; all coefficients > 0.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: a law as flat as Kaplan's has N as the power 1/alpha_N = 13 of its loss: some 100 units in the last place.
/// Closed form, constexpr. Trap: at the critical batch C = 2 C_min, so a budget of C has half of it to plan with.
template <scalar T>
constexpr step_allocation<T> compute_optimal(const kaplan_steps<T>& law, const critical_batch<plain_t<T>>& batch,
                                             value_of_t<T> flops, const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal";
  detail::require(positive_finite(flops), function, "flops", flops, "positive and finite");
  const detail::step_path<T> path(law, batch, cost, function);
  auto plan = path.at(path.loss_of_flops(flops));
  plan.flops = flops;
  return detail::plan_of_numbers(plan, function, "flops", flops);
}

/// The compute-optimal plan with this many `parameters`. Domain, errors and accuracy as above.
template <scalar T>
constexpr step_allocation<T> compute_optimal_for_parameters(const kaplan_steps<T>& law,
                                                            const critical_batch<plain_t<T>>& batch,
                                                            value_of_t<T> parameters, const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal_for_parameters";
  detail::require(positive_finite(parameters), function, "parameters", parameters, "positive and finite");
  const detail::step_path<T> path(law, batch, cost, function);
  auto plan = path.at(path.loss_of_parameters(parameters));
  plan.parameters = parameters;
  return detail::plan_of_numbers(plan, function, "parameters", parameters);
}

/// The compute-optimal plan that sees this many `tokens`. Domain, errors and accuracy as above.
template <scalar T>
constexpr step_allocation<T> compute_optimal_for_tokens(const kaplan_steps<T>& law,
                                                        const critical_batch<plain_t<T>>& batch, value_of_t<T> tokens,
                                                        const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal_for_tokens";
  detail::require(positive_finite(tokens), function, "tokens", tokens, "positive and finite");
  const detail::step_path<T> path(law, batch, cost, function);
  auto plan = path.at(path.loss_of_tokens(tokens));
  plan.tokens = tokens;
  return detail::plan_of_numbers(plan, function, "tokens", tokens);
}

/// The cheapest plan that reaches `loss` [nats/token] > 0. Errors and accuracy as above.
template <scalar T>
constexpr step_allocation<T> compute_optimal_for_loss(const kaplan_steps<T>& law,
                                                      const critical_batch<plain_t<T>>& batch, value_of_t<T> loss,
                                                      const training_cost& cost = {}) {
  constexpr auto function = "scaling::compute_optimal_for_loss";
  detail::require(positive_finite(loss), function, "loss", loss, "positive and finite");
  return detail::plan_of_numbers(detail::step_path<T>(law, batch, cost, function).at(loss), function, "loss", loss);
}

}  // namespace scaling
