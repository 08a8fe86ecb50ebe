// The three approaches of Hoffmann et al. 2022 on the same runs, SYNTHETIC and without noise: what each is off by.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/planning.hpp>

namespace {

constexpr auto truth = scaling::published::hoffmann_2022_printed<>;

/// A sweep of 15 sizes from 1/8 to 8 times the best one, at each of 5 budgets.
std::vector<scaling::observation<>> sweep() {
  std::vector<scaling::observation<>> runs;
  for (const double C : {1e18, 1e19, 1e20, 1e21, 1e22})
    for (int i = -7; i <= 7; ++i) {
      const double N = scaling::compute_optimal(truth, C).parameters * std::pow(8, i / 7.0);
      const auto run = scaling::isoflop_run(truth, C, N);
      runs.push_back({{run.parameters, run.tokens}, run.loss});
    }
  return runs;
}

/// The losses on the way of these runs, as if each had been the end of a schedule: in truth they would be higher.
std::vector<scaling::trajectory_point<>> ways_of(const std::vector<scaling::observation<>>& runs) {
  std::vector<scaling::trajectory_point<>> points;
  for (std::size_t run = 0; run < runs.size(); ++run)
    for (int k = -200; k <= 0; ++k) {
      const double N = runs[run].at.parameters, D = runs[run].at.tokens * std::pow(100, k / 200.0);
      points.push_back({run, N, D, truth(N, D)});
    }
  return points;
}

/// By how many per cent a is above b, to the digits that are printed: no "-0.0000" for a last bit.
double percent(double a, double b) { return std::round(1e6 * (a / b - 1)) / 1e4 + 0.0; }

void print(const char* approach, const scaling::power_trend<>& parameters, const scaling::power_trend<>& tokens) {
  const auto best = scaling::compute_optimal(truth, 1e24);
  std::printf("%-36s %8.5f %8.5f %+9.4f %% %+9.4f %%\n", approach, parameters.exponent, tokens.exponent,
              percent(parameters(best.flops), best.parameters), percent(tokens(best.flops), best.tokens));
}

/// The compute-optimal frontier of a law, as power laws of C.
void print(const char* approach, const scaling::chinchilla<>& law) {
  const double a = law.beta / (law.alpha + law.beta), b = law.alpha / (law.alpha + law.beta);
  const auto at_1 = scaling::compute_optimal(law, 1.0);
  print(approach, {at_1.parameters, a}, {at_1.tokens, b});
}

}  // namespace

int main() {
  const auto runs = sweep();
  std::printf("75 runs without noise of L = %g + %g/N^%g + %g/D^%g, 5 budgets, sizes within a factor of 8\n\n", truth.E,
              truth.A, truth.alpha, truth.B, truth.beta);
  std::printf("%-36s %8s %8s %11s %11s\n", "", "a", "b", "N* at 1e24", "D* at 1e24");
  print("truth", truth);

  const auto envelope = scaling::fit_envelope(ways_of(runs));
  print("1  envelope of the training curves", envelope.parameters, envelope.tokens);

  const scaling::isoflop_exponents<> exponents{truth.alpha, truth.beta};
  const auto parabolas = scaling::fit_isoflop(runs, {.assuming = exponents});
  print("2  parabolas", parabolas.parameters.trend, parabolas.tokens.trend);

  const auto law = scaling::fit<scaling::chinchilla>(runs).law;
  print("3  the law", law);

  const auto corrected =
      scaling::fit_isoflop(runs, {.assuming = scaling::isoflop_exponents<>{law.alpha, law.beta}, .remove_bias = true});
  print("2  with the bias by 3 removed", corrected.parameters.trend, corrected.tokens.trend);

  const auto bias = parabolas.budgets.front().bias;
  std::printf("\nthe bias of 2 in closed form: %+.4f %% in N*, %+.4f %% in D*, none in the exponents\n",
              percent(bias.parameters, 1), percent(bias.tokens, 1));
  std::printf("the envelope: %zu sizes win, one after the other; between them N* is a staircase\n", envelope.winners);
}
