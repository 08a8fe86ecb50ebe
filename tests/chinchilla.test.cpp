// Chinchilla's law against 50 digits, against the published numbers, and against what must hold of it everywhere.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>

#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using scaling::chinchilla;
using support::ulps_off;
using decimal = boost::multiprecision::cpp_bin_float_50;

/// Any law that a fit might meet.
template <class T>
chinchilla<T> random_law(support::random_numbers& random) {
  return {.E = static_cast<T>(random.between(0, 3)),
          .A = static_cast<T>(random.spread(1e-2, 1e5)),
          .B = static_cast<T>(random.spread(1e-2, 1e5)),
          .alpha = static_cast<T>(random.between(0.02, 1.2)),
          .beta = static_cast<T>(random.between(0.02, 1.2))};
}

template <class T>
T random_count(support::random_numbers& random) {
  return static_cast<T>(random.spread(1e3, 1e16));
}

// --- The interface, as facts of the type

template <class T>
constexpr bool is_a_law = scaling::loss_model<chinchilla<T>>&& scaling::sum_of_powers<chinchilla<T>>&&
    std::is_aggregate_v<chinchilla<T>>&& std::is_trivially_copyable_v<chinchilla<T>>;
static_assert(is_a_law<float> && is_a_law<double> && is_a_law<long double> && is_a_law<scaling::dual<double, 5>>);
static_assert(scaling::loss_model<chinchilla<decimal>>);
static_assert(std::same_as<chinchilla<scaling::dual<float, 5>>::input_type, scaling::training_run<float>>);
static_assert(chinchilla<>::name == "chinchilla" && chinchilla<>::formula == "E + A/N^alpha + B/D^beta");

constexpr chinchilla<> simple{.E = 1, .A = 8, .B = 27, .alpha = 0.5, .beta = 0.25};
static_assert(simple(4, 81) == 1 + 8.0 / 2 + 27.0 / 3);
static_assert(simple({.parameters = 4, .tokens = 81}) == simple(4, 81));
static_assert(simple == chinchilla<>{1, 8, 27, 0.5, 0.25} && simple != chinchilla<>{1, 8, 27, 0.5, 0.5});

}  // namespace

// oracles.csv: hoffmann_2022_printed_L_*, hoffmann_2022_L_*, besiroglu_L_*, at the runs of Chinchilla and of Gopher.
// The digits are those of mpmath, from the decimal coefficients.
TEST_CASE("The law works in 50 digits, and gives the losses of the published sets") {
  using boost::multiprecision::exp;
  const decimal chinchilla_size("70e9"), chinchilla_tokens("1.4e12"), gopher_size("280e9"), gopher_tokens("300e9");
  const auto close = [](const decimal& got, const char* want) { return abs(got / decimal(want) - 1) < 1e-44; };

  const chinchilla<decimal> printed{decimal("1.69"), decimal("406.4"), decimal("410.7"), decimal("0.34"),
                                    decimal("0.28")};
  CHECK(close(printed(chinchilla_size, chinchilla_tokens), "1.93664547055871750408853400794401717731780668118"));
  CHECK(close(printed(gopher_size, gopher_tokens), "1.99325846165984953312349872246645101465956606745"));
  const chinchilla<decimal> tex{exp(decimal("0.5267228")), exp(decimal("6.0073404")), exp(decimal("6.0179186")),
                                decimal("0.33917084"), decimal("0.2849083")};
  CHECK(close(tex(chinchilla_size, chinchilla_tokens), "1.92084602656560619694002869415229125611737418639"));
  CHECK(close(tex(gopher_size, gopher_tokens), "1.96724332402991638745335414203476611448811699877"));
  const chinchilla<decimal> replication{decimal("1.8172"), decimal("482.01"), decimal("2085.43"), decimal("0.3478"),
                                        decimal("0.3658")};
  CHECK(close(replication(chinchilla_size, chinchilla_tokens), "1.97388186315856386856014212415867839585548919671"));
  CHECK(close(replication(gopher_size, gopher_tokens), "1.99960768234442348630828530115764805632773911558"));
  CHECK(printed({.parameters = gopher_size, .tokens = gopher_tokens}) == printed(gopher_size, gopher_tokens));
  CHECK(printed == chinchilla<decimal>(printed));
}

