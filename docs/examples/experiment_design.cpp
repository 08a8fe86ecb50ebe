// Which runs to pay for next: those that experiment_design chooses, beside IsoFLOP sweeps of the same cost. SYNTHETIC.
// SPDX-License-Identifier: BSL-1.0
//
//   experiment_design [tables]      as it stands 400 tables
//
// There are 20 runs. The design knows them alone: the fit to them, its covariance, a menu. What the runs that it asks for
// are worth is then tried on fresh tables, from the law that no fit knows.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/experiment_design.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/planning.hpp>

namespace {

using law_type = scaling::chinchilla<>;
using run = scaling::training_run<>;

constexpr law_type truth = scaling::published::besiroglu_2024<>;
constexpr double noise = 0.005, cost = 2.1e21;

std::vector<run> runs_at_hand() {
  std::vector<run> runs;
  for (const double N : {1e8, 3e8, 7e8, 1e9, 3e9})
    for (const double ratio : {5.0, 10.0, 20.0, 40.0}) runs.push_back({N, ratio * N});
  return runs;
}

/// Seven sizes, a factor of 2 apart, about the best one at each of `budgets` budgets, each a third of the one before.
std::vector<run> sweep(int budgets) {
  double total = 0;
  for (int k = 0; k < budgets; ++k) total += 7 * std::pow(3, -k);
  std::vector<run> runs;
  for (int k = 0; k < budgets; ++k)
    for (int i = -3; i <= 3; ++i) {
      const double C = cost / total * std::pow(3, -k),
                   N = scaling::compute_optimal(truth, C).parameters * std::pow(2, i);
      runs.push_back({N, C / (6 * N)});
    }
  return runs;
}

/// The least and the largest value of f over the runs of both.
template <class F>
std::pair<double, double> range_of(const std::vector<run>& a, const std::vector<run>& b, F f) {
  std::vector<double> values;
  for (const auto& runs : {a, b})
    for (const auto& at : runs) values.push_back(f(at));
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  return {*least, *largest};
}

std::vector<scaling::observation<>> measured(const std::vector<run>& runs, std::uint64_t table) {
  scaling::philox_stream random(1972, table);
  std::vector<scaling::observation<>> result;
  for (const auto& at : runs) result.push_back({at, truth(at) * std::exp(noise * random.normal())});
  return result;
}

scaling::fit_result<law_type> fitted(const std::vector<scaling::observation<>>& runs) {
  return scaling::fit<scaling::chinchilla>(runs, {.criterion = scaling::squared{}});
}

/// What is to be known, of a law over any scalar.
struct quantity {
  enum { tokens, loss, exponent } which;
  const char* name;
  template <class Law>
  auto operator()(const Law& law) const -> typename Law::real_type {
    if (which == exponent) return law.beta / (law.alpha + law.beta);
    const auto plan = scaling::compute_optimal(law, 1e24);
    return which == loss ? plan.loss : scaling::cmath::log(plan.tokens);
  }
};
constexpr std::array quantities{quantity{quantity::tokens, "log tokens at 1e24 FLOP"},
                                quantity{quantity::loss, "loss at 1e24 FLOP"},
                                quantity{quantity::exponent, "exponent"}};

/// The mean width of 95 % intervals of f over fresh tables of the runs at hand and `more`. Prints it, and how often they
/// held the truth.
double width(const char* what, const std::vector<run>& more, double standard_error, const quantity& f,
             std::uint64_t tables) {
  auto all = runs_at_hand();
  all.insert(all.end(), more.begin(), more.end());
  double sum = 0;
  int held = 0;
  for (std::uint64_t i = 1; i <= tables; ++i) {
    const auto data = measured(all, i);
    const auto errors = scaling::covariance(fitted(data), data, scaling::covariance_form::gauss_newton);
    const auto interval = scaling::normal_interval_of(errors, f);
    sum += interval.width();
    held += interval.lower < f(truth) && f(truth) < interval.upper;
  }
  const double mean = sum / static_cast<double>(tables);
  std::printf("  %-30s %3zu %18.2g %14.2g %9.0f %%\n", what, more.size(), 2 * 1.959963984540054 * standard_error, mean,
              100.0 * held / static_cast<double>(tables));
  return mean;
}

/// "3 of 1.1e+08 parameters and 8 tokens for each"
void print(std::vector<run> runs) {
  const auto before = [](const run& a, const run& b) {
    return std::pair(a.parameters, a.tokens) < std::pair(b.parameters, b.tokens);
  };
  std::sort(runs.begin(), runs.end(), before);
  for (auto at = runs.begin(); at != runs.end();) {
    const auto next = std::upper_bound(at, runs.end(), *at, before);
    std::printf("%s %d x %.2g (%.1f)", at == runs.begin() ? "" : ",", static_cast<int>(next - at), at->parameters,
                at->tokens / at->parameters);
    at = next;
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  const auto tables = static_cast<std::uint64_t>(argc > 1 ? std::atoi(argv[1]) : 400);
  const auto at_hand = measured(runs_at_hand(), 0);
  const auto result = fitted(at_hand);
  const auto one = sweep(1), four = sweep(4);
  // What could be trained: no size, no number of tokens and no ratio of the two that is in neither sweep.
  const auto N = range_of(one, four, [](const run& at) { return at.parameters; });
  const auto D = range_of(one, four, [](const run& at) { return at.tokens; });
  const auto ratio = range_of(one, four, [](const run& at) { return at.tokens / at.parameters; });
  auto menu = scaling::menu_of<run>({N.first, D.first}, {N.second, D.second}, 16);
  std::erase_if(menu, [&](const run& at) {
    return at.tokens < ratio.first * at.parameters || at.tokens > ratio.second * at.parameters;
  });
  std::printf(
      "20 runs with errors of 0.5 %%, and %.2g FLOP to spend; %d tables.\nRuns: how many x parameters (tokens for "
      "each)\n",
      cost, static_cast<int>(tables));
  for (const auto& f : quantities) {
    const scaling::experiment_design<law_type> design(result, at_hand, f);
    const auto error_with = [&](const std::vector<run>& more) { return design.standard_error_with(more); };
    std::printf("\n%-32s runs  promised width  width by trial  holds truth\n", f.name);
    width("nothing more", {}, design.standard_error(), f, tables);
    for (const auto& [what, runs] :
         {std::pair("a sweep at one budget", one), std::pair("sweeps at four budgets", four)}) {
      const auto chosen = design.within(menu, cost, runs.size());
      const double by_sweep = width(what, runs, error_with(runs), f, tables);
      const double by_design = width("as many runs by design", chosen.runs, chosen.after, f, tables);
      std::printf("  narrower by a factor of %.1f:", by_sweep / by_design);
      print(chosen.runs);
    }
  }
}
