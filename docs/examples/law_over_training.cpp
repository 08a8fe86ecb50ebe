// Gadre's law: the loss of an over-trained run, the best tokens per parameter, and the downstream error.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>
#include <scaling/over_training.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  const auto law = scaling::published::gadre_2024_c4<>;
  const auto error = scaling::published::gadre_2024_c4_error<>;
  const double M = 640, C = 6 * M * 1.4e9 * 1.4e9;
  const auto run = scaling::run_of(C, M);
  std::printf("%.4g FLOP at %g tokens per parameter: N = %.4g, D = %.4g\n", C, M, run.parameters, run.tokens);
  std::printf("loss %.4f nats/token, downstream error %.4f\n", law(run), error(law(run)));

  const double best = scaling::optimal_tokens_per_parameter(law);
  std::printf("best for any compute: %.4g tokens per parameter, loss %.4f\n", best, law(scaling::run_of(C, best)));
  std::printf("loss for an error of 0.5: %.4f\n", scaling::loss_for_error(error, 0.5));
  std::printf("exponents in Chinchilla's form: %.4f\n", scaling::with_both_exponents<scaling::chinchilla>(law).alpha);
}
