// What a sample of laws says of functions of the law.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/inference/agreement.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/inference/random.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

using sample_type = sc::law_sample<sc::chinchilla<>>;

/// Laws whose log A and alpha lie on a line, but for a thousandth.
sample_type sample(std::size_t count) {
  sample_type result;
  sc::philox_stream random(1, 2);
  for (std::size_t i = 0; i < count; ++i) {
    const double alpha = 0.35 + 0.015 * random.normal(), beta = 0.37 + 0.02 * random.normal();
    result.laws.push_back({1.8 * std::exp(0.01 * random.normal()),
                           std::exp(6 + 20 * (alpha - 0.35) + 0.0003 * random.normal()),
                           std::exp(7 + 23 * (beta - 0.37) + 0.0004 * random.normal()), alpha, beta});
  }
  return result;
}

constexpr auto alpha = [](const auto& law) { return law.alpha; };

struct posterior {  // a user's own
  std::vector<sc::chinchilla<>> laws;
};
static_assert(sc::sample_of_laws<posterior> && sc::sample_of_laws<sample_type> && !sc::sample_of_laws<int>);

}  // namespace

TEST_CASE("standard errors and intervals are those of the values") {
  sample_type three{{{1, 1, 1, 0.2, 0.3}, {1, 1, 1, 0.3, 0.3}, {1, 1, 1, 0.7, 0.3}}};
  CHECK(three.standard_error_of(alpha) == Approx(std::sqrt((0.04 + 0.01 + 0.09) / 2)).epsilon(1e-14));
  CHECK(three.interval_of(alpha, 0.5).lower == Approx(0.25).epsilon(1e-14));
  CHECK(three.interval_of(alpha, 0.5).upper == Approx(0.5).epsilon(1e-14));
  CHECK(sc::values_of(three, alpha) == std::vector<double>{0.2, 0.3, 0.7});
  CHECK(std::isnan(sample_type{{three.laws[0]}}.standard_error_of(alpha)));
}

TEST_CASE("the standard error of a small scatter in float was eleven times as large, by a mean that was off") {
  sc::law_sample<sc::chinchilla<float>> many;
  for (int i = 0; i < 100000; ++i) many.laws.push_back({i % 2 == 0 ? 1.8172F : 1.8174F, 1, 1, 0.3F, 0.3F});
  const double half = (double(1.8174F) - double(1.8172F)) / 2;
  CHECK(many.standard_error_of([](const auto& law) { return law.E; }) == Approx(half).epsilon(1e-5));
  sample_type alike;
  for (int i = 0; i < 1000; ++i) alike.laws.push_back({1.7, 1, 1, 0.3, 0.3});
  CHECK(alike.standard_error_of(alpha) == 0);
  sample_type huge;
  for (int i = 0; i < 5; ++i) huge.laws.push_back({i == 0 ? 1.7e308 : 0, 1, 1, 0.3, 0.3});
  const double error = huge.standard_error_of([](const auto& law) { return law.E; });
  CHECK(error / 1e300 == Approx(1.7e8 / std::sqrt(5)).epsilon(1e-14));
}

TEST_CASE("the standard error of a budget was infinite in float, where the squares of deviations overflow") {
  const sc::law_sample<sc::chinchilla<float>> two{{{1, 1, 1, 0.2F, 0.3F}, {1, 1, 1, 0.3F, 0.3F}}};
  const float error = two.standard_error_of([](const auto& law) { return 1e22F * law.alpha; });
  CHECK(error == Approx(1e21 * std::sqrt(0.5)).epsilon(1e-6));
}

