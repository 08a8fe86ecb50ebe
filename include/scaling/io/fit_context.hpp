// What a reader needs to trust and repeat a fit and no fit can know of itself: declared by whoever made the runs.
// SPDX-License-Identifier: BSL-1.0
//
// The law, the range and number of runs, the criterion, the search and the tolerance are in every report: the fit knows
// them. The rest of the checklist of Li, Kudugunta and Zettlemoyer 2025, "(Mis)Fitting: A Survey of Scaling Laws", is
// here. Of the 51 papers that they read, 15 do not say how parameters or FLOPs are counted.
#pragma once

#include <optional>
#include <string>

namespace scaling::io {

/// What is declared of a fit; the report lists what is not. A number that is NaN declares nothing.
struct fit_context {
  std::optional<std::string> parameters{};   ///< what N counts: "total, embeddings included"
  std::optional<std::string> flops{};        ///< what C counts: "6 N D"
  std::optional<std::string> corpus{};       ///< what the tokens are of, and whose tokenizer counts them
  std::optional<std::string> schedule{};     ///< "cosine to the end of each run; no losses on the way"
  std::optional<std::string> outliers{};     ///< which runs were left out, by what rule, or "all runs kept"
  std::optional<std::string> uncertainty{};  ///< "bootstrap of runs, 4000 replicates"
  std::optional<double> held_out_error{};    ///< mean |law/L - 1| of runs not fitted: predict_larger(...).mean_error
  std::optional<double> extrapolation{};     ///< how far the fitted range is left: extrapolation_to(...).factor
};

}  // namespace scaling::io
