// Plans: the known answers of tests/data/oracles.csv that the planning headers must give.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <string>

#include <scaling/kaplan.hpp>
#include <scaling/planning.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/oracles.hpp"

namespace {

using namespace scaling;

constexpr double gopher = 5.76e23;
constexpr auto tex = published::hoffmann_2022<>;
constexpr auto besiroglu = published::besiroglu_2024<>;
constexpr chinchilla<> four_digits{.E = 1.6934, .A = 406.4, .B = 410.7, .alpha = 0.3392, .beta = 0.2849};

chinchilla<> fresh_c4() {
  const auto& law = published::muennighoff_2023<>;
  return {law.E, law.A, law.B, law.alpha, law.beta};
}

/// The exponent of the best size in the compute, where every parameter counts.
double exponent(const chinchilla<>& law) { return local_parameter_exponent(law, embedding_correction<>{0}, 1e9); }

/// The exponent of the tokens, from two budgets.
double exponent_of_tokens(const chinchilla<>& law) {
  return std::log10(compute_optimal(law, 1e24).tokens / compute_optimal(law, 1e20).tokens) / 4;
}

}  // namespace

TEST_CASE("Plans by Chinchilla's law are the known ones") {
  support::oracles check("oracles_planning");

  const auto check_set = [&](const std::string& set, const chinchilla<>& law) {
    const auto plan = compute_optimal(law, gopher);
    check(set + "_G", compute_optimal(law, 6).parameters);
    check(set + "_a", exponent(law));
    check(set + "_Nopt", plan.parameters);
    check(set + "_Dopt", plan.tokens);
    check(set + "_TPP", plan.tokens / plan.parameters);
    check(set + "_Lopt", plan.loss);
  };
  check_set("hoffmann_2022_printed", published::hoffmann_2022_printed<>);
  check_set("hoffmann_2022", tex);
  check_set("besiroglu", besiroglu);
  check_set("muennighoff_c4", fresh_c4());
  check("hof_tex_40B", compute_optimal(tex, gopher).parameters);
  check("hof_a46", {exponent(tex), exponent_of_tokens(tex)});
  const auto small = compute_optimal_for_parameters(tex, 4e8);
  check("hof_A3_400M_tex", {small.flops, small.tokens});
  check("hof_A3_280B", isoflop_run(tex, 3.52e25, 2.8e11).tokens);
  const double day = flops_per_petaflop_day<>;
  check("kap_eq6.7", isoflop_run(tex, 2 * day, published::kaplan_2020_frontier<>(day).parameters).tokens);
  check("bes_a_t3", exponent({.E = 1, .A = 1, .B = 1, .alpha = 0.345, .beta = 0.452}));
  check("czech_Dstar", {compute_optimal(chinchilla<>{1.69, 406.4, 410.7, 0.34, 0.28}, 1e24).tokens,
                        compute_optimal(chinchilla<>{1.69, 400, 400, 0.31, 0.31}, 1e24).tokens});

  const auto repeated = compute_optimal(published::muennighoff_2023<>, 1e22, 25e9);
  check("mu_cont", {repeated.parameters, repeated.tokens, repeated.epochs, repeated.loss});

  const auto check_served = [&](const std::string& id, double chinchilla_size, double served) {
    const auto before = compute_optimal_for_parameters(tex, chinchilla_size);
    const auto plan = inference_aware(tex, before.loss, served);
    const double all_before = before.flops + 2 * before.parameters * served;
    const double all = plan.training_flops + plan.inference_flops;
    check(id, {plan.parameters, plan.tokens / before.tokens, 1 - all / all_before});
    return plan;
  };
  check_served("sar_7B", 7e9, 1e11);
  check_served("sar_30B", 30e9, 1e13);
  const auto thirteen = check_served("sar_13B", 13e9, 2e12);
  const auto slope = slopes_of(tex, {thirteen.parameters, thirteen.tokens}).slope;
  check("sar_wedge", slope[0] / slope[1]);

  // Without the embedding
  const auto correction = published::pearce_2024<>;
  const auto check_reconciled = [&](const std::string& set, const chinchilla<>& law) {
    check("pearce_small_" + set, local_parameter_exponent(law, correction, 1e-18));
    check("pearce_large_" + set, local_parameter_exponent(law, correction, 1e30));
    for (const std::string size : {"1e+06", "1e+08", "1e+09"}) {
      const double N = std::stod(size);
      check("pearce_g_" + set + "_" + size, local_parameter_exponent(law, correction, N));
      check("pearce_C_" + set + "_" + size, non_embedding_flops_at(law, correction, N));
    }
  };
  check_reconciled("epoch", besiroglu);
  check_reconciled("chin", four_digits);

  const non_embedding_budgets<double> study{.from = std::pow(10, 12.95), .to = std::pow(10, 20.7)};
  const auto line = [&](const chinchilla<>& law, double omega) {
    return straight_line_exponents(law, embedding_correction<>{omega}, study);
  };
  const auto reducible = [](chinchilla<> law) {
    law.E = 0;
    return law;
  };
  const auto of_besiroglu = line(besiroglu, correction.omega), of_hoffmann = line(four_digits, correction.omega);
  check("pearce_sim_epoch", {of_besiroglu.parameters, of_besiroglu.loss});
  check("pearce_sim_chin", {of_hoffmann.parameters, of_hoffmann.loss});
  const auto all_of_besiroglu = line(reducible(besiroglu), 0), all_of_hoffmann = line(reducible(four_digits), 0);
  check("pearce_sim_T",
        {all_of_besiroglu.parameters, all_of_besiroglu.loss, all_of_hoffmann.parameters, all_of_hoffmann.loss});

  check.finish();
}
