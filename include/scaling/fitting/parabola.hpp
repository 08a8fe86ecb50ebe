// The parabola of least squares, where it is lowest, and by how much that misses the minimum of an IsoFLOP curve.
// SPDX-License-Identifier: BSL-1.0
//
// In polynomials that are orthogonal on the points, with x from the weighted mean (so that the normal equations are a
// diagonal, and each coefficient is one quotient):
//
//   p_1 = x     p_2 = x^2 - g x - h     g = S(x^3)/S(x^2)     h = S(x^2)/S(1)      S(f) = sum of weight f
//   y = c_0 + c_1 p_1 + c_2 p_2         c_k = S(y p_k)/S(p_k^2)
//   lowest at x = g/2 - c_1/(2 c_2)
//
// A loss along a budget is no parabola: it is steeper towards small models if alpha > beta p/q. With x = ln(N/N*) it is
// the lowest loss plus a multiple of the y below, in which neither the budget nor A, B and E are left (see
// planning/isoflop.hpp), and so the parabola's minimum is off by the same factor at every budget whose sizes lie
// alike about N*:
//
//   y = h(-alpha x)/alpha + h(m beta x)/(m beta)     h(z) = e^z - 1 - z     m = p/q
//
// Source: Czech et al. 2026 (Open Athena, scaling-law-analysis) for C = 6 N D and equally spaced sizes about N*.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/trend.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/isoflop.hpp>

namespace scaling {

/// The exponents of parameters and of tokens in the loss, as an assumption: all that the bias of a parabola depends on.
template <real T = double>
struct isoflop_exponents {
  T alpha, beta;
};

/// By which factors the parabola's N* and D* are off: 1.03 is 3 % too large. NaN where it is not known.
template <real T>
struct isoflop_bias {
  T parameters, tokens;
};

namespace detail {

/// The lowest point of a parabola, its second derivative, and the standard error of the place from the scatter about
/// it (NaN for three points). Without positive curvature, beyond what rounding of the y makes, there is no lowest point.
template <real T>
struct parabola {
  T x, y, curvature, error;
};

template <real T>
constexpr parabola<T> parabola_through(std::span<const weighted_point<T>> points) {
  T total = 0, mean = 0;
  for (const auto& point : points) {
    total += point.weight;
    mean += point.weight * point.x;
  }
  mean /= total;
  T square = 0, cube = 0;
  for (const auto& point : points) {
    const T x = point.x - mean;
    square += point.weight * x * x;
    cube += point.weight * x * x * x;
  }
  const T g = cube / square, h = square / total;
  const auto p_2 = [&](T x) { return x * x - g * x - h; };
  T c_0 = 0, c_1 = 0, c_2 = 0, square_2 = 0, largest = 0;
  for (const auto& point : points) {
    const T x = point.x - mean, p = p_2(x);
    c_0 += point.weight * point.y;
    c_1 += point.weight * point.y * x;
    c_2 += point.weight * point.y * p;
    square_2 += point.weight * p * p;
    largest = std::max(largest, point.y < 0 ? -point.y : point.y);
  }
  c_0 /= total;
  c_1 /= square;
  c_2 /= square_2;
  T squares = 0;
  for (const auto& point : points) {
    const T x = point.x - mean, r = point.y - (c_0 + c_1 * x + c_2 * p_2(x));
    squares += point.weight * r * r;
  }
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  const T rounding = 16 * std::numeric_limits<T>::epsilon() * largest * cmath::sqrt(total / square_2);
  if (!(c_2 > rounding)) return {nan, nan, 2 * c_2, nan};
  const T x = g / 2 - c_1 / (2 * c_2), ratio = c_1 / c_2;
  const T variance = points.size() > 3 ? squares / static_cast<T>(points.size() - 3) : nan;
  return {mean + x, c_0 + c_1 * x + c_2 * p_2(x), 2 * c_2,
          cmath::sqrt(variance * (1 / square + ratio * ratio / square_2)) / (2 * c_2)};
}

/// How many sizes there are among the points, whose x are ln N: another one is more than a thousandth above the last
/// one counted. Sizes that are read off a figure, or counted by two people, differ by less and are one model; a parabola
/// through two such and a third would be bent by the noise between them. A condition number would not say so: three
/// points have no scatter that it could be measured against. Where there is one, log_parameters_error says how well
/// sizes that are close together, but not the same, determine the parabola.
template <real T>
std::size_t count_of_sizes(std::span<const weighted_point<T>> points) {
  const T same = cmath::log1p(T(1e-3L));
  std::vector<T> sizes;
  for (const auto& point : points) sizes.push_back(point.x);
  std::sort(sizes.begin(), sizes.end());
  std::size_t count = 0;
  T last = 0;
  for (const T size : sizes) {
    if (count > 0 && !(size - last > same)) continue;
    ++count;
    last = size;
  }
  return count;
}

/// ln of the factor by which the parabola's N* is off, for points whose x is ln(N/N*); their y is overwritten.
template <real T>
constexpr T parabola_bias(std::vector<weighted_point<T>>& points, const isoflop_exponents<T>& exponents, T m) {
  const T of_N = exponents.alpha, of_D = m * exponents.beta;
  for (auto& [x, y, weight] : points) y = exp_beyond_line(-of_N * x) / of_N + exp_beyond_line(of_D * x) / of_D;
  return parabola_through<T>(points).x;
}

template <real T>
constexpr void require_exponents(const isoflop_exponents<T>& exponents, const training_cost& cost,
                                 const char* function) {
  require(positive_finite(exponents.alpha), function, "alpha", exponents.alpha, "positive and finite");
  require(positive_finite(exponents.beta), function, "beta", exponents.beta, "positive and finite");
  require(positive_finite(cost.parameters_power), function, "cost.parameters_power", cost.parameters_power,
          "positive and finite");
  require(positive_finite(cost.tokens_power), function, "cost.tokens_power", cost.tokens_power, "positive and finite");
}

}  // namespace detail

/// The bias of a parabola through a noise-free IsoFLOP curve of Chinchilla's law, in closed form.
///
/// `sizes` are the model sizes tried, in units of the best one: {0.5, 1, 2} is a grid centred on N*. Symmetric grids
/// have no bias if alpha = beta p/q, otherwise one that grows with their width; a grid off the centre has one always.
/// Domain: sizes > 0, at least three of which differ by more than a thousandth; exponents > 0.
/// Errors: std::domain_error and std::invalid_argument that name the offender.
/// Accuracy: ln of the factors to some 100 epsilon. Closed form, as above.
template <real T>
isoflop_bias<T> bias_of_isoflop(std::type_identity_t<std::span<const T>> sizes, const isoflop_exponents<T>& exponents,
                                const training_cost& cost = {}) {
  constexpr auto function = "scaling::bias_of_isoflop";
  detail::require_exponents(exponents, cost, function);
  std::vector<detail::weighted_point<T>> points;
  for (const T size : sizes) {
    detail::require(positive_finite(size), function, "size", size, "positive and finite");
    points.push_back({cmath::log(size), 0});
  }
  const std::size_t different = detail::count_of_sizes<T>(points);
  detail::require<std::invalid_argument>(different >= 3, function, "number of different sizes", different,
                                         "at least the 3 coefficients of a parabola");
  const T m = T(cost.parameters_power) / T(cost.tokens_power), bias = detail::parabola_bias<T>(points, exponents, m);
  return {cmath::exp(bias), cmath::exp(-m * bias)};
}

}  // namespace scaling
