// How many parameters a transformer has, part by part, from its shape.
// SPDX-License-Identifier: BSL-1.0
//
//   attention       layers (2 d_model d_attention + 2 d_model d_key_value)
//   feed-forward    layers 2 d_model d_feed_forward           3 instead of 2 where it is gated
//   embedding       (vocabulary + context) d_model            context only where positions are learned
//
// where d_key_value = d_attention key_value_heads / heads, and is d_attention unless queries are grouped.
//
// So by default N_E = 12 layers d_model^2, as in Table 1 of Kaplan et al. 2020 (arXiv 2001.08361). What that leaves out
// (biases and norms: a thousandth) is off until it is asked for. With relative positions, biases and layer norms this
// is the count behind Hoffmann et al. 2022 (arXiv 2203.15556), all 50 models of its Table A9.
//
// Trap: d_attention, key width times heads, is not d_model in every model. In six of those 50 it is up to a fifth
// smaller, and taking one for the other is off by up to 7 %.
#pragma once

#include <cstdint>

#include <scaling/core/error.hpp>

namespace scaling {

/// How a model knows where a token stands, as far as it takes parameters.
enum class positions {
  none,      ///< no parameters: rotary, sinusoidal, ALiBi
  learned,   ///< a vector for each place in the context: GPT-2, Kaplan
  relative,  ///< a matrix and two biases in every layer: Transformer-XL, Gopher, Chinchilla
};

/// What stands before attention, before the feed-forward part and after the last layer.
enum class norms {
  none,   ///< or not counted
  rms,    ///< a gain
  layer,  ///< a gain and a bias
};

/// The shape of a decoder-only transformer. The defaults are those of Kaplan et al. 2020. What follows from another
/// field is computed when the shape is made: to change that field, make another shape.
struct transformer {
  std::int64_t layers = 0, d_model = 0;
  std::int64_t d_feed_forward = 4 * d_model;
  std::int64_t d_attention = d_model;    ///< width of all queries of a layer: key width times heads
  std::int64_t heads = 0;                ///< 0: not stated; only grouped queries and chinchilla_2022 need it
  std::int64_t key_value_heads = heads;  ///< fewer than heads in grouped-query, 1 in multi-query attention
  std::int64_t vocabulary = 0;           ///< 0: not stated; non-embedding counts need none
  std::int64_t context = 0;              ///< length of a training sequence [tokens]; 0: not stated
  scaling::positions positions = scaling::positions::learned;
  scaling::norms norms = scaling::norms::none;
  bool biases = false;
  bool gated_feed_forward = false;
  bool tied_embeddings = true;  ///< the head, which predicts the next token, is the embedding transposed

  bool operator==(const transformer&) const = default;
};

/// The parameters of a transformer by where they are. What a shape does not have, or does not state, is 0.
struct component_parameters {
  std::int64_t embedding, learned_positions, attention, relative_positions, feed_forward, norms, biases, head;

