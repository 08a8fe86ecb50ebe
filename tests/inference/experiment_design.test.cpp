// Experiment design: the promised shrinkage happens, and no exchange improves the answer.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/experiment_design.hpp>
#include <scaling/inference/law_sample.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

using law_type = sc::chinchilla<>;
using run = sc::training_run<double>;

constexpr law_type truth = sc::published::besiroglu_2024<double>;
constexpr double noise = 0.002;

std::vector<run> design() {
  std::vector<run> result;
  for (const double N : {1e8, 3e8, 7e8, 1e9, 3e9})
    for (const double ratio : {5.0, 10.0, 20.0, 40.0}) result.push_back({N, ratio * N});
  return result;
}

std::vector<run> menu() {
  std::vector<run> result;
  for (double N = 5e7; N < 2e10; N *= 1.5)
    for (double ratio = 1; ratio < 400; ratio *= 2) result.push_back({N, ratio * N});
  return result;
}

std::vector<sc::observation<>> measured(const std::vector<run>& runs, std::uint64_t replicate) {
  sc::philox_stream random(77, replicate);
  std::vector<sc::observation<>> result;
  for (const auto& at : runs) result.push_back({at, truth(at) * std::exp(noise * random.normal())});
  return result;
}

sc::fit_result<law_type> fitted(const std::vector<sc::observation<>>& runs) {
  return sc::fit<sc::chinchilla>(runs, {.criterion = sc::squared{}});
}

constexpr auto exponent = [](const auto& law) { return law.beta / (law.alpha + law.beta); };
constexpr auto tokens = [](const auto& law) { return sc::cmath::log(sc::compute_optimal(law, 1e24).tokens); };

/// The scatter of f over fits of fresh runs.
template <class F>
double scatter(const std::vector<run>& runs, const F& f, std::uint64_t tables) {
  sc::law_sample<law_type> fits;
  for (std::uint64_t i = 0; i < tables; ++i) fits.laws.push_back(fitted(measured(runs, 1000 + i)).law);
  return fits.standard_error_of(f);
}

}  // namespace

TEST_CASE("runs that are made again shrink the standard error as the square root of their number") {
  const auto data = measured(design(), 1);
  const auto result = fitted(data);
  const sc::experiment_design<law_type> plan(result, data, exponent);
  CHECK(plan.standard_error() ==
        Approx(sc::covariance(result, data, sc::covariance_form::gauss_newton).standard_error_of(exponent))
            .epsilon(1e-12));
  CHECK(plan.standard_error_with(design()) == Approx(plan.standard_error() / std::sqrt(2.0)).epsilon(1e-9));
  auto thrice = design();
  for (int i = 0; i < 2; ++i)
    for (const auto& at : design()) thrice.push_back(at);
  CHECK(plan.standard_error_with(thrice) == Approx(plan.standard_error() / 2).epsilon(1e-9));
}

TEST_CASE("the promised shrinkage happens") {
  const auto data = measured(design(), 2);
  const auto check = [&](const auto& f) {
    const sc::experiment_design<law_type> plan(fitted(data), data, f);
    const auto chosen = plan.within(menu(), 2e21);
    CHECK(chosen.flops <= 2e21);
    CHECK(chosen.before == plan.standard_error());
    CHECK(chosen.after == Approx(plan.standard_error_with(chosen.runs)).epsilon(1e-9));
    auto all = design();
    all.insert(all.end(), chosen.runs.begin(), chosen.runs.end());
    const double promised = chosen.after / chosen.before, happened = scatter(all, f, 600) / scatter(design(), f, 600);
    CAPTURE(promised, happened, chosen.runs.size());
    CHECK(promised < 0.7);
    // Two standard deviations of 600 each: 4 times 4 %; and the promise is made at a fitted law, not at the truth.
    CHECK(std::abs(happened / promised - 1) < 0.25);
  };
  check(exponent);
  check(tokens);
}

TEST_CASE("the chosen runs do better than an IsoFLOP sweep of the same cost") {
  const auto data = measured(design(), 3);
  const sc::experiment_design<law_type> plan(fitted(data), data, tokens);
  std::vector<run> sweep;
  double cost = 0;
  for (int i = -3; i <= 3; ++i) {
    const auto best = sc::compute_optimal(truth, 3e20);
    const double N = best.parameters * std::pow(2, i);
    sweep.push_back({N, 3e20 / (6 * N)});
    cost += 3e20;
  }
  auto choices = menu();
  choices.insert(choices.end(), sweep.begin(), sweep.end());
  const auto chosen = plan.within(choices, cost);
  CHECK(chosen.after < 0.9 * plan.standard_error_with(sweep));
}

