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

namespace scaling {

/// What a published law means by N. Feeding a law the other count is a documented cause of wrong plans.
enum class parameter_count { total, non_embedding };

namespace published {

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

/// Every published set of the library, one row each.
constexpr auto catalogue() {
  constexpr paper hoffmann{"Hoffmann, Borgeaud, Mensch, Buchatskaya, Cai, Rutherford et al.", 2022,
                           "Training Compute-Optimal Large Language Models", "2203.15556"};
  constexpr paper besiroglu{"Besiroglu, Erdil, Barnett, You", 2024, "Chinchilla Scaling: A replication attempt",
                            "2404.10102"};
  constexpr fitted_range hoffmann_sizes{70e6, 16e9}, hoffmann_tokens{5e9, 500e9};  // section 3 of the paper
  constexpr fitted_range read_off_sizes{5.733e7, 1.619e10}, read_off_tokens{8.186e8, 3.178e11};  // their 240 runs
  constexpr std::string_view corpus = "MassiveText";
  constexpr auto total = parameter_count::total;
  return std::array{
      provenance{"hoffmann_2022_printed", "chinchilla", hoffmann, "equation (10)", total, corpus, hoffmann_sizes,
                 hoffmann_tokens, "rounded: the optimum at 5.76e23 FLOP is a fifth below the 40e9 of the paper's text"},
      provenance{"hoffmann_2022", "chinchilla", hoffmann, "TeX source", total, corpus, hoffmann_sizes, hoffmann_tokens,
                 "not the minimum of the stated objective: the optimiser averaged the loss and stopped early"},
      provenance{"besiroglu_2024", "chinchilla", besiroglu, "section 3, the table of estimates", total, corpus,
                 read_off_sizes, read_off_tokens,
                 "E minimises the stated objective, the other four absolute residuals"},
      provenance{"besiroglu_2024_notebook", "chinchilla", besiroglu, "data_analysis.ipynb", total, corpus,
                 read_off_sizes, read_off_tokens, "the printed set before rounding; objective 1.01864471e-3"},
      provenance{"besiroglu_2024_optimum", "chinchilla", besiroglu, "computed from their 240 runs", total, corpus,
                 read_off_sizes, read_off_tokens, "the true minimum of their objective, 1.0182740178e-3"}};
}

}  // namespace published
}  // namespace scaling
