// What a fit promises: the optimum, and a status where there is none.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Matchers::ContainsSubstring;

namespace {

using runs = std::vector<sc::observation<>>;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

double off(double got, double want) { return std::abs(got / want - 1); }

/// Sizes and ratios on a grid, losses of a law times e^noise.
runs table(const sc::chinchilla<>& law, double noise, unsigned seed) {
  std::mt19937_64 bits(seed);
  std::normal_distribution<double> normal;
  runs result;
  for (const double N : {5e7, 1e8, 3e8, 1e9, 3e9, 1e10})
    for (const double ratio : {3.0, 10.0, 20.0, 50.0, 150.0})
      result.push_back({{N, ratio * N}, law(N, ratio * N) * std::exp(noise * normal(bits))});
  return result;
}

sc::chinchilla<> random_law(std::mt19937_64& bits) {
  std::uniform_real_distribution<double> u;
  const double alpha = 0.2 + 0.5 * u(bits), beta = 0.2 + 0.5 * u(bits);
  // Terms of about 0.1 to 1 nats at a billion parameters and twenty billion tokens.
  const double parameters = 0.1 * std::pow(10, u(bits)), tokens = 0.1 * std::pow(10, u(bits));
  return {1 + u(bits), parameters * std::pow(1e9, alpha), tokens * std::pow(2e10, beta), alpha, beta};
}

}  // namespace

TEST_CASE("runs without noise give their law back") {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 40; ++i) {
    const auto law = random_law(bits);
    CAPTURE(i, law.E, law.A, law.B, law.alpha, law.beta);
    const auto result = sc::fit<sc::chinchilla>(table(law, 0, 0));
    CHECK(result.converged());
    CHECK(result.identified());
    // The losses are rounded to epsilon/2; the smallest singular value, 0.01 per run and more, amplifies that.
    CHECK(off(result.law.alpha, law.alpha) < 1000 * epsilon);
    CHECK(off(result.law.beta, law.beta) < 1000 * epsilon);
    CHECK(off(result.law.E, law.E) < 1000 * epsilon);
    CHECK(result.residuals.largest < 8 * epsilon);
  }
}

TEST_CASE("the optimum is first-order: no coefficient can be moved to a better objective") {
  std::mt19937_64 bits(3);
  const auto cost = [](const runs& data, const sc::chinchilla<>& law, double delta) {
    double sum = 0;
    for (const auto& run : data) {
      const double r = std::abs(std::log(law(run.at) / run.loss));
      sum += r <= delta ? r * r / 2 : delta * (r - delta / 2);
    }
    return sum;
  };
  for (int i = 0; i < 10; ++i) {
    const runs data = table(random_law(bits), 0.005, static_cast<unsigned>(i));
    for (const double delta : {1e-2, 1e-3, 1e-4}) {
      CAPTURE(i, delta);
      const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::huber{delta}});
      REQUIRE(result.converged());
      const double best = cost(data, result.law, delta);
      CHECK(off(best, result.objective) < 1e-11);
      for (const auto& row : sc::chinchilla<>::coefficients())
        for (const double nudge : {-1e-3, -1e-5, 1e-5, 1e-3}) {
          auto other = result.law;
          other.*row.member *= 1 + nudge;
          CHECK(cost(data, other, delta) >= best);
        }
    }
  }
}

TEST_CASE("one model size: converged, and not identified") {
  const auto law = sc::published::besiroglu_2024<>;
  runs one_size;
  for (const double D : {1e10, 2e10, 4e10, 8e10, 1e11, 2e11, 4e11, 8e11, 1e12})
    one_size.push_back({{1e9, D}, law(1e9, D)});
  const auto result = sc::fit<sc::chinchilla>(one_size);
  CHECK(result.converged());
  CHECK_FALSE(result.identified());
  CHECK(result.objective < 1e-28);
}

TEST_CASE("one ratio of tokens to parameters: not identified") {
  // N^-alpha and D^-beta are then powers of one variable: with equal exponents A and B are one coefficient.
  const sc::chinchilla<> law{1.8, 400, 400 * std::pow(20, 0.35), 0.35, 0.35};
  runs data;
  for (double N = 1e8; N < 2e10; N *= 1.5) data.push_back({{N, 20 * N}, law(N, 20 * N)});
  CHECK_FALSE(sc::fit<sc::chinchilla>(data).identified());
}

TEST_CASE("a floor that the runs do not show is 0, at its bound, and proven") {
  // log L falls ever faster with N, which no positive floor can follow: E would be negative if it could.
  runs data = table({0, 20, 60, 0.1, 0.2}, 0.001, 5);
  for (auto& run : data) run.loss -= 0.3;
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK(result.converged());
  REQUIRE(result.at_bound.size() == 1);
  CHECK(result.at_bound[0].symbol == "E");
  CHECK(result.at_bound[0].bound == 0);
  CHECK(result.law.E == 0);
  CHECK(result.identified());
}

TEST_CASE("losses that do not depend on size: the term vanishes, its exponent is not identified") {
  runs data = table({1.8, 0, 2000, 0.3, 0.37}, 0, 0);
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK(result.converged());
  CHECK(result.objective < 1e-26);
  CHECK_FALSE(result.identified());
  CHECK(off(result.law(1e9, 1e10), 1.8 + 2000 * std::pow(1e10, -0.37)) < 1e-12);
}

