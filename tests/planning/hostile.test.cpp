// Faults that fuzzing found in the plans, each by its symptom.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include <scaling/planning.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/disguised.hpp"

namespace {

using Catch::Matchers::ContainsSubstring;
namespace sc = scaling;

const auto beyond = ContainsSubstring("must be one whose plan is within the range of the type");

/// A finite law whose ratio of terms, infinity over infinity, is no number.
constexpr double most = std::numeric_limits<double>::max();
constexpr sc::chinchilla<> steep{.E = 0, .A = most, .B = 10, .alpha = 6.3, .beta = most};

constexpr sc::chinchilla<> in_double(const sc::chinchilla<float>& law) {
  return {double(law.E), double(law.A), double(law.B), double(law.alpha), double(law.beta)};
}
double off(float got, double want) { return std::abs(double(got) / want - 1); }

}  // namespace

TEST_CASE("a finite law at the ends of the range gets a refusal for a plan, not NaN") {
  CHECK_THROWS_WITH(sc::compute_optimal(steep, 10.0), beyond);
  CHECK_THROWS_WITH(sc::compute_optimal_for_parameters(steep, 6.3), beyond);
  CHECK_THROWS_WITH(sc::compute_optimal_for_tokens(steep, 6.3), beyond);
  CHECK_THROWS_WITH(
      sc::compute_optimal(
          sc::lovelace<>{.E = 0, .A = most, .B = 10, .alpha = 6.3, .beta = most, .P = 0, .delta = 1, .kappa = 1}, 10.0,
          1e9),
      beyond);
  CHECK_THROWS_WITH(sc::compute_optimal_for_loss(sc::chinchilla<>{0, 1e101, 1e-199, 1e166, 1e-290}, 1e119), beyond);
}

TEST_CASE("a plan of no parameters, of no tokens or of infinitely many was given where the type ends") {
  constexpr sc::chinchilla<float> flat{2.03025484F, 0.163438171F, 3096.15942F, 0.0744821578F, 0.0718681738F};
  CHECK_THROWS_WITH(sc::compute_optimal(flat, 5e23F), beyond);  // in double 6e40 tokens
  constexpr sc::chinchilla<float> steady{1.8F, 480, 2085, 0.35F, 0.37F};
  CHECK_THROWS_WITH(sc::compute_optimal_for_parameters(steady, 1e38F), beyond);
  CHECK_THROWS_WITH(sc::compute_optimal_for_loss(steady, 1.8000001F), beyond);
  constexpr sc::chinchilla<> slow{2.15812146, 0.00130780029, 7879621.6, 0.00820790804, 0.0171208393};
  CHECK_THROWS_WITH(sc::compute_optimal_for_non_embedding_flops(slow, {1705.55}, 9.84637e23), beyond);
}

TEST_CASE("a plan for serving was that of nothing to serve, where training it is beyond the type") {
  constexpr auto law = sc::published::hoffmann_2022<float>;
  CHECK_THROWS_WITH(sc::inference_aware(law, 1.69442368F, 1e20F), beyond);
  const auto wide = sc::inference_aware(sc::published::hoffmann_2022<>, double(1.69442368F), 1e20);
  CHECK(wide.training_flops > double(std::numeric_limits<float>::max()));
}

TEST_CASE("plans in float with limited data missed their budget by some per cent where a power of U is subnormal") {
  const sc::training_cost cost{6, 1, 2};
  for (const double U : {1e20, 5e21, 1e22}) {
    CAPTURE(U);
    const auto plan = sc::compute_optimal(sc::published::muennighoff_2023<float>, 1e25F, static_cast<float>(U), cost);
    const auto wide = sc::compute_optimal(sc::published::muennighoff_2023<>, 1e25, U, cost);
    CHECK(std::abs(6 * double(plan.parameters) * std::pow(double(plan.tokens), 2) / 1e25 - 1) < 1e-4);
    CHECK(std::abs(double(plan.parameters) / wide.parameters - 1) < 1e-3);
  }
}

