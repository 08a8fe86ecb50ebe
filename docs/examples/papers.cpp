// Where the papers' own formulas do not give the papers' own numbers: what can be said without any data.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include <scaling/counting.hpp>
#include <scaling/fitting/parabola.hpp>
#include <scaling/planning.hpp>
#include <scaling/published.hpp>

namespace {

namespace published = scaling::published;
using scaling::chinchilla;

constexpr double gopher = 5.76e23;  // FLOP, as Hoffmann et al. print its budget

/// Hoffmann et al. 2022, table A3, approach 3: what it prints of a compute-optimal model.
void table_a3() {
  struct row {
    double parameters, flops, tokens;
  };
  constexpr row rows[] = {{400e6, 2.21e19, 9.2e9},   {1e9, 1.62e20, 27.1e9},    {10e9, 2.46e22, 410.1e9},
                          {67e9, 1.71e24, 4.1e12},   {175e9, 1.26e24, 12.0e12}, {280e9, 3.52e25, 20.1e12},
                          {520e9, 1.36e26, 43.5e12}, {1e12, 5.65e26, 94.1e12},  {10e12, 8.55e28, 1425.5e12}};
  std::printf("parameters     printed C     printed D    6 N D / C   D of TeX constants   of equation (10)\n");
  for (const auto& [N, C, D] : rows) {
    const double tex = scaling::compute_optimal_for_parameters(published::hoffmann_2022<>, N).tokens;
    const double rounded = scaling::compute_optimal_for_parameters(published::hoffmann_2022_printed<>, N).tokens;
    const double ratio = 6 * N * D / C;
    std::printf("%10.3g %13.3g %13.4g %12.3f   %10.4g %+6.0f %%  %10.4g %+6.0f %%%s\n", N, C, D, ratio, tex,
                100 * (tex / D - 1), rounded, 100 * (rounded / D - 1), std::abs(ratio - 1) > 0.03 ? "  <" : "");
  }
}

/// The same law, as its coefficients are printed and as they stand in the paper's TeX source.
void rounding() {
  std::printf("%-24s %8s %10s %12s %8s\n", "at 5.76e23 FLOP", "a", "N*", "D*", "D*/N*");
  for (const auto& [name, law] :
       {std::pair{"equation (10)", published::hoffmann_2022_printed<>}, {"TeX source", published::hoffmann_2022<>}}) {
    const auto plan = scaling::compute_optimal(law, gopher);
    std::printf("%-24s %8.4f %10.3g %12.3g %8.1f\n", name, law.beta / (law.alpha + law.beta), plan.parameters,
                plan.tokens, plan.tokens / plan.parameters);
  }
}

/// Tokens per parameter at the optimum, by the published sets of one form.
void twenty_to_one() {
  std::printf("%-24s %10s %10s %10s\n", "D*/N* at", "5.76e21", "5.76e23", "5.76e25");
  const chinchilla<> unrepeated = [] {
    const auto law = published::muennighoff_2023<>;
    return chinchilla<>{law.E, law.A, law.B, law.alpha, law.beta};
  }();
  for (const auto& [name, law] : {std::pair{"hoffmann_2022_printed", published::hoffmann_2022_printed<>},
                                  {"hoffmann_2022", published::hoffmann_2022<>},
                                  {"besiroglu_2024", published::besiroglu_2024<>},
                                  {"besiroglu_2024_optimum", published::besiroglu_2024_optimum<>},
                                  {"muennighoff_2023, base", unrepeated}}) {
    std::printf("%-24s", name);
    for (const double C : {gopher / 100, gopher, gopher * 100}) {
      const auto plan = scaling::compute_optimal(law, C);
      std::printf(" %10.1f", plan.tokens / plan.parameters);
    }
    std::printf("\n");
  }
}

/// Three counts of one model's training.
void gopher_and_chinchilla() {
  std::printf("Gopher, 6 N D            %.3g FLOP\nChinchilla, 6 N D        %.3g FLOP\n", 6 * 280e9 * 300e9,
              6 * 70e9 * 1.4e12);
  std::printf("1e26 FLOP / Gopher       %.0f times by the printed 5.76e23\n", 1e26 / gopher);
}

/// Hoffmann et al. 2022, table A4: the FLOP of appendix F over 6 N D.
void table_a4() {
  struct row {
    int layers, d_model, heads, key;
    double printed;
  };
  constexpr row rows[] = {{10, 640, 10, 64, 1.03},   {20, 1024, 16, 64, 1.10},  {24, 1280, 10, 128, 1.08},
                          {26, 1792, 14, 128, 1.04}, {28, 2048, 16, 128, 1.03}, {40, 3584, 28, 128, 0.99}};
  std::printf("%10s %10s %12s %14s\n", "parameters", "printed", "appendix F", "layers alone");
  for (const auto& [layers, d, heads, key, printed] : rows) {
    const scaling::transformer shape{.layers = layers,
                                     .d_model = d,
                                     .d_attention = heads * key,
                                     .heads = heads,
                                     .vocabulary = 32000,
                                     .context = 2048,
                                     .positions = scaling::positions::relative,
                                     .norms = scaling::norms::layer,
                                     .biases = true};
    std::printf("%10.3g %10.2f %12.3f %14.3f\n", static_cast<double>(scaling::total_parameters(shape)), printed,
                scaling::flops_ratio(shape, scaling::chinchilla_2022{}),
                scaling::flops_ratio(shape, scaling::chinchilla_2022{.embedding = false, .logits = false}));
  }
}

/// Kaplan et al. 2020, section 6 and appendix B.
void kaplan_2020() {
  const double alpha_N = 0.076, alpha_S = 0.76, alpha_B = 0.21;  // table 5
  const double alpha_C = 1 / (1 / alpha_S + 1 / alpha_B + 1 / alpha_N);
  std::printf("alpha_C of (B.7)         %.4f\nN exponent               %.3f\n", alpha_C, alpha_C / alpha_N);
  std::printf("   of the printed .054   %.3f\n", 0.054 / alpha_N);
  const auto frontier = published::kaplan_2020_frontier<>(scaling::flops_per_petaflop_day<double>);
  std::printf("table 6 at 1 PF-day      N %.3g, D = 2 B S %.3g tokens, 2 C/(6 N) %.3g tokens\n", frontier.parameters,
              frontier.tokens, 2 * scaling::flops_per_petaflop_day<double> / (6 * frontier.parameters));
  for (const double r : {2.2, 0.6})
    std::printf("%.1f times the best size  %.3f times the compute\n", r,
                scaling::relative_flops(published::kaplan_2020_steps<>, r));
  std::printf("10 times the compute     %.3f times the size, %.3f times the tokens\n", std::pow(10, 0.73),
              std::pow(10, 0.27));
}

/// Pearce and Song 2024: the local exponent between its limits.
void local_exponent() {
  constexpr auto law = published::besiroglu_2024<>;
  constexpr auto embedding = published::pearce_2024<>;
  std::printf("%10s %12s %8s\n", "N_E", "C_E [FLOP]", "g");
  std::printf("%10s %12s %8.4f\n", "0", "0", law.beta / (law.alpha / 3 + law.beta));
  for (const double N : {1e4, 1e6, 1.93e6, 1e7, 1e8, 1e9, 1e11})
    std::printf("%10.3g %12.3g %8.4f\n", N, scaling::non_embedding_flops_at(law, embedding, N),
                scaling::local_parameter_exponent(law, embedding, N));
  std::printf("%10s %12s %8.4f\n", "infinite", "infinite", law.beta / (law.alpha + law.beta));
}

/// Approach 2: by how much the parabola misses the best tokens, with 15 sizes evenly within a factor of the best.
void parabola() {
  std::printf("%-26s %10s %10s %10s %10s\n", "D* off by, sizes within", "x 2", "x 4", "x 8", "x 16");
  for (const auto& [alpha, beta] : {std::pair{0.34, 0.28}, {0.465, 0.155}, {0.31, 0.31}}) {
    std::printf("alpha %-5g beta %-5g      ", alpha, beta);
    for (const double factor : {2.0, 4.0, 8.0, 16.0}) {
      std::vector<double> sizes;
      for (int i = -7; i <= 7; ++i) sizes.push_back(std::pow(factor, i / 7.0));
      const double off = scaling::bias_of_isoflop<double>(sizes, {alpha, beta}).tokens - 1;
      std::printf(" %+8.2f %%", std::round(1e4 * off) / 100 + 0.0);
    }
    std::printf("\n");
  }
}

/// Muennighoff et al. 2023, appendix: the decay of one series and the share of the other say the same.
void decay() { std::printf("-log(1 - 0.3676) = %.5f, printed as k_N: 0.3676\n", -std::log1p(-0.3676)); }

/// A popular account of 2026 of what repeated tokens are worth, beside the paper's.
void saturating() {
  std::printf("%-24s %8s %8s %8s %8s\n", "epochs", "1", "2", "4", "16");
  std::printf("%-24s", "Muennighoff, D'/U");
  for (const double epochs : {1.0, 2.0, 4.0, 16.0})
    std::printf(" %8.3f", published::muennighoff_2023<>.effective_tokens(epochs, 1.0));
  std::printf("\n%-24s", "U (1 - e^-R), over U");
  for (const double epochs : {1.0, 2.0, 4.0, 16.0}) std::printf(" %8.3f", scaling::saturating_fraction(epochs, 1.0));
  std::printf("\n");
}

}  // namespace

int main() {
  const auto section = [](const char* title, void (*print)()) {
    std::printf("--- %s\n\n", title);
    print();
    std::printf("\n");
  };
  section("Hoffmann et al. 2022, table A3, approach 3", table_a3);
  section("Hoffmann et al. 2022, equation (10)", rounding);
  section("twenty tokens per parameter", twenty_to_one);
  section("the same budget", gopher_and_chinchilla);
  section("Hoffmann et al. 2022, table A4", table_a4);
  section("Kaplan et al. 2020", kaplan_2020);
  section("Pearce and Song 2024, the local exponent", local_exponent);
  section("approach 2, the parabola", parabola);
  section("Muennighoff et al. 2023, the decay", decay);
  section("repeated tokens in the news", saturating);
}