TEMPLATE_TEST_CASE("A loss is right to a few units in the last place", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(8);
  for (int i = 0; i < 300; ++i) {
    const auto law = random_law<T>(random);
    const T N = random_count<T>(random), D = random_count<T>(random);
    using wide = long double;  // one conversion to decimal compiles faster than three
    const chinchilla<decimal> exact{wide(law.E), wide(law.A), wide(law.B), wide(law.alpha), wide(law.beta)};
    // 4: each power may be off by one unit, each product and sum by half, and all terms are positive: 2.5 at most,
    // which count double where the loss is just above a power of two
    CHECK(ulps_off(law(N, D), exact(wide(N), wide(D))) <= 4);
    CHECK(law({.parameters = N, .tokens = D}) == law(N, D));
  }
}

namespace {

constexpr int grid_size = 8;

/// The losses of a realistic law over budgets from a laptop's to the world's.
template <class T>
constexpr auto losses_over(T first_size, T first_tokens) {
  const chinchilla<T> law{T(1.8172L), T(482.01L), T(2085.43L), T(0.3478L), T(0.3658L)};
  std::array<T, grid_size * grid_size> losses{};
  T N = first_size;
  for (std::size_t i = 0; i < grid_size; ++i, N *= 17) {
    T D = first_tokens;
    for (std::size_t j = 0; j < grid_size; ++j, D *= 19) losses[i * grid_size + j] = law(N, D);
  }
  return losses;
}

}  // namespace

TEMPLATE_TEST_CASE("A loss at compile time and one at run time differ by one unit at most", "", float, double,
                   long double) {
  using T = TestType;
  static constexpr auto early = losses_over(T(1e4L), T(1e5L));
  volatile T size = T(1e4L), tokens = T(1e5L);
  const auto late = losses_over<T>(size, tokens);
  for (std::size_t i = 0; i < early.size(); ++i)
    CHECK(ulps_off(late[i], early[i]) <= 1);  // 1: what the header promises
}

TEST_CASE("More parameters and more tokens each lower the loss, down to E") {
  support::random_numbers random(9);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 300; ++i) {
    const auto law = random_law<double>(random);
    const double N = random_count<double>(random), D = random_count<double>(random);
    // The reducible loss falls strictly; next to a large E the difference may be lost, so E is left out.
    const chinchilla<> reducible{0, law.A, law.B, law.alpha, law.beta};
    const chinchilla<> of_size{0, law.A, 0, law.alpha, law.beta}, of_tokens{0, 0, law.B, law.alpha, law.beta};
    CHECK(of_size(1.01 * N, D) < of_size(N, D));
    CHECK(of_tokens(N, 1.01 * D) < of_tokens(N, D));
    CHECK(law(2 * N, D) <= law(N, D));
    CHECK(law(N, 2 * D) <= law(N, D));
    CHECK(law(infinity, D) == law.E + of_tokens(N, D));
    CHECK(law(N, infinity) == law.E + of_size(N, D));
    CHECK(law(infinity, infinity) == law.E);
    CHECK(law(N, D) >= law.E);
    // What is left halves when N grows by 2^(1/alpha). 1e-13: N up to 2^50 larger, some 50 roundings of a logarithm
    CHECK(of_size(std::exp2(1 / law.alpha) * N, D) == Catch::Approx(of_size(N, D) / 2).epsilon(1e-13).margin(0));
    CHECK(reducible(N, D) == of_size(N, D) + of_tokens(N, D));
  }
}

TEST_CASE("The two terms have the same form: parameters and tokens may change places") {
  support::random_numbers random(10);
  for (int i = 0; i < 300; ++i) {
    const auto law = random_law<double>(random);
    const double N = random_count<double>(random), D = random_count<double>(random);
    const chinchilla<> swapped{law.E, law.B, law.A, law.beta, law.alpha};
    CHECK(ulps_off(swapped(D, N), law(N, D)) <= 2);  // 2: the terms are added in another order
  }
}

