// What a fit minimises: a criterion of residuals, which residuals, and how they are summed up.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <variant>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

// Each criterion has a factor `overestimates` for the runs whose loss the law predicts too high: rho(r) becomes
// overestimates * rho(r) where r > 0. At 1 both sides count alike. Above 1 the fit leans towards the best of its runs:
// where runs are under-tuned, as those of a ladder are, a measured loss can be too high for want of tuning but hardly
// too low, so a law above its runs is the worse mistake. For `absolute` the factor k gives the quantile 1/(1 + k) of
// the losses. It is positive and finite, and part of the model: a fit with another factor answers another question.
// Trap: with a large factor a fit leans on the few runs below it, and standard errors of few runs are too small.

/// r^2/2 where |r| <= delta, delta (|r| - delta/2) beyond: a squared error that outliers cannot pull (Huber 1964).
/// The default is that of Hoffmann et al. 2022, appendix D.2, on residuals of logs.
/// Trap: where the noise is larger than delta most residuals are in the linear zone, and the fit is close to that of
/// least absolute deviations.
struct huber {
  double delta = 1e-3;
  double overestimates = 1;
};

/// r^2/2: least squares.
struct squared {
  double overestimates = 1;
};

/// |r|: least absolute deviations. The optimum lies where as many residuals as there are free coefficients are 0, at a
/// kink; it is reached by following Huber's delta down to the rounding of a residual, where 0 lies in the
/// subdifferential up to rounding if the fit has converged.
struct absolute {
  double overestimates = 1;
};

using criterion = std::variant<huber, squared, absolute>;

/// The residual of a run: log law(x) - log L, so that errors count relative to the loss, or plainly law(x) - L.
enum class residual { log, plain };

/// How the criterion of the runs is reported: its sum, or its mean. It changes the reported objective and nothing else:
/// tolerances are relative, so the fit is the same to the last digit.
enum class reduction { sum, mean };

namespace detail {

/// The factor of the runs that are predicted too high.
constexpr double overestimates(const criterion& c) {
  if (const auto* h = std::get_if<huber>(&c)) return h->overestimates;
  if (const auto* s = std::get_if<squared>(&c)) return s->overestimates;
  return std::get_if<absolute>(&c)->overestimates;
}

inline void check_criterion(std::string_view where, const criterion& c) {
  if (const auto* h = std::get_if<huber>(&c))
    require(positive_finite(h->delta), where, "criterion huber.delta", h->delta, "positive and finite");
  require(positive_finite(overestimates(c)), where, "criterion.overestimates", overestimates(c), "positive and finite");
}

/// Huber's delta of a criterion: infinite for the squared error, which has no linear zone, 0 for the absolute one, which
/// has no quadratic zone.
template <real T>
constexpr T quadratic_zone(const criterion& c) {
  if (const auto* h = std::get_if<huber>(&c)) return static_cast<T>(h->delta);
  return std::holds_alternative<squared>(c) ? std::numeric_limits<T>::infinity() : T(0);
}

/// The slope of a criterion where it is linear: Huber's delta, or 1.
template <real T>
constexpr T linear_slope(const criterion& c) {
  return std::holds_alternative<absolute>(c) ? T(1) : quadratic_zone<T>(c);
}

/// In a sentence: "huber(delta 0.001)".
inline std::string described(const criterion& c) {
  const auto* h = std::get_if<huber>(&c);
  std::string text = h                                    ? "huber(delta " + text_of(h->delta) + ")"
                     : std::holds_alternative<squared>(c) ? "squared"
                                                          : "absolute";
  if (overestimates(c) != 1) text += " (overestimates times " + text_of(overestimates(c)) + ")";
  return text;
}

}  // namespace detail
}  // namespace scaling
