// Profile intervals: against their definition, and against what is known where the law is as good as linear.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/inference/profile.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace sc = scaling;
using Catch::Matchers::ContainsSubstring;

namespace {

using runs = std::vector<sc::observation<>>;
using law_type = sc::chinchilla<>;

constexpr law_type truth = sc::published::besiroglu_2024<double>;
constexpr double chi_squared_95 = 3.841458820694124;

runs noisy(double noise, std::uint64_t seed = 1) {
  sc::philox_stream random(seed, 0);
  runs result;
  for (const double N : {1e8, 3e8, 7e8, 1e9, 3e9, 7e9, 1e10, 3e10, 7e10})
    for (const double ratio : {5.0, 10.0, 20.0, 40.0})
      result.push_back({{N, ratio * N}, truth(N, ratio * N) * std::exp(noise * random.normal())});
  return result;
}

/// Small exponents: each term is nearly constant, and a wrong minimum may lie where another is.
runs flat(std::uint64_t seed) {
  sc::philox_stream random(seed, 0);
  constexpr law_type law{1.8, 1, 1, 0.05, 0.05};
  runs result;
  for (const double N : {5e7, 2e8, 8e8, 3e9, 1.2e10})
    for (const double D : {1e9, 5e9, 2.5e10, 1.25e11, 6e11})
      result.push_back({{N, D}, law(N, D) * std::exp(1e-3 * random.normal())});
  return result;
}

double off(double got, double want) { return std::abs(got / want - 1); }

}  // namespace

TEST_CASE("at its ends the statistic is at its quantile") {
  const auto data = noisy(0.003);
  const auto objective = [&](const sc::criterion& criterion, const std::string& symbol, double value) {
    return sc::fit<sc::chinchilla>(data, {.fixed = {{symbol, value}}, .criterion = criterion}).objective;
  };
  for (const std::string symbol : {"E", "A", "beta"}) {
    CAPTURE(symbol);
    SECTION("squared: n log(Q(c)/Q), for " + symbol) {
      const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
      const auto p = sc::profile(result, data, symbol);
      CHECK(p.statistic == sc::profile_statistic::gaussian);
      CHECK((p.lower_determined && p.upper_determined));
      CHECK(p.improvement < 1e-10);
      for (const double end : {p.interval.lower, p.interval.upper})
        CHECK(off(36 * std::log(objective(sc::squared{}, symbol, end) / result.objective), chi_squared_95) < 1e-5);
    }
    SECTION("huber: 2 (Q(c) - Q)/lambda, for " + symbol) {
      const sc::huber criterion{2e-3};
      const auto result = sc::fit<sc::chinchilla>(data, {.criterion = criterion});
      double squares = 0, inside = 0;
      for (const auto& run : data) {
        const double r = std::log(result.law(run.at) / run.loss);
        squares += std::pow(std::min(std::abs(r), 2e-3), 2);
        inside += std::abs(r) <= 2e-3;
      }
      const double lambda = squares / (36 - 5) / (inside / 36);
      const auto p = sc::profile(result, data, symbol);
      CHECK(p.statistic == sc::profile_statistic::rho);
      for (const double end : {p.interval.lower, p.interval.upper})
        CHECK(off(2 * (objective(criterion, symbol, end) - result.objective) / lambda, chi_squared_95) < 1e-5);
    }
  }
}

TEST_CASE("where noise is small the profile interval is that of linear least squares") {
  const auto data = noisy(1e-5);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
  const auto errors = sc::covariance(result, data, sc::covariance_form::likelihood).standard_errors();
  const char* const symbols[] = {"E", "A", "B", "alpha", "beta"};
  for (std::size_t k = 0; k < 5; ++k) {
    CAPTURE(symbols[k]);
    const auto p = sc::profile(result, data, symbols[k]);
    // Q(c) = Q (1 + (t/s)^2/(n - p)), so n log of that is the quantile where t is s times this.
    const double deviates = std::sqrt(31 * std::expm1(chi_squared_95 / 36));
    CHECK(off(p.interval.width() / 2, deviates * errors[k]) < 1e-3);  // of the curvature of the law
  }
}

