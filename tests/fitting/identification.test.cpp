// The eigenvalues and eigenvectors by which a fit is judged.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/kaplan.hpp>
#include <scaling/power_law.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

template <class T>
using matrix = Eigen::Matrix<T, 5, 5>;

/// A B^T of 5 x `rank` numbers: symmetric, with that many eigenvalues that are not 0 if B is A.
template <class T>
matrix<T> gram(support::random_numbers& random, int rank, double spread) {
  Eigen::Matrix<T, 5, Eigen::Dynamic> a(5, rank);
  for (int k = 0; k < rank; ++k)
    for (int i = 0; i < 5; ++i)
      a(i, k) = static_cast<T>(random.between(-1, 1) * std::pow(10, -spread * static_cast<double>(k)));
  return a * a.transpose();
}

using law_type = scaling::chinchilla<>;
constexpr law_type truth{1.7, 400, 2000, 0.33, 0.37};

/// A law whose coefficients are fitted as they are.
template <class T = double>
struct linear {
  using real_type = T;
  using input_type = scaling::training_run<scaling::value_of_t<T>>;
  static constexpr std::string_view name = "linear", formula = "E + G D + H/N";
  T E, G, H;

  constexpr T operator()(const input_type& at) const { return E + G * at.tokens + H / at.parameters; }
  bool operator==(const linear&) const = default;
  static constexpr auto coefficients() {
    using row = scaling::coefficient<linear>;
    constexpr double most = std::numeric_limits<double>::infinity();
    using scaling::scale, scaling::enters;
    return std::array{row{"E", &linear::E, scale::linear, -most, most, enters::linearly, {0, 2, 2}},
                      row{"G", &linear::G, scale::linear, -most, most, enters::linearly, {0, 1, 2}},
                      row{"H", &linear::H, scale::linear, -most, most, enters::linearly, {0, 1, 2}}};
  }
};

/// Chinchilla's law as of a user who does not say that it is a sum of powers.
template <class T = double>
struct formula_alone {
  using real_type = T;
  using input_type = scaling::training_run<scaling::value_of_t<T>>;
  static constexpr std::string_view name = "formula_alone", formula = "E + A/N^alpha + B/D^beta";
  T E, A, B, alpha, beta;

  constexpr T operator()(const input_type& at) const {
    using scaling::cmath::pow;
    return E + A * pow(at.parameters, -alpha) + B * pow(at.tokens, -beta);
  }
  bool operator==(const formula_alone&) const = default;
  static constexpr auto coefficients() {
    using row = scaling::coefficient<formula_alone>;
    constexpr double most = std::numeric_limits<double>::infinity();
    using scaling::scale, scaling::enters;
    return std::array{row{"E", &formula_alone::E, scale::log, 0, most, enters::linearly, {-1, 1, 3}},
                      row{"A", &formula_alone::A, scale::log, 0, most, enters::linearly, {0, 25, 6}},
                      row{"B", &formula_alone::B, scale::log, 0, most, enters::linearly, {0, 25, 6}},
                      row{"alpha", &formula_alone::alpha, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}},
                      row{"beta", &formula_alone::beta, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}}};
  }
};

/// Chinchilla's law with a narrower range for one exponent than for the other, in its own table.
template <class T = double>
struct uneven {
  using real_type = T;
  using input_type = scaling::training_run<scaling::value_of_t<T>>;
  static constexpr std::string_view name = "uneven", formula = "E + A/N^alpha + B/D^beta";
  T E, A, B, alpha, beta;

  constexpr T operator()(const input_type& at) const {
    using scaling::cmath::pow;
    return E + A * pow(at.parameters, -alpha) + B * pow(at.tokens, -beta);
  }
  bool operator==(const uneven&) const = default;
  static constexpr auto coefficients() {
    using row = scaling::coefficient<uneven>;
    constexpr double most = std::numeric_limits<double>::infinity();
    using scaling::scale, scaling::enters;
    return std::array{row{"E", &uneven::E, scale::log, 0, most, enters::linearly, {-1, 1, 3}},
                      row{"A", &uneven::A, scale::log, 0, most, enters::linearly, {0, 25, 6}},
                      row{"B", &uneven::B, scale::log, 0, most, enters::linearly, {0, 25, 6}},
                      row{"alpha", &uneven::alpha, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}},
                      row{"beta", &uneven::beta, scale::linear, 0, 5, enters::nonlinearly, {0, 2, 5}}};
  }
  static constexpr auto terms() {
    using term = scaling::power_term<uneven>;
    return std::array{term{&uneven::E}, term{&uneven::A, {&uneven::alpha, scaling::quantity<&input_type::parameters>}},
                      term{&uneven::B, {&uneven::beta, scaling::quantity<&input_type::tokens>}}};
  }
};

