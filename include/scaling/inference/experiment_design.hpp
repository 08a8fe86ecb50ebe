// Which runs to pay for next: those that, per FLOP, most shrink the standard error of what is to be known.
// SPDX-License-Identifier: BSL-1.0
//
// To first order a run at x, with the gradient j of its residual and errors of variance v, adds j j^T / v to the
// inverse of the covariance C of the coefficients. The variance of f(law), with gradient g, then falls by
//
//   (g^T C j)^2 / (v + j^T C j)
//
// which is known before the run is made, for any f: an exponent, the loss of a large run, the tokens of a plan. With
// the factor F of C = F F^T only F^T g and F^T j are needed; v is such that the runs at hand explain C.
// (c-optimal design: V. V. Fedorov, Theory of Optimal Experiments, 1972.)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/in_double.hpp>
#include <scaling/inference/residual_derivatives.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/search.hpp>

namespace scaling {

/// A run that could be made, its price, and what standard error of f it would leave if it were the only new one.
template <training_law Law>
struct run_value {
  using T = typename Law::real_type;
  typename Law::input_type at;
  T flops, standard_error;
};

/// Runs to make, in the order in which they were found worth it; some may be made more than once.
template <training_law Law>
struct [[nodiscard]] experiment {
  using T = typename Law::real_type;
  std::vector<typename Law::input_type> runs;
  T flops;          ///< what they cost together
  T before, after;  ///< the standard error of f without and with them
};

/// The runs of a box, for a menu: `steps` values of each input from that of `from` to that of `to`, equal factors apart.
/// Domain: positive and finite inputs, from <= to, steps >= 2.
template <class Input>
std::vector<Input> menu_of(const Input& from, const Input& to, int steps) {
  constexpr auto function = "scaling::menu_of";
  detail::require(steps >= 2, function, "steps", steps, "at least 2");
  std::vector<Input> menu{from};
  for (const auto& input : Input::inputs()) {
    const auto low = from.*input.member, high = to.*input.member;
    detail::require(positive_finite(low), function, input.name, low, "positive and finite");
    detail::require(low <= high && positive_finite(high), function, input.name, high, "finite and not below its least");
    std::vector<Input> wider;
    for (const auto& run : menu)
      for (int k = 0; k < steps; ++k) {
        const auto part = static_cast<decltype(+low)>(k) / static_cast<decltype(+low)>(steps - 1);
        wider.push_back(run);
        wider.back().*input.member = std::clamp(std::pow(low, 1 - part) * std::pow(high, part), low, high);
      }
    menu = std::move(wider);
  }
  return menu;
}

/// What new runs would tell of f(law), a number, judged by a fit and the runs it was fitted to. f takes a law over any
/// scalar, as for coefficient_covariance::standard_error_of.
template <training_law Law>
class experiment_design {
 public:
  using T = typename Law::real_type;
  using input_type = typename Law::input_type;

  /// Errors: std::invalid_argument for a fit with weights, and where it has no covariance of the form gauss_newton to
  /// improve on: see `covariance`. The criterion and the residuals are those of the fit.
  template <std::ranges::random_access_range Runs, class F>
  experiment_design(const fit_result<Law>& result, const Runs& observations, F&& f, const training_cost& cost = {})
      : price_(cost, name), residual_(result.options.residual) {
    if constexpr (detail::law_in_float<Law>) {
      const auto again = detail::again_in_double(name, result, observations);
      improve_on(again.result, again.runs, f);
    } else {
      improve_on(result, observations, f);
    }
  }

  /// The standard error of f as it is, by the covariance that the design improves on.
  T standard_error() const { return static_cast<T>(before_); }

  /// The standard error of f if these runs were made besides.
  T standard_error_with(const std::vector<input_type>& runs) const {
    state now = start();
    for (const auto& run : runs) now.rankUpdate(reach_of(run));
    return error_of(now);
  }

  /// What each run of a menu would be worth on its own, in the order of the menu.
  std::vector<run_value<Law>> values_of(const std::vector<input_type>& menu) const {
    std::vector<run_value<Law>> result;
    for (const auto& run : menu) result.push_back({run, static_cast<T>(flops_of(run)), standard_error_with({run})});
    return result;
  }

