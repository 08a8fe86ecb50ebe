// Approach 1 on synthetic truth: what its staircase is off by, what noise and schedules add, and what it leaves out.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/envelope.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;
using Catch::Matchers::ContainsSubstring;

namespace {

using points = std::vector<sc::trajectory_point<>>;

double off(double got, double want) { return std::abs(got / want - 1); }

/// `sizes` models in steps of a factor about 1e9, each from 1/reach to reach times the tokens for which it is best.
points menu(const sc::chinchilla<>& law, int sizes, double step, double reach, int length,
            const sc::training_cost& cost = {}) {
  points result;
  for (int i = 0; i < sizes; ++i) {
    const double N = 1e9 * std::pow(step, i - (sizes - 1) / 2.0);
    const double best = sc::compute_optimal_for_parameters(law, N, cost).tokens;
    for (int k = 0; k <= length; ++k) {
      const double D = best * std::pow(reach, 2.0 * k / length - 1);
      result.push_back({static_cast<std::size_t>(i), N, D, law(N, D)});
    }
  }
  return result;
}

/// The compute in the middle of the points that enter the power laws.
double middle(const sc::envelope_fit<double>& fit) {
  double sum = 0;
  int count = 0;
  for (const auto& point : fit.points)
    if (!point.at_edge) sum += std::log(point.flops), ++count;
  return std::exp(sum / count);
}

std::string refusal(const points& runs, const sc::envelope_options& options = {}, const sc::training_cost& cost = {}) {
  try {
    (void)sc::fit_envelope(runs, options, cost);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the staircase is off by the closed form: 1 - 1/n^2 in the exponent, and a factor in size") {
  support::random_numbers random(5);
  for (int i = 0; i < 12; ++i) {
    const double alpha = random.between(0.2, 0.5), beta = random.between(0.2, 0.5), step = random.between(1.5, 4);
    const sc::chinchilla<> law{1.7, std::pow(1e9, alpha) * 0.3, std::pow(2e10, beta) * 0.3, alpha, beta};
    const sc::training_cost cost{6, random.between(0.8, 1.2), random.between(0.8, 1.2)};
    const int winners = 3 + i;
    CAPTURE(alpha, beta, step, winners);
    const auto fit = sc::fit_envelope(menu(law, winners + 2, step, 1e12, 400, cost), {.budgets = 10000}, cost);
    CHECK(fit.winners == static_cast<std::size_t>(winners));

    const double m = cost.parameters_power / cost.tokens_power, h = std::log(step);
    const double s = cost.parameters_power * beta + cost.tokens_power * alpha;
    // The ends of the steps are found to one of 10000 parts of some 150 e-folds of C, where steps have one to five; and
    // the losses between points, 0.14 e-folds apart, are interpolated.
    const double slope = 1 - 1.0 / (winners * winners);
    CHECK(off(fit.parameters.exponent, beta / s * slope) < 0.01);
    CHECK(off(cost.parameters_power * fit.parameters.exponent + cost.tokens_power * fit.tokens.exponent, 1) < 1e-12);
    const double C = middle(fit),
                 factor = std::pow((std::sinh(alpha * h / 2) / alpha) / (std::sinh(m * beta * h / 2) / (m * beta)),
                                   1 / (alpha + m * beta));
    CHECK(off(fit.parameters(C) / sc::compute_optimal(law, C, cost).parameters, factor) < 0.005);
  }
}

TEST_CASE("a finer menu over the same sizes comes nearer to the law") {
  const auto law = sc::published::hoffmann_2022_printed<>;
  const double exact = 0.28 / 0.62;
  double last = 1;
  for (const double step : {4.0, 2.0, std::sqrt(2.0)}) {
    const int sizes = 1 + static_cast<int>(std::lround(std::log(1024) / std::log(step)));
    const auto fit = sc::fit_envelope(menu(law, sizes, step, 1e6, 300));
    CHECK(fit.parameters.exponent < exact);
    CHECK(off(fit.parameters.exponent, exact) < last / 2);
    last = off(fit.parameters.exponent, exact);
  }
  CHECK(last < 0.005);  // 19 winners: 1/361
}

TEST_CASE("noise wins by luck, and smoothing takes most of the luck away") {
  const auto law = sc::published::besiroglu_2024<>;
  auto noisy = menu(law, 12, 1.5, 1e3, 800);
  std::mt19937_64 bits(17);
  std::normal_distribution<double> normal;
  for (auto& point : noisy) point.loss *= std::exp(0.01 * normal(bits));
  const auto below = [&](const sc::envelope_fit<double>& fit) {
    double sum = 0;
    int count = 0;
    for (const auto& point : fit.points)
      if (!point.at_edge) sum += std::log(point.loss / sc::compute_optimal(law, point.flops).loss), ++count;
    return sum / count;
  };
  const double raw = below(sc::fit_envelope(noisy)), smoothed = below(sc::fit_envelope(noisy, {.smoothing = 0.5}));
  // Some 60 points of a run are within half an e-fold: an eighth of the noise, and of the luck.
  CHECK(raw < -0.003);
  CHECK(std::abs(smoothed) < 0.001);
}

TEST_CASE("smoothing leaves a straight line alone, and the ends of a run in place") {
  points line;
  for (std::size_t run = 0; run < 3; ++run)
    for (int k = 0; k <= 40; ++k) {
      const double N = std::pow(10.0, 8 + static_cast<double>(run)), D = 1e10 * std::pow(1.1, k) * 1e8 / N;
      line.push_back({run, N, D, 4 - 0.1 * std::log(N * D / 1e18) + 0.1 * std::abs(static_cast<double>(run) - 1)});
    }
  const auto sharp = sc::fit_envelope(line, {.budgets = 50}), smooth = sc::fit_envelope(line, {50, 0.7});
  REQUIRE(sharp.points.size() == smooth.points.size());
  for (std::size_t i = 0; i < sharp.points.size(); ++i) {
    CHECK(smooth.points[i].run == 1);
    CHECK(off(smooth.points[i].loss, sharp.points[i].loss) < 1e-13);
  }
}

TEST_CASE("losses before the end of a schedule make models look best that are too small") {
  const auto law = sc::published::hoffmann_2022_printed<>;
  auto runs = menu(law, 20, 1.3, 4, 200);  // the best number of tokens is a quarter of the way
  const auto finished = sc::fit_envelope(runs);
  double end = 0;
  for (std::size_t i = runs.size(); i-- > 0;) {
    if (i + 1 == runs.size() || runs[i + 1].run != runs[i].run) end = runs[i].tokens;
    runs[i].loss *= 1 + 0.01 * (1 - runs[i].tokens / end);
  }
  const auto early = sc::fit_envelope(runs);
  CHECK(early.winners > 3);
  const double C = middle(finished), best = sc::compute_optimal(law, C).parameters;
  CHECK(off(finished.parameters(C), best) < 0.02);
  CHECK(early.parameters(C) < 0.8 * best);  // the smaller model is nearer to its end
}

TEST_CASE("winners that had no rival on one side are at an edge, and without two others there is no power law") {
  const auto law = sc::published::besiroglu_2024<>;
  const auto all = menu(law, 5, 2, 1e4, 200);
  const auto fit = sc::fit_envelope(all);
  CHECK(fit.winners == 3);
  for (const auto& point : fit.points) {
    const bool extreme = point.parameters == all.front().parameters || point.parameters == all.back().parameters;
    if (extreme) CHECK(point.at_edge);
  }
  CHECK(fit.points.front().at_edge);
  CHECK(fit.points.back().at_edge);
  const auto three = sc::fit_envelope(menu(law, 3, 2, 1e4, 200));
  CHECK(three.winners == 1);
  CHECK(std::isnan(three.parameters.exponent));
  CHECK(std::isnan(three.tokens.factor));
}

TEST_CASE("where no run has a loss there is no point, and the last point of a run counts") {
  const points apart{{0, 1e8, 1e9, 4.0}, {0, 1e8, 2e9, 3.5}, {7, 1e9, 1e12, 2.5}, {7, 1e9, 2e12, 2.25}};
  const auto fit = sc::fit_envelope(apart, {.budgets = 1001});
  CHECK(fit.points.size() < 200);  // two runs of ln 2 each, in 9.9 e-folds
  CHECK(fit.points.front().loss == 4.0);
  CHECK(fit.points.back().loss == 2.25);
  CHECK(fit.points.back().run == 7);
  CHECK(off(fit.points.back().flops, 6e9 * 2e12) < 1e-13);
  CHECK(off(fit.points.back().tokens, 2e12) < 1e-13);
}

TEST_CASE("the order of the points and the numbers of the runs change no digit of the power laws") {
  auto runs = menu(sc::published::besiroglu_2024<>, 8, 1.7, 1e4, 60);
  const auto first = sc::fit_envelope(runs, {.smoothing = 0.3});
  for (auto& point : runs) point.run = 100 - point.run;
  std::mt19937_64 bits(2);
  std::shuffle(runs.begin(), runs.end(), bits);
  const auto second = sc::fit_envelope(runs, {.smoothing = 0.3});
  CHECK(second.winners == first.winners);
  CHECK(second.parameters == first.parameters);
  CHECK(second.tokens == first.tokens);
}

TEST_CASE("points in float are fitted in double") {
  std::vector<sc::trajectory_point<float>> rounded;
  points same;
  for (const auto& [run, N, D, loss] : menu(sc::published::besiroglu_2024<>, 8, 1.7, 1e4, 60)) {
    rounded.push_back({run, float(N), float(D), float(loss)});
    same.push_back({run, double(float(N)), double(float(D)), double(float(loss))});
  }
  CHECK(sc::fit_envelope(rounded).parameters == sc::fit_envelope(same).parameters);
}

TEST_CASE("what cannot be an envelope is refused by name") {
  auto runs = menu(sc::published::besiroglu_2024<>, 3, 2, 10, 5);
  CHECK_THAT(refusal({}), ContainsSubstring("number of runs = 0, must be positive"));
  CHECK_THAT(refusal(runs, {.budgets = 1}), ContainsSubstring("budgets = 1, must be at least 2"));
  CHECK_THAT(refusal(runs, {.smoothing = -1}), ContainsSubstring("smoothing = -1"));
  CHECK_THAT(refusal(runs, {}, {.parameters_power = 0}), ContainsSubstring("cost.parameters_power = 0"));
  runs[4].loss = -1;
  CHECK_THAT(refusal(runs), ContainsSubstring("scaling::fit_envelope: point 4: loss = -1, must be positive"));
  runs[4].loss = 3, runs[3].parameters *= 2;
  CHECK_THAT(refusal(runs), ContainsSubstring("point 3: parameters = 1e+09, must be those of its run, 5e+08"));
  runs[3].parameters /= 2, runs[3].tokens = runs[4].tokens;
  CHECK_THAT(refusal(runs), ContainsSubstring("run 0 has two losses at the same tokens"));
}

TEST_CASE("the last budget is the last point of all, to its last digit: beyond it no run has a loss") {
  support::random_numbers random(9);
  for (int i = 0; i < 50; ++i) {  // from about 1 FLOP, whose logarithm has bits that those of the last point have not
    const points run{{0, 1, random.between(0.2, 0.3), 3}, {0, 1, random.spread(1e8, 1e12), 2.2}};
    CHECK(sc::fit_envelope(run, {.budgets = 7}).points.size() == 7);
  }
}

TEST_CASE("the budgets are evenly spaced in logarithms, from the first point of all to the last") {
  const points run{{0, 1e9, 1e9, 3}, {0, 1e9, 1e10, 2.5}, {0, 1e9, 1e11, 2.2}};
  const auto fit = sc::fit_envelope(run, {.budgets = 5});
  REQUIRE(fit.points.size() == 5);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(off(fit.points[i].flops, 6e18 * std::pow(10, static_cast<double>(i) / 2)) < 1e-13);
}