/// Two powers of one quantity, which can change their names.
template <class T = double>
struct two_powers {
  using real_type = T;
  using input_type = scaling::parameter_run<scaling::value_of_t<T>>;
  static constexpr std::string_view name = "two_powers", formula = "E + A/N^a + B/N^b";
  T E, A, B, a, b;

  constexpr T operator()(const input_type& at) const {
    using scaling::cmath::pow;
    return E + A * pow(at.parameters, -a) + B * pow(at.parameters, -b);
  }
  bool operator==(const two_powers&) const = default;
  static constexpr auto coefficients() {
    using row = scaling::coefficient<two_powers>;
    constexpr double most = std::numeric_limits<double>::infinity();
    using scaling::scale, scaling::enters;
    return std::array{row{"E", &two_powers::E, scale::log, 0, most, enters::linearly, {-1, 1, 3}},
                      row{"A", &two_powers::A, scale::log, 0, most, enters::linearly, {0, 25, 6}},
                      row{"B", &two_powers::B, scale::log, 0, most, enters::linearly, {0, 25, 6}},
                      row{"a", &two_powers::a, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}},
                      row{"b", &two_powers::b, scale::linear, 0, 10, enters::nonlinearly, {0, 2, 5}}};
  }
  static constexpr auto terms() {
    using term = scaling::power_term<two_powers>;
    constexpr auto size = scaling::quantity<&input_type::parameters>;
    return std::array{term{&two_powers::E}, term{&two_powers::A, {&two_powers::a, size}},
                      term{&two_powers::B, {&two_powers::b, size}}};
  }
};

/// The largest change of a log prediction where the law moves along a direction by t.
double change(const law_type& law, const scaling::coefficient_direction<law_type>& direction, double t,
              const std::vector<scaling::observation<>>& runs) {
  law_type moved = law;
  std::size_t k = 0;
  for (const auto& row : law_type::coefficients()) {
    double& value = moved.*row.member;
    value = row.scale == scaling::scale::log ? value * std::exp(t * direction[k]) : value + t * direction[k];
    ++k;
  }
  double most = 0;
  for (const auto& run : runs) most = std::max(most, std::abs(std::log(moved(run.at) / law(run.at))));
  return most;
}

/// A law whose terms saturate, each at a rate of its own.
template <class T = double>
struct saturating {
  using real_type = T;
  using input_type = scaling::training_run<scaling::value_of_t<T>>;
  static constexpr std::string_view name = "saturating", formula = "E + A/(1 + k N) + A/(1 + m D)";

  T E, A, k, m;  ///< k and m per parameter and per token

  constexpr T operator()(const input_type& at) const {
    return E + A / (T(1) + k * T(at.parameters)) + A / (T(1) + m * T(at.tokens));
  }
  bool operator==(const saturating&) const = default;

  static constexpr auto coefficients() {
    using row = scaling::coefficient<saturating>;
    using scaling::enters;
    using scaling::scale;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &saturating::E, scale::log, 0, infinity, enters::linearly, {-1, 1, 3}},
                      row{"A", &saturating::A, scale::log, 0, infinity, enters::linearly, {-1, 1, 3}},
                      row{"k", &saturating::k, scale::linear, 0, infinity, enters::nonlinearly, {2e-11, 5e-9, 6}},
                      row{"m", &saturating::m, scale::linear, 0, infinity, enters::nonlinearly, {1e-12, 2.5e-10, 6}}};
  }
};

}  // namespace

