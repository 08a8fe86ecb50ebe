// How averaging a loss instead of summing it stopped a fit in 2022: the same solver, the same start, SYNTHETIC runs.
// SPDX-License-Identifier: BSL-1.0
//
// A solver with absolute tolerances takes a small objective for a flat one. Huber's criterion of 250 log losses is about
// 1e-3 as a sum and 4e-6 as a mean; the defaults of SciPy's L-BFGS-B stop where
//
//   largest |gradient| <= 1e-5     or     decrease <= 2.2e-9 max(|f|, 1)
//
// which call the mean converged where it starts, or nearly so. See Besiroglu et al. 2024 (arXiv 2404.10102). The library
// has no such switch: its tolerances are relative, so the reduction changes no digit of a fit.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <scaling/fitting.hpp>
#include <scaling/planning.hpp>

#include "synthetic_runs.hpp"

namespace {

using runs = std::vector<scaling::observation<>>;
using vector = Eigen::Matrix<double, 5, 1>;  // ln A, ln B, ln E, alpha, beta
using scaling::chinchilla;

vector coordinates_of(const chinchilla<>& law) {
  return {std::log(law.A), std::log(law.B), std::log(law.E), law.alpha, law.beta};
}
chinchilla<> law_at(const vector& x) { return {std::exp(x[2]), std::exp(x[0]), std::exp(x[1]), x[3], x[4]}; }

/// The criterion of Hoffmann et al. 2022, appendix D.3: `unit` times the sum of Huber(1e-3) of log residuals.
double objective(const runs& points, double unit, const vector& x, vector& gradient) {
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
stop minimize(const runs& points, double unit, vector x) {
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

double exponent(const chinchilla<>& law) { return law.beta / (law.alpha + law.beta); }

void print(const char* name, const runs& points, const chinchilla<>& law) {
  vector gradient;
  const double sum = objective(points, 1, coordinates_of(law), gradient);
  std::printf("  %-12s %7.4f %7.4f %7.4f %12.4e %14.4g\n", name, law.alpha, law.beta, exponent(law), sum,
              scaling::compute_optimal(law, 5.76e23).parameters);
}

/// The standard deviation of alpha, and of a, over resamples of the runs, by any way of fitting.
template <class Fit>
void print_spread(const char* name, const runs& points, const Fit& fit) {
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
  std::printf("  %-12s %10.5f %10.5f\n", name, deviation(alpha, alpha_square), deviation(a, a_square));
}

}  // namespace

int main() {
  const auto points = synthetic_runs();
  const auto start = scaling::published::hoffmann_2022<>;
  const double mean = 1.0 / static_cast<double>(points.size());
  const auto by_mean = [&](const runs& of) { return minimize(of, mean, coordinates_of(start)); };
  const auto by_sum = [&](const runs& of) { return minimize(of, 1, coordinates_of(start)); };

  std::printf("  %-12s %7s %7s %7s %12s %14s\n", "", "alpha", "beta", "a", "sum", "N* at 5.76e23");
  print("truth", points, synthetic_law);
  print("start", points, start);
  const auto of_mean = by_mean(points), of_sum = by_sum(points);
  print("BFGS, mean", points, law_at(of_mean.x));
  print("BFGS, sum", points, law_at(of_sum.x));
  print("library", points, scaling::fit<chinchilla>(points).law);
  print("  as mean", points, scaling::fit<chinchilla>(points, {.reduction = scaling::reduction::mean}).law);
  std::printf("\n  BFGS on the mean: %s after %d iterations\n", of_mean.reason.c_str(), of_mean.iterations);
  std::printf("  BFGS on the sum:  %s after %d iterations\n", of_sum.reason.c_str(), of_sum.iterations);

  std::printf("\nstandard deviation over 200 resamples of the runs\n  %-12s %10s %10s\n", "", "alpha", "a");
  print_spread("BFGS, mean", points, [&](const runs& of) { return law_at(by_mean(of).x); });
  print_spread("BFGS, sum", points, [&](const runs& of) { return law_at(by_sum(of).x); });
  print_spread("library", points, [](const runs& of) { return scaling::fit<chinchilla>(of).law; });
}
