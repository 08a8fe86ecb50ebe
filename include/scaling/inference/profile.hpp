// Profile intervals: how far one coefficient can be moved, all others refitted, before the runs object.
// SPDX-License-Identifier: BSL-1.0
//
// With Q(c) the least criterion at which the coefficient has the value c, and Q its minimum over all c:
//
//   squared    n log(Q(c)/Q)          the likelihood ratio of Gaussian errors, their size estimated at each c
//   absolute   2 n log(Q(c)/Q)        the same of Laplace's double exponential errors
//   huber      2 (Q(c) - Q)/lambda    the rho test of Schrader and Hettmansperger 1980, where
//                                     lambda = (sum psi^2/(n - p)) / (mean psi') at the fit
//   a density  2 (l - l(c))           if one is named: l(c) is the greatest log-likelihood of Huber's density, of
//                                     likelihood.hpp, at any scale sigma where the coefficient is c, and l over all c
//
// Each is chi-squared with one degree of freedom if the coefficient is c, in the limit of many runs. The interval is
// where it is below its quantile. The last is that of Besiroglu et al. 2024 (arXiv 2404.10102, with delta = 1e-3): the
// Gaussian one where delta is large, Laplace's where it is small, since its delta is in units of sigma. Nothing is
// linearised, so A and alpha may be as collinear as they like, the interval of A is the same as that of log A, and one that
// has no end says so.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/tools/toms748_solve.hpp>

#include <scaling/core/error.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/inference/in_double.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/inference/likelihood.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// Which statistic a profile interval is made of; see above.
enum class profile_statistic { gaussian, laplace, rho, huber_density };

/// The interval of a coefficient. An end that the runs do not determine is the bound of the coefficient, which may be
/// 0 or infinite; the statistic stays below its quantile all the way there.
template <real T>
struct [[nodiscard]] profile_interval {
  scaling::interval<T> interval;
  bool lower_determined, upper_determined;
  profile_statistic statistic;
  int fits;  ///< how many it took
  /// By how much a refit was better than the fit itself, relative to its criterion, or in log-likelihood a run: 0,
  /// unless the fit had missed its optimum, and then this interval is not worth much either.
  T improvement;
};

namespace detail {

/// The statistic of one coefficient, as a function of its fitted coordinate. A refit starts from that at the last value
/// which the runs did not object to, besides its own search: those of a valley are near it, beyond are others.
template <loss_model Law, class Runs>
class profiled_statistic {
 public:
  using T = typename Law::real_type;

  profiled_statistic(const fit_result<Law>& result, const Runs& observations, std::size_t place,
                     const constraints<Law>& limits, const std::optional<huber>& density, T quantile)
      : observations_(observations),
        place_(place),
        limits_(limits),
        density_(density),
        quantile_(quantile),
        options_(result.options),
        n_(T(result.observation_count)),
        estimate_(result.law.*Law::coefficients()[place].member),
        best_(result.law) {
    options_.reduction = reduction::sum;
    options_.start = result.law;
    if (density_) {
      kind_ = profile_statistic::huber_density;
      const auto [law, likelihood] = most_likely(options_);
      most_ = likelihood;
      estimate_ = law.*Law::coefficients()[place].member;
      options_.start = best_ = law;
      return;
    }
    const auto base = fit_in<Law>(observations, with_search(search::single));
    least_ = base.objective;
    if (std::holds_alternative<squared>(options_.criterion)) kind_ = profile_statistic::gaussian;
    if (std::holds_alternative<absolute>(options_.criterion)) kind_ = profile_statistic::laplace;
    if (kind_ == profile_statistic::rho) set_lambda(result);
  }

  /// Above 0 where the runs object: the statistic, less its quantile.
  T operator()(T coordinate) {
    const auto symbol = Law::coefficients()[place_].symbol;
    const T value = value_of(coordinate);
    auto options = with_search(search::screened);
    std::erase_if(options.fixed, [&](const auto& one) { return one.symbol == symbol; });
    options.fixed.push_back({std::string(symbol), value});
    for (std::size_t k = 0; k < coefficient_count<Law>; ++k)  // and what is tied to it: a law that the fit could find
      if (limits_.leader[k] == limits_.leader[place_]) (*options.start).*Law::coefficients()[k].member = value;
    const auto [law, statistic] = density_ ? by_likelihood(options) : by_criterion(options);
    if (statistic <= quantile_) options_.start = law;
    const T large = std::sqrt(std::numeric_limits<T>::max());  // of which a root finder can take differences
    if (std::isnan(statistic)) return large;  // no law at all: a loss that is not positive has no logarithm
    return std::clamp(statistic - quantile_, -large, large);
  }

  /// To the other side of the fit.
  void turn_back() { options_.start = best_; }

  /// Of a coordinate at a bound, whose exp may round beyond it, the bound.
  T value_of(T coordinate) const {
    const T value = Law::coefficients()[place_].scale == scale::log ? std::exp(coordinate) : coordinate;
    return std::clamp(value, limits_.lower[place_], limits_.upper[place_]);
  }

