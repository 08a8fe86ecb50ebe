// What N counts: the parameters and the FLOP of one shape, and how the embedding bends an exponent.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/counting.hpp>
#include <scaling/planning/reconcile.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  constexpr scaling::transformer gpt3{
      .layers = 96, .d_model = 12288, .heads = 96, .vocabulary = 50257, .context = 2048};
  static_assert(scaling::total_parameters(gpt3) > scaling::non_embedding_parameters(gpt3));
  std::printf("N   %.4g, without the embedding N_E %.4g\n", static_cast<double>(scaling::total_parameters(gpt3)),
              static_cast<double>(scaling::non_embedding_parameters(gpt3)));
  const auto parts = scaling::parameters_by_component(gpt3);
  std::printf("attention %.4g, feed-forward %.4g, embedding %.4g\n", static_cast<double>(parts.attention),
              static_cast<double>(parts.feed_forward), static_cast<double>(parts.embedding));

  std::printf("C for 300e9 tokens: 6 N D %.4g", scaling::training_flops(gpt3, 300e9));
  std::printf(", kaplan_2020 %.4g", scaling::training_flops(gpt3, 300e9, scaling::kaplan_2020{}));
  std::printf(", chinchilla_2022 %.4g FLOP\n", scaling::training_flops(gpt3, 300e9, scaling::chinchilla_2022{}));

  constexpr auto law = scaling::published::besiroglu_2024<>;
  constexpr auto correction = scaling::published::pearce_2024<>;
  for (const double N_E : {1e5, 1e7, 1e9, 1e11})
    std::printf("N_E = %.0e: N = %.3g, best at C_E = %.2g FLOP, local exponent %.3f\n", N_E, correction.total(N_E),
                scaling::non_embedding_flops_at(law, correction, N_E),
                scaling::local_parameter_exponent(law, correction, N_E));
  const auto study = scaling::straight_line_exponents(law, correction, {.from = 8.9e12, .to = 5.0e20});
  std::printf("a straight line through Kaplan's budgets: N_E as C_E^%.2f\n", study.parameters);
  const auto mine = scaling::embedding_correction<>::from(50257, 1024, 64);
  std::printf("omega of GPT-2's vocabulary at aspect 64: %.4g; N = 1e9 has N_E = %.4g\n", mine.omega,
              mine.non_embedding(1e9));
}
