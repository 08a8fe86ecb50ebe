// A part of -ffast-math is enough: under -ffinite-math-only a term that has vanished would be a number like others.
// flags: -ffinite-math-only
// expect: -ffast-math
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/cmath.hpp>
