// The simulator in the post "Scaling Laws, Carefully": its 36 SYNTHETIC points, and the fit by which it reads them.
// SPDX-License-Identifier: BSL-1.0
//
// Rewritten from the description of its controls; every constant here is the simulator's. Its truth is
// published::besiroglu_2024. Its fit is least squares in the loss, by brute force: for exponents and E on a grid, A and B
// follow from two normal equations; three times the grid is made finer about the best. (The post's text describes
// another fit, Huber's criterion of log losses.)
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/published.hpp>

namespace careful {

using runs = std::vector<scaling::observation<>>;

inline constexpr auto truth = scaling::published::besiroglu_2024<>;
inline constexpr std::array sizes{1e8, 3e8, 7e8, 1e9, 3e9, 7e9, 1e10, 3e10, 7e10};
inline constexpr std::array ratios{5.0, 10.0, 20.0, 40.0};  // tokens per parameter

/// The sizes with numbers from `first` to `last`: all are 0 to 8, "small" 0 to 3, "medium" 2 to 5. `noise` in
/// thousandths of a nat is the slider's; some structured noise is there without it. Losses have so many decimals.
inline runs observed(std::size_t first, std::size_t last, int decimals, double noise) {
  const double lowest_N = std::log10(sizes.front()), span_N = std::log10(sizes.back()) - lowest_N;
  const double lowest_D = std::log10(sizes.front() * ratios.front());
  const double span_D = std::log10(sizes.back() * ratios.back()) - lowest_D, unit = std::pow(10, decimals);
  runs result;
  for (std::size_t i = first; i <= last; ++i)
    for (std::size_t j = 0; j < ratios.size(); ++j) {
      const double N = sizes[i], D = ratios[j] * N, n = (std::log10(N) - lowest_N) / span_N,
                   d = (std::log10(D) - lowest_D) / span_D;
      const double base = 0.010 * std::sin(1.91 * static_cast<double>(i + 1) + 2.67 * static_cast<double>(j + 1)) +
                          0.004 * ((i + j) % 2 == 0 ? 1 : -1);
      const double profile =
          1.15 * (n - 0.5) - 0.95 * (d - 0.5) + 0.80 * (n - 0.5) * (d - 0.5) + 0.20 * std::sin(8 * n + 5 * d);
      const double loss = truth(N, D) + base + noise / 1000 * profile;
      result.push_back({{N, D}, std::floor(loss * unit + 0.5) / unit});
    }
  return result;
}

/// From where to where a coordinate of the grid goes, and in how many points.
struct axis {
  double from, to;
  int count;
  double at(int i) const { return from + (to - from) * i / (count - 1); }
};

/// A law and the sum of the squares of what it misses.
struct candidate {
  scaling::chinchilla<> law{};
  double squares = std::numeric_limits<double>::infinity();
};

/// Better than `best`, if there is any, on a grid of (alpha, beta, E): least squares of losses, A and B positive.
inline candidate best_of_grid(candidate best, const runs& points, const axis& alphas, const axis& betas,
                              const axis& Es) {
  std::vector<double> x(points.size()), y(points.size());
  for (int a = 0; a < alphas.count; ++a)
    for (int b = 0; b < betas.count; ++b) {
      double xx = 0, xy = 0, yy = 0;
      for (std::size_t k = 0; k < points.size(); ++k) {
        x[k] = std::pow(points[k].at.parameters, -alphas.at(a));
        y[k] = std::pow(points[k].at.tokens, -betas.at(b));
        xx += x[k] * x[k], xy += x[k] * y[k], yy += y[k] * y[k];
      }
      for (int e = 0; e < Es.count; ++e) {
        const double E = Es.at(e);
        double xl = 0, yl = 0;
        for (std::size_t k = 0; k < points.size(); ++k) {
          xl += x[k] * (points[k].loss - E);
          yl += y[k] * (points[k].loss - E);
        }
        const double determinant = xx * yy - xy * xy;
        const double A = (xl * yy - yl * xy) / determinant, B = (yl * xx - xl * xy) / determinant;
        if (!(A > 0 && B > 0)) continue;
        double squares = 0;
        for (std::size_t k = 0; k < points.size(); ++k) {
          const double r = E + A * x[k] + B * y[k] - points[k].loss;
          squares += r * r;
        }
        if (squares < best.squares) best = {{E, A, B, alphas.at(a), betas.at(b)}, squares};
      }
    }
  return best;
}

/// The simulator's own fit.
inline scaling::chinchilla<> brute_force(const runs& points) {
  double lowest = points[0].loss, highest = lowest;
  for (const auto& point : points) {
    lowest = std::min(lowest, point.loss);
    highest = std::max(highest, point.loss);
  }
  const double span = std::max(highest - lowest, 0.1), floor = std::max(0.0, lowest - std::max(1.2 * span, 6.0));
  const double ceiling = lowest - 1e-6;
  auto best = best_of_grid({}, points, {0.20, 0.55, 29}, {0.20, 0.55, 29}, {floor, ceiling, 45});
  struct step {
    double of_exponents, of_E;
    int exponents, Es;
  };
  for (const auto& finer : {step{0.05, 0.5, 25, 31}, step{0.015, 0.16, 25, 31}, step{0.004, 0.04, 21, 25}}) {
    const auto about = [&](double middle) {
      return axis{std::max(0.01, middle - finer.of_exponents), std::min(1.2, middle + finer.of_exponents),
                  finer.exponents};
    };
    const auto law = best.law;  // a finer grid need not have a better point: then the coarse one stays
    best = best_of_grid(best, points, about(law.alpha), about(law.beta),
                        {std::max(floor, law.E - finer.of_E), std::min(ceiling, law.E + finer.of_E), finer.Es});
  }
  return best.law;
}

/// A row of the table: which sizes, what is done to the losses.
struct setting {
  const char* region;
  std::size_t first, last;
  int decimals;
  double noise;
};
inline constexpr std::array settings{setting{"all", 0, 8, 4, 0},   setting{"all", 0, 8, 2, 0},
                                     setting{"all", 0, 8, 4, 200}, setting{"medium", 2, 5, 4, 0},
                                     setting{"small", 0, 3, 4, 0}, setting{"small", 0, 3, 1, 0}};

/// The model of 1e15 parameters that the read-outs are about, with the tokens that the true law wants for it.
inline constexpr double target_parameters = 1e15;

}  // namespace careful
