// Parameters from shapes: the parts add up, each field changes what it should, and published models have their counts.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/counting/transformer.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numeric>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/numbers.hpp"
#include "support/oracles.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace {

using namespace scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

/// A small shape of any kind, in which nothing is left out.
transformer random_shape(support::random_numbers& random) {
  const auto any = [&](double to) { return static_cast<std::int64_t>(random.between(1, to)); };
  const std::int64_t key_value_heads = any(9), heads = key_value_heads * any(5);
  return {.layers = any(100),
          .d_model = any(5000),
          .d_feed_forward = any(20000),
          .d_attention = heads * any(200),
          .heads = heads,
          .key_value_heads = key_value_heads,
          .vocabulary = any(100000),
          .context = any(10000),
          .positions = static_cast<positions>(any(4) - 1),
          .norms = static_cast<norms>(any(4) - 1),
          .biases = any(3) == 1,
          .gated_feed_forward = any(3) == 1,
          .tied_embeddings = any(3) == 1};
}

/// A model as DeepMind built and counted them: vocabulary 32000, Transformer-XL's positions.
constexpr transformer deepmind(std::int64_t layers, std::int64_t d_model, std::int64_t d_feed_forward,
                               std::int64_t key_width, std::int64_t heads) {
  return {.layers = layers,
          .d_model = d_model,
          .d_feed_forward = d_feed_forward,
          .d_attention = key_width * heads,
          .heads = heads,
          .vocabulary = 32000,
          .context = 2048,
          .positions = positions::relative,
          .norms = norms::layer,
          .biases = true};
}

constexpr transformer gpt2(std::int64_t layers, std::int64_t d_model) {
  return {.layers = layers,
          .d_model = d_model,
          .vocabulary = 50257,
          .context = 1024,
          .norms = norms::layer,
          .biases = true};
}

constexpr transformer llama(std::int64_t layers, std::int64_t d_model, std::int64_t d_feed_forward, std::int64_t heads,
                            std::int64_t key_value_heads, std::int64_t vocabulary) {
  return {.layers = layers,
          .d_model = d_model,
          .d_feed_forward = d_feed_forward,
          .heads = heads,
          .key_value_heads = key_value_heads,
          .vocabulary = vocabulary,
          .positions = positions::none,
          .norms = norms::rms,
          .gated_feed_forward = true,
          .tied_embeddings = false};
}

/// Hoffmann et al. 2022, Table A9: printed count [millions] and shape.
struct printed_model {
  int millions, d_model, d_feed_forward, key_width, heads, layers;
  transformer shape() const { return deepmind(layers, d_model, d_feed_forward, key_width, heads); }
};
const std::vector<printed_model> table_a9 = {
    {44, 512, 2048, 64, 8, 8},         {57, 576, 2304, 64, 9, 9},         {74, 640, 2560, 64, 10, 10},
    {90, 640, 2560, 64, 10, 13},       {106, 640, 2560, 64, 10, 16},      {117, 768, 3072, 64, 12, 12},
    {140, 768, 3072, 64, 12, 15},      {163, 768, 3072, 64, 12, 18},      {175, 896, 3584, 64, 14, 14},
    {196, 896, 3584, 64, 14, 16},      {217, 896, 3584, 64, 14, 18},      {251, 1024, 4096, 64, 16, 16},
    {278, 1024, 4096, 64, 16, 18},     {306, 1024, 4096, 64, 16, 20},     {425, 1280, 5120, 128, 10, 18},
    {489, 1280, 5120, 128, 10, 21},    {509, 1408, 5632, 128, 11, 18},    {552, 1280, 5120, 128, 10, 24},
    {587, 1408, 5632, 128, 11, 21},    {632, 1536, 6144, 128, 12, 19},    {664, 1408, 5632, 128, 11, 24},
    {724, 1536, 6144, 128, 12, 22},    {816, 1536, 6144, 128, 12, 25},    {893, 1792, 7168, 128, 14, 20},
    {1018, 1792, 7168, 128, 14, 23},   {1143, 1792, 7168, 128, 14, 26},   {1266, 2048, 8192, 128, 16, 22},
    {1424, 2176, 8704, 128, 17, 22},   {1429, 2048, 8192, 128, 16, 25},   {1593, 2048, 8192, 128, 16, 28},
    {1609, 2176, 8704, 128, 17, 25},   {1731, 2304, 9216, 128, 18, 24},   {1794, 2176, 8704, 128, 17, 28},
    {2007, 2304, 9216, 128, 18, 28},   {2283, 2304, 9216, 128, 18, 32},   {2298, 2560, 10240, 128, 20, 26},
    {2639, 2560, 10240, 128, 20, 30},  {2980, 2560, 10240, 128, 20, 34},  {3530, 2688, 10752, 128, 22, 36},
    {3802, 2816, 11264, 128, 22, 36},  {4084, 2944, 11776, 128, 22, 36},  {4516, 3072, 12288, 128, 24, 36},
    {6796, 3584, 14336, 128, 28, 40},  {9293, 4096, 16384, 128, 32, 42},  {11452, 4352, 17408, 128, 32, 47},
    {12295, 4608, 18432, 128, 36, 44}, {12569, 4608, 18432, 128, 32, 47}, {13735, 4864, 19456, 128, 32, 47},
    {14940, 4992, 19968, 128, 32, 49}, {16183, 5120, 20480, 128, 40, 47},
};