TEST_CASE("as many runs as a sweep has, for no more: they do better still") {
  const auto data = measured(design(), 3);
  const sc::experiment_design<law_type> plan(fitted(data), data, tokens);
  std::vector<run> sweep;
  double cost = 0;
  for (const double C : {3e19, 3e20})
    for (int i = -3; i <= 3; ++i) {
      const double N = sc::compute_optimal(truth, C).parameters * std::pow(2, i);
      sweep.push_back({N, C / (6 * N)});
      cost += C;
    }
  const auto chosen = plan.within(menu(), cost, sweep.size());
  CHECK(chosen.runs.size() <= sweep.size());
  CHECK(chosen.flops <= cost);
  CHECK(chosen.after < 0.9 * plan.standard_error_with(sweep));
  CHECK(chosen.after > plan.within(menu(), cost).after);
  CHECK(plan.within(menu(), cost, 0).runs.empty());
}

TEST_CASE("a box is a menu of its corners and what lies between") {
  const auto box = sc::menu_of<run>({1e8, 1e9}, {1e10, 1e11}, 3);
  REQUIRE(box.size() == 9);
  CHECK((box.front().parameters == 1e8 && box.front().tokens == 1e9));
  CHECK(box[1].tokens == Approx(1e10).epsilon(1e-14));
  CHECK(box.back() == run{1e10, 1e11});
  const auto wide = sc::menu_of<run>({1e-200, 1e9}, {1e200, 1e9}, 5);  // whose ratio is infinity
  REQUIRE(wide.size() == 25);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    CHECK(wide[i].parameters == Approx(std::pow(10.0, 100 * (static_cast<double>(i / 5) - 2))).epsilon(1e-13));
    CHECK(wide[i].tokens == 1e9);
  }
  CHECK_THROWS_WITH(sc::menu_of<run>({1e8, 1e9}, {1e7, 1e11}, 3), ContainsSubstring("parameters = 1e+07, must be"));
  CHECK_THROWS_WITH(sc::menu_of<run>({1e8, 0}, {1e9, 1e11}, 3), ContainsSubstring("tokens = 0, must be positive"));
  CHECK_THROWS_WITH(sc::menu_of<run>({1e8, 1e9}, {1e9, 1e11}, 1), ContainsSubstring("steps = 1, must be at least 2"));
}

TEST_CASE("no exchange improves the answer, and a small menu is searched out") {
  const auto data = measured(design(), 4);
  const sc::experiment_design<law_type> plan(fitted(data), data, tokens);
  std::vector<run> few;
  for (const double N : {1e8, 1e9, 5e9})
    for (const double ratio : {2.0, 20.0, 200.0}) few.push_back({N, ratio * N});
  const double budget = 4e21;
  const auto chosen = plan.within(few, budget);
  for (std::size_t k = 0; k < chosen.runs.size(); ++k)
    for (const auto& other : few) {
      auto exchanged = chosen.runs;
      exchanged[k] = other;
      double cost = 0;
      for (const auto& at : exchanged) cost += 6 * at.parameters * at.tokens;
      if (cost <= budget) CHECK(plan.standard_error_with(exchanged) > chosen.after * (1 - 1e-8));
    }
  const auto values = plan.values_of(few);
  REQUIRE(values.size() == 9);
  CHECK(values[4].flops == Approx(6 * 1e9 * 2e10));
  CHECK(values[4].standard_error == Approx(plan.standard_error_with({few[4]})).epsilon(1e-12));
  CHECK(plan.within(few, 1e10).runs.empty());  // nothing can be paid for
}

