// Inference in float and long double: the numbers of double, to what the scalar can hold.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/agreement.hpp>
#include <scaling/inference/bca.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/forecast.hpp>
#include <scaling/inference/profile.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

/// Runs whose sizes and losses all scalars hold exactly.
template <class T>
auto table() {
  sc::philox_stream random(1, 0);
  std::vector<sc::observation<sc::training_run<T>>> result;
  for (const float N : {1e8F, 3e8F, 7e8F, 1e9F, 3e9F, 7e9F, 1e10F})
    for (const float ratio : {5.0F, 10.0F, 20.0F, 40.0F}) {
      const float D = ratio * N;
      const double loss = sc::published::besiroglu_2024<double>(double(N), double(D));
      result.push_back({{T(N), T(D)}, T(static_cast<float>(loss * std::exp(0.003 * random.normal())))});
    }
  return result;
}

struct answers {
  double alpha, plan_error, replicate, interval, delta, wald, profile, forecast, bca;
};

template <class T>
answers infer() {
  const auto data = table<T>();
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
  const auto sample = sc::bootstrap(result, data, {.replicates = 50, .seed = 3});
  const auto alpha = [](const auto& law) { return law.alpha; };
  const auto plan = [](const auto& law) { return sc::cmath::log(sc::compute_optimal(law, T(1e22)).tokens); };
  const auto covariance = sc::covariance(result, data);
  const auto other = sc::published::hoffmann_2022<T>;
  const auto left_out = sc::jackknife(result, data);
  return {
      double(result.law.alpha),
      double(covariance.standard_error_of(plan)),
      double(sample.laws[7].alpha),
      double(sample.interval_of(plan, 0.8).upper),
      double(sc::normal_interval_of(covariance, alpha).lower),
      double(sc::wald_test(covariance, other).statistic),
      double(sc::profile(result, data, "alpha").interval.upper),
      double(sc::forecast(result, sample, {T(1e11), T(2e12)}).interval.lower),
      double(sc::bca_interval(sc::values_of(sample, alpha), result.law.alpha, sc::values_of(left_out, alpha)).upper)};
}

void check_close(const answers& got, const answers& want, double tolerance) {
  const auto off = [](double a, double b) { return std::abs(a / b - 1); };
  CHECK(off(got.alpha, want.alpha) < tolerance);
  CHECK(off(got.plan_error, want.plan_error) < tolerance);
  CHECK(off(got.replicate, want.replicate) < tolerance);
  CHECK(off(got.interval, want.interval) < tolerance);
  CHECK(off(got.delta, want.delta) < tolerance);
  CHECK(off(got.wald, want.wald) < 100 * tolerance);  // the inverse of a covariance with a condition number of 1e4
  CHECK(off(got.profile, want.profile) < tolerance + 1e-7);
  CHECK(off(got.forecast, want.forecast) < tolerance);
  CHECK(off(got.bca, want.bca) < tolerance);
}

}  // namespace

TEST_CASE("inference says the same in float, double and long double") {
  const auto wanted = infer<double>();
  check_close(infer<float>(), wanted, 1e-5);
  check_close(infer<long double>(), wanted, 1e-7);
}

TEMPLATE_TEST_CASE("runs other than those of the fit were fitted in their place, in float, and by a profile", "", float,
                   double, long double) {
  auto data = table<TestType>();
  const auto result = sc::fit<sc::chinchilla>(data);
  const auto counted = sc::fit<sc::chinchilla>(data, {.weights = sc::frequencies{std::vector<double>(28, 2)}});
  CHECK(sc::profile(counted, data, "alpha").upper_determined);
  const auto refuse = [&](const std::string& others) {
    CHECK_THROWS_WITH(sc::covariance(result, data), "scaling::covariance: " + others);
    CHECK_THROWS_WITH(sc::profile(result, data, "alpha"), "scaling::profile: " + others);
    CHECK_THROWS_WITH(sc::bootstrap(result, data), "scaling::bootstrap: " + others);
    CHECK_THROWS_WITH(sc::jackknife(result, data), "scaling::jackknife: " + others);
  };
  const auto largest = result.range[0].to;
  for (auto& run : data)
    if (run.at.parameters == largest) run.at.parameters = TestType(1e20L);
  refuse("largest parameters = 1e+20, must be the " + sc::detail::text_of(largest) + " of the fit");
  data.resize(20);
  refuse("number of observations = 20, must be the 28 of the fit");
}
