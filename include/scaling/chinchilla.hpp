// The law of Hoffmann et al. (2022): parameters and tokens each lower the loss as a power, towards a floor.
// SPDX-License-Identifier: BSL-1.0
//
//   L(N, D) = E + A/N^alpha + B/D^beta      [nats/token]
//
//   N  model size [parameters], N > 0; every published set counts all of them, embeddings included
//   D  training tokens [tokens], D > 0, each seen once
//   E  irreducible loss [nats/token];  A [nats/token * parameters^alpha];  B [nats/token * tokens^beta]
//
// Source: arXiv 2203.15556, equation (2) and appendix D.2. Trap: (A, alpha) and (B, beta) are nearly collinear on real
// runs (correlation 0.999), so compare fits by their losses or by their objective, never coefficient by coefficient.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include <scaling/core/cmath.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// Parameters and tokens each lower the loss as a power, towards a floor E.
template <class T = double>
struct chinchilla final {
  using real_type = T;
  using input_type = training_run<value_of_t<T>>;
  static constexpr std::string_view name = "chinchilla", formula = "E + A/N^alpha + B/D^beta";

  T E, A, B, alpha, beta;

  /// Loss [nats/token] at N [parameters] and D [tokens]. IEEE in, IEEE out: nothing is checked.
  /// Accuracy: a few units in the last place, compile time and run time; the two may differ by one.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> D) const {
    using cmath::pow;
    return E + A * pow(N, -alpha) + B * pow(D, -beta);
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.parameters, at.tokens); }

  bool operator==(const chinchilla&) const = default;

  /// Starts: the 5 x 6 x 6 x 5 x 5 = 4500 of the literature (appendix D.2). The bounds of the exponents are generous:
  /// at 10 a term dies within one doubling.
  static constexpr auto coefficients() {
    using row = coefficient<chinchilla>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &chinchilla::E, scale::log, 0, infinity, enters::linearly, {-1, 1, 5}},
                      row{"A", &chinchilla::A, scale::log, 0, infinity, enters::linearly, {0, 25, 6}},
                      row{"B", &chinchilla::B, scale::log, 0, infinity, enters::linearly, {0, 25, 6}},
                      row{"alpha", &chinchilla::alpha, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}},
                      row{"beta", &chinchilla::beta, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}}};
  }

  /// The formula term by term, for the closed-form derivatives of the fit's inner loop.
  static constexpr auto terms() {
    using term = power_term<chinchilla>;
    return std::array{term{&chinchilla::E},
                      term{&chinchilla::A, {&chinchilla::alpha, quantity<&input_type::parameters>}},
                      term{&chinchilla::B, {&chinchilla::beta, quantity<&input_type::tokens>}}};
  }
};

}  // namespace scaling
