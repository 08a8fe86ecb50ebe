// A law of the user's own, which is no sum of powers: formula and table are enough to fit it.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string_view>
#include <tuple>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/lovelace.hpp>
#include <scaling/published.hpp>

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

/// The table and the terms of a law as those of one that is made of it.
template <class Law, class Rows>
constexpr auto rows_of(const Rows& own) {
  std::array<sc::coefficient<Law>, std::tuple_size_v<Rows>> rows{};
  for (std::size_t k = 0; k < rows.size(); ++k)
    rows[k] = {own[k].symbol, own[k].member, own[k].scale, own[k].lower, own[k].upper, own[k].enters, own[k].starts};
  return rows;
}
template <class Law, class Terms>
constexpr auto terms_of(const Terms& own) {
  std::array<sc::power_term<Law>, std::tuple_size_v<Terms>> all{};
  for (std::size_t j = 0; j < all.size(); ++j)
    all[j] = {own[j].coefficient,
              {own[j].first.exponent, own[j].first.base},
              {own[j].second.exponent, own[j].second.base},
              own[j].partial};
  return all;
}

/// Chinchilla's law between narrow bounds, with the exponents of its terms swapped.
template <class T = double>
struct swapped {
  using real_type = T;
  using input_type = sc::training_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "swapped", formula = "E + A/N^alpha + B/D^beta";
  T E, A, B, alpha, beta;

  constexpr T operator()(const input_type& at) const { return sc::chinchilla<T>{E, A, B, alpha, beta}(at); }
  bool operator==(const swapped&) const = default;
  static constexpr auto coefficients() {
    using row = sc::coefficient<swapped>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &swapped::E, sc::scale::log, 0, infinity, sc::enters::linearly, {-1, 1, 3}},
                      row{"A", &swapped::A, sc::scale::log, 0, infinity, sc::enters::linearly, {0, 25, 5}},
                      row{"B", &swapped::B, sc::scale::log, 0, infinity, sc::enters::linearly, {0, 25, 5}},
                      row{"alpha", &swapped::alpha, sc::scale::linear, 0, 0.2, sc::enters::nonlinearly, {0, 0.2, 5}},
                      row{"beta", &swapped::beta, sc::scale::linear, 0, 0.2, sc::enters::nonlinearly, {0, 0.2, 5}}};
  }
  static constexpr auto terms() {
    using term = sc::power_term<swapped>;
    return std::array{term{&swapped::E}, term{&swapped::A, {&swapped::beta, sc::quantity<&input_type::parameters>}},
                      term{&swapped::B, {&swapped::alpha, sc::quantity<&input_type::tokens>}}};
  }
};

/// A floor that is a factor of the rest, which its terms do not know.
template <class T = double>
struct relative : swapped<T> {
  using input_type = typename swapped<T>::input_type;
  static constexpr std::string_view name = "relative";
  constexpr T operator()(const input_type& at) const {
    return this->E * sc::chinchilla<T>{T(1), this->A, this->B, this->beta, this->alpha}(at);
  }
  bool operator==(const relative&) const = default;
  static constexpr auto coefficients() { return rows_of<relative>(swapped<T>::coefficients()); }
  static constexpr auto terms() { return terms_of<relative>(swapped<T>::terms()); }
};

/// Lovelace's penalty above a floor, which takes the epochs for the repetitions in its terms.
template <class T = double>
struct miscounted {
  using real_type = T;
  using input_type = sc::repeated_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "miscounted", formula = "E + P max(D/U - 1, 0)^delta (N/U)^kappa";
  T E, P, delta, kappa;

  constexpr T operator()(const input_type& at) const {
    return E + sc::overfitting_penalty<T>{P, delta, kappa}(at.parameters, at.tokens, at.unique_tokens);
  }
  bool operator==(const miscounted&) const = default;
  static constexpr auto coefficients() {
    using row = sc::coefficient<miscounted>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &miscounted::E, sc::scale::log, 0, infinity, sc::enters::linearly, {0, 1, 2}},
                      row{"P", &miscounted::P, sc::scale::log, 0, infinity, sc::enters::linearly, {-8, -3, 2}},
                      row{"delta", &miscounted::delta, sc::scale::linear, 0, 10, sc::enters::nonlinearly, {0.5, 2, 2}},
                      row{"kappa", &miscounted::kappa, sc::scale::linear, 0, 10, sc::enters::nonlinearly, {0.5, 2, 2}}};
  }
  static constexpr auto terms() {
    using term = sc::power_term<miscounted>;
    const auto epochs = [](const input_type& at) {
      return at.tokens <= at.unique_tokens ? std::numeric_limits<sc::value_of_t<T>>::infinity()
                                           : at.unique_tokens / at.tokens;
    };
    const auto room = [](const input_type& at) { return at.unique_tokens / at.parameters; };
    return std::array{term{&miscounted::E},
                      term{&miscounted::P, {&miscounted::delta, epochs}, {&miscounted::kappa, room}, true}};
  }
};

