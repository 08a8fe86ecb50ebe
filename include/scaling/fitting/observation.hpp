// Measured runs: what a fit is given, what it refuses, and the canonical order in which it works.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/weights.hpp>
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

/// A run that stands for `count` equal observations. Inputs are in the order of the run's own table. Its part in the
/// objective is weight rho(r/sigma).
template <real T, std::size_t Inputs>
struct distinct_run {
  std::array<T, Inputs> inputs;
  T loss, sigma, weight, count;
};

/// Refuses a table of runs that cannot be fitted: a count, size or loss that is not positive and finite, or fewer runs
/// than coefficients. std::domain_error and std::invalid_argument; the message names the run and what was found.
template <std::ranges::random_access_range Runs>
void check_observations(const char* function, const Runs& runs, std::size_t free_coefficients) {
  using run_type = std::remove_cvref_t<decltype(std::declval<std::ranges::range_value_t<Runs>>().at)>;
  constexpr auto inputs = run_type::inputs();
  const auto count = static_cast<std::size_t>(std::ranges::size(runs));
  for (std::size_t i = 0; i < count; ++i) {
    const auto& run = std::ranges::begin(runs)[static_cast<std::ptrdiff_t>(i)];
    bool good = positive_finite(run.loss);
    for (const auto& quantity : inputs) good = good && positive_finite(run.at.*quantity.member);
    if (good) continue;
    const std::string place = joined({function, ": observation ", text_of(i)});
    for (const auto& quantity : inputs) {
      const auto value = run.at.*quantity.member;
      require(positive_finite(value), place, quantity.name, value, "positive and finite");
    }
    require(false, place, "loss", run.loss, "positive and finite");
  }
  if (count < free_coefficients)
    require<std::invalid_argument>(false, function, "number of observations", count,
                                   joined({"at least the ", text_of(free_coefficients), " free coefficients"}));
}

/// Weights of which only the ratios matter, by the power of two that is returned, to about 1: their squares would else
/// underflow or overflow, and nothing is rounded.
template <class Distinct>
int tame_weights(std::vector<Distinct>& runs) {
  auto largest = runs.front().weight;
  for (const auto& run : runs) largest = std::max(largest, run.weight);
  const int power = std::ilogb(largest);
  for (auto& run : runs) run.weight = std::ldexp(run.weight, -power);
  return power;
}

/// How many of the runs, of those in canonical order, are not one before them with another weight. As few as the
/// coefficients are met exactly, and tell nothing of errors.
template <class Distinct>
std::size_t different_losses(const std::vector<Distinct>& runs) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < runs.size(); ++i)
    count += i == 0 || runs[i].inputs != runs[i - 1].inputs || runs[i].loss != runs[i - 1].loss;
  return count;
}

/// The runs in canonical order, equal ones merged: digits of a fit then depend neither on the order of the runs nor on
/// how a resample drew them. Runs of weight 0 are left out.
template <real T, std::ranges::random_access_range Runs>
auto distinct_runs(const Runs& runs, const run_weights& weights = equal_weights{}) {
  using run_type = std::remove_cvref_t<decltype(std::declval<std::ranges::range_value_t<Runs>>().at)>;
  using distinct = distinct_run<T, input_count<run_type>>;
  const auto count = static_cast<std::size_t>(std::ranges::size(runs));
  const bool weighted = !std::holds_alternative<equal_weights>(weights);
  std::vector<distinct> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& run = std::ranges::begin(runs)[static_cast<std::ptrdiff_t>(i)];
    const auto [weight, sigma, times] = weighted ? weight_of<T>(weights, i) : run_weight<T>{};
    if (!(weight > 0)) continue;
    distinct one{{}, static_cast<T>(run.loss), sigma, weight, times};
    for (std::size_t k = 0; k < one.inputs.size(); ++k)
      one.inputs[k] = static_cast<T>(run.at.*run_type::inputs()[k].member);
    all.push_back(one);
  }
  // Indices move faster than runs. The comparison that decides mostly is that of the first input.
  std::vector<const distinct*> order;
  order.reserve(all.size());
  for (const auto& one : all) order.push_back(&one);
  const auto key = [](const distinct& run) {
    return std::tuple<const decltype(run.inputs)&, T, T, T>(run.inputs, run.loss, run.sigma, run.weight / run.count);
  };
  std::sort(order.begin(), order.end(), [&](const distinct* a, const distinct* b) {
    return a->inputs[0] != b->inputs[0] ? a->inputs[0] < b->inputs[0] : key(*a) < key(*b);
  });
  std::vector<distinct> result;
  result.reserve(all.size());
  const distinct* last = nullptr;
  for (const distinct* next : order) {
    if (last != nullptr && key(*next) == key(*last)) {
      result.back().weight += next->weight;
      result.back().count += next->count;
    } else {
      result.push_back(*next);
    }
    last = next;
  }
  return result;
}

}  // namespace detail
}  // namespace scaling