TEST_CASE("a plan in float with limited data was refused where the powers of its budget alone are beyond float") {
  const sc::training_cost cost{6, 0.526, 0.764};
  const auto plan = sc::compute_optimal(sc::published::muennighoff_2023<float>, 1.66e22F, 1.93e9F, cost);
  const auto wide = sc::compute_optimal(sc::published::muennighoff_2023<>, 1.66e22, 1.93e9, cost);
  CHECK(std::abs(double(plan.parameters) / wide.parameters - 1) < 1e-3);
}

TEST_CASE("a budget that overflows as a power of itself has a run all the same") {
  const sc::training_cost cost{1.35, 1.78, 0.51};  // (2e241)^(1/0.51) is infinite, and (5e132)^(-1.78/0.51) is 0
  const sc::chinchilla<> law{0.42, 4.8, 1e8, 0.0625, 1.8};
  const auto plan = sc::isoflop_run(law, 2e241, 5e132, cost);
  CHECK(plan.loss < 1e8);
  const double spent = std::log(1.35) + 1.78 * std::log(plan.parameters) + 0.51 * std::log(plan.tokens);
  CHECK(std::abs(spent - std::log(2e241)) < 1e-12 * 555);  // rounding of logs, of which the largest is 555
}

TEST_CASE("what is read off a plan was wrong where its tokens are beyond the type, and needs none of them") {
  constexpr sc::chinchilla<float> slow{3.040591717F, 6761.703125F, 0.08100229502F, 0.04559417814F, 0.02750396915F};
  constexpr auto wide = in_double(slow);
  constexpr float flops = 8.282846769e36F;
  CHECK_THROWS_WITH(sc::compute_optimal(slow, flops), beyond);
  CHECK(off(sc::reducible_loss(slow, flops), sc::reducible_loss(wide, double(flops))) < 1e-5);
  CHECK(off(sc::return_per_flop(slow, flops), sc::return_per_flop(wide, double(flops))) < 1e-5);
  CHECK(off(sc::isoflop_curvature(slow, flops), sc::isoflop_curvature(wide, double(flops))) < 1e-5);
  CHECK(off(sc::isoflop_penalty(slow, flops, 2.0F), sc::isoflop_penalty(wide, double(flops), 2.0)) < 1e-5);
  CHECK_THROWS_WITH(sc::reducible_loss(steep, 10.0), ContainsSubstring("flops = 10, must be one whose loss is within"));
}

TEST_CASE("a plan for serving spent a thousandth of its budget where a step on the way is beyond the type") {
  constexpr sc::chinchilla<float> law{3.473537445F, 3041123.75F, 1389.904297F, 0.2906294167F, 0.3195766509F};
  constexpr sc::training_cost cost{0.02515849005, 0.06806950242, 0.5947276362};
  const auto got = sc::inference_aware_for_flops(law, 1.856562115e29F, 6.236559F, cost);
  const auto want = sc::inference_aware_for_flops(in_double(law), 1.856562115e29, 6.236559, cost);
  CHECK(off(got.parameters, want.parameters) < 1e-4);
  CHECK(std::abs(double(got.training_flops + got.inference_flops) / 1.856562115e29 - 1) < 1e-5);
}

TEST_CASE("a plan with limited tokens was one epoch where the parameters of these are too few for a ratio") {
  constexpr sc::muennighoff<float> law{0,           105.796799F, 480.426178F, 0.0579766519F,
                                       1.21631229F, 47.6387367F, 64.6678696F};
  const sc::muennighoff<> wide{
      0, double(law.A), double(law.B), double(law.alpha), double(law.beta), double(law.R_D_star), double(law.R_N_star)};
  const auto got = sc::compute_optimal(law, 5.7993094e19F, 4.1158156F);
  const auto want = sc::compute_optimal(wide, double(5.7993094e19F), double(4.1158156F));
  CHECK(off(got.parameters, want.parameters) < 1e-4);  // ten epsilon log(flops), as promised: 5e-5
  CHECK(off(got.loss, want.loss) < 1e-6);              // a few units
}

