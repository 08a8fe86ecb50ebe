// What most tests and examples do with runs in double: fit Chinchilla's law, draw its runs again, ask for a covariance.
// Declared here, in what they all have precompiled, and compiled once, in compiled.cpp.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/refit.hpp>

#ifndef SUPPORT_COMPILED_ELSEWHERE
#define SUPPORT_COMPILED_ELSEWHERE extern
#endif

namespace scaling {

SUPPORT_COMPILED_ELSEWHERE template detail::constraints<chinchilla<double>> detail::constraints_of(
    std::string_view, const fit_options<chinchilla<double>>&);
SUPPORT_COMPILED_ELSEWHERE template fit_result<chinchilla<double>> detail::fit_in(
    const std::vector<observation<>>&, const fit_options<chinchilla<double>>&);
SUPPORT_COMPILED_ELSEWHERE template detail::refit_answer<chinchilla<double>>
detail::refitter<chinchilla<double>>::operator()(std::vector<run_type>) const;
SUPPORT_COMPILED_ELSEWHERE template coefficient_covariance<chinchilla<double>> covariance(
    const fit_result<chinchilla<double>>&, const std::vector<observation<>>&, covariance_form);

}  // namespace scaling
