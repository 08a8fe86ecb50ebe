// Sensitivity: each change does what it says, and a row is the fit and the plan that follow.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/inference/sensitivity.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace sc = scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

using law_type = sc::chinchilla<>;
using runs = std::vector<sc::observation<>>;

constexpr law_type truth = sc::published::besiroglu_2024<double>;

runs noisy() {
  sc::philox_stream random(1, 0);
  runs result;
  for (const double N : {1e8, 3e8, 7e8, 1e9, 3e9, 7e9, 1e10, 3e10, 7e10})
    for (const double ratio : {5.0, 10.0, 20.0, 40.0})
      result.push_back({{N, ratio * N}, truth(N, ratio * N) * std::exp(0.003 * random.normal())});
  return result;
}

/// A power of the size with a floor of either sign.
template <class T = double>
struct signed_floor {
  using real_type = T;
  using input_type = sc::training_run<sc::value_of_t<T>>;
  static constexpr std::string_view name = "signed_floor", formula = "E + A/N^alpha";
  T E, A, alpha;

  constexpr T operator()(const input_type& at) const { return E + A * sc::cmath::pow(T(at.parameters), -alpha); }
  bool operator==(const signed_floor&) const = default;
  static constexpr auto coefficients() {
    using sc::scale, sc::enters;
    using row = sc::coefficient<signed_floor>;
    constexpr double most = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &signed_floor::E, scale::linear, -most, most, enters::linearly, {0, 2, 2}},
                      row{"A", &signed_floor::A, scale::log, 0, most, enters::linearly, {0, 20, 2}},
                      row{"alpha", &signed_floor::alpha, scale::linear, 0, 2, enters::nonlinearly, {0, 1, 2}}};
  }
};

/// What a change makes of a case.
sc::sensitivity_case<law_type> after(const sc::fit_result<law_type>& result, const sc::change<law_type>& change) {
  sc::sensitivity_case<law_type> changed{result, noisy(), result.options, {}, {}};
  change.apply(changed);
  return changed;
}

}  // namespace

TEST_CASE("each change does what its name says") {
  const auto data = noisy();
  const auto result = sc::fit<sc::chinchilla>(data);

  for (const auto& run : after(result, sc::rounded_losses{2}).runs)
    CHECK(std::abs(100 * run.loss - std::round(100 * run.loss)) < 1e-10);
  CHECK(sc::change<law_type>(sc::rounded_losses{2}).name == "losses to 2 decimals");
  CHECK(sc::detail::rounded_to(2.125, 2) == 2.13);

  double mean = 0, square = 0;
  const auto noise = after(result, sc::noisy_losses{.size = 0.02, .bias = 0.1});
  for (std::size_t i = 0; i < 36; ++i) {
    const double z = (std::log(noise.runs[i].loss / data[i].loss) - 0.1) / 0.02;
    mean += z / 36;
    square += z * z / 36;
  }
  CHECK(std::abs(mean) < 4 / 6.0);
  CHECK(std::abs(square - 1) < 4 * std::sqrt(2.0) / 6);

  const auto sizes = [&](const sc::change<law_type>& change) {
    std::vector<double> result_sizes;
    for (const auto& run : after(result, change).runs)
      if (result_sizes.empty() || result_sizes.back() != run.at.parameters) result_sizes.push_back(run.at.parameters);
    return result_sizes;
  };
  CHECK(sizes(sc::fit_region{0, 4.0 / 9}) == std::vector<double>{1e8, 3e8, 7e8, 1e9});
  CHECK(sizes(sc::fit_region{2.0 / 9, 6.0 / 9}) == std::vector<double>{7e8, 1e9, 3e9, 7e9});
  CHECK(sizes(sc::fit_region{}).size() == 9);
  CHECK(sizes(sc::without_largest{2}).back() == 1e10);
  CHECK(sizes(sc::without_largest{9}).empty());
  CHECK_THROWS_WITH(sizes(sc::without_largest{1, "params"}), ContainsSubstring("\"params\" is no input"));

  CHECK(after(result, sc::without_outliers{1}).runs.size() == 19);  // 17 of 36 lie above the upper median
  CHECK(after(result, sc::without_outliers{1000}).runs.size() == 36);

  const auto counted = after(result, sc::without_embedding{});
  CHECK(counted.planned_parameters(counted.runs[7].at.parameters) == Approx(data[7].at.parameters).epsilon(1e-14));
  CHECK(counted.runs[0].at.parameters < 0.9e8);

  CHECK(std::get<sc::huber>(after(result, sc::fitted_by{sc::huber{0.01}}).options.criterion).delta == 0.01);
  CHECK(sc::change<law_type>(sc::fitted_by{sc::huber{0.01}}).name == "huber(delta 0.01)");
  CHECK(sc::change<law_type>(sc::fitted_by{sc::squared{5}}).name == "squared (overestimates times 5)");
  CHECK(after(result, sc::rounded_exponents{2}).afterwards(truth) == law_type{truth.E, truth.A, truth.B, 0.35, 0.37});
}

