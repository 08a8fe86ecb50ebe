// What a law is: an aggregate of coefficients, callable on a run, with one table that says what the coefficients are.
// SPDX-License-Identifier: BSL-1.0
//
// Everything done with a law (gradients here, fitting, planning, reports) reads its table; nothing is registered
// anywhere.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>

#include <scaling/core/dual.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// The coordinate in which a coefficient is fitted: its logarithm (positive scales such as A), or itself (exponents).
enum class scale { log, linear };

/// How the loss depends on a coefficient when all others are held: as c * column, or in any other way.
enum class enters { linearly, nonlinearly };

/// The literature's grid of starts: `count` equally spaced points from `from` to `to`, in the fitted coordinate.
struct starts {
  double from, to;
  int count;
};

namespace detail {

/// The size that a coefficient usually has, by its starts: in its units, if it is fitted as itself.
constexpr double usual_size(const starts& range) { return std::max({range.from, range.to, -range.from, -range.to}); }

}  // namespace detail

/// One row of a law's table. `lower` and `upper` bound the coefficient itself, whatever coordinate it is fitted in.
template <class Law>
struct coefficient {
  std::string_view symbol;
  typename Law::real_type Law::*member;
  scaling::scale scale;
  double lower, upper;
  scaling::enters enters;
  scaling::starts starts;
};

/// One row of an input's table: a quantity that a run has, by its name.
template <class Run>
struct input {
  std::string_view name;
  typename Run::real_type Run::*member;
};

/// One factor of a term: base(x)^-exponent, the base a positive quantity that a run has or that follows from it.
template <class Law>
struct power_factor {
  typename Law::real_type Law::*exponent = nullptr;
  typename Law::input_type::real_type (*base)(const typename Law::input_type&) = nullptr;
};

/// One term of a law that is a sum of powers: coefficient times its factors, of which there may be none. The coefficient
/// is of scale::log and in no other term; exponents are of scale::linear, and may be in several factors.
/// A term that is `partial` is 0 for runs in which a base is infinite, whatever the exponents.
template <class Law>
struct power_term {
  typename Law::real_type Law::*coefficient;
  power_factor<Law> first{}, second{};
  bool partial = false;
};

/// A quantity of a run as a base: quantity<&training_run<>::tokens>.
template <auto Member>
inline constexpr auto quantity = [](const auto& at) { return at.*Member; };

/// A training run as most laws see it.
template <class T = double>
struct training_run {
  using real_type = T;
  T parameters;  ///< N [parameters]; what counts as one is the law's convention (total or non-embedding)
  T tokens;      ///< D [tokens] seen in training

  template <carrier_of<T> U>
  constexpr operator training_run<U>() const {
    return {parameters, tokens};
  }
  bool operator==(const training_run&) const = default;
  static constexpr auto inputs() {
    using row = input<training_run>;
    return std::array{row{"parameters", &training_run::parameters}, row{"tokens", &training_run::tokens}};
  }
};

/// A training run that may see some tokens more than once. The epochs are D/U; where D <= U nothing is repeated.
template <class T = double>
struct repeated_run {
  using real_type = T;
  T parameters;     ///< N [parameters]
  T tokens;         ///< D [tokens] seen in training, repetitions included
  T unique_tokens;  ///< U [tokens] that there are

  template <carrier_of<T> U>
  constexpr operator repeated_run<U>() const {
    return {parameters, tokens, unique_tokens};
  }
  bool operator==(const repeated_run&) const = default;
  static constexpr auto inputs() {
    using row = input<repeated_run>;
    return std::array{row{"parameters", &repeated_run::parameters}, row{"tokens", &repeated_run::tokens},
                      row{"unique_tokens", &repeated_run::unique_tokens}};
  }
};

/// A run of which only one thing is known, or matters: its model size, because neither data nor compute limit it ...
template <class T = double>
struct parameter_run {
  using real_type = T;
  T parameters;  ///< N [parameters]

  template <carrier_of<T> U>
  constexpr operator parameter_run<U>() const {
    return {parameters};
  }
  bool operator==(const parameter_run&) const = default;
  static constexpr auto inputs() { return std::array{input<parameter_run>{"parameters", &parameter_run::parameters}}; }
};

/// ... or its data, because the model is large and stopped early ...
template <class T = double>
struct token_run {
  using real_type = T;
  T tokens;  ///< D [tokens]

  template <carrier_of<T> U>
  constexpr operator token_run<U>() const {
    return {tokens};
  }
  bool operator==(const token_run&) const = default;
  static constexpr auto inputs() { return std::array{input<token_run>{"tokens", &token_run::tokens}}; }
};

/// ... or its compute, because that is spent as well as it can be.
template <class T = double>
struct compute_run {
  using real_type = T;
  T flops;  ///< C [FLOP]

  template <carrier_of<T> U>
  constexpr operator compute_run<U>() const {
    return {flops};
  }
  bool operator==(const compute_run&) const = default;
  static constexpr auto inputs() { return std::array{input<compute_run>{"flops", &compute_run::flops}}; }
};