/// A power of a product of inputs, which its terms() take apart.
template <class T = double>
struct product {
  using real_type = T;
  using input_type = sc::training_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "product", formula = "E + A/(N D)^alpha";
  T E, A, alpha;

  constexpr T operator()(const input_type& at) const {
    return E + A * sc::cmath::pow(T(at.parameters * at.tokens), -alpha);
  }
  bool operator==(const product&) const = default;
  static constexpr auto coefficients() {
    using row = sc::coefficient<product>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &product::E, sc::scale::log, 0, infinity, sc::enters::linearly, {-1, 1, 3}},
                      row{"A", &product::A, sc::scale::log, 0, infinity, sc::enters::linearly, {0, 25, 5}},
                      row{"alpha", &product::alpha, sc::scale::linear, 0, 3, sc::enters::nonlinearly, {0, 2, 5}}};
  }
  static constexpr auto terms() {
    using term = sc::power_term<product>;
    return std::array{term{&product::E}, term{&product::A,
                                              {&product::alpha, sc::quantity<&input_type::parameters>},
                                              {&product::alpha, sc::quantity<&input_type::tokens>}}};
  }
};

std::vector<sc::observation<>> training_runs(const auto& law) {
  std::vector<sc::observation<>> made;
  for (double N = 1e8; N < 2e10; N *= 2)
    for (const double ratio : {5.0, 20.0, 80.0}) made.push_back({{N, ratio * N}, law({N, ratio * N})});
  return made;
}

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

TEST_CASE("a law whose terms() are not those of its formula was fitted by its terms") {
  auto runs = training_runs(sc::published::besiroglu_2024<double>);
  CHECK_THROWS_WITH(sc::fit<swapped>(runs),
                    Catch::Matchers::ContainsSubstring("scaling::fit: the formula of swapped gives ") &&
                        Catch::Matchers::ContainsSubstring(" where its terms() sum to 8.7"));
  // Where the first runs cannot tell: there N is D.
  for (std::size_t i = 0; i < 10; ++i) runs[i].at.tokens = runs[i].at.parameters;
  CHECK_THROWS_WITH(sc::fit<swapped>(runs), Catch::Matchers::ContainsSubstring("the formula of swapped gives "));

  CHECK_THROWS_WITH(sc::fit<relative>(runs), Catch::Matchers::ContainsSubstring("the formula of relative gives "));

  // Or nothing is repeated but in one of them.
  std::vector<sc::observation<sc::repeated_run<>>> repeated;
  for (const auto& run : runs)
    repeated.push_back(
        {{run.at.parameters, run.at.tokens, run.at.tokens * (repeated.size() == 7 ? 0.3 : 1)}, run.loss});
  CHECK_THROWS_WITH(sc::fit<miscounted>(repeated),
                    Catch::Matchers::ContainsSubstring("the formula of miscounted gives "));
}

TEST_CASE("one exponent may stand in several factors") {
  const product<> law{1.7, 900, 0.17};
  const auto result = sc::fit<product>(training_runs(law));
  CHECK(result.converged());
  CHECK(result.law.alpha == Catch::Approx(0.17).epsilon(1e-9));
  CHECK(result.law.A == Catch::Approx(900).epsilon(1e-8));
}

TEST_CASE("runs that hardly repeat anything are no reason to refuse a law") {
  std::vector<sc::observation<sc::repeated_run<>>> runs;
  constexpr sc::lovelace<> law{1.8, 480, 2085, 0.35, 0.37, 0.02, 1.3, 0.9};
  for (const double N : {1e8, 3e8, 1e9, 3e9, 1e10})
    for (const double repeated : {0.0, 4e-16, 1e-11, 1e-9, 3.0, 20.0})
      runs.push_back({{N, 20 * N, 20 * N / (1 + repeated)}, law({N, 20 * N, 20 * N / (1 + repeated)})});
  CHECK_NOTHROW(sc::fit<sc::lovelace>(runs));
}
