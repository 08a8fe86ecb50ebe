// Which law: predictions of runs that were held out, and information criteria.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/model_choice.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

using law_type = sc::chinchilla<>;
constexpr law_type truth = sc::published::besiroglu_2024<double>;

std::vector<sc::observation<>> table(double noise, std::uint64_t seed) {
  sc::philox_stream random(seed, 0);
  std::vector<sc::observation<>> result;
  for (const double N : {1e8, 3e8, 7e8, 1e9, 3e9, 7e9, 1e10, 3e10, 7e10})
    for (const double ratio : {5.0, 10.0, 20.0, 40.0})
      result.push_back({{N, ratio * N}, truth(N, ratio * N) * std::exp(noise * random.normal())});
  return result;
}

}  // namespace

TEST_CASE("without noise the small runs predict the large ones") {
  const auto data = table(0, 1);
  const auto result = sc::fit<sc::chinchilla>(data);
  const auto half = sc::predict_larger(result, data);
  CHECK((half.fitted == 16 && half.predicted == 20));  // 4 of 9 sizes
  CHECK(half.largest_error < 1e-9);
  CHECK(sc::predict_larger(result, data, 8.0 / 9).predicted == 4);
}

TEST_CASE("the error is that of the law of the small runs, and a law that lacks a floor promises too much") {
  auto data = table(0.001, 2);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
  const auto held = sc::predict_larger(result, data, 6.0 / 9);
  const std::vector<sc::observation<>> small(data.begin(), data.begin() + 24), large(data.begin() + 24, data.end());
  const auto direct = sc::fit<sc::chinchilla>(small, {.criterion = sc::squared{}});
  CHECK(held.law == direct.law);
  double mean = 0, bias = 0;
  for (const auto& run : large) {
    mean += std::abs(direct.law(run.at) / run.loss - 1) / 12;
    bias += (direct.law(run.at) / run.loss - 1) / 12;
  }
  CHECK(held.mean_error == Approx(mean).epsilon(1e-12));
  CHECK(held.bias == Approx(bias).epsilon(1e-9));
  CHECK((held.converged && held.identified));

  const auto bare = sc::fit<sc::chinchilla>(data, {.fixed = {{"E", 0.0}}, .criterion = sc::squared{}});
  CHECK(sc::predict_larger(bare, data, 4.0 / 9).bias < -0.01);
}

TEST_CASE("too few small runs are no fit, and misuse is refused") {
  const auto data = table(0.001, 2);
  const auto result = sc::fit<sc::chinchilla>(data);
  const auto none = sc::predict_larger(result, data, 1.0 / 9);
  CHECK((!none.converged && none.fitted == 4 && std::isnan(none.mean_error)));
  CHECK(sc::predict_larger(result, data, 0.01).fitted == 0);
  CHECK_THROWS_WITH(sc::predict_larger(result, data, 1), ContainsSubstring("from = 1, must be above 0 and below 1"));
  CHECK_THROWS_WITH(sc::predict_larger(result, data, 0.5, "params"), ContainsSubstring("\"params\" is no input"));
  auto held = result;
  for (const auto& row : law_type::coefficients())
    held.options.fixed.push_back({std::string(row.symbol), result.law.*row.member});
  CHECK(sc::predict_larger(held, data, 0.01).fitted == 0);
}

TEST_CASE("runs to be predicted were taken for what they are not") {
  auto data = table(0.001, 2);
  const auto result = sc::fit<sc::chinchilla>(data);
  CHECK_THROWS_WITH(sc::predict_larger(result, std::vector(data.begin(), data.end() - 1)),
                    ContainsSubstring("number of observations = 35, must be the 36 of the fit"));
  data.back().loss = -2;
  CHECK_THROWS_WITH(sc::predict_larger(result, data),
                    ContainsSubstring("observation 35: loss = -2, must be positive and finite"));
}

TEST_CASE("information criteria of as many different runs as coefficients, or without errors, were those of rounding") {
  auto data = table(0.003, 3);
  const auto exact = table(0, 3);
  data.resize(5);
  data.insert(data.end(), data.begin(), data.begin() + 5);
  for (const auto& runs : {data, exact}) {
    const auto got = sc::information(sc::fit<sc::chinchilla>(runs, {.criterion = sc::squared{}}), runs);
    CHECK((std::isnan(got.log_likelihood) && std::isnan(got.aic) && std::isnan(got.bic)));
  }
}

TEST_CASE("information criteria prefer the law behind the runs to one that lacks a term") {
  const auto data = table(0.003, 3);
  for (const sc::criterion& criterion : {sc::criterion(sc::squared{}), sc::criterion(sc::absolute{})}) {
    const auto full = sc::fit<sc::chinchilla>(data, {.criterion = criterion});
    const auto bare = sc::fit<sc::chinchilla>(data, {.fixed = {{"E", 0.0}}, .criterion = criterion});
    const auto a = sc::information(full, data), b = sc::information(bare, data);
    CHECK((a.coefficients == 6 && b.coefficients == 5));
    CHECK(a.aic < b.aic - 20);
    CHECK(a.bic < b.bic - 20);
    CHECK(a.aic == Approx(12 - 2 * sc::log_likelihood(full.law, data, criterion).log_likelihood).epsilon(1e-14));
    CHECK(a.bic - a.aic == Approx(6 * std::log(36.0) - 12).epsilon(1e-12));
  }
  CHECK_THROWS_WITH(sc::information(sc::fit<sc::chinchilla>(data), data),
                    ContainsSubstring("must be squared or absolute"));
}
