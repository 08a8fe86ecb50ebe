// Approach 2: parabolas whose answer is known, the bias that they have on a law, and real sweeps.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/isoflop.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace sc = scaling;
using Catch::Matchers::ContainsSubstring;

namespace {

template <class T>
using sweep = std::vector<sc::observation<sc::training_run<T>>>;

const std::vector<double> budgets{1e18, 1e19, 1e20, 1e21};

double off(double got, double want) { return std::abs(got / want - 1); }

/// Sizes from 1/width to width times `centre` times the best one, at each budget.
template <class T>
sweep<T> sweep_of(const sc::chinchilla<T>& law, T width, T centre = 1, const sc::training_cost& cost = {}) {
  sweep<T> runs;
  for (const double C : budgets) {
    const T best = sc::compute_optimal(law, T(C), cost).parameters;
    for (int i = -7; i <= 7; ++i) {
      const auto run = sc::isoflop_run(law, T(C), best * centre * std::pow(width, T(i) / 7), cost);
      runs.push_back({{run.parameters, run.tokens}, run.loss});
    }
  }
  return runs;
}

/// Losses that are parabolas in ln N about 3 C^0.5, exactly but for rounding.
sweep<double> parabolas(double depth = 0.1) {
  sweep<double> runs;
  for (const double C : budgets)
    for (const double factor : {0.3, 0.5, 1.0, 1.5, 4.0}) {
      const double N = 0.1 * std::sqrt(C) * factor, x = std::log(factor);
      runs.push_back({{N, C / 6 / N}, 3 - 0.05 * std::log(C / 1e18) + depth * x * x});
    }
  return runs;
}

constexpr sc::isoflop_exponents<> of_printed{0.34, 0.28};

template <class Options>
std::string refusal(const sweep<double>& runs, const Options& options, const sc::training_cost& cost = {}) {
  try {
    (void)sc::fit_isoflop(runs, options, cost);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("losses that are parabolas give back their minima and the power law through them") {
  const auto result = sc::fit_isoflop(parabolas());
  REQUIRE(result.budgets.size() == budgets.size());
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    const auto& budget = result.budgets[i];
    CHECK(budget.minimum == sc::isoflop_minimum::inside);
    CHECK(budget.observation_count == 5);
    // A loss of 3 is rounded by 3e-16, and 0.1 x^2 turns that into some 1e-15 of x; ln C adds 1e-14.
    CHECK(off(budget.flops, budgets[i]) < 1e-13);
    CHECK(off(budget.parameters, 0.1 * std::sqrt(budgets[i])) < 1e-13);
    CHECK(off(budget.tokens, budgets[i] / 6 / (0.1 * std::sqrt(budgets[i]))) < 1e-13);
    CHECK(off(budget.loss, 3 - 0.05 * std::log(budgets[i] / 1e18)) < 1e-14);
    CHECK(off(budget.curvature, 0.2) < 1e-13);
    CHECK(budget.log_parameters_error < 1e-13);
    CHECK(std::isnan(budget.bias.parameters));
    CHECK(off(budget.sizes.to / budget.sizes.from, 4 / 0.3) < 1e-13);
  }
  CHECK(off(result.parameters.trend.exponent, 0.5) < 1e-13);
  CHECK(off(result.parameters.trend.factor, 0.1) < 1e-12);  // 48 e-folds from its points
  CHECK(off(result.tokens.trend.exponent, 0.5) < 1e-13);
  CHECK(result.parameters.exponent_error < 1e-13);
}

TEST_CASE("on a law without noise the exponent is exact and the bias is the closed form, whatever the law") {
  support::random_numbers random(7);
  for (int i = 0; i < 50; ++i) {
    const double alpha = random.between(0.15, 0.6), beta = random.between(0.15, 0.6), width = random.between(1.5, 16);
    const sc::chinchilla<> law{random.between(0, 2), std::pow(1e9, alpha) * random.between(0.1, 1),
                               std::pow(2e10, beta) * random.between(0.1, 1), alpha, beta};
    const sc::training_cost cost{random.between(1, 10), random.between(0.7, 1.3), random.between(0.7, 1.3)};
    const double centre = random.between(0.8, 1.25);
    CAPTURE(alpha, beta, width, cost.factor, cost.parameters_power, cost.tokens_power, centre);
    const auto runs = sweep_of<double>(law, width, centre, cost);
    std::vector<double> sizes;
    for (int k = -7; k <= 7; ++k) sizes.push_back(centre * std::pow(width, k / 7.0));
    const sc::isoflop_exponents<> exponents{alpha, beta};
    const auto bias = sc::bias_of_isoflop(sizes, exponents, cost);

    const auto as_is = sc::fit_isoflop(runs, {.assuming = exponents}, cost);
    const auto without = sc::fit_isoflop(runs, {.assuming = exponents, .remove_bias = true}, cost);
    // Losses of about 3 are rounded by 3e-16, and their curves rise by 0.01 and more within the sizes.
    constexpr double rounding = 1e-11;
    for (std::size_t b = 0; b < budgets.size(); ++b) {
      const auto truth = sc::compute_optimal(law, budgets[b], cost);
      CHECK(off(as_is.budgets[b].parameters / truth.parameters, bias.parameters) < rounding);
      CHECK(off(as_is.budgets[b].tokens / truth.tokens, bias.tokens) < rounding);
      CHECK(off(as_is.budgets[b].bias.parameters, bias.parameters) < rounding);
      CHECK(off(as_is.budgets[b].bias.tokens, bias.tokens) < rounding);
      CHECK(off(without.budgets[b].parameters, truth.parameters) < rounding);
      CHECK(off(without.budgets[b].tokens, truth.tokens) < rounding);
    }
    const double s = cost.parameters_power * beta + cost.tokens_power * alpha;
    for (const auto* result : {&as_is, &without}) {
      CHECK(off(result->parameters.trend.exponent, beta / s) < rounding);
      CHECK(off(result->tokens.trend.exponent, alpha / s) < rounding);
    }
  }
}

TEST_CASE("a parabola has no bias on a symmetric grid where alpha = beta, and a mirror image off the centre") {
  const std::vector<double> centred{0.125, 0.25, 0.5, 1, 2, 4, 8};
  std::vector<double> above(centred), below(centred);
  for (auto& size : above) size *= 3;
  for (auto& size : below) size /= 3;
  constexpr sc::isoflop_exponents<> equal{0.31, 0.31};
  CHECK(off(sc::bias_of_isoflop(centred, equal).parameters, 1) < 1e-14);
  const auto up = sc::bias_of_isoflop(above, equal), down = sc::bias_of_isoflop(below, equal);
  CHECK(up.parameters > 1.01);
  CHECK(off(up.parameters, down.tokens) < 1e-13);
  CHECK(off(up.tokens, down.parameters) < 1e-13);
}

TEST_CASE("sizes that drift from the best one bend the exponent, and removing the bias straightens it") {
  const auto law = sc::published::hoffmann_2022_printed<>;
  sweep<double> runs;
  for (std::size_t b = 0; b < budgets.size(); ++b)
    for (const auto& run : sweep_of<double>(law, 8, std::pow(2, static_cast<double>(b) - 1.5)))
      if (off(6 * run.at.parameters * run.at.tokens, budgets[b]) < 0.01) runs.push_back(run);
  const double exact = 0.28 / 0.62;
  const auto bent = sc::fit_isoflop(runs),
             straight = sc::fit_isoflop(runs, {.assuming = of_printed, .remove_bias = true});
  CHECK(std::abs(bent.parameters.trend.exponent - exact) > 1e-3);
  CHECK(bent.parameters.exponent_error > 1e-5);  // the bias is no noise: it hides in the scatter, and is larger
  CHECK(std::abs(straight.parameters.trend.exponent - exact) < 1e-11);
}

TEST_CASE("a budget without a minimum among its sizes says why and is left out") {
  auto runs = parabolas();
  for (int i = 0; i < 5; ++i) {
    auto& line = runs[static_cast<std::size_t>(i)];
    line.loss = 6 - 0.1 * std::log(line.at.parameters);  // a line, but for rounding, which may bend it either way
    line.loss -= 0.001 * std::pow(std::log(line.at.parameters) - 17, 2);
  }
  runs.erase(runs.begin() + 5, runs.begin() + 8);  // two sizes are left at the second budget
  for (std::size_t i = runs.size() - 5; i < runs.size(); ++i)
    runs[i].loss -= 0.8 * std::log(runs[i].at.parameters / 1e9);
  const auto result = sc::fit_isoflop(runs);
  REQUIRE(result.budgets.size() == 4);
  CHECK(result.budgets[0].minimum == sc::isoflop_minimum::no_curvature);
  CHECK(std::isnan(result.budgets[0].parameters));
  CHECK(result.budgets[0].curvature < 0);
  CHECK(result.budgets[1].minimum == sc::isoflop_minimum::too_few_sizes);
  CHECK(result.budgets[2].minimum == sc::isoflop_minimum::inside);
  CHECK(result.budgets[3].minimum == sc::isoflop_minimum::at_edge);
  CHECK(result.budgets[3].parameters > result.budgets[3].sizes.to);
  CHECK(std::isnan(result.parameters.trend.exponent));  // one minimum is no power law
  CHECK(std::isnan(result.tokens.exponent_error));
}

TEST_CASE("sizes 1e-7 apart counted as different, and a parabola through two could call a minimum inside") {
  const auto minimum_of = [](double step, std::size_t budget) {
    auto runs = parabolas();
    for (std::size_t i = 5 * budget; i < 5 * budget + 5; ++i) {
      auto& at = runs[i].at;  // two sizes, one of which is written down in three ways
      at.parameters = i % 5 < 3 ? 1e9 * std::pow(1 + step, double(i % 5)) : 3e9;
      at.tokens = budgets[budget] / 6 / at.parameters;
      runs[i].loss = i % 5 == 1 ? 2.9 : 3;
    }
    return sc::fit_isoflop(runs).budgets[budget].minimum;
  };
  for (const double step : {1e-12, 1e-7, 4.9e-4}) CHECK(minimum_of(step, 2) == sc::isoflop_minimum::too_few_sizes);
  CHECK(minimum_of(5.1e-4, 2) != sc::isoflop_minimum::too_few_sizes);  // the third is 1e-3 above the first
  CHECK(minimum_of(2e-3, 2) != sc::isoflop_minimum::too_few_sizes);
  CHECK_THROWS_WITH(sc::bias_of_isoflop(std::vector<double>{1, 2, 1 + 1e-7}, of_printed),
                    ContainsSubstring("number of different sizes = 2, must be at least the 3"));
}

TEST_CASE("equal losses, and losses on a line, had minima that rounding made") {
  support::random_numbers random(31);
  for (int i = 0; i < 500; ++i) {
    const double loss = std::round(100 * random.between(1.5, 5)) / 100,
                 slope = i % 2 == 0 ? 0 : random.between(-0.1, 0.1);
    const double smallest = random.spread(1e7, 1e10), step = random.between(1.3, 3), C = random.spread(1e18, 1e24);
    sweep<double> runs;
    for (double size = random.between(4, 12), N = smallest; size > 0; --size, N *= step)
      runs.push_back({{N, C / 6 / N}, loss + slope * std::log(N / smallest)});
    const auto budget = sc::fit_isoflop(runs).budgets[0];
    CAPTURE(loss, slope, smallest, step, runs.size(), budget.curvature);
    CHECK(budget.minimum == sc::isoflop_minimum::no_curvature);
    CHECK(std::isnan(budget.parameters));
  }
}

TEST_CASE("two minima give an exponent without an error, and three sizes a minimum without one") {
  auto runs = parabolas();
  runs.resize(10);
  CHECK(off(sc::fit_isoflop(runs).parameters.trend.exponent, 0.5) < 1e-13);
  CHECK(std::isnan(sc::fit_isoflop(runs).parameters.exponent_error));
  runs.erase(runs.begin() + 1, runs.begin() + 3);
  const auto result = sc::fit_isoflop(runs);
  CHECK(result.budgets[0].minimum == sc::isoflop_minimum::inside);
  CHECK(std::isnan(result.budgets[0].log_parameters_error));
}

TEST_CASE("standard errors are those that noise shows") {
  const auto law = sc::published::hoffmann_2022_printed<>;
  const auto clean = sweep_of<double>(law, 4);
  std::mt19937_64 bits(11);
  std::normal_distribution<double> normal;
  constexpr int trials = 1000;
  double place = 0, place_square = 0, place_error = 0, a = 0, a_square = 0, a_error = 0;
  for (int i = 0; i < trials; ++i) {
    auto runs = clean;
    for (auto& run : runs) run.loss += 0.002 * normal(bits);
    const auto result = sc::fit_isoflop(runs);
    const double x = std::log(result.budgets[1].parameters), exponent = result.parameters.trend.exponent;
    place += x, place_square += x * x, place_error += std::pow(result.budgets[1].log_parameters_error, 2);
    a += exponent, a_square += exponent * exponent, a_error += std::pow(result.parameters.exponent_error, 2);
  }
  const auto variance = [&](double sum, double squares) { return (squares - sum * sum / trials) / (trials - 1); };
  // A variance of 1000 draws has a relative standard error of 4.5 %; that of two degrees of freedom each, another 3 %.
  // The parabola's own misfit, 1e-4 here, adds nothing to either. Four standard errors.
  CHECK(off(place_error / trials, variance(place, place_square)) < 0.2);
  CHECK(off(a_error / trials, variance(a, a_square)) < 0.25);
}

TEST_CASE("neither the order of the runs, nor a common factor of the weights, nor given budgets change a digit") {
  auto runs = sweep_of<double>(sc::published::hoffmann_2022_printed<>, 4);
  std::vector<double> labels, weights(runs.size(), 4.0);
  for (const double C : budgets) labels.insert(labels.end(), 15, C);
  const auto first = sc::fit_isoflop(runs);
  const auto labelled = sc::fit_isoflop(runs, {.budgets = labels, .weights = weights});
  for (std::size_t b = 0; b < budgets.size(); ++b) {
    CHECK(labelled.budgets[b].flops == budgets[b]);
    CHECK(labelled.budgets[b].parameters == first.budgets[b].parameters);
    CHECK(labelled.budgets[b].log_parameters_error == first.budgets[b].log_parameters_error);
  }
  std::mt19937_64 bits(3);
  std::shuffle(runs.begin(), runs.end(), bits);
  const auto shuffled = sc::fit_isoflop(runs);
  CHECK(shuffled.parameters.trend == first.parameters.trend);
  CHECK(shuffled.tokens.trend == first.tokens.trend);
}

TEST_CASE("a weight of two counts as two runs") {
  auto runs = parabolas();
  for (auto& run : runs) {
    run.loss += 0.01 * std::sin(run.at.parameters);
    run.at.tokens *= 1 + 0.02 * std::cos(run.at.parameters);  // nor does each cost the same
  }
  std::vector<double> weights(runs.size(), 1.0);
  weights[3] = 2;
  const auto weighted = sc::fit_isoflop(runs, {.weights = weights});
  runs.push_back(runs[3]);
  const auto doubled = sc::fit_isoflop(runs);
  CHECK(off(weighted.budgets[0].parameters, doubled.budgets[0].parameters) < 1e-13);
  CHECK(off(weighted.budgets[0].flops, doubled.budgets[0].flops) < 1e-14);
  CHECK(off(weighted.budgets[0].tokens, doubled.budgets[0].tokens) < 1e-13);
}

TEST_CASE("runs of next to no weight counted as sizes, and their parabola was one of rounding") {
  auto runs = parabolas();
  for (auto& run : runs) run.loss += 0.01 * std::sin(run.at.parameters);
  std::vector<double> weights(runs.size(), 1.0);
  for (const std::size_t i : {0U, 1U, 2U}) weights[i] = 1e-300;  // two of five sizes are left
  for (const std::size_t i : {8U, 9U}) weights[i] = 1e-20;       // and three, the smaller ones
  const auto fitted = sc::fit_isoflop(runs, {.weights = weights});
  CHECK(fitted.budgets[0].minimum == sc::isoflop_minimum::too_few_sizes);
  CHECK(fitted.budgets[0].observation_count == 2);
  const auto without = sc::fit_isoflop(sweep<double>(runs.begin() + 5, runs.begin() + 8));
  CHECK(fitted.budgets[1].minimum == without.budgets[0].minimum);
  CHECK(fitted.budgets[1].parameters == without.budgets[0].parameters);
  CHECK(fitted.budgets[1].sizes.to == without.budgets[0].sizes.to);

  const auto all = sc::fit_isoflop(runs).budgets[3];
  for (const double unit : {1e-300, 1e300}) {
    const auto scaled = sc::fit_isoflop(runs, {.weights = std::vector<double>(runs.size(), unit)}).budgets[3];
    CHECK(off(scaled.log_parameters_error, all.log_parameters_error) < 1e-12);
    CHECK(off(scaled.parameters, all.parameters) < 1e-12);
  }
}

TEST_CASE("float runs are fitted in double") {
  const auto runs = sweep_of<double>(sc::published::hoffmann_2022_printed<>, 8);
  sweep<float> rounded;
  sweep<double> same;
  for (const auto& run : runs) {
    rounded.push_back({{float(run.at.parameters), float(run.at.tokens)}, float(run.loss)});
    const auto& [at, loss] = rounded.back();
    same.push_back({{double(at.parameters), double(at.tokens)}, double(loss)});
  }
  CHECK(sc::fit_isoflop(rounded).parameters.trend == sc::fit_isoflop(same).parameters.trend);
}

TEST_CASE("long double keeps its digits") {
  const sc::chinchilla<long double> law = sc::published::hoffmann_2022_printed<long double>;
  const sc::isoflop_exponents<long double> exponents{law.alpha, law.beta};
  const auto result = sc::fit_isoflop(sweep_of<long double>(law, 8), {.assuming = exponents, .remove_bias = true});
  const long double exact = law.beta / (law.alpha + law.beta);
  // As in double, with rounding 2000 times smaller where long double has 64 bits.
  CHECK(std::abs(result.parameters.trend.exponent / exact - 1) < 5e4L * std::numeric_limits<long double>::epsilon());
}

TEST_CASE("real sweeps give the answer of an independent computation in 50 digits") {
  struct budget {
    double flops;
    std::size_t runs;
    double parameters, tokens, loss, error;
  };
  struct {
    const char* file;
    std::vector<budget> budgets;
    double a, a_error, b, b_error;
  } const answers[] = {
      {"isoflop_marin_comma.csv",
       {{9e18, 10, 4.628200502378798e+08, 3.603248655336127e+09, 3.699418934199973, 2.953547401940537e-02},
        {1.8e19, 15, 5.980964134363142e+08, 5.448738131150007e+09, 3.573514598584740, 2.741133721690465e-02},
        {3e19, 10, 7.831333894879936e+08, 6.811593712405817e+09, 3.490889120537720, 4.010017847352299e-02},
        {9e19, 15, 1.287372519290636e+09, 1.207040707508808e+10, 3.324454360618369, 5.127156637187488e-02},
        {1.8e20, 15, 1.670657985580053e+09, 1.824831612506969e+10, 3.201996707236985, 5.230643820338524e-02},
        {3e20, 15, 1.988671091759912e+09, 2.522410746034510e+10, 3.110221354497745, 4.144390659882063e-02}},
       0.4264065992018242,
       0.0112605661800156,
       0.5445545908505285,
       0.0116274508009686},
      {"isoflop_marin_dclm.csv",
       {{9e18, 10, 4.966239771664759e+08, 3.320632590717443e+09, 3.534411530466703, 3.225708831218272e-02},
        {1.8e19, 15, 6.597227743303491e+08, 4.880169088894654e+09, 3.405986433538448, 2.468114942778359e-02},
        {3e19, 10, 8.567484645504919e+08, 6.167167656011579e+09, 3.316286993743647, 3.396401997666672e-02},
        {9e19, 15, 1.419833564293811e+09, 1.086556889209605e+10, 3.140796666351814, 3.731327331086885e-02},
        {1.8e20, 14, 1.795734244407707e+09, 1.667562281248749e+10, 3.040784029521152, 3.958482320675997e-02},
        {3e20, 15, 2.228193815757016e+09, 2.232461684020507e+10, 2.947044638622199, 3.524377387554428e-02}},
       0.4316649037207324,
       0.0102274751825430,
       0.5391682386143595,
       0.0100055273915569}};
  for (const auto& [name, expected, a, a_error, b, b_error] : answers) {
    CAPTURE(name);
    const auto file = support::reference_file(std::string("data/") + name);
    if (!file) return;
    std::vector<double> labels;
    const auto runs = support::runs(*file, [&](const support::row& one) {
      if (one.at("flagged_outlier") != "0") return false;
      labels.push_back(support::number(one, "flop_budget"));
      return true;
    });
    const auto result = sc::fit_isoflop(runs, {.budgets = labels});
    REQUIRE(result.budgets.size() == expected.size());
    // Rounding of losses of 3 whose curves rise by 0.1 and more: some 1e-14 of ln N*.
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto& got = result.budgets[i];
      CHECK(got.minimum == sc::isoflop_minimum::inside);
      CHECK(got.flops == expected[i].flops);
      CHECK(got.observation_count == expected[i].runs);
      CHECK(off(got.parameters, expected[i].parameters) < 1e-12);
      CHECK(off(got.tokens, expected[i].tokens) < 1e-12);
      CHECK(off(got.loss, expected[i].loss) < 1e-13);
      CHECK(off(got.log_parameters_error, expected[i].error) < 1e-11);
    }
    CHECK(off(result.parameters.trend.exponent, a) < 1e-12);
    CHECK(off(result.parameters.exponent_error, a_error) < 1e-11);
    CHECK(off(result.tokens.trend.exponent, b) < 1e-12);
    CHECK(off(result.tokens.exponent_error, b_error) < 1e-11);
    // These budgets are not 6 N D: by that the runs of one budget differ by 40 %, and must be told apart by their owner.
    CHECK_THAT(refusal(runs, sc::isoflop_options<double>{.tolerance = 0.3}), ContainsSubstring("options.budgets"));
  }
}

TEST_CASE("what cannot be meant is refused by name") {
  const auto runs = parabolas();
  using options = sc::isoflop_options<double>;
  const auto sized = [&](double value) { return std::vector<double>(runs.size(), value); };
  CHECK_THAT(refusal(runs, options{.budgets = {1e18}}),
             ContainsSubstring("number of budgets = 1, must be that of the observations, 20"));
  CHECK_THAT(refusal(runs, options{.weights = sized(-1)}), ContainsSubstring("weights[0] = -1, must be positive"));
  CHECK_THAT(refusal(runs, options{.remove_bias = true}), ContainsSubstring("needs options.assuming"));
  CHECK_THAT(refusal(runs, options{.assuming = sc::isoflop_exponents<>{0.3, 0}}), ContainsSubstring("beta = 0"));
  CHECK_THAT(refusal(runs, options{.tolerance = 0}), ContainsSubstring("tolerance = 0"));
  CHECK_THAT(refusal(runs, options{}, {.factor = 0}), ContainsSubstring("cost.factor = 0"));
  CHECK_THAT(refusal(runs, options{}, {.tokens_power = 0}), ContainsSubstring("cost.tokens_power = 0"));
  CHECK_THAT(refusal({runs[0], runs[1]}, options{}), ContainsSubstring("number of observations = 2"));
  auto bad = runs;
  bad[4].loss = std::nan("");
  CHECK_THAT(refusal(bad, options{}), ContainsSubstring("scaling::fit_isoflop: observation 4: loss"));
  auto between = runs;
  for (int i = 1; i < 30; ++i) {  // a ladder of budgets with steps of 8 %
    between.push_back(runs[0]);
    between.back().at.tokens *= std::pow(1.08, i);
  }
  CHECK_THAT(refusal(between, options{}), ContainsSubstring("are not parted by any step of more than tolerance = 0.1"));
  CHECK_THROWS_AS(sc::bias_of_isoflop(std::vector<double>{1, 2, 2}, of_printed), std::invalid_argument);
  CHECK_THROWS_AS(sc::bias_of_isoflop(std::vector<double>{1, 2, -2}, of_printed), std::domain_error);
}

TEST_CASE("three runs of a budget, each given twice, had a standard error of rounding") {
  sweep<double> once{{{1e8, 1e10}, 3.1}, {{2e8, 5e9}, 3.0}, {{4e8, 2.5e9}, 3.07}}, twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  CHECK(std::isnan(sc::fit_isoflop(twice).budgets[0].log_parameters_error));
  twice.back().loss += 0.01;
  CHECK(sc::fit_isoflop(twice).budgets[0].log_parameters_error > 1e-3);
}

TEST_CASE("three runs are as few as a parabola goes through, and fewer are refused") {
  std::vector<sc::observation<>> runs{{{1e8, 4e9}, 3.1}, {{2e8, 2e9}, 3.0}, {{4e8, 1e9}, 3.2}};
  CHECK(sc::fit_isoflop(runs).budgets.size() == 1);
  runs.pop_back();
  CHECK_THROWS_AS(sc::fit_isoflop(runs), std::invalid_argument);
}
