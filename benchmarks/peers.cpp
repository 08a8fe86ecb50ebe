// What others reach: minimisers that Debian packages on the same objective, from the same 4500 starts, in one process.
// SPDX-License-Identifier: BSL-1.0
//
//   benchmark.peers [EVERY]      from every EVERYth start only, 1 if not said; a prime meets all values of each coordinate
//
// A peer that CMake did not find is named and left out; scipy runs in Python, in a process of its own, on fewer starts.
// Read the ratios: they hold on a noisy machine, the times do not.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <scaling/fitting.hpp>
#include <scaling/optimize/lbfgsb.hpp>

#include "peers/peer.hpp"
#include "support/runs.hpp"
#include "support/silence.hpp"
#include "support/timing.hpp"

namespace {

using benchmark::coefficients;
using benchmark::point;

/// The literature's grid, from the law's own table, as (log A, log B, log E, alpha, beta).
std::vector<point> grid_of_starts() {
  constexpr auto table = scaling::chinchilla<>::coefficients();
  std::vector<point> result;
  std::array<int, coefficients> place{};
  for (std::size_t k = 0; k < coefficients;) {
    std::array<double, coefficients> x;
    for (std::size_t i = 0; i < coefficients; ++i) {
      const auto& [from, to, steps] = table[i].starts;
      x[i] = from + (to - from) * place[i] / (steps - 1);
    }
    result.push_back({x[1], x[2], x[0], x[3], x[4]});
    for (k = 0; k < coefficients && ++place[k] >= table[k].starts.count; ++k) place[k] = 0;
  }
  return result;
}

using vector = Eigen::Matrix<double, static_cast<int>(coefficients), 1>;

/// The objective as our own minimiser takes it.
template <class F>
auto for_eigen(F& f) {
  return [&f](const vector& x, vector& gradient) { return f(x.data(), gradient.data()); };
}

/// What one method did from all of the starts.
struct sweep {
  std::string name, settings;
  std::vector<double> microseconds, evaluations, values;
  std::size_t at_minimum = 0, falsely = 0;

  /// An end within 1e-8 of the minimum is one at the minimum. One elsewhere can be right as well: on the plateaus where a
  /// term has vanished nothing is left to gain nearby. Success is said falsely where a new descent from the end, with
  /// nothing remembered, lowers the objective by another 1e-8 or more.
  void add(double time, int count, const benchmark::ending& end, benchmark::libm_objective& f, double minimum) {
    point unused;
    const double value = f(end.x.data(), unused.data());
    microseconds.push_back(time);
    evaluations.push_back(count);
    values.push_back(value);
    if (value <= minimum * (1 + 1e-8)) {
      ++at_minimum;
    } else if (end.success) {
      const auto again = scaling::optimize::lbfgsb(for_eigen(f), vector(end.x.data()));
      falsely += again.value < value * (1 - 1e-8);
    }
  }
};

/// The two units, measured again beside every peer so that a slow minute of the machine is in both.
struct units {
  std::vector<double> evaluation, fit;
};

void print_head() {
  std::printf(
      "| minimiser | settings | fit [us] | of a libm evaluation | evaluations | at the minimum | success said, "
      "falsely | best of all, excess | all 4500 starts [s] | of our screened fit |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n");
}

void print(const sweep& one, const units& unit, std::size_t all_starts, double minimum) {
  double total = 0;
  for (const double time : one.microseconds) total += time;
  const auto tried = one.microseconds.size();
  total *= double(all_starts) / double(tried);
  const double best = *std::min_element(one.values.begin(), one.values.end()),
               fit = benchmark::median(one.microseconds);
  std::printf("| %s | %s | %.0f | %.0f | %.0f | %.1f %% | %.1f %% | %.0e | %s%.2f | %.0f |\n", one.name.c_str(),
              one.settings.c_str(), fit, fit / benchmark::median(unit.evaluation), benchmark::median(one.evaluations),
              100 * double(one.at_minimum) / double(tried), 100 * double(one.falsely) / double(tried),
              std::max(0.0, best / minimum - 1), tried < all_starts ? "about " : "", total / 1e6,
              total / benchmark::median(unit.fit));
  std::fflush(stdout);
}

/// Our general minimiser on the peers' objective, in their coordinates.
benchmark::ending our_lbfgsb(benchmark::counted_objective& f, const point& start) {
  const auto end = scaling::optimize::lbfgsb(for_eigen(f), vector(start.data()));
  benchmark::ending result{start, end.converged()};
  std::copy(end.x.begin(), end.x.end(), result.x.begin());
  return result;
}

/// The sweeps of scipy; none, with the reason said, where it cannot be had.
std::vector<sweep> scipy_sweeps(const benchmark::logs& data, const std::vector<point>& starts,
                                benchmark::libm_objective& f, double minimum) {
  const std::string file = "benchmark.peers.scipy.txt";
  {
    std::ofstream out(file);
    out.precision(17);
    out << data.L.size() << "\n";
    for (std::size_t i = 0; i < data.L.size(); ++i) out << data.N[i] << " " << data.D[i] << " " << data.L[i] << "\n";
    out << starts.size() << "\n";
    for (const auto& start : starts) {
      for (const double coordinate : start) out << coordinate << " ";
      out << "\n";
    }
  }
  std::vector<sweep> sweeps;
  std::FILE* lines = popen((SCALING_SCIPY_PEER " " + file).c_str(), "r");
  char line[512];
  while (lines && std::fgets(line, sizeof line, lines)) {
    if (line[0] == '=') {
      const std::string settings = line + 2;
      sweeps.push_back({"scipy, L-BFGS-B, Python", settings.substr(0, settings.size() - 1), {}, {}, {}});
      if (settings.rfind("BFGS, ", 0) == 0)
        sweeps.back().name = "scipy, BFGS, Python", sweeps.back().settings = sweeps.back().settings.substr(6);
      continue;
    }
    benchmark::ending end;
    char* next = line;
    for (double& coordinate : end.x) coordinate = std::strtod(next, &next);
    end.success = std::strtod(next, &next) > 0;
    const auto evaluations = static_cast<int>(std::strtol(next, &next, 10));
    sweeps.back().add(std::strtod(next, nullptr), evaluations, end, f, minimum);
  }
  if (!lines || pclose(lines) != 0) {
    std::printf("\nSkipped: scipy (Debian: python3-scipy).\n");
    sweeps.clear();
  }
  std::remove(file.c_str());
  return sweeps;
}

}  // namespace