double relative_error(const printed_model& model) {
  const double printed = model.millions * 1e6;
  return std::abs(static_cast<double>(total_parameters(model.shape())) - printed) / printed;
}

static_assert(std::is_aggregate_v<transformer> && std::is_aggregate_v<component_parameters>);

// --- Defaults: what follows from another field, and Kaplan's 12 layers d_model^2. oracles.csv: kap_N_gpt2xl

constexpr transformer kaplan_xl{.layers = 48, .d_model = 1600, .vocabulary = 50257, .context = 1024};
static_assert(kaplan_xl.d_feed_forward == 6400 && kaplan_xl.d_attention == 1600 && kaplan_xl.key_value_heads == 0);
static_assert(transformer{.layers = 1, .d_model = 64, .heads = 4}.key_value_heads == 4);
static_assert(non_embedding_parameters(kaplan_xl) == 1474560000);
static_assert(embedding_parameters(kaplan_xl) == (50257 + 1024) * 1600);
static_assert(non_embedding_parameters({.layers = 2, .d_model = 128}) == 393216,
              "needs neither vocabulary nor context");
static_assert(embedding_parameters({.layers = 12, .d_model = 768, .vocabulary = 50257, .context = 1024}) == 39383808);
static_assert(parameters_by_component({.layers = 2, .d_model = 3}) == component_parameters{.embedding = 0,
                                                                                           .learned_positions = 0,
                                                                                           .attention = 2 * 4 * 9,
                                                                                           .relative_positions = 0,
                                                                                           .feed_forward = 2 * 8 * 9,
                                                                                           .norms = 0,
                                                                                           .biases = 0,
                                                                                           .head = 0});

// --- Published counts, to the last parameter. GPT-2: Radford et al. 2019, as the released checkpoints have them.

static_assert(total_parameters(gpt2(12, 768)) == 124439808);
static_assert(total_parameters(gpt2(24, 1024)) == 354823168);
static_assert(total_parameters(gpt2(36, 1280)) == 774030080);
static_assert(total_parameters(gpt2(48, 1600)) == 1557611200);
static_assert(total_parameters(gpt2(12, 768)) - parameters_by_component(gpt2(12, 768)).learned_positions == 123653376,
              "oracles.csv: gpt2_params");

// Gated feed-forward, untied head, gains alone; and grouped queries: LLaMA 2 7B and 70B, Llama 3 8B.
static_assert(total_parameters(llama(32, 4096, 11008, 32, 32, 32000)) == 6738415616);
static_assert(total_parameters(llama(80, 8192, 28672, 64, 8, 32000)) == 68976648192);
static_assert(total_parameters(llama(32, 4096, 14336, 32, 8, 128256)) == 8030261248);