TEST_CASE("Along what runs leave open no prediction changes") {
  const std::vector<double> sizes{1e8, 3e8, 1e9, 3e9, 1e10}, counts{2e9, 8e9, 3e10, 1e11, 6e11};
  std::vector<scaling::observation<>> one_size, one_count;
  for (std::size_t i = 0; i < 5; ++i) {
    one_size.push_back({{1e9, counts[i]}, truth(1e9, counts[i])});
    one_count.push_back({{sizes[i], 1e11}, truth(sizes[i], 1e11)});
  }
  for (const auto& runs : {one_size, one_count}) {
    const auto found = scaling::fit<scaling::chinchilla>(runs);
    CHECK_FALSE(found.identified());
    CHECK_FALSE(found.undetermined.empty());
    for (const auto& direction : found.undetermined) {
      CHECK(*std::max_element(direction.begin(), direction.end()) == 1);
      CHECK(change(found.law, direction, 1e-3, runs) <= 1e-5);  // in second order alone
    }
    CHECK(change(found.law, {1, 1, 1, 0, 0}, 1e-3, runs) == Catch::Approx(1e-3));  // all of the loss
  }
}

TEST_CASE("Terms that runs cannot tell apart are one direction, in which one grows as the other shrinks") {
  std::vector<scaling::observation<>> runs;  // of one ratio, so that equal exponents make one power of both terms
  const law_type equal{1.7, 400, 900, 0.35, 0.35};
  for (const double N : {1e8, 3e8, 1e9, 3e9, 1e10, 3e10}) runs.push_back({{N, 20 * N}, equal(N, 20 * N)});
  const auto found = scaling::fit<scaling::chinchilla>(
      runs, {.tied = {{"alpha", "beta"}}, .bounds = {{"A", 10, 1e6}, {"B", 10, 1e6}}});
  CHECK_FALSE(found.identified());
  REQUIRE(found.undetermined.size() == 1);
  const auto& direction = found.undetermined.front();
  CHECK(direction[1] * direction[2] < 0);
  CHECK(std::abs(direction[0]) < 1e-3);  // E is told from both
  CHECK(std::max(direction[1], direction[2]) == 1);
  CHECK(change(found.law, direction, 1e-3, runs) <= 1e-5);
}

TEMPLATE_TEST_CASE("Eigenvalues and eigenvectors are those of the matrix, the largest first", "", float, double,
                   long double) {
  using T = TestType;
  constexpr T rounding = 64 * std::numeric_limits<T>::epsilon();
  support::random_numbers random(83);
  for (int i = 0; i < 300; ++i) {
    const matrix<T> a = gram<T>(random, 1 + i % 5, random.between(0, 3));
    const scaling::detail::symmetric_eigen<matrix<T>> eigen(a);
    const T size = a.norm();
    CHECK((a * eigen.vectors - eigen.vectors * eigen.values.asDiagonal()).norm() <= rounding * size);
    CHECK((eigen.vectors.transpose() * eigen.vectors - matrix<T>::Identity()).norm() <= rounding);
    for (int k = 1; k < 5; ++k) CHECK(eigen.values[k] <= eigen.values[k - 1]);
    for (int k = 1 + i % 5; k < 5; ++k) CHECK(std::abs(eigen.values[k]) <= rounding * size);
  }
}

TEST_CASE("A matrix that is diagonal, or nothing, keeps its axes") {
  const matrix<double> nothing = matrix<double>::Zero();
  CHECK(scaling::detail::symmetric_eigen<matrix<double>>(nothing).vectors == matrix<double>::Identity());
  matrix<double> diagonal = matrix<double>::Zero();
  diagonal.diagonal() << 1, 5, 0, 3, 2;
  const scaling::detail::symmetric_eigen<matrix<double>> eigen(diagonal);
  for (int k = 0; k < 5; ++k)
    CHECK((diagonal * eigen.vectors.col(k) - eigen.values[k] * eigen.vectors.col(k)).norm() == 0);
  CHECK(eigen.values[0] == 5);
  CHECK(eigen.values[4] == 0);
}

TEST_CASE("At one model size the floor grows as the term of the size shrinks") {
  std::vector<scaling::observation<>> runs;
  for (const double D : {1e9, 4e9, 2e10, 1e11, 5e11}) runs.push_back({{1e9, D}, truth({1e9, D})});
  const auto result = scaling::fit<scaling::chinchilla>(
      runs, {.start = truth, .fixed = {{"alpha", truth.alpha}}, .search = scaling::search::single});
  REQUIRE(result.undetermined.size() == 1);
  const auto& open = result.undetermined[0];
  const double A_term = truth.A * std::pow(1e9, -truth.alpha);
  CHECK(open[0] * truth.E == Catch::Approx(-open[1] * A_term).epsilon(1e-6));
  CHECK(std::abs(open[0]) > 0.01);
}

