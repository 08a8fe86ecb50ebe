// The law of Gadre et al. (2024): how loss falls with compute when a model is trained far past its optimal size.
// SPDX-License-Identifier: BSL-1.0
//
//   L(C, M) = E + (a M^eta + b M^-eta) C^-eta      [nats/token]    C = 6 N D,  M = D/N
//   Err(L)  = epsilon - k e^(-gamma L)             [fraction]
//
//   N  model size [parameters], all of them;  D  training tokens [tokens]
//   C  training compute [FLOP];               M  tokens per parameter
//   E  irreducible loss [nats/token];  Err  average top-1 error on downstream tasks
//
// For fixed M the loss is a line of one slope, eta, in log C; M shifts it. It is Chinchilla's law with one exponent,
// alpha = beta = 2 eta, A = a 6^-eta, B = b 6^-eta, as in N and D the terms are a (6 N^2)^-eta and b (6 D^2)^-eta.
// Source: arXiv 2403.08540 and its released code. Trap: the code writes eta as -b'/2, a as alpha' 6^eta and b as beta',
// so its numbers are not these. Err is fitted on five or six models for a fixed set of tasks.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// The loss of runs that are trained past the optimum: a line of one slope in log C for any tokens per parameter.
template <class T = double>
struct over_training final {
  using real_type = T;
  using input_type = training_run<value_of_t<T>>;
  static constexpr std::string_view name = "over_training", formula = "E + (a (D/N)^eta + b (D/N)^-eta) (6 N D)^-eta";

  T E, a, b, eta;

  /// Loss [nats/token] at N [parameters] and D [tokens]. IEEE in, IEEE out: nothing is checked.
  /// Accuracy: a few units in the last place, compile time and run time; the two may differ by one.
  constexpr T operator()(value_of_t<T> N, value_of_t<T> D) const {
    using cmath::pow;
    using real = value_of_t<T>;
    const T two_eta = T(2) * eta;
    return E + pow(real(6), -eta) * (a * pow(N, -two_eta) + b * pow(D, -two_eta));
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.parameters, at.tokens); }

  bool operator==(const over_training&) const = default;

  /// The ranges are those of Chinchilla's law, with eta half its exponents.
  static constexpr auto coefficients() {
    using row = coefficient<over_training>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &over_training::E, scale::log, 0, infinity, enters::linearly, {-1, 1, 3}},
                      row{"a", &over_training::a, scale::log, 0, infinity, enters::linearly, {0, 25, 6}},
                      row{"b", &over_training::b, scale::log, 0, infinity, enters::linearly, {0, 25, 6}},
                      row{"eta", &over_training::eta, scale::linear, 0, 5, enters::nonlinearly, {0, 1, 5}}};
  }

  static constexpr auto terms() {
    using term = power_term<over_training>;
    return std::array{
        term{&over_training::E},
        term{&over_training::a,
             {&over_training::eta, [](const input_type& at) { return 6 * at.parameters * at.parameters; }}},
        term{&over_training::b, {&over_training::eta, [](const input_type& at) { return 6 * at.tokens * at.tokens; }}}};
  }
};

/// The run that C [FLOP] and M [tokens/parameter] mean: N = (C/(6 M))^(1/2), D = M N.
template <scalar T>
constexpr training_run<T> run_of(T flops, T tokens_per_parameter) {
  const T N = cmath::sqrt(flops / (6 * tokens_per_parameter));
  return {N, tokens_per_parameter * N};
}

/// M* = (b/a)^(1/(2 eta)) [tokens/parameter], the least loss for any C: with one exponent it depends on nothing else.
/// Domain: a, b, eta > 0. Errors: std::domain_error that names the offender.
template <scalar T>
constexpr T optimal_tokens_per_parameter(const over_training<T>& law) {
  constexpr auto function = "scaling::optimal_tokens_per_parameter";
  detail::require(positive_finite(law.a), function, "a", law.a, "positive and finite");
  detail::require(positive_finite(law.b), function, "b", law.b, "positive and finite");
  detail::require(positive_finite(law.eta), function, "eta", law.eta, "positive and finite");
  return cmath::pow(law.b / law.a, 1 / (2 * law.eta));
}

/// Chinchilla's law, or any with its members E, A, B, alpha and beta, in this form.
/// Domain: alpha = beta. Errors: std::domain_error: two exponents have no such form.
template <template <class> class Chinchilla, scalar T>
constexpr over_training<T> over_training_from(const Chinchilla<T>& law) {
  detail::require(law.alpha == law.beta, "scaling::over_training_from", "beta", law.beta, "equal to alpha");
  const T eta = law.alpha / 2, six = cmath::pow(T(6), eta);
  return {law.E, law.A * six, law.B * six, eta};
}

/// And back: `with_both_exponents<chinchilla>(law)`, alpha = beta = 2 eta.
template <template <class> class Chinchilla, scalar T>
constexpr Chinchilla<T> with_both_exponents(const over_training<T>& law) {
  const T six = cmath::pow(T(6), -law.eta);
  return {.E = law.E, .A = law.a * six, .B = law.b * six, .alpha = 2 * law.eta, .beta = 2 * law.eta};
}

/// Average top-1 error of downstream tasks from the loss: epsilon where the model knows nothing, falling with the loss.
template <class T = double>
struct downstream_error {
  T epsilon, k, gamma;

  /// Err [fraction] at `loss` [nats/token]. Nothing is checked; below the loss log(k/epsilon)/gamma it is negative.
  constexpr T operator()(value_of_t<T> loss) const {
    using cmath::exp;
    return epsilon - k * exp(-gamma * loss);
  }
  bool operator==(const downstream_error&) const = default;
};

/// The loss [nats/token] that goes with a downstream `error` [fraction]; below 0 for errors less than epsilon - k.
/// Domain: error below epsilon; k, gamma > 0. Errors: std::domain_error that names the offender.
template <scalar T>
constexpr T loss_for_error(const downstream_error<T>& law, value_of_t<T> error) {
  constexpr auto function = "scaling::loss_for_error";
  detail::require(positive_finite(law.k), function, "k", law.k, "positive and finite");
  detail::require(positive_finite(law.gamma), function, "gamma", law.gamma, "positive and finite");
  detail::require(error >= 0 && error < law.epsilon, function, "error", error,
                  "at least 0 and below epsilon, the error of a model that knows nothing");
  return -cmath::log((law.epsilon - error) / law.k) / law.gamma;
}

}  // namespace scaling
