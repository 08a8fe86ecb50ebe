// Runs for the demo, SYNTHETIC: the 50 published Chinchilla shapes, a published law, and noise of a stated size.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

#include <scaling/fitting/observation.hpp>
#include <scaling/published.hpp>

/// The standard deviation of the noise on the log of each loss.
inline constexpr double synthetic_noise = 0.003;

/// The law behind them, which a fit should give back.
inline constexpr auto synthetic_law = scaling::published::besiroglu_2024<>;

/// 250 runs: each size of Hoffmann et al. 2022 (arXiv 2203.15556, table A9) with five numbers of tokens. Nobody trained
/// these; the losses are those of `synthetic_law` times e^(0.003 z), z standard normal from a fixed seed.
inline std::vector<scaling::observation<>> synthetic_runs() {
  constexpr std::array millions{44,   57,   74,   90,   106,  117,   140,   163,   175,   196,   217,  251,  278,
                                306,  425,  489,  509,  552,  587,   632,   664,   724,   816,   893,  1018, 1143,
                                1266, 1424, 1429, 1593, 1609, 1731,  1794,  2007,  2283,  2298,  2639, 2980, 3530,
                                3802, 4084, 4516, 6796, 9293, 11452, 12295, 12569, 13735, 14940, 16183};
  static_assert(millions.size() == 50);
  std::mt19937_64 bits(2022);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; };
  const auto normal = [&] {  // Box and Muller: the standard library's own distribution differs from one to the next
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  };
  std::vector<scaling::observation<>> runs;
  for (const int size : millions)
    for (const double tokens_per_parameter : {5.0, 10.0, 20.0, 40.0, 80.0}) {
      const double N = 1e6 * size, D = tokens_per_parameter * N;
      runs.push_back(
          {.at = {.parameters = N, .tokens = D}, .loss = synthetic_law(N, D) * std::exp(synthetic_noise * normal())});
    }
  return runs;
}
