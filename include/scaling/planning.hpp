// Planning: the best use of a training budget, from a law.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/planning/compute_optimal.hpp>
