// Inference on runs in float: made in double, as their fit was, and the answer rounded once.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ranges>
#include <utility>
#include <vector>

#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/in_double.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <loss_model Law>
struct fit_in_double {
  std::vector<observation<typename Law::input_type>> runs;
  fit_result<Law> result;
};

/// The runs in double and their fit, which is what the result in float was rounded from.
template <law_in_float Law, std::ranges::random_access_range Runs>
fit_in_double<rebind_t<Law, double>> again_in_double(const char* function, const fit_result<Law>& result,
                                                     const Runs& observations) {
  require_runs_of(function, result, observations);
  auto runs = widened<Law>(observations);
  auto fitted = fit_in(runs, options_in<double>(result.options));
  return {std::move(runs), std::move(fitted)};
}

/// The fit that options ask for, of a law in any scalar.
template <loss_model Law, std::ranges::random_access_range Runs>
fit_result<Law> fit_by(const fit_options<Law>& options, const Runs& observations) {
  return fit_in<Law>(observations, options);
}
template <law_in_float Law, std::ranges::random_access_range Runs>
fit_result<Law> fit_by(const fit_options<Law>& options, const Runs& observations) {
  return rounded(fit_in(widened<Law>(observations), options_in<double>(options)), options);
}

}  // namespace scaling::detail