  /// Runs of a menu for at most `budget` [FLOP] and at most `most_runs` of them, chosen one after the other and then
  /// exchanged one for another as long as that helps. The choice is made twice, by what a run takes from the variance
  /// and by what it takes per FLOP, and the better set is kept.
  /// Accuracy: no single exchange improves the answer; the best set may be better, above all of a menu that reaches far
  /// beyond the runs.
  /// Trap: without a limit to their number many small runs are the cheapest way to average errors out. That is true of
  /// errors that are independent and of a law that holds for them.
  experiment<Law> within(const std::vector<input_type>& menu, T budget, std::size_t most_runs = 1000) const {
    constexpr auto function = "scaling::experiment_design::within";
    detail::require(positive_finite(budget), function, "budget", budget, "positive and finite");
    priced_menu priced;
    for (const auto& run : menu) {
      priced.reach.push_back(reach_of(run));
      priced.flops.push_back(flops_of(run));
    }
    auto chosen = chosen_by(false, priced, budget, most_runs);
    if (const auto other = chosen_by(true, priced, budget, most_runs);
        variance_of(state_of(other, priced)) < variance_of(state_of(chosen, priced)))
      chosen = other;
    experiment<Law> answer{{}, 0, standard_error(), error_of(state_of(chosen, priced))};
    for (const std::size_t i : chosen) answer.runs.push_back(menu[i]);
    answer.flops = static_cast<T>(price_of(chosen, priced));
    return answer;
  }

 private:
  static constexpr auto name = "scaling::experiment_design";
  using wide = std::common_type_t<T, double>;  // in float the choice would be made among roundings
  using wide_law = rebind_t<Law, wide>;
  using vector = detail::coordinate_vector<wide_law>;
  /// The Cholesky factor of S^-1 = I + sum r r^T, where F S F^T is the covariance with new runs and r = F^T j / sqrt(v).
  /// S itself would lose a variance that has become small, and S^-1 one that has not.
  using state = Eigen::LLT<detail::coordinate_matrix<wide_law>>;
  using choice = std::vector<std::size_t>;  // places in a menu
  struct priced_menu {
    std::vector<vector> reach;
    std::vector<wide> flops;
  };

  template <class Runs, class F>
  void improve_on(const fit_result<wide_law>& result, const Runs& observations, F&& f) {
    if (!std::holds_alternative<equal_weights>(result.options.weights))
      detail::refuse<std::invalid_argument>(std::string(name) + ": the fit has weights, and a new run has none");
    covariance_ = covariance(result, observations, covariance_form::gauss_newton);
    if (covariance_.status != covariance_status::ok)
      detail::refuse<std::invalid_argument>(std::string(name) + ": the fit has no covariance to improve on");
    target_ = covariance_.slopes_of(f);
    before_ = target_.stableNorm();
    if (before_ > 0) target_ /= before_;  // whose square may overflow: that of a budget in FLOP does
    // The mean of j^T C j over the runs at hand is v p / n, if their errors are alike.
    wide sum = 0;
    for (const auto& run : observations) sum += reach_of(run.at).squaredNorm();
    const wide variance = sum / static_cast<wide>(result.free_count);
    detail::require<std::invalid_argument>(positive_finite(variance), name, "variance of the errors", variance,
                                           "positive: runs without noise leave nothing to improve");
    deviation_ = std::sqrt(variance);
  }

  static state start() { return state(detail::coordinate_matrix<wide_law>::Identity()); }

  /// r of a run.
  template <class Input>
  vector reach_of(const Input& run) const {
    constexpr auto from = Input::inputs();
    constexpr auto to = wide_law::input_type::inputs();
    typename wide_law::input_type at;
    for (std::size_t b = 0; b < to.size(); ++b) {
      at.*to[b].member = static_cast<wide>(run.*from[b].member);
      detail::require(positive_finite(at.*to[b].member), name, to[b].name, at.*to[b].member, "positive and finite");
    }
    const auto& law = covariance_.law;
    vector j =
        detail::residual_derivatives_at<wide_law>(detail::fitted_coordinates(law), at, law(at), residual_).gradient;
    for (int k = 0; k < j.size(); ++k)
      if (!covariance_.varies(Law::coefficients()[static_cast<std::size_t>(k)].symbol)) j[k] = 0;
    return covariance_.factor.transpose() * j / deviation_;
  }