TEST_CASE("a density: at the ends its greatest likelihood at any scale is at the quantile") {
  const auto data = noisy(0.003);
  const sc::huber density{1.5};
  // l at a scale: coefficients by the fit whose delta is that of the scale.
  const auto greatest = [&](const std::vector<sc::coefficient_value<double>>& fixed) {
    const auto likelihood = [&](double log_scale) {
      const double scale = std::exp(log_scale);
      const auto by_scale =
          sc::fit<sc::chinchilla>(data, {.fixed = fixed, .criterion = sc::huber{density.delta * scale}});
      const double root = std::sqrt(2.0), pi = 3.14159265358979324;
      const double normaliser =
          std::sqrt(2 * pi) * std::erf(density.delta / root) + 2 / density.delta * std::exp(-1.125);
      return -by_scale.objective / (scale * scale) - 36 * (log_scale + std::log(normaliser));
    };
    double low = std::log(1e-3), high = std::log(1e-2);
    while (high - low > 1e-6) {
      const double first = low + (high - low) / 3, second = high - (high - low) / 3;
      (likelihood(first) < likelihood(second) ? low : high) = likelihood(first) < likelihood(second) ? first : second;
    }
    return likelihood((low + high) / 2);
  };
  const auto result = sc::fit<sc::chinchilla>(data);
  const auto p = sc::profile(result, data, "alpha", 0.95, density);
  CHECK(p.statistic == sc::profile_statistic::huber_density);
  CHECK((p.lower_determined && p.upper_determined));
  CHECK(p.improvement < 1e-9);
  for (const double end : {p.interval.lower, p.interval.upper})
    CHECK(off(2 * (greatest({}) - greatest({{"alpha", end}})), chi_squared_95) < 1e-5);
}

TEST_CASE("a density of large delta is the Gaussian one, of small delta Laplace's") {
  const auto data = noisy(0.003);
  const auto squared = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
  const auto absolute = sc::fit<sc::chinchilla>(data, {.criterion = sc::absolute{}});
  for (const std::string symbol : {"A", "beta"}) {
    CAPTURE(symbol);
    const auto gaussian = sc::profile(squared, data, symbol).interval;
    const auto wide = sc::profile(absolute, data, symbol, 0.95, sc::huber{1e3}).interval;
    CHECK(off(wide.lower, gaussian.lower) < 1e-6);
    CHECK(off(wide.upper, gaussian.upper) < 1e-6);
    const auto laplace = sc::profile(absolute, data, symbol).interval;
    const auto narrow = sc::profile(squared, data, symbol, 0.95, sc::huber{1e-3}).interval;
    CHECK(off(narrow.lower, laplace.lower) < 1e-4);  // the ends move with the smooth tip, of 1e-3 of the scale
    CHECK(off(narrow.upper, laplace.upper) < 1e-4);
  }
}

TEST_CASE("a density: where errors are of it, the interval holds the truth as often as it says") {
  constexpr double delta = 1, scale = 0.003;
  const double inside = std::sqrt(2 * 3.14159265358979324) * std::erf(delta / std::sqrt(2.0)),
               outside = 2 / delta * std::exp(-delta * delta / 2);
  int held = 0;
  constexpr int tables = 100;
  for (int table = 0; table < tables; ++table) {
    sc::philox_stream random(11, static_cast<std::uint64_t>(table));
    const auto error = [&] {
      if (random.uniform() * (inside + outside) < outside)
        return (random.uniform() < 0.5 ? -1 : 1) * (delta - std::log(random.uniform()) / delta);
      for (;;)
        if (const double z = random.normal(); std::abs(z) <= delta) return z;
    };
    auto data = noisy(0);
    const auto more = data;
    data.insert(data.end(), more.begin(), more.end());
    for (auto& run : data) run.loss *= std::exp(scale * error());
    const auto result = sc::fit<sc::chinchilla>(data, {.fixed = sc::values_of(truth, {"E", "B", "beta"})});
    const auto p = sc::profile(result, data, "alpha", 0.95, sc::huber{delta}).interval;
    held += p.lower < truth.alpha && truth.alpha < p.upper;
  }
  // The binomial error is 2.2; three of them.
  CHECK(held >= 88);
  CHECK(held < 100);
}

TEST_CASE("the interval does not depend on the reduction, and follows the unit of N") {
  auto data = noisy(0.003);
  const auto sum = sc::fit<sc::chinchilla>(data),
             mean = sc::fit<sc::chinchilla>(data, {.reduction = sc::reduction::mean});
  const auto p = sc::profile(sum, data, "alpha").interval;
  CHECK(off(sc::profile(mean, data, "alpha").interval.lower, p.lower) < 1e-7);
  for (auto& run : data) run.at.parameters /= 1e6;
  CHECK(off(sc::profile(sc::fit<sc::chinchilla>(data), data, "alpha").interval.upper, p.upper) < 1e-6);
}

