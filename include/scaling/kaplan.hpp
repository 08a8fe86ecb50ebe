// The laws of Kaplan et al. (2020): loss by size, data, steps and compute, without a floor; and the critical batch.
// SPDX-License-Identifier: BSL-1.0
//
//   L(N, D)     = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D      [nats/token]     kaplan
//   L(N, S_min) = (N_c/N)^alpha_N + (S_c/S_min)^alpha_S            [nats/token]     kaplan_steps
//   L(N), L(D), L(C), L(C_min) = (x_c/x)^alpha                     [nats/token]     pure_power_law
//
//   B_crit(L) = B*/L^(1/alpha_B)     (S/S_min - 1) (E/E_min - 1) = 1     B_crit = E_min/S_min
//
//   N  model size [parameters], embeddings NOT counted;  D  training tokens [tokens], one epoch
//   S  steps at batch B [tokens], S_min at B >> B_crit;  E = B S [tokens];  C = 6 N B S [FLOP], C_min at B << B_crit
//
// Source: arXiv 2001.08361, equations (1.1) to (1.6), sections 4 to 6, appendix B. Compute is in FLOP here and in
// PF-days there: flops_per_petaflop_day. Traps: three different N_c exist, so a formula takes the constants of its own
// table and no other. Loss goes to 0 with size: not for models far above 1.5e9. B_crit is one at the target loss.
// Inconsistent in the paper, and not imitated: alpha_C^min is 0.052 as in (B.7), not 0.054 as in (6.4), so that N grows
// as C^0.68 in theory, not C^0.71; (6.7) has twice the tokens of table 6.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/power_law.hpp>

namespace scaling {

/// A petaflop/s-day [FLOP]: 1e15 times 86400, exactly.
template <real T = double>
inline constexpr T flops_per_petaflop_day = T(8.64e19L);

/// The joint law L(N, D) of Kaplan et al. 2020, without a floor.
template <class T = double>
struct kaplan final {
  using real_type = T;
  using input_type = training_run<value_of_t<T>>;
  static constexpr std::string_view name = "kaplan", formula = "((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D";

  T N_c, D_c, alpha_N, alpha_D;

  /// Loss [nats/token] at N [parameters, non-embedding] and D [tokens]. IEEE in, IEEE out: nothing is checked.
  /// Accuracy: a few units in the last place, compile time and run time; the two may differ by one. Infinite where
  /// (N_c/N)^(alpha_N/alpha_D) is beyond the type, though the loss were not: in float where the ratio of the exponents is some 5
  /// and more.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> D) const {
    using cmath::pow;
    return pow(pow(N_c / N, alpha_N / alpha_D) + D_c / D, alpha_D);
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.parameters, at.tokens); }

  bool operator==(const kaplan&) const = default;

  static constexpr auto coefficients() {
    using row = coefficient<kaplan>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"N_c", &kaplan::N_c, scale::log, 0, infinity, enters::nonlinearly, {24, 36, 3}},
                      row{"D_c", &kaplan::D_c, scale::log, 0, infinity, enters::nonlinearly, {24, 36, 3}},
                      row{"alpha_N", &kaplan::alpha_N, scale::linear, 0, 10, enters::nonlinearly, {0.05, 0.45, 3}},
                      row{"alpha_D", &kaplan::alpha_D, scale::linear, 0, 10, enters::nonlinearly, {0.05, 0.45, 3}}};
  }
};

/// Their law of steps L(N, S_min).
template <class T = double>
struct kaplan_steps final {
  using real_type = T;
  using input_type = step_run<value_of_t<T>>;
  static constexpr std::string_view name = "kaplan_steps", formula = "(N_c/N)^alpha_N + (S_c/S_min)^alpha_S";

  T N_c, S_c, alpha_N, alpha_S;

  /// Loss [nats/token] at N [parameters, non-embedding] after S_min steps. As above, to a few units in the last place.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> S_min) const {
    using cmath::pow;
    return pow(N_c / N, alpha_N) + pow(S_c / S_min, alpha_S);
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.parameters, at.steps); }

  bool operator==(const kaplan_steps&) const = default;

  static constexpr auto coefficients() {
    using row = coefficient<kaplan_steps>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{
        row{"N_c", &kaplan_steps::N_c, scale::log, 0, infinity, enters::nonlinearly, {24, 36, 3}},
        row{"S_c", &kaplan_steps::S_c, scale::log, 0, infinity, enters::nonlinearly, {4, 12, 3}},
        row{"alpha_N", &kaplan_steps::alpha_N, scale::linear, 0, 10, enters::nonlinearly, {0.05, 0.45, 3}},
        row{"alpha_S", &kaplan_steps::alpha_S, scale::linear, 0, 10, enters::nonlinearly, {0.2, 1.2, 3}}};
  }
};