int main(int count, char** words) {
  const auto usual = benchmark::usual_runs();
  const auto& runs = usual.runs;
  const benchmark::logs data(runs);
  benchmark::libm_objective f(data);
  const auto value = [&](const point& x) {
    point unused;
    return f(x.data(), unused.data());
  };
  const auto grid = grid_of_starts();
  const std::size_t every = count > 1 ? std::max(1UL, std::strtoul(words[1], nullptr, 10)) : 1,
                    scipy_every = 47;  // prime: it meets all values of each coordinate
  const auto starts_of_every = [&](std::size_t step) {
    std::vector<point> result;
    for (std::size_t i = 0; i < grid.size(); i += step) result.push_back(grid[i]);
    return result;
  };

  scaling::fit_result<scaling::chinchilla<>> fit{};
  const auto screened_fit = [&] {
    fit = scaling::fit<scaling::chinchilla>(runs);
    return fit.objective;
  };
  screened_fit();
  const point optimum{std::log(fit.law.A), std::log(fit.law.B), std::log(fit.law.E), fit.law.alpha, fit.law.beta};
  const double minimum = value(optimum);
  units unit;
  const auto measure_units = [&] {
    unit.evaluation.push_back(benchmark::median_microseconds(51, 20, {[&] { return value(optimum); }})[0]);
    for (int i = 0; i < 51; ++i) unit.fit.push_back(benchmark::processor_microseconds(screened_fit));
  };

  std::vector<benchmark::peer> peers;
  std::vector<std::string> missing;
  const auto add = [&](std::vector<benchmark::peer> more) { peers.insert(peers.end(), more.begin(), more.end()); };
#ifdef SCALING_HAS_FORTRAN_LBFGSB
  add(benchmark::fortran_lbfgsb_peers());
#else
  missing.push_back("L-BFGS-B 3.0 (Debian: liblbfgsb-dev)");
#endif
#ifdef SCALING_HAS_LBFGSPP
  add(benchmark::lbfgspp_peers());
#else
  missing.push_back("LBFGSpp (Debian: liblbfgspp-dev)");
#endif
#ifdef SCALING_HAS_NLOPT
  add(benchmark::nlopt_peers());
#else
  missing.push_back("NLopt (Debian: libnlopt-dev)");
#endif
#ifdef SCALING_HAS_DLIB
  add(benchmark::dlib_peers());
#else
  missing.push_back("dlib (Debian: libdlib-dev)");
#endif
#ifdef SCALING_HAS_CERES
  add(benchmark::ceres_peers());
#else
  missing.push_back("Ceres (Debian: libceres-dev)");
#endif
  add({{"scaling, optimize::lbfgsb", "defaults", our_lbfgsb}});

  const auto starts = starts_of_every(every);
  std::printf("### The same minimum, from each of %zu starts: %s\n\n", starts.size(), usual.name.c_str());
  print_head();
  for (const auto& one : peers) {
    measure_units();
    sweep results{one.name, one.settings, {}, {}, {}};
    {
      const benchmark::silence quiet;
      for (const auto& start : starts) {
        benchmark::counted_objective counted{f};
        benchmark::ending end{};
        const double time = benchmark::processor_microseconds([&] { end = one.minimise(counted, start); });
        results.add(time, counted.evaluations, end, f, minimum);
      }
    }
    measure_units();
    print(results, unit, grid.size(), minimum);
  }
  const auto few = starts_of_every(std::max(every, scipy_every));
  for (const auto& one : scipy_sweeps(data, few, f, minimum)) print(one, unit, grid.size(), minimum);
  const double one_fit = benchmark::median(unit.fit), one_evaluation = benchmark::median(unit.evaluation);
  std::printf("| scaling, fit, screened | defaults | %.1f | %.1f | %d | the fit | | %.0e | | 1 |\n", one_fit,
              one_fit / one_evaluation, fit.evaluations, std::max(0.0, fit.objective / minimum - 1));

  for (const auto& one : missing) std::printf("\nSkipped: %s.\n", one.c_str());
  std::printf(
      "\nProcessor times. A libm evaluation, value and gradient by plain loops, takes %.2f us here; each minimiser "
      "calls\n"
      "that, but for scipy, whose objective is in numpy, and our fit, which has its own. The minimum is %.15e; at it "
      "is\n"
      "who is within 1e-8. Success is said falsely where a new descent from the end gains another 1e-8 or more; ends "
      "on\n"
      "a plateau, where a term has vanished, are neither. scipy: from every %zuth start.\n",
      one_evaluation, minimum, std::max(every, scipy_every));
  (void)new benchmark::silence;  // for good: what Fortran still has to say comes at exit
}
