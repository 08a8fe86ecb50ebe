// The fits of a program: declared for every unit that includes this, compiled in fits.cpp.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>

extern template scaling::fit_result<scaling::chinchilla<>> scaling::fit<scaling::chinchilla>(
    const std::vector<scaling::observation<>>&, const scaling::fit_options<scaling::chinchilla<>>&);
