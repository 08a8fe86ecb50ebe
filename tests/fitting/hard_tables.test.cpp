// The screened search on tables made to be hard: few runs, much noise, outliers, an optimum on a face. Its judge are
// polishes from the law behind the runs and from laws all around it.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/lovelace.hpp>
#include <scaling/over_training.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

template <class Law>
struct table {
  Law truth;
  std::vector<sc::observation<typename Law::input_type>> runs;
};

double normal(support::random_numbers& random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += random.between(-0.5, 0.5);
  return sum;
}

/// Terms of a twentieth to one and a half nats at a billion parameters and 30 billion tokens, exponents of 0.05 to 1, 15
/// to 60 runs, noise of 0.1 to 10 %, and what makes each fourth and fifth table worse.
template <template <class> class LawOf>
table<LawOf<double>> hard(std::uint64_t seed) {
  using Law = LawOf<double>;
  using run_type = typename Law::input_type;
  support::random_numbers random(seed);
  const run_type typical = [] {
    run_type at{};
    for (const auto& input : run_type::inputs())
      at.*input.member = input.name == std::string_view("parameters") ? 1e9 : 3e10;
    if constexpr (requires { at.unique_tokens; }) at.unique_tokens = 3e9;
    return at;
  }();
  table<Law> made{};
  for (const auto& row : Law::coefficients())
    made.truth.*row.member = row.scale == sc::scale::log ? 1 : random.spread(0.05, 1);
  for (const auto& term : Law::terms()) {
    auto alone = made.truth;
    for (const auto& other : Law::terms()) alone.*other.coefficient = other.coefficient == term.coefficient ? 1 : 0;
    made.truth.*term.coefficient = random.spread(0.05, 1.5) / alone(typical);
  }
  if (seed % 5 == 0) made.truth.*Law::terms()[static_cast<std::size_t>(seed / 5) % 2].coefficient = 0;
  const double noise = random.spread(1e-3, 0.1);
  for (double left = random.spread(15, 60); left > 0; --left) {
    run_type at{};
    at.parameters = random.spread(4e7, 2e10);
    at.tokens = at.parameters * random.spread(1, 1000);
    if constexpr (requires { at.unique_tokens; }) at.unique_tokens = at.tokens / random.spread(0.5, 60);
    const double error = noise * normal(random);
    const bool outlier = seed % 4 == 1 && random.between(0, 1) < 0.05;
    made.runs.push_back({at, made.truth(at) * std::exp(outlier ? 20 * error : error)});
  }
  return made;
}

/// For how many tables, from number `first` to `last`, a polish from around the truth comes lower than a screened search
/// that has converged. `options_for` are those of a table by its truth.
template <template <class> class LawOf, class Options>
int missed(int first, int last, const Options& options_for) {
  using Law = LawOf<double>;
  int misses = 0;
  for (int seed = first; seed <= last; ++seed) {
    const auto [truth, runs] = hard<LawOf>(static_cast<std::uint64_t>(seed));
    const sc::fit_options<Law> options = options_for(truth);
    const auto found = sc::fit<LawOf>(runs, options);
    support::random_numbers random(static_cast<std::uint64_t>(seed));
    auto from = options;
    from.search = sc::search::single;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 6; ++i) {
      from.start = truth;
      for (const auto& row : Law::coefficients()) {
        auto& value = (*from.start).*row.member;
        if (i > 0) value *= random.spread(0.5, 2);
        for (const auto& box : options.bounds)
          if (box.symbol == row.symbol) value = std::clamp(value, box.lower, box.upper);
      }
      least = std::min(least, sc::fit<LawOf>(runs, from).objective);
    }
    const double rounding = std::holds_alternative<sc::absolute>(options.criterion) ? 1e-6 : 1e-8;  // its valleys creep
    misses += found.converged() && !(found.objective <= least * (1 + rounding));
  }
  return misses;
}
template <template <class> class LawOf, class Options>
int missed(int count, const Options& options_for) {
  return missed<LawOf>(1, count, options_for);
}

template <template <class> class LawOf>
constexpr auto always(const sc::fit_options<LawOf<double>>& options) {
  return [options](const LawOf<double>&) { return options; };
}

}  // namespace

