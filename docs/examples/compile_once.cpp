// A fit that several units of a program make and one of them compiles.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/published.hpp>

#include <cstdio>
#include <vector>

#include "compile_once/fits.hpp"

int main() {
  constexpr auto law = scaling::published::besiroglu_2024<>;
  std::vector<scaling::observation<>> runs;
  for (const double parameters : {5e7, 1.5e8, 5e8, 1.5e9})
    for (const double tokens : {2e9, 8e9, 32e9})
      runs.push_back({{parameters, tokens}, law(parameters, tokens)});
  const auto fitted = scaling::fit<scaling::chinchilla>(runs);
  std::printf("E = %.4f, alpha = %.4f, beta = %.4f, %s\n", fitted.law.E, fitted.law.alpha, fitted.law.beta,
              fitted.converged() ? "converged" : "not converged");
}
