// A law of the user's own, which is no sum of powers: formula and table are enough to fit it.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string_view>
#include <vector>

#include <scaling/core/cmath.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/loss_model.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

template <class T = double>
struct compute_run {
  using real_type = T;
  T flops;
  bool operator==(const compute_run&) const = default;
  static constexpr auto inputs() { return std::array{sc::input<compute_run>{"flops", &compute_run::flops}}; }
};

/// A loss that is bounded on both sides, as a function of compute.
template <class T = double>
struct saturating {
  using real_type = T;
  using input_type = compute_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "saturating", formula = "E + S/(1 + (C/K)^gamma)";
  T E, S, K, gamma;

  constexpr T operator()(const input_type& at) const {
    using sc::cmath::exp;
    using sc::cmath::log;
    return E + S / (T(1) + exp(gamma * (T(log(at.flops)) - log(K))));
  }
  bool operator==(const saturating&) const = default;
  static constexpr auto coefficients() {
    using row = sc::coefficient<saturating>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &saturating::E, sc::scale::log, 0, infinity, sc::enters::linearly, {-1, 1, 3}},
                      row{"S", &saturating::S, sc::scale::log, 0, infinity, sc::enters::linearly, {0, 2, 3}},
                      row{"K", &saturating::K, sc::scale::log, 0, infinity, sc::enters::nonlinearly, {35, 55, 5}},
                      row{"gamma", &saturating::gamma, sc::scale::linear, 0, 3, sc::enters::nonlinearly, {0.1, 1, 3}}};
  }
};
static_assert(sc::loss_model<saturating<>> && !sc::sum_of_powers<saturating<>>);

std::vector<sc::observation<compute_run<>>> runs(const saturating<>& law, double noise) {
  std::mt19937_64 bits(1);
  std::normal_distribution<double> normal;
  std::vector<sc::observation<compute_run<>>> result;
  for (double C = 1e16; C < 1e24; C *= 3) result.push_back({{C}, law({C}) * std::exp(noise * normal(bits))});
  return result;
}

}  // namespace

TEST_CASE("its coefficients come back from a lattice over its table") {
  const saturating<> law{1.7, 6, 1e18, 0.3};
  const auto result = sc::fit<saturating>(runs(law, 0));
  CHECK(result.converged());
  CHECK(result.identified());
  CHECK(result.starts.tried >= 64);
  CHECK(sc::fit<saturating>(runs(law, 0), {.search = sc::search::exhaustive}).starts.tried == 3 * 3 * 5 * 3);
  CHECK(result.starts.agreeing > 10);
  CHECK(result.law.gamma == Catch::Approx(0.3).epsilon(1e-9));
  CHECK(result.law.E == Catch::Approx(1.7).epsilon(1e-9));
  const auto noisy = sc::fit<saturating>(runs(law, 0.002), {.criterion = sc::squared{}});
  CHECK(noisy.converged());
  CHECK(noisy.law.gamma == Catch::Approx(0.3).epsilon(0.2));
}

TEST_CASE("a coefficient that is driven to nothing is not called converged") {
  const auto result = sc::fit<saturating>(runs({0, 6, 1e18, 0.1}, 0));
  CHECK(result.objective < 1e-10);
  CHECK(result.law.E < 1e-3);
  CHECK(result.termination == sc::termination::term_vanished);
}
