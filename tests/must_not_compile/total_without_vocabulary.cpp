// A total that would silently leave the embedding out, in a constant expression.
// expect: refuse
// SPDX-License-Identifier: BSL-1.0
#include <scaling/counting/transformer.hpp>

constexpr scaling::transformer shape{.layers = 12, .d_model = 768};
constexpr auto good = scaling::non_embedding_parameters(shape);

#ifdef MUST_NOT_COMPILE
constexpr auto bad = scaling::total_parameters(shape);
#endif