TEMPLATE_TEST_CASE("A law does not depend on the units of N and D", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(11);
  for (int i = 0; i < 300; ++i) {
    const auto law = random_law<T>(random);
    const T N = random_count<T>(random), D = random_count<T>(random);
    const T u = static_cast<T>(random.spread(1e-9, 1e9)), v = static_cast<T>(random.spread(1e-9, 1e9));
    const chinchilla<T> other{law.E, law.A * std::pow(u, law.alpha), law.B * std::pow(v, law.beta), law.alpha,
                              law.beta};
    // 8: two more powers and two more products, in each of the terms
    CHECK(ulps_off(other(N * u, D * v), law(N, D)) <= 8);
  }
}

TEST_CASE("A law takes what IEEE arithmetic takes") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK(simple(0, 81) == infinity);
  CHECK(simple(4, 0) == infinity);
  CHECK(std::isnan(simple(-4, 81)));
  CHECK(std::isnan(simple(4, -81)));
  CHECK(std::isnan(simple(nan, 81)));
  CHECK(std::isnan(simple(4, nan)));
  CHECK(chinchilla<>{1, 0, 27, 0.5, 0.25}(4, 81) == 10);    // a term that has vanished
  CHECK(chinchilla<>{1, 8, 27, 0, 0.25}(4, 81) == 18);      // a term that does not depend on N
  CHECK(chinchilla<>{1, 8, 27, -0.5, 0.25}(4, 81) == 26);   // one that grows
  CHECK(chinchilla<>{1, 8, 27, 5, 0.001}(1e200, 1) == 28);  // one that underflows
  static_assert(chinchilla<float>{1, 8, 27, 5, 0.001F}(1e30F, 1) == 28);
}

TEMPLATE_TEST_CASE("The gradient is the analytic one", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(12);
  for (int i = 0; i < 300; ++i) {
    const auto law = random_law<T>(random);
    const T N = random_count<T>(random), D = random_count<T>(random);
    const auto [loss, gradient] = scaling::loss_and_gradient(law, {.parameters = N, .tokens = D});
    const T of_A = std::pow(N, -law.alpha), of_B = std::pow(D, -law.beta);
    CHECK(loss == law(N, D));
    // 0 and 3: the same powers, to which log and two products add half a unit each, in another order
    CHECK(gradient[0] == 1);
    CHECK(gradient[1] == of_A);
    CHECK(gradient[2] == of_B);
    CHECK(ulps_off(gradient[3], -law.A * of_A * std::log(N)) <= 3);
    CHECK(ulps_off(gradient[4], -law.B * of_B * std::log(D)) <= 3);
  }
}

TEST_CASE("The gradient agrees with finite differences of the loss") {
  using T = long double;
  support::random_numbers random(13);
  for (int i = 0; i < 100; ++i) {
    const auto law = random_law<T>(random);
    const T N = random_count<T>(random), D = random_count<T>(random);
    const auto [loss, gradient] = scaling::loss_and_gradient(law, {.parameters = N, .tokens = D});
    auto values = scaling::coefficient_values(law);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const T center = values[k], h = 1e-6L * (1 + center);
      values[k] = center + h;
      const T above = scaling::law_from<chinchilla<T>>(values)(N, D);
      values[k] = center - h;
      const T below = scaling::law_from<chinchilla<T>>(values)(N, D);
      values[k] = center;
      // The difference is off by h^2 L'''/6 <= 1e-12 L (log 1e16)^3 and by epsilon L/h.
      CHECK(std::abs((above - below) / (2 * h) - gradient[k]) < 1e-8L * (std::abs(gradient[k]) + loss));
    }
  }
}

