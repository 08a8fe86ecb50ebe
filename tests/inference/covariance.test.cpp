// Covariances of one fit: against their definition in plain arithmetic, and against what happens to many fits.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <variant>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace sc = scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using form = sc::covariance_form;

namespace {

using runs = std::vector<sc::observation<>>;

constexpr sc::chinchilla<> truth = sc::published::besiroglu_2024<double>;

/// 36 runs with normal errors of the log loss.
runs noisy(double noise, std::uint64_t seed, std::uint64_t replicate) {
  sc::philox_stream random(seed, replicate);
  runs result;
  for (const double N : {1e8, 3e8, 7e8, 1e9, 3e9, 7e9, 1e10, 3e10, 7e10})
    for (const double ratio : {5.0, 10.0, 20.0, 40.0})
      result.push_back({{N, ratio * N}, truth(N, ratio * N) * std::exp(noise * random.normal())});
  return result;
}

// --- The definition in long double: gradients by hand, the Hessian by differences of them, a plain inverse.

using real = long double;
using matrix = std::array<std::array<real, 5>, 5>;
using vector = std::array<real, 5>;

struct plain_run {
  real residual;
  vector gradient;
};

plain_run at(const vector& x, const sc::observation<>& run) {
  const real u = std::log(real(run.at.parameters)), v = std::log(real(run.at.tokens));
  const real e = std::exp(x[0]), a = std::exp(x[1] - x[3] * u), b = std::exp(x[2] - x[4] * v), sum = e + a + b;
  return {std::log(sum) - std::log(real(run.loss)), {e / sum, a / sum, b / sum, -u * a / sum, -v * b / sum}};
}

matrix inverse(matrix m) {
  matrix result{};
  for (std::size_t i = 0; i < 5; ++i) result[i][i] = 1;
  for (std::size_t c = 0; c < 5; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c; r < 5; ++r)
      if (std::abs(m[r][c]) > std::abs(m[pivot][c])) pivot = r;
    std::swap(m[c], m[pivot]);
    std::swap(result[c], result[pivot]);
    const real by = m[c][c];
    for (std::size_t k = 0; k < 5; ++k) m[c][k] /= by, result[c][k] /= by;
    for (std::size_t r = 0; r < 5; ++r) {
      if (r == c) continue;
      const real times = m[r][c];
      for (std::size_t k = 0; k < 5; ++k) m[r][k] -= times * m[c][k], result[r][k] -= times * result[c][k];
    }
  }
  return result;
}

matrix product(const matrix& a, const matrix& b) {
  matrix c{};
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j)
      for (std::size_t k = 0; k < 5; ++k) c[i][j] += a[i][k] * b[k][j];
  return c;
}

matrix sum_over(const runs& data, const vector& x, const std::function<real(real)>& weight) {
  matrix sum{};
  for (const auto& run : data) {
    const auto [r, g] = at(x, run);
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t j = 0; j < 5; ++j) sum[i][j] += weight(r) * g[i] * g[j];
  }
  return sum;
}

matrix by_definition(const sc::chinchilla<>& law, const runs& data, real delta, form kind) {
  const vector x{std::log(real(law.E)), std::log(real(law.A)), std::log(real(law.B)), real(law.alpha), real(law.beta)};
  const auto psi = [&](real r) { return std::min(std::max(r, -delta), delta); };
  matrix hessian = sum_over(data, x, [&](real r) { return std::abs(r) <= delta ? 1 : 0; });
  for (const auto& run : data) {
    const real slope = psi(at(x, run).residual), h = 1e-6L;
    for (std::size_t j = 0; j < 5; ++j) {
      vector up = x, down = x;
      up[j] += h, down[j] -= h;
      const auto above = at(up, run).gradient, below = at(down, run).gradient;
      for (std::size_t i = 0; i < 5; ++i) hessian[i][j] += slope * (above[i] - below[i]) / (2 * h);
    }
  }
  real squares = 0, inside = 0;
  for (const auto& run : data) {
    const real r = at(x, run).residual;
    squares += psi(r) * psi(r);
    inside += std::abs(r) <= delta;
  }
  const real n = static_cast<real>(data.size()), s2 = squares / (n - 5);
  matrix result;
  if (kind == form::sandwich) {
    const auto bread = inverse(hessian);
    return product(product(bread, sum_over(data, x, [&](real r) { return psi(r) * psi(r); })), bread);
  } else if (kind == form::likelihood) {
    result = inverse(hessian);
    for (auto& row : result)
      for (auto& entry : row) entry *= s2;
  } else {
    result = inverse(sum_over(data, x, [](real) { return 1; }));
    for (auto& row : result)
      for (auto& entry : row) entry *= s2 / ((inside / n) * (inside / n));
  }
  return result;
}

