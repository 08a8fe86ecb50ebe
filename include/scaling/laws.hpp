// Every law, and the published coefficient sets.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/bounded.hpp>
#include <scaling/chinchilla.hpp>
#include <scaling/kaplan.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/lovelace.hpp>
#include <scaling/muennighoff.hpp>
#include <scaling/over_training.hpp>
#include <scaling/power_law.hpp>
#include <scaling/published.hpp>