  state state_of(const choice& chosen, const priced_menu& menu) const {
    state now = start();
    for (const std::size_t i : chosen) now.rankUpdate(menu.reach[i]);
    return now;
  }

  /// What a run takes from the variance of f: (t^T S r)^2 / (1 + r^T S r).
  struct gain_from {
    const state& now;
    vector towards;

    gain_from(const state& from, const vector& target) : now(from), towards(from.solve(target)) {}
    wide of(const vector& reach) const {
      const wide along = towards.dot(reach);
      return along * along / (1 + now.matrixL().solve(reach).squaredNorm());
    }
  };

  static wide price_of(const choice& chosen, const priced_menu& menu) {
    wide sum = 0;
    for (const std::size_t i : chosen) sum += menu.flops[i];
    return sum;
  }

  /// Adds the run that takes most from the variance, or most of it per FLOP, as long as one can be paid for.
  void add_greedily(choice& chosen, bool per_flop, const priced_menu& menu, T budget, std::size_t most_runs) const {
    wide spent = price_of(chosen, menu);
    for (state now = state_of(chosen, menu); chosen.size() < most_runs;) {
      std::size_t best = menu.reach.size();
      wide most = 0;
      const gain_from gain(now, target_);
      for (std::size_t i = 0; i < menu.reach.size(); ++i) {
        if (!(spent + menu.flops[i] <= wide(budget))) continue;
        const wide worth = gain.of(menu.reach[i]) / (per_flop ? menu.flops[i] : wide(1));
        if (worth > most) most = worth, best = i;
      }
      if (best == menu.reach.size()) return;
      chosen.push_back(best);
      spent += menu.flops[best];
      now.rankUpdate(menu.reach[best]);
    }
  }

  /// Exchanges each run for the one in its place that leaves the least variance. Whether one was.
  bool exchange(choice& chosen, const priced_menu& menu, T budget) const {
    bool improved = false;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      auto rest = chosen;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
      const state without = state_of(rest, menu);
      const gain_from gain(without, target_);
      const wide spent = price_of(rest, menu);
      std::size_t best = chosen[k];
      wide most = gain.of(menu.reach[best]);
      for (std::size_t i = 0; i < menu.reach.size(); ++i) {
        if (!(spent + menu.flops[i] <= wide(budget))) continue;
        if (const wide other = gain.of(menu.reach[i]); other > most) most = other, best = i;
      }
      const auto left_by = [&](std::size_t i) {
        state with = without;
        with.rankUpdate(menu.reach[i]);
        return variance_of(with);
      };
      if (!(left_by(best) < left_by(chosen[k]) * (1 - wide(1e-9)))) continue;
      chosen[k] = best;
      improved = true;
    }
    return improved;
  }

  /// Ends: each round leaves less than the one before, beyond what rounding makes of equal sets.
  choice chosen_by(bool per_flop, const priced_menu& menu, T budget, std::size_t most_runs) const {
    choice chosen;
    wide before = 2;
    do {
      add_greedily(chosen, per_flop, menu, budget, most_runs);
      const wide now = variance_of(state_of(chosen, menu));
      if (!(now < before * (1 - wide(1e-12)))) break;
      before = now;
    } while (exchange(chosen, menu, budget));
    return chosen;
  }

  /// Of f, over that without new runs.
  wide variance_of(const state& now) const { return now.matrixL().solve(target_).squaredNorm(); }
  T error_of(const state& now) const { return static_cast<T>(before_ * std::sqrt(variance_of(now))); }

  wide flops_of(const input_type& run) const { return price_.flops(wide(run.parameters), wide(run.tokens)); }

  detail::price<wide> price_;
  residual residual_;
  coefficient_covariance<wide_law> covariance_;
  vector target_;  // F^T g, over its length
  wide before_ = 0, deviation_ = 1;
};

}  // namespace scaling
