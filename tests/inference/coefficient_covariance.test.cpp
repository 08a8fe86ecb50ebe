// The delta method: standard errors of functions of a law from a covariance of its coefficients.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <random>

#include <scaling/chinchilla.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/muennighoff.hpp>
#include <scaling/planning.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/disguised.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;
using Catch::Approx;
using support::disguised;
using support::operator""_any;

namespace {

using law_type = sc::chinchilla<>;
using covariance = sc::coefficient_covariance<law_type>;
constexpr law_type law = sc::published::besiroglu_2024<double>;

double off(double got, double want) { return std::abs(got / want - 1); }

/// Some covariance in which the intercepts correlate with the exponents as on real runs: of log A at the middle of the
/// data and alpha, taken to log A itself.
covariance collinear() {
  covariance c{law, covariance::matrix_type::Zero()};
  std::mt19937 bits(1);
  std::uniform_real_distribution<double> u(-0.01, 0.01);
  for (int a = 0; a < 5; ++a)
    for (int b = 0; b < 5; ++b) c.factor(a, b) = u(bits);
  c.factor.row(1) += std::log(6e8) * c.factor.row(3);
  c.factor.row(2) += std::log(2e10) * c.factor.row(4);
  return c;
}

/// d f along column j of the factor, for each j, by differences in long double: right to some 1e-13.
template <template <class> class Law, class T, class F>
Eigen::VectorXd differences(const sc::coefficient_covariance<Law<T>>& c, const F& f) {
  constexpr auto table = Law<long double>::coefficients();
  Eigen::VectorXd slopes(c.factor.cols());
  for (int j = 0; j < c.factor.cols(); ++j) {
    const long double h = 1e-3L / static_cast<long double>(c.factor.col(j).cwiseAbs().maxCoeff());
    const auto at = [&](long double t) {
      Law<long double> moved{};
      for (std::size_t k = 0; k < table.size(); ++k) {
        const auto value = static_cast<long double>(c.law.*Law<T>::coefficients()[k].member);
        const auto by = t * h * static_cast<long double>(c.factor(static_cast<int>(k), j));
        moved.*table[k].member = table[k].scale == sc::scale::log ? value * std::exp(by) : value + by;
      }
      return f(moved);
    };
    const auto slope = [&](long double t) { return (8 * (at(t) - at(-t)) - (at(2 * t) - at(-2 * t))) / (12 * t * h); };
    slopes[j] = static_cast<double>(slope(1) + (slope(1) - slope(2)) / 15);
  }
  return slopes;
}

}  // namespace

TEST_CASE("the standard error of the exponent is that of the published standard errors") {
  covariance c{law, covariance::matrix_type::Zero()};
  c.factor(3, 3) = 0.0154;
  c.factor(4, 4) = 0.0206;
  const auto exponent = [](const auto& l) { return l.beta / (l.alpha + l.beta); };
  // (alpha^2 var(beta) + beta^2 var(alpha)) / (alpha + beta)^4 = 0.017898^2, to the digits given.
  CHECK(std::abs(c.standard_error_of(exponent) - 0.017898) < 5e-7);
  CHECK(c.standard_error_of([](const auto& l) { return l.alpha; }) == Approx(0.0154).epsilon(1e-12));
  CHECK(c.standard_error_of([](const auto&) { return 3.0; }) == 0);
}

TEST_CASE("a standard error is that by differences") {
  const auto c = collinear();
  const auto check = [&](const auto& f) { CHECK(off(c.standard_error_of(f), differences(c, f).norm()) < 1e-11); };
  using sc::cmath::log;
  check([](const auto& l) { return l.beta / (l.alpha + l.beta); });
  check([](const auto& l) { return l.A; });
  check([](const auto& l) { return l(1e12_any, 2e13_any); });
  check([](const auto& l) { return log(l(6e8_any, 2e10_any)); });  // what the data determine best: 0.01 of 0.2
  check([](const auto& l) { return log(sc::compute_optimal(l, 1e25_any).tokens); });
  check([](const auto& l) { return sc::inference_aware(l, 2.0_any, 1e13_any).parameters; });  // a search
}

