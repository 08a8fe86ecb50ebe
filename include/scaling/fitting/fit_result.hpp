// What a fit answers: a law, and how it knows.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// How a fit ended.
enum class termination {
  /// predicted_decrease <= tolerance, and no coefficient that is 0 would lower the objective
  converged,
  /// stationary where a term of the law is 0, though the objective falls as the term is brought back; for a law that is
  /// no sum of powers: where a coefficient has vanished, or has no effect while another is at its bound, since nothing
  /// then shows that it should
  term_vanished,
  /// predicted_decrease > tolerance: the point is the best that was seen, not a minimum (NaN if none was finite)
  not_converged
};

/// How many starts there were, how many of them converged, and how many of those within 1e-8 of the best objective. The
/// screened search gives up those whose sum of squares cannot come near that of a minimum at hand.
struct start_counts {
  int tried, given_up, converged, agreeing;
};

/// Another minimum that the search came upon: the law there, its objective, and by which share that is higher.
template <loss_model Law>
struct basin {
  Law law;
  typename Law::real_type objective, excess;
};

/// A coefficient on the boundary of its box.
template <real T>
struct bound_hit {
  std::string_view symbol;
  T bound;
};

/// The residuals at the fit, in the units of the option `residual`.
template <real T>
struct residual_summary {
  T root_mean_square, largest;
  std::size_t in_quadratic_zone;  ///< how many of the runs have |r| <= delta; all of them for `squared`
};

/// A fitted law with the evidence for it. Copyable, self-contained; what could not be computed is NaN.
template <loss_model Law>
struct [[nodiscard]] fit_result {
  using T = typename Law::real_type;

  Law law;
  T objective;  ///< of all runs, unscaled as in the literature: the sum, or the mean if asked for
  scaling::termination termination;
  T gradient_norm;                  ///< largest |d objective / d coordinate|, the coordinates those of coordinates.hpp
  T predicted_decrease, tolerance;  ///< what one more Newton step would gain, and 64 epsilon times the objective
  int iterations;                   ///< of the polish that reached the law
  int evaluations;                  ///< of the objective, over all starts
  start_counts starts;
  std::vector<basin<Law>> basins;  ///< the other minima, best first
  std::vector<bound_hit<T>> at_bound;
  std::size_t observation_count;
  std::array<input_range<T>, input_count<typename Law::input_type>> range;  ///< of the inputs, in their order
  residual_summary<T> residuals;
  T singular_ratio;  ///< see identified()
  int free_count;    ///< coefficients neither fixed, nor tied to another, nor (if identified) at a bound
  int rank;          ///< how many directions among them the runs determine
  /// The others, along which predictions hardly change; or the way to a law that has the same with two powers exchanged.
  std::vector<coefficient_direction<Law>> undetermined;
  fit_options<Law> options;

  bool converged() const { return termination == scaling::termination::converged; }

  /// Whether the runs determine every coefficient: the Jacobian of the log predictions, over the coefficients that are
  /// not fixed, with columns of unit length in centred coordinates, has its smallest singular value above 1e-6 of its
  /// largest. One at a bound counts as well, a vanished term by a trace of it: what a search has slid to along a valley
  /// the runs have not said. Real tables have 4e-3 and more; two model sizes leave rank 4 of 5, one 3 of 4; one ratio D/N
  /// gives 3e-7 where the exponents are all but alike. Where they are not, N^-alpha and D^-beta can be exchanged there and
  /// no loss changes: that counts as 0, as does another minimum with the same predictions that the search came upon.
  /// Otherwise it is local: flat valleys and other minima are in `basins`.
  bool identified() const { return singular_ratio > T(1e-6); }
};

namespace detail {

/// That the `observations` are those of the fit, as far as it remembers: as many, as its weights count them, and between
/// the same smallest and largest inputs. An invalid_argument says what differs.
template <loss_model Law, std::ranges::input_range Runs>
void require_runs_of(const char* function, const fit_result<Law>& result, const Runs& observations) {
  using T = typename Law::real_type;
  const auto& weights = result.options.weights;
  const auto runs = static_cast<std::size_t>(std::ranges::distance(observations));
  check_weights(function, weights, runs);
  const auto check = [&](std::string_view what, const auto& found, const auto& fitted) {
    if (found == fitted) return;
    refuse_value<std::invalid_argument>(function, what, found, joined({"the ", text_of(fitted), " of the fit"}));
  };
  check("number of observations", observations_of(weights, runs), result.observation_count);
  constexpr auto inputs = Law::input_type::inputs();
  for (std::size_t b = 0; b < inputs.size(); ++b) {
    T from = std::numeric_limits<T>::infinity(), to = 0;
    std::size_t i = 0;
    for (const auto& run : observations) {
      if (!(weight_of<T>(weights, i++).weight > 0)) continue;
      const auto value = static_cast<T>(run.at.*inputs[b].member);
      from = std::min(from, value), to = std::max(to, value);
    }
    check(joined({"smallest ", inputs[b].name}), from, result.range[b].from);
    check(joined({"largest ", inputs[b].name}), to, result.range[b].to);
  }
}

/// Whether the residuals at a fit are errors: more than rounding, and of more different runs than coefficients.
template <loss_model Law, std::ranges::random_access_range Runs>
bool shows_errors(const fit_result<Law>& result, const Runs& observations) {
  using T = typename Law::real_type;
  const bool of_logs = result.options.residual == residual::log;
  T unit = of_logs ? T(1) : T(0);  // of residuals: the largest loss, where they are plain
  if (!of_logs)
    for (const auto& run : observations) unit = std::max(unit, static_cast<T>(run.loss));
  return result.residuals.largest > 16 * std::numeric_limits<T>::epsilon() * unit &&
         different_losses(distinct_runs<T>(observations, result.options.weights)) >
             static_cast<std::size_t>(result.free_count);
}

}  // namespace detail

}  // namespace scaling