void check_definition(const sc::fit_result<sc::chinchilla<>>& result, const runs& data, form kind) {
  const auto* zone = std::get_if<sc::huber>(&result.options.criterion);
  const auto c = sc::covariance(result, data, kind);
  REQUIRE(c.status == sc::covariance_status::ok);
  const auto want = by_definition(result.law, data, zone ? real(zone->delta) : real(1e300L), kind);
  const auto got = c.matrix();
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j) {
      CAPTURE(i, j, got(int(i), int(j)));
      // Differences of gradients are good to h^2 = 1e-12 and rounding, 1e-19/h, times the condition number, some 1e7.
      CHECK(std::abs(got(int(i), int(j)) - double(want[i][j])) <
            1e-6 * std::sqrt(double(want[i][i]) * double(want[j][j])));
    }
}

}  // namespace

TEST_CASE("each form is what its definition says") {
  const auto data = noisy(0.003, 1, 0);
  const auto huber = sc::fit<sc::chinchilla>(data),
             wide = sc::fit<sc::chinchilla>(data, {.criterion = sc::huber{3e-3}}),
             squared = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
  check_definition(wide, data, form::sandwich);
  check_definition(wide, data, form::gauss_newton);
  check_definition(huber, data, form::gauss_newton);
  for (const auto kind : {form::sandwich, form::likelihood, form::gauss_newton}) check_definition(squared, data, kind);
  CHECK(sc::covariance(wide, data).in_quadratic_zone == wide.residuals.in_quadratic_zone);
  CHECK(sc::covariance(squared, data).in_quadratic_zone == data.size());
}

TEST_CASE("least squares: the standard errors are the scatter of many fits") {
  constexpr std::size_t tables = 400;
  sc::law_sample<sc::chinchilla<>> fits;
  std::array<double, 2> claimed{};
  const auto alpha = [](const auto& law) { return law.alpha; };
  const auto exponent = [](const auto& law) { return law.beta / (law.alpha + law.beta); };
  for (std::size_t i = 0; i < tables; ++i) {
    const auto data = noisy(0.001, 7, i);
    const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
    fits.laws.push_back(result.law);
    const auto c = sc::covariance(result, data, form::likelihood);
    claimed[0] += c.standard_error_of(alpha) / tables;
    claimed[1] += c.standard_error_of(exponent) / tables;
  }
  const double four = 4 / std::sqrt(2.0 * tables);  // standard errors of a standard deviation
  CHECK(std::abs(claimed[0] / fits.standard_error_of(alpha) - 1) < four);
  CHECK(std::abs(claimed[1] / fits.standard_error_of(exponent) - 1) < four);
}

TEST_CASE("the covariance does not depend on the unit of N and D, but for the intercepts") {
  auto data = noisy(0.003, 1, 3);
  const auto counts = sc::covariance(sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}}), data);
  for (auto& run : data) run.at.parameters /= 1e6, run.at.tokens /= 1e9;
  const auto units = sc::covariance(sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}}), data);
  for (const int k : {0, 3, 4}) CHECK(std::abs(units.matrix()(k, k) / counts.matrix()(k, k) - 1) < 1e-6);
  CHECK(units.matrix()(1, 1) < counts.matrix()(1, 1) / 10);
}

TEST_CASE("a coefficient at its bound is held, excluded and named") {
  const auto data = noisy(0.001, 1, 4);
  const auto result = sc::fit<sc::chinchilla>(data, {.bounds = {{"E", 0.0, 1.7}}});  // the floor is 1.82
  REQUIRE(result.at_bound.size() == 1);
  REQUIRE(result.at_bound[0].symbol == "E");
  const auto c = sc::covariance(result, data, form::gauss_newton);
  CHECK(c.status == sc::covariance_status::ok);
  CHECK(c.excluded == std::vector<std::string_view>{"E"});
  CHECK(std::isnan(c.standard_errors()[0]));
  CHECK(c.standard_errors()[3] > 0);
}

