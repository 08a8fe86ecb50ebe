// Parameters and FLOP: the known answers of tests/data/oracles.csv that the counting headers must give.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdint>

#include <scaling/counting.hpp>

#include "support/catch.hpp"
#include "support/oracles.hpp"

namespace {

using namespace scaling;

/// As Gopher and Chinchilla are built, with sequences of 2048 tokens.
constexpr transformer deepmind(std::int64_t layers, std::int64_t d_model, std::int64_t key_width, std::int64_t heads) {
  return {.layers = layers,
          .d_model = d_model,
          .d_attention = key_width * heads,
          .heads = heads,
          .vocabulary = 32000,
          .context = 2048,
          .positions = positions::relative,
          .norms = norms::layer,
          .biases = true};
}

/// The FLOP of N parameters outside the embedding on D tokens. N is brought to shape by one layer as wide as it takes.
double six_nd_of(std::int64_t N, double D) {
  const std::int64_t d = N < 100000000000 ? 1000 : 100000;
  const transformer shape{.layers = 1, .d_model = d, .d_feed_forward = (N / d - 4 * d) / 2};
  REQUIRE(non_embedding_parameters(shape) == N);
  return training_flops(shape, D, six_nd{.embedding = false});
}

double parameters(const transformer& shape) { return static_cast<double>(total_parameters(shape)); }
double outside(const transformer& shape) { return static_cast<double>(non_embedding_parameters(shape)); }

}  // namespace

TEST_CASE("Counts, FLOP and corrections are the known ones") {
  support::oracles check("oracles_counting");

  const transformer gpt2{.layers = 12, .d_model = 768, .heads = 12, .vocabulary = 50257, .context = 1024};
  check("kap_N_gpt2xl", outside({.layers = 48, .d_model = 1600}));
  check("kap_N_2_128", outside({.layers = 2, .d_model = 128}));
  check("kap_cfwd", forward_flops_per_token(gpt2, kaplan_2020{}));
  check("kap_embed", static_cast<double>(embedding_parameters(gpt2)));
  check("gpt2_params", parameters({.layers = 12,
                                   .d_model = 768,
                                   .heads = 12,
                                   .vocabulary = 50257,
                                   .context = 1024,
                                   .positions = positions::none,
                                   .norms = norms::layer,
                                   .biases = true}));

  check("chin_6ND", six_nd_of(70000000000, 1.4e12));
  check("gopher_6ND", six_nd_of(280000000000, 3e11));
  check("hof_T3_4e+08", six_nd_of(400000000, 8e9));
  check("hof_T3_1e+09", six_nd_of(1000000000, 2.02e10));
  check("hof_T3_1e+10", six_nd_of(10000000000, 2.051e11));
  check("hof_T3_1e+12", six_nd_of(1000000000000, 2.12e13));
  check("hof_A3_175B", six_nd_of(175000000000, 1.2e13));

  constexpr chinchilla_2022 layers_only{.embedding = false, .logits = false};
  const auto smallest = deepmind(10, 640, 64, 10);
  check("hof_A4_73M", flops_ratio(smallest, layers_only));
  check("hof_A4_305M", flops_ratio(deepmind(20, 1024, 64, 16), layers_only));
  check("hof_A4_552M", flops_ratio(deepmind(24, 1280, 128, 10), layers_only));
  check("hof_A4_1.1B", flops_ratio(deepmind(26, 1792, 128, 14), layers_only));
  check("hof_A4_1.6B", flops_ratio(deepmind(28, 2048, 128, 16), layers_only));
  check("hof_A4_6.8B", flops_ratio(deepmind(40, 3584, 128, 28), layers_only));
  check("hof_A4_73M_full", flops_ratio(smallest, chinchilla_2022{}));
  check("hof_F_73M", training_flops(smallest, 2048.0, layers_only));

  check("hof_params_16B", parameters(deepmind(47, 5120, 128, 40)));
  check("hof_A9_3530", parameters(deepmind(36, 2688, 128, 22)));
  check("hof_A9_4084", parameters(deepmind(36, 2944, 128, 22)));
  check("hof_A9_11452", parameters(deepmind(47, 4352, 128, 32)));
  check("hof_A9_12569", parameters(deepmind(47, 4608, 128, 32)));
  check("hof_A9_13735", parameters(deepmind(47, 4864, 128, 32)));
  check("hof_A9_14940", parameters(deepmind(49, 4992, 128, 32)));

  const auto six_n_over_deepseek = [](std::int64_t layers, std::int64_t d_model) {
    return flops_ratio({.layers = layers, .d_model = d_model, .context = 4096}, six_nd{.embedding = false},
                       deepseek_2024{});
  };
  check("ds_6N1", {six_n_over_deepseek(8, 512), six_n_over_deepseek(80, 8192)});

  const auto correction = published::pearce_2024<>;
  check("pearce_NT_8e+02", correction.total(768));
  check("pearce_NT_1e+06", correction.total(1e6));
  check("pearce_NT_1e+07", correction.total(1e7));
  check("pearce_NT_1e+08", correction.total(1e8));
  check("pearce_NT_1e+09", correction.total(1e9));
  const double of_aspect_12 = embedding_correction<>::from(32000, 0, 12).omega;  // and it grows as the cube root
  check("pearce_aspect", 12 * std::pow(correction.omega / of_aspect_12, 3));
  check("pearce_trans", correction.non_embedding(2 * std::pow(correction.omega, 1.5)));

  check.finish();
}
