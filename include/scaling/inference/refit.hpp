// One fit of many: the same law and options on runs that count differently, checked by a second, independent start.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/basins.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/grid.hpp>
#include <scaling/fitting/judgement.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/screen.hpp>
#include <scaling/fitting/second_look.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <loss_model Law>
struct refit_answer {
  Law law;
  bool converged, agreed;
};

/// Fits again as `result` was fitted. Safe to use from several threads.
template <loss_model Law>
class refitter {
 public:
  using T = typename Law::real_type;
  using run_type = typename fit_problem<Law>::run_type;

  template <std::ranges::random_access_range Runs>
  refitter(const char* function, const fit_result<Law>& result, const Runs& observations)
      : law_(result.law),
        options_(result.options),
        identified_(result.identified()),
        hard_(is_hard(result.evaluations)),
        limits_(constraints_of(function, result.options)),
        runs_(
            (require_runs_of(function, result, observations), distinct_runs<T>(observations, result.options.weights))) {
    require<std::invalid_argument>(std::isfinite(result.objective), function, "objective of the fit", result.objective,
                                   "finite");
  }

  /// The distinct runs in canonical order.
  const std::vector<run_type>& runs() const { return runs_; }

  /// Where run d was observed `counts[d]` times. Fewer observations than free coefficients, and losses
  /// that are none, determine nothing: NaN. The runs as they were give the fit itself, to the last digit, if it is found
  /// again.
  refit_answer<Law> operator()(const std::vector<std::uint64_t>& counts) const {
    std::vector<run_type> runs;
    runs.reserve(runs_.size());
    bool as_they_were = true;
    for (std::size_t d = 0; d < runs_.size(); ++d) {
      as_they_were = as_they_were && static_cast<T>(counts[d]) == runs_[d].count;
      if (counts[d] == 0) continue;
      runs.push_back(runs_[d]);
      runs.back().weight *= static_cast<T>(counts[d]) / runs_[d].count;
      runs.back().count = static_cast<T>(counts[d]);
    }
    auto answer = (*this)(std::move(runs));
    if (as_they_were && answer.agreed) answer.law = law_;
    return answer;
  }

  /// On these runs: the polish from the law of the whole fit, and a search that knows nothing of it. The first of its
  /// starts must end within 1e-8 of that polish, and none lower. A law that is no sum of powers, whose starts are many and
  /// slow, has the others only if these do not agree or took long.
  refit_answer<Law> operator()(std::vector<run_type> runs) const;

 private:
  /// Whether one more Newton step would gain nothing that matters to a replicate, though perhaps more than rounding.
  static bool settled(const typename basin_search<Law>::end& end, T floor) {
    return end.converged || end.predicted_decrease <= T(1e-12) * std::abs(end.value) + floor;
  }

  static bool agree(const basin_search<Law>& find) {
    const auto &warm = find.ends()[0], &other = find.ends()[1];
    const T floor = find.objective().floor;
    return settled(warm, floor) && settled(other, floor) &&
           find.same(std::min(warm.value, other.value), std::max(warm.value, other.value));
  }

  /// The starting points of a fit of its own, the best first.
  template <class Objective>
  static auto starts_of(const Objective& f) {
    std::vector<typename basin_search<Law>::vector> result;
    if constexpr (sum_of_powers<Law>) {
      for (const auto& start : screened_starts<Law>(f)) result.push_back(start.y);
    } else {
      for (const auto& law : lattice_starts<Law>(f)) result.push_back(f.coordinates.of(law));
    }
    return result;
  }

  static Law nothing() {
    std::array<T, coefficient_count<Law>> values;
    values.fill(std::numeric_limits<T>::quiet_NaN());
    return law_from<Law>(values);
  }

  Law law_;
  fit_options<Law> options_;
  bool identified_;  ///< what all runs leave open, some of them do
  bool hard_;        ///< to fit: where starts creep on all runs, minima lie close on some of them
  constraints<Law> limits_;
  std::vector<run_type> runs_;
};

template <loss_model Law>
auto refitter<Law>::operator()(std::vector<run_type> runs) const -> refit_answer<Law> {
  T count = 0;
  bool good = true;
  for (const auto& run : runs) {
    count += run.count;
    good = good && positive_finite(run.loss);  // of drawn residuals it may be neither
  }
  if (!good || count < static_cast<T>(std::max<std::size_t>(limits_.free_count(), 1))) return {nothing(), false, true};
  const std::size_t losses = std::min(different_losses(runs), different_losses(runs_));
  const auto function = function_of(options_, runs);
  basin_search<Law> find(typename basin_search<Law>::objective_type(std::move(runs), limits_, function));
  const auto& f = find.objective();
  find.polish_from(f.coordinates.of(law_));
  const auto starts = starts_of(f);
  if (!starts.empty()) find.polish_from(starts.front());
  const bool alike = starts.empty() || agree(find), doubtful = !alike || is_doubtful(find);
  if constexpr (sum_of_powers<Law>) {
    for (std::size_t i = 1; i < starts.size(); ++i) find.compete_from(starts[i]);
    const bool is_loose = !loose_terms(find).empty();  // which only the ends of all starts tell
    if (doubtful || hard_ || is_loose) look_again(find);
  } else if (doubtful) {
    for (std::size_t i = 1; i < starts.size(); ++i) find.polish_from(starts[i]);
  }
  const auto minima = find.minima(search::screened);
  if (minima.empty()) return {nothing(), false, alike};
  const auto& best = minima.front();
  const bool agreed = alike && find.same(best.value, find.ends().front().value);
  fit_result<Law> judged{};
  judged.law = f.coordinates.law_at(best.x);
  judge_coefficients(f, minima, best.x, judged);
  const bool determined = identified_ && losses > limits_.free_count() && judged.identified();
  return {judged.law, determined && settled(best, f.floor) && !find.revive(best.x), agreed};
}

}  // namespace scaling::detail
