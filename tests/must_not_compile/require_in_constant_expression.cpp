// A boundary check that fails is an exception at run time, and so an error in a constant expression.
// expect: refuse
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/error.hpp>

constexpr double checked(double tokens) {
  scaling::detail::require(tokens > 0, "example", "tokens", tokens, "positive");
  return tokens;
}

constexpr double good = checked(3);

#ifdef MUST_NOT_COMPILE
constexpr double bad = checked(-3);
#endif
