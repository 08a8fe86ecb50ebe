// A fit in JSON: the law, the evidence for it, the options that led to it, and what is declared of it.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <scaling/core/real.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/io/fit_context.hpp>
#include <scaling/io/json_members.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

// --- Laws, by their tables

/// The coefficients of a law by symbol.
template <loss_model Law>
void visit_coefficients(auto& archive, std::string_view key, auto& law) {
  archive.nested(key, law, [](auto& inner, auto& of) {
    for (const auto& row : Law::coefficients()) inner(row.symbol, of.*row.member);
  });
}

/// "parameters, tokens": of a law by its name, since a power law of parameters is none of tokens.
template <loss_model Law>
std::string inputs_of() {
  std::string inputs;
  for (const auto& quantity : Law::input_type::inputs())
    inputs += (inputs.empty() ? "" : ", ") + std::string(quantity.name);
  return inputs;
}

template <loss_model Law>
struct json_members<Law> {
  static constexpr std::string_view kind = "law";
  static void visit(auto& archive, auto& law) {
    archive.label("name", Law::name);
    archive.label("formula", Law::formula);
    archive.label("inputs", inputs_of<Law>());
    visit_coefficients<Law>(archive, "coefficients", law);
  }
};

// --- Options

template <>
struct json_members<huber> {
  static constexpr std::string_view kind = "huber";
  static void visit(auto& archive, auto& criterion) {
    archive("delta", criterion.delta);
    archive("overestimates", criterion.overestimates);
  }
};
template <>
struct json_members<squared> {
  static constexpr std::string_view kind = "squared";
  static void visit(auto& archive, auto& criterion) { archive("overestimates", criterion.overestimates); }
};
template <>
struct json_members<absolute> {
  static constexpr std::string_view kind = "absolute";
  static void visit(auto& archive, auto& criterion) { archive("overestimates", criterion.overestimates); }
};
template <>
struct json_members<equal_weights> {
  static constexpr std::string_view kind = "equal_weights";
  static void visit(auto&, auto&) {}
};
template <>
struct json_members<known_sigma> {
  static constexpr std::string_view kind = "known_sigma";
  static void visit(auto& archive, auto& weights) { archive("sigma", weights.sigma); }
};
template <>
struct json_members<relative_weights> {
  static constexpr std::string_view kind = "relative_weights";
  static void visit(auto& archive, auto& weights) { archive("weight", weights.weight); }
};
template <>
struct json_members<frequencies> {
  static constexpr std::string_view kind = "frequencies";
  static void visit(auto& archive, auto& weights) { archive("count", weights.count); }
};
template <real T>
struct json_members<coefficient_value<T>> {
  static constexpr std::string_view kind = "coefficient_value";
  static void visit(auto& archive, auto& fixed) {
    archive("symbol", fixed.symbol);
    archive("value", fixed.value);
  }
};
template <>
struct json_members<coefficient_pair> {
  static constexpr std::string_view kind = "coefficient_pair";
  static void visit(auto& archive, auto& tied) {
    archive("first", tied.first);
    archive("second", tied.second);
  }
};
template <real T>
struct json_members<coefficient_bounds<T>> {
  static constexpr std::string_view kind = "coefficient_bounds";
  static void visit(auto& archive, auto& box) {
    archive("symbol", box.symbol);
    archive("lower", box.lower);
    archive("upper", box.upper);
  }
};
template <>
struct json_names<residual> {
  static constexpr std::array<std::string_view, 2> names{"log", "plain"};
};
template <>
struct json_names<reduction> {
  static constexpr std::array<std::string_view, 2> names{"sum", "mean"};
};
template <>
struct json_names<search> {
  static constexpr std::array<std::string_view, 3> names{"screened", "exhaustive", "single"};
};

