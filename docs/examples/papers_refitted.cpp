// Where the papers' own data, fitted again by their own criteria, do not give the papers' own numbers. Reads the tables
// in SCALING_REFERENCE_DIR, which are not ours to ship, and says so where they are absent.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/LU>

#include <scaling/fitting/fit.hpp>
#include <scaling/io/csv.hpp>
#include <scaling/muennighoff.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>

#include "averaged_loss_2022.hpp"

namespace {

namespace published = scaling::published;
using averaged::runs;
using scaling::chinchilla;

std::string reference(const std::string& file) {
  const char* given = std::getenv("SCALING_REFERENCE_DIR");
  return (std::filesystem::path(given ? given : "../shared") / "data" / file).string();
}

double objective(const runs& points, const chinchilla<>& law) {
  averaged::vector gradient;
  return averaged::objective(points, 1, averaged::coordinates_of(law), gradient);
}

void print(const char* name, const runs& points, const chinchilla<>& law) {
  std::printf("%-26s %8.2f %9.2f %8.5f %8.5f %8.5f %8.5f   %.8e\n", name, law.A, law.B, law.E, law.alpha, law.beta,
              averaged::exponent(law), objective(points, law));
}

void print_columns() {
  std::printf("%-26s %8s %9s %8s %8s %8s %8s   %s\n", "", "A", "B", "E", "alpha", "beta", "a", "sum of Huber(1e-3)");
}

/// Besiroglu et al. 2024: their point, and the two minima that it is made of.
void replication(const runs& points) {
  print_columns();
  print("printed", points, published::besiroglu_2024<>);
  print("their notebook", points, published::besiroglu_2024_notebook<>);
  print("minimum of Huber(1e-3)", points, scaling::fit<chinchilla>(points).law);
  print("minimum of |r|", points, scaling::fit<chinchilla>(points, {.criterion = scaling::absolute{}}).law);
  print("Hoffmann, TeX source", points, published::hoffmann_2022<>);
  print("Hoffmann, equation (10)", points, published::hoffmann_2022_printed<>);
}

/// The choices behind a fit of the same figure: which points, and which criterion.
void choices(const runs& kept, const runs& all) {
  print_columns();
  print("240 runs, Huber", kept, scaling::fit<chinchilla>(kept).law);
  print("245 runs, Huber", all, scaling::fit<chinchilla>(all).law);
  const auto plain =
      scaling::fit<chinchilla>(kept, {.criterion = scaling::squared{}, .residual = scaling::residual::plain});
  print("240 runs, squares of L", kept, plain.law);
  std::printf("printed for 245 runs       alpha 0.345, beta 0.452, a 0.512; beta/(alpha + beta) is %.3f\n",
              0.452 / (0.345 + 0.452));
}

/// Hoffmann et al. 2022: a minimiser with absolute tolerances, from their point, on the mean and on the sum.
void mean_and_sum(const runs& points) {
  const auto start = averaged::coordinates_of(published::hoffmann_2022<>);
  print_columns();
  print("start: their TeX source", points, published::hoffmann_2022<>);
  const auto of_mean = averaged::minimize(points, 1.0 / static_cast<double>(points.size()), start);
  const auto of_sum = averaged::minimize(points, 1, start);
  print("BFGS on the mean", points, averaged::law_at(of_mean.x));
  print("BFGS on the sum", points, averaged::law_at(of_sum.x));
  using scaling::reduction;
  print("the library, mean or sum", points, scaling::fit<chinchilla>(points, {.reduction = reduction::mean}).law);
  std::printf("the mean: %s after %d iterations; the sum: %s after %d\n", of_mean.reason.c_str(), of_mean.iterations,
              of_sum.reason.c_str(), of_sum.iterations);
}

/// Muennighoff et al. 2023: all minima of what they fitted, R*_D and R*_N with the other five held.
void repeated_data() {
  std::ifstream file(reference("muennighoff_2023.csv"));
  scaling::detail::table_reader table(file, "muennighoff_2023.csv");
  table.next_row();  // the header: parameters, tokens, unique_tokens, epochs, loss, run_name, in_published_fit
  std::vector<scaling::observation<scaling::repeated_run<>>> points;
  while (table.next_row()) {
    const auto cell = [&](std::size_t i) { return std::strtod(std::string(table.cells()[i]).c_str(), nullptr); };
    if (cell(6) == 1) points.push_back({{cell(0), cell(1), cell(2)}, cell(4)});
  }
  const auto law = published::muennighoff_2023<>;
  const auto held = scaling::values_of(law, {"E", "A", "B", "alpha", "beta"});
  const auto fit = scaling::fit<scaling::muennighoff>(points, {.fixed = held});
  std::printf("%zu runs; published: R*_D %.3f, R*_N %.3f\n%8s %8s %14s %10s\n", points.size(), law.R_D_star,
              law.R_N_star, "R*_D", "R*_N", "sum of Huber", "above");
  const auto print = [&](const auto& of, double value) {
    std::printf("%8.2f %8.3f %14.6e %8.3f %%\n", of.R_D_star, of.R_N_star, value, 100 * (value / fit.objective - 1));
  };
  print(fit.law, fit.objective);
  for (const auto& other : fit.basins) print(other.law, other.objective);
}

/// Pearce and Song 2024: ln N = ln(N_E + omega N_E^p) by least squares, p free or held at 1/3. Gauss and Newton.
void embedding(const std::vector<std::pair<double, double>>& sizes, const char* name, bool exponent_free) {
  double omega = 5e4, p = 1.0 / 3;
  for (int iteration = 0; iteration < 50; ++iteration) {
    Eigen::Matrix2d normal = Eigen::Matrix2d::Zero();
    Eigen::Vector2d right = Eigen::Vector2d::Zero();
    for (const auto& [N, N_E] : sizes) {
      const double term = omega * std::pow(N_E, p), total = N_E + term;
      const Eigen::Vector2d slope(term / total, exponent_free ? std::log(N_E) * term / total : 0);
      normal += slope * slope.transpose();
      right += slope * std::log(N / total);
    }
    if (!exponent_free) normal(1, 1) = 1;
    const Eigen::Vector2d step = normal.inverse() * right;
    omega *= std::exp(step[0]), p += step[1];
  }
  std::printf("%-38s omega %8.1f, exponent %.5f\n", name, omega, p);
}

void embeddings() {
  std::ifstream file(reference("chinchilla_shapes.csv"));
  scaling::detail::table_reader table(file, "chinchilla_shapes.csv");
  table.next_row();  // the header: parameters, model_width, embedding, non-embedding
  std::vector<std::pair<double, double>> sizes, mistyped;
  while (table.next_row()) {
    const auto cell = [&](std::size_t i) { return std::strtod(std::string(table.cells()[i]).c_str(), nullptr); };
    sizes.emplace_back(cell(0), cell(3));
    const double N = cell(0) == 14940e6 ? 14494e6 : cell(0);
    mistyped.emplace_back(N, cell(3) + N - cell(0));
  }
  std::printf("published, with the exponent 1/3        omega    47491\n");
  embedding(mistyped, "exponent free, 14494M for 14940M", true);
  embedding(sizes, "exponent free, the sizes as printed", true);
  embedding(sizes, "exponent held at 1/3", false);
}

}  // namespace

int main() {
  for (const auto* file : {"epoch_2024.csv", "muennighoff_2023.csv", "chinchilla_shapes.csv"})
    if (!std::filesystem::exists(reference(file))) {
      std::printf("skipped: there is no %s; SCALING_REFERENCE_DIR says where to look\n", reference(file).c_str());
      return 77;
    }
  const runs kept = scaling::io::read_runs(reference("epoch_2024.csv"), {.drop = "excluded_as_outlier"});
  const runs all = scaling::io::read_runs(reference("epoch_2024.csv"));
  std::printf("--- Besiroglu et al. 2024: the published point, on their 240 runs\n\n");
  replication(kept);
  std::printf("\n--- Besiroglu et al. 2024: five runs, and the criterion\n\n");
  choices(kept, all);
  std::printf("\n--- Hoffmann et al. 2022: the mean and the sum\n\n");
  mean_and_sum(kept);
  std::printf("\n--- Muennighoff et al. 2023: five minima\n\n");
  repeated_data();
  std::printf("\n--- Pearce and Song 2024: omega and its exponent\n\n");
  embeddings();
}