TEST_CASE("the covariance is the mean product of deviations, and a minor axis keeps its digits") {
  const auto s = sample(500);
  const auto c = s.covariance();
  REQUIRE(c.status == sc::covariance_status::ok);
  sc::detail::coordinate_vector<sc::chinchilla<>> mean;
  mean.setZero();
  for (const auto& law : s.laws) mean += sc::detail::fitted_coordinates(law) / 500;
  sc::detail::coordinate_matrix<sc::chinchilla<>> plain;
  plain.setZero();
  for (const auto& law : s.laws) {
    const auto d = (sc::detail::fitted_coordinates(law) - mean).eval();
    plain += d * d.transpose() / 499;
  }
  CHECK((c.matrix() - plain).cwiseAbs().maxCoeff() < 1e-14 * plain.cwiseAbs().maxCoeff());
  CHECK((sc::detail::fitted_coordinates(c.law) - mean).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(c.correlated(0.99).size() == 2);

  // Linear in the coordinates, so the delta method is exact: the distance from the line, a thousandth of what it is of.
  const auto distance = [](const auto& law) { return sc::cmath::log(law.A) - 20 * law.alpha; };
  CHECK(std::abs(c.standard_error_of(distance) / s.standard_error_of(distance) - 1) < 1e-9);
}

TEST_CASE("a sample in which a term has vanished has no covariance of logs, and says so") {
  auto s = sample(100);
  s.laws[17].A = 0;
  const auto c = s.covariance();
  CHECK(c.status == sc::covariance_status::not_finite);
  CHECK(std::isnan(c.standard_error_of(alpha)));
  CHECK(s.standard_error_of(alpha) > 0);
  CHECK_THROWS_WITH(sample(5).covariance(), ContainsSubstring("number of laws = 5, must be above"));
}

TEST_CASE("a coefficient that no law of a sample moves varied by the rounding of its mean") {
  for (const double E : {0.0, 1.69, 1.7, 1.75, 1.8}) {
    CAPTURE(E);
    auto s = sample(300);
    for (auto& law : s.laws) law.E = E;
    const auto c = s.covariance();
    REQUIRE(c.status == sc::covariance_status::ok);
    CHECK(c.excluded == std::vector<std::string_view>{"E"});
    CHECK(c.law.E == E);
    CHECK(std::isnan(c.standard_errors()[0]));
    CHECK(c.standard_error_of(alpha) == Approx(s.standard_error_of(alpha)).epsilon(1e-12));
    CHECK(sc::wald_test(c, c.law).degrees_of_freedom == 4);
    for (auto& law : s.laws) law.beta = law.alpha;
    CHECK(sc::wald_test(s.covariance(), c.law).degrees_of_freedom == 3);
    for (auto& law : s.laws) law.B = law.A;
    CHECK(sc::wald_test(s.covariance(), c.law).degrees_of_freedom == 2);
  }
}

TEST_CASE("Wald's test of a sample in float took a direction that is determined for a tie") {
  // Log A and alpha on a line but for a part in ten thousand, as from sizes within a factor of two.
  sample_type in_double;
  sc::law_sample<sc::chinchilla<float>> in_float;
  sc::philox_stream random(1, 3);
  for (int i = 0; i < 400; ++i) {
    const double x = 0.1 * random.normal(), y = 0.1 * random.normal();
    const sc::chinchilla<float> law{static_cast<float>(1.8 * std::exp(0.01 * random.normal())),
                                    static_cast<float>(std::exp(6 + 20 * x + 1e-5 * random.normal())),
                                    static_cast<float>(std::exp(7 + 23 * y + 1e-5 * random.normal())),
                                    static_cast<float>(0.35 + x), static_cast<float>(0.37 + y)};
    in_float.laws.push_back(law);
    in_double.laws.push_back(sc::detail::law_in<double>(law));
  }
  auto other = in_double.laws[0];
  other.A *= 1.0001;
  const auto right = sc::wald_test(in_double.covariance(), other);
  const auto test = sc::wald_test(in_float.covariance(), sc::detail::law_in<float>(other));
  REQUIRE(right.degrees_of_freedom == 5);
  CHECK(test.degrees_of_freedom == 5);
  CHECK(test.statistic == Approx(right.statistic).epsilon(0.05));  // a factor in float, over a minor axis of 1e-5

  for (auto& law : in_float.laws) law.beta = law.alpha, law.B = law.A;
  const auto tied = in_float.covariance();
  CHECK(sc::wald_test(tied, tied.law).degrees_of_freedom == 3);
  CHECK(sc::wald_test(tied, tied.law).p_value == 1);
}
