// Fitting: laws from measured runs. A fit needs a law, so the laws come along.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/fitting/basins.hpp>
#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/envelope.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/isoflop.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/parabola.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/screen.hpp>
#include <scaling/fitting/trend.hpp>
#include <scaling/laws.hpp>
