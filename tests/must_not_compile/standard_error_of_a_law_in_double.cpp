// The delta method evaluates a function with derivatives, so that one of laws in double alone is refused.
// expect: f must take a law over any scalar
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>
#include <scaling/inference/coefficient_covariance.hpp>

using covariance = scaling::coefficient_covariance<scaling::chinchilla<>>;
double good(const covariance& c) {
  return c.standard_error_of([](const auto& law) { return law.alpha; });
}

#ifdef MUST_NOT_COMPILE
double bad(const covariance& c) {
  return c.standard_error_of([](const scaling::chinchilla<>& law) { return law.alpha; });
}
#endif
