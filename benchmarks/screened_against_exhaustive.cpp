// Does the screened fit miss optima? It is held against the exhaustive search, on real and on made runs: misses counted.
// SPDX-License-Identifier: BSL-1.0
//
//   benchmark.screened_against_exhaustive [EVERY [PART...]]
//
// EVERY: only every EVERYth set of a part, from the first, 1 if not said: all, which takes most of an hour. What a made
// set is depends on its number modulo 60: let EVERY have no factor of it. PART: a law, or a law and a kind of sets:
// chinchilla, lovelace.made. A miss is a screened objective above (1 + 1e-10) times the exhaustive one. The
// exhaustive search starts from the grid of the law's own table: 4500 points for Chinchilla's law, 256 for Lovelace's.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <scaling/fitting.hpp>

#include "../tests/support/tables.hpp"
#include "support/made_runs.hpp"
#include "support/runs.hpp"

namespace {

using repeated = scaling::repeated_run<>;
using support::row;

// --- Real tables. Where a table has no column of unique tokens, nothing was repeated.

struct table {
  std::string name, file;
  std::function<bool(const row&)> keep;
  std::string loss = "loss", parameters = "parameters";
};

std::vector<table> tables() {
  const auto all = [](const row&) { return true; };
  const auto where = [](const std::string& column, const std::string& value) {
    return [=](const row& one) { return one.at(column) == value; };
  };
  std::vector<table> result{{"epoch, 240", "epoch_2024.csv", where("excluded_as_outlier", "0")},
                            {"epoch, 245", "epoch_2024.csv", all},
                            {"steplaw", "steplaw_2025_best.csv", all},
                            {"muennighoff, one epoch", "muennighoff_2023.csv", where("epochs", "1.0")},
                            {"muennighoff, published", "muennighoff_2023.csv", where("in_published_fit", "1")},
                            {"muennighoff, all", "muennighoff_2023.csv", all}};
  for (const std::string set : {"comma", "dclm"}) {
    result.push_back({"marin " + set, "isoflop_marin_" + set + ".csv", all});
    result.push_back({"marin " + set + ", unflagged", "isoflop_marin_" + set + ".csv", where("flagged_outlier", "0")});
  }
  for (const std::string set : {"c4_original", "rpj", "rw_original"})
    for (const std::string size : {"parameters", "non_embedding_parameters"})
      result.push_back(
          {"gadre " + set + ", " + size, "gadre_2024.csv", where("train_dataset", set), "loss_c4_validation", size});
  return result;
}

std::vector<scaling::observation<repeated>> read(const table& from) {
  std::vector<scaling::observation<repeated>> runs;
  for (const auto& one : support::table(benchmark::reference_file(from.file))) {
    if (!from.keep(one)) continue;
    const double tokens = support::number(one, "tokens");
    const double unique = one.count("unique_tokens") ? support::number(one, "unique_tokens") : tokens;
    runs.push_back({{support::number(one, from.parameters), tokens, unique}, support::number(one, from.loss)});
  }
  return runs;
}

// --- Sets of runs, each by its number: the number is the seed.

struct set {
  std::string name;
  std::vector<scaling::observation<repeated>> runs;
};

/// Of as many runs as there are, with replacement.
set resample(const std::vector<scaling::observation<repeated>>& runs, std::uint64_t seed) {
  benchmark::random_numbers random(seed);
  set result{"seed " + std::to_string(seed), {}};
  for (std::size_t i = 0; i < runs.size(); ++i) result.runs.push_back(runs[random.below(runs.size())]);
  return result;
}

/// Exponents from 0.05 to 1, noise from 0.1 to 10 %, 15 to 300 runs. Every fifth set has its optimum near or on a face,
/// every fourth has outliers, every tenth is the worst case of 15 runs with 10 % noise.
set made(std::uint64_t seed, bool repetition) {
  benchmark::random_numbers random(seed);
  const double typical_N = 1e9, typical_D = 3e10;
  scaling::lovelace<> law{};
  law.alpha = random.spread(0.05, 1);
  law.beta = random.spread(0.05, 1);
  law.E = random.between(0.3, 2.5);
  law.A = random.spread(0.05, 1.5) * std::pow(typical_N, law.alpha);
  law.B = random.spread(0.05, 1.5) * std::pow(typical_D, law.beta);
  law.delta = random.between(0.5, 2);
  law.kappa = random.between(0.3, 1.5);
  law.P = repetition ? random.spread(0.02, 1) / std::pow(10, law.delta) : 0;  // as much at 11 epochs and N = U
  if (seed % 5 == 0) (seed % 3 == 0 ? law.E : seed % 3 == 1 ? law.A : law.B) = 0;
  const bool worst = seed % 10 == 7;
  const auto count = static_cast<std::size_t>(worst ? 15 : random.spread(15, 300));
  const double noise = worst ? 0.1 : random.spread(0.001, 0.1);
  set result{"seed " + std::to_string(seed), benchmark::made_runs(law, count, noise, seed + 1000000)};
  for (auto& run : result.runs) {
    if (!repetition) run.at.unique_tokens = run.at.tokens;
    if (seed % 4 == 1 && random.between(0, 1) < 0.05) run.loss *= std::exp(0.5 * random.normal());
  }
  return result;
}

// --- The comparison

template <template <class> class Law>
auto as_runs_of(const std::vector<scaling::observation<repeated>>& runs) {
  using run_type = typename Law<double>::input_type;
  std::vector<scaling::observation<run_type>> result;
  for (const auto& run : runs) {
    if constexpr (scaling::input_count<run_type> == 2)
      result.push_back({{run.at.parameters, run.at.tokens}, run.loss});
    else
      result.push_back(run);
  }
  return result;
}

template <template <class> class Law>
void compare(const std::string& part, std::size_t every, const std::vector<set>& sets) {
  std::size_t tried = 0, misses = 0, beaten = 0;
  double largest = 0;
  std::string listed;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < sets.size(); i += every) {
    const auto runs = as_runs_of<Law>(sets[i].runs);
    const auto screened = scaling::fit<Law>(runs);
    const auto exhaustive = scaling::fit<Law>(runs, {.search = scaling::search::exhaustive});
    const double excess = screened.objective / exhaustive.objective - 1;
    ++tried;
    beaten += exhaustive.objective > screened.objective * (1 + 1e-10);
    if (excess <= 1e-10) continue;  // a NaN is a miss
    ++misses;
    largest = std::max(largest, excess);
    char line[200];
    std::snprintf(line, sizeof line, "- %s, %s, %zu runs: %.3e above the exhaustive search%s\n", part.c_str(),
                  sets[i].name.c_str(), runs.size(), excess, screened.converged() ? "" : ", and says so");
    listed += line;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("| %s | %zu of %zu | %zu | %.1e | %zu | %.0f |\n", part.c_str(), tried, sets.size(), misses, largest,
              beaten, seconds);
  if (!listed.empty()) std::fprintf(stderr, "%s", listed.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  const std::size_t every = count > 1 ? std::max(1UL, std::strtoul(words[1], nullptr, 10)) : 1;
  const auto asked = [&](std::string_view part) {
    return count < 3 || std::any_of(words + 2, words + count, [&](std::string_view word) {
             return word == part || word == part.substr(0, part.find('.'));
           });
  };
  const bool real = std::filesystem::exists(benchmark::reference_file("epoch_2024.csv"));
  std::vector<set> real_sets;
  if (real)
    for (const auto& one : tables()) real_sets.push_back({one.name, read(one)});
  const auto resamples_of = [&](std::string_view name) {
    const auto found =
        std::find_if(real_sets.begin(), real_sets.end(), [&](const set& one) { return one.name == name; });
    return [&runs = found->runs](std::uint64_t seed) { return resample(runs, seed); };
  };
  const auto numbered = [](std::uint64_t sets, auto&& one) {
    std::vector<set> result;
    for (std::uint64_t seed = 1; seed <= sets; ++seed) result.push_back(one(seed));
    return result;
  };

  std::printf("### Screened against exhaustive\n\n");
  std::printf("| sets | tried | missed by the screened fit | largest excess | missed by the exhaustive search | s |\n");
  std::printf("|---|---|---|---|---|---|\n");
  if (real) {
    if (asked("chinchilla.tables")) compare<scaling::chinchilla>("chinchilla.tables", every, real_sets);
    if (asked("chinchilla.resamples"))
      compare<scaling::chinchilla>("chinchilla.resamples", every, numbered(200, resamples_of("epoch, 240")));
    if (asked("lovelace.tables")) compare<scaling::lovelace>("lovelace.tables", every, real_sets);
    if (asked("lovelace.resamples"))
      compare<scaling::lovelace>("lovelace.resamples", every, numbered(200, resamples_of("muennighoff, published")));
  }
  if (asked("chinchilla.made"))
    compare<scaling::chinchilla>("chinchilla.made", every, numbered(500, [](auto seed) { return made(seed, false); }));
  if (asked("lovelace.made"))
    compare<scaling::lovelace>("lovelace.made", every, numbered(500, [](auto seed) { return made(seed, true); }));
  if (!real) std::printf("\nSkipped: real tables and resamples of them; there is no %s.\n", SCALING_REFERENCE_DIR);
}
