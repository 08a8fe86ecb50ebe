// What each run counts in a fit. The meaning of a weight is its type, since three meanings share one word.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// Every run counts once.
struct equal_weights {};

/// The standard deviation of each run's residual: relative for residuals of logs, in nats/token for plain ones. The
/// criterion is then of r/sigma, and Huber's delta counts standard deviations: 1.345 is the usual one.
struct known_sigma {
  std::vector<double> sigma;
};

/// How much each run matters: its share of the objective is multiplied. Only ratios of weights matter to the fit.
struct relative_weights {
  std::vector<double> weight;
};

/// How often each run was seen: a whole number, 0 for not at all. The same as repeating the run so often.
struct frequencies {
  std::vector<double> count;
};

using run_weights = std::variant<equal_weights, known_sigma, relative_weights, frequencies>;

namespace detail {

/// One run's part in the objective, weight rho(r/sigma), and how many observations it stands for.
template <real T>
struct run_weight {
  T weight = 1, sigma = 1, count = 1;
};

/// Refuses weights that are as many as no other than the runs, or no weights of their kind.
inline void check_weights(const char* function, const run_weights& weights, std::size_t runs) {
  const auto check = [&](const std::vector<double>& values, std::string_view name, bool (*good)(double),
                         const char* requirement) {
    if (values.size() != runs)
      require<std::invalid_argument>(false, function, joined({"number of weights.", name}), values.size(),
                                     joined({"the number of observations, ", text_of(runs)}));
    for (std::size_t i = 0; i < runs; ++i)
      if (!good(values[i]))
        require(false, function, joined({"weights.", name, "[", text_of(i), "]"}), values[i], requirement);
  };
  constexpr auto positive = [](double x) { return positive_finite(x); };
  if (const auto* known = std::get_if<known_sigma>(&weights))
    check(known->sigma, "sigma", positive, "positive and finite");
  if (const auto* relative = std::get_if<relative_weights>(&weights))
    check(relative->weight, "weight", positive, "positive and finite");
  if (const auto* counted = std::get_if<frequencies>(&weights))
    check(
        counted->count, "count", [](double x) { return x >= 0 && x <= 1e15 && std::floor(x) == x; },
        "a whole number from 0 to 1e15");
}

/// How many observations so many runs are.
inline std::size_t observations_of(const run_weights& weights, std::size_t runs) {
  const auto* counted = std::get_if<frequencies>(&weights);
  if (counted == nullptr) return runs;
  std::size_t result = 0;  // whole numbers, in any order: their sum may be beyond 2^53
  for (const double count : counted->count) result += static_cast<std::size_t>(count);
  return result;
}

/// The part of run i.
template <real T>
run_weight<T> weight_of(const run_weights& weights, std::size_t i) {
  if (const auto* known = std::get_if<known_sigma>(&weights)) return {1, static_cast<T>(known->sigma[i]), 1};
  if (const auto* relative = std::get_if<relative_weights>(&weights))
    return {static_cast<T>(relative->weight[i]), 1, 1};
  if (const auto* counted = std::get_if<frequencies>(&weights)) {
    const T count = static_cast<T>(counted->count[i]);
    return {count, 1, count};
  }
  return {};
}

}  // namespace detail
}  // namespace scaling