TEST_CASE("Two model sizes, which cannot tell a floor, were called identified with the floor at its bound of 0") {
  support::random_numbers random(3);
  for (const auto& [sizes, counts] : {std::pair(2, 12), std::pair(12, 2)})
    for (int table = 0; table < 20; ++table) {
      CAPTURE(sizes, table);
      std::vector<scaling::observation<>> runs;
      for (int i = 0; i < sizes; ++i)
        for (int j = 0; j < counts; ++j) {
          const double N = 3e8 * std::pow(30, double(i) / (sizes - 1)),
                       D = 1e9 * std::pow(500, double(j) / (counts - 1));
          runs.push_back({{N, D}, truth({N, D}) * std::exp(0.01 * random.between(-1, 1))});
        }
      for (const scaling::criterion& criterion :
           {scaling::criterion(scaling::huber{}), scaling::criterion(scaling::squared{})}) {
        const auto result = scaling::fit<scaling::chinchilla>(runs, {.criterion = criterion});
        CHECK_FALSE(result.identified());
        CHECK(result.rank == result.free_count - 1);
      }
    }
}

TEST_CASE("Runs on one line of log N and log D, which cannot tell whose power is whose, were called identified") {
  constexpr law_type steep{1.8, 1500, 450, 0.45, 0.25};
  for (const double noise : {0.0, 0.002})
    for (const double power : {1.0, 0.7}) {
      CAPTURE(noise, power);
      support::random_numbers random(5);
      std::vector<scaling::observation<>> runs, in_millions;
      for (double N = 1e7; N < 5e10; N *= 2.5) {
        const double D = 20 * std::pow(N, power) * std::pow(1e9, 1 - power);
        runs.push_back({{N, D}, steep(N, D) * std::exp(noise * random.between(-1, 1))});
        in_millions.push_back({{N / 1e6, D / 1e6}, runs.back().loss});
      }
      const auto result = scaling::fit<scaling::chinchilla>(runs);
      CHECK(result.converged());
      CHECK_FALSE(result.identified());
      // Of few and noisy runs the floor is at its bound of 0.
      CHECK((result.rank == result.free_count - 1 && result.undetermined.size() == 1));
      REQUIRE((!result.undetermined.empty() && !result.basins.empty()));
      const auto& twin = result.basins.front();
      CHECK(twin.excess == 0);
      const double of_D = result.law.beta * power, of_N = result.law.alpha / power;
      CHECK(std::abs(twin.law.alpha - of_D) < 1e-6);
      CHECK(std::abs(twin.law.beta - of_N) < 1e-6);
      for (const auto& run : runs) CHECK(std::abs(twin.law(run.at) / result.law(run.at) - 1) < 1e-7);
      // From one to the other, in log A, log B, alpha and beta.
      const auto& exchange = result.undetermined.front();
      const double turn = (twin.law.alpha - result.law.alpha) / exchange[3];
      CHECK(exchange[0] == 0);
      CHECK(std::abs(exchange[1] * turn - std::log(twin.law.A / result.law.A)) < 1e-5);
      CHECK(std::abs(exchange[2] * turn - std::log(twin.law.B / result.law.B)) < 1e-5);
      // The same of the two in other units.
      const auto again = scaling::fit<scaling::chinchilla>(in_millions);
      CHECK(std::abs(again.law.alpha - result.law.alpha) < 1e-6);

      // Where a box leaves one of them out, or a run is off the line, they are told apart.
      CHECK(scaling::fit<scaling::chinchilla>(runs, {.bounds = {{"alpha", 0.36, 0.9}, {"beta", 0.1, 0.35}}})
                .identified());
      runs.push_back({{1e9, 5e11}, steep(1e9, 5e11)});
      const auto told = scaling::fit<scaling::chinchilla>(runs);
      CHECK(told.identified());
      // The twins are 0.2 apart, and the standard errors 0.008 and 0.015.
      CHECK(std::abs(told.law.alpha - steep.alpha) < (noise > 0 ? 0.05 : 1e-6));
    }
}

