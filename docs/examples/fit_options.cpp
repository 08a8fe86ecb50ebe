// Choices of a fit: fixed and tied coefficients, bounds, other criteria, weights; and what the answer says of itself.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/fitting.hpp>

#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "synthetic_runs.hpp"

namespace {

void print(const char* name, const scaling::fit_result<scaling::chinchilla<>>& fit) {
  std::printf("%-16s E %.3f  alpha %.3f  beta %.3f  free %d%s%s\n", name, fit.law.E, fit.law.alpha, fit.law.beta,
              fit.free_count, fit.converged() ? "" : ", not converged", fit.identified() ? "" : ", not identified");
}

}  // namespace

int main() {
  const auto runs = synthetic_runs();
  const auto free = scaling::fit<scaling::chinchilla>(runs);
  print("free", free);

  const auto fixed = scaling::fit<scaling::chinchilla>(runs, {.fixed = {{"E", 1.8}}});
  print("E = 1.8", fixed);
  const auto& known = scaling::published::besiroglu_2024<>;
  const auto shape = scaling::fit<scaling::chinchilla>(runs, {.fixed = scaling::values_of(known, {"alpha", "beta"})});
  print("known exponents", shape);
  const auto tied = scaling::fit<scaling::chinchilla>(runs, {.tied = {{"alpha", "beta"}}});
  print("alpha = beta", tied);
  const auto bounded = scaling::fit<scaling::chinchilla>(runs, {.bounds = {{"alpha", 0.2, 0.34}}});
  print("alpha <= 0.34", bounded);
  for (const auto& hit : bounded.at_bound) std::printf("  %s is at its bound, %g\n", hit.symbol.data(), hit.bound);

  const auto squares = scaling::fit<scaling::chinchilla>(runs, {.criterion = scaling::squared{}});
  print("least squares", squares);
  const scaling::known_sigma sigma{std::vector<double>(runs.size(), synthetic_noise)};
  print("known sigma",
        scaling::fit<scaling::chinchilla>(runs, {.criterion = scaling::huber{.delta = 1.345}, .weights = sigma}));

  // Of the largest size three runs of five go wrong, by 5 %.
  auto spoiled = runs;
  for (std::size_t i = 247; i < 250; ++i) spoiled[i].loss *= 1.05;
  print("spoiled, huber", scaling::fit<scaling::chinchilla>(spoiled));
  print("spoiled, squares", scaling::fit<scaling::chinchilla>(spoiled, {.criterion = scaling::squared{}}));

  // One model size says nothing of alpha: the fit converges and says that it is not identified.
  std::vector<scaling::observation<>> one_size;
  for (const double D : {1e9, 3e9, 1e10, 3e10, 1e11, 3e11})
    one_size.push_back({.at = {.parameters = 1e9, .tokens = D}, .loss = known(1e9, D)});
  const auto flat = scaling::fit<scaling::chinchilla>(one_size);
  std::printf("one size         beta %.3f, rank %d of %d%s\n", flat.law.beta, flat.rank, flat.free_count,
              flat.identified() ? "" : ": not identified");

  try {
    static_cast<void>(scaling::fit<scaling::chinchilla>(runs, {.fixed = {{"gamma", 0.3}}}));
  } catch (const std::invalid_argument& error) {
    std::printf("%s\n", error.what());
  }
}