// oracles.csv: hof_A4_*, hof_params_16B, hof_A9_*: relative positions, attention narrower than the model.
static_assert(total_parameters(deepmind(10, 640, 2560, 64, 10)) == 73825280);
static_assert(total_parameters(deepmind(20, 1024, 4096, 64, 16)) == 305707008);
static_assert(total_parameters(deepmind(24, 1280, 5120, 128, 10)) == 552604160);
static_assert(total_parameters(deepmind(26, 1792, 7168, 128, 14)) == 1143453696);
static_assert(total_parameters(deepmind(28, 2048, 8192, 128, 16)) == 1593126912);
static_assert(total_parameters(deepmind(40, 3584, 14336, 128, 28)) == 6796274688);
static_assert(total_parameters(deepmind(47, 5120, 20480, 128, 40)) == 16184458240);
static_assert(total_parameters(deepmind(36, 2688, 10752, 128, 22)) == 3530888448);
static_assert(total_parameters(deepmind(36, 2944, 11776, 128, 22)) == 4084170496);
static_assert(total_parameters(deepmind(47, 4352, 17408, 128, 32)) == 11452745728);
static_assert(total_parameters(deepmind(47, 4608, 18432, 128, 32)) == 12569927680);
static_assert(total_parameters(deepmind(47, 4864, 19456, 128, 32)) == 13736392704);
static_assert(total_parameters(deepmind(49, 4992, 19968, 128, 32)) == 14941440512);

}  // namespace

TEST_CASE("The parts of a count add up, with and without the embedding") {
  support::random_numbers random(31);
  for (int i = 0; i < 2000; ++i) {
    const auto shape = random_shape(random);
    const auto count = parameters_by_component(shape);
    CHECK(non_embedding_parameters(shape) ==
          count.attention + count.relative_positions + count.feed_forward + count.norms + count.biases);
    CHECK(embedding_parameters(shape) == count.embedding + count.learned_positions + count.head);
    CHECK(total_parameters(shape) == non_embedding_parameters(shape) + embedding_parameters(shape));
  }
}

TEST_CASE("Each field of a shape adds what it stands for") {
  support::random_numbers random(32);
  for (int i = 0; i < 500; ++i) {
    const auto shape = random_shape(random);
    const auto& [L, d, ff, q, heads, kv, V, context, p, n, biases, gated, tied] = shape;
    const auto more = [&](auto change) {  // what `change` adds in all
      auto other = shape;
      change(other);
      return total_parameters(other) - total_parameters(shape);
    };
    const auto ends = (n == norms::none ? 0 : n == norms::rms ? 1 : 2) * d;  // the norm after the last layer
    CHECK(more([](auto& s) { s.layers *= 2; }) == non_embedding_parameters(shape) - ends);
    const int copies = tied ? 1 : 2;
    CHECK(more([](auto& s) { s.vocabulary += 1; }) == copies * d);
    CHECK(more([](auto& s) { s.context += 1; }) == (p == positions::learned ? d : 0));
    CHECK(more([](auto& s) { s.d_feed_forward += 1; }) ==
          L * (2 * d + (gated ? d : 0) + (biases ? (gated ? 2 : 1) : 0)));
    CHECK(more([](auto& s) { s.key_value_heads = s.heads; }) == L * 2 * (q - q / heads * kv) * (d + (biases ? 1 : 0)));
    CHECK(more([](auto& s) { s.tied_embeddings = true; }) == (tied ? 0 : -V * d));
    const auto without = [&](positions other) { return more([=](auto& s) { s.positions = other; }); };
    CHECK(without(positions::learned) - without(positions::none) == context * d);
    CHECK(without(positions::relative) - without(positions::none) == L * (d * q + (biases ? 2 * q : 0)));
    const auto with = [&](norms other) { return more([=](auto& s) { s.norms = other; }); };
    CHECK(with(norms::rms) - with(norms::none) == (2 * L + 1) * d);
    CHECK(with(norms::layer) - with(norms::none) == 2 * (2 * L + 1) * d);
    const auto no_bias = more([](auto&s) { s.biases = false; }), bias = more([](auto&s) { s.biases = true; });
    CHECK(bias - no_bias ==
          L * (q + 2 * (q / heads * kv) + d + (gated ? 2 : 1) * ff + d + (p == positions::relative ? 2 * q : 0)));
  }
}