TEST_CASE("The same of laws that are no sums of powers, which the search comes upon") {
  std::vector<scaling::observation<>> runs;
  for (double N = 1e8; N < 3e10; N *= 1.6)
    runs.push_back({{N, 20 * N}, 1.8 + 250 * std::pow(N, -0.3) + 15000 * std::pow(20 * N, -0.45)});
  const auto alone = scaling::fit<formula_alone>(runs);
  CHECK(alone.converged());
  CHECK_FALSE(alone.identified());
  REQUIRE(!alone.basins.empty());
  CHECK(alone.basins.front().excess == 0);
  CHECK(std::abs(alone.basins.front().law.alpha - alone.law.beta) < 1e-6);

  // A floor at its bound is no term that has vanished, and which of the twins is named does not depend on rounding.
  for (const double least : {1.81, 1.82}) {
    const auto boxed = scaling::fit<formula_alone>(runs, {.bounds = {{"E", least, 3}}});
    CHECK(boxed.converged());
    CHECK_FALSE(boxed.identified());
  }
  // Where the exponents become one, A and B are a flat valley, of which a dozen points were listed.
  const auto flat = scaling::fit<formula_alone>(runs, {.bounds = {{"E", 1.85, 3}}});
  CHECK_FALSE(flat.identified());
  CHECK(flat.basins.size() < 5);
  auto a_little_off = runs;
  for (auto& run : a_little_off) run.loss *= 1 + 1e-7;
  // A factor of all losses moves no exponent, and the other twin is 0.15 away.
  CHECK(std::abs(scaling::fit<formula_alone>(a_little_off).law.alpha - alone.law.alpha) < 1e-9);

  const scaling::kaplan_steps<> truth_of_steps{6.5e13, 2.1e3, 0.077, 0.76};
  std::vector<scaling::observation<scaling::step_run<>>> of_steps;
  for (double N = 1e6; N < 2e9; N *= 1.6) of_steps.push_back({{N, 1e-4 * N}, truth_of_steps(N, 1e-4 * N)});
  const auto steps = scaling::fit<scaling::kaplan_steps>(of_steps);
  CHECK(steps.converged());
  CHECK_FALSE(steps.identified());
  REQUIRE(!steps.basins.empty());
  CHECK(std::abs(steps.basins.front().law.alpha_N - steps.law.alpha_S) < 1e-6);
}

TEST_CASE("A held exponent so steep that its term is lost beside a held floor threw in a law without terms()") {
  std::vector<scaling::observation<>> runs;
  for (const double N : {1e7, 1e8, 1e9, 1e10})
    for (const double ratio : {3.0, 10.0, 30.0, 100.0, 200.0}) runs.push_back({{N, ratio * N}, truth({N, ratio * N})});
  for (const double alpha : {2.5, 3.0, 5.0}) {
    const auto alone = scaling::fit<formula_alone>(runs, {.fixed = {{"E", 1.8}, {"alpha", alpha}}});
    const auto by_terms = scaling::fit<scaling::chinchilla>(runs, {.fixed = {{"E", 1.8}, {"alpha", alpha}}});
    CAPTURE(alpha);
    CHECK(alone.objective < by_terms.objective * (1 + 1e-6));
  }
}

TEST_CASE("Ties of coefficients with other ranges in the table of the law are no boxes of the options") {
  std::vector<scaling::observation<>> runs;
  for (const double N : {1e7, 1e8, 1e9, 1e10})
    for (const double ratio : {3.0, 10.0, 30.0, 100.0, 200.0}) runs.push_back({{N, ratio * N}, truth({N, ratio * N})});
  const auto tied = scaling::fit<uneven>(runs, {.tied = {{"alpha", "beta"}}});
  CHECK(tied.law.alpha == tied.law.beta);
  CHECK(std::abs(tied.law.alpha - scaling::fit<scaling::chinchilla>(runs, {.tied = {{"alpha", "beta"}}}).law.alpha) <
        1e-8);
}

