// Fitting: laws from measured runs. A fit needs a law, so the laws come along.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/fitting/basins.hpp>
#include <scaling/fitting/box_least_squares.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/descent.hpp>
#include <scaling/fitting/envelope.hpp>
#include <scaling/fitting/exchanged_powers.hpp>
#include <scaling/fitting/exponent_columns.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/grid.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/in_double.hpp>
#include <scaling/fitting/isoflop.hpp>
#include <scaling/fitting/judgement.hpp>
#include <scaling/fitting/neighbours.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/parabola.hpp>
#include <scaling/fitting/polisher.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/revival.hpp>
#include <scaling/fitting/run_blocks.hpp>
#include <scaling/fitting/screen.hpp>
#include <scaling/fitting/second_look.hpp>
#include <scaling/fitting/term_check.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/fitting/trend.hpp>
#include <scaling/fitting/unrolled.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/laws.hpp>
