// The bootstrap: the fit of runs drawn from the runs again and again, and how far its law moves.
// SPDX-License-Identifier: BSL-1.0
//
// B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979). Replicate i draws with
// the random stream (seed, i) and with nothing else, so any range of replicates can be computed anywhere, on threads,
// processes or machines, and their union is the same bit for bit (for one build):
//
//   bootstrap(result, runs, {.replicates = 4000})
//   bootstrap(result, runs, {.replicates = 1000, .first_replicate = 3000})     the last quarter of it
//
// Each replicate is a fit with its evidence: the polish from the law of all runs and a screened start that knows
// nothing of it must agree, or all that a fit starts from is searched. Refits that stop short give intervals far too
// narrow: those printed in 2022 were.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/inference/in_double.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/inference/refit.hpp>
#include <scaling/inference/resample.hpp>
#include <scaling/inference/runner.hpp>
#include <scaling/inference/threads.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// What a replicate draws.
enum class resampling {
  /// runs, or clusters of them: nothing is assumed of the errors, but that the runs are a sample
  runs,
  /// residuals, which are put on the fitted law at the runs as they are: for designed grids of runs, if the errors are
  /// alike everywhere, in units of known_sigma where that is given: relative weights say what matters, not what errs.
  /// Not centred: a law with a floor has centred them, as its criterion understands it
  residuals
};

/// How many replicates, which of them, and what each draws.
struct bootstrap_options {
  std::size_t replicates = 1000;               ///< how many; 1000 give a 95 % interval to some 3 % of its width
  std::size_t first_replicate = 0;             ///< the number of the first
  std::uint64_t seed = 0;                      ///< of all streams
  unsigned threads = 0;                        ///< of this machine; 0: as many as it has. Does not change a digit
  std::string cluster_by{};                    ///< an input, "parameters": runs of one size are drawn together
  scaling::resampling draw{resampling::runs};  ///< what is drawn
};

/// The laws of the replicates, in their order, with what became of the fits.
template <loss_model Law>
struct [[nodiscard]] bootstrap_sample : law_sample<Law> {
  std::size_t first_replicate;
  /// Replicates whose fit did not converge, or whose runs do not determine the law: no more distinct ones than there are
  /// coefficients, or of too few sizes. In float also those with a coefficient beyond float. `laws` has the best law seen,
  /// or NaN if there were too few runs.
  std::vector<std::size_t> failed;
  /// Replicates whose first two starts ended in different minima, or in one that is not the best.
  std::vector<std::size_t> disagreed;
};

namespace detail {

inline constexpr auto bootstrap_name = "scaling::bootstrap";

/// The runs one by one, with the residual of each: log L - log law(x), or L - law(x).
template <loss_model Law>
class residual_resampler {
 public:
  using T = typename Law::real_type;
  using run_type = typename refitter<Law>::run_type;

  residual_resampler(const fit_result<Law>& result, const std::vector<run_type>& runs)
      : log_(result.options.residual == residual::log) {
    for (const auto& run : runs) {
      const T predicted = result.law(run_at<Law>(run));
      for (T i = 0; i < run.count; ++i) {
        runs_.push_back(run);
        runs_.back().weight /= run.count;
        runs_.back().count = 1;
        predicted_.push_back(predicted);
        // In units of the run's own sigma, so that a precise run is not given the error of a rough one.
        residuals_.push_back((log_ ? std::log(run.loss / predicted) : run.loss - predicted) / run.sigma);
      }
    }
  }

  std::vector<run_type> draw(philox_stream& random) const {
    std::vector<run_type> runs = runs_;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const T r = residuals_[random.below(static_cast<std::uint32_t>(residuals_.size()))] * runs[i].sigma;
      runs[i].loss = log_ ? predicted_[i] * std::exp(r) : predicted_[i] + r;
    }
    return runs;
  }

 private:
  bool log_;
  std::vector<run_type> runs_;
  std::vector<T> predicted_, residuals_;
};

/// Refuses more observations than those that are drawn one by one can be told apart by their number.
template <loss_model Law>
void require_numbered(const char* function, const refitter<Law>& refit) {
  typename Law::real_type count = 0;
  for (const auto& run : refit.runs()) count += run.count;
  require<std::invalid_argument>(count < static_cast<typename Law::real_type>(0x1p32), function,
                                 "number of observations", count,
                                 "below 2^32 where they are drawn one by one, not in clusters");
}

/// The units that are drawn.
template <loss_model Law>
resampler resampler_of(const char* function, const refitter<Law>& refit, const std::string& cluster_by) {
  if (cluster_by.empty()) {
    require_numbered(function, refit);
    return resampler::of_observations(refit.runs());
  }
  auto clusters = resampler::of_clusters(refit.runs(), input_place<typename Law::input_type>(function, cluster_by));
  require<std::invalid_argument>(clusters.units() > 1, function, joined({"number of clusters by ", cluster_by}),
                                 clusters.units(), "at least 2: of one every draw is the same");
  return clusters;
}

/// Fits number 0 to n - 1 by a runner, collected in their order.
template <loss_model Law, index_runner Runner, class Fit>
bootstrap_sample<Law> collect(std::size_t n, std::size_t first, const Runner& for_each_index, const Fit& fit_number) {
  std::vector<refit_answer<Law>> answers(n);
  for_each_index(n, [&](std::size_t i) { answers[i] = fit_number(i); });
  bootstrap_sample<Law> sample{{}, first, {}, {}};
  sample.laws.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    sample.laws.push_back(answers[i].law);
    if (!answers[i].converged) sample.failed.push_back(first + i);
    if (!answers[i].agreed) sample.disagreed.push_back(first + i);
  }
  return sample;
}

