// Counting: parameters and FLOP of a model, from its shape.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <scaling/counting/embedding.hpp>
#include <scaling/counting/training_compute.hpp>
#include <scaling/counting/transformer.hpp>
