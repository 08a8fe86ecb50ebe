// The library's own exp of many numbers at once, against that of long double.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <limits>

#include <scaling/fitting/pack.hpp>

#include "support/catch.hpp"

namespace {

/// The largest error of exp from one end of its range to the other, in units in the last place.
template <class T>
double largest_error() {
  using by_lanes = scaling::detail::packs<T>;
  constexpr int steps = 100000;
  double worst = 0;
  for (int i = -steps; i <= steps; ++i) {
    const T x = by_lanes::tame * static_cast<T>(i) / T(steps);
    const auto result = by_lanes::exp(by_lanes::all(x));
    const long double wanted = std::exp(static_cast<long double>(x));
    const T near = static_cast<T>(wanted), unit = std::nextafter(near, std::numeric_limits<T>::infinity()) - near;
    for (std::size_t lane = 0; lane < by_lanes::lanes; ++lane) {
      const long double error = std::abs(static_cast<long double>(by_lanes::lane(result, lane)) - wanted);
      worst = std::max(worst, static_cast<double>(error / static_cast<long double>(unit)));
    }
  }
  return worst;
}

}  // namespace

TEMPLATE_TEST_CASE("exp of a pack is right to one unit in the last place", "", float, double, long double) {
  CHECK(largest_error<TestType>() <= 1);
}

TEMPLATE_TEST_CASE("exp of a pack takes each lane for itself", "", float, double, long double) {
  using by_lanes = scaling::detail::packs<TestType>;
  typename by_lanes::pack x{};
  for (std::size_t lane = 0; lane < by_lanes::lanes; ++lane)
    by_lanes::lane(x, lane) = static_cast<TestType>(lane) * TestType(3) - TestType(7);
  const auto result = by_lanes::exp(x);
  for (std::size_t lane = 0; lane < by_lanes::lanes; ++lane)
    CHECK(by_lanes::lane(result, lane) == Approx(std::exp(by_lanes::lane(x, lane))).epsilon(1e-6));
}

TEMPLATE_TEST_CASE("exp of 0 is 1, and of what is beyond its range the end of it", "", float, double, long double) {
  using by_lanes = scaling::detail::packs<TestType>;
  CHECK(by_lanes::lane(by_lanes::exp(by_lanes::all(0)), 0) == 1);
  const TestType infinity = std::numeric_limits<TestType>::infinity();
  const TestType last = by_lanes::lane(by_lanes::exp(by_lanes::tamed(by_lanes::all(infinity))), 0);
  const TestType first = by_lanes::lane(by_lanes::exp(by_lanes::tamed(by_lanes::all(-infinity))), 0);
  CHECK(last * last <= std::numeric_limits<TestType>::max());
  CHECK(first * first >= std::numeric_limits<TestType>::min());
}
