// Fits as JSON: every member comes back, bit by bit, and a result of another law or with other symbols is refused.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <scaling/fitting/fit.hpp>
#include <scaling/inference/forecast.hpp>
#include <scaling/inference/interval.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/io/json.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
namespace io = scaling::io;
using Catch::Matchers::ContainsSubstring;

namespace {

template <class T>
std::string text_of(const T& result) {
  std::ostringstream out;
  io::write_json(out, result);
  return out.str();
}

template <class T>
T read(const std::string& text) {
  std::istringstream in(text);
  return io::read_json<T>(in, "fit.json");
}

template <class T>
std::string refusal(const std::string& text) {
  try {
    (void)read<T>(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

sc::fit_result<sc::chinchilla<>> fitted(const sc::fit_options<sc::chinchilla<>>& options = {}) {
  std::vector<sc::observation<>> runs;
  for (const double N : {1e8, 3e8, 1e9, 3e9})
    for (const double ratio : {5.0, 20.0, 60.0})
      runs.push_back(
          {{N, N * ratio}, sc::published::besiroglu_2024<>(N, N * ratio) + 0.01 * std::sin(N / 1e8 + ratio)});
  return sc::fit<sc::chinchilla>(runs, options);
}

using result = sc::fit_result<sc::chinchilla<>>;

}  // namespace

TEST_CASE("a fit comes back with every member") {
  auto fit = fitted({.start = sc::published::hoffmann_2022<>, .criterion = sc::huber{2e-3, 1.5}});
  fit.basins.push_back({sc::published::besiroglu_2024<>, 0.25, 0.125});
  fit.at_bound.push_back({"alpha", 10});
  fit.undetermined.push_back({0, 1, -0.5, 0.25, 0});
  const std::string text = text_of(fit);
  const auto back = read<result>(text);
  CHECK(text_of(back) == text);  // each number is written so that it reads back, so no member has changed
  CHECK(back.law == fit.law);
  CHECK(back.objective == fit.objective);
  CHECK(back.termination == fit.termination);
  CHECK((back.gradient_norm == fit.gradient_norm && back.predicted_decrease == fit.predicted_decrease &&
         back.tolerance == fit.tolerance && back.singular_ratio == fit.singular_ratio));
  CHECK((back.iterations == fit.iterations && back.evaluations == fit.evaluations));
  CHECK((back.starts.tried == fit.starts.tried && back.starts.given_up == fit.starts.given_up &&
         back.starts.converged == fit.starts.converged && back.starts.agreeing == fit.starts.agreeing));
  REQUIRE(back.basins.size() == fit.basins.size());
  CHECK(back.basins.back().law == sc::published::besiroglu_2024<>);
  CHECK((back.basins.back().objective == 0.25 && back.basins.back().excess == 0.125));
  REQUIRE(back.at_bound.size() == fit.at_bound.size());
  CHECK((back.at_bound.back().symbol == "alpha" && back.at_bound.back().bound == 10));
  CHECK(back.at_bound.back().symbol.data() == sc::chinchilla<>::coefficients()[3].symbol.data());  // outlives the text
  CHECK(back.observation_count == 12);
  CHECK((back.free_count == fit.free_count && back.rank == fit.rank));
  REQUIRE(back.undetermined.size() == fit.undetermined.size());
  CHECK(back.undetermined.back() == fit.undetermined.back());
  CHECK((back.range[0].from == 1e8 && back.range[0].to == 3e9 && back.range[1].to == fit.range[1].to));
  CHECK((back.residuals.largest == fit.residuals.largest &&
         back.residuals.root_mean_square == fit.residuals.root_mean_square &&
         back.residuals.in_quadratic_zone == fit.residuals.in_quadratic_zone));
  REQUIRE(back.options.start);
  CHECK(*back.options.start == sc::published::hoffmann_2022<>);
  CHECK(std::get<sc::huber>(back.options.criterion).delta == 2e-3);
  CHECK(std::get<sc::huber>(back.options.criterion).overestimates == 1.5);
}

TEST_CASE("options that are not the defaults come back") {
  sc::fit_options<sc::chinchilla<>> options;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  options.fixed = {{"E", 1.69}, {"A", 406.4}};
  options.tied = {{"alpha", "beta"}};
  options.bounds = {{"alpha", 0.2, 0.5}, {"B", 0, infinity}};
  options.weights = sc::known_sigma{{0.5, 0.25}};
  options.criterion = sc::squared{2};
  options.residual = sc::residual::plain;
  options.reduction = sc::reduction::mean;
  options.search = sc::search::exhaustive;
  const auto back = read<sc::fit_options<sc::chinchilla<>>>(text_of(options));
  CHECK_FALSE(back.start);
  CHECK(std::get<sc::squared>(back.criterion).overestimates == 2);
  REQUIRE(back.fixed.size() == 2);
  CHECK((back.fixed[1].symbol == "A" && back.fixed[1].value == 406.4));
  REQUIRE(back.tied.size() == 1);
  CHECK((back.tied[0].first == "alpha" && back.tied[0].second == "beta"));
  REQUIRE(back.bounds.size() == 2);
  CHECK((back.bounds[1].symbol == "B" && back.bounds[1].lower == 0 && back.bounds[1].upper == infinity));
  CHECK(std::get<sc::known_sigma>(back.weights).sigma == std::vector{0.5, 0.25});
  CHECK(back.residual == sc::residual::plain);
  CHECK(back.reduction == sc::reduction::mean);
  CHECK(back.search == sc::search::exhaustive);
  options.criterion = sc::absolute{3};
  options.weights = sc::relative_weights{{1, 2, 3}};
  const auto other = read<sc::fit_options<sc::chinchilla<>>>(text_of(options));
  CHECK(std::get<sc::absolute>(other.criterion).overestimates == 3);
  CHECK(std::get<sc::relative_weights>(other.weights).weight == std::vector<double>{1, 2, 3});
  options.weights = sc::frequencies{{0, 4}};
  CHECK(std::get<sc::frequencies>(read<sc::fit_options<sc::chinchilla<>>>(text_of(options)).weights).count ==
        std::vector<double>{0, 4});
  options.search = sc::search::single;
  CHECK(read<sc::fit_options<sc::chinchilla<>>>(text_of(options)).search == sc::search::single);
}

TEST_CASE("options of one law were read as those of another whose symbols agree") {
  sc::fit_options<sc::chinchilla<>> options;
  options.fixed = {{"alpha", 0.35}};
  CHECK_THAT(refusal<sc::fit_options<sc::loss_of_parameters<>>>(text_of(options)), ContainsSubstring("chinchilla"));
  CHECK_THAT(refusal<sc::fit_options<sc::loss_of_tokens<>>>(text_of(sc::fit_options<sc::loss_of_parameters<>>{})),
             ContainsSubstring("parameters"));
}

TEST_CASE("every end of a fit has its name, and what could not be computed is NaN") {
  auto fit = fitted();
  for (const auto& [end, name] : {std::pair{sc::termination::converged, "\"converged\""},
                                  {sc::termination::term_vanished, "\"term_vanished\""},
                                  {sc::termination::not_converged, "\"not_converged\""}}) {
    fit.termination = end;
    CHECK_THAT(text_of(fit), ContainsSubstring(std::string("\"termination\": ") + name));
    CHECK(read<result>(text_of(fit)).termination == end);
  }
  fit.objective = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(text_of(fit), ContainsSubstring("\"objective\": \"NaN\""));
  CHECK(std::isnan(read<result>(text_of(fit)).objective));
}

TEST_CASE("a fit in long double keeps all of its digits") {
  sc::fit_result<sc::chinchilla<long double>> fit{};
  fit.law = sc::published::besiroglu_2024_optimum<long double>;
  fit.objective = 1 / 3.0L;
  fit.range[1] = {1 / 7.0L, std::numeric_limits<long double>::max()};
  fit.at_bound.push_back({"E", std::numeric_limits<long double>::min()});
  const auto back = read<sc::fit_result<sc::chinchilla<long double>>>(text_of(fit));
  CHECK(back.law == fit.law);
  CHECK(back.objective == fit.objective);
  CHECK((back.range[1].from == fit.range[1].from && back.range[1].to == fit.range[1].to));
  CHECK(back.at_bound[0].bound == fit.at_bound[0].bound);
  CHECK(text_of(back) == text_of(fit));
}

TEST_CASE("what is declared of a fit stands beside it, and each is read for itself") {
  const auto fit = fitted();
  io::fit_context context{.parameters = "total", .schedule = "a \"cosine\"", .held_out_error = 0.1};
  std::ostringstream out;
  io::write_json(out, fit, context);
  const std::string text = out.str();
  CHECK_THAT(text, ContainsSubstring("\"fit_result\": {") && ContainsSubstring("\"fit_context\": {") &&
                       ContainsSubstring("\"corpus\": null"));
  CHECK(text_of(read<result>(text)) == text_of(fit));
  const auto back = read<io::fit_context>(text);
  CHECK((back.parameters == "total" && back.schedule == "a \"cosine\"" && back.held_out_error == 0.1));
  CHECK_FALSE((back.flops || back.corpus || back.outliers || back.uncertainty || back.extrapolation));
  context = {"a", "b", "c", "d", "e", "f", 0.25, 3.0};
  CHECK(text_of(read<io::fit_context>(text_of(context))) == text_of(context));
  CHECK(read<io::fit_context>(text_of(context)).uncertainty == "f");
  CHECK_THAT(refusal<result>(with(text, "fit_context", "fit_contents")),
             ContainsSubstring("must be absent: \"fit_contents\" is no member"));
}

TEST_CASE("forecasts come back, and say in which direction they leave the fitted range") {
  const auto fit = fitted();
  const sc::law_sample<sc::chinchilla<>> sample{{fit.law, sc::published::besiroglu_2024<>}};
  const auto loss = sc::forecast(fit, sample, {1e12, 2e13});
  const auto loss_back = read<sc::loss_forecast<double>>(text_of(loss));
  CHECK((loss_back.loss == loss.loss && loss_back.interval == loss.interval &&
         loss_back.extrapolation == loss.extrapolation && loss_back.beyond == "parameters" &&
         loss_back.edge == loss.edge));
  const auto plan = sc::forecast_plan(fit, sample, 1e25, 0.8);
  const std::string text = text_of(plan);
  CHECK_THAT(text, ContainsSubstring("\"allocation_forecast\": {") && ContainsSubstring("\"tokens_per_parameter\": {"));
  const auto back = read<sc::allocation_forecast<double>>(text);
  CHECK(text_of(back) == text);
  CHECK((back.plan.tokens == plan.plan.tokens && back.parameters == plan.parameters && back.tokens == plan.tokens &&
         back.loss == plan.loss && back.tokens_per_parameter == plan.tokens_per_parameter &&
         back.without_optimum == 0 && back.extrapolation == plan.extrapolation && back.beyond == plan.beyond));

  const auto inside = sc::forecast(fit, sample, {1e9, 2e10});
  const auto inside_back = read<sc::loss_forecast<double>>(text_of(inside));
  CHECK((inside_back.beyond.empty() && std::isnan(inside_back.edge) && inside_back.extrapolation == 1));
  CHECK_THAT(refusal<sc::loss_forecast<double>>(text), ContainsSubstring("the member \"loss_forecast\""));
}

TEST_CASE("an interval comes back") {
  const sc::interval<double> interval{0.1 + 0.2, std::numeric_limits<double>::infinity(), 0.95};
  CHECK(read<sc::interval<double>>(text_of(interval)) == interval);
}

TEST_CASE("a fit that is not the one asked for is refused where it differs") {
  const std::string text = text_of(fitted());
  CHECK_THAT(refusal<sc::fit_result<sc::kaplan<>>>(text),
             ContainsSubstring("fit.json:5:15: found \"chinchilla\", must be \"kaplan\""));
  CHECK_THAT(refusal<result>(with(text, "\"log\"", "\"logs\"")),
             ContainsSubstring("found \"logs\", must be one of \"log\", \"plain\""));
  CHECK_THAT(
      refusal<result>(with(text, "\"huber\"", "\"hubert\"")),
      ContainsSubstring(
          "found an object of 1, must be an object whose one member is one of \"huber\", \"squared\", \"absolute\""));
  CHECK_THAT(refusal<result>(with(text, "\"observation_count\": 12", "\"observation_count\": 1.5")),
             ContainsSubstring("found 1.5, must be a whole number"));
  CHECK_THAT(refusal<result>(with(text, "\"observation_count\": 12", "\"observation_count\": -1")),
             ContainsSubstring("found -1, must be a whole number"));
  CHECK_THAT(refusal<result>(with(text, "\"tried\"", "\"tired\"")),
             ContainsSubstring("found an object of 4, must be one with the member \"tried\""));
  auto fit = fitted();
  fit.at_bound.push_back({"alpha", 10});
  CHECK_THAT(refusal<result>(with(text_of(fit), "\"symbol\": \"alpha\"", "\"symbol\": \"gamma\"")),
             ContainsSubstring("found \"gamma\", must be one of \"E\", \"A\", \"B\", \"alpha\", \"beta\""));
}