TEST_CASE("losses that rise with size: no term can say so, and the result says that") {
  runs data = table({1.8, 0, 2000, 0.35, 0.37}, 0.002, 9);
  for (auto& run : data) run.loss *= std::pow(run.at.parameters, 0.05);
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK(result.law.A == 0);
  REQUIRE_FALSE(result.at_bound.empty());
  CHECK(result.at_bound[0].symbol == "A");
  CHECK_FALSE(result.identified());
}

TEST_CASE("losses that rise with size and with tokens: a constant, which says that it is not identified") {
  runs data = table({2, 0, 0, 0, 0}, 0.002, 10);
  for (auto& run : data) run.loss *= std::pow(run.at.parameters * run.at.tokens, 0.05);
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK(result.converged());
  CHECK(off(result.law(1e6, 1e9), result.law(1e12, 1e15)) < 1e-9);
  CHECK(result.at_bound.size() >= 2);
  CHECK_FALSE(result.identified());
}

TEST_CASE("an objective that overflows everywhere is not converged, and its coefficients are NaN") {
  runs data = table(sc::published::besiroglu_2024<>, 0.01, 11);
  for (auto& run : data) run.loss *= 1e300;
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .residual = sc::residual::plain});
  CHECK_FALSE(result.converged());
  CHECK_FALSE(result.identified());
  CHECK(sc::fit<sc::chinchilla>(data).converged());  // logs do not mind
}

TEST_CASE("a single start polishes the basin that it is given") {
  const runs data = table(sc::published::besiroglu_2024<>, 0.005, 7);
  const auto full = sc::fit<sc::chinchilla>(data);
  const auto warm = sc::fit<sc::chinchilla>(data, {.start = full.law, .search = sc::search::single});
  CHECK(warm.starts.tried == 1);
  CHECK(warm.evaluations <= 3);
  CHECK(off(warm.objective, full.objective) < 1e-13);
  const auto rough =
      sc::fit<sc::chinchilla>(data, {.start = sc::published::hoffmann_2022<>, .search = sc::search::single});
  CHECK(off(rough.objective, full.objective) < 1e-12);
}

TEST_CASE("the result carries its evidence: counts, range, options") {
  const runs data = table(sc::published::besiroglu_2024<>, 0.005, 8);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .residual = sc::residual::plain});
  CHECK(result.observation_count == 30);
  CHECK(result.range[0].from == 5e7);
  CHECK(result.range[0].to == 1e10);
  CHECK(result.range[1].from == 1.5e8);
  CHECK(result.range[1].to == 1.5e12);
  CHECK(result.residuals.in_quadratic_zone == 30);
  CHECK(result.options.residual == sc::residual::plain);
  CHECK(result.predicted_decrease <= result.tolerance);
  double squares = 0;
  for (const auto& run : data) squares += std::pow(result.law(run.at) - run.loss, 2) / 2;
  CHECK(off(result.objective, squares) < 1e-11);
}

TEST_CASE("what cannot be fitted is refused, with the run, the quantity and the value") {
  const runs good = table(sc::published::besiroglu_2024<>, 0, 0);
  const auto message = [&](auto&& change) {
    runs data = good;
    change(data);
    try {
      (void)sc::fit<sc::chinchilla>(data);
    } catch (const std::domain_error& error) {
      return "domain: " + std::string(error.what());
    } catch (const std::invalid_argument& error) {
      return "argument: " + std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(message([](runs& r) { r[17].at.tokens = -3; }) ==
        "domain: scaling::fit: observation 17: tokens = -3, must be positive and finite");
  CHECK(message([](runs& r) { r[4].at.parameters = 0; }) ==
        "domain: scaling::fit: observation 4: parameters = 0, must be positive and finite");
  CHECK(message([](runs& r) { r[0].loss = std::nan(""); }) ==
        "domain: scaling::fit: observation 0: loss = nan, must be positive and finite");
  CHECK(message([](runs& r) { r[29].loss = HUGE_VAL; }) ==
        "domain: scaling::fit: observation 29: loss = inf, must be positive and finite");
  CHECK(message([](runs& r) { r.resize(4); }) ==
        "argument: scaling::fit: number of observations = 4, must be at least the 5 free coefficients");
  CHECK(message([](runs& r) { r.clear(); }) ==
        "argument: scaling::fit: number of observations = 0, must be at least the 5 free coefficients");
  CHECK_THROWS_WITH(sc::fit<sc::chinchilla>(good, {.criterion = sc::huber{0}}),
                    ContainsSubstring("delta = 0, must be positive"));
  CHECK_THROWS_WITH(sc::fit<sc::chinchilla>(good, {.search = sc::search::single}), ContainsSubstring("options.start"));
  CHECK_THROWS_WITH(sc::fit<sc::chinchilla>(good, {.start = sc::chinchilla<>{1, -2, 3, 0.3, 0.3}}),
                    ContainsSubstring("start.A = -2, must be finite and from 0 to inf"));
}
