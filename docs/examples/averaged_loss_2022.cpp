// How averaging a loss instead of summing it stopped a fit in 2022: the same solver, the same start, SYNTHETIC runs.
// SPDX-License-Identifier: BSL-1.0
#include <cstdio>

#include <scaling/fitting.hpp>
#include <scaling/planning.hpp>

#include "averaged_loss_2022.hpp"
#include "synthetic_runs.hpp"

namespace {

using namespace averaged;

void print(const char* name, const runs& points, const chinchilla<>& law) {
  vector gradient;
  const double sum = objective(points, 1, coordinates_of(law), gradient);
  std::printf("  %-12s %7.4f %7.4f %7.4f %12.4e %14.4g\n", name, law.alpha, law.beta, exponent(law), sum,
              scaling::compute_optimal(law, 5.76e23).parameters);
}

void print(const char* name, const spread& of) { std::printf("  %-12s %10.5f %10.5f\n", name, of.alpha, of.a); }

}  // namespace

int main() {
  const auto points = synthetic_runs();
  const auto start = scaling::published::hoffmann_2022<>;
  const double mean = 1.0 / static_cast<double>(points.size());
  const auto by_mean = [&](const runs& of) { return minimize(of, mean, coordinates_of(start)); };
  const auto by_sum = [&](const runs& of) { return minimize(of, 1, coordinates_of(start)); };

  std::printf("  %-12s %7s %7s %7s %12s %14s\n", "", "alpha", "beta", "a", "sum", "N* at 5.76e23");
  print("truth", points, synthetic_law);
  print("start", points, start);
  const auto of_mean = by_mean(points), of_sum = by_sum(points);
  print("BFGS, mean", points, law_at(of_mean.x));
  print("BFGS, sum", points, law_at(of_sum.x));
  print("library", points, scaling::fit<chinchilla>(points).law);
  print("  as mean", points, scaling::fit<chinchilla>(points, {.reduction = scaling::reduction::mean}).law);
  std::printf("\n  BFGS on the mean: %s after %d iterations\n", of_mean.reason.c_str(), of_mean.iterations);
  std::printf("  BFGS on the sum:  %s after %d iterations\n", of_sum.reason.c_str(), of_sum.iterations);

  std::printf("\nstandard deviation over 200 resamples of the runs\n  %-12s %10s %10s\n", "", "alpha", "a");
  print("BFGS, mean", spread_of(points, [&](const runs& of) { return law_at(by_mean(of).x); }));
  print("BFGS, sum", spread_of(points, [&](const runs& of) { return law_at(by_sum(of).x); }));
  print("library", spread_of(points, [](const runs& of) { return scaling::fit<chinchilla>(of).law; }));
}
