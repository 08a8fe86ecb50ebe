// A law that is bounded on both sides: repeated data can spoil a model, but never below one that knows nothing.
// SPDX-License-Identifier: BSL-1.0
//
//   L(N, D, U) = E + (L_0 - E) h/(1 + h)     h = a/N^alpha + b/D^beta + c N^gamma/U^delta     [nats/token]
//
//   N  model size [parameters], N > 0;   D  training tokens [tokens], repetitions included
//   U  tokens there are [tokens];        h  reducible loss, on a scale without a top
//   E  irreducible loss, h -> 0;  L_0  loss of a model that knows nothing, h -> infinity   [nats/token]
//
// Source: arXiv 2605.09189, whose T is D here and whose D is U. Its coefficients could not be confirmed, so that no set
// is published here. Traps: the term c N^gamma/U^delta is there without repetition too, and falls with unique tokens
// only: large models overfit in it however few passes they make. L_0 is log(vocabulary) for a uniform guess, about 10.8
// for 50257 tokens.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include <scaling/core/cmath.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// E + (L_0 - E) h/(1 + h) of runs that may repeat tokens.
template <class T = double>
struct bounded final {
  using real_type = T;
  using input_type = repeated_run<value_of_t<T>>;
  static constexpr std::string_view name = "bounded",
                                    formula = "E + (L_0 - E) h/(1 + h), h = a/N^alpha + b/D^beta + c N^gamma/U^delta";

  T E, L_0, a, b, c, alpha, beta, gamma, delta;

  /// Loss [nats/token] at N [parameters] and D [tokens], of which U are distinct. IEEE in, IEEE out: nothing is
  /// checked. Accuracy: a few units in the last place, compile time and run time; the two may differ by two. In float, with
  /// gamma or delta of 3 and more, a power alone may be beyond the type where the term is not: the loss is then wrong.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> D, value_of_t<T> U) const {
    using cmath::pow;
    const T h = a * pow(N, -alpha) + b * pow(D, -beta) + c * pow(N, gamma) * pow(U, -delta);
    return E + (L_0 - E) / (T(1) + T(1) / h);  // also where h overflows
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.parameters, at.tokens, at.unique_tokens); }

  bool operator==(const bounded&) const = default;

  static constexpr auto coefficients() {
    using row = coefficient<bounded>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &bounded::E, scale::log, 0, infinity, enters::linearly, {0, 1, 2}},
                      row{"L_0", &bounded::L_0, scale::log, 0, infinity, enters::linearly, {2, 2.5, 2}},
                      row{"a", &bounded::a, scale::log, 0, infinity, enters::nonlinearly, {2, 8, 2}},
                      row{"b", &bounded::b, scale::log, 0, infinity, enters::nonlinearly, {2, 8, 2}},
                      row{"c", &bounded::c, scale::log, 0, infinity, enters::nonlinearly, {-6, 0, 2}},
                      row{"alpha", &bounded::alpha, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}},
                      row{"beta", &bounded::beta, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}},
                      row{"gamma", &bounded::gamma, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}},
                      row{"delta", &bounded::delta, scale::linear, 0, 10, enters::nonlinearly, {0.2, 0.6, 2}}};
  }
};

}  // namespace scaling
