// A coefficient that is fitted as itself has a unit, and no answer may depend on which.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include <scaling/core/cmath.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/agreement.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/profile.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/loss_model.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Approx;

namespace {

/// A loss that falls by k for each FLOP, wherever it is.
template <class T = double>
struct sloping {
  using real_type = T;
  using input_type = sc::compute_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "sloping", formula = "E + A/C^alpha - k C";

  T E, A, alpha, k;

  constexpr T operator()(const input_type& at) const {
    using sc::cmath::pow;
    return E + A * pow(at.flops, -alpha) - k * at.flops;
  }
  bool operator==(const sloping&) const = default;

  static constexpr auto coefficients() {
    using row = sc::coefficient<sloping>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &sloping::E, sc::scale::log, 0, infinity, sc::enters::linearly, {-1, 1, 3}},
                      row{"A", &sloping::A, sc::scale::log, 0, infinity, sc::enters::linearly, {0, 25, 5}},
                      row{"alpha", &sloping::alpha, sc::scale::linear, 0, 2, sc::enters::nonlinearly, {0, 1, 3}},
                      row{"k", &sloping::k, sc::scale::linear, -infinity, infinity, sc::enters::linearly, {0, 1e-18, 3}}};
  }
};

/// Forty runs up to `most` FLOP, where the slope takes a third of a nat away.
template <class T>
std::vector<sc::observation<sc::compute_run<T>>> table(double most) {
  sc::philox_stream random(3, 0);
  std::vector<sc::observation<sc::compute_run<T>>> runs;
  for (int i = 0; i < 40; ++i) {
    const double C = most * std::pow(1e-6, i / 39.0);
    const double loss = sloping<>{1.7, 3 * std::pow(most, 0.14), 0.14, 0.3 / most}({C});
    runs.push_back({{static_cast<T>(C)}, static_cast<T>(loss * std::exp(0.005 * random.normal()))});
  }
  return runs;
}

template <class T>
struct answers {
  double statistic, p_value, lower, upper, correlation;
  int freedom;

  explicit answers(double most) {
    const auto runs = table<T>(most);
    const auto result = sc::fit<sloping>(runs, {.criterion = sc::squared{}});
    const auto covariance = sc::covariance(result, runs);
    auto other = result.law;
    other.k *= T(1.5);
    const auto test = sc::wald_test(covariance, other);
    const auto interval = sc::profile(result, runs, "k").interval;
    statistic = static_cast<double>(test.statistic);
    p_value = static_cast<double>(test.p_value);
    freedom = test.degrees_of_freedom;
    lower = static_cast<double>(interval.lower) * most;
    upper = static_cast<double>(interval.upper) * most;
    correlation = static_cast<double>(covariance.correlation()(3, 2));
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a test of a slope in small units found no difference, its profile no end, float a false correlation",
                   "", float, double) {
  const answers<double> want(1e18);
  CHECK((want.freedom == 4 && want.p_value < 1e-6 && want.lower < 0.3 && want.upper > 0.3));
  constexpr double rounding = std::is_same_v<TestType, float> ? 1e-3 : 1e-6;  // of the losses, over their scatter
  for (const double most : {1e15, 1e20, 1e22, 1e25}) {
    CAPTURE(most);
    const answers<TestType> got(most);
    CHECK(got.freedom == 4);
    CHECK(got.statistic == Approx(want.statistic).epsilon(rounding));
    CHECK(got.lower == Approx(want.lower).epsilon(rounding));
    CHECK(got.upper == Approx(want.upper).epsilon(rounding));
    CHECK(got.correlation == Approx(want.correlation).epsilon(rounding));
  }
}

TEST_CASE("replicates of a law with a slope in small units stayed where they began") {
  const auto errors = [](double most) {
    const auto runs = table<double>(most);
    const auto result = sc::fit<sloping>(runs, {.criterion = sc::squared{}});
    const auto sample = sc::bootstrap(result, runs, {.replicates = 40, .threads = 1});
    CHECK(sample.failed.empty());
    const auto single =
        sc::fit<sloping>(runs, {.start = result.law, .criterion = sc::squared{}, .search = sc::search::single});
    CHECK(single.objective == Approx(result.objective).epsilon(1e-9));
    auto in_units = sample.covariance().standard_errors();
    in_units[3] *= most;
    return in_units;
  };
  const auto want = errors(1e18), got = errors(1e22);
  for (const std::size_t k : {0U, 2U, 3U}) CHECK(got[k] == Approx(want[k]).epsilon(1e-3));
}