  bool operator==(const component_parameters&) const = default;
};

namespace detail {

constexpr void check_shape(const transformer& shape, const char* function) {
  const auto check = [function](bool holds, const char* name, std::int64_t value, const char* requirement) {
    require(holds, function, name, value, requirement);
  };
  check(shape.layers > 0, "layers", shape.layers, "positive");
  check(shape.d_model > 0, "d_model", shape.d_model, "positive");
  check(shape.d_feed_forward > 0, "d_feed_forward", shape.d_feed_forward, "positive");
  check(shape.d_attention > 0, "d_attention", shape.d_attention, "positive");
  check(shape.heads >= 0, "heads", shape.heads, "positive, or 0 where it is not stated");
  check(shape.heads == 0 || shape.d_attention % shape.heads == 0, "d_attention", shape.d_attention,
        "a multiple of heads");
  check(shape.heads == 0 ? shape.key_value_heads == 0
                         : shape.key_value_heads > 0 && shape.heads % shape.key_value_heads == 0,
        "key_value_heads", shape.key_value_heads, "a divisor of heads, which must be stated");
  check(shape.vocabulary >= 0, "vocabulary", shape.vocabulary, "positive, or 0 where it is not stated");
  check(shape.context >= 0, "context", shape.context, "positive, or 0 where it is not stated");

  const auto real = [](std::int64_t count) { return static_cast<double>(count); };
  const double width = real(shape.d_model) + real(shape.d_attention) + real(shape.d_feed_forward);
  const double bound =
      5 * real(shape.layers) * width * width + (2 * real(shape.vocabulary) + real(shape.context)) * real(shape.d_model);
  check(bound < 0x1p63, "d_model", shape.d_model, "small enough, with the rest, for a count of 63 bits");
}

/// What all parameters together need beyond a shape: the embedding.
constexpr void check_embedding(const transformer& shape, const char* function) {
  require(shape.vocabulary > 0, function, "vocabulary", shape.vocabulary, "positive");
  require(shape.context > 0 || shape.positions != positions::learned, function, "context", shape.context,
          "positive: positions are learned");
}

/// The width of all keys of a layer, and of all values.
constexpr std::int64_t d_key_value(const transformer& shape) {
  return shape.heads == 0 ? shape.d_attention : shape.d_attention / shape.heads * shape.key_value_heads;
}

constexpr component_parameters components(const transformer& shape) {
  const auto L = shape.layers, d = shape.d_model, q = shape.d_attention, kv = d_key_value(shape);
  const auto ff = shape.d_feed_forward, into_ff = shape.gated_feed_forward ? 2 * ff : ff;
  const bool learned = shape.positions == positions::learned, relative = shape.positions == positions::relative;
  const std::int64_t norm = shape.norms == norms::none ? 0 : shape.norms == norms::rms ? d : 2 * d;
  return {.embedding = shape.vocabulary * d,
          .learned_positions = learned ? shape.context * d : 0,
          .attention = L * (d * q + 2 * d * kv + q * d),
          .relative_positions = relative ? L * d * q : 0,
          .feed_forward = L * (d * into_ff + ff * d),
          .norms = 2 * L * norm + norm,
          .biases = shape.biases ? L * (q + 2 * kv + d + into_ff + d + (relative ? 2 * q : 0)) : 0,
          .head = shape.tied_embeddings ? 0 : shape.vocabulary * d};
}

}  // namespace detail

/// Every part of the count; exact. Its sum is total_parameters where vocabulary and context are stated.
///
/// Domain, here and below: layers and widths positive, d_attention a multiple of heads and heads of key_value_heads,
/// counts below 2^63. Errors: std::domain_error that names the offender; in a constant expression, a compile error.
constexpr component_parameters parameters_by_component(const transformer& shape) {
  detail::check_shape(shape, "scaling::parameters_by_component");
  return detail::components(shape);
}

/// N_E [parameters]: all but the embedding, learned positions and the head. Relative positions are in it.
constexpr std::int64_t non_embedding_parameters(const transformer& shape) {
  detail::check_shape(shape, "scaling::non_embedding_parameters");
  const auto count = detail::components(shape);
  return count.attention + count.relative_positions + count.feed_forward + count.norms + count.biases;
}

/// N - N_E [parameters]: embedding, learned positions, and the head where it is not the embedding again.
/// Domain: vocabulary > 0, and context > 0 where positions are learned.
constexpr std::int64_t embedding_parameters(const transformer& shape) {
  constexpr auto function = "scaling::embedding_parameters";
  detail::check_shape(shape, function);
  detail::check_embedding(shape, function);
  const auto count = detail::components(shape);
  return count.embedding + count.learned_positions + count.head;
}

/// N [parameters]: all of them. Domain as for embedding_parameters.
constexpr std::int64_t total_parameters(const transformer& shape) {
  detail::check_shape(shape, "scaling::total_parameters");
  detail::check_embedding(shape, "scaling::total_parameters");
  return non_embedding_parameters(shape) + embedding_parameters(shape);
}

}  // namespace scaling