TEST_CASE("sizes that are dense were chained into one") {
  runs data;  // 2000 checkpoints at equal steps: from 1e10 on they are within a thousandth of each other
  for (int step = 1; step <= 2000; ++step) data.push_back({{1e9, 1e7 * step}, 3});
  const auto all = sc::detail::distinct_values(data, 1);
  constexpr double thousandth = 1.001, rounding = 1e-12;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double first = i == 0 ? 1e7 : all[i - 1] + 1e7;  // of its group
    CHECK(all[i] / first < thousandth + rounding);
    CHECK((i + 1 == all.size() || (all[i] + 1e7) / first > thousandth - rounding));  // no larger one is of it
  }
}

TEST_CASE("a row is the fit under its change, and the plan that follows") {
  const auto data = noisy();
  const auto result = sc::fit<sc::chinchilla>(data);
  const sc::change<law_type> own{"my own: half the runs", [](auto& c) { c.runs.resize(18); }};
  const auto rows = sc::sensitivity(result, data, 1e24,
                                    {sc::fit_region{0, 1}, sc::fitted_by{sc::squared{}}, sc::rounded_exponents{2}, own,
                                     sc::without_largest{8}, sc::noisy_losses{.size = 0, .bias = 1e6}});
  REQUIRE(rows.size() == 7);
  CHECK(rows[0].change == "as fitted");
  CHECK(rows[0].tokens_ratio == 1);
  CHECK(rows[1].law == result.law);  // nothing was left out
  CHECK(rows[1].plan.tokens == rows[0].plan.tokens);
  CHECK(rows[2].law == sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}}).law);
  CHECK(rows[2].tokens_ratio == Approx(sc::compute_optimal(rows[2].law, 1e24).tokens / rows[0].plan.tokens));
  CHECK(rows[3].law.A == result.law.A);
  CHECK(rows[3].law.alpha == sc::detail::rounded_to(result.law.alpha, 2));
  CHECK(rows[4].change == "my own: half the runs");
  CHECK(rows[4].observation_count == 18);
  CHECK((rows[4].converged && rows[4].identified));
  // Four runs of one size, and losses that overflow: rows without a fit.
  CHECK((!rows[5].converged && std::isnan(rows[5].law.A) && std::isnan(rows[5].plan.tokens)));
  CHECK((!rows[6].converged && std::isnan(rows[6].tokens_ratio)));
}

TEST_CASE("total or non-embedding parameters: the plan is given in the count of the fit") {
  const auto data = noisy();
  const auto result = sc::fit<sc::chinchilla>(data);
  const auto rows = sc::sensitivity(result, data, 1e24, {sc::without_embedding{}});
  // At 1e24 FLOP the embedding is small: the plan moves, but it is still a count of all parameters.
  CHECK(rows[1].parameters_ratio == Approx(1).epsilon(0.3));
  CHECK(rows[1].law.alpha != result.law.alpha);
}

TEST_CASE("weights are one for each run, so runs cannot be left out under them") {
  const auto data = noisy();
  const sc::known_sigma sigma{std::vector<double>(36, 0.003)};
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::huber{1.345}, .weights = sigma});
  CHECK(sc::sensitivity(result, data, 1e24, {sc::rounded_losses{2}})[1].converged);
  CHECK_THROWS_WITH(sc::sensitivity(result, data, 1e24, {sc::without_largest{}}),
                    ContainsSubstring("without the largest parameters: changes the number of runs"));
}

TEST_CASE("the fit of some runs was compared with those of others") {
  const auto data = noisy();
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK_THROWS_WITH(sc::sensitivity(result, runs(data.begin(), data.end() - 4), 1e24, {sc::rounded_losses{2}}),
                    "scaling::sensitivity: number of observations = 32, must be the 36 of the fit");
}

TEST_CASE("runs with frequencies were counted once in the rows of the changes") {
  const auto data = noisy();
  runs twice(data);
  twice.insert(twice.end(), data.begin(), data.end());
  const auto counted = sc::fit<sc::chinchilla>(data, {.weights = sc::frequencies{std::vector<double>(data.size(), 2)}});
  const auto repeated = sc::fit<sc::chinchilla>(twice);
  const std::vector<sc::change<law_type>> changes{sc::rounded_losses{2}, sc::fitted_by{sc::squared{}}};
  const auto rows = sc::sensitivity(counted, data, 1e24, changes),
             same = sc::sensitivity(repeated, twice, 1e24, changes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].change);
    CHECK(rows[i].observation_count == same[i].observation_count);
    CHECK(rows[i].plan.tokens == Approx(same[i].plan.tokens).epsilon(1e-9));
  }
}

