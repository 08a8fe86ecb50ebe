// The starts of the screen: what they claim of themselves, and that they are the best coefficients for their exponents.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/exponent_columns.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/screen.hpp>
#include <scaling/lovelace.hpp>
#include <scaling/over_training.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

template <class Law>
using runs_of = std::vector<sc::observation<typename Law::input_type>>;

constexpr sc::chinchilla<> plain{1.7, 400, 2000, 0.33, 0.37};
constexpr sc::lovelace<> repeated{1.7, 400, 2000, 0.33, 0.37, 0.02, 1.1, 0.6};

template <class Law>
runs_of<Law> made(const Law& law, double noise) {
  support::random_numbers random(7);
  runs_of<Law> runs;
  for (int i = 0; i < 45; ++i) {
    typename Law::input_type at{};
    at.parameters = random.spread(3e7, 2e10);
    at.tokens = at.parameters * random.spread(2, 500);
    if constexpr (requires { at.unique_tokens; }) at.unique_tokens = at.tokens / random.spread(0.5, 30);
    runs.push_back({at, law(at) * std::exp(noise * random.between(-1, 1))});
  }
  return runs;
}

/// The sum of squares of relative residuals.
template <class Law>
double squares(const Law& law, const runs_of<Law>& runs) {
  double sum = 0;
  for (const auto& run : runs) sum += std::pow(law(run.at) / run.loss - 1, 2);
  return sum;
}

template <class Law>
bool may_be(const sc::fit_options<Law>& options, std::string_view symbol, double value) {
  for (const auto& box : options.bounds)
    if (box.symbol == symbol && !(value >= box.lower && value <= box.upper)) return false;
  for (const auto& one : options.fixed)
    if (one.symbol == symbol) return false;
  return true;
}

/// Every start of a screen, over the usual exponents and over their whole box.
template <class Law>
std::size_t check_starts(const runs_of<Law>& runs, const sc::fit_options<Law>& options) {
  using sc::detail::exponent_columns;
  std::size_t count = 0;
  const sc::detail::power_sum_objective<Law> f(sc::detail::distinct_runs<double>(runs),
                                               sc::detail::constraints_of("test", options), {});
  for (const bool whole : {false, true}) {
    const auto columns = whole ? exponent_columns<Law>(f, exponent_columns<Law>::reach::box) : exponent_columns<Law>(f);
    for (const auto& start : sc::detail::screen<Law>(f, columns).starts()) {
      const Law law = f.coordinates.law_at(start.y);
      const double sum = squares(law, runs);
      // The small difference of two sums of the size of the number of runs.
      CHECK(start.squares == Catch::Approx(sum).epsilon(1e-6).margin(1e-12 * static_cast<double>(runs.size())));
      for (const auto& term : Law::terms())
        for (const double factor : {0.99, 1.01}) {
          Law other = law;
          double& value = other.*term.coefficient;
          value *= factor;
          std::string_view symbol;
          for (const auto& row : Law::coefficients())
            if (row.member == term.coefficient) symbol = row.symbol;
          if (may_be(options, symbol, value)) CHECK(squares(other, runs) >= sum * (1 - 1e-9));
        }
      ++count;
    }
  }
  return count;
}

/// A law in which one exponent raises both factors of a term.
template <class T = double>
struct of_compute {
  using real_type = T;
  using input_type = sc::training_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "of compute", formula = "E + A/(N D)^alpha";

  T E, A, alpha;

  constexpr T operator()(const input_type& at) const {
    using sc::cmath::pow;
    return E + A * pow(at.parameters, -alpha) * pow(at.tokens, -alpha);
  }
  bool operator==(const of_compute&) const = default;

  static constexpr auto coefficients() {
    using row = sc::coefficient<of_compute>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &of_compute::E, sc::scale::log, 0, infinity, sc::enters::linearly, {-1, 1, 3}},
                      row{"A", &of_compute::A, sc::scale::log, 0, infinity, sc::enters::linearly, {0, 25, 3}},
                      row{"alpha", &of_compute::alpha, sc::scale::linear, 0, 10, sc::enters::nonlinearly, {0, 1, 3}}};
  }
  static constexpr auto terms() {
    using term = sc::power_term<of_compute>;
    return std::array{term{&of_compute::E}, term{&of_compute::A,
                                                 {&of_compute::alpha, sc::quantity<&input_type::parameters>},
                                                 {&of_compute::alpha, sc::quantity<&input_type::tokens>}}};
  }
};

}  // namespace

