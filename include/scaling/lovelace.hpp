// The law of Lovelace et al. (2026): repeated tokens count in full, and an overfitting penalty is added.
// SPDX-License-Identifier: BSL-1.0
//
//   L(N, D, U) = E + A/N^alpha + B/D^beta + P R^delta (N/U)^kappa    R = max(D/U - 1, 0)    [nats/token]
//
//   N  model size [parameters], N > 0;      D  training tokens [tokens], repetitions included
//   U  tokens there are [tokens];           R  repetitions: epochs beyond the first
//   E, A, B, alpha, beta  as in Chinchilla's law;  P  [nats/token], delta, kappa  the penalty
//
// Source: arXiv 2605.01640, as reproduced with two of its figures in L. Weng, "Scaling Laws, Carefully" (2026). Only
// the one-coefficient form delta = kappa = 1 has a published P; all other coefficients are for the reader to fit.
// Traps: without repetition the penalty is 0, not small, and the law is Chinchilla's bit for bit. The one-coefficient
// form falls short where much is repeated: at N = 5e8, U = 1e8, R = 15 it gives 1.7 where the figure shows 2.3.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include <scaling/core/cmath.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// The harm of repetition alone: P R^delta (N/U)^kappa [nats/token], exactly 0 for D <= U. In the one-coefficient form,
/// `overfitting_penalty<>{.P = 0.0229}`, it is proportional to the repetitions and to the parameters.
template <class T = double>
struct overfitting_penalty {
  T P, delta = T(1), kappa = T(1);

  /// The branch keeps derivatives finite: that of R^delta in delta is R^delta log R. Nothing is checked.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> D, value_of_t<T> U) const {
    using cmath::pow;
    using real = value_of_t<T>;
    if (D <= U) return T(0);
    return P * pow(real((D - U) / U), delta) * pow(real(N / U), kappa);
  }

  bool operator==(const overfitting_penalty&) const = default;
};

/// Chinchilla's law with a penalty for repeated tokens.
template <class T = double>
struct lovelace final {
  using real_type = T;
  using input_type = repeated_run<value_of_t<T>>;
  static constexpr std::string_view name = "lovelace",
                                    formula = "E + A/N^alpha + B/D^beta + P max(D/U - 1, 0)^delta (N/U)^kappa";

  T E, A, B, alpha, beta, P, delta, kappa;

  /// Loss [nats/token] at N [parameters] and D [tokens], of which U are distinct. IEEE in, IEEE out: nothing is
  /// checked. Accuracy: a few units in the last place, compile time and run time; the two may differ by two. In float, with
  /// kappa of 4 and more, a power alone may be beyond the type, or subnormal, where the penalty is not: the loss is then
  /// wrong.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> D, value_of_t<T> U) const {
    using cmath::pow;
    return E + A * pow(N, -alpha) + B * pow(D, -beta) + overfitting_penalty<T>{P, delta, kappa}(N, D, U);
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.parameters, at.tokens, at.unique_tokens); }

  bool operator==(const lovelace&) const = default;

  /// Starts and bounds of the first five as for Chinchilla's law, but fewer starts, which multiply.
  static constexpr auto coefficients() {
    using row = coefficient<lovelace>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &lovelace::E, scale::log, 0, infinity, enters::linearly, {0, 1, 2}},
                      row{"A", &lovelace::A, scale::log, 0, infinity, enters::linearly, {4, 10, 2}},
                      row{"B", &lovelace::B, scale::log, 0, infinity, enters::linearly, {4, 10, 2}},
                      row{"alpha", &lovelace::alpha, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}},
                      row{"beta", &lovelace::beta, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}},
                      row{"P", &lovelace::P, scale::log, 0, infinity, enters::linearly, {-8, -3, 2}},
                      row{"delta", &lovelace::delta, scale::linear, 0, 10, enters::nonlinearly, {0.5, 2, 2}},
                      row{"kappa", &lovelace::kappa, scale::linear, 0, 10, enters::nonlinearly, {0.5, 2, 2}}};
  }

  /// The penalty is P (1/R)^-delta (U/N)^-kappa, absent where nothing is repeated.
  static constexpr auto terms() {
    using term = power_term<lovelace>;
    using real = value_of_t<T>;
    return std::array{term{&lovelace::E}, term{&lovelace::A, {&lovelace::alpha, quantity<&input_type::parameters>}},
                      term{&lovelace::B, {&lovelace::beta, quantity<&input_type::tokens>}},
                      term{&lovelace::P,
                           {&lovelace::delta,
                            [](const input_type& at) {
                              return at.tokens <= at.unique_tokens ? std::numeric_limits<real>::infinity()
                                                                   : at.unique_tokens / (at.tokens - at.unique_tokens);
                            }},
                           {&lovelace::kappa, [](const input_type& at) { return at.unique_tokens / at.parameters; }},
                           true}};
  }
};

}  // namespace scaling
