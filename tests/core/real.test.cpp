// What counts as a positive, a non-negative and a finite number, at the borders.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/real.hpp>

#include <limits>

#include "support/catch.hpp"

TEMPLATE_TEST_CASE("Zero is not negative, infinity and NaN are not finite", "", float, double, long double) {
  using limits = std::numeric_limits<TestType>;
  for (const TestType x : {limits::denorm_min(), TestType(1), limits::max()}) {
    CHECK((scaling::positive_finite(x) && scaling::non_negative_finite(x)));
    CHECK_FALSE((scaling::positive_finite(-x) || scaling::non_negative_finite(-x)));
  }
  CHECK_FALSE(scaling::positive_finite(TestType(0)));
  CHECK(scaling::non_negative_finite(TestType(0)));
  for (const TestType x : {limits::infinity(), -limits::infinity(), limits::quiet_NaN()})
    CHECK_FALSE((scaling::positive_finite(x) || scaling::non_negative_finite(x)));
}