TEST_CASE("a fixed coefficient is excluded, and tied ones vary together") {
  const auto data = noisy(0.001, 1, 4);
  const auto exponent = [](const auto& law) { return law.beta / (law.alpha + law.beta); };
  const sc::squared criterion;
  const auto free = sc::covariance(sc::fit<sc::chinchilla>(data, {.criterion = criterion}), data, form::likelihood);
  const auto fixed = sc::covariance(sc::fit<sc::chinchilla>(data, {.fixed = {{"E", truth.E}}, .criterion = criterion}),
                                    data, form::likelihood);
  REQUIRE(fixed.status == sc::covariance_status::ok);
  CHECK(fixed.excluded == std::vector<std::string_view>{"E"});
  // To know E is to know more of alpha: its variance given E. The two laws differ by their errors.
  const auto v = free.matrix();
  const double given = std::sqrt(v(3, 3) - v(3, 0) * v(3, 0) / v(0, 0));
  CHECK(given < 0.9 * free.standard_errors()[3]);
  CHECK(std::abs(fixed.standard_errors()[3] / given - 1) < 0.1);

  const auto tied =
      sc::covariance(sc::fit<sc::chinchilla>(data, {.tied = {{"alpha", "beta"}}, .criterion = criterion}), data);
  REQUIRE(tied.status == sc::covariance_status::ok);
  CHECK(tied.excluded.empty());
  CHECK(tied.standard_errors()[3] == tied.standard_errors()[4]);
  CHECK(std::abs(tied.correlation()(3, 4) - 1) < 1e-12);
  CHECK(tied.standard_error_of(exponent) < 1e-12);
}

TEST_CASE("weights: frequencies are repetitions, and a known sigma is not estimated") {
  const auto data = noisy(0.003, 1, 5);
  runs repeated;
  sc::frequencies count;
  for (std::size_t i = 0; i < data.size(); ++i) {
    count.count.push_back(double(i % 3));
    for (std::size_t k = 0; k < i % 3; ++k) repeated.push_back(data[i]);
  }
  for (const auto kind : {form::sandwich, form::likelihood, form::gauss_newton}) {
    const auto once = sc::covariance(sc::fit<sc::chinchilla>(repeated, {.criterion = sc::squared{}}), repeated, kind);
    const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .weights = count});
    const auto counted = sc::covariance(result, data, kind);
    CHECK((once.matrix() - counted.matrix()).norm() < 1e-6 * once.matrix().norm());
  }
  const auto errors = [&](double sigma) {
    const sc::known_sigma known{std::vector<double>(data.size(), sigma)};
    const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .weights = known});
    return sc::covariance(result, data, form::likelihood).standard_errors()[3];
  };
  CHECK(std::abs(errors(0.006) / errors(0.003) - 2) < 1e-6);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
  const double estimated = sc::covariance(result, data, form::likelihood).standard_errors()[3];
  const double size = result.residuals.root_mean_square * std::sqrt(36.0 / 31);
  CHECK(std::abs(estimated / errors(size) - 1) < 1e-6);
}

TEST_CASE("runs given again with other weights were taken for errors that had been seen") {
  auto data = noisy(0.003, 1, 5);
  data = {data[0], data[7], data[14], data[21], data[35], data[0], data[14]};
  const std::vector<double> twice{1, 1, 1, 1, 1, 2, 3};
  for (const sc::run_weights& weights :
       {sc::run_weights{sc::equal_weights{}}, sc::run_weights{sc::frequencies{twice}},
        sc::run_weights{sc::relative_weights{twice}}, sc::run_weights{sc::known_sigma{twice}}}) {
    const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .weights = weights});
    CHECK(result.identified());
    CHECK(sc::covariance(result, data).status == sc::covariance_status::not_identified);
  }
}

TEST_CASE("the absolute error has no curvature") {
  const auto data = noisy(0.003, 1, 6);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::absolute{}});
  CHECK(sc::covariance(result, data).status == sc::covariance_status::not_smooth);
}