TEST_CASE("a plan for serving was refused where the search for it passed tokens beyond the type") {
  constexpr sc::chinchilla<float> law{1.71598732F, 1493.94055F, 85.7665176F, 0.48317945F, 0.258720338F};
  const auto got = sc::inference_aware(law, 2.42202520F, 2.04523096e17F);
  const auto want = sc::inference_aware(in_double(law), double(2.42202520F), double(2.04523096e17F));
  CHECK(off(got.parameters, want.parameters) < 1e-5);  // log(flops) units, as promised: 6e-6
  CHECK(off(got.tokens, want.tokens) < 1e-5);
}

TEST_CASE("plans were refused, or a few per cent off, where a power on the way is beyond the type or subnormal") {
  constexpr sc::chinchilla<float> falling{0, 1334.79248F, 0.5937821865F, 0.05971411616F, 1.067829847F};
  constexpr sc::training_cost dear{263.473578, 2.50376188, 18.74151195};
  CHECK(off(sc::compute_optimal_for_parameters(falling, 92213800.0F, dear).flops,
            sc::compute_optimal_for_parameters(in_double(falling), 92213800.0, dear).flops) < 1e-3);  // it was 2.7 %
  constexpr sc::chinchilla<float> slow{0, 0.06997941434F, 150.2738037F, 0.1542888284F, 0.05399286747F};
  constexpr sc::training_cost cheap{418.37621, 0.2921045782, 0.1806040413};
  CHECK(off(sc::compute_optimal(slow, 1.675656836e-10F, cheap).tokens,
            sc::compute_optimal(in_double(slow), 1.675656836e-10, cheap).tokens) < 1e-3);  // it was 4 %
  constexpr sc::chinchilla<float> refused{0, 0.6907619834F, 177736.0156F, 0.08901681751F, 0.760540247F};
  constexpr sc::training_cost tokens{0.01086999517, 0.04024803766, 1.920278835};
  CHECK(off(sc::compute_optimal(refused, 8.89140609e11F, tokens).parameters,
            sc::compute_optimal(in_double(refused), 8.89140609e11, tokens).parameters) < 1e-3);
  constexpr sc::chinchilla<float> large{1.731F, 2551.03F, 972.155F, 0.30318877F, 0.51001167F};
  constexpr sc::training_cost both{3.00724, 6.69616, 10.69277};
  CHECK(off(sc::worthwhile_tokens(large, 546364.1875F, {1, 1 / 8.39e30F}, both),
            sc::worthwhile_tokens(in_double(large), 546364.1875, {1, 1 / 8.39e30}, both)) < 1e-3);  // it was 0
  constexpr sc::chinchilla<> rich{1.92, 3.06e-05, 198729.4, 0.02279, 0.023666};
  CHECK(sc::worthwhile_plan(rich, {1, 1 / 1.879e24}, {83.98, 0.0353, 0.4975}).flops > 1e26);
}

TEST_CASE("the tokens for a loss lost their digits where tokens are cheap") {
  constexpr auto law = sc::published::hoffmann_2022<float>;
  const auto got = sc::compute_optimal_for_loss(law, 4.0F, {6, 1, 1e-6});
  const auto want = sc::compute_optimal_for_loss(sc::published::hoffmann_2022<>, 4.0, {6, 1, 1e-6});
  CHECK(std::abs(double(got.tokens) / want.tokens - 1) < 1e-5);  // it was 7 % off
}

