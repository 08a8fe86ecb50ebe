// The delta method: standard errors of functions of a law from a covariance of its coefficients.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <random>

#include <scaling/chinchilla.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/search.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Approx;

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

/// The gradient of f in the coordinates log E, log A, log B, alpha, beta, exact by dual numbers.
template <class F>
covariance::vector_type gradient(F f) {
  using jet = sc::dual<double, 5>;
  covariance::vector_type result;
  const sc::chinchilla<jet> wide{exp(jet::variable(std::log(law.E), 0)), exp(jet::variable(std::log(law.A), 1)),
                                 exp(jet::variable(std::log(law.B), 2)), jet::variable(law.alpha, 3),
                                 jet::variable(law.beta, 4)};
  const jet value = f(wide);
  for (int k = 0; k < 5; ++k) result[k] = value.gradient[std::size_t(k)];
  return result;
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

TEST_CASE("differences along the columns are as good as exact gradients") {
  const auto c = collinear();
  const auto check = [&](const auto& f) {
    const double want = (c.factor.transpose() * gradient(f)).norm();
    CHECK(off(c.standard_error_of(f), want) < 1e-9);  // h^4 of the step, 1e-10, and rounding over it, some 1e-12
  };
  check([](const auto& l) { return l.beta / (l.alpha + l.beta); });
  check([](const auto& l) { return l.A; });
  check([](const auto& l) { return l(1e12, 2e13); });
  check([](const auto& l) { return log(l(6e8, 2e10)); });  // what the data determine best: 0.01 of 0.2
}

TEST_CASE("a plan in closed form and a plan by search have the same standard error") {
  const auto c = collinear();
  const auto closed = [](const law_type& l) { return std::log(sc::compute_optimal(l, 1e25).tokens); };
  const auto searched = [](const law_type& l) {
    const sc::detail::searched_path<law_type> path(l, {}, "test");
    const double units = std::log(1e25 / 6);
    return std::log(path.tokens(units, path.log_parameters(units).x));
  };
  // By hand: log D = alpha/(alpha + beta) log(C/6) - log(alpha A/(beta B))/(alpha + beta).
  const auto by_hand = [](const auto& l) {
    return (l.alpha * std::log(1e25 / 6) - log(l.alpha * l.A / (l.beta * l.B))) / (l.alpha + l.beta);
  };
  const double want = (c.factor.transpose() * gradient(by_hand)).norm();
  CHECK(off(c.standard_error_of(closed), want) < 1e-9);
  CHECK(off(c.standard_error_of(searched), want) < 1e-9);
}

TEST_CASE("a function that the data determine keeps its digits however collinear its coefficients are") {
  // A term of which only the value at the centre is known, to 1e-6, and its slope not at all.
  covariance c{law, covariance::matrix_type::Zero()};
  c.factor(1, 0) = 1e-6;
  c.factor(1, 1) = std::log(6e8) * 10;
  c.factor(3, 1) = 10;
  const auto centre = [](const auto& l) { return std::log(l.A) - l.alpha * std::log(6e8); };
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

  c.factor.row(0).setZero();
  c.excluded = {"E"};
  CHECK(std::isnan(c.standard_errors()[0]));
  CHECK(c.standard_error_of([](const auto& l) { return l.E; }) == 0);  // as if it were known
  CHECK(c.correlated(0.9).size() == 2);

  c.status = sc::covariance_status::not_identified;
  CHECK(std::isnan(c.standard_error_of([](const auto& l) { return l.alpha; })));
}
