// SPDX-License-Identifier: BSL-1.0
#include "fits.hpp"

template scaling::fit_result<scaling::chinchilla<>> scaling::fit<scaling::chinchilla>(
    const std::vector<scaling::observation<>>&, const scaling::fit_options<scaling::chinchilla<>>&);
