// Published coefficient sets, by source, and the catalogue that says where each comes from and what its N counts.
// SPDX-License-Identifier: BSL-1.0
//
// A set is never edited: a correction is a new name. Digits are those of the source; where it gives logarithms, the
// exponential is taken in long double and rounded once. Losses of sets from different corpora are not comparable.
#pragma once

#include <array>
#include <string_view>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/real.hpp>
#include <scaling/kaplan.hpp>
#include <scaling/lovelace.hpp>
#include <scaling/muennighoff.hpp>
#include <scaling/over_training.hpp>
#include <scaling/power_law.hpp>

namespace scaling {

/// What a published law means by N. Feeding a law the other count is a documented cause of wrong plans. `unstated`: the
/// source could not be read as far as that.
enum class parameter_count { total, non_embedding, unstated };

namespace published {

// --- Chinchilla's law, in five sets of coefficients that circulate

/// Hoffmann et al. 2022, equation (10), as printed. The rounding is not harmless: the compute-optimal size at 5.76e23
/// FLOP is 32e9 from these and 40e9 (the figure in the paper's own text) from the unrounded set below.
template <real T = double>
inline constexpr chinchilla<T> hoffmann_2022_printed{T(1.69L), T(406.4L), T(410.7L), T(0.34L), T(0.28L)};

/// Hoffmann et al. 2022, unrounded: log E, log A, log B and the exponents from the TeX source of the paper.
template <real T = double>
inline constexpr chinchilla<T> hoffmann_2022{T(cmath::exp(0.5267228L)), T(cmath::exp(6.0073404L)),
                                             T(cmath::exp(6.0179186L)), T(0.33917084L), T(0.2849083L)};

/// Besiroglu et al. 2024, as printed: the replication of approach 3 on 240 runs read off the paper's figure.
template <real T = double>
inline constexpr chinchilla<T> besiroglu_2024{T(1.8172L), T(482.01L), T(2085.43L), T(0.3478L), T(0.3658L)};

/// Besiroglu et al. 2024, the full precision of the notebook behind the paper.
template <real T = double>
inline constexpr chinchilla<T> besiroglu_2024_notebook{T(cmath::exp(0.59711196L)), T(cmath::exp(6.17795598L)),
                                                       T(cmath::exp(7.64273236L)), T(0.34781303L), T(0.36585412L)};

/// The true minimum of the objective that Besiroglu et al. 2024 state, on their 240 runs: 0.0010182740178, where their
/// printed point has 0.0010228428. (The printed A, B, alpha and beta minimise the sum of absolute residuals instead.)
template <real T = double>
inline constexpr chinchilla<T> besiroglu_2024_optimum{T(1.817218099010076752L), T(477.8258682339054836L),
                                                      T(2143.417363360458416L), T(0.347310498881754572887395L),
                                                      T(0.3671724326277622049937663L)};

// --- Kaplan et al. 2020: WebText2, non-embedding parameters, no floor. Each set has the constants of its own table.

/// L(N, D), table 2. The constants of L(N) and L(D) alone give 2.6 % more at 1e9 parameters and 2.2e10 tokens.
template <real T = double>
inline constexpr kaplan<T> kaplan_2020{T(6.4e13L), T(1.8e13L), T(0.076L), T(0.103L)};

/// L(N), with neither data nor steps limiting: equation (1.1).
template <real T = double>
inline constexpr pure_loss_of_parameters<T> kaplan_2020_parameters{T(8.8e13L), T(0.076L)};

/// L(D), of a large model stopped early: equation (1.2).
template <real T = double>
inline constexpr pure_loss_of_tokens<T> kaplan_2020_tokens{T(5.4e13L), T(0.095L)};

/// L(C) at the fixed batch of 2^19 tokens, "naive": 1.6e7 PF-days, in FLOP.
template <real T = double>
inline constexpr pure_loss_of_compute<T> kaplan_2020_compute{T(1.6e7L * flops_per_petaflop_day<long double>),
                                                             T(0.057L)};

/// L(C_min), at a batch far below the critical one: equation (1.3), 3.1e8 PF-days, in FLOP.
template <real T = double>
inline constexpr pure_loss_of_compute<T> kaplan_2020_compute_min{T(3.1e8L * flops_per_petaflop_day<long double>),
                                                                 T(0.050L)};

/// L(N, S_min), table 3.
template <real T = double>
inline constexpr kaplan_steps<T> kaplan_2020_steps{T(6.5e13L), T(2.1e3L), T(0.077L), T(0.76L)};

/// B_crit(L), table 5. (The running text rounds B* to 2e8.)
template <real T = double>
inline constexpr critical_batch<T> kaplan_2020_critical_batch{T(2.1e8L), T(0.21L)};

/// The tokens that keep overfitting below the noise of the loss, 0.02, for N parameters: equation (4.4).
template <real T = double>
inline constexpr power_trend<T> kaplan_2020_tokens_needed{T(5e3L), T(0.74L)};

/// The compute-efficient frontier as measured, table 6. Its factors multiply to 0.975 PF-days, not 1; what the laws
/// imply is another frontier, theoretical_frontier(kaplan_2020_steps<>, kaplan_2020_critical_batch<>).
template <real T = double>
inline constexpr compute_frontier<T> kaplan_2020_frontier{
    {T(1.3e9L), T(0.73L)}, {T(2.0e6L), T(0.24L)}, {T(5.4e3L), T(0.03L)}, {T(2e10L), T(0.27L)}};

// --- Repeated data

/// Muennighoff et al. 2023, unrounded. E to beta are fitted to 54 runs of one epoch read off a figure of Hoffmann et
/// al., R* to 182 runs of their own. (A set inside their plotting code is another fit: not to be mixed with this.)
template <real T = double>
inline constexpr muennighoff<T> muennighoff_2023{T(cmath::exp(0.6254804L)),
                                                 T(cmath::exp(6.255414L)),
                                                 T(cmath::exp(7.3049974L)),
                                                 T(0.3526596L),
                                                 T(0.3526596L),
                                                 T(15.387756L),
                                                 T(5.309743L)};

/// Lovelace et al. 2026, the one-coefficient penalty at weight decay 0.1 and 1.0, digitised from a figure: P is known
/// to 10 %. No other coefficient of that law is published here, as none could be read.
template <real T = double>
inline constexpr overfitting_penalty<T> lovelace_2026_weight_decay_0_1{.P = T(0.0229L)};
template <real T = double>
inline constexpr overfitting_penalty<T> lovelace_2026_weight_decay_1_0{.P = T(0.0067L)};

// --- Gadre et al. 2024: trained on the corpus of the name, validation loss on C4. Refitted from the released runs with
// the authors' code, as the printed coefficients have three digits; with `_error`, the downstream top-1 error.

template <real T = double>
inline constexpr over_training<T> gadre_2024_c4{T(1.508261L), T(141.2773L), T(189.5155L), T(0.1212361L)};
template <real T = double>
inline constexpr over_training<T> gadre_2024_redpajama{T(1.836648L), T(212.2361L), T(366.6872L), T(0.1364254L)};
template <real T = double>
inline constexpr over_training<T> gadre_2024_refinedweb{T(1.734462L), T(157.1163L), T(246.2067L), T(0.1271974L)};
template <real T = double>
inline constexpr downstream_error<T> gadre_2024_c4_error{T(0.849742L), T(2.078907L), T(0.756121L)};
template <real T = double>
inline constexpr downstream_error<T> gadre_2024_redpajama_error{T(0.856992L), T(2.206490L), T(0.714590L)};
template <real T = double>
inline constexpr downstream_error<T> gadre_2024_refinedweb_error{T(0.865280L), T(2.214815L), T(0.707048L)};

// --- The catalogue

/// A paper, as one cites it.
struct paper {
  std::string_view authors;
  int year;
  std::string_view title, arxiv;
};

/// The smallest and largest value of an input among the runs that a law was fitted to.
struct fitted_range {
  double from, to;
};

/// Where a published set comes from. `name` is that of its variable, `place` where in the paper the digits stand.
struct provenance {
  std::string_view name, law;
  paper source;
  std::string_view place;
  parameter_count counts;
  std::string_view corpus;
  fitted_range parameters, tokens;
  std::string_view notes;
};

/// Every published set of a law, one row each; corrections for embeddings are in counting/embedding.hpp. Where the source
/// gives no range it is {0, 0}.
constexpr auto catalogue() {
  constexpr paper hoffmann{"Hoffmann, Borgeaud, Mensch, Buchatskaya, Cai, Rutherford et al.", 2022,
                           "Training Compute-Optimal Large Language Models", "2203.15556"};
  constexpr paper besiroglu{"Besiroglu, Erdil, Barnett, You", 2024, "Chinchilla Scaling: A replication attempt",
                            "2404.10102"};
  constexpr paper kaplan{"Kaplan, McCandlish, Henighan, Brown, Chess, Child et al.", 2020,
                         "Scaling Laws for Neural Language Models", "2001.08361"};
  constexpr paper muennighoff{"Muennighoff, Rush, Barak, Le Scao, Piktus, Tazi et al.", 2023,
                              "Scaling Data-Constrained Language Models", "2305.16264"};
  constexpr paper lovelace{"Lovelace et al.", 2026, "Prescriptive Scaling Laws for Data Constrained Training",
                           "2605.01640"};
  constexpr paper gadre{"Gadre, Smyrnis, Shankar, Gururangan, Wortsman, Shao et al.", 2024,
                        "Language models scale reliably with over-training and on downstream tasks", "2403.08540"};
  constexpr fitted_range hoffmann_sizes{70e6, 16e9}, hoffmann_tokens{5e9, 500e9};                // as the paper says
  constexpr fitted_range read_off_sizes{5.733e7, 1.619e10}, read_off_tokens{8.186e8, 3.178e11};  // their 240 runs
  constexpr fitted_range kaplan_sizes{768, 1.5e9}, kaplan_tokens{22e6, 23e9};
  constexpr fitted_range muennighoff_sizes{7e6, 9e9}, muennighoff_tokens{1e8, 9e11};
  constexpr fitted_range lovelace_sizes{15e6, 1e9}, unknown{0, 0};
  constexpr fitted_range gadre_sizes{1.056e7, 4.117e8}, gadre_tokens{2.113e8, 8.233e9};  // their 5 runs a set
  constexpr std::string_view massive = "MassiveText", web = "WebText2", c4 = "C4";
  constexpr std::string_view five = "own fit of the released runs, mlfoundations/scaling",
                             six = "own fit of the released evaluations, mlfoundations/scaling",
                             digitised = "figure, in Weng, Scaling Laws, Carefully";
  constexpr std::string_view on_five = "five runs, squared loss residuals, loss on C4; rounds to the printed digits",
                             on_six = "six runs, their loss on C4; rounds to the printed digits";
  constexpr auto total = parameter_count::total, non_embedding = parameter_count::non_embedding,
                 unstated = parameter_count::unstated;
  return std::array{
      provenance{"hoffmann_2022_printed", "chinchilla", hoffmann, "equation (10)", total, massive, hoffmann_sizes,
                 hoffmann_tokens, "rounded: the optimum at 5.76e23 FLOP is a fifth below the 40e9 of the paper's text"},
      provenance{"hoffmann_2022", "chinchilla", hoffmann, "TeX source", total, massive, hoffmann_sizes, hoffmann_tokens,
                 "not the minimum of the stated objective: the optimiser averaged the loss and stopped early"},
      provenance{"besiroglu_2024", "chinchilla", besiroglu, "the table of estimates", total, massive, read_off_sizes,
                 read_off_tokens, "E minimises the stated objective, the other four absolute residuals"},
      provenance{"besiroglu_2024_notebook", "chinchilla", besiroglu, "data_analysis.ipynb", total, massive,
                 read_off_sizes, read_off_tokens, "the printed set before rounding; objective 1.01864471e-3"},
      provenance{"besiroglu_2024_optimum", "chinchilla", besiroglu, "computed from their 240 runs", total, massive,
                 read_off_sizes, read_off_tokens, "the true minimum of their objective, 1.0182740178e-3"},
      provenance{"kaplan_2020", "kaplan", kaplan, "table 2", non_embedding, web, kaplan_sizes, kaplan_tokens,
                 "one of three N_c, 6.4e13; no floor"},
      provenance{"kaplan_2020_parameters", "pure_power_law", kaplan, "equation (1.1)", non_embedding, web, kaplan_sizes,
                 kaplan_tokens, "one of three N_c, 8.8e13; models of one layer left out"},
      provenance{"kaplan_2020_tokens", "pure_power_law", kaplan, "equation (1.2)", non_embedding, web, kaplan_sizes,
                 kaplan_tokens, "one model size, stopped early; alpha_D is 0.103 in the joint law"},
      provenance{"kaplan_2020_compute", "pure_power_law", kaplan, "table 5", non_embedding, web, kaplan_sizes,
                 kaplan_tokens, "at a batch of 2^19 tokens; converted from 1.6e7 PF-days"},
      provenance{"kaplan_2020_compute_min", "pure_power_law", kaplan, "equation (1.3)", non_embedding, web,
                 kaplan_sizes, kaplan_tokens,
                 "converted from 3.1e8 PF-days; the exponent implied by (B.7) is 0.052, equation (6.4) has 0.054"},
      provenance{"kaplan_2020_steps", "kaplan_steps", kaplan, "table 3", non_embedding, web, kaplan_sizes,
                 kaplan_tokens, "one of three N_c, 6.5e13; steps are S_min, at an unlimited batch"},
      provenance{"kaplan_2020_critical_batch", "critical_batch", kaplan, "table 5", non_embedding, web, kaplan_sizes,
                 kaplan_tokens, "takes the loss aimed at; the text rounds B* to 2e8"},
      provenance{"kaplan_2020_tokens_needed", "power_trend", kaplan, "equation (4.4)", non_embedding, web, kaplan_sizes,
                 kaplan_tokens, "of parameters"},
      provenance{"kaplan_2020_frontier", "compute_frontier", kaplan, "table 6", non_embedding, web, kaplan_sizes,
                 kaplan_tokens, "per PF-day; equation (6.7) has twice these tokens and is not imitated"},
      provenance{"muennighoff_2023", "muennighoff", muennighoff, "appendix A, and the datablations repository", total,
                 c4, muennighoff_sizes, muennighoff_tokens,
                 "R* is a local minimum of its objective: (95.365, 1.7059) is 0.13 % lower"},
      provenance{"lovelace_2026_weight_decay_0_1", "overfitting_penalty", lovelace, digitised, unstated, "unstated",
                 lovelace_sizes, unknown, "the penalty alone, delta = kappa = 1; P is 0.0210 to 0.0251"},
      provenance{"lovelace_2026_weight_decay_1_0", "overfitting_penalty", lovelace, digitised, unstated, "unstated",
                 lovelace_sizes, unknown, "the penalty alone, delta = kappa = 1; P is 0.0061 to 0.0075"},
      provenance{"gadre_2024_c4", "over_training", gadre, five, total, c4, gadre_sizes, gadre_tokens, on_five},
      provenance{"gadre_2024_redpajama", "over_training", gadre, five, total, "RedPajama", gadre_sizes, gadre_tokens,
                 on_five},
      provenance{"gadre_2024_refinedweb", "over_training", gadre, five, total, "RefinedWeb", gadre_sizes, gadre_tokens,
                 on_five},
      provenance{"gadre_2024_c4_error", "downstream_error", gadre, six, total, c4, unknown, unknown, on_six},
      provenance{"gadre_2024_redpajama_error", "downstream_error", gadre, six, total, "RedPajama", unknown, unknown,
                 on_six},
      provenance{"gadre_2024_refinedweb_error", "downstream_error", gadre, six, total, "RefinedWeb", unknown, unknown,
                 on_six}};
}

}  // namespace published
}  // namespace scaling
