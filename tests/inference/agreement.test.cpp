// Tests of agreement: the rejection of the coefficients of 2022, and the likelihoods that it rests on.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <Eigen/Dense>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/agreement.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/likelihood.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace sc = scaling;
using Catch::Approx;
using law_type = sc::chinchilla<>;

namespace {

constexpr law_type law = sc::published::besiroglu_2024<double>;

std::vector<sc::observation<>> noisy(double noise) {
  sc::philox_stream random(1, 1);
  std::vector<sc::observation<>> result;
  for (const double N : {1e8, 1e9, 1e10})
    for (const double ratio : {5.0, 20.0, 40.0})
      result.push_back({{N, ratio * N}, law(N, ratio * N) * std::exp(noise * random.normal())});
  return result;
}

}  // namespace

TEST_CASE("the coefficients of 2022 are rejected as their replication has it") {
  const auto file = support::reference_file("data/epoch_2024.csv");
  if (!file) return;
  const auto runs = support::epoch_240(*file);
  const auto likelihood = [&](const law_type& one) { return sc::log_likelihood(one, runs).log_likelihood; };
  // Two decimals are published.
  CHECK(std::abs(likelihood(sc::published::hoffmann_2022_printed<double>) - 562.25) < 0.006);
  CHECK(std::abs(likelihood(sc::published::hoffmann_2022<double>) - 837.78) < 0.006);
  CHECK(std::abs(likelihood(sc::published::besiroglu_2024_notebook<double>) - 879.77) < 0.006);
  CHECK(std::abs(std::log(sc::log_likelihood(sc::published::besiroglu_2024_notebook<double>, runs).scale) + 12.27) <
        0.006);
  const auto test = sc::likelihood_ratio_test(sc::published::besiroglu_2024_notebook<double>,
                                              sc::published::hoffmann_2022<double>, runs);
  CHECK(std::abs(test.statistic - 84.00) < 0.006);
  CHECK(test.degrees_of_freedom == 5);
  CHECK(std::abs(test.p_value / 1.22e-16 - 1) < 0.005);
}

TEST_CASE("the scale of a likelihood is the best one") {
  for (const double delta : {1e-3, 0.5, 2.0, 50.0}) {
    const auto runs = noisy(0.01);
    const auto best = sc::log_likelihood(law, runs, sc::huber{delta});
    CAPTURE(delta, best.scale);
    // The normaliser by quadrature of the quadratic part, by hand beyond.
    double normaliser = 2 / delta * std::exp(-delta * delta / 2);
    for (int i = 0; i < 100000; ++i) {
      const double z = delta * (i + 0.5) / 100000;
      normaliser += 2 * std::exp(-z * z / 2) * delta / 100000;
    }
    const auto at = [&](double sigma) {
      double sum = 0;
      for (const auto& run : runs) {
        const double z = std::abs(std::log(law(run.at) / run.loss)) / sigma;
        sum -= (z <= delta ? z * z / 2 : delta * (z - delta / 2)) + std::log(sigma * normaliser);
      }
      return sum;
    };
    CHECK(std::abs(best.log_likelihood - at(best.scale)) < 1e-7);  // of the quadrature
    CHECK(at(best.scale * 1.001) < at(best.scale));
    CHECK(at(best.scale / 1.001) < at(best.scale));
  }
}

TEST_CASE("a wide Huber density is the Gaussian one") {
  const auto runs = noisy(0.01);
  const auto huber = sc::log_likelihood(law, runs, sc::huber{50}), gauss = sc::log_likelihood(law, runs, sc::squared{});
  CHECK(huber.log_likelihood == Approx(gauss.log_likelihood).epsilon(1e-13));
  CHECK(huber.scale == Approx(gauss.scale).epsilon(1e-13));
  CHECK(sc::log_likelihood(law, noisy(0), sc::huber{}).log_likelihood > 200);  // all but no residuals
}

TEST_CASE("a narrow Huber density is that of Laplace, but for its smooth tip") {
  const auto runs = noisy(0.01);
  const auto huber = sc::log_likelihood(law, runs, sc::huber{1e-6}),
             laplace = sc::log_likelihood(law, runs, sc::absolute{});
  CHECK(huber.log_likelihood == Approx(laplace.log_likelihood).epsilon(1e-9));  // delta^2 of it
  CHECK(huber.scale / 1e-6 == Approx(laplace.scale).epsilon(1e-9));
  CHECK_THROWS_WITH(sc::log_likelihood(law, runs, sc::absolute{2}),
                    Catch::Matchers::ContainsSubstring("overestimates = 2, must be 1"));
}

TEST_CASE("the search for the scale went on for ever where a residual is infinite, or its product with delta nothing") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto nothing = sc::log_likelihood(law_type{0, 0, 0, 0.3, 0.3}, noisy(0.01));
  CHECK(nothing.log_likelihood == -infinity);
  CHECK(nothing.scale == infinity);
  const auto rounded = noisy(0);  // residuals of an epsilon or none
  const auto narrow = sc::log_likelihood(law, rounded, sc::huber{1.2e-308}),
             laplace = sc::log_likelihood(law, rounded, sc::absolute{});
  CHECK(narrow.log_likelihood == Approx(laplace.log_likelihood).epsilon(1e-9));
}