TEST_CASE("A start has the squares that it says, and no better coefficients for its exponents") {
  CHECK(check_starts<sc::chinchilla<>>(made(plain, 0.02), {}) >= 2);
  CHECK(check_starts<sc::lovelace<>>(made(repeated, 0.02), {}) >= 2);
  CHECK(check_starts<sc::chinchilla<>>(made(plain, 0.02), {.fixed = {{"E", 1.6}}}) >= 2);
  CHECK(check_starts<sc::chinchilla<>>(made(plain, 0.02), {.fixed = {{"A", 300}}}) >= 2);
  CHECK(check_starts<sc::chinchilla<>>(made(plain, 0.02), {.bounds = {{"E", 1.8, 1.9}, {"B", 10, 1000}}}) >= 2);
  CHECK(check_starts<sc::lovelace<>>(made(repeated, 0.02), {.bounds = {{"P", 0.001, 0.01}}}) >= 2);
  CHECK(check_starts<of_compute<>>(made(of_compute<>{1.7, 4000, 0.17}, 0.02), {}) >= 2);
  // A single exponent has a lattice of two or three parts with steps of their own.
  CHECK(check_starts<of_compute<>>(made(of_compute<>{1.7, 4000, 0.17}, 0.02), {.bounds = {{"alpha", -10, 10}}}) >= 2);
  const double unit = 1e16;  // about the least N D of the runs
  CHECK(check_starts<of_compute<>>(made(of_compute<>{1.7, 2 * std::pow(unit, 3), 3}, 0.02), {}) >= 2);
  CHECK(check_starts<sc::over_training<>>(made(sc::over_training<>{1.7, 150, 170, 0.25}, 0.02), {}) >= 2);
  CHECK(check_starts<sc::over_training<>>(made(sc::over_training<>{1.7, std::pow(unit, 2), std::pow(unit, 2), 2}, 0.02),
                                          {}) >= 2);
}

TEST_CASE("Starts with all terms are minima of the lattice: none is next to another, not in a corner either") {
  using law_type = sc::chinchilla<>;
  support::random_numbers random(11);
  for (int table = 0; table < 200; ++table) {
    runs_of<law_type> runs;
    for (int i = 0; i < 7; ++i)
      runs.push_back({{random.spread(3e7, 2e10), random.spread(1e8, 1e12)}, random.between(1.5, 5)});
    const sc::detail::power_sum_objective<law_type> f(sc::detail::distinct_runs<double>(runs), {}, {});
    const sc::detail::exponent_columns<law_type> columns(f);
    std::vector<std::array<double, 2>> places;  // in steps of the lattice
    for (const auto& start : sc::detail::screen<law_type>(f, columns).starts()) {
      const auto law = f.coordinates.law_at(start.y);
      if (!(law.E > 0 && law.A > 0 && law.B > 0)) continue;
      const auto place = [&](std::size_t axis, double exponent) {
        return (exponent - columns.exponent(axis, 0)) / (columns.exponent(axis, 1) - columns.exponent(axis, 0));
      };
      places.push_back({place(0, law.alpha), place(1, law.beta)});
    }
    for (std::size_t a = 0; a < places.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        CHECK(std::max(std::abs(places[a][0] - places[b][0]), std::abs(places[a][1] - places[b][1])) > 1.5);
  }
}

TEST_CASE("The first start of runs without noise has exponents next to theirs on the lattice") {
  const auto runs = made(plain, 0);
  const sc::detail::power_sum_objective<sc::chinchilla<>> f(sc::detail::distinct_runs<double>(runs), {}, {});
  const sc::detail::exponent_columns<sc::chinchilla<>> columns(f);
  const auto starts = sc::detail::screen<sc::chinchilla<>>(f, columns).starts();
  REQUIRE_FALSE(starts.empty());
  const auto law = f.coordinates.law_at(starts.front().y);
  CHECK(law.alpha == Catch::Approx(plain.alpha).margin(0.1));
  CHECK(law.beta == Catch::Approx(plain.beta).margin(0.1));
  CHECK(law.E == Catch::Approx(plain.E).epsilon(0.1));
}