template <law_in_float Law>
bootstrap_sample<Law> rounded(const bootstrap_sample<rebind_t<Law, double>>& sample) {
  bootstrap_sample<Law> result{{}, sample.first_replicate, {}, sample.disagreed};
  auto failed = sample.failed.begin();
  for (std::size_t i = 0; i < sample.laws.size(); ++i) {
    result.laws.push_back(law_in<float>(sample.laws[i]));
    const bool in_double = failed != sample.failed.end() && *failed == result.first_replicate + i;
    if (in_double) ++failed;
    if (in_double || !is_finite(result.laws.back())) result.failed.push_back(result.first_replicate + i);
  }
  return result;
}

}  // namespace detail

/// The bootstrap of a fit and of the observations that it was fitted to, on a runner of your own: `for_each_index(n,
/// fn)`, see runner.hpp; `options.threads` is then not looked at.
///
/// Errors: std::invalid_argument for observations that are not those of the fit, by their number or the ends of an
/// input, for a fit that found no law, for an input to cluster by that is not there, for clusters of residuals, and for
/// 2^32 observations or more but in clusters.
/// Complexity: a fit and one start more a replicate, a fifth of a millisecond or less for 240 runs of Chinchilla's law.
/// Where starts take long, as of few or noisy runs, or the coefficient of a term is held, tied or boxed, in the fit or in
/// the replicate, a second screen and more starts, some four times as long: without them 5 % of the replicates of made
/// tables agreed in the wrong one of two minima. Memory: the replicates, and but in clusters 64 bytes an observation, of
/// which `frequencies` may have many.
/// Traps: intervals of replicates are about the law, not about a single run, and they know nothing of what the law
/// leaves out. Few clusters give too narrow intervals: with k of them by a factor of
/// sqrt((k - 1)/k) at least.
template <loss_model Law, std::ranges::random_access_range Runs, index_runner Runner>
bootstrap_sample<Law> bootstrap(const fit_result<Law>& result, const Runs& observations,
                                const bootstrap_options& options, const Runner& for_each_index) {
  constexpr auto function = detail::bootstrap_name;
  const detail::refitter<Law> refit(function, result, observations);
  const std::size_t first = options.first_replicate;
  const auto stream = [&](std::size_t i) { return philox_stream(options.seed, first + i); };
  if (options.draw == resampling::residuals) {
    if (!options.cluster_by.empty())
      detail::refuse<std::invalid_argument>(
          detail::joined({function, ": residuals are drawn one by one, not by ", options.cluster_by}));
    detail::require_numbered(function, refit);
    const detail::residual_resampler<Law> draws(result, refit.runs());
    return detail::collect<Law>(options.replicates, first, for_each_index, [&](std::size_t i) {
      auto random = stream(i);
      return refit(draws.draw(random));
    });
  }
  const auto draws = detail::resampler_of(function, refit, options.cluster_by);
  return detail::collect<Law>(options.replicates, first, for_each_index, [&](std::size_t i) {
    auto random = stream(i);
    return refit(draws.draw(random));
  });
}

/// Of runs in float: drawn and fitted in double, and the laws rounded.
template <detail::law_in_float Law, std::ranges::random_access_range Runs, index_runner Runner>
bootstrap_sample<Law> bootstrap(const fit_result<Law>& result, const Runs& observations,
                                const bootstrap_options& options, const Runner& for_each_index) {
  const auto wide = detail::again_in_double(detail::bootstrap_name, result, observations);
  return detail::rounded<Law>(bootstrap(wide.result, wide.runs, options, for_each_index));
}

/// The same on the threads of this machine.
template <loss_model Law, std::ranges::random_access_range Runs>
bootstrap_sample<Law> bootstrap(const fit_result<Law>& result, const Runs& observations,
                                const bootstrap_options& options = {}) {
  return bootstrap(result, observations, options, thread_runner{options.threads});
}

/// The fits with one observation left out at a time, or one cluster of them: what bca_interval asks for besides the
/// replicates, and which run matters most. In the canonical order of the runs: by their inputs, the first one first.
template <loss_model Law, std::ranges::random_access_range Runs>
bootstrap_sample<Law> jackknife(const fit_result<Law>& result, const Runs& observations,
                                const std::string& cluster_by = {}, unsigned threads = 0) {
  constexpr auto function = "scaling::jackknife";
  const detail::refitter<Law> refit(function, result, observations);
  const auto draws = detail::resampler_of(function, refit, cluster_by);
  return detail::collect<Law>(draws.units(), 0, thread_runner{threads},
                              [&](std::size_t i) { return refit(draws.without(i)); });
}

template <detail::law_in_float Law, std::ranges::random_access_range Runs>
bootstrap_sample<Law> jackknife(const fit_result<Law>& result, const Runs& observations,
                                const std::string& cluster_by = {}, unsigned threads = 0) {
  const auto wide = detail::again_in_double("scaling::jackknife", result, observations);
  return detail::rounded<Law>(jackknife(wide.result, wide.runs, cluster_by, threads));
}

}  // namespace scaling
