// How many floating-point operations a model takes, forward, backward and in training, under the papers' conventions.
// SPDX-License-Identifier: BSL-1.0
//
// Forward, per token [FLOP], with W the weights of attention and feed-forward, which is 12 layers d_model^2 by default:
//
//   six_nd            2 N
//   kaplan_2020       2 W + 2 layers context d_attention
//   deepseek_2024     2 W + 4 layers context d_attention
//   chinchilla_2022   2 W + 4 layers context d_attention + 3 layers context heads   [+ 2 V d_model][+ 2 V d_model]
//
// A multiplication with its addition is two operations. Backward is twice forward, so training is three times it, and
// 6 N D in the first line.
//
// Traps: Kaplan's count takes half of the context term (a causal mask needs no more, dense kernels compute it all), and
// with N_E where Hoffmann et al. have N a budget means two things: state the convention with every C.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/counting/transformer.hpp>

namespace scaling {

namespace detail {

/// The context [tokens], which every count of the attention's logits needs.
constexpr double stated_context(const transformer& shape, const char* function) {
  check_shape(shape, function);
  require(shape.context > 0, function, "context", shape.context, "positive");
  return static_cast<double>(shape.context);
}

/// 2 W: what a token costs in the weights of all layers [FLOP].
constexpr double weight_flops(const transformer& shape) {
  const auto count = components(shape);
  return 2 * static_cast<double>(count.attention + count.feed_forward);
}

/// layers * d_attention
constexpr double attention_width(const transformer& shape) {
  return static_cast<double>(shape.layers) * static_cast<double>(shape.d_attention);
}

}  // namespace detail

/// 2 N, the rule of thumb: no context term. N counts the embedding, as Hoffmann et al. do, or not, as Kaplan et al. do.
struct six_nd {
  bool embedding = true;

  constexpr double operator()(const transformer& shape) const {
    return 2 * static_cast<double>(embedding ? total_parameters(shape) : non_embedding_parameters(shape));
  }
};

/// Kaplan et al. 2020 (arXiv 2001.08361), Table 1 and equation (2.2).
struct kaplan_2020 {
  constexpr double operator()(const transformer& shape) const {
    const double context = detail::stated_context(shape, "scaling::kaplan_2020");
    return detail::weight_flops(shape) + 2 * context * detail::attention_width(shape);
  }
};

/// DeepSeek LLM 2024 (arXiv 2401.02954), equation (2): a third of its M = 72 layers d_model^2 + 12 layers d_model
/// context, which is training's. Here any widths may be given.
struct deepseek_2024 {
  constexpr double operator()(const transformer& shape) const {
    const double context = detail::stated_context(shape, "scaling::deepseek_2024");
    return detail::weight_flops(shape) + 4 * context * detail::attention_width(shape);
  }
};

/// Hoffmann et al. 2022 (arXiv 2203.15556), appendix F. `embedding` and `logits` are its first and its last line, each
/// a product with all of the vocabulary. Trap: the paper's own Table A4 has neither, whatever the text says; with them
/// its smallest model is at 1.58 times 6 N D instead of the printed 1.03.
struct chinchilla_2022 {
  bool embedding = true, logits = true;

  constexpr double operator()(const transformer& shape) const {
    constexpr auto function = "scaling::chinchilla_2022";
    const double context = detail::stated_context(shape, function);
    detail::require(shape.heads > 0, function, "heads", shape.heads, "positive");
    const int products = int{embedding} + int{logits};
    detail::require(shape.vocabulary > 0 || products == 0, function, "vocabulary", shape.vocabulary, "positive");
    const double softmax = 3 * context * static_cast<double>(shape.layers) * static_cast<double>(shape.heads);
    const double vocabulary = 2 * static_cast<double>(shape.vocabulary) * static_cast<double>(shape.d_model);
    return detail::weight_flops(shape) + 4 * context * detail::attention_width(shape) + softmax + products * vocabulary;
  }
};

/// A convention of counting: from a shape to the FLOP of one token forward. Satisfied by the four above and by any
/// function of the user's.
template <class Convention>
concept flop_convention = std::is_invocable_r_v<double, const Convention&, const transformer&>;

/// The FLOP of one token forward. Accuracy: exact below 2^53.
/// Errors: std::domain_error where the shape is none or does not state what the convention counts; in a constant
/// expression, a compile error.
template <flop_convention Convention = six_nd>
constexpr double forward_flops_per_token(const transformer& shape, const Convention& convention = {}) {
  return convention(shape);
}

/// The FLOP of one token backward: twice forward, once for the gradients of the weights, once for those of the inputs.
template <flop_convention Convention = six_nd>
constexpr double backward_flops_per_token(const transformer& shape, const Convention& convention = {}) {
  return 2 * convention(shape);
}

/// C [FLOP] of training on `tokens` D [tokens]: forward and backward. Domain: tokens >= 0. Accuracy: 1.5 units in the last
/// place where the FLOP of one token are below 2^53. Errors as for forward_flops_per_token.
template <real T, flop_convention Convention = six_nd>
constexpr T training_flops(const transformer& shape, T tokens, const Convention& convention = {}) {
  detail::require(non_negative_finite(tokens), "scaling::training_flops", "tokens", tokens, "non-negative and finite");
  return static_cast<T>(3 * convention(shape)) * tokens;
}

/// How many times the FLOP of `denominator` those of `numerator` are, for one shape: forward, backward and in training.
template <flop_convention Numerator, flop_convention Denominator = six_nd>
constexpr double flops_ratio(const transformer& shape, const Numerator& numerator,
                             const Denominator& denominator = {}) {
  return numerator(shape) / denominator(shape);
}

}  // namespace scaling
