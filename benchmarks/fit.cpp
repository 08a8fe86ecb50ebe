// What a fit costs: one evaluation of the objective, the screened fit, and the literature's 4500 starts, in one run.
// SPDX-License-Identifier: BSL-1.0
//
// Read the ratios: they hold on a noisy machine, the times do not. Medians of repeated runs, the runs of docs/examples.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include <scaling/fitting.hpp>

#include "../docs/examples/synthetic_runs.hpp"

namespace {

/// The median time of `repeats` calls [microseconds].
template <class F>
double microseconds(int repeats, F&& call) {
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  return times[static_cast<std::size_t>(repeats / 2)];
}

}  // namespace

int main() {
  using law = scaling::chinchilla<>;
  const auto runs = synthetic_runs();
  const scaling::detail::power_sum_objective<law> f(scaling::detail::distinct_runs<double>(runs),
                                                    scaling::residual::log, 1e-3);
  auto x = f.coordinates.of(synthetic_law);
  auto gradient = x;
  auto hessian = scaling::detail::power_sum_objective<law>::matrix().setZero().eval();
  double sum = 0;
  const double first = microseconds(2001, [&] { sum += f(x, gradient); });
  const double second = microseconds(2001, [&] { sum += f(x, gradient, hessian); });

  scaling::fit_result<law> screened{}, exhaustive{};
  const double quick = microseconds(201, [&] { screened = scaling::fit<scaling::chinchilla>(runs); });
  const double slow = microseconds(
      3, [&] { exhaustive = scaling::fit<scaling::chinchilla>(runs, {.search = scaling::search::exhaustive}); });

  std::printf("%zu runs\n", runs.size());
  std::printf("  value and gradient        %10.2f us\n", first);
  std::printf("  value, gradient, Hessian  %10.2f us   %.2f of it\n", second, second / first);
  std::printf("  screened fit              %10.1f us   %d starts, %d evaluations\n", quick, screened.starts.tried,
              screened.evaluations);
  std::printf(
      "  exhaustive fit            %10.0f us   %d starts, %d evaluations, %d at the optimum: %.0f of a screened fit\n",
      slow, exhaustive.starts.tried, exhaustive.evaluations, exhaustive.starts.agreeing, slow / quick);
  std::printf("  the objectives differ by %.1e of their size (%g)\n", screened.objective / exhaustive.objective - 1,
              sum > 0 ? exhaustive.objective : 0);
}