  /// Where the statistic is 0.
  T estimate() const { return estimate_; }
  profile_statistic kind() const { return kind_; }
  int fits() const { return fits_; }
  T improvement() const { return improvement_; }

 private:
  fit_options<Law> with_search(search where) const {
    auto options = options_;
    options.search = where;
    return options;
  }

  std::pair<Law, T> by_likelihood(const fit_options<Law>& options) {
    const auto [law, likelihood] = most_likely(options);
    improvement_ = std::max(improvement_, (likelihood - most_) / n_);
    return {law, 2 * (most_ - likelihood)};
  }

  std::pair<Law, T> by_criterion(const fit_options<Law>& options) {
    const auto result = fit_in<Law>(observations_, options);
    ++fits_;
    improvement_ = std::max(improvement_, (least_ - result.objective) / least_);
    if (kind_ == profile_statistic::rho) return {result.law, 2 * (result.objective - least_) / lambda_};
    const T ratio = std::log(result.objective / least_);
    return {result.law, kind_ == profile_statistic::gaussian ? n_ * ratio : 2 * n_ * ratio};
  }

  /// The law of the greatest likelihood under the density, and that likelihood: a fit by the delta of the scale at hand,
  /// the scale of its residuals, and so on, each step up. For a linear law the likelihood is concave in 1/sigma and
  /// coefficients/sigma together, so that there is one top.
  std::pair<Law, T> most_likely(fit_options<Law> options) {
    const auto likelihood = [&](const Law& law) {
      return log_likelihood(law, observations_, criterion(*density_), options.residual);
    };
    auto best = likelihood(*options.start);
    for (int round = 0; round < 100 && positive_finite(best.scale); ++round) {
      const double delta = density_->delta * static_cast<double>(best.scale);
      options.criterion = huber{std::max(delta, std::numeric_limits<double>::min())};  // below it is Laplace's too
      const auto result = fit_in<Law>(observations_, options);
      ++fits_;
      const auto next = likelihood(result.law);
      if (!(next.log_likelihood > best.log_likelihood)) break;
      const bool last = next.log_likelihood - best.log_likelihood < T(1e-12) * n_;
      best = next;
      options.start = result.law;
      if (last) break;
    }
    return {*options.start, best.log_likelihood};
  }

  void set_lambda(const fit_result<Law>& result) {
    auto runs = distinct_runs<T>(observations_, options_.weights);
    const auto limits = constraints_of("scaling::profile", options_);
    const int power = std::holds_alternative<relative_weights>(options_.weights) ? tame_weights(runs) : 0;
    const auto function = function_of(options_, runs);
    const typename basin_search<Law>::objective_type f(std::move(runs), limits, function);
    // Where the quadratic zone holds no more runs than coefficients, its curvature is none, and all else is linear.
    const std::size_t inside = std::min(result.residuals.in_quadratic_zone, f.different_in_zone(result.law));
    if (function.linear || inside <= static_cast<std::size_t>(result.free_count)) {
      kind_ = profile_statistic::laplace;
      return;
    }
    T squares = 0, curvature = 0;
    for (const auto& run : f.runs) {
      const T r = f.template residual_of<T>(result.law, run), slope = f.slope(run, r) * run.sigma;
      squares += slope * slope / run.count;
      curvature += f.curvature(run, r) * run.sigma * run.sigma;
    }
    lambda_ = std::ldexp(squares / (n_ - static_cast<T>(result.free_count)) / (curvature / n_), power);
  }

  const Runs& observations_;
  std::size_t place_;
  const constraints<Law>& limits_;
  std::optional<huber> density_;
  T quantile_;
  fit_options<Law> options_;
  T n_, estimate_;
  Law best_;
  T least_ = 0, most_ = 0, lambda_ = 1, improvement_ = 0;
  profile_statistic kind_ = profile_statistic::rho;
  int fits_ = 0;
};

}  // namespace detail