/// A training run by its steps, at a batch that does not limit it.
template <class T = double>
struct step_run {
  using real_type = T;
  T parameters;  ///< N [parameters]
  T steps;       ///< S_min: optimiser steps, as many as it would take with an unlimited batch

  template <carrier_of<T> U>
  constexpr operator step_run<U>() const {
    return {parameters, steps};
  }
  bool operator==(const step_run&) const = default;
  static constexpr auto inputs() {
    using row = input<step_run>;
    return std::array{row{"parameters", &step_run::parameters}, row{"steps", &step_run::steps}};
  }
};

/// A law of loss: a regular aggregate of coefficients with a name, a formula and a table, which maps a run to its loss.
/// Satisfied by `chinchilla<double>` and by any law<T> of the user's with the same members.
template <class Law>
concept loss_model = std::regular<Law> && requires(const Law law, const typename Law::input_type at) {
  typename Law::real_type;
  { law(at) } -> std::same_as<typename Law::real_type>;
  { Law::name } -> std::convertible_to<std::string_view>;
  { Law::formula } -> std::convertible_to<std::string_view>;
  { law.*Law::coefficients()[0].member } -> std::convertible_to<typename Law::real_type>;
  { std::tuple_size<decltype(Law::coefficients())>::value } -> std::convertible_to<std::size_t>;
  { Law::input_type::inputs()[0].name } -> std::convertible_to<std::string_view>;
};

/// A law that is a sum of powers and says so by its `terms()`. The fit then has its derivatives in closed form.
template <class Law>
concept sum_of_powers = loss_model<Law> && requires {
  { Law::terms()[0] } -> std::convertible_to<power_term<Law>>;
};

/// The number of inputs of a run.
template <class Run>
inline constexpr std::size_t input_count = std::tuple_size_v<decltype(Run::inputs())>;

/// The number of coefficients of a law.
template <loss_model Law>
inline constexpr std::size_t coefficient_count = std::tuple_size_v<decltype(Law::coefficients())>;

/// The coefficients of a law as numbers, in the order of its table.
template <loss_model Law>
constexpr auto coefficient_values(const Law& law) {
  std::array<typename Law::real_type, coefficient_count<Law>> values{};
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = law.*Law::coefficients()[k].member;
  return values;
}

/// The law that has these coefficients, in the order of its table.
template <loss_model Law>
constexpr Law law_from(const std::array<typename Law::real_type, coefficient_count<Law>>& values) {
  Law law{};
  for (std::size_t k = 0; k < values.size(); ++k) law.*Law::coefficients()[k].member = values[k];
  return law;
}

namespace detail {

/// Whether every coefficient is a number of its type.
template <loss_model Law>
constexpr bool is_finite(const Law& law) {
  constexpr auto largest = std::numeric_limits<typename Law::real_type>::max();
  for (const auto& value : coefficient_values(law))
    if (!(value <= largest && value >= -largest)) return false;
  return true;
}

template <class Law, class U>
struct rebind;
template <template <class> class Law, class T, class U>
struct rebind<Law<T>, U> {
  using type = Law<U>;
};
template <template <template <class> class, class> class Law, template <class> class Run, class T, class U>
struct rebind<Law<Run, T>, U> {
  using type = Law<Run, U>;
};

}  // namespace detail

/// The same law over another scalar: rebind_t<chinchilla<double>, float> is chinchilla<float>.
template <class Law, class U>
using rebind_t = typename detail::rebind<Law, U>::type;

namespace detail {

/// The same law in U.
template <class U, loss_model Law>
constexpr rebind_t<Law, U> law_in(const Law& law) {
  const auto values = coefficient_values(law);
  std::array<U, values.size()> to{};
  for (std::size_t k = 0; k < to.size(); ++k) to[k] = static_cast<U>(values[k]);
  return law_from<rebind_t<Law, U>>(to);
}

}  // namespace detail

/// A loss [nats/token] and its derivatives with respect to the coefficients, in the order of the law's table.
template <loss_model Law>
struct loss_gradient {
  typename Law::real_type loss;
  std::array<typename Law::real_type, coefficient_count<Law>> gradient;
};

/// The loss at a run with its exact gradient, by evaluating the law's own formula in dual numbers.
/// Accuracy: that of the formula; no step size is involved. IEEE in, IEEE out: nothing is checked.
template <loss_model Law>
constexpr loss_gradient<Law> loss_and_gradient(const Law& law, const typename Law::input_type& at) {
  using T = typename Law::real_type;
  constexpr std::size_t P = coefficient_count<Law>;
  using wide = rebind_t<Law, dual<T, P>>;
  std::array<dual<T, P>, P> variables;
  for (std::size_t k = 0; k < P; ++k) variables[k] = dual<T, P>::variable(law.*Law::coefficients()[k].member, k);
  const auto result = law_from<wide>(variables)(at);
  return {result.value, result.gradient};
}

}  // namespace scaling
