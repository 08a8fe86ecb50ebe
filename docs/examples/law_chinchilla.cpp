// Chinchilla's law: the loss of one run, what each term adds, and the derivatives by the coefficients.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  constexpr auto law = scaling::published::besiroglu_2024<>;
  constexpr scaling::training_run<> run{.parameters = 70e9, .tokens = 1.4e12};
  static_assert(law(run) > law.E);  // laws are constant expressions

  auto without_tokens = law;
  without_tokens.B = 0;
  const double loss = law(run), by_parameters = without_tokens(run) - law.E;
  std::printf("loss           %.4f nats/token\n", loss);
  std::printf("  irreducible  %.4f\n", law.E);
  std::printf("  parameters   %.4f\n", by_parameters);
  std::printf("  tokens       %.4f\n", loss - law.E - by_parameters);

  const auto slopes = scaling::loss_and_gradient(law, run).gradient;  // in the order E, A, B, alpha, beta
  std::printf("d loss/d alpha %.4f, d loss/d beta %.4f\n", slopes[3], slopes[4]);
}
