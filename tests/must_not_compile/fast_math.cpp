// -ffast-math lets the compiler cancel the low halves of the pair arithmetic, so the header refuses it by name.
// flags: -ffast-math
// expect: -ffast-math
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/cmath.hpp>
