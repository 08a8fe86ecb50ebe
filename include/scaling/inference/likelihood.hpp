// The likelihood of runs under a law, once a density of the residuals is named; its scale is estimated with it.
// SPDX-License-Identifier: BSL-1.0
//
//   log likelihood = sum_i log density(r_i / sigma) - n log sigma,  at the sigma where that is greatest
//
//   squared   density(z) = exp(-z^2/2) / sqrt(2 pi)              sigma^2 = sum r^2 / n
//   absolute  density(z) = exp(-|z|) / 2                         sigma = sum |r| / n
//   huber     density(z) = exp(-rho(z)) / Z,  rho(z) = z^2/2 where |z| <= delta, delta (|z| - delta/2) beyond,
//             Z = sqrt(2 pi) erf(delta/sqrt 2) + (2/delta) exp(-delta^2/2)
//
// The last is the comparison of Besiroglu et al. 2024 (arXiv 2404.10102) with delta = 1e-3. Trap: delta is in units of
// sigma there, so a small one makes all residuals linear, and the likelihood is greatest where the sum of |r| is least:
// at the optimum of a fit by `absolute`, not of one by huber{delta}, whose delta is in the units of the residuals.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <ranges>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/root.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/in_double.hpp>
#include <scaling/inference/residual_derivatives.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// A log-likelihood, of residuals (of logs: per unit of log loss), and the scale sigma that it is greatest at.
template <class T>
struct scaled_likelihood {
  T log_likelihood, scale;
};

namespace detail {

/// Of residuals not all zero under Huber's density: sigma is the root of sum psi(r/sigma) r/sigma = n, whose left side
/// falls in sigma. For a delta below 1 it is of the order of delta times the residuals, so that it is sought as a
/// multiple of `unit`, which is delta then: also for a delta of 1e-310, whose sigma is no number, or of nothing in T.
template <class T>
scaled_likelihood<T> huber_likelihood(const std::vector<T>& residuals, T delta) {
  const T n = static_cast<T>(residuals.size()), unit = std::min(delta, T(1)), steep = std::max(delta, T(1));
  // With x = |r| / (sigma / unit): z = x / unit, delta z = steep x. Where `unit` is nothing no x is below the zone.
  const auto over = [&](T log_scale, const auto& term) {
    T sum = 0;
    for (const T r : residuals) sum += term(std::abs(r) * std::exp(-log_scale));
    return sum;
  };
  // Between the scales at which all residuals would be quadratic and all would be linear.
  T squares = 0, sizes = 0;
  for (const T r : residuals) squares += r * r, sizes += std::abs(r);
  const T quadratic = std::log(squares / n) / 2 - std::log(unit), linear = std::log(steep) + std::log(sizes / n);
  const auto in_zone = [&](T x) { return x < unit * delta; };
  const auto excess = [&](T s) {
    return over(s, [&](T x) { return in_zone(x) ? x / unit * (x / unit) : steep * x; }) - n;
  };
  // The left side is at most either of the two, and equals the smaller where the residuals are all of one kind.
  T lower = std::min(quadratic, linear);
  while (!(excess(lower) >= 0)) lower -= 1;
  T upper = std::min(quadratic, linear);
  while (!(excess(upper) <= 0)) upper += 1;
  const T log_scale = lower == upper ? lower : find_root(excess, lower, upper).x;
  constexpr T pi = T(3.14159265358979323846264338327950288L);
  const T normaliser =  // times unit
      unit * std::sqrt(2 * pi) * std::erf(delta / std::sqrt(T(2))) + 2 / steep * std::exp(-delta * delta / 2);
  const T rho =
      over(log_scale, [&](T x) { return in_zone(x) ? x / unit * (x / unit) / 2 : steep * x - delta * delta / 2; });
  return {-rho - n * (log_scale + std::log(normaliser)), unit * std::exp(log_scale)};
}

/// Of residuals of which the largest is about 1.
template <class T>
scaled_likelihood<T> likelihood_of(const std::vector<T>& residuals, const criterion& density) {
  const T n = static_cast<T>(residuals.size());
  if (const auto* h = std::get_if<huber>(&density)) return huber_likelihood(residuals, static_cast<T>(h->delta));
  T squares = 0, sizes = 0;
  for (const T r : residuals) squares += r * r, sizes += std::abs(r);
  if (std::holds_alternative<absolute>(density)) {
    const T scale = sizes / n;
    return {-n * (std::log(2 * scale) + 1), scale};
  }
  constexpr T pi = T(3.14159265358979323846264338327950288L);
  const T variance = squares / n;
  return {-n / 2 * (std::log(2 * pi * variance) + 1), std::sqrt(variance)};
}

}  // namespace detail

/// The log-likelihood of the residuals of a law, which may be a published one as well as a fitted one.
/// Infinite where all residuals are zero; minus infinity where one is infinite, as the log of a loss of 0 is. Huber's
/// density goes over into Laplace's as delta goes to 0, and sigma to 0 with it.
/// Differences between laws on the same runs and residuals are what it is for.
template <loss_model Law, std::ranges::input_range Runs>
scaled_likelihood<typename Law::real_type> log_likelihood(const Law& law, const Runs& observations,
                                                          const criterion& density = huber{},
                                                          residual kind = residual::log) {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::log_likelihood";
  const double overestimates = detail::overestimates(density);
  detail::require(overestimates == 1, function, "criterion.overestimates", overestimates, "1: the densities are even");
  if (const auto* h = std::get_if<huber>(&density))
    detail::require(positive_finite(h->delta), function, "huber.delta", h->delta, "positive and finite");
  std::vector<T> residuals;
  T largest = 0;
  for (const auto& run : observations) {
    residuals.push_back(detail::residual_at(law, run, kind));
    const T size = std::abs(residuals.back());
    if (size > largest || size != size) largest = size;  // NaN stays
  }
  const T n = static_cast<T>(residuals.size());
  detail::require<std::invalid_argument>(n > 0, function, "number of observations", residuals.size(), "positive");
  constexpr T infinity = std::numeric_limits<T>::infinity();
  if (largest == 0) return {infinity, 0};
  if (!(largest < infinity)) return {-largest, largest};
  // In a unit of their own, a power of 2, so that no square overflows and none is lost.
  const int unit = std::ilogb(largest);
  for (T& r : residuals) r = std::ldexp(r, -unit);
  auto result = detail::likelihood_of(residuals, density);
  result.log_likelihood -= n * static_cast<T>(unit) * T(0.693147180559945309417232121458176568L);
  result.scale = std::ldexp(result.scale, unit);
  return result;
}

/// Of a law in float: summed in double, and rounded.
template <detail::law_in_float Law, std::ranges::input_range Runs>
scaled_likelihood<float> log_likelihood(const Law& law, const Runs& observations, const criterion& density = huber{},
                                        residual kind = residual::log) {
  const auto wide = log_likelihood(detail::law_in<double>(law), detail::widened<Law>(observations), density, kind);
  return {static_cast<float>(wide.log_likelihood), static_cast<float>(wide.scale)};
}

}  // namespace scaling
