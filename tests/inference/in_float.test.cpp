// Inference in float on laws of one input, and on a law that float does not hold.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/agreement.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/profile.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/power_law.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

/// A fit of a law of one input in float, and what inference makes of it, against the same in double.
template <template <class> class Law>
void check_in_float() {
  using input_type = typename Law<float>::input_type;
  sc::philox_stream random(1, 0);
  std::vector<sc::observation<input_type>> data;
  std::vector<sc::observation<typename Law<double>::input_type>> in_double;
  for (float x = 1e6F; x < 1e11F; x *= 2) {
    data.push_back({{x}, static_cast<float>(40 * std::pow(double(x), -0.08) * std::exp(0.01 * random.normal()))});
    in_double.push_back({{double(x)}, double(data.back().loss)});
  }
  const auto result = sc::fit<Law>(data, {.criterion = sc::squared{}});
  const auto wide = sc::fit<Law>(in_double, {.criterion = sc::squared{}});
  CHECK(result.law == sc::detail::law_in<float>(wide.law));
  CHECK(sc::covariance(result, data).factor == sc::covariance(wide, in_double).factor.template cast<float>());
  CHECK(sc::profile(result, data, "alpha").interval.upper ==
        float(sc::profile(wide, in_double, "alpha").interval.upper));
  CHECK(sc::bootstrap(result, data, {.replicates = 2}).laws[1] ==
        sc::detail::law_in<float>(sc::bootstrap(wide, in_double, {.replicates = 2}).laws[1]));
  CHECK(sc::wald_test(sc::bootstrap(wide, in_double, {.replicates = 9}).covariance(), wide.law).degrees_of_freedom >=
        2);
  CHECK(sc::jackknife(result, data).laws[3] == sc::detail::law_in<float>(sc::jackknife(wide, in_double).laws[3]));
}

}  // namespace

TEST_CASE("laws of one input could not be fitted to runs in float") {
  check_in_float<sc::loss_of_compute>();
  check_in_float<sc::pure_loss_of_tokens>();
}

TEST_CASE("a covariance in float about a law that is beyond float was ok") {
  std::vector<sc::observation<sc::training_run<float>>> runs;
  for (const double N : {1e8, 1.3e8, 1.7e8, 2.2e8, 3e8})
    for (const double D : {1e9, 3e9, 1e10, 3e10}) {
      const double noise = 0.0005 * (static_cast<double>(runs.size() * 37 % 11) - 5);
      const double loss = 1.8 + 0.1 * std::pow(N / 1e8, -5) + 1200 * std::pow(D, -0.35);  // A is 1e39
      runs.push_back({{float(N), float(D)}, float(loss * std::exp(noise))});
    }
  const auto result = sc::fit<sc::chinchilla>(runs, {.criterion = sc::squared{}});
  REQUIRE(std::isinf(result.law.A));
  CHECK_FALSE(result.converged());
  const auto covariance = sc::covariance(result, runs);
  CHECK(covariance.status == sc::covariance_status::not_finite);
  CHECK(std::isnan(covariance.standard_error_of([](const auto& law) { return law.alpha; })));
}
