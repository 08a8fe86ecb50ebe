// Measured runs: what a fit is given, what it refuses, and the canonical order in which it works.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// One measured run: what was trained, and the loss [nats/token] it reached.
template <class Run = training_run<double>>
struct observation {
  Run at;
  typename Run::real_type loss;

  bool operator==(const observation&) const = default;
};

/// The smallest and largest value of an input among the runs of a fit.
template <real T>
struct input_range {
  T from, to;
};

namespace detail {

/// A run that was observed `weight` times. Inputs are in the order of the run's own table.
template <real T, std::size_t Inputs>
struct distinct_run {
  std::array<T, Inputs> inputs;
  T loss, weight;
};

/// Refuses a table of runs that cannot be fitted: a count, size or loss that is not positive and finite, or fewer runs
/// than coefficients. std::domain_error and std::invalid_argument; the message names the run and what was found.
template <std::ranges::random_access_range Runs>
void check_observations(const char* function, const Runs& runs, std::size_t free_coefficients) {
  using run_type = std::remove_cvref_t<decltype(std::ranges::begin(runs)->at)>;
  const auto count = static_cast<std::size_t>(std::ranges::size(runs));
  for (std::size_t i = 0; i < count; ++i) {
    const auto& run = std::ranges::begin(runs)[static_cast<std::ptrdiff_t>(i)];
    const auto check = [&](std::string_view name, auto value) {
      if (!positive_finite(value))
        require(false, std::string(function) + ": observation " + std::to_string(i), name, value,
                "positive and finite");
    };
    for (const auto& quantity : run_type::inputs()) check(quantity.name, run.at.*quantity.member);
    check("loss", run.loss);
  }
  require<std::invalid_argument>(count >= free_coefficients, function, "number of observations", count,
                                 ("at least the " + std::to_string(free_coefficients) + " free coefficients").c_str());
}

/// The runs in canonical order, equal ones merged into a weight: digits of a fit then depend neither on the order of
/// the runs nor on how a resample drew them.
template <real T, std::ranges::input_range Runs>
auto distinct_runs(const Runs& runs) {
  using run_type = std::remove_cvref_t<decltype(std::ranges::begin(runs)->at)>;
  using distinct = distinct_run<T, input_count<run_type>>;
  std::vector<distinct> result;
  for (const auto& run : runs) {
    distinct one{{}, static_cast<T>(run.loss), T(1)};
    for (std::size_t k = 0; k < one.inputs.size(); ++k)
      one.inputs[k] = static_cast<T>(run.at.*run_type::inputs()[k].member);
    result.push_back(one);
  }
  const auto key = [](const distinct& run) { return std::tie(run.inputs, run.loss); };
  std::sort(result.begin(), result.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  auto last = result.begin();
  for (auto next = result.begin(); next != result.end(); ++next) {
    if (next == result.begin()) continue;
    if (key(*next) == key(*last))
      last->weight += next->weight;
    else
      *++last = *next;
  }
  if (!result.empty()) result.erase(std::next(last), result.end());
  return result;
}

}  // namespace detail
}  // namespace scaling