TEST_CASE("what the runs do not bound has no end, and says so") {
  // So much noise that a law without a floor will do.
  const auto data = noisy(0.3, 2);
  const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
  REQUIRE(result.converged());
  const auto p = sc::profile(result, data, "E");
  CHECK(!p.lower_determined);
  CHECK(p.interval.lower == 0);
}

TEST_CASE("a coefficient at 0, which has no logarithm, had no upper end") {
  auto without_floor = truth;
  without_floor.E = 0;
  for (const double unit : {1.0, 1e-9, 1e9}) {  // of the loss, in which E is measured
    CAPTURE(unit);
    auto data = noisy(0.01, 3);
    for (auto& run : data) run.loss *= unit * without_floor(run.at) / truth(run.at);
    for (const sc::criterion& criterion : {sc::criterion(sc::squared{}), sc::criterion(sc::huber{1})}) {
      const auto result = sc::fit<sc::chinchilla>(data, {.criterion = criterion});
      REQUIRE(result.law.E == 0);
      const auto p = sc::profile(result, data, "E");
      CHECK(p.interval.lower == 0);
      CHECK(!p.lower_determined);
      CHECK(p.upper_determined);
      CHECK(p.improvement < 1e-10);
      const auto at_end = sc::fit<sc::chinchilla>(data, {.fixed = {{"E", p.interval.upper}}, .criterion = criterion});
      const double ratio =
          at_end.objective / result.objective;  // a wide Huber's lambda is 2 Q/(n - p), with E at 0 p = 4
      const double statistic = p.statistic == sc::profile_statistic::gaussian ? 36 * std::log(ratio) : 32 * (ratio - 1);
      CHECK(off(statistic, chi_squared_95) < 1e-5);
    }
  }
}

TEST_CASE("an end lay at the estimate itself, where refits came from the far end of the other side") {
  for (const std::uint64_t seed : {7U, 8U, 15U, 19U, 23U}) {
    CAPTURE(seed);
    const auto data = flat(seed);
    const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
    const auto p = sc::profile(result, data, "A");
    REQUIRE((p.lower_determined && p.upper_determined));
    CHECK(p.improvement < 1e-10);
    for (const double end : {p.interval.lower, p.interval.upper}) {
      // A refit from the fit itself, in small steps.
      auto law = result.law;
      double least = 0;
      for (int i = 1; i <= 20; ++i) {
        law.A = result.law.A * std::pow(end / result.law.A, i / 20.0);
        const auto refit =
            sc::fit<sc::chinchilla>(data, {.start = law, .fixed = {{"A", law.A}}, .criterion = sc::squared{}});
        law = refit.law;
        least = refit.objective;
      }
      CHECK(off(25 * std::log(least / result.objective), chi_squared_95) < 1e-5);
    }
  }
}

TEST_CASE("with a coefficient held the search missed the optimum of one flat table in three") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const auto data = flat(seed);
    auto law = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}}).law;
    for (const double factor : {0.7, 1.5, 1.25, 1.3}) {  // of the one before
      law.A *= factor;
      const auto refit = sc::fit<sc::chinchilla>(data, {.fixed = {{"A", law.A}}, .criterion = sc::squared{}});
      const auto near =
          sc::fit<sc::chinchilla>(data, {.start = law, .fixed = {{"A", law.A}}, .criterion = sc::squared{}});
      CHECK(refit.objective <= near.objective * (1 + 1e-8));
    }
  }
}

TEST_CASE(
    "without errors, or with runs for the coefficients alone, there is nothing to object with, and no exception") {
  const auto exact = noisy(0);
  const auto result = sc::fit<sc::chinchilla>(exact, {.criterion = sc::squared{}});
  for (const std::string symbol : {"E", "A", "alpha", "B", "beta"}) {
    const auto p = sc::profile(result, exact, symbol);
    CHECK((std::isnan(p.interval.lower) && std::isnan(p.interval.upper) && !p.lower_determined && !p.upper_determined));
  }
  const auto data = noisy(0.01, 5);
  for (std::size_t first = 0; first < 30; ++first) {
    sc::frequencies often{std::vector<double>(data.size(), 0)};
    for (std::size_t i = 0; i < 5; ++i) often.count[(first + 7 * i) % data.size()] = 1 + static_cast<double>(i % 2);
    const auto few = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}, .weights = often});
    CHECK_NOTHROW(sc::profile(few, data, "alpha"));
  }
}

