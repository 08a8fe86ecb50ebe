// A width that the heads cannot share, in a constant expression.
// expect: refuse
// SPDX-License-Identifier: BSL-1.0
#include <scaling/counting/transformer.hpp>

constexpr auto good = scaling::non_embedding_parameters({.layers = 12, .d_model = 768, .heads = 12});

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::non_embedding_parameters({.layers = 12, .d_model = 768, .heads = 10});
#endif