TEST_CASE("runs given twice counted twice in the quadratic zone, and absolute errors had standard errors of 1e-12") {
  const auto once = noisy(0.01, 1, 0);
  auto twice = once, some_twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  some_twice.insert(some_twice.end(), once.begin(), once.begin() + 18);
  for (const auto& data : {twice, some_twice}) {
    const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::absolute{}});
    CHECK(sc::covariance(result, data).status == sc::covariance_status::not_smooth);
  }
  const sc::frequencies two{std::vector<double>(once.size(), 2)};
  for (const double delta : {1e-5, 1e-8}) {
    const auto result = sc::fit<sc::chinchilla>(twice, {.criterion = sc::huber{delta}});
    CHECK(sc::covariance(result, twice).status == sc::covariance_status::not_smooth);
    CHECK(sc::covariance(result, twice, form::gauss_newton).status == sc::covariance_status::not_smooth);
    const auto counted = sc::fit<sc::chinchilla>(once, {.criterion = sc::huber{delta}, .weights = two});
    CHECK(sc::covariance(counted, once).status == sc::covariance_status::not_smooth);
  }
}

TEST_CASE("as many runs as coefficients, of known sigma, have the errors of their likelihood") {
  auto data = noisy(0.003, 1, 5);
  data = {data[0], data[7], data[14], data[21], data[35]};
  const sc::known_sigma known{std::vector<double>(5, 0.003)};
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .weights = known});
  CHECK(sc::covariance(result, data, form::likelihood).status == sc::covariance_status::ok);
  CHECK(sc::covariance(result, data).status == sc::covariance_status::not_identified);
}

TEST_CASE("a factor for overestimates names no density") {
  const auto data = noisy(0.01, 1, 0);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{4}});
  CHECK(sc::covariance(result, data).status == sc::covariance_status::ok);
  CHECK_THROWS_WITH(sc::covariance(result, data, form::likelihood),
                    Catch::Matchers::ContainsSubstring("needs the criterion squared with overestimates of 1"));
}

TEST_CASE("no more runs in the quadratic zone than coefficients had standard errors of any smallness") {
  const auto data = noisy(0.01, 1, 0);
  for (const double delta : {1e-5, 1e-8, 1e-16}) {
    const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::huber{delta}});
    CAPTURE(delta, result.residuals.in_quadratic_zone);
    REQUIRE(result.residuals.in_quadratic_zone <= 5);
    CHECK(sc::covariance(result, data).status == sc::covariance_status::not_smooth);
  }
}

TEST_CASE("what is not there is a status: one model size has no covariance") {
  runs data;
  for (const double D : {1e9, 2e9, 4e9, 8e9, 2e10, 4e10, 8e10})
    data.push_back({{1e9, D}, truth(1e9, D) * (1 + 1e-4 * D / 1e11)});
  const auto c = sc::covariance(sc::fit<sc::chinchilla>(data), data);
  CHECK(c.status == sc::covariance_status::not_identified);
  CHECK(std::isnan(c.matrix()(0, 0)));
}

TEST_CASE("other runs than those of the fit, and a likelihood that nobody named, are refused") {
  auto data = noisy(0.003, 1, 0);
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK_THROWS_WITH(sc::covariance(result, data, form::likelihood), ContainsSubstring("names a density"));
  data.pop_back();
  CHECK_THROWS_WITH(sc::covariance(result, data),
                    ContainsSubstring("number of observations = 35, must be the 36 of the fit"));
}

TEST_CASE("weights were read beyond their end where there are more runs than in the fit") {
  auto data = noisy(0.003, 1, 0);
  const std::vector<double> sigma(data.size(), 0.01);
  const auto result = sc::fit<sc::chinchilla>(data, {.weights = sc::known_sigma{sigma}});
  data.push_back(data.front());
  CHECK_THROWS_WITH(sc::covariance(result, data),
                    ContainsSubstring("scaling::covariance: number of weights.sigma = 36, must be the number of "
                                      "observations, 37"));
}

TEST_CASE("errors that differ by weight are not taken for alike") {
  const auto data = noisy(0.003, 1, 0);
  const std::vector<double> sigma(data.size(), 0.01);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .weights = sc::known_sigma{sigma}});
  CHECK_THROWS_WITH(sc::covariance(result, data, form::gauss_newton), ContainsSubstring("weights that say otherwise"));
}

TEST_CASE("as many runs as coefficients had standard errors of 1e-15") {
  auto data = noisy(0.01, 1, 0);
  decltype(data) five;
  for (const std::size_t i : {0u, 5u, 14u, 30u, 35u}) five.push_back(data[i]);
  const auto result = sc::fit<sc::chinchilla>(five);
  REQUIRE(result.free_count == 5);
  CHECK(sc::covariance(result, five).status == sc::covariance_status::not_identified);
}

