// Inference: how sure a fit is, and what that means for a plan.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/inference/agreement.hpp>
#include <scaling/inference/bca.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/changes.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/experiment_design.hpp>
#include <scaling/inference/forecast.hpp>
#include <scaling/inference/in_double.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/inference/likelihood.hpp>
#include <scaling/inference/model_choice.hpp>
#include <scaling/inference/normal_deviations.hpp>
#include <scaling/inference/profile.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/inference/refit.hpp>
#include <scaling/inference/resample.hpp>
#include <scaling/inference/residual_derivatives.hpp>
#include <scaling/inference/runner.hpp>
#include <scaling/inference/sensitivity.hpp>
#include <scaling/inference/threads.hpp>
