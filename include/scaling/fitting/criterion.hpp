// What a fit minimises: a criterion of residuals, which residuals, and how they are summed up.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>
#include <variant>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// r^2/2 where |r| <= delta, delta (|r| - delta/2) beyond: a squared error that outliers cannot pull (Huber 1964).
/// The default is that of Hoffmann et al. 2022, appendix D.2, on residuals of logs.
/// Trap: where the noise is larger than delta most residuals are in the linear zone, and the fit is close to that of
/// least absolute deviations.
struct huber {
  double delta = 1e-3;
};

/// r^2/2: least squares.
struct squared {};

using criterion = std::variant<huber, squared>;

/// The residual of a run: log law(x) - log L, so that errors count relative to the loss, or plainly law(x) - L.
enum class residual { log, plain };

/// How the criterion of the runs is reported: its sum, or its mean. It changes the reported objective and nothing else:
/// tolerances are relative, so the fit is the same to the last digit.
enum class reduction { sum, mean };

namespace detail {

/// Both criteria as one: the squared error is Huber's with no linear zone.
constexpr double quadratic_zone(const criterion& c) {
  const auto* h = std::get_if<huber>(&c);
  return h ? h->delta : std::numeric_limits<double>::infinity();
}

}  // namespace detail
}  // namespace scaling
