// The law of Muennighoff et al. (2023): repeated tokens and excess parameters are worth less and less, never nothing.
// SPDX-License-Identifier: BSL-1.0
//
//   L(N, D, U) = E + A/N'^alpha + B/D'^beta                       [nats/token]
//
//   D' = U_D + U_D R*_D (1 - e^(-R_D/R*_D))     U_D = min(D, U)        R_D = D/U_D - 1, epochs beyond the first
//   N' = U_N + U_N R*_N (1 - e^(-R_N/R*_N))     U_N = min(N, N*(U_D))  R_N = N/U_N - 1
//
//   N  model size [parameters], all of them;  D  training tokens [tokens], repetitions included
//   U  tokens there are [tokens];             N*(U_D)  the compute-optimal size for U_D tokens seen once
//   E, A, B, alpha, beta  as in Chinchilla's law;  R*  repetitions after which one more is worth 1/e of a fresh one
//
// Source: arXiv 2305.16264, the parametric fit and appendix A. Traps: the loss falls in D and in N for ever, so no
// overfitting is foreseen (lovelace.hpp does). N counts in full only up to N*: a run of one epoch whose model is larger
// than that has more loss than in Chinchilla's law; all others without repetition have exactly the same. R* is an
// e-folding, not a half-life. A variant with R*_D = 15.4 that leaves N' = N out is a hybrid that nobody fitted.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include <scaling/core/cmath.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// What `count` is worth of which only `distinct` are: U + U R* (1 - e^(-R/R*)), R = count/U - 1. Up to `distinct` it
/// is the count itself, beyond it grows ever more slowly, up to U (1 + R*). Accuracy: a few units in the last place.
template <class T>
constexpr T effective_count(value_of_t<T> count, const T& distinct, const T& R_star) {
  using cmath::expm1;
  const T all(count);
  if (all <= distinct) return all;
  return distinct * (T(1) - R_star * expm1(-((all - distinct) / distinct) / R_star));
}

/// Chinchilla's law of effective parameters and tokens, which repetition makes fewer.
template <class T = double>
struct muennighoff final {
  using real_type = T;
  using input_type = repeated_run<value_of_t<T>>;
  static constexpr std::string_view name = "muennighoff", formula = "E + A/N'^alpha + B/D'^beta";

  T E, A, B, alpha, beta, R_D_star, R_N_star;

  /// Loss [nats/token] at N [parameters] and D [tokens], of which U are distinct. IEEE in, IEEE out: nothing is
  /// checked. Accuracy: some ten units in the last place, as N* has a power of 1/alpha; compile time and run time.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> D, value_of_t<T> U) const {
    using cmath::pow;
    const value_of_t<T> seen = D <= U ? D : U;
    return E + A * pow(effective_parameters(N, seen), -alpha) + B * pow(effective_tokens(D, U), -beta);
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.parameters, at.tokens, at.unique_tokens); }

  /// D' [tokens]: how many fresh tokens D of which U are distinct are worth.
  constexpr T effective_tokens(value_of_t<T> D, value_of_t<T> U) const { return effective_count(D, T(U), R_D_star); }

  /// N' [parameters]: how many parameters N are worth with U_D distinct tokens.
  constexpr T effective_parameters(value_of_t<T> N, value_of_t<T> U_D) const {
    return effective_count(N, base_parameters(U_D), R_N_star);
  }

  /// N* [parameters], the compute-optimal size for U_D tokens seen once: alpha A N*^-alpha = beta B U_D^-beta, the
  /// paper's G (U_D G)^(beta/alpha). With alpha = beta it is G^2 U_D.
  constexpr T base_parameters(value_of_t<T> U_D) const {
    using cmath::pow;
    return pow(alpha * A / (beta * B) * pow(U_D, beta), T(1) / alpha);
  }

  bool operator==(const muennighoff&) const = default;

  /// A and B enter nonlinearly, through N*. R* is a positive scale, which no data bounds from above: its logarithm is
  /// searched, from e^0 to e^6 repetitions. (The paper's grid of starts is 0, 4 ... 20 for both.)
  static constexpr auto coefficients() {
    using row = coefficient<muennighoff>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &muennighoff::E, scale::log, 0, infinity, enters::linearly, {0, 1, 2}},
                      row{"A", &muennighoff::A, scale::log, 0, infinity, enters::nonlinearly, {4, 10, 3}},
                      row{"B", &muennighoff::B, scale::log, 0, infinity, enters::nonlinearly, {4, 10, 3}},
                      row{"alpha", &muennighoff::alpha, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}},
                      row{"beta", &muennighoff::beta, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}},
                      row{"R_D_star", &muennighoff::R_D_star, scale::log, 0, infinity, enters::nonlinearly, {0, 6, 4}},
                      row{"R_N_star", &muennighoff::R_N_star, scale::log, 0, infinity, enters::nonlinearly, {0, 6, 4}}};
  }
};

// --- Other accounts of what a repeated token is worth, in place of D': none of them makes it into the law above

/// The series of the paper's appendix, each pass worth e^-k of the one before: U (1 - e^(-k D/U))/(1 - e^-k) [tokens].
/// Of D <= U it is D. Domain: D, U > 0 and k > 0; at k = 0, where the limit is D, it is 0/0.
template <class T>
constexpr T effective_tokens_by_decay(value_of_t<T> D, value_of_t<T> U, const T& k) {
  using cmath::expm1;
  return D <= U ? T(D) : T(U) * expm1(-k * (D / U)) / expm1(-k);
}

/// The geometric series of the same appendix, each pass worth 1 - delta of the one before [tokens]. It is the function
/// above with k = -log(1 - delta). Domain: delta above 0 and below 1. Trap: the appendix prints one k_N as 0.3676, which is its delta; k_N is 0.45758.
template <class T>
constexpr T effective_tokens_by_share(value_of_t<T> D, value_of_t<T> U, const T& delta) {
  using cmath::log1p;
  return effective_tokens_by_decay<T>(D, U, -log1p(-delta));
}

/// Non-standard, and no effective number of tokens: U (1 - e^-R) [tokens], as a popular article of 2026 has it. It is 0
/// where nothing is repeated, and never reaches U. Here so that such a figure can be recognised.
template <class T>
constexpr T saturating_fraction(const T& D, const T& U) {
  using cmath::expm1;
  return D <= U ? T(0) : -U * expm1(-((D - U) / U));
}

}  // namespace scaling
