// The objective as anyone would write it: plain loops over exp and log of the C library. What every peer is given.
// SPDX-License-Identifier: BSL-1.0
//
//   f(x) = sum_i rho(log(e^(a - alpha log N_i) + e^(b - beta log D_i) + e^e) - log L_i),   rho Huber's, delta = 1e-3
//
// in x = (a, b, e, alpha, beta) = (log A, log B, log E, alpha, beta): Hoffmann et al. 2022 (arXiv 2203.15556), app. D.3.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <scaling/fitting/observation.hpp>

namespace benchmark {

inline constexpr std::size_t coefficients = 5;
inline constexpr double delta = 1e-3;
using point = std::array<double, coefficients>;

/// The logs of a table of runs.
struct logs {
  std::vector<double> N, D, L;

  explicit logs(const std::vector<scaling::observation<>>& runs) {
    for (const auto& run : runs) {
      N.push_back(std::log(run.at.parameters));
      D.push_back(std::log(run.at.tokens));
      L.push_back(std::log(run.loss));
    }
  }
};

class libm_objective {
 public:
  explicit libm_objective(const logs& data) : data_(data) {}

  double operator()(const double* x, double* gradient) const { return sum<false>(x, gradient, nullptr); }

  /// The lower triangle of the Hessian as well, row by row.
  double operator()(const double* x, double* gradient, double* hessian) const {
    return sum<true>(x, gradient, hessian);
  }

 private:
  template <bool with_hessian>
  double sum(const double* x, double* gradient, double* hessian) const {
    // Clamped: a wild trial value stays finite and can be backtracked from.
    const auto power = [](double log_term) { return std::exp(std::clamp(log_term, -700.0, 700.0)); };
    const double E = power(x[2]);
    double value = 0;
    std::fill_n(gradient, coefficients, 0.0);
    if constexpr (with_hessian) std::fill_n(hessian, coefficients * coefficients, 0.0);
    for (std::size_t i = 0; i < data_.L.size(); ++i) {
      const double A = power(x[0] - x[3] * data_.N[i]), B = power(x[1] - x[4] * data_.D[i]), s = A + B + E;
      const double r = std::log(s) - data_.L[i], slope = std::clamp(r, -delta, delta);
      value += slope * (r - slope / 2);
      const double p[3] = {A / s, B / s, E / s};
      const double d[coefficients] = {p[0], p[1], p[2], -p[0] * data_.N[i], -p[1] * data_.D[i]};
      for (std::size_t a = 0; a < coefficients; ++a) gradient[a] += slope * d[a];
      if constexpr (with_hessian) {
        const double outer = (std::abs(r) <= delta ? 1 : 0) - slope;
        for (std::size_t a = 0; a < coefficients; ++a)
          for (std::size_t b = 0; b <= a; ++b) hessian[a * coefficients + b] += outer * d[a] * d[b];
        for (std::size_t a = 0; a < 3; ++a) hessian[a * coefficients + a] += slope * p[a];
        const double z[2] = {data_.N[i], data_.D[i]};
        for (std::size_t a = 0; a < 2; ++a) {
          hessian[(3 + a) * coefficients + a] -= slope * p[a] * z[a];
          hessian[(3 + a) * coefficients + 3 + a] += slope * p[a] * z[a] * z[a];
        }
      }
    }
    return value;
  }

  logs data_;
};

}  // namespace benchmark