TEST_CASE("a user's law that is flat to its last digit had a plan, one of millions of epochs") {
  const support::disguised<sc::muennighoff> law(sc::published::muennighoff_2023<>);
  CHECK_THROWS_WITH(sc::compute_optimal(law, 1e22, 1e6), ContainsSubstring("must be a budget at which the law has an"));
  CHECK(sc::compute_optimal(law, 1e22, 25e9).epochs > 9);
}

TEST_CASE("the exponent of a plan without the embedding was 0 where its tokens are beyond the type") {
  constexpr sc::chinchilla<float> slow{3.040591717F, 6761.703125F, 0.08100229502F, 0.4F, 0.02750396915F};
  CHECK_THROWS_WITH(sc::local_loss_exponent(slow, {100}, 1e9F), beyond);
  CHECK(sc::local_loss_exponent(sc::published::hoffmann_2022<float>, {100}, 1e9F) < 0);
}

TEST_CASE("a budget of e^64 times too much was the cheapest for a loss that the least budget asked for reaches") {
  constexpr sc::lovelace<> law{1.717, 23878.7, 265.5, 0.497, 0.1928, 0.0335, 1, 0.5347};
  constexpr sc::training_cost cost{0.5436, 5.197, 0.4767};
  CHECK_THROWS_WITH(sc::compute_optimal_for_tokens(law, 1.346247858514767e15, 1.8355e14, cost),
                    ContainsSubstring("must be a count that is best for some budget"));
}

TEST_CASE("Lovelace's plan was one epoch of an enormous model where the harm to that is beyond the type") {
  constexpr sc::lovelace<float> law{2.18530822F,  304.802032F,     573.911072F, 0.349592626F,
                                    0.297589272F, 9.53404611e-30F, 1.89548612F, 4.49789143F};
  const auto plan = sc::compute_optimal(law, 9.2223925e20F, 270077.156F);
  CHECK(std::abs(double(plan.parameters) / 7.494e8 - 1) < 1e-3);  // by a grid of 200,000 in double
  CHECK(std::abs(double(plan.loss) / 2.677 - 1) < 1e-3);
  constexpr sc::lovelace<> dear{1.99954,    15772.2088,  6182708.716, 1.85953937,
                                1.14351218, 7.31527e-06, 0.813593434, 4.16577735};
  CHECK(std::abs(sc::compute_optimal(dear, 1.40747e21, 6.55006, {84.4309, 0.20791046, 3.82126074}).loss / 53.05 - 1) <
        1e-3);
}

TEST_CASE("a loss that Kaplan's plan reaches was refused where a ratio on the way is beyond the type") {
  constexpr sc::kaplan<> law{1978892859.8559029, 7473142989123680, 0.91911465734254461, 0.028227568603276788};
  const auto plan = sc::compute_optimal(law, 4e31);
  const auto back = sc::compute_optimal_for_loss(law, plan.loss);
  CHECK(std::abs(back.parameters / plan.parameters - 1) < 1e-9);
}

TEST_CASE("returns and runs of a budget, where a power on the way is beyond the type or subnormal") {
  constexpr sc::chinchilla<float> law{2.08634925F, 4916.113770F, 9404033.0F, 0.204272389F, 0.0569234379F};
  CHECK_THROWS_WITH(sc::returns_at(law, {13566301.0F, 142145568.0F}, {0.0106222817, 3.6107687, 1.9134538}),
                    ContainsSubstring("must be one whose cost is within the range of the type"));
  constexpr sc::chinchilla<float> flat{0.371F, 10918306.0F, 42.8F, 0.7187F, 0.1029F};
  const auto run = sc::isoflop_run(flat, 1.18032e-8F, 2797.6755F, {7.13644, 9.99393, 2.30353});
  CHECK(std::abs(double(run.tokens) / 1.71307e-19 - 1) < 1e-4);  // it was 2e-3 off
}