TEST_CASE("a plan in closed form and a plan by search have the same standard error, which is the one by hand") {
  const auto c = collinear();
  const sc::coefficient_covariance<disguised<sc::chinchilla>> unknown{disguised<sc::chinchilla>(law), c.factor};
  const auto plan = [](const auto& l) { return sc::cmath::log(sc::compute_optimal(l, 1e25).tokens); };
  // log D = alpha/(alpha + beta) log(C/6) - log(alpha A/(beta B))/(alpha + beta)
  const auto [E, A, B, alpha, beta] = law;
  const double s = alpha + beta, units = std::log(1e25 / 6), log_D = plan(law);
  const covariance::vector_type gradient{{0, -1 / s, 1 / s, (units - 1 / alpha - log_D) / s, (1 / beta - log_D) / s}};
  const double want = (c.factor.transpose() * gradient).norm();
  CHECK(off(c.standard_error_of(plan), want) < 1e-12);
  CHECK(off(unknown.standard_error_of(plan), want) < 1e-12);
  const auto for_loss = [](const auto& l) { return sc::cmath::log(sc::compute_optimal_for_loss(l, 2).flops); };
  CHECK(off(unknown.standard_error_of(for_loss), c.standard_error_of(for_loss)) < 1e-12);
}

TEST_CASE("a plan with limited tokens has a standard error, also where these hold it at one epoch") {
  using repeated = sc::coefficient_covariance<sc::muennighoff<>>;
  repeated c{sc::published::muennighoff_2023<>, repeated::matrix_type::Zero()};
  c.factor.topLeftCorner(5, 5) = collinear().factor;
  c.factor.diagonal().tail(2).setConstant(0.3);
  const auto many = [](const auto& l) { return sc::compute_optimal(l, 1e22_any, 25e9_any).epochs; };
  CHECK(off(c.standard_error_of(many), differences(c, many).norm()) < 1e-10);
  const auto once = [](const auto& l) { return sc::compute_optimal(l, 9.5e20_any, 25e9_any, {6, 0.7, 1.3}).epochs; };
  CHECK(once(c.law) == 1);
  CHECK(c.standard_error_of(once) == 0);
}

TEST_CASE("in float a standard error has its digits too") {
  const auto c = collinear();
  const sc::coefficient_covariance<sc::chinchilla<float>> narrow{sc::published::besiroglu_2024<float>,
                                                                 c.factor.cast<float>()};
  const auto plan = [](const auto& l) { return sc::cmath::log(sc::compute_optimal(l, 1e25F).tokens); };
  CHECK(off(double(narrow.standard_error_of(plan)), c.standard_error_of(plan)) < 1e-5);
}

TEST_CASE("a function that the data determine keeps its digits however collinear its coefficients are") {
  // A term of which only the value at the centre is known, to 1e-6, and its slope not at all.
  covariance c{law, covariance::matrix_type::Zero()};
  c.factor(1, 0) = 1e-6;
  c.factor(1, 1) = std::log(6e8) * 10;
  c.factor(3, 1) = 10;
  const auto centre = [](const auto& l) { return sc::cmath::log(l.A) - l.alpha * std::log(6e8); };
  CHECK(off(c.standard_error_of(centre), 1e-6) < 1e-4);
}

TEST_CASE("correlations are named, and coefficients that do not vary say so") {
  auto c = collinear();
  const auto pairs = c.correlated(0.9);
  REQUIRE(pairs.size() == 2);
  CHECK((pairs[0].first == "A" || pairs[0].first == "B"));
  CHECK(std::abs(pairs[0].correlation) >= std::abs(pairs[1].correlation));
  CHECK(std::abs(pairs[1].correlation) > 0.9);
  CHECK(c.correlation().diagonal().isOnes(1e-14));
  CHECK(off(c.standard_errors()[1], law.A * c.factor.row(1).norm()) < 1e-14);

  auto opposed = c;
  opposed.factor.row(1) *= -1;
  REQUIRE(opposed.correlated(0.9).size() == 2);
  CHECK(opposed.correlated(0.9)[0].correlation * opposed.correlated(0.9)[1].correlation < 0);

  c.factor.row(0).setZero();
  c.excluded = {"E"};
  CHECK(std::isnan(c.standard_errors()[0]));
  CHECK(c.standard_error_of([](const auto& l) { return l.E; }) == 0);  // as if it were known
  CHECK(c.correlated(0.9).size() == 2);

  c.status = sc::covariance_status::not_identified;
  CHECK(std::isnan(c.standard_error_of([](const auto& l) { return l.alpha; })));
}
