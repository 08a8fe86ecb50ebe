// The starts of laws that are no sum of powers: the best of the coefficients that enter linearly, for the others.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include <scaling/bounded.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/grid.hpp>
#include <scaling/muennighoff.hpp>
#include <scaling/power_law.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

using runs_type = std::vector<sc::observation<sc::repeated_run<>>>;

constexpr sc::muennighoff<> repeated{1.87, 521, 1488, 0.353, 0.353, 5.31, 15.39};
constexpr sc::bounded<> between{1.7, 10.8, 60, 200, 1e-3, 0.35, 0.36, 0.4, 0.45};

template <class Law>
runs_type made(const Law& truth) {
  support::random_numbers random(5);
  runs_type runs;
  for (int i = 0; i < 30; ++i) {
    const double N = random.spread(3e7, 2e10), D = N * random.spread(2, 500), U = D / random.spread(0.5, 40);
    runs.push_back({{N, D, U}, truth({N, D, U}) * std::exp(0.05 * random.between(-1, 1))});
  }
  return runs;
}

/// A law with one start for a coefficient and three for the other.
template <class T = double>
struct level {
  using real_type = T;
  using input_type = sc::token_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "level", formula = "height - slope log D";

  T height, slope;

  constexpr T operator()(const input_type& at) const { return height - slope * sc::cmath::log(at.tokens); }
  bool operator==(const level&) const = default;

  static constexpr auto coefficients() {
    using row = sc::coefficient<level>;
    return std::array{row{"height", &level::height, sc::scale::linear, 0, 10, sc::enters::nonlinearly, {2, 4, 1}},
                      row{"slope", &level::slope, sc::scale::linear, 0, 10, sc::enters::nonlinearly, {0, 1, 3}}};
  }
};

/// The weighted sum of squares of relative residuals.
template <class Law>
double squares(const Law& law, const runs_type& runs, const std::vector<double>& sigma) {
  double sum = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) sum += std::pow((law(runs[i].at) / runs[i].loss - 1) / sigma[i], 2);
  return sum;
}

/// Of how many starts no linear coefficient has a better neighbour.
template <class Law>
double share_of_best(const Law& truth, const std::vector<double>& sigma) {
  const auto runs = made(truth);
  const sc::detail::objective<Law> f(sc::detail::distinct_runs<double>(runs, sc::known_sigma{sigma}), {}, {});
  const auto starts = sc::detail::lattice_starts<Law>(f);
  REQUIRE(starts.size() >= 64);
  double best = 0;
  for (const auto& start : starts) {
    bool lowest = true;
    for (const auto& row : Law::coefficients())
      for (const double factor : {0.97, 1.03}) {
        auto other = start;
        if (row.enters == sc::enters::linearly) other.*row.member *= factor;
        lowest = lowest && squares(other, runs, sigma) >= squares(start, runs, sigma);
      }
    best += lowest;
  }
  return best / static_cast<double>(starts.size());
}

}  // namespace

TEST_CASE("Coefficients that enter linearly are the best for the others, by the weights of the runs") {
  std::vector<double> uneven;
  for (int i = 0; i < 30; ++i) uneven.push_back(i % 3 == 0 ? 0.01 : 1);
  for (const auto& sigma : {std::vector<double>(30, 1.0), uneven}) {
    CHECK(share_of_best(repeated, sigma) == 1);
    CHECK(share_of_best(between, sigma) > 0.7);  // where one would be 0, it and the other start a little off
  }
}

TEST_CASE("A minimum of the lattice is a start, whatever its rank: of these one behind the 64 lowest") {
  using law_type = sc::muennighoff<>;
  const sc::detail::objective<law_type> f(sc::detail::distinct_runs<double>(made(repeated)), {}, {});
  CHECK(sc::detail::lattice_starts<law_type>(f).size() == 65);
}

TEST_CASE("Where all but the floor is held there is one start") {
  using law_type = sc::muennighoff<>;
  const sc::fit_options<law_type> options{
      .fixed = sc::values_of(repeated, {"A", "B", "alpha", "beta", "R_D_star", "R_N_star"})};
  const auto limits = sc::detail::constraints_of("test", options);
  const sc::detail::objective<law_type> f(sc::detail::distinct_runs<double>(made(repeated)), limits, {});
  CHECK(sc::detail::lattice_starts<law_type>(f).size() == 1);
}

TEST_CASE("The unit of the errors moves no start, not that of a coefficient of 0 which begins a little above") {
  auto floorless = between;
  floorless.E = 0;
  const auto starts = [&](double sigma) {
    const sc::detail::objective<sc::bounded<>> f(
        sc::detail::distinct_runs<double>(made(floorless), sc::known_sigma{std::vector<double>(30, sigma)}), {}, {});
    return sc::detail::lattice_starts<sc::bounded<>>(f);
  };
  const auto one = starts(1), small = starts(1.0 / 64);
  CHECK(std::any_of(one.begin(), one.end(), [](const auto& law) { return law.E < 0.01; }));
  REQUIRE(one.size() == small.size());
  for (std::size_t i = 0; i < one.size(); ++i)
    for (const auto& row : sc::bounded<>::coefficients())
      CHECK(small[i].*row.member == Catch::Approx(one[i].*row.member).epsilon(1e-9));
}

TEST_CASE(
    "The one start that the table wants of a coefficient is in the middle of its range, the first of more at its end") {
  const sc::detail::constraints<level<>> limits;
  const auto grid = sc::detail::table_grid<level<>>(limits);
  CHECK(grid.points() == 3);
  CHECK(grid.law({0, 0}).height == Catch::Approx(3));
  CHECK(grid.law({0, 0}).slope == Catch::Approx(0).margin(1e-12));
  CHECK(grid.law({0, 2}).slope == Catch::Approx(1));
}

TEST_CASE("losses below 1 by compute in petaflop/s-days ended where alpha is 0 and x_c nothing, called converged") {
  std::vector<sc::observation<sc::compute_run<>>> falling, rising;
  for (const double C : {1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0}) {
    falling.push_back({{C}, 0.4 * std::pow(C, -0.05)});
    rising.push_back({{C}, 1.2 * std::pow(C, 0.05)});
  }
  const auto result = sc::fit<sc::pure_loss_of_compute>(falling);
  CHECK(result.converged());
  CHECK(result.law.alpha == Catch::Approx(0.05).epsilon(1e-6));
  // Where the plateau is the best there is, nothing shows that it should be.
  CHECK_FALSE(sc::fit<sc::pure_loss_of_compute>(rising).converged());
}

TEST_CASE("where an exponent at its bound leaves another coefficient without effect, that one has vanished") {
  std::vector<sc::observation<sc::compute_run<>>> flat;
  for (int i = 0; i < 8; ++i) flat.push_back({{1e18 * std::pow(10, i / 2.0)}, 1});
  const auto result = sc::fit<sc::pure_loss_of_compute>(flat);  // (x_c/C)^0, whatever x_c
  CHECK(result.law.alpha == 0);
  CHECK_FALSE(result.identified());
  CHECK(result.termination == sc::termination::term_vanished);
}
