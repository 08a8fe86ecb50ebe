// The answers: every number on the page is computed here, by the library.
// SPDX-License-Identifier: BSL-1.0
#include "simulator.hpp"

#include <cmath>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <scaling/fitting/fit.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/inference/forecast.hpp>
#include <scaling/inference/runner.hpp>
#include <scaling/io/json.hpp>
#include <scaling/io/report.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/data_constrained.hpp>
#include <scaling/planning/repetition.hpp>
#include <scaling/published.hpp>

#include "../examples/careful_simulator.hpp"

namespace {

using law_type = scaling::chinchilla<>;
using scaling::io::json_value;

/// The level of every interval. Of 200 resamples the ends of a wider one would hang on a handful.
constexpr double level = 0.9;

std::vector<double> numbers;
careful::runs runs;
scaling::fit_result<law_type> fitted;
scaling::bootstrap_sample<law_type> sample;

void begin_with(careful::runs these) {
  runs = std::move(these);
  fitted = {};
  sample = {};
}

template <class Answer>
std::string text_of(const Answer& answer) {
  std::ostringstream out;
  out << answer;
  return out.str();
}

const char* say(const json_value& answer) {
  static std::string text;
  text = text_of(answer);
  return text.c_str();
}

/// A column of numbers, one for each of `items`.
template <class Items, class F>
json_value column(const Items& items, const F& number_of) {
  auto result = json_value::array();
  for (const auto& item : items) result.add(json_value(number_of(item)));
  return result;
}

/// `count` numbers from `from` to `to`, their logarithms evenly spaced.
std::vector<double> log_spaced(double from, double to, int count) {
  std::vector<double> result;
  for (int i = 0; i < count; ++i) result.push_back(from * std::pow(to / from, static_cast<double>(i) / (count - 1)));
  return result;
}

/// Whether both terms are there, and both fall: else no budget has an optimum.
bool has_optimum(const law_type& law) { return law.A > 0 && law.B > 0 && law.alpha > 0 && law.beta > 0; }

json_value json_of(const scaling::allocation<double>& plan) {
  auto result = scaling::io::to_json(plan).items.back();
  return result.add("tokens_per_parameter", json_value(plan.tokens / plan.parameters));
}

json_value json_of(const scaling::interval<double>& of) { return scaling::io::to_json(of).items.back(); }

json_value json_of(const scaling::repeated_allocation<double>& plan) { return scaling::io::to_json(plan).items.back(); }

/// Lovelace's penalty on the law that Muennighoff's has without repetition: what differs is repetition alone.
scaling::lovelace<> penalised(double P) {
  const auto& [E, A, B, alpha, beta, R_D_star, R_N_star] = scaling::published::muennighoff_2023<>;
  return {E, A, B, alpha, beta, P, 1, 1};
}

scaling::repeated_run<double> run_of(double flops, double unique_tokens, double epochs) {
  const double tokens = unique_tokens * epochs;
  return {flops / (scaling::training_cost{}.factor * tokens), tokens, unique_tokens};
}

/// What a law says of a budget with limited data: the best plan, and a run.
template <class Law>
json_value limited_by(const Law& law, double flops, const scaling::repeated_run<double>& run) {
  auto result = json_value::object();
  result.add("best", json_of(scaling::compute_optimal(law, flops, run.unique_tokens)));
  result.add("best_epochs", json_value(scaling::best_epochs(law, run.parameters, run.unique_tokens)));
  result.add("loss", json_value(law(run)));
  result.add("worth", json_value(scaling::worth_of_token(law, run).ratio));
  return result;
}

template <class Law>
json_value limited_columns(const Law& law, const std::vector<scaling::repeated_run<double>>& along) {
  auto result = json_value::object();
  result.add("loss", column(along, law));
  result.add("worth", column(along, [&](const auto& run) { return scaling::worth_of_token(law, run).ratio; }));
  return result;
}

}  // namespace

double* room(int count) {
  numbers.resize(static_cast<std::size_t>(count));
  return numbers.data();
}

void take_runs(int count) {
  careful::runs taken;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    taken.push_back({{numbers[3 * i], numbers[3 * i + 1]}, numbers[3 * i + 2]});
  begin_with(std::move(taken));
}

void make_runs(int first, int last, int decimals, double noise) {
  begin_with(careful::observed(static_cast<std::size_t>(first), static_cast<std::size_t>(last), decimals, noise));
}

const char* truth() { return say(scaling::io::to_json(careful::truth)); }

const char* fit(double delta) {
  fitted = scaling::fit<scaling::chinchilla>(runs, {.criterion = scaling::huber{.delta = delta}});
  sample = {};
  auto answer = scaling::io::to_json(fitted);
  answer.add("report", json_value(text_of(fitted)));
  answer.add("converged", json_value(fitted.converged()));
  answer.add("identified", json_value(fitted.identified()));
  answer.add("parameters_exponent", json_value(fitted.law.beta / (fitted.law.alpha + fitted.law.beta)));
  answer.add("parameters", column(runs, [](const auto& run) { return run.at.parameters; }));
  answer.add("tokens", column(runs, [](const auto& run) { return run.at.tokens; }));
  answer.add("loss", column(runs, [](const auto& run) { return run.loss; }));
  answer.add("residuals", column(runs, [](const auto& run) { return std::log(fitted.law(run.at) / run.loss); }));
  return say(answer);
}