// None of 1000 of Chinchilla's tables is missed, nor of 300 of Lovelace's; by `absolute` one of 300 is, by 0.02 %.
TEST_CASE("no polish from around the truth comes lower than a screened search that has converged") {
  CHECK(missed<sc::chinchilla>(200, always<sc::chinchilla>({})) == 0);
  CHECK(missed<sc::chinchilla>(200, always<sc::chinchilla>({.criterion = sc::squared{}})) == 0);
  CHECK(missed<sc::chinchilla>(
            100, always<sc::chinchilla>({.criterion = sc::huber{0.01, 3}, .residual = sc::residual::plain})) == 0);
  CHECK(missed<sc::over_training>(200, always<sc::over_training>({})) == 0);
  CHECK(missed<sc::lovelace>(60, always<sc::lovelace>({})) == 0);
}

TEST_CASE("the other minima of a fit are minima, apart from one another, the best first") {
  int count = 0, near = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    const auto runs = hard<sc::chinchilla>(seed).runs;
    const auto found = sc::fit<sc::chinchilla>(runs);
    double before = found.objective;
    for (const auto& basin : found.basins) {
      CHECK(basin.objective > before * (1 + 1e-8));
      CHECK(basin.excess == Catch::Approx(basin.objective / found.objective - 1));
      // Not a plateau on which a term is missing that would come back.
      const auto again = sc::fit<sc::chinchilla>(runs, {.start = basin.law, .search = sc::search::single});
      CHECK(again.objective == Catch::Approx(basin.objective).epsilon(1e-6));
      before = basin.objective;
      ++count;
      near += basin.excess < 1e-3;
    }
  }
  CHECK(count > 20);
  CHECK(near > 0);
}

TEST_CASE("nor with a coefficient held, or in a box of its own") {
  using law_type = sc::chinchilla<>;
  for (const auto& row : law_type::coefficients()) {
    CAPTURE(row.symbol);
    for (const double factor : {0.85, 1.2}) {
      const auto held = [&](const law_type& truth) {
        return sc::fit_options<law_type>{.fixed = {{std::string(row.symbol), factor * truth.*row.member}}};
      };
      CHECK(missed<sc::chinchilla>(60, held) == 0);
      const auto boxed = [&](const law_type& truth) {
        const double middle = factor * truth.*row.member;
        return sc::fit_options<law_type>{.bounds = {{std::string(row.symbol), 0.95 * middle, 1.05 * middle}},
                                         .criterion = sc::squared{}};
      };
      CHECK(missed<sc::chinchilla>(60, boxed) == 0);
    }
  }
}

TEST_CASE("a term that should come back stayed away where its way down through wider zones left its basin") {
  for (const std::uint64_t seed : {75u, 295u})
    CHECK(sc::fit<sc::chinchilla>(hard<sc::chinchilla>(seed).runs, {.criterion = sc::huber{1e-5}}).converged());
  CHECK(sc::fit<sc::chinchilla>(hard<sc::chinchilla>(195).runs, {.criterion = sc::absolute{}}).converged());
}

TEST_CASE("a box that excludes nothing led to another optimum, and a factor for overestimates to one that was missed") {
  int tried = 0;
  for (const int number : {15, 141, 175, 247, 269, 292, 422, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18})
    for (const double factor : {1.0, 15.0, 0.07})
      for (const sc::criterion& criterion :
           {sc::criterion(sc::huber{1e-3, factor}), sc::criterion(sc::squared{factor})}) {
        CAPTURE(number, factor);
        const auto runs = hard<sc::chinchilla>(static_cast<std::uint64_t>(number)).runs;
        const auto open = sc::fit<sc::chinchilla>(runs, {.criterion = criterion});
        const auto boxed = sc::fit<sc::chinchilla>(runs, {.bounds = {{"A", 0, 1e300}}, .criterion = criterion});
        if (!open.converged() || !boxed.converged()) continue;
        ++tried;
        CHECK(std::abs(boxed.objective / open.objective - 1) < 1e-6);
      }
  CHECK(tried > 130);
}

TEST_CASE("an exponent in a box of its own got no second look where the first was easy") {
  const auto boxed = [](auto member, std::string symbol, double factor) {
    return [=](const auto& truth) {
      const double middle = factor * truth.*member;
      return sc::fit_options<std::remove_cvref_t<decltype(truth)>>{.bounds = {{symbol, 0.95 * middle, 1.05 * middle}}};
    };
  };
  CHECK(missed<sc::chinchilla>(290, 290, boxed(&sc::chinchilla<>::beta, "beta", 0.7)) == 0);
  CHECK(missed<sc::over_training>(73, 73, boxed(&sc::over_training<>::eta, "eta", 1.4)) == 0);
}

