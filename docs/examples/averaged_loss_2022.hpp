// A solver that stops by absolute tolerances, on the criterion of 2022, as a sum or as a mean: for averaged_loss_2022.cpp.
// SPDX-License-Identifier: BSL-1.0
//
// A solver with absolute tolerances takes a small objective for a flat one. Huber's criterion of 250 log losses is about
// 1e-3 as a sum and 4e-6 as a mean; the defaults of SciPy's L-BFGS-B stop where
//
//   largest |gradient| <= 1e-5     or     decrease <= 2.2e-9 max(|f|, 1)
//
// which call the mean converged where it starts, or nearly so. See Besiroglu et al. 2024 (arXiv 2404.10102). The library
// has no such switch: its tolerances are relative, so the reduction changes no digit of a fit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/observation.hpp>

namespace averaged {

using runs = std::vector<scaling::observation<>>;
using vector = Eigen::Matrix<double, 5, 1>;  // ln A, ln B, ln E, alpha, beta
using scaling::chinchilla;

inline vector coordinates_of(const chinchilla<>& law) {
  return {std::log(law.A), std::log(law.B), std::log(law.E), law.alpha, law.beta};
}
inline chinchilla<> law_at(const vector& x) { return {std::exp(x[2]), std::exp(x[0]), std::exp(x[1]), x[3], x[4]}; }

/// The criterion of Hoffmann et al. 2022, appendix D.2: `unit` times the sum of Huber(1e-3) of log residuals.
inline double objective(const runs& points, double unit, const vector& x, vector& gradient) {
  constexpr double delta = 1e-3;
  double sum = 0;
  gradient.setZero();
  for (const auto& [at, loss] : points) {
    const double log_N = std::log(at.parameters), log_D = std::log(at.tokens);
    const double of_A = std::exp(x[0] - x[3] * log_N), of_B = std::exp(x[1] - x[4] * log_D), E = std::exp(x[2]);
    const double L = of_A + of_B + E, r = std::log(L) - std::log(loss), size = std::abs(r);
    sum += size <= delta ? r * r / 2 : delta * (size - delta / 2);
    const double slope = std::clamp(r, -delta, delta) / L;
    gradient += slope * vector{of_A, of_B, E, -log_N * of_A, -log_D * of_B};
  }
  gradient *= unit;
  return unit * sum;
}

struct stop {
  vector x;
  int iterations;
  std::string reason;
};

/// BFGS with a line search for Wolfe's weak conditions, and the two tests of SciPy's L-BFGS-B at their defaults.
inline stop minimize(const runs& points, double unit, vector x) {
  constexpr double largest_gradient = 1e-5, least_decrease = 2.220446049250313e-9;
  vector gradient, next_gradient;
  double f = objective(points, unit, x, gradient);
  Eigen::Matrix<double, 5, 5> inverse = Eigen::Matrix<double, 5, 5>::Identity();
  for (int iteration = 0; iteration < 15000; ++iteration) {
    if (gradient.cwiseAbs().maxCoeff() <= largest_gradient) return {x, iteration, "success: small gradient"};
    const vector d = -inverse * gradient;
    double lower = 0, upper = 0, step = iteration == 0 ? std::min(1.0, 1 / d.norm()) : 1, next = f;
    for (int trial = 0; trial < 40; ++trial) {
      next = objective(points, unit, x + step * d, next_gradient);
      if (!(next <= f + 1e-4 * step * gradient.dot(d)))
        upper = step;
      else if (next_gradient.dot(d) < 0.9 * gradient.dot(d))
        lower = step;
      else
        break;
      step = upper > 0 ? (lower + upper) / 2 : 2 * step;
    }
    if (!(next < f)) return {x, iteration, "no lower point"};
    const vector s = step * d, y = next_gradient - gradient;
    const double decrease = f - next, sy = s.dot(y);
    x += s, f = next, gradient = next_gradient;
    if (decrease <= least_decrease * std::max(std::abs(f), 1.0)) return {x, iteration + 1, "success: small decrease"};
    if (iteration == 0) inverse *= sy / y.squaredNorm();
    const vector Hy = inverse * y;
    inverse += (1 + y.dot(Hy) / sy) / sy * s * s.transpose() - (Hy * s.transpose() + s * Hy.transpose()) / sy;
  }
  return {x, 15000, "too many iterations"};
}

inline double exponent(const chinchilla<>& law) { return law.beta / (law.alpha + law.beta); }

/// The standard deviations of alpha, and of a, over 200 resamples of the runs, by any way of fitting.
struct spread {
  double alpha, a;
};

template <class Fit>
spread spread_of(const runs& points, const Fit& fit) {
  constexpr int resamples = 200;
  std::mt19937_64 bits(2024);
  double alpha = 0, alpha_square = 0, a = 0, a_square = 0;
  for (int i = 0; i < resamples; ++i) {
    runs drawn;
    for (std::size_t k = 0; k < points.size(); ++k) drawn.push_back(points[bits() % points.size()]);
    const chinchilla<> law = fit(drawn);
    alpha += law.alpha, alpha_square += law.alpha * law.alpha;
    a += exponent(law), a_square += exponent(law) * exponent(law);
  }
  const auto deviation = [](double sum, double squares) {
    return std::sqrt((squares - sum * sum / resamples) / (resamples - 1));
  };
  return {deviation(alpha, alpha_square), deviation(a, a_square)};
}

}  // namespace averaged
