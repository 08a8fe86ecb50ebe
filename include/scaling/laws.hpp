// Every law, and the published coefficient sets.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/chinchilla.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/published.hpp>