TEST_CASE("a searched plan was refused where a step of the search leaves the type") {
  constexpr sc::chinchilla<float> law{0.7757F, 465.3895F, 46297.285F, 1.24349F, 0.0959041F};
  const auto want = sc::compute_optimal(law, 2.9087e31F);
  const auto got = sc::compute_optimal(support::disguised<sc::chinchilla, float>(law), 2.9087e31F);
  CHECK(std::abs(double(got.parameters) / double(want.parameters) - 1) < 1e-4);
}

TEST_CASE(
    "a user's law that is flat at the middle of all budgets had no cheapest one for a loss, a size or its tokens") {
  constexpr sc::muennighoff<> known{0.05, 227.930531, 151.625941, 1.06777471, 0.474830512, 2.74202809, 18.8643474};
  const support::disguised<sc::muennighoff> law(known);
  const double U = 2.46509619352e15;
  const auto plan = sc::compute_optimal(law, 3.3254e26, U);
  CHECK(std::abs(sc::compute_optimal_for_loss(law, plan.loss, U).flops / 3.3254e26 - 1) < 1e-6);
  CHECK(std::abs(sc::compute_optimal_for_parameters(law, plan.parameters, U).flops / 3.3254e26 - 1) < 1e-6);
  CHECK(std::abs(sc::compute_optimal_for_tokens(law, plan.tokens, U).flops / 3.3254e26 - 1) < 1e-6);
}

TEST_CASE("factors of compute beyond the type are refused") {
  constexpr sc::chinchilla<float> slow{1, 400, 400, 0.01F, 0.01F};
  CHECK_THROWS_WITH(sc::halving_factor(slow), ContainsSubstring("must be large enough for a factor that T has"));
}

TEST_CASE("one epoch was the plan of a user's law that falls away from it to where it is flat to its last digit") {
  const sc::muennighoff<float> known{0.887353122F, 1.48632571e-5F, 2.95317705e-7F, 1.07041585F,
                                     1.07041585F,  7.28542614F,    0.866894364F};
  CHECK_THROWS_WITH(sc::compute_optimal(support::disguised<sc::muennighoff, float>(known), 4.39060271304e25F,
                                        0.300489753485F, {6e18, 1, 1}),
                    ContainsSubstring("must be a budget at which the law has an optimum"));
}

TEST_CASE("a refusal named a function that nobody had called") {
  const sc::chinchilla<> endless{1.7, 0, 400, 0.3, 0.3};
  const sc::muennighoff<> endless_repeated{1.7, 0, 400, 0.3, 0.3, 15, 5};
  const sc::lovelace<> endless_penalised{1.7, 0, 400, 0.3, 0.3, 0.02, 1, 1};
  const support::disguised<sc::chinchilla> others(endless);
  const auto named = [](const std::string& function, const std::string& what) {
    return ContainsSubstring("scaling::" + function + ": " + what + " = ");
  };
  CHECK_THROWS_WITH(sc::compute_saved(endless, endless, 2.0), named("compute_saved", "A"));
  CHECK_THROWS_WITH(sc::worthwhile_plan(endless, {1e9, 1e-17}), named("worthwhile_plan", "A"));
  CHECK_THROWS_WITH(sc::inference_aware_for_flops(others, 1e21, 1e12),
                    named("inference_aware_for_flops", "lifetime_flops"));
  CHECK_THROWS_WITH(sc::compute_optimal_for_loss(endless_repeated, 2.0, 1e10), named("compute_optimal_for_loss", "A"));
  CHECK_THROWS_WITH(sc::compute_optimal_for_parameters(endless_penalised, 1e9, 1e10),
                    named("compute_optimal_for_parameters", "A"));
  CHECK_THROWS_WITH(sc::unique_tokens_for_loss(endless_repeated, 2.0, 1e21), named("unique_tokens_for_loss", "A"));
  CHECK_THROWS_WITH(sc::best_epochs(sc::lovelace<>{1.7, 480, 400, 0.3, 0.3, 0.02, 1, 1}, 1e9, -1.0),
                    named("best_epochs", "unique_tokens"));
}