// --- Batch size, section 5.1

/// The batch [tokens] at which a loss [nats/token] costs twice the least steps and twice the least tokens: (1.4).
template <class T = double>
struct critical_batch {
  T B_star, alpha_B;

  constexpr T operator()(value_of_t<T> loss) const {
    using cmath::pow;
    return B_star * pow(loss, T(-1) / alpha_B);
  }
  bool operator==(const critical_batch&) const = default;
};

/// What a batch costs, against the critical one at the loss aimed at: (5.1), (5.4) and (5.5). Steps and tokens make up
/// for each other: (steps_factor - 1) (flops_factor - 1) = 1.
template <class T = double>
struct batch_tradeoff {
  T batch, critical;  ///< [tokens]

  /// S/S_min.
  constexpr T steps_factor() const { return T(1) + critical / batch; }
  /// C/C_min, which is also E/E_min.
  constexpr T flops_factor() const { return T(1) + batch / critical; }
  /// S_min [steps], had the batch been far above the critical one.
  constexpr T least_steps(T steps) const { return steps / steps_factor(); }
  /// C_min [FLOP], had it been far below.
  constexpr T least_flops(T flops) const { return flops / flops_factor(); }

  bool operator==(const batch_tradeoff&) const = default;
};

// --- Overfitting, section 4

/// By how much, relatively, the loss at D tokens exceeds that with unlimited data: (4.3). Accurate where it is small.
template <scalar T>
constexpr T overfitting(const kaplan<T>& law, value_of_t<T> N, value_of_t<T> D) {
  const T share = cmath::pow(N / law.N_c, law.alpha_N / law.alpha_D) * (law.D_c / D);
  return cmath::expm1(law.alpha_D * cmath::log1p(share));
}

/// The tokens [tokens] at which the loss exceeds that with unlimited data by `excess`, relatively: overfitting's
/// inverse. Domain: N, excess > 0. Errors: std::domain_error that names the offender.
template <scalar T>
constexpr T tokens_for_overfitting(const kaplan<T>& law, value_of_t<T> N, value_of_t<T> excess) {
  constexpr auto function = "scaling::tokens_for_overfitting";
  detail::require(positive_finite(N), function, "parameters", N, "positive and finite");
  detail::require(positive_finite(excess), function, "excess", excess, "positive and finite");
  const T share = cmath::expm1(cmath::log1p(excess) / law.alpha_D);
  return cmath::pow(N / law.N_c, law.alpha_N / law.alpha_D) * (law.D_c / share);
}

/// A lower bound of the step S_min at which D tokens begin to be overfitted: (5.7). The laws are those of two tables.
template <scalar T>
constexpr T early_stopping_steps(const kaplan<T>& law, const kaplan_steps<T>& by_steps, value_of_t<T> N,
                                 value_of_t<T> D) {
  const T excess = cmath::pow(law.N_c / N, law.alpha_N) * overfitting(law, N, D);  // L(N, D) - L(N, infinity)
  return by_steps.S_c * cmath::pow(excess, -1 / by_steps.alpha_S);
}

// --- Training for a loss, appendix B

/// S_min at which N parameters reach `loss` [nats/token].
/// Domain: N > 0, loss above (N_c/N)^alpha_N, that of unlimited steps. Errors: std::domain_error that names the
/// offender. Accuracy: near that loss the answer is ill-conditioned.
template <scalar T>
constexpr T steps_for_loss(const kaplan_steps<T>& law, value_of_t<T> N, value_of_t<T> loss) {
  constexpr auto function = "scaling::steps_for_loss";
  detail::require(positive_finite(N), function, "parameters", N, "positive and finite");
  const T converged = cmath::pow(law.N_c / N, law.alpha_N);
  detail::require(loss > converged && positive_finite(loss), function, "loss", loss,
                  "finite and above (N_c/N)^alpha_N, the loss of unlimited steps");
  return law.S_c * cmath::pow(loss - converged, -1 / law.alpha_S);
}