TEST_CASE("tied coefficients had two intervals by a density, one of them of laws that were not tied") {
  sc::philox_stream random(5, 0);
  constexpr law_type untied{1.8, 50, 10, 0.2, 0.35};
  runs data;
  for (const double N : {5e7, 1.5e8, 4.5e8, 1.35e9, 4e9, 1.2e10})
    for (const double D : {1e9, 6e9, 3.6e10, 2.2e11})
      data.push_back({{N, D}, untied(N, D) * std::exp(0.01 * random.normal())});
  const auto result = sc::fit<sc::chinchilla>(data, {.tied = {{"alpha", "beta"}}});
  for (const double delta : {1.345, 10.0}) {
    CAPTURE(delta);
    const auto alpha = sc::profile(result, data, "alpha", 0.95, sc::huber{delta});
    const auto beta = sc::profile(result, data, "beta", 0.95, sc::huber{delta});
    CHECK(off(beta.interval.lower, alpha.interval.lower) < 1e-6);
    CHECK(off(beta.interval.upper, alpha.interval.upper) < 1e-6);
  }
}

TEST_CASE("bounds of the fit are bounds of the interval") {
  const auto data = noisy(0.003);
  const auto free = sc::profile(sc::fit<sc::chinchilla>(data), data, "alpha").interval;
  const auto result = sc::fit<sc::chinchilla>(data);
  const double above = (result.law.alpha + free.upper) / 2;
  const auto boxed = sc::fit<sc::chinchilla>(data, {.bounds = {{"alpha", 0.0, above}}});
  const auto p = sc::profile(boxed, data, "alpha");
  CHECK(p.interval.upper == above);
  CHECK(!p.upper_determined);
  CHECK(off(p.interval.lower, free.lower) < 1e-6);
}

TEST_CASE("an interval that reaches the box of a coefficient threw, where the logarithm of the bound rounds up") {
  const auto data = noisy(0.02, 4);
  for (const std::string symbol : {"E", "A"}) {
    const auto member = symbol == "E" ? &law_type::E : &law_type::A;
    const double middle = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}}).law.*member;
    for (int i = 1; i <= 20; ++i) {
      CAPTURE(symbol, i);
      const double lower = middle * (1 - 1e-3 * i), upper = middle * (1 + 1e-3 * i);
      const auto result =
          sc::fit<sc::chinchilla>(data, {.bounds = {{symbol, lower, upper}}, .criterion = sc::squared{}});
      const auto p = sc::profile(result, data, symbol);
      CHECK((p.interval.lower == lower && p.interval.upper == upper && !p.lower_determined && !p.upper_determined));
    }
  }
}

TEST_CASE("as many different runs as coefficients had an interval where each is given twice") {
  sc::philox_stream random(11, 0);
  for (int table = 0; table < 20; ++table) {
    runs five;
    for (int i = 0; i < 5; ++i) {
      const double N = 1e8 * std::pow(300, random.uniform()), D = 1e9 * std::pow(300, random.uniform());
      five.push_back({{N, D}, truth(N, D) * std::exp(0.01 * random.normal())});
    }
    auto twice = five;
    twice.insert(twice.end(), five.begin(), five.end());
    for (const auto& data : {five, twice}) {
      const auto result = sc::fit<sc::chinchilla>(data, {.criterion = sc::squared{}});
      if (result.free_count < 5) continue;
      const auto interval = sc::profile(result, data, "alpha").interval;
      CHECK((std::isnan(interval.lower) && std::isnan(interval.upper)));
    }
  }
}

TEST_CASE("misuse is refused") {
  const auto data = noisy(0.003);
  auto result = sc::fit<sc::chinchilla>(data, {.fixed = {{"E", 1.8}}});
  CHECK_THROWS_WITH(sc::profile(result, data, "E"), ContainsSubstring("scaling::profile: \"E\" was held fixed"));
  CHECK_THROWS_WITH(sc::profile(result, data, "e"), ContainsSubstring("\"e\" is no coefficient of chinchilla"));
  CHECK_THROWS_WITH(sc::profile(result, data, "A", 1), ContainsSubstring("level = 1, must be above 0 and below 1"));
  const auto weighted =
      sc::fit<sc::chinchilla>(data, {.weights = sc::frequencies{std::vector<double>(data.size(), 2)}});
  CHECK_THROWS_WITH(sc::profile(weighted, data, "A", 0.95, sc::huber{}), ContainsSubstring("the fit has weights"));
  result.objective = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(sc::profile(result, data, "A"), ContainsSubstring("objective of the fit = inf, must be finite"));
}

