// A first law: what a run will reach, what is left above the floor, and the same at compile time.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  constexpr auto law = scaling::published::besiroglu_2024<>;
  const double loss = law({.parameters = 70e9, .tokens = 1.4e12});
  std::printf("70e9 parameters, 1.4e12 tokens: %.4f nats/token\n", loss);
  std::printf("of which irreducible: %.4f\n", law.E);

  static_assert(law(70e9, 1.4e12) < law(280e9, 300e9));
  std::printf("Gopher, 280e9 and 300e9: %.4f nats/token\n", law(280e9, 300e9));

  const scaling::chinchilla<> mine{.E = 1.8, .A = 480, .B = 2100, .alpha = 0.35, .beta = 0.37};
  std::printf("a law of one's own: %.4f nats/token\n", mine(70e9, 1.4e12));
}
