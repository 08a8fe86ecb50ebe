// The terms of a law have coefficients that are fitted as logarithms, and exponents that are fitted as themselves.
// expect: each row of coefficients() is either the coefficient of one term, of scale::log, or an exponent, of scale::linear
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <limits>
#include <string_view>

#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

template <scaling::scale ScaleOfExponent>
struct power {
  using real_type = double;
  using input_type = scaling::token_run<>;
  static constexpr std::string_view name = "power", formula = "A/D^alpha";
  double A, alpha;

  constexpr double operator()(const input_type& at) const { return A / at.tokens; }
  bool operator==(const power&) const = default;
  static constexpr auto coefficients() {
    using row = scaling::coefficient<power>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"A", &power::A, scaling::scale::log, 0, infinity, scaling::enters::linearly, {0, 1, 2}},
                      row{"alpha", &power::alpha, ScaleOfExponent, 0, 10, scaling::enters::nonlinearly, {0, 1, 2}}};
  }
  static constexpr auto terms() {
    using term = scaling::power_term<power>;
    return std::array{term{&power::A, {&power::alpha, scaling::quantity<&input_type::tokens>}}};
  }
};

constexpr auto good = scaling::detail::term_places<power<scaling::scale::linear>>();

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::detail::term_places<power<scaling::scale::log>>();
#endif
