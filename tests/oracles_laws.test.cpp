// Losses and trends: the known answers of tests/data/oracles.csv that the laws and the published sets must give.
// SPDX-License-Identifier: BSL-1.0
#include <limits>
#include <string>

#include <scaling/laws.hpp>

#include "support/catch.hpp"
#include "support/oracles.hpp"

namespace {

using namespace scaling;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double day = flops_per_petaflop_day<>;

}  // namespace

TEST_CASE("Kaplan's losses and trends are the known ones, and so are their relatives'") {
  support::oracles check("oracles_laws");

  const auto by_size = published::kaplan_2020_parameters<>;
  const auto joint = published::kaplan_2020<>;
  check("kap_LN_1e8", by_size(1e8));
  check("kap_LN_1e9", by_size(1e9));
  check("kap_LN_ratio2", by_size(2e9) / by_size(1e9));
  check("kap_LD_22e9", published::kaplan_2020_tokens<>(2.2e10));
  check("kap_LCmin_1", published::kaplan_2020_compute_min<>(day));
  check("kap_LC_naive_1", published::kaplan_2020_compute<>(day));
  check("kap_LND_T2", joint(1e9, 2.2e10));
  check("kap_LND_intro", kaplan<>{8.8e13, 5.4e13, 0.076, 0.095}(1e9, 2.2e10));
  check("kap_LND_Dinf", joint(1e9, infinity));
  check("kap_LNS", published::kaplan_2020_steps<>(1e9, 1e5));

  const auto critical = published::kaplan_2020_critical_batch<>;
  const batch_tradeoff<> usual{524288, critical(3)}, at_critical{critical(3), critical(3)};
  check("kap_Bcrit_3", critical(3));
  check("kap_Bcrit_double", critical(0.87) / critical(1));
  check("kap_Smin", usual.least_steps(2.5e5));
  check("kap_Cmin", usual.least_flops(10));
  REQUIRE(at_critical.steps_factor() == 2);
  check("kap_tradeoff", at_critical.flops_factor());

  const auto fitted = published::kaplan_2020_frontier<>;
  const auto one = fitted(day), two = fitted(2 * day), ten = fitted(10 * day);
  check("kap_Nopt_1e21", fitted(1e21 / 2).parameters);
  check("kap_T6_identity", 6 * one.parameters * one.batch * one.steps / day);
  check("kap_T6_expsum", fitted.parameters.exponent + fitted.batch.exponent + fitted.steps.exponent);
  check("kap_10x", {ten.parameters / one.parameters, ten.tokens / one.tokens});
  check("kap_2x", {two.parameters / one.parameters, two.tokens / one.tokens});
  const auto needed = published::kaplan_2020_tokens_needed<>;
  check("kap_data_rule", needed(1e9));
  check("kap_8x", needed(8) / needed(1));

  // What the laws imply, with alpha_N = 0.076: the exponents, and where it is efficient to stop
  const kaplan_steps<> steps{8.8e13, 2.1e3, 0.076, 0.76};
  const auto implied = theoretical_frontier(steps, critical);
  check("kap_aCmin_a", implied.parameters.exponent * steps.alpha_N);
  check("kap_aCmin_over_aN", implied.parameters.exponent);
  const auto best = implied(day);
  check("kap_convergence", steps(best.parameters, best.steps) / steps(best.parameters, infinity) - 1);

  // A model that stops at 1 + f of its converged loss, against one that stops at 1.02, for the same loss of 3
  const auto size = [&](double f) { return run_for_loss(by_size, 3 / (1 + f)).parameters; };
  const auto of = [&](double f) { return steps_for_loss(steps, size(f), 3); };
  const auto flops = [&](double f) { return flops_for_loss(steps, critical, size(f), 3); };
  check("kap_B12", size(0.1) / size(0.02));
  check("kap_B13", of(0.1) / of(0.02));
  check("kap_B14", flops(0.1) / flops(0.02));
  check("kap_B16_2.2", relative_flops(published::kaplan_2020_steps<>, 2.2));
  check("kap_B16_0.6", relative_flops(published::kaplan_2020_steps<>, 0.6));
  check("kap_B17_2.2", relative_steps(published::kaplan_2020_steps<>, 2.2));

  // The same forms with the numbers of others
  check("clark_dense", pure_loss_of_parameters<>{3.568e13, 0.078}(1e9));
  check("porian_Lstar", loss_of_compute<>{2.01, 128.93, 0.106}(8e19));
  check("porian_kap", power_trend<>{1.6e9, 0.88}(5.88e23 / day));
  check("llama3", power_trend<>{0.299, 0.537}(3.8e25));
  check("ds_hp", {power_trend<>{0.3118, -0.1250}(1e20), power_trend<>{0.2920, 0.3271}(1e20)});
  check("step", {power_trend<>{1.79, -0.713}(1e9) * power_trend<>{1, 0.307}(1e11), power_trend<>{0.58, 0.571}(1e11)});
  check("porian_hp", {power_trend<>{0.00037, 0.703}(1.08e8), power_trend<>{3.7, -0.36}(1.08e8)});
  check("ds_alloc", power_trend<>{0.1715, 0.5243}(1e20) * power_trend<>{5.8316, 0.4757}(1e20) / 1e20);

  // Chinchilla's law
  const auto& repeating = published::muennighoff_2023<>;
  const auto check_set = [&](const std::string& set, const chinchilla<>& law) {
    check(set + "_L_chin", law(7e10, 1.4e12));
    check(set + "_L_gopher", law(2.8e11, 3e11));
  };
  check_set("hoffmann_2022_printed", published::hoffmann_2022_printed<>);
  check_set("hoffmann_2022", published::hoffmann_2022<>);
  check_set("besiroglu", published::besiroglu_2024<>);
  check_set("muennighoff_c4", {repeating.E, repeating.A, repeating.B, repeating.alpha, repeating.beta});
  check("kraj_dense", chinchilla<>{0.47, 16.3, 26.7, 0.126, 0.127}(1e9, 1e11));
  const auto term = [](double beta) { return chinchilla<>{0, 0, 410.7, 0.34, beta}(1e10, 1e11); };
  check("bes_round", term(0.28) / term(0.2849) - 1);

  // Repeated data
  check("mu_6.34", repeating(6.34e9, 242e9, 25e9));
  check("mu_8.67", repeating(8.67e9, 178e9, 25e9));
  check("mu_8.7_1ep", repeating(8.7e9, 178e9, 178e9));
  check("mu_8.7_4ep", repeating(8.7e9, 178e9, 44e9));
  check("mu_UN", repeating.base_parameters(1));
  check("mu_TPP", 1 / repeating.base_parameters(1));
  for (const std::string epochs : {"2", "4", "8", "16", "40"})
    check("mu_Deff_" + epochs, repeating.effective_tokens(std::stod(epochs), 1));
  check("mu_Deff_inf", repeating.effective_tokens(infinity, 1));
  // exact is meant: 781/256, of which a double's logarithm and exponential may lose the last bit
  check("mu_geo", static_cast<double>(effective_tokens_by_share<long double>(5, 1, 0.25L)));
  check("mu_exp", effective_count(5.0, 1.0, 3.0));
  check("mu_exp100", effective_count(101.0, 1.0, 3.0));
  check("seed_Deff_1epoch", saturating_fraction(1.0, 1.0));
  const auto &usual_decay = published::lovelace_2026_weight_decay_0_1<>,
             &strong_decay = published::lovelace_2026_weight_decay_1_0<>;
  check("love_P", {usual_decay.P, strong_decay.P});
  check("love_pen", usual_decay(2.5e8, 16e8, 1e8));

  // Over-training
  const auto check_gadre = [&](const std::string& id, double N, double tokens_per_parameter) {
    check(id, published::gadre_2024_c4<>(N, tokens_per_parameter * N));
  };
  check_gadre("gad_L_1.4B", 1.4e9, 640);
  check_gadre("gad_L_6.9B", 6.9e9, 20);
  const downstream_error<> rounded{0.850, 2.08, 0.756};
  check("gad_Err4", {rounded(4), rounded(3)});

  check.finish();
}
