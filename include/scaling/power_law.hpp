// A power of one quantity, with a floor or without: the loss along parameters, tokens or compute alone.
// SPDX-License-Identifier: BSL-1.0
//
//   L(x) = E + A/x^alpha      [nats/token]    power_law: E is what remains
//   L(x) = (x_c/x)^alpha      [nats/token]    pure_power_law: nothing remains; x_c is where the loss is 1
//
//   x  the one input of the run: N [parameters], D [tokens] or C [FLOP], x > 0
//   A  [nats/token * x^alpha];  x_c  as x
//
// They are the same where E = 0 and A = x_c^alpha. Source: Hestness et al. 2017 (arXiv 1712.00409); Kaplan et al. 2020
// (arXiv 2001.08361), equations (1.1) to (1.3), for the second. Trap: over one or two decades of x the two fit equally
// well and extrapolate differently, as E is hardly determined: Kaplan's laws have none, Chinchilla's has 1.7 to 1.9.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// E + A/x^alpha of a run of one input x.
template <template <class> class Run, class T = double>
struct power_law final {
  using real_type = T;
  using input_type = Run<value_of_t<T>>;
  static constexpr std::string_view name = "power_law", formula = "E + A/x^alpha";

  T E, A, alpha;

  /// Loss [nats/token] at x. IEEE in, IEEE out: nothing is checked. Accuracy: a few units in the last place.
  constexpr T operator()(value_of_t<T> x) const {
    using cmath::pow;
    return E + A * pow(x, -alpha);
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.*input_type::inputs()[0].member); }

  bool operator==(const power_law&) const = default;

  /// The ranges are those of Chinchilla's law.
  static constexpr auto coefficients() {
    using row = coefficient<power_law>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &power_law::E, scale::log, 0, infinity, enters::linearly, {-1, 1, 5}},
                      row{"A", &power_law::A, scale::log, 0, infinity, enters::linearly, {0, 25, 6}},
                      row{"alpha", &power_law::alpha, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}}};
  }

  static constexpr auto terms() {
    using term = power_term<power_law>;
    return std::array{term{&power_law::E},
                      term{&power_law::A, {&power_law::alpha, quantity<input_type::inputs()[0].member>}}};
  }
};

/// (x_c/x)^alpha of a run of one input x.
template <template <class> class Run, class T = double>
struct pure_power_law final {
  using real_type = T;
  using input_type = Run<value_of_t<T>>;
  static constexpr std::string_view name = "pure_power_law", formula = "(x_c/x)^alpha";

  T x_c, alpha;

  /// Loss [nats/token] at x. IEEE in, IEEE out: nothing is checked. Accuracy: a few units in the last place.
  constexpr T operator()(value_of_t<T> x) const {
    using cmath::pow;
    return pow(x_c / x, alpha);
  }
  constexpr T operator()(const input_type& at) const { return (*this)(at.*input_type::inputs()[0].member); }

  bool operator==(const pure_power_law&) const = default;

  /// x_c has the units of x, so that only its logarithm is a scale to search on: from 1e-30 to 1e30.
  static constexpr auto coefficients() {
    using row = coefficient<pure_power_law>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"x_c", &pure_power_law::x_c, scale::log, 0, infinity, enters::nonlinearly, {-69, 69, 16}},
                      row{"alpha", &pure_power_law::alpha, scale::linear, 0, 10, enters::nonlinearly, {0.05, 1.05, 5}}};
  }
};

// --- The quantities that laws of one input are fitted on: `fit<loss_of_compute>(runs)`

template <class T = double>
using loss_of_parameters = power_law<parameter_run, T>;
template <class T = double>
using loss_of_tokens = power_law<token_run, T>;
template <class T = double>
using loss_of_compute = power_law<compute_run, T>;
template <class T = double>
using pure_loss_of_parameters = pure_power_law<parameter_run, T>;
template <class T = double>
using pure_loss_of_tokens = pure_power_law<token_run, T>;
template <class T = double>
using pure_loss_of_compute = pure_power_law<compute_run, T>;

// --- From one form to the other

/// The same law with a floor of 0. Trap: A = x_c^alpha can overflow where x_c does not.
template <template <class> class Run, scalar T>
constexpr power_law<Run, T> with_floor(const pure_power_law<Run, T>& law) {
  return {T(0), cmath::pow(law.x_c, law.alpha), law.alpha};
}

/// The same law by its scale x_c = A^(1/alpha).
/// Domain: E = 0; A, alpha > 0; an x_c within the range of the type. Errors: std::domain_error that names the offender.
template <template <class> class Run, scalar T>
constexpr pure_power_law<Run, T> without_floor(const power_law<Run, T>& law) {
  constexpr auto function = "scaling::without_floor";
  detail::require(law.E == 0, function, "E", law.E, "0: a law with a floor has no such form");
  detail::require(positive_finite(law.A), function, "A", law.A, "positive and finite");
  detail::require(positive_finite(law.alpha), function, "alpha", law.alpha, "positive and finite");
  const T x_c = cmath::pow(law.A, 1 / law.alpha);
  detail::require(positive_finite(x_c), function, "A", law.A, "one whose x_c is within the range of the type");
  return {x_c, law.alpha};
}

// --- The inverse

/// The run that reaches `loss` [nats/token]: `run_for_loss(law, 2.5).flops`.
/// Domain: loss above the floor E; A, alpha > 0, E >= 0; a run within the range of the type. Errors: std::domain_error
/// that names the offender. Accuracy: the relative error is that of loss - E, divided by alpha: a law as flat as Kaplan's
/// multiplies it by ten to twenty, and near the floor there is no answer to speak of.
template <template <class> class Run, scalar T>
constexpr Run<T> run_for_loss(const power_law<Run, T>& law, value_of_t<T> loss) {
  constexpr auto function = "scaling::run_for_loss";
  detail::require(non_negative_finite(law.E), function, "E", law.E, "non-negative and finite");
  detail::require(positive_finite(law.A), function, "A", law.A, "positive and finite");
  detail::require(positive_finite(law.alpha), function, "alpha", law.alpha, "positive and finite");
  detail::require(loss > law.E && positive_finite(loss), function, "loss", loss, "finite and above the floor E");
  const T x = cmath::pow(law.A / (loss - law.E), 1 / law.alpha);
  detail::require(positive_finite(x), function, "loss", loss, "one whose run is within the range of the type");
  return {x};
}
template <template <class> class Run, scalar T>
constexpr Run<T> run_for_loss(const pure_power_law<Run, T>& law, value_of_t<T> loss) {
  constexpr auto function = "scaling::run_for_loss";
  detail::require(positive_finite(law.x_c), function, "x_c", law.x_c, "positive and finite");
  detail::require(positive_finite(law.alpha), function, "alpha", law.alpha, "positive and finite");
  detail::require(positive_finite(loss), function, "loss", loss, "positive and finite");
  const T x = law.x_c * cmath::pow(loss, -1 / law.alpha);
  detail::require(positive_finite(x), function, "loss", loss, "one whose run is within the range of the type");
  return {x};
}

}  // namespace scaling