TEST_CASE("Epoch's runs: the intervals of collinear coefficients hold the published ones") {
  const auto file = support::reference_file("data/epoch_2024.csv");
  if (!file) return;
  const auto data = support::epoch_240(*file);
  const auto result = sc::fit<sc::chinchilla>(data);
  const auto A = sc::profile(result, data, "A"), B = sc::profile(result, data, "B");
  constexpr auto published = sc::published::besiroglu_2024<double>;
  CHECK((A.interval.lower < published.A && published.A < A.interval.upper));
  CHECK((B.interval.lower < published.B && published.B < B.interval.upper));
  // Skewed, as a symmetric interval of A cannot be.
  CHECK(A.interval.upper - result.law.A > 1.2 * (result.law.A - A.interval.lower));
  CHECK(A.improvement == 0);

  // The density of the replication, whose scale runs to 4.7e-6 of a nat: its optimum is that of least absolute
  // deviations, which the published coefficients are.
  const auto density = sc::profile(result, data, "A", 0.95, sc::huber{1e-3});
  CHECK(density.statistic == sc::profile_statistic::huber_density);
  const auto deviations = sc::fit<sc::chinchilla>(data, {.criterion = sc::absolute{}});
  const auto laplace = sc::profile(deviations, data, "A");
  CHECK(off(density.interval.lower, laplace.interval.lower) < 1e-3);
  CHECK(off(density.interval.upper, laplace.interval.upper) < 1e-3);
}

TEST_CASE("relative weights of 1e-200 underflowed in the statistic of Huber's criterion, those of 1e200 overflowed") {
  const auto data = noisy(0.003);
  const auto interval = [&](double weight) {
    const auto result = sc::fit<sc::chinchilla>(
        data,
        {.criterion = sc::huber{2e-3}, .weights = sc::relative_weights{std::vector<double>(data.size(), weight)}});
    return sc::profile(result, data, "alpha").interval;
  };
  const auto plain = interval(1);
  for (const double weight : {1e-200, 1e-160, 3.0, 1e200}) {
    CAPTURE(weight);
    CHECK(off(interval(weight).lower, plain.lower) < 1e-6);
    CHECK(off(interval(weight).upper, plain.upper) < 1e-6);
  }
}

TEST_CASE("by a density of delta 1e-16 and less an interval was far too narrow, and is Laplace's") {
  const auto data = noisy(0.005);
  const auto result = sc::fit<sc::chinchilla>(data);
  const auto wide = sc::profile(result, data, "alpha", 0.95, sc::huber{1e-9});
  for (const double delta : {1e-14, 1e-16, 1e-50, 1e-300}) {
    CAPTURE(delta);
    const auto narrow = sc::profile(result, data, "alpha", 0.95, sc::huber{delta});
    CHECK(off(narrow.interval.lower, wide.interval.lower) < 1e-5);
    CHECK(off(narrow.interval.upper, wide.interval.upper) < 1e-5);
  }
}

TEST_CASE(
    "by Huber's criterion with a small delta a profile had hardly a width, or no ends, and is that of absolute "
    "errors") {
  const auto data = noisy(0.01);
  const auto absolute =
      sc::profile(sc::fit<sc::chinchilla>(data, {.criterion = sc::absolute{}}), data, "alpha").interval;
  for (const double delta : {1e-6, 1e-10, 1e-16, 1e-30}) {
    CAPTURE(delta);
    const auto p = sc::profile(sc::fit<sc::chinchilla>(data, {.criterion = sc::huber{delta}}), data, "alpha");
    CHECK(p.statistic == sc::profile_statistic::laplace);
    CHECK(off(p.interval.lower, absolute.lower) < 1e-3);
    CHECK(off(p.interval.upper, absolute.upper) < 1e-3);
  }
  auto twice = data;
  twice.insert(twice.end(), data.begin(), data.end());
  for (const double delta : {1e-5, 1e-6}) {  // of which no more than five are inside, but ten times
    const auto p = sc::profile(sc::fit<sc::chinchilla>(twice, {.criterion = sc::huber{delta}}), twice, "alpha");
    CHECK(p.statistic == sc::profile_statistic::laplace);
  }
}
