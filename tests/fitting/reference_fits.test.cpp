// Every Chinchilla fit of reference_fits.json, which an independent program found in 40-digit arithmetic.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace {

using support::row;

struct reference {
  std::string key, file, loss, parameters;
  std::function<bool(const row&)> keep;
};

bool all(const row&) { return true; }

std::function<bool(const row&)> where(const std::string& column, const std::string& value) {
  return [=](const row& one) { return one.at(column) == value; };
}

std::vector<reference> references() {
  std::vector<reference> result{
      {"epoch_chinchilla_240", "epoch_2024.csv", "loss", "parameters", where("excluded_as_outlier", "0")},
      {"epoch_chinchilla_245", "epoch_2024.csv", "loss", "parameters", all},
      {"steplaw_2025_dense_best", "steplaw_2025_best.csv", "loss", "parameters", all},
      {"muennighoff_2023_unique_only", "muennighoff_2023.csv", "loss", "parameters", where("epochs", "1.0")},
      {"muennighoff_2023_published182_chinchilla_ignoring_repetition", "muennighoff_2023.csv", "loss", "parameters",
       where("in_published_fit", "1")},
      {"muennighoff_2023_all296_chinchilla_ignoring_repetition", "muennighoff_2023.csv", "loss", "parameters", all}};
  for (const std::string set : {"comma", "dclm"}) {
    const std::string key = "isoflop_marin_202603_" + set + "_llama_2", file = "isoflop_marin_" + set + ".csv";
    result.push_back({key, file, "loss", "parameters", all});
    result.push_back({key + "_outliers_removed", file, "loss", "parameters", where("flagged_outlier", "0")});
  }
  for (const std::string set : {"c4_original", "rpj", "rw_original"}) {
    const std::string key = "gadre_2024_" + set, file = "gadre_2024.csv", loss = "loss_c4_validation";
    result.push_back({key + "_loss_c4_val", file, loss, "parameters", where("train_dataset", set)});
    result.push_back({key + "_no_embedding", file, loss, "non_embedding_parameters", where("train_dataset", set)});
  }
  return result;
}

/// The number behind `"name": ` in the object of `key`; some are written as strings.
double entry(const std::string& json, const std::string& key, const std::string& name) {
  const auto object = json.find("\"" + key + "\":");
  REQUIRE(object != std::string::npos);
  const auto value = json.find_first_not_of(" \"", json.find("\"" + name + "\":", object) + name.size() + 3);
  return std::strtod(json.c_str() + value, nullptr);
}

}  // namespace

TEST_CASE("every Chinchilla fit of the reference is reached, from the screen alone") {
  const auto answers = support::reference_file("data/reference_fits.json");
  if (!answers) return;
  std::ifstream file(*answers);
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  for (const auto& [key, table, loss, parameters, keep] : references()) {
    CAPTURE(key);
    const auto path = support::reference_file("data/" + table);
    if (!path) return;
    const auto runs = support::runs(*path, keep, loss, parameters);
    REQUIRE(double(runs.size()) == entry(json, key, "n"));
    const auto result = scaling::fit<scaling::chinchilla>(runs);
    const double objective = entry(json, key, "objective");
    CAPTURE(result.objective, objective);
    CHECK(result.converged());
    CHECK(result.identified());
    CHECK(result.starts.agreeing >= 1);
    // The reference's digits end at 1e-16; those whose polish failed there (steplaw) at 1e-13.
    CHECK(std::abs(result.objective / objective - 1) < 1e-10);
    if (key == "steplaw_2025_dense_best") {
      REQUIRE(result.at_bound.size() == 1);
      CHECK(result.at_bound[0].symbol == "E");
      CHECK(result.law.E == 0);
    } else {
      CHECK(result.at_bound.empty());
    }
  }
}

TEST_CASE("Epoch's 240 runs: the optimum to the digits of a 60-digit computation") {
  const auto path = support::reference_file("data/epoch_2024.csv");
  if (!path) return;
  const auto result = scaling::fit<scaling::chinchilla>(support::epoch_240(*path));
  const auto off = [](double got, double want) { return std::abs(got / want - 1); };
  CHECK(off(result.objective, 0.001018274017800603151) < 1e-13);
  // The condition number of the centred Hessian is 1e4 and the gradient 1e-15: coefficients to 1e-12 or better.
  CHECK(off(result.law.E, 1.817218099010076752) < 1e-12);
  CHECK(off(result.law.A, 477.8258682339054836) < 1e-11);
  CHECK(off(result.law.B, 2143.417363360458416) < 1e-11);
  CHECK(off(result.law.alpha, 0.347310498881754572887395) < 1e-12);
  CHECK(off(result.law.beta, 0.3671724326277622049937663) < 1e-12);
  CHECK(result.residuals.in_quadratic_zone == 39);
  CHECK(result.residuals.root_mean_square == Catch::Approx(7.550e-3).epsilon(1e-4));  // formulas.md 3.4
  CHECK(result.singular_ratio > 4e-3);
  CHECK(result.basins.empty());
}