// The printed counts are rounded to a million, and the smallest model is off by 0.3 of one: oracles.csv, hof_A9_all.
TEST_CASE("The 50 models of Chinchilla's Table A9 have their printed counts within 0.7 %") {
  REQUIRE(table_a9.size() == 50);
  double worst = 0;
  for (const auto& model : table_a9) {
    CAPTURE(model.millions);
    const double error = relative_error(model);
    CHECK(error < 0.007);
    if (model.key_width * model.heads != model.d_model) {
      CHECK(error < 3e-4);
      auto square = model;  // were the attention as wide as the model
      square.heads = model.d_model / model.key_width;
      CHECK(relative_error(square) > 0.016);
    }
    worst = std::max(worst, error);
  }
  support::oracles check("counting.transformer");
  check("hof_A9_all", worst);
  check.finish();
  CHECK(std::abs(worst - 0.0066) < 5e-5);
  CHECK(relative_error(table_a9.front()) == worst);
}

TEST_CASE("The shapes of the reference data have the embedding and the rest that it gives") {
  const auto file = support::reference_file("data/chinchilla_shapes.csv");
  if (!file) return;
  const auto rows = support::table(*file);
  REQUIRE(rows.size() == table_a9.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    const auto shape = table_a9[i].shape();
    const double N = support::number(rows[i], "parameters");
    CHECK(support::number(rows[i], "model_width") == static_cast<double>(shape.d_model));
    CHECK(support::number(rows[i], "embedding_parameters_vocabulary_32000") ==
          static_cast<double>(embedding_parameters(shape)));
    // the difference is that of the totals
    CHECK(std::abs(support::number(rows[i], "non_embedding_parameters") -
                   static_cast<double>(non_embedding_parameters(shape))) < 0.007 * N);
  }
}

// Rae et al. 2021 (arXiv 2112.11446), Table 1, gives two or three digits; Brown et al. 2020, Table D.1, six of them.
TEST_CASE("Gopher's family, Chinchilla and GPT-3 have their published counts") {
  const auto billions = [](const transformer& shape) { return static_cast<double>(total_parameters(shape)) / 1e9; };
  CHECK(billions(deepmind(8, 512, 2048, 32, 16)) == Approx(0.044).margin(0.0005));
  CHECK(billions(deepmind(12, 768, 3072, 64, 12)) == Approx(0.117).margin(0.0005));
  CHECK(billions(deepmind(12, 1536, 6144, 128, 12)) == Approx(0.417).margin(0.0005));
  CHECK(billions(deepmind(24, 2048, 8192, 128, 16)) == Approx(1.4).margin(0.05));
  CHECK(billions(deepmind(32, 4096, 16384, 128, 32)) == Approx(7.1).margin(0.05));
  CHECK(billions(deepmind(80, 16384, 65536, 128, 128)) == Approx(280).margin(0.5));
  CHECK(billions(deepmind(80, 16384, 65536, 128, 128)) == Approx(279.7).margin(0.05));
  CHECK(billions(deepmind(80, 8192, 32768, 128, 64)) == Approx(70.06).margin(0.01));
  const transformer gpt3{.layers = 96, .d_model = 12288, .vocabulary = 50257, .context = 2048};
  CHECK(billions(gpt3) == Approx(174.6).margin(0.05));
}

TEST_CASE("Without biases and norms a model with relative positions has 13 layers d_model^2 outside its embedding") {
  auto shape = deepmind(80, 16384, 65536, 128, 128);
  shape.norms = norms::none;
  shape.biases = false;
  CHECK(non_embedding_parameters(shape) == std::int64_t{13} * 80 * 16384 * 16384);
}

TEST_CASE("Counts are exact up to the largest that 63 bits surely hold, and refused beyond") {
  const transformer ten_trillion{.layers = 200, .d_model = 65536, .vocabulary = 1000000, .context = 1000000};
  CHECK(total_parameters(ten_trillion) == std::int64_t{12} * 200 * 65536 * 65536 + 65536 * std::int64_t{2000000});
  const transformer large{.layers = 1000, .d_model = 5000000};
  CHECK(non_embedding_parameters(large) == std::int64_t{300000000000000000});
  CHECK_THROWS_WITH(non_embedding_parameters({.layers = 1000, .d_model = 50000000}),
                    "scaling::non_embedding_parameters: d_model = 50000000, must be small enough, with the rest, for "
                    "a count of 63 bits");
}