int resample(int replicates) {
  const auto more = scaling::bootstrap(
      fitted, runs, {.replicates = static_cast<std::size_t>(replicates), .first_replicate = sample.laws.size()},
      scaling::serial_runner{});
  sample.laws.insert(sample.laws.end(), more.laws.begin(), more.laws.end());
  sample.failed.insert(sample.failed.end(), more.failed.begin(), more.failed.end());
  return static_cast<int>(sample.laws.size());
}

const char* plan(double flops) {
  auto answer = json_value::object();
  answer.add("truth", json_of(scaling::compute_optimal(careful::truth, flops)));
  answer.add("possible", json_value(has_optimum(fitted.law)));
  if (!has_optimum(fitted.law)) return say(answer);
  const auto forecast = scaling::forecast_plan(fitted, sample, flops, level);
  answer.add("plan", json_of(forecast.plan));
  auto intervals = json_value::object();
  intervals.add("parameters", json_of(forecast.parameters));
  intervals.add("tokens", json_of(forecast.tokens));
  intervals.add("loss", json_of(forecast.loss));
  intervals.add("tokens_per_parameter", json_of(forecast.tokens_per_parameter));
  answer.add("interval", intervals);
  answer.add("resamples", json_value(sample.laws.size()));
  answer.add("failed", json_value(sample.failed.size()));
  answer.add("without_optimum", json_value(forecast.without_optimum));
  answer.add("extrapolation", json_value(forecast.extrapolation));
  answer.add("beyond", json_value(std::string(forecast.beyond)));
  return say(answer);
}

const char* plans(double from, double to, int count) {
  const auto budgets = log_spaced(from, to, count);
  std::vector<scaling::allocation<double>> of_truth;
  for (const double flops : budgets) of_truth.push_back(scaling::compute_optimal(careful::truth, flops));
  const auto loss = [](const auto& plan) { return plan.loss; };
  const auto ratio = [](const auto& plan) { return plan.tokens / plan.parameters; };
  auto answer = json_value::object();
  answer.add("flops", column(budgets, [](double flops) { return flops; }));
  answer.add(
      "truth",
      json_value::object().add("loss", column(of_truth, loss)).add("tokens_per_parameter", column(of_truth, ratio)));
  answer.add("possible", json_value(has_optimum(fitted.law)));
  if (!has_optimum(fitted.law)) return say(answer);
  std::vector<scaling::allocation_forecast<double>> of_fit;
  for (const double flops : budgets) of_fit.push_back(scaling::forecast_plan(fitted, sample, flops, level));
  const auto columns = [&](const auto& of_plan, const auto& interval_of) {
    return json_value::object()
        .add("value", column(of_fit, [&](const auto& forecast) { return of_plan(forecast.plan); }))
        .add("lower", column(of_fit, [&](const auto& forecast) { return interval_of(forecast).lower; }))
        .add("upper", column(of_fit, [&](const auto& forecast) { return interval_of(forecast).upper; }));
  };
  answer.add("loss", columns(loss, loss));
  answer.add("tokens_per_parameter", columns(ratio, [](const auto& of) { return of.tokens_per_parameter; }));
  return say(answer);
}

const char* limited(double flops, double unique_tokens, double P, double epochs) {
  const auto& law = scaling::published::muennighoff_2023<>;
  const auto run = run_of(flops, unique_tokens, epochs);
  auto answer = json_value::object();
  answer.add("unlimited", json_of(scaling::compute_optimal(law_type{law.E, law.A, law.B, law.alpha, law.beta}, flops)));
  answer.add("run", json_value::object()
                        .add("parameters", json_value(run.parameters))
                        .add("tokens", json_value(run.tokens))
                        .add("effective_tokens", json_value(law.effective_tokens(run.tokens, run.unique_tokens))));
  answer.add("muennighoff", limited_by(law, flops, run));
  answer.add("lovelace", limited_by(penalised(P), flops, run));
  return say(answer);
}

const char* limited_runs(double flops, double unique_tokens, double P, double from, double to, int count) {
  const auto epochs = log_spaced(from, to, count);
  std::vector<scaling::repeated_run<double>> along;
  for (const double e : epochs) along.push_back(run_of(flops, unique_tokens, e));
  auto answer = json_value::object();
  answer.add("epochs", column(epochs, [](double e) { return e; }));
  answer.add("muennighoff", limited_columns(scaling::published::muennighoff_2023<>, along));
  answer.add("lovelace", limited_columns(penalised(P), along));
  return say(answer);
}