TEST_CASE("Terms that change their names alone leave nothing open") {
  std::vector<scaling::observation<scaling::parameter_run<>>> runs;
  support::random_numbers random(6);
  for (double N = 1e5; N < 3e10; N *= 1.4)
    runs.push_back(
        {{N}, (1.8 + 5 * std::pow(N, -0.1) + 3e5 * std::pow(N, -0.9)) * std::exp(0.0005 * random.between(-1, 1))});
  const auto result = scaling::fit<two_powers>(runs, {.criterion = scaling::squared{}});
  CHECK(result.converged());
  CHECK(result.identified());
  CHECK((result.rank == 5 && result.undetermined.empty()));
  for (const auto& other : result.basins) CHECK(other.excess > 0);
}

TEST_CASE("Whether coefficients with units are identified depended on the units") {
  for (const double unit : {1.0, 1e3, 1e9}) {
    CAPTURE(unit);
    std::vector<scaling::observation<>> runs;
    for (const double N : {1e8, 4e8, 2e9, 1e10})
      for (const double D : {2e9, 1e10, 5e10, 2e11})
        runs.push_back({{N / unit, D / unit}, (2 + 1e-12 * D + 3e7 / N) * (1 + 1e-3 * std::cos(N + 3 * D))});
    const auto result = scaling::fit<linear>(runs);
    CHECK(result.identified());
    CHECK(result.singular_ratio == Catch::Approx(0.3829554).epsilon(1e-6));
  }
}

TEST_CASE("Exponents of terms that have all vanished beside a floor that is held were called identified") {
  std::vector<scaling::observation<>> runs;
  for (const double N : {1e8, 3e8, 1e9, 3e9, 1e10})
    for (const double D : {2e9, 1e10, 5e10}) runs.push_back({{N, D}, 0.3 + 400 * std::pow(N, -0.33)});
  const auto result = scaling::fit<scaling::chinchilla>(runs, {.fixed = {{"E", 2.0}}});
  REQUIRE((result.law.A == 0 && result.law.B == 0));
  CHECK_FALSE(result.identified());
}

TEST_CASE("An exponent that is 0 but for rounding was not identified") {
  std::vector<scaling::observation<>> runs;
  for (const double N : {1e8, 3e8, 1e9, 3e9, 1e10})
    for (const double D : {2e9, 1e10, 5e10, 2e11, 1e12})
      runs.push_back({{N, D}, 1.5 + 0.4 + 2000 * std::pow(D, -0.37)});
  for (const auto& criterion : {scaling::criterion(scaling::squared{}), scaling::criterion(scaling::huber{})}) {
    const auto result = scaling::fit<scaling::chinchilla>(
        runs, {.fixed = {{"E", 1.5}}, .bounds = {{"alpha", -1.0, 1.0}}, .criterion = criterion});
    CHECK(std::abs(result.law.alpha) < 1e-6);
    CHECK(result.identified());
  }
}

TEST_CASE(
    "Rates in counts that can be exchanged along a ladder were called identified, and without noise in any units") {
  for (const double noise : {0.003, 0.0}) {
    CAPTURE(noise);
    support::random_numbers random(3);
    std::vector<scaling::observation<>> runs;
    for (int i = 0; i < 30; ++i) {
      const double N = 5e7 * std::pow(1.25, i), D = 20 * N;
      const double loss = saturating<>{1.7, 1, 1.5e-9, 1e-11}({N, D});
      runs.push_back({{N, D}, loss * std::exp(noise * random.between(-1, 1))});
    }
    const auto result = scaling::fit<saturating>(runs, {.criterion = scaling::squared{}});
    CHECK(result.converged());
    CHECK_FALSE(result.identified());  // k for 20 m, and m for k/20
  }
}

TEST_CASE("A millionth of the largest singular value determines nothing yet") {
  scaling::fit_result<scaling::chinchilla<>> result{};
  result.singular_ratio = 1e-6;
  CHECK_FALSE(result.identified());
  result.singular_ratio = 1.001e-6;
  CHECK(result.identified());
}

TEST_CASE("Where no coefficient is free nothing is open") {
  const std::vector<scaling::observation<>> one{{{1e9, 2e10}, 2.5}};
  const auto result =
      scaling::fit<scaling::chinchilla>(one, {.fixed = scaling::values_of(truth, {"E", "A", "B", "alpha", "beta"})});
  CHECK(result.free_count == 0);
  CHECK(result.identified());
}
