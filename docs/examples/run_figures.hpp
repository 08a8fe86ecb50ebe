// Two pictures of a fit of Chinchilla's law and of the runs behind it: loss against compute, and loss at fixed compute.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <scaling/fitting/observation.hpp>
#include <scaling/io/svg.hpp>
#include <scaling/planning.hpp>

namespace run_figures {

using runs = std::vector<scaling::observation<>>;
using scaling::chinchilla;

/// "44M", "1.14B": the usual short form of a count, to three digits.
inline std::string short_count(double count) {
  char text[32];
  const double unit = count < 1e9 ? 1e6 : count < 1e12 ? 1e9 : 1e12;
  std::snprintf(text, sizeof text, "%.3g%c", count / unit, unit == 1e6 ? 'M' : unit == 1e9 ? 'B' : 'T');
  return text;
}

/// The least and the largest of f over the runs.
template <class F>
scaling::input_range<double> range_of(const runs& of, const F& f) {
  scaling::input_range<double> range{f(of.front()), f(of.front())};
  for (const auto& run : of) range = {std::min(range.from, f(run)), std::max(range.to, f(run))};
  return range;
}

inline double flops(const scaling::observation<>& run) { return 6 * run.at.parameters * run.at.tokens; }

/// `count` of the model sizes that were trained, as evenly spread as they are to be had, the smallest and largest too.
inline std::vector<double> some_sizes(const runs& of, int count) {
  const auto [from, to] = range_of(of, [](const auto& run) { return run.at.parameters; });
  std::vector<double> sizes;
  for (int i = 0; i < count; ++i) {
    const double wanted = from * std::pow(to / from, i / (count - 1.0));
    const auto off = [&](const auto& run) { return std::abs(std::log(run.at.parameters / wanted)); };
    const auto nearest =
        std::min_element(of.begin(), of.end(), [&](const auto& a, const auto& b) { return off(a) < off(b); });
    if (sizes.empty() || nearest->at.parameters > sizes.back()) sizes.push_back(nearest->at.parameters);
  }
  return sizes;
}

/// The runs, the law at some of their sizes, and the least loss that each budget can buy.
inline scaling::io::figure loss_curves(const runs& of, const chinchilla<>& law) {
  namespace io = scaling::io;
  const auto budgets = range_of(of, flops);
  const auto ratios = range_of(of, [](const auto& run) { return run.at.tokens / run.at.parameters; });
  io::figure picture{.title = "Loss against training compute",
                     .x = {.label = "training compute 6ND [FLOP]",
                           .logarithmic = true,
                           .from = budgets.from / 3,
                           .to = budgets.to * 3},
                     .y = {.label = "loss [nats/token]", .logarithmic = true},
                     .names = io::names::at_ends};
  picture.curves.push_back(
      {"best split", io::graph_of([&](double C) { return scaling::compute_optimal(law, C).loss; }, picture.x)});
  io::curve others{"", {}, io::drawn::dots};
  const auto sizes = some_sizes(of, 6);
  for (const auto& run : of)
    if (std::find(sizes.begin(), sizes.end(), run.at.parameters) == sizes.end())
      others.points.push_back({flops(run), run.loss});
  picture.curves.push_back(others);
  for (const double N : sizes) {
    const std::string name = "N = " + short_count(N);
    // From a quarter of the fewest tokens per parameter that any run has, to the right.
    const io::axis seen{"", true, std::max(1.5 * N * N * ratios.from, picture.x.from), picture.x.to};
    picture.curves.push_back({name, io::graph_of([&](double C) { return law(N, C / (6 * N)); }, seen, 81)});
    io::curve points{name, {}, io::drawn::points};
    for (const auto& run : of)
      if (run.at.parameters == N) points.points.push_back({flops(run), run.loss});
    picture.curves.push_back(points);
  }
  if (law.E > 0.7 * range_of(of, [](const auto& run) { return run.loss; }).from) picture.horizontal = {{law.E, "E"}};
  return picture;
}

/// The law at powers of ten of the budget, or at the middle of budgets that are near none. A run within a factor of two of
/// one is shown there, as far off the law as it is: its loss is moved along the law to the budget, at its own size.
inline scaling::io::figure isoflop_valleys(const runs& of, const chinchilla<>& law) {
  namespace io = scaling::io;
  const auto spent = range_of(of, flops);
  const auto sizes = range_of(of, [](const auto& run) { return run.at.parameters; });
  io::figure picture{.title = "Loss at fixed compute, and the best size",
                     .x = {.label = "parameters", .logarithmic = true, .from = sizes.from / 2, .to = sizes.to * 2},
                     .y = {.label = "loss [nats/token]", .logarithmic = true}};
  io::curve best{"best size", {}, io::drawn::line};
  std::vector<double> budgets;
  for (double power = std::ceil(std::log10(spent.from) - 0.3); power <= std::log10(spent.to) + 0.3; ++power)
    budgets.push_back(std::pow(10.0, power));
  if (budgets.empty()) budgets.push_back(std::sqrt(spent.from * spent.to));
  for (const double C : budgets) {
    const double power = std::floor(std::log10(C) + 1e-9), digits = C / std::pow(10.0, power);
    char name[40];
    if (std::abs(digits - 1) < 1e-9)
      std::snprintf(name, sizeof name, "10^{%g} FLOP", power);
    else
      std::snprintf(name, sizeof name, "%.2g 10^{%g} FLOP", digits, power);
    io::curve near{name, {}, io::drawn::points};
    for (const auto& run : of)
      if (std::abs(std::log(flops(run) / C)) < std::log(2))
        near.points.push_back({run.at.parameters, run.loss * law(run.at.parameters, C / (6 * run.at.parameters)) /
                                                      law(run.at.parameters, run.at.tokens)});
    const auto plan = scaling::compute_optimal(law, C);
    best.points.push_back({plan.parameters, plan.loss});
    const io::axis about{"", true, plan.parameters / 12, plan.parameters * 12};
    const auto valley = [&](double N) { return scaling::isoflop_run(law, C, N).loss; };
    picture.curves.push_back({name, io::graph_of(valley, about, 81)});
    picture.curves.push_back(near);
  }
  picture.curves.push_back(best);
  best.as = io::drawn::points;
  picture.curves.push_back(best);
  return picture;
}

}  // namespace run_figures