TEST_CASE("a term that least squares had let go of never came back, and a power that was the floor stayed it") {
  const auto floor = [](double factor) {
    return [factor](const sc::chinchilla<>& truth) {
      return sc::fit_options<sc::chinchilla<>>{.fixed = {{"E", factor * truth.E}}};
    };
  };
  CHECK(missed<sc::chinchilla>(995, 995, always<sc::chinchilla>({})) == 0);  // by 0.7 %
  CHECK(missed<sc::chinchilla>(136, 136, floor(0)) == 0);                    // by 130 %
  CHECK(missed<sc::chinchilla>(113, 113, floor(0.85)) == 0);                 // ten times as high
  CHECK(missed<sc::chinchilla>(
            108, 108, always<sc::chinchilla>({.criterion = sc::huber{0.01, 3}, .residual = sc::residual::plain})) == 0);
  CHECK(missed<sc::lovelace>(117, 117, always<sc::lovelace>({})) == 0);
  CHECK(missed<sc::chinchilla>(40, always<sc::chinchilla>({.criterion = sc::absolute{}})) == 0);
}

TEST_CASE("a start that was off the bound of its box by rounding stopped there, in one table of eighty") {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    CAPTURE(seed);
    support::random_numbers random(seed);
    const double alpha = random.spread(0.02, 0.9), beta = alpha * random.between(0.7, 1.4);
    const sc::chinchilla<> law{random.between(0.3, 2.5), random.spread(0.1, 2) * std::pow(1e9, alpha),
                               random.spread(0.1, 2) * std::pow(1e10, beta), alpha, beta};
    const double noise = random.spread(1e-3, 4e-2);
    std::vector<sc::observation<>> runs;
    for (double left = random.between(10, 48); left > 0; --left) {
      const double N = random.spread(4e7, 1.6e10), D = random.spread(1e9, 9e11);
      runs.push_back({{N, D}, law(N, D) * std::exp(noise * normal(random))});
    }
    const double middle = law.E * random.between(0.85, 1.18);
    const auto boxed =
        sc::fit<sc::chinchilla>(runs, {.bounds = {{"E", 0.99 * middle, 1.01 * middle}}, .criterion = sc::squared{}});
    CHECK(boxed.converged());
  }
}

TEST_CASE("the exponents of a penalty that does little or nothing were looked for where they usually are") {
  struct made_by {
    std::uint64_t seed;
    bool harmful;
  };
  // Of 2000 tables with harmless repeats the optimum of 62 was missed, by up to 20 %, of 2500 others of 9, by up to 8 %.
  for (const auto& [seed, harmful] : {made_by{1003, false}, {1384, false}, {1536, false}, {546, true}, {615, true}}) {
    CAPTURE(seed, harmful);
    support::random_numbers random(seed);
    sc::lovelace<> truth{random.between(1.4, 2.1),
                         random.spread(100, 2000),
                         random.spread(100, 5000),
                         random.between(0.28, 0.42),
                         random.between(0.26, 0.42),
                         0,
                         1,
                         1};
    if (harmful)
      truth.P = random.spread(1e-4, 2e-3), truth.delta = random.between(0.6, 1.6),
      truth.kappa = random.between(0.4, 1.4);
    const double noise = random.spread(1e-3, 0.02);
    std::vector<sc::observation<sc::repeated_run<>>> runs;
    for (double left = random.spread(30, 120); left > 0; --left) {
      const double N = random.spread(1e7, 1e10), U = random.spread(1e8, 3e10), D = U * random.spread(0.3, 30);
      runs.push_back({{N, D, U}, truth(N, D, U) * std::exp(noise * normal(random))});
    }
    const auto found = sc::fit<sc::lovelace>(runs, {.criterion = sc::squared{}});
    REQUIRE(found.converged());
    for (const double delta : {0.02, 0.7, 2.7, 9.0})
      for (const double kappa : {0.02, 0.7, 2.7, 9.0}) {
        double most = 0;
        for (const auto& run : runs)
          most = std::max(
              most, sc::overfitting_penalty<>{1, delta, kappa}(run.at.parameters, run.at.tokens, run.at.unique_tokens));
        auto start = truth;
        start.P = 0.02 / most, start.delta = delta, start.kappa = kappa;
        const auto polished =
            sc::fit<sc::lovelace>(runs, {.start = start, .criterion = sc::squared{}, .search = sc::search::single});
        CHECK(found.objective <= polished.objective * (1 + 1e-8));
      }
  }
}