/// C_min [FLOP] at which N parameters reach `loss`: 6 N B_crit(L) S_min, (B.15). Domain and errors as steps_for_loss.
template <scalar T>
constexpr T flops_for_loss(const kaplan_steps<T>& law, const critical_batch<plain_t<T>>& batch, value_of_t<T> N,
                           value_of_t<T> loss) {
  const T B = critical_batch<T>{batch.B_star, batch.alpha_B}(loss);
  return 6 * N * B * steps_for_loss(law, N, loss);
}

/// How many times the steps of the compute-efficient model one needs that is r times its size, for the same loss:
/// (B.17). NaN for a model so small that it never gets there. Less than one for r > 1.
template <scalar T>
constexpr T relative_steps(const kaplan_steps<T>& law, value_of_t<T> r) {
  return cmath::pow(1 + law.alpha_S / law.alpha_N * (1 - cmath::pow(r, -law.alpha_N)), -1 / law.alpha_S);
}

/// How many times the compute: (B.16). At least one. (For r = 0.6 the text has 1.20, the formula 1.165.)
template <scalar T>
constexpr T relative_flops(const kaplan_steps<T>& law, value_of_t<T> r) {
  return r * relative_steps(law, r);
}

// --- The compute-efficient frontier, section 6

/// factor x^exponent.
template <class T = double>
struct power_trend {
  T factor, exponent;

  constexpr T operator()(value_of_t<T> x) const {
    using cmath::pow;
    return factor * pow(x, exponent);
  }
  bool operator==(const power_trend&) const = default;
};

/// One point of the frontier.
template <class T = double>
struct frontier_point {
  T parameters;  ///< N [parameters], non-embedding
  T batch;       ///< B_crit [tokens], below which C_min assumes the batch to be
  T steps;       ///< S_min, a lower bound
  T tokens;      ///< D = 2 B_crit S_min [tokens], one epoch at the critical batch

  bool operator==(const frontier_point&) const = default;
};

/// What a budget buys, each quantity a power of C_min in PF-days, as in table 6: its `factor` is that of one PF-day.
template <class T = double>
struct compute_frontier {
  power_trend<T> parameters, batch, steps, tokens;

  /// At C_min [FLOP]. Trap: C = 2 C_min [FLOP] is spent at the critical batch.
  constexpr frontier_point<T> operator()(value_of_t<T> flops) const {
    const auto days = flops / flops_per_petaflop_day<plain_t<T>>;
    return {parameters(days), batch(days), steps(days), tokens(days)};
  }
  bool operator==(const compute_frontier&) const = default;
};

/// The frontier that L(N, S_min) and B_crit(L) imply: (B.5) to (B.10), exact. It lies well off the one measured:
/// one PF-day buys 6e8 parameters where table 6 has 1.3e9.
///
/// Each quantity is a power of N along it. At N = N_c the loss of unlimited steps is 1, and the optimum stops at 1 + f,
/// f = alpha_N/alpha_S being the steps' share; from there the trends are followed down to one PF-day.
template <scalar T>
constexpr compute_frontier<T> theoretical_frontier(const kaplan_steps<T>& law,
                                                   const critical_batch<plain_t<T>>& batch) {
  const T f = law.alpha_N / law.alpha_S;
  const T B = critical_batch<T>{batch.B_star, batch.alpha_B}(1 + f), S = steps_for_loss(law, law.N_c, 1 + f);
  const T alpha_C = 1 / (1 / law.alpha_S + 1 / batch.alpha_B + 1 / law.alpha_N);
  const T p_N = alpha_C / law.alpha_N, p_B = alpha_C / batch.alpha_B, p_S = alpha_C / law.alpha_S;
  const T days = 6 * B * S * (law.N_c / flops_per_petaflop_day<plain_t<T>>);
  const auto from_day = [days](T at_N_c, T exponent) {
    return power_trend<T>{at_N_c * cmath::pow(days, -exponent), exponent};
  };
  return {from_day(law.N_c, p_N), from_day(B, p_B), from_day(S, p_S), from_day(2 * B * S, p_B + p_S)};
}

}  // namespace scaling
