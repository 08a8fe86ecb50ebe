// Planning: the best use of a training budget, from a law.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/planning/bracket.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/contours.hpp>
#include <scaling/planning/data_constrained.hpp>
#include <scaling/planning/data_constrained_inverse.hpp>
#include <scaling/planning/data_constrained_search.hpp>
#include <scaling/planning/diminishing_returns.hpp>
#include <scaling/planning/inference_aware.hpp>
#include <scaling/planning/isoflop.hpp>
#include <scaling/planning/loss_slopes.hpp>
#include <scaling/planning/reconcile.hpp>
#include <scaling/planning/repetition.hpp>
#include <scaling/planning/search.hpp>
#include <scaling/planning/training_steps.hpp>