TEST_CASE("a Huber density with a delta below 1e-308 was minus infinity, and is Laplace's") {
  const auto runs = noisy(0.01);
  const auto laplace = sc::log_likelihood(law, runs, sc::absolute{});
  for (const double delta : {1e-150, 1e-200, 1e-300, 1e-308, 1e-310, 5e-324}) {
    const auto narrow = sc::log_likelihood(law, runs, sc::huber{delta});
    CAPTURE(delta, narrow.log_likelihood, narrow.scale);
    CHECK(narrow.log_likelihood == Approx(laplace.log_likelihood).epsilon(1e-13));
    if (delta >= 1e-300)
      CHECK(narrow.scale == Approx(delta * laplace.scale).epsilon(1e-12));  // a normal number
    else
      CHECK(narrow.scale <= delta);
  }
  // And in a type that has no such number.
  std::vector<sc::observation<sc::training_run<float>>> in_float;
  for (const auto& run : runs) in_float.push_back({{float(run.at.parameters), float(run.at.tokens)}, float(run.loss)});
  const sc::chinchilla<float> law_in_float = sc::published::besiroglu_2024<float>;
  CHECK(sc::log_likelihood(law_in_float, in_float, sc::huber{1e-60}).log_likelihood ==
        Approx(sc::log_likelihood(law_in_float, in_float, sc::absolute{}).log_likelihood).epsilon(1e-5));
}

TEST_CASE("plain residuals below 1e-162 were no residuals, and those above 1e154 infinite") {
  const auto runs = noisy(0.01);
  for (const double unit : {0x1p-600, 0x1p600}) {
    law_type in_unit = law;
    for (double law_type::*member : {&law_type::E, &law_type::A, &law_type::B}) in_unit.*member *= unit;
    auto data = runs;
    for (auto& run : data) run.loss *= unit;
    for (const sc::criterion& density :
         {sc::criterion(sc::huber{}), sc::criterion(sc::squared{}), sc::criterion(sc::absolute{})}) {
      const auto usual = sc::log_likelihood(law, runs, density, sc::residual::plain),
                 far = sc::log_likelihood(in_unit, data, density, sc::residual::plain);
      CHECK(far.scale ==
            Approx(unit * usual.scale).epsilon(1e-12));  // residuals lose digits where terms are rounded apart
      CHECK(far.log_likelihood ==
            Approx(usual.log_likelihood - static_cast<double>(runs.size()) * std::log(unit)).epsilon(1e-13));
    }
  }
}

TEST_CASE("Wald's statistic is a sum of squared deviates") {
  sc::coefficient_covariance<law_type> c{law, sc::detail::coordinate_matrix<law_type>::Zero()};
  for (int k = 0; k < 5; ++k) c.factor(k, k) = 0.1 * (k + 1);
  auto other = law;
  other.A *= std::exp(0.2);  // one standard error
  other.beta += 1.5;         // three
  auto test = sc::wald_test(c, other);
  CHECK(test.statistic == Approx(10).epsilon(1e-12));
  CHECK(test.degrees_of_freedom == 5);
  CHECK(test.p_value == Approx(0.0752352461).epsilon(1e-8));  // of chi-squared with 5, from tables
  CHECK(sc::wald_test(c, law).p_value == 1);

  // Mixed columns are the same covariance; a coefficient that does not vary is not compared.
  c.factor.col(1) = 0.6 * c.factor.col(1) + 0.8 * c.factor.col(4).eval();
  CHECK(sc::wald_test(c, other).statistic != Approx(10));
  c.factor.setZero();
  for (int k = 0; k < 4; ++k) c.factor(k, (k + 1) % 4) = 0.1 * (k + 1);
  c.excluded = {"beta"};
  test = sc::wald_test(c, other);
  CHECK(test.statistic == Approx(1).epsilon(1e-12));
  CHECK(test.degrees_of_freedom == 4);

  other.E = 0;
  CHECK(sc::wald_test(c, other).p_value == 0);
  c.status = sc::covariance_status::not_identified;
  CHECK(std::isnan(sc::wald_test(c, other).p_value));
}