// A layer has at most five times the square of its widths' sum, and that is what the bound takes it for.
TEST_CASE("The bound on counts is where it is said to be") {
  const auto counted = [](const transformer& shape) {
    try {
      return parameters_by_component(shape).embedding >= 0;
    } catch (const std::domain_error&) {
      return false;
    }
  };
  const auto largest = [&](auto shape_of) {  // the largest number that makes a shape which is counted
    std::int64_t least = 1, beyond = std::int64_t{1} << 62;
    while (beyond - least > 1)
      (counted(shape_of(std::midpoint(least, beyond))) ? least : beyond) = std::midpoint(least, beyond);
    return static_cast<double>(least);
  };
  using n = std::int64_t;
  CHECK(largest([](n x) { return transformer{.layers = x, .d_model = 2, .d_feed_forward = 1, .d_attention = 1}; }) ==
        Approx(0x1p63 / 5 / 16));
  CHECK(largest([](n x) { return transformer{.layers = 1, .d_model = 1, .d_feed_forward = x, .d_attention = 1}; }) ==
        Approx(std::sqrt(0x1p63 / 5)));
  CHECK(largest([](n x) { return transformer{.layers = 1, .d_model = 1, .d_feed_forward = 1, .d_attention = x}; }) ==
        Approx(std::sqrt(0x1p63 / 5)));
  CHECK(largest([](n x) { return transformer{.layers = 1, .d_model = 4, .vocabulary = x}; }) == Approx(0x1p60));
  CHECK(largest([](n x) { return transformer{.layers = 1, .d_model = 4, .context = x}; }) == Approx(0x1p61));
}

TEST_CASE("The smallest of everything is a shape") {
  const transformer smallest{.layers = 1, .d_model = 1, .d_feed_forward = 1, .heads = 1, .vocabulary = 1, .context = 1};
  CHECK(total_parameters(smallest) == 4 + 2 + 1 + 1);
}

TEST_CASE("A shape that is none is refused, by name") {
  const auto refuses = [](const transformer& shape, const char* message) {
    CHECK_THROWS_AS(parameters_by_component(shape), std::domain_error);
    CHECK_THROWS_WITH(parameters_by_component(shape), ContainsSubstring(message));
    CHECK_THROWS_WITH(total_parameters(shape), ContainsSubstring("scaling::total_parameters: "));
  };
  refuses({.d_model = 8}, "scaling::parameters_by_component: layers = 0, must be positive");
  refuses({.layers = -1, .d_model = 8}, "layers = -1, must be positive");
  refuses({.layers = 1}, "d_model = 0, must be positive");
  refuses({.layers = 1, .d_model = -8}, "d_model = -8, must be positive");
  refuses({.layers = 1, .d_model = 8, .d_feed_forward = 0}, "d_feed_forward = 0, must be positive");
  refuses({.layers = 1, .d_model = 8, .d_attention = 0}, "d_attention = 0, must be positive");
  refuses({.layers = 1, .d_model = 8, .heads = -2}, "heads = -2, must be positive, or 0");
  refuses({.layers = 1, .d_model = 8, .heads = 3}, "d_attention = 8, must be a multiple of heads");
  refuses({.layers = 1, .d_model = 8, .heads = 4, .key_value_heads = 3}, "key_value_heads = 3, must be a divisor");
  refuses({.layers = 1, .d_model = 8, .heads = 4, .key_value_heads = 0}, "key_value_heads = 0, must be a divisor");
  refuses({.layers = 1, .d_model = 8, .heads = 4, .key_value_heads = 8}, "key_value_heads = 8, must be a divisor");
  refuses({.layers = 1, .d_model = 8, .key_value_heads = 2}, "of heads, which must be stated");
  refuses({.layers = 1, .d_model = 8, .vocabulary = -1}, "vocabulary = -1, must be positive, or 0");
  refuses({.layers = 1, .d_model = 8, .context = -1}, "context = -1, must be positive, or 0");
}

TEST_CASE("What is not stated and counts is asked for") {
  const transformer bare{.layers = 1, .d_model = 8}, words{.layers = 1, .d_model = 8, .vocabulary = 10};
  for (const auto count : {total_parameters, embedding_parameters}) {
    CHECK_THROWS_WITH(count(bare), ContainsSubstring("vocabulary = 0, must be positive"));
    CHECK_THROWS_WITH(count(words), ContainsSubstring("context = 0, must be positive: positions are learned"));
  }
  auto rotary = words;
  rotary.positions = positions::none;
  CHECK(total_parameters(rotary) == 12 * 64 + 80);
}