/// The profile interval of the coefficient `symbol` of a fit to these observations, by refits at values that Boost's
/// bracketing root finder chooses: some 40 of them.
///
/// With a `density`, the statistic is that of its likelihood, whatever criterion the fit is by, and the interval lies
/// about the coefficient of the greatest likelihood; the fit's fixed, tied and bounded coefficients stay as they are.
///
/// Domain: a fit in which the coefficient is free; if it is at a bound, the interval starts there, and where the truth is
/// there too it holds it more often than it says.
/// Errors: std::invalid_argument for a symbol that the law has not, or that was fixed, for a fit that found no law, for
/// observations that are not those of the fit, by their number or the ends of an input, and for a density if the fit has
/// weights.
/// Both ends are NaN where residuals are 0 but for rounding, as without noise, and with as many coefficients as runs.
/// Accuracy: the ends to 1e-8 of the coordinate (log A, alpha).
/// Trap: of a criterion with several minima it is the part around the fit. Under Huber's criterion lambda rests on the
/// runs in the quadratic zone: with no more of them than coefficients the statistic is that of absolute errors; where they
/// are few, as with delta = 1e-3 and noise of 0.5 %, 95 % intervals of alpha held the truth in 82 to 84 % of tables of 36
/// runs. Take a bootstrap there. See docs/explain/intervals.md. A density is an
/// assumption: where errors have another, the interval is off by the ratio of what the two say of their variance.
/// Trap: with a factor for overestimates they are too narrow, the more the larger it is, and by `absolute` most.
template <loss_model Law, std::ranges::random_access_range Runs>
auto profile(const fit_result<Law>& result, const Runs& observations, std::string_view symbol, double level = 0.95,
             const std::optional<huber>& density = {}) -> profile_interval<typename Law::real_type> {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::profile";
  constexpr auto table = Law::coefficients();
  detail::require_level(function, level);
  const std::size_t place = detail::place_of<Law>(function, symbol);
  const auto limits = detail::constraints_of(function, result.options);
  if (limits.held[place])
    detail::refuse<std::invalid_argument>(std::string(function) + ": \"" + std::string(symbol) + "\" was held fixed");
  detail::require<std::invalid_argument>(std::isfinite(result.objective), function, "objective of the fit",
                                         result.objective, "finite");

  detail::require_runs_of(function, result, observations);
  if (density && !std::holds_alternative<equal_weights>(result.options.weights))
    detail::refuse<std::invalid_argument>(
        detail::joined({function, ": the fit has weights, and the density is one for all runs"}));

  const T quantile = boost::math::quantile(boost::math::chi_squared_distribution<T>(1), static_cast<T>(level));
  detail::profiled_statistic<Law, Runs> excess(result, observations, place, limits, density, quantile);
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  if (!detail::shows_errors(result, observations))  // there is nothing to object with
    return {{nan, nan, level}, false, false, excess.kind(), excess.fits(), T(0)};
  const bool log = table[place].scale == scale::log;
  const T estimate = excess.estimate(), at = log ? std::log(estimate) : estimate;

  // The end on one side, and whether it is one: by steps that double until the statistic is too large, then its root.
  const auto end = [&](T direction, T bound) -> std::pair<T, bool> {
    const T most = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::min();
    const T edge = log ? std::log(std::clamp(bound, least, most)) : std::clamp(bound, -most, most);
    excess.turn_back();
    T from = at, inside = -quantile;
    if (log && estimate == 0) {  // no logarithm: the first of the starts, or so far below it that the runs allow it
      from = std::min(edge, static_cast<T>(table[place].starts.from));
      inside = excess(from);
      for (T down = 1; inside > 0 && from > std::log(least); down *= 2) {
        from = std::max(from - down, std::log(least));
        inside = excess(from);
      }
      if (!(inside <= 0)) return {nan, false};
    }
    T inner = from;
    const auto usual = static_cast<T>(detail::usual_size(table[place].starts));
    T step = log ? T(1) / 64 : std::max(std::abs(estimate), usual / 200) / 64;
    for (int doubling = 0; doubling < 80; ++doubling, step *= 2) {
      const bool last = !(direction * (edge - from) > step);
      const T outer = last ? edge : from + direction * step, outside = excess(outer);
      if (outside > 0) {
        const auto f = [&](T x) { return excess(x); };
        const auto close = [](T a, T b) { return std::abs(a - b) <= T(1e-8) * std::max(std::abs(a), std::abs(b)); };
        std::uintmax_t evaluations = 60;
        const auto [low, high] =
            direction > 0 ? boost::math::tools::toms748_solve(f, inner, outer, inside, outside, close, evaluations)
                          : boost::math::tools::toms748_solve(f, outer, inner, outside, inside, close, evaluations);
        return {excess.value_of((low + high) / 2), true};
      }
      if (last) break;
      inner = outer;
      inside = outside;
    }
    return {bound, false};
  };
  const auto lower = estimate > limits.lower[place] ? end(T(-1), limits.lower[place]) : std::pair(estimate, false);
  const auto upper = estimate < limits.upper[place] ? end(T(1), limits.upper[place]) : std::pair(estimate, false);
  return {{lower.first, upper.first, level},
          lower.second,
          upper.second,
          excess.kind(),
          excess.fits(),
          excess.improvement()};
}

/// Of runs in float: made in double, and rounded.
template <detail::law_in_float Law, std::ranges::random_access_range Runs>
auto profile(const fit_result<Law>& result, const Runs& observations, std::string_view symbol, double level = 0.95,
             const std::optional<huber>& density = {}) -> profile_interval<typename Law::real_type> {
  const auto wide = detail::again_in_double("scaling::profile", result, observations);
  const auto p = profile(wide.result, wide.runs, symbol, level, density);
  const auto to_float = [](double x) { return static_cast<float>(x); };
  return {{to_float(p.interval.lower), to_float(p.interval.upper), level},
          p.lower_determined,
          p.upper_determined,
          p.statistic,
          p.fits,
          to_float(p.improvement)};
}

}  // namespace scaling
