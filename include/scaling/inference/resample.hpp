// How a bootstrap draws: runs with replacement, or whole clusters of runs, as counts of the distinct runs of a fit.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Draws as many units, with replacement, as there are. A unit is one observation, or a cluster of them. Counts refer
/// to the runs in their canonical order, so what a stream draws does not depend on the order they were given in.
class resampler {
 public:
  /// Each observation for itself: run d was observed `count[d]` times.
  template <class Runs>
  static resampler of_observations(const Runs& runs) {
    resampler result(runs.size());
    for (std::size_t d = 0; d < runs.size(); ++d)
      for (std::size_t i = 0; i < static_cast<std::size_t>(runs[d].count); ++i) result.units_.push_back({{d, 1}});
    return result;
  }

  /// Runs that agree in input `b` to a thousandth of their neighbour's: sizes read off a figure are not exact.
  template <class Runs>
  static resampler of_clusters(const Runs& runs, std::size_t b) {
    using T = std::remove_cvref_t<decltype(runs[0].loss)>;
    constexpr T tolerance = T(1e-3L);
    resampler result(runs.size());
    std::vector<std::size_t> order(runs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t d) { return std::pair(runs[d].inputs[b], d); };
    std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return key(x) < key(y); });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& run = runs[order[i]];
      if (i == 0 || run.inputs[b] / runs[order[i - 1]].inputs[b] > 1 + tolerance) result.units_.emplace_back();
      result.units_.back().push_back({order[i], static_cast<std::uint64_t>(run.count)});
    }
    return result;
  }

  std::size_t units() const { return units_.size(); }

  /// How often each run is drawn.
  std::vector<std::uint64_t> draw(philox_stream& random) const {
    std::vector<std::uint64_t> counts(runs_, 0);
    for (std::size_t i = 0; i < units_.size(); ++i)
      add(random.below(static_cast<std::uint32_t>(units_.size())), counts);
    return counts;
  }

  /// All units but one.
  std::vector<std::uint64_t> without(std::size_t unit) const {
    std::vector<std::uint64_t> counts(runs_, 0);
    for (std::size_t i = 0; i < units_.size(); ++i)
      if (i != unit) add(i, counts);
    return counts;
  }

 private:
  explicit resampler(std::size_t runs) : runs_(runs) {}

  void add(std::size_t unit, std::vector<std::uint64_t>& counts) const {
    for (const auto& [run, times] : units_[unit]) counts[run] += times;
  }

  std::size_t runs_;
  std::vector<std::vector<std::pair<std::size_t, std::uint64_t>>> units_;  // runs, and how often each is in the unit
};

/// The place of an input by its name, in the table of a run. std::invalid_argument names one that is not there.
template <class Run>
std::size_t input_place(const char* function, std::string_view name) {
  constexpr auto inputs = Run::inputs();
  std::string known;
  for (std::size_t b = 0; b < inputs.size(); ++b) {
    if (inputs[b].name == name) return b;
    known += (b == 0 ? "" : ", ") + std::string(inputs[b].name);
  }
  refuse<std::invalid_argument>(std::string(function) + ": \"" + std::string(name) + "\" is no input, which are " +
                                known);
}

}  // namespace scaling::detail