TEST_CASE("Duals in duals give the Hessian: symmetric, and the analytic one") {
  using inner = scaling::dual<double, 5>;
  support::random_numbers random(14);
  for (int i = 0; i < 100; ++i) {
    const auto law = random_law<double>(random);
    const double N = random_count<double>(random), D = random_count<double>(random);
    std::array<inner, 5> variables;
    for (std::size_t k = 0; k < 5; ++k) variables[k] = inner::variable(scaling::coefficient_values(law)[k], k);
    const auto lifted = scaling::law_from<chinchilla<inner>>(variables);
    const auto [loss, gradient] = scaling::loss_and_gradient(lifted, {.parameters = N, .tokens = D});

    const auto plain = scaling::loss_and_gradient(law, {.parameters = N, .tokens = D});
    const double x = std::log(N), y = std::log(D), of_A = std::pow(N, -law.alpha), of_B = std::pow(D, -law.beta);
    double hessian[5][5] = {};
    hessian[1][3] = hessian[3][1] = -x * of_A;
    hessian[2][4] = hessian[4][2] = -y * of_B;
    hessian[3][3] = law.A * x * x * of_A;
    hessian[4][4] = law.B * y * y * of_B;
    CHECK(loss.value == plain.loss);
    CHECK(loss.gradient == plain.gradient);
    for (std::size_t j = 0; j < 5; ++j) {
      CHECK(gradient[j].value == plain.gradient[j]);
      for (std::size_t k = 0; k < 5; ++k) {
        CHECK(ulps_off(gradient[j].gradient[k], hessian[j][k]) <= 4);  // 4: four products in another order
        CHECK(ulps_off(gradient[j].gradient[k], gradient[k].gradient[j]) <= 4);
      }
    }
  }
}

TEMPLATE_TEST_CASE("The terms add up to the law", "", float, double, long double) {
  using T = TestType;
  static_assert(chinchilla<T>::terms().size() == 3);
  for (const auto& term : chinchilla<T>::terms()) CHECK_FALSE(term.partial);  // each counts in every run
  support::random_numbers random(15);
  for (int i = 0; i < 300; ++i) {
    const auto law = random_law<T>(random);
    const scaling::training_run<T> at{random_count<T>(random), random_count<T>(random)};
    T sum = 0;
    for (const auto& term : chinchilla<T>::terms())
      sum += term.first.base ? law.*term.coefficient * std::pow(term.first.base(at), -(law.*term.first.exponent))
                             : law.*term.coefficient;
    CHECK(ulps_off(sum, law(at)) <= 1);  // 1: a compiler may contract a product and a sum
  }
}

TEST_CASE("The table is that of the paper: five coefficients, and 4500 starts") {
  constexpr auto table = chinchilla<>::coefficients();
  static_assert(table.size() == 5 && scaling::coefficient_count<chinchilla<float>> == 5);
  constexpr std::string_view symbols[] = {"E", "A", "B", "alpha", "beta"};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  int grid = 1;
  for (std::size_t k = 0; k < 5; ++k) {
    const bool is_exponent = k > 2;
    const auto& row = table[k];
    CAPTURE(row.symbol);
    CHECK(row.symbol == symbols[k]);
    CHECK(row.scale == (is_exponent ? scaling::scale::linear : scaling::scale::log));
    CHECK(row.enters == (is_exponent ? scaling::enters::nonlinearly : scaling::enters::linearly));
    CHECK(row.lower == 0);
    CHECK(row.upper == (is_exponent ? 10 : infinity));  // a finite bound on A would not survive a change of units
    grid *= row.starts.count;
  }
  CHECK(grid == 4500);
  // formulas.md 2.2: e in -1 ... 1, a and b in 0 ... 25 (logarithms), alpha and beta in 0 ... 2
  const auto starts = [&](std::size_t k) { return std::array{table[k].starts.from, table[k].starts.to}; };
  CHECK(starts(0) == std::array{-1.0, 1.0});
  CHECK((starts(1) == std::array{0.0, 25.0} && starts(2) == starts(1)));
  CHECK((starts(3) == std::array{0.0, 2.0} && starts(4) == starts(3)));
  CHECK(scaling::coefficient_values(chinchilla<>{1, 2, 3, 4, 5}) == std::array{1.0, 2.0, 3.0, 4.0, 5.0});
}