TEST_CASE("Wald's test of a fit with a tie had a degree of freedom too many, and allowed what the tie forbids") {
  const auto runs = noisy(0.01);
  const auto result = sc::fit<sc::chinchilla>(runs, {.tied = {{"alpha", "beta"}}, .criterion = sc::squared{}});
  const auto c = sc::covariance(result, runs);
  REQUIRE(c.status == sc::covariance_status::ok);
  auto other = result.law;
  other.alpha = other.beta = result.law.alpha + 0.01;
  const auto kept = sc::wald_test(c, other);
  CHECK(kept.degrees_of_freedom == 4);
  CHECK((kept.statistic > 0 && kept.statistic < 1000));
  // The same by the four coordinates that are left.
  const std::vector<int> free{0, 1, 2, 3};
  const Eigen::MatrixXd V = c.matrix()(free, free);
  const Eigen::VectorXd d = (sc::detail::fitted_coordinates(other) - sc::detail::fitted_coordinates(result.law))(free);
  CHECK(kept.statistic == Approx(d.dot(V.fullPivLu().solve(d))).epsilon(1e-6));
  other.beta += 1e-4;
  CHECK(sc::wald_test(c, other).degrees_of_freedom == 4);
  CHECK(sc::wald_test(c, other).p_value == 0);
  CHECK(sc::wald_test(c, result.law).p_value == 1);
}

TEST_CASE("likelihoods in float were summed in float") {
  sc::philox_stream random(4, 1);
  std::vector<sc::observation<sc::training_run<float>>> runs;
  std::vector<sc::observation<>> in_double;
  for (int i = 0; i < 24000; ++i) {
    const float N = static_cast<float>(1e8 * std::exp(random.normal())), D = 20 * N;
    runs.push_back({{N, D}, static_cast<float>(law(double(N), double(D)) * std::exp(0.005 * random.normal()))});
    in_double.push_back({{double(N), double(D)}, double(runs.back().loss)});
  }
  const auto fitted = sc::detail::law_in<float>(law);
  auto other = fitted;
  other.E += 1e-5F;
  const auto statistic = [](const auto& a, const auto& b, const auto& of) {
    return double(sc::likelihood_ratio_test(a, b, of, sc::squared{}).statistic);
  };
  const auto wide = sc::detail::law_in<double>(fitted), wide_other = sc::detail::law_in<double>(other);
  CHECK(statistic(fitted, other, runs) == Approx(statistic(wide, wide_other, in_double)).epsilon(1e-6));
  CHECK(sc::log_likelihood(fitted, runs).log_likelihood ==
        static_cast<float>(sc::log_likelihood(wide, in_double).log_likelihood));
}

TEST_CASE("the likelihood ratio of a fit of plain residuals was that of logs, and negative") {
  int negative = 0;
  for (std::uint64_t table = 0; table < 60; ++table) {
    sc::philox_stream random(23, table);
    std::vector<sc::observation<>> runs;
    for (int i = 0; i < 9; ++i)
      for (int j = 0; j < 27; ++j) {
        const double N = 1e8 * std::pow(700, i / 8.0), D = 2 * N * std::pow(100, j / 26.0);
        runs.push_back({{N, D}, law(N, D) + 0.02 * random.normal()});
      }
    const auto result = sc::fit<sc::chinchilla>(runs, {.criterion = sc::squared{}, .residual = sc::residual::plain});
    CHECK(sc::likelihood_ratio_test(result.law, law, runs, sc::squared{}, 5, sc::residual::plain).statistic > 0);
    negative += sc::likelihood_ratio_test(result.law, law, runs, sc::squared{}).statistic < 0;
  }
  CHECK(negative > 0);
}

TEST_CASE("how often tests at 5 % reject the truth, as their comments say") {
  // Of tables of 9 sizes and 4, 12 or 27 ratios, errors of 0.5 %. One whose p-value is 0.05 but for rounding may change.
  constexpr int tables = 400, rounding = 1;
  for (const auto& [ratios, by_sandwich, by_gauss_newton, by_likelihood] :
       {std::array{4, 128, 33, 34}, std::array{12, 41, 15, 15}, std::array{27, 34, 27, 24}}) {
    int rejected[3] = {};
    for (int table = 0; table < tables; ++table) {
      sc::philox_stream random(17, static_cast<std::uint64_t>(table));
      std::vector<sc::observation<>> runs;
      for (int i = 0; i < 9; ++i)
        for (int j = 0; j < ratios; ++j) {
          const double N = 1e8 * std::pow(700, i / 8.0), D = 2 * N * std::pow(100, j / (ratios - 1.0));
          runs.push_back({{N, D}, law(N, D) * std::exp(0.005 * random.normal())});
        }
      const auto result = sc::fit<sc::chinchilla>(runs, {.criterion = sc::squared{}});
      const auto wald = [&](sc::covariance_form form) {
        return sc::wald_test(sc::covariance(result, runs, form), law).p_value < 0.05;
      };
      rejected[0] += wald(sc::covariance_form::sandwich);
      rejected[1] += wald(sc::covariance_form::gauss_newton);
      rejected[2] += sc::likelihood_ratio_test(result.law, law, runs, sc::squared{}).p_value < 0.05;
    }
    CAPTURE(ratios, rejected[0], rejected[1], rejected[2]);
    CHECK(std::abs(rejected[0] - by_sandwich) <= rounding);
    CHECK(std::abs(rejected[1] - by_gauss_newton) <= rounding);
    CHECK(std::abs(rejected[2] - by_likelihood) <= rounding);
  }
}
