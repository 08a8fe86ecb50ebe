// The bounded law: larger models overfit a fixed number of unique tokens, but never lose more than L_0.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/bounded.hpp>

#include <cstdio>

int main() {
  // No coefficients are published: these only illustrate. L_0 is the log of a vocabulary of 50257.
  const scaling::bounded<> law{
      .E = 1.8, .L_0 = 10.8249, .a = 60, .b = 300, .c = 0.03, .alpha = 0.35, .beta = 0.37, .gamma = 0.5, .delta = 0.5};
  const double D = 4e9, U = 1e9;  // four epochs
  std::printf("parameters     loss\n");
  for (const double N : {1e7, 1e8, 1e9, 1e10, 1e12, 1e15}) std::printf("%10g  %7.4f\n", N, law(N, D, U));
}
