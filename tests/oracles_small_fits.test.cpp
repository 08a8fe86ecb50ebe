// Fits of tables of five and of nine rows: the known answers of tests/data/oracles.csv that the fit must find.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <string>
#include <vector>

#include <scaling/fitting.hpp>
#include <scaling/over_training.hpp>
#include <scaling/power_law.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/oracles.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace {

using namespace scaling;
using support::row;

/// A row of the tables of Hoffmann et al.: parameters, FLOP and tokens.
struct printed {
  double parameters, flops, tokens;
};
const std::vector<printed> table_3{{400e6, 1.92e19, 8.0e9},   {1e9, 1.21e20, 20.2e9},   {10e9, 1.23e22, 205.1e9},
                                   {67e9, 5.76e23, 1.5e12},   {175e9, 3.85e24, 3.7e12}, {280e9, 9.90e24, 5.9e12},
                                   {520e9, 3.43e25, 11.0e12}, {1e12, 1.27e26, 21.2e12}, {10e12, 1.30e28, 216.2e12}};
const std::vector<printed> table_a3{{400e6, 1.84e19, 7.7e9},   {1e9, 1.20e20, 20.0e9},   {10e9, 1.32e22, 219.5e9},
                                    {67e9, 6.88e23, 1.7e12},   {175e9, 4.54e24, 4.3e12}, {280e9, 1.18e25, 7.1e12},
                                    {520e9, 4.19e25, 13.4e12}, {1e12, 1.59e26, 26.5e12}, {10e12, 1.75e28, 292.0e12}};

/// The slope of the least-squares line through ln x against ln C: a power of C that 1/x falls by.
double slope(const std::vector<printed>& rows, double printed::*x) {
  std::vector<observation<compute_run<>>> falling;
  for (const auto& one : rows) falling.push_back({{one.flops}, 1 / (one.*x)});
  fit_options<pure_loss_of_compute<>> options;
  options.criterion = squared{};
  const auto fitted = fit<pure_loss_of_compute>(falling, options);
  CHECK(fitted.converged());
  return fitted.law.alpha;
}

}  // namespace

TEST_CASE("Fits of small tables arrive at the known answers") {
  const auto gadre = support::reference_file("data/gadre_2024.csv");
  if (!gadre) return;
  support::oracles check("oracles_small_fits");

  check("hof_T3_slope", {slope(table_3, &printed::parameters), slope(table_3, &printed::tokens)});
  check("hof_A3_slope2", {slope(table_a3, &printed::parameters), slope(table_a3, &printed::tokens)});

  // The runs of Gadre et al. that their own fits are of
  const auto check_gadre = [&](const std::string& id, const std::string& corpus, const downstream_error<>& error) {
    const auto five = support::runs(
        *gadre,
        [&](const row& one) {
          const double N = support::number(one, "parameters"), multiple = support::number(one, "token_multiplier");
          return one.at("train_dataset") == corpus && ((multiple == 1 && N < 1e9) || (multiple == 16 && N < 2e7));
        },
        "loss_c4_validation");
    REQUIRE(five.size() == 5);
    fit_options<over_training<>> options;
    options.criterion = squared{};
    options.residual = residual::plain;
    const auto fitted = fit<over_training>(five, options);
    CHECK(fitted.converged());
    const auto& law = fitted.law;
    check(id, {law.E, law.a, law.b, law.eta, error.epsilon, error.k, error.gamma});
    return law;
  };
  check_gadre("gad_C4", "c4_original", published::gadre_2024_c4_error<>);
  check_gadre("gad_RW", "rw_original", published::gadre_2024_refinedweb_error<>);
  const auto law = check_gadre("gad_RPJ", "rpj", published::gadre_2024_redpajama_error<>);
  double medium = 0, large = 0;
  for (const auto& one : support::table(*gadre)) {
    if (one.at("train_dataset") != "rpj") continue;
    const double N = support::number(one, "parameters"), multiple = support::number(one, "token_multiplier");
    const double measured = support::number(one, "loss_c4_validation");
    const double error = 100 * std::abs(law(N, support::number(one, "tokens")) / measured - 1);
    if (N > 1e9 && N < 2e9 && multiple == 32) medium = error;
    if (N > 6e9 && multiple == 1) large = error;
  }
  check("gad_err", {medium, large});

  check.finish();
}
