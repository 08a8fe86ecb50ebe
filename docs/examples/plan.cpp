// From runs to a plan: fits Chinchilla's law to a table of runs, shows how the fit knows, and splits budgets by it.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/io/csv.hpp>
#include <scaling/io/report.hpp>
#include <scaling/planning.hpp>

#include "run_figures.hpp"
#include "synthetic_runs.hpp"

namespace {

constexpr std::string_view usage =
    R"(usage: plan [RUNS.csv] [--budget FLOP]... [--parameters COLUMN] [--tokens COLUMN] [--loss COLUMN] [--drop COLUMN]
            [--figures FOLDER]

  RUNS.csv      one run a row: model size, training tokens, loss in nats per token. Without it: synthetic runs.
  --budget      training compute to plan for, as in --budget 5.76e23; may be given several times
  --parameters, --tokens, --loss
                the column that holds the quantity, if its name does not say so
  --drop        a column of flags: rows where it says 1, true or yes are left out
  --figures     writes two pictures of the runs and the fit there: loss_curves.svg, isoflop_valleys.svg
)";

struct request {
  std::string file, figures;
  scaling::io::columns columns;
  std::vector<double> budgets;
};

[[noreturn]] void misused(const std::string& what) {
  std::cerr << "plan: " << what << "\n" << usage;
  std::exit(2);
}

request parse(int count, char** words) {
  request asked;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--help" || word == "-h") {
      std::cout << usage;
      std::exit(0);
    }
    if (word.rfind("--", 0) != 0) {
      if (!asked.file.empty()) misused("two files: " + asked.file + " and " + word);
      asked.file = word;
      continue;
    }
    if (word.find('=') != word.npos) misused(word + ": a value follows its option after a blank");
    const std::string value = i + 1 < count ? words[++i] : "";
    if (value.empty()) misused(word + " needs a value");
    if (word == "--budget") {
      char* end = nullptr;
      asked.budgets.push_back(std::strtod(value.c_str(), &end));
      if (*end != '\0' || !scaling::positive_finite(asked.budgets.back()))
        misused("--budget " + value + ": must be a positive number of FLOP");
    } else if (word == "--parameters") {
      asked.columns.parameters = value;
    } else if (word == "--tokens") {
      asked.columns.tokens = value;
    } else if (word == "--loss") {
      asked.columns.loss = value;
    } else if (word == "--drop") {
      asked.columns.drop = value;
    } else if (word == "--figures") {
      asked.figures = value;
    } else {
      misused("no option " + word);
    }
  }
  const auto& of = asked.columns;
  if (asked.file.empty() && !(of.parameters + of.tokens + of.loss + of.drop).empty())
    misused("a column is named, and there is no file to read it from");
  if (asked.budgets.empty()) asked.budgets = {1e21, 5.76e23, 1e26};
  return asked;
}

using result = scaling::fit_result<scaling::chinchilla<>>;

/// Whether a law has an optimum: both terms there, and both falling.
bool has_optimum(const scaling::chinchilla<>& law) { return law.A > 0 && law.B > 0 && law.alpha > 0 && law.beta > 0; }

/// The largest factor by which a plan leaves the range of the runs; 1 inside.
double extrapolation(const result& fit, const scaling::allocation<double>& plan) {
  const auto beyond = [](const scaling::input_range<double>& range, double value) {
    return std::max({1.0, value / range.to, range.from / value});
  };
  return std::max(beyond(fit.range[0], plan.parameters), beyond(fit.range[1], plan.tokens));
}

void print_plans(const request& asked, const result& fit, const result& least_squares) {
  std::printf("\ncompute-optimal plans, C = 6 N D\n");
  std::printf("  %10s %12s %12s %7s %8s  %s\n", "FLOP", "parameters", "tokens", "D/N", "loss", "beyond the runs");
  for (const double budget : asked.budgets) {
    const auto plan = scaling::compute_optimal(fit.law, budget);
    std::printf("  %10.4g %12.4g %12.4g %7.3g %8.4f  x %.3g\n", plan.flops, plan.parameters, plan.tokens,
                plan.tokens / plan.parameters, plan.loss, extrapolation(fit, plan));
  }
  std::printf("\nwhat to doubt\n");
  std::printf(
      "  - These are point estimates: no interval is computed here, and far beyond the runs they are guesses.\n");
  if (has_optimum(least_squares.law)) {
    std::printf("  - The choice of criterion moves the plan. With least squares instead of Huber's:\n");
    for (const double budget : asked.budgets) {
      const auto plan = scaling::compute_optimal(least_squares.law, budget);
      std::printf("  %10.4g %12.4g %12.4g %7.3g %8.4f\n", plan.flops, plan.parameters, plan.tokens,
                  plan.tokens / plan.parameters, plan.loss);
    }
  } else {
    std::printf("  - Least squares instead of Huber's criterion sees no optimum in these runs.\n");
  }
  std::printf("  - A plan counts parameters as the runs do: whether total or non-embedding is for you to know.\n");
}

void write_figures(const std::string& folder, const run_figures::runs& runs, const scaling::chinchilla<>& law) {
  const std::filesystem::path to(folder);
  std::filesystem::create_directories(to);
  scaling::io::write_svg((to / "loss_curves.svg").string(), run_figures::loss_curves(runs, law));
  scaling::io::write_svg((to / "isoflop_valleys.svg").string(), run_figures::isoflop_valleys(runs, law));
}

}  // namespace

int main(int count, char** words) {
  const request asked = parse(count, words);
  try {
    std::vector<scaling::observation<>> runs;
    if (asked.file.empty()) {
      runs = synthetic_runs();
      std::cout << "SYNTHETIC runs: the 50 published Chinchilla shapes, losses of besiroglu_2024 with "
                << 100 * synthetic_noise << " % noise\n\n";
    } else {
      runs = scaling::io::read_runs(asked.file, asked.columns);
    }
    const auto fit = scaling::fit<scaling::chinchilla>(runs);
    std::cout << fit << std::flush;
    if (!has_optimum(fit.law)) {
      std::cerr << "plan: these runs do not show that both parameters and tokens lower the loss: no plan\n";
      return 1;
    }
    print_plans(asked, fit, scaling::fit<scaling::chinchilla>(runs, {.criterion = scaling::squared{}}));
    if (!asked.figures.empty()) write_figures(asked.figures, runs, fit.law);
    return fit.converged() && fit.identified() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "plan: " << error.what() << "\n";
    return 1;
  }
}
