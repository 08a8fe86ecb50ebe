// Muennighoff's law: what repeated tokens and excess parameters are worth, and the loss of the same run by epochs.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/muennighoff.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  const auto law = scaling::published::muennighoff_2023<>;
  const double N = 6.34e9, U = 25e9;
  std::printf("N* for %.3g unique tokens: %.4g\n", U, law.base_parameters(U));
  std::printf("%.3g parameters are worth %.4g\n", N, law.effective_parameters(N, U));
  std::printf("epochs   D'/U    loss\n");
  for (const double epochs : {1.0, 2.0, 4.0, 8.0, 16.0, 40.0}) {
    const double D = epochs * U;
    std::printf("%6g  %6.3f  %.4f\n", epochs, law.effective_tokens(D, U) / U, law(N, D, U));
  }
}
