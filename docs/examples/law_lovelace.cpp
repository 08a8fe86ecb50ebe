// Lovelace's law: the overfitting penalty and the loss by epochs, for one model and one set of tokens.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/lovelace.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  const auto penalty = scaling::published::lovelace_2026_weight_decay_0_1<>;
  // Only P is published. The other coefficients are those of another paper, for this illustration alone.
  const auto base = scaling::published::besiroglu_2024<>;
  const scaling::lovelace<> law{base.E, base.A, base.B, base.alpha, base.beta, penalty.P, penalty.delta, penalty.kappa};
  const double N = 2.5e8, U = 1e8;
  std::printf("epochs  penalty    loss\n");
  for (const double epochs : {1.0, 2.0, 4.0, 8.0, 16.0})
    std::printf("%6g  %7.4f  %.4f\n", epochs, penalty(N, epochs * U, U), law(N, epochs * U, U));
}