TEST_CASE("so had as many distinct runs as coefficients, each of them twice") {
  const auto all = noisy(0.01, 1, 0);
  runs twice;
  for (const std::size_t i : {0U, 7U, 14U, 20U, 30U, 0U, 7U, 14U, 20U, 30U}) twice.push_back(all[i]);
  const auto result = sc::fit<sc::chinchilla>(twice, {.criterion = sc::squared{}});
  CHECK(sc::covariance(result, twice).status == sc::covariance_status::not_identified);
}

TEST_CASE("a normal interval is symmetric, 1.96 standard errors either way") {
  const auto data = noisy(0.003, 1, 0);
  const auto c = sc::covariance(sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}}), data);
  const auto alpha = [](const auto& law) { return law.alpha; };
  const auto interval = sc::normal_interval_of(c, alpha);
  CHECK(interval.width() / 2 == Approx(1.959963984540054 * c.standard_error_of(alpha)).epsilon(1e-12));
  CHECK((interval.lower + interval.upper) / 2 == Approx(c.law.alpha).epsilon(1e-12));
}

TEST_CASE("a level of 1 - epsilon/2 was refused by Boost in words of its own") {
  const auto data = noisy(0.003, 1, 0);
  const auto c = sc::covariance(sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}}), data);
  const auto alpha = [](const auto& law) { return law.alpha; };
  // sqrt(2) erfinv(1 - 2^-53), computed in 30 digits.
  CHECK(sc::normal_interval_of(c, alpha, 1 - 0x1p-53).width() / 2 ==
        Approx(8.29236107581359554 * c.standard_error_of(alpha)).epsilon(1e-12));
}

TEST_CASE("weights of 1e-200 underflowed in the sandwich, those of 1e200 overflowed") {
  const auto data = noisy(0.003, 1, 0);
  std::vector<double> weights;
  for (std::size_t i = 0; i < data.size(); ++i) weights.push_back(1 + double(i % 3));
  for (const auto& criterion : {sc::criterion(sc::huber{3e-3}), sc::criterion(sc::squared{})}) {
    const auto fitted = [&](double factor) {
      auto scaled = weights;
      for (double& weight : scaled) weight *= factor;
      return sc::fit<sc::chinchilla>(data, {.criterion = criterion, .weights = sc::relative_weights{scaled}});
    };
    const auto plain = fitted(1);
    for (const double factor : {0x1p-700, 1e-200, 3.0, 1e200}) {
      const auto result = fitted(factor);
      for (const auto kind : {form::sandwich, form::likelihood}) {
        if (kind == form::likelihood && !std::holds_alternative<sc::squared>(criterion)) continue;
        const auto want = sc::covariance(plain, data, kind), got = sc::covariance(result, data, kind);
        CAPTURE(factor, criterion.index(), int(kind), want.standard_errors(), got.standard_errors());
        REQUIRE(want.status == sc::covariance_status::ok);
        REQUIRE(got.status == sc::covariance_status::ok);
        CHECK((got.matrix() - want.matrix()).norm() < 1e-6 * want.matrix().norm());
      }
    }
  }
}

TEST_CASE("Epoch's runs: 39 of 240 carry the curvature, and the correlations are those known") {
  const auto file = support::reference_file("data/epoch_2024.csv");
  if (!file) return;
  const auto data = support::epoch_240(*file);
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK(sc::covariance(result, data).in_quadratic_zone == 39);
  const auto c = sc::covariance(result, data, form::gauss_newton);
  const auto r = c.correlation();
  // Of the Jacobian at the optimum, an independent computation printed them to these digits.
  CHECK(std::abs(r(1, 3) - 0.9991) < 5e-5);
  CHECK(std::abs(r(2, 4) - 0.9992) < 5e-5);
  const auto pairs = c.correlated(0.99);
  REQUIRE(pairs.size() == 2);
  CHECK((pairs[0].first == "B" && pairs[0].second == "beta"));
  CHECK((pairs[1].first == "A" && pairs[1].second == "alpha"));
}

TEST_CASE("a criterion that is none had standard errors") {
  const auto data = noisy(0.01, 1, 0);
  auto result = sc::fit<sc::chinchilla>(data);
  result.options.criterion = sc::huber{1e-3, -1};
  CHECK_THROWS_WITH(sc::covariance(result, data),
                    "scaling::covariance: criterion.overestimates = -1, must be positive and finite");
}