TEST_CASE("a design for a budget was infinite in float, where the square of its slope overflows") {
  std::vector<sc::observation<sc::training_run<float>>> narrow;
  const auto wide = measured(design(), 3);
  for (const auto& run : wide) narrow.push_back({{float(run.at.parameters), float(run.at.tokens)}, float(run.loss)});
  const auto budget = [](const auto& law) { return sc::compute_optimal_for_loss(law, 2.2F).flops; };
  const sc::experiment_design in_double(fitted(wide), wide, budget);
  const sc::experiment_design in_float(sc::fit<sc::chinchilla>(narrow, {.criterion = sc::squared{}}), narrow, budget);
  CHECK(in_float.standard_error() == Approx(in_double.standard_error()).epsilon(1e-3));
  CHECK(in_float.standard_error_with({{1e10F, 2e11F}}) ==
        Approx(in_double.standard_error_with({{1e10, 2e11}})).epsilon(1e-3));
  CHECK(in_float.within({{1e9F, 2e10F}, {1e10F, 2e11F}}, 1e23F, 20).after ==
        Approx(in_double.within({{1e9, 2e10}, {1e10, 2e11}}, 1e23, 20).after).epsilon(1e-3));
}

TEST_CASE("designs in float were chosen among roundings, and off by some per cent") {
  // 30 runs of next to one ratio D/N leave directions that new runs determine a thousand times as well.
  sc::philox_stream random(8, 1);
  std::vector<sc::observation<sc::training_run<float>>> narrow;
  std::vector<sc::observation<>> wide;
  for (int i = 0; i < 30; ++i) {
    const auto N = static_cast<float>(std::pow(10, 7.5 + 2.5 * random.uniform()));
    const auto D = static_cast<float>(20 * double(N) * std::exp(0.002 * random.normal()));
    const auto loss = static_cast<float>(truth(double(N), double(D)) * std::exp(0.0005 * random.normal()));
    narrow.push_back({{N, D}, loss});
    wide.push_back({{double(N), double(D)}, double(loss)});
  }
  const auto choices = sc::menu_of<run>({3e7, 3e8}, {1e10, 2e12}, 12);
  std::vector<sc::training_run<float>> in_float;
  for (const auto& at : choices) in_float.push_back({float(at.parameters), float(at.tokens)});
  const auto check = [&](const auto& f) {
    const sc::experiment_design one(sc::fit<sc::chinchilla>(narrow, {.criterion = sc::squared{}}), narrow, f);
    const sc::experiment_design other(fitted(wide), wide, f);
    const auto chosen = one.within(in_float, 1e21F, 60);
    CHECK(chosen.after < 0.02F * chosen.before);
    CHECK(chosen.after == Approx(other.within(choices, 1e21, 60).after).epsilon(1e-4));  // of the menu in float
    CHECK(chosen.after == Approx(one.standard_error_with(chosen.runs)).epsilon(1e-6));
  };
  check(exponent);
  check(tokens);
  check([](const auto& law) { return law.alpha; });

  // Hundreds of runs of one price, which were added up in float.
  const sc::experiment_design plan(sc::fit<sc::chinchilla>(narrow, {.criterion = sc::squared{}}), narrow, exponent);
  const std::vector<sc::training_run<float>> one{{1.1e9F, 2.3e10F}};
  for (const float budget : {3e22F, 7.7e22F, 1.3e23F}) {
    const auto many = plan.within(one, budget);
    const double price = 6 * double(1.1e9F) * double(2.3e10F);
    CHECK(many.runs.size() == static_cast<std::size_t>(double(budget) / price));
    CHECK(many.flops == Approx(static_cast<double>(many.runs.size()) * price).epsilon(1e-7));
  }
}

TEST_CASE("what cannot be designed for is refused") {
  const auto data = measured(design(), 5);
  const auto result = fitted(data);
  sc::fit_result<law_type> unidentified = result;
  unidentified.singular_ratio = 0;
  CHECK_THROWS_WITH((sc::experiment_design<law_type>(unidentified, data, exponent)),
                    ContainsSubstring("no covariance to improve on"));
  sc::fit_result<law_type> weighted = result;
  weighted.options.weights = sc::relative_weights{std::vector<double>(data.size(), 2.0)};
  CHECK_THROWS_WITH((sc::experiment_design<law_type>(weighted, data, exponent)),
                    ContainsSubstring("scaling::experiment_design: the fit has weights, and a new run has none"));
  const sc::experiment_design<law_type> plan(result, data, exponent);
  CHECK_THROWS_WITH(plan.standard_error_with({{-1, 1e9}}), ContainsSubstring("parameters = -1, must be positive"));
  CHECK_THROWS_WITH(plan.within(menu(), 0), ContainsSubstring("budget = 0, must be positive"));
  CHECK_THROWS_WITH((sc::experiment_design<law_type>(result, data, exponent, {.factor = -6})),
                    ContainsSubstring("scaling::experiment_design: cost.factor = -6, must be positive"));
}
