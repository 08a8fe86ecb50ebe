// The pictures of the documentation that the demo does not draw: `figures FOLDER` writes them, from published laws and
// from SYNTHETIC runs; without a folder it says what they show.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <scaling/counting/embedding.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/profile.hpp>
#include <scaling/io/svg.hpp>
#include <scaling/muennighoff.hpp>
#include <scaling/planning.hpp>
#include <scaling/published.hpp>

#include "synthetic_runs.hpp"

namespace {

namespace io = scaling::io;
namespace published = scaling::published;
using scaling::chinchilla;

/// A number to so many significant digits.
std::string digits(double value, int count) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", count, value);
  return text;
}

/// Pearce and Song 2024: along Chinchilla's optimum, seen without the embedding.
io::figure local_exponent() {
  constexpr scaling::embedding_correction<double> embedding{47491};
  io::figure picture{
      .title = "The exponent that a study finds depends on its sizes",
      .x = {.label = "compute without the embedding, C_{E} [FLOP]", .logarithmic = true, .from = 1e12, .to = 1e25},
      .y = {.label = "local exponent of the best size, g", .from = 0.4, .to = 1.02}};
  const auto along = [&](const chinchilla<>& law) {
    std::vector<io::point> points;
    for (double log_N = 2; log_N <= 13; log_N += 0.05) {
      const double N = std::pow(10, log_N);
      points.push_back(
          {scaling::non_embedding_flops_at(law, embedding, N), scaling::local_parameter_exponent(law, embedding, N)});
    }
    return points;
  };
  const double from = std::pow(10, 12.95), to = std::pow(10, 20.7);
  const double line =
      scaling::straight_line_exponents(published::besiroglu_2024<>, embedding, {.from = from, .to = to}).parameters;
  picture.curves = {{"Besiroglu et al.", along(published::besiroglu_2024<>)},
                    {"Hoffmann et al.", along(published::hoffmann_2022<>)},
                    {"straight line, " + digits(line, 2), {{from, line}, {to, line}}}};
  picture.horizontal = {{0.73, "Kaplan et al. 2020: 0.73"}, {0.5, "Hoffmann et al. 2022: 0.50"}};
  return picture;
}

/// Muennighoff et al. 2023: what U tokens are worth when they are read again and again.
io::figure effective_data() {
  constexpr auto law = published::muennighoff_2023<>;
  io::figure picture{.title = "What repeated tokens are worth",
                     .x = {.label = "epochs D/U", .logarithmic = true, .from = 1, .to = 200},
                     .y = {.label = "effective tokens D\u2032/U", .logarithmic = true, .from = 1, .to = 100}};
  const auto worth = [&](double R_D_star) {
    auto other = law;
    other.R_D_star = R_D_star;
    return io::graph_of([&](double epochs) { return other.effective_tokens(epochs, 1.0); }, picture.x, 121);
  };
  picture.curves = {{"fresh tokens", io::graph_of([](double epochs) { return epochs; }, picture.x, 2)},
                    {"published, R* 15.4", worth(law.R_D_star)},
                    {"lowest, R* 95.4", worth(95.365)}};  // see papers_refitted.output
  picture.horizontal = {{1 + law.R_D_star, "ceiling 1 + R* = " + digits(1 + law.R_D_star, 3)}};
  picture.vertical = {{4, "4 epochs"}};
  return picture;
}

/// How sure the plan is: where 600 resamples of the runs put it.
io::figure plan_cloud(const std::vector<scaling::observation<>>& runs) {
  const double C = 5.76e23;
  const auto fit = scaling::fit<chinchilla>(runs);
  const auto sample = scaling::bootstrap(fit, runs, {.replicates = 600});
  const auto plan_of = [&](const chinchilla<>& law) { return scaling::compute_optimal(law, C); };
  const auto point_of = [&](const chinchilla<>& law) { return io::point{plan_of(law).parameters, plan_of(law).loss}; };
  io::figure picture{.title = "The plan for 5.76\u00d710^{23} FLOP, by 600 resamples of the runs",
                     .x = {.label = "best size N* [parameters]"},
                     .y = {.label = "its loss [nats/token]"}};
  picture.curves = {{"resample", {}, io::drawn::dots},
                    {"fit", {point_of(fit.law)}, io::drawn::points},
                    {"truth", {point_of(synthetic_law)}, io::drawn::points}};
  for (const auto& law : sample.laws) picture.curves[0].points.push_back(point_of(law));
  const auto best_size = sample.interval_of([&](const auto& law) { return plan_of(law).parameters; });
  picture.vertical = {{best_size.lower, "95 % interval"}, {best_size.upper, ""}};
  return picture;
}

/// How far alpha can be moved, all others refitted, before the runs object; by least squares.
io::figure profile_of_alpha(const std::vector<scaling::observation<>>& runs) {
  const scaling::fit_options<chinchilla<>> options{.criterion = scaling::squared{}};
  const auto fit = scaling::fit<chinchilla>(runs, options);
  const auto interval = scaling::profile(fit, runs, "alpha").interval;
  const double lower = interval.lower, upper = interval.upper;
  io::figure picture{.title = "Profile of alpha: the likelihood ratio, and the 95 % interval",
                     .x = {.label = "alpha", .from = 2 * lower - fit.law.alpha, .to = 2 * upper - fit.law.alpha},
                     .y = {.label = "n log(Q(alpha)/Q)", .from = 0, .to = 16},
                     .names = io::names::hidden};
  const auto statistic = [&](double alpha) {
    auto held = options;
    held.fixed = {{"alpha", alpha}};
    const double least = scaling::fit<chinchilla>(runs, held).objective;
    return static_cast<double>(runs.size()) * std::log(std::max(1.0, least / fit.objective));
  };
  picture.curves = {{"profile", io::graph_of(statistic, picture.x, 41)}};
  picture.bands = {{"profile", {{lower, 0, 16}, {upper, 0, 16}}}};
  picture.horizontal = {{3.841, "3.84"}};
  picture.vertical = {{fit.law.alpha, "fit"}, {synthetic_law.alpha, "truth"}};
  return picture;
}

}  // namespace

int main(int count, char** words) {
  const auto runs = synthetic_runs();
  for (const auto& [name, picture] :
       {std::pair{"local_exponent.svg", local_exponent()}, std::pair{"effective_data.svg", effective_data()},
        std::pair{"plan_cloud.svg", plan_cloud(runs)}, std::pair{"profile_of_alpha.svg", profile_of_alpha(runs)}}) {
    if (count > 1)
      io::write_svg(std::string(words[1]) + "/" + name, picture);
    else
      std::printf("%-22s %s\n", name, scaling::detail::plain(picture.title).c_str());
  }
}