TEST_CASE("a change that counts fewer runs than coefficients threw where it has a row") {
  const auto data = noisy();
  std::vector<double> two(data.size(), 0);
  two[0] = two[5] = 1;
  const sc::change<law_type> of_two{"two runs", [&](auto& changed) { changed.options.weights = sc::frequencies{two}; }};
  const auto rows = sc::sensitivity(sc::fit<sc::chinchilla>(data), data, 1e24, {of_two});
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].observation_count == 2);
  CHECK_FALSE(rows[1].converged);
}

TEST_CASE("Epoch's runs: the criterion alone moves the exponent by 0.03, and five outliers by 0.05") {
  const auto file = support::reference_file("data/epoch_2024.csv");
  if (!file) return;
  const auto exponent = [](const law_type& law) { return law.beta / (law.alpha + law.beta); };
  const auto all = support::runs(*file, [](const auto&) { return true; });
  const auto result = sc::fit<sc::chinchilla>(all);
  const sc::change<law_type> dropped{"without the five highest losses",
                                     [](auto& c) { std::erase_if(c.runs, [](auto& run) { return run.loss > 3.44; }); }};
  const sc::change<law_type> plain{"the same, by least squares of plain residuals", [&](auto& c) {
                                     dropped.apply(c);
                                     c.options.criterion = sc::squared{};
                                     c.options.residual = sc::residual::plain;
                                   }};
  const auto rows = sc::sensitivity(result, all, 5.76e23, {dropped, plain});
  CHECK(rows[1].observation_count == 240);
  CHECK(exponent(rows[0].law) == Approx(0.5647).epsilon(1e-3));
  CHECK(exponent(rows[1].law) == Approx(0.5139).epsilon(1e-3));
  CHECK(exponent(rows[2].law) == Approx(0.5446).epsilon(1e-3));
}

TEST_CASE("with all coefficients held a change that leaves no run threw where it has a row") {
  const auto data = noisy();
  const auto result = sc::fit<sc::chinchilla>(data, {.fixed = sc::values_of(truth, {"E", "A", "B", "alpha", "beta"})});
  const auto rows = sc::sensitivity(result, data, 1e23, {sc::without_largest{9}});
  REQUIRE(rows.size() == 2);
  CHECK(std::isnan(rows[1].plan.loss));
}

TEST_CASE("outliers were looked for where another change had left no run") {
  const auto data = noisy();
  const auto rows = sc::sensitivity(sc::fit<sc::chinchilla>(data), data, 1e24,
                                    {sc::change<law_type>{"both", [](sc::sensitivity_case<law_type>& c) {
                                                            c.runs.clear();
                                                            sc::change<law_type>(sc::without_outliers{}).apply(c);
                                                          }}});
  CHECK(std::isnan(rows[1].plan.parameters));
}

TEST_CASE("outliers of a fit of plain residuals were those of logs") {
  runs data;
  for (const auto& run : noisy()) data.push_back({run.at, 1 + 8 * (run.loss - 1.8)});
  data[3].loss *= 1.3;
  const auto result = sc::fit<sc::chinchilla>(data, {.residual = sc::residual::plain});
  sc::sensitivity_case<law_type> changed{result, data, result.options, {}, {}};
  sc::change<law_type>(sc::without_outliers{2.5}).apply(changed);
  std::vector<double> sizes;
  for (const auto& run : data) sizes.push_back(std::abs(result.law(run.at) - run.loss));
  auto sorted = sizes;
  std::sort(sorted.begin(), sorted.end());
  runs left;
  for (std::size_t i = 0; i < data.size(); ++i)
    if (sizes[i] <= 2.5 * sorted[18]) left.push_back(data[i]);
  CHECK(left.size() < data.size());
  CHECK(changed.runs == left);
}

TEST_CASE("a floor that is fitted as it is was rounded with the exponents") {
  const sc::fit_result<signed_floor<>> none{};
  sc::sensitivity_case<signed_floor<>> changed{none, {}, {}, {}, {}};
  sc::change<signed_floor<>>(sc::rounded_exponents{2}).apply(changed);
  CHECK(changed.afterwards({1.690646, 521.123, 0.353456}) == signed_floor<>{1.690646, 521.123, 0.35});
}