template <loss_model Law>
struct json_members<fit_options<Law>> {
  static constexpr std::string_view kind = "fit_options";
  static void visit(auto& archive, auto& options) {
    archive.label("law", Law::name);
    archive.label("inputs", inputs_of<Law>());
    archive("start", options.start);
    archive("fixed", options.fixed);
    archive("tied", options.tied);
    archive("bounds", options.bounds);
    archive("criterion", options.criterion);
    archive("residual", options.residual);
    archive("reduction", options.reduction);
    archive("search", options.search);
    archive("weights", options.weights);
  }
};

// --- Results

template <>
struct json_names<termination> {
  static constexpr std::array<std::string_view, 3> names{"converged", "term_vanished", "not_converged"};
};
template <>
struct json_members<start_counts> {
  static constexpr std::string_view kind = "start_counts";
  static void visit(auto& archive, auto& starts) {
    archive("tried", starts.tried);
    archive("given_up", starts.given_up);
    archive("converged", starts.converged);
    archive("agreeing", starts.agreeing);
  }
};
template <real T>
struct json_members<input_range<T>> {
  static constexpr std::string_view kind = "input_range";
  static void visit(auto& archive, auto& range) {
    archive("from", range.from);
    archive("to", range.to);
  }
};
template <real T>
struct json_members<residual_summary<T>> {
  static constexpr std::string_view kind = "residual_summary";
  static void visit(auto& archive, auto& residuals) {
    archive("root_mean_square", residuals.root_mean_square);
    archive("largest", residuals.largest);
    archive("in_quadratic_zone", residuals.in_quadratic_zone);
  }
};

template <loss_model Law>
struct json_members<fit_result<Law>> {
  static constexpr std::string_view kind = "fit_result";
  static void visit(auto& archive, auto& result) {
    archive("law", result.law);
    archive("objective", result.objective);
    archive("termination", result.termination);
    archive("gradient_norm", result.gradient_norm);
    archive("predicted_decrease", result.predicted_decrease);
    archive("tolerance", result.tolerance);
    archive("iterations", result.iterations);
    archive("evaluations", result.evaluations);
    archive("starts", result.starts);
    archive.each("basins", result.basins, [](auto& item, auto& basin) {
      visit_coefficients<Law>(item, "coefficients", basin.law);
      item("objective", basin.objective);
      item("excess", basin.excess);
    });
    archive.each("at_bound", result.at_bound, [](auto& item, auto& hit) {
      item.one_of("symbol", hit.symbol, symbols());
      item("bound", hit.bound);
    });
    archive("observation_count", result.observation_count);
    archive.nested("range", result.range, [](auto& inner, auto& range) {
      constexpr auto inputs = Law::input_type::inputs();
      for (std::size_t i = 0; i < inputs.size(); ++i) inner(inputs[i].name, range[i]);
    });
    archive("residuals", result.residuals);
    archive("singular_ratio", result.singular_ratio);
    archive("free_count", result.free_count);
    archive("rank", result.rank);
    archive.each("undetermined", result.undetermined, [](auto& item, auto& direction) {
      for (std::size_t k = 0; k < direction.size(); ++k) item(Law::coefficients()[k].symbol, direction[k]);
    });
    archive("options", result.options);
  }

 private:
  static auto symbols() {
    std::array<std::string_view, coefficient_count<Law>> names;
    for (std::size_t k = 0; k < names.size(); ++k) names[k] = Law::coefficients()[k].symbol;
    return names;
  }
};

template <>
struct json_members<io::fit_context> {
  static constexpr std::string_view kind = "fit_context";
  static void visit(auto& archive, auto& context) {
    archive("parameters", context.parameters);
    archive("flops", context.flops);
    archive("corpus", context.corpus);
    archive("schedule", context.schedule);
    archive("outliers", context.outliers);
    archive("uncertainty", context.uncertainty);
    archive("held_out_error", context.held_out_error);
    archive("extrapolation", context.extrapolation);
  }
};

}  // namespace scaling::detail
