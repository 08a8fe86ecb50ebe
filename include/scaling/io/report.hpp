// Results as text: `std::cout << result` is one screen that shows every criterion beside its tolerance.
// SPDX-License-Identifier: BSL-1.0
//
//   io::write_report(std::cout, result, covariance(result, runs), {.parameters = "total", .flops = "6 N D"});
//
// adds standard errors, the coefficients that hardly vary apart, and what is declared of the fit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/weights.hpp>
#include <scaling/io/fit_context.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/planning/compute_optimal.hpp>

namespace scaling {
namespace detail {

/// A number to so many significant digits, without touching the state of a stream.
template <class T>
std::string digits(const T& value, int count) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*Lg", count, static_cast<long double>(value));
  return with_point(text);
}

inline std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

inline std::string described(search from) {
  switch (from) {
    case search::screened:
      return "screened";
    case search::exhaustive:
      return "exhaustive";
    case search::single:
      return "single";
  }
  return "";
}

/// What is odd about the range of a quantity that should be a count; empty where nothing is.
inline std::string odd_range(std::string_view quantity, long double from, long double to) {
  const bool parameters = quantity == "parameters";
  if (!parameters && quantity != "tokens" && quantity != "unique_tokens") return "";
  const std::string name(quantity);
  if (to < (parameters ? 1e6L : 1e7L))
    return name + " reach only " + digits(to, 3) +
           ": millions or billions instead of counts? The fit does not mind, a plan would be off by that factor";
  if (to > 1e18L) return name + " reach " + digits(to, 3) + ", more than any run had: are they counts?";
  if (to / from > 1e7L)
    return name + " differ by a factor of " + digits(to / from, 2) + ": counts in some runs, millions in others?";
  return "";
}

/// What is odd about a table as a whole, whatever its law.
template <loss_model Law>
std::vector<std::string> odd_table(const fit_result<Law>& result) {
  using T = typename Law::real_type;
  constexpr auto inputs = Law::input_type::inputs();
  std::vector<std::string> all;
  typename Law::input_type smallest{}, largest{};
  for (std::size_t b = 0; b < inputs.size(); ++b) {
    const auto [from, to] = result.range[b];
    smallest.*inputs[b].member = from;
    largest.*inputs[b].member = to;
    all.push_back(odd_range(inputs[b].name, static_cast<long double>(from), static_cast<long double>(to)));
  }
  if constexpr (inputs.size() > 1) {
    const auto middle = [&](std::size_t b) { return std::log(result.range[b].from) + std::log(result.range[b].to); };
    if (inputs[0].name == "parameters" && inputs[1].name == "tokens" && middle(0) > middle(1))
      all.push_back("the range of parameters is centred above that of tokens: have the two columns been swapped?");
  }
  if (result.observation_count <= static_cast<std::size_t>(result.free_count))
    all.push_back("as many coefficients as runs: nothing shows how far the law is to trust");
  const auto off = std::exp(result.residuals.largest);
  if (result.options.residual == residual::log && off > 2)
    all.push_back("a run is off the law by a factor of " + digits(off, 3) + ": is its loss right?");
  const auto [lowest, highest] = std::minmax({result.law(largest), result.law(smallest)});  // not each law falls
  if (lowest > 13)  // log(400000): a guess among all tokens
    all.push_back("losses of " + digits(lowest, 3) + " are those of no vocabulary: are they nats per token?");
  if (highest < T(0.01))
    all.push_back("losses of " + digits(highest, 3) + " are those of no text: are they nats per token?");
  std::erase(all, "");
  return all;
}

/// "log A + 20.7 alpha, ": the combinations of coefficients that can move without much change of any prediction.
template <loss_model Law>
std::string open_directions(const fit_result<Law>& result) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  std::string text;
  for (const auto& direction : result.undetermined) {
    for (std::size_t k = 0; k < table.size(); ++k) {
      const auto size = std::abs(direction[k]);
      if (!(size > T(1e-3))) continue;
      const bool first = text.empty() || text.ends_with(", ");
      text += first ? (direction[k] < 0 ? "-" : "") : (direction[k] < 0 ? " - " : " + ");
      if (digits(size, 3) != "1") text += digits(size, 3) + " ";
      text += (table[k].scale == scale::log ? "log " : "") + std::string(table[k].symbol);
    }
    text += ", ";
  }
  return text;
}

/// " E 1.73, A 480, B 2000, alpha 0.35, beta 0.37".
template <loss_model Law>
std::string listed(const Law& law) {
  std::string text;
  for (const auto& row : Law::coefficients())
    text += (text.empty() ? " " : ", ") + std::string(row.symbol) + " " + digits(law.*row.member, 4);
  return text;
}

/// "vary parameters and tokens independently, at three values of each or more": a power of an input above a floor has two
/// coefficients, and the floor is one more.
template <loss_model Law>
std::string advice() {
  constexpr auto inputs = Law::input_type::inputs();
  std::string names;
  for (std::size_t b = 0; b < inputs.size(); ++b)
    names += (b == 0 ? "" : b + 1 == inputs.size() ? " and " : ", ") + std::string(inputs[b].name);
  return "vary " + names + (inputs.size() > 1 ? " independently, at three values of each" : ", at three values") +
         " or more";
}

template <loss_model Law>
std::string doubts(const fit_result<Law>& result) {
  std::string text;
  const auto doubt = [&](const std::string& sentence) { text += "  ! " + sentence + "\n"; };
  if (result.termination == termination::not_converged)
    doubt("not converged: the coefficients are those of the best point seen, not of a minimum");
  if (result.termination == termination::term_vanished)
    doubt("a term has vanished, though the objective falls when it is brought back: not a minimum");
  for (const auto& hit : result.at_bound) doubt(std::string(hit.symbol) + " is at its bound " + digits(hit.bound, 6));
  if (!result.identified())
    doubt("not identified: these runs leave " + open_directions(result) + "open; " + advice<Law>());
  for (const auto& other : result.basins)
    if (other.excess == 0)
      doubt("another law is as good on these runs:" + listed(other.law));
    else if (other.excess < typename Law::real_type(0.01))
      doubt("another minimum is only " + digits(100 * other.excess, 2) +
            " % higher: the runs hardly decide between them");
  for (const auto& sentence : odd_table(result)) doubt(sentence);
  return text;
}

/// What inference calls a covariance, known by its members: io needs no header of that storey.
template <class T>
concept covariance_of_coefficients = requires(const T& of) {
  of.standard_errors();
  of.correlated(0.9);
};

/// The closing checklist: what is declared, a line each, and what is not.
template <loss_model Law>
std::string checklist(const io::fit_context& context) {
  constexpr auto inputs = Law::input_type::inputs();
  const auto has = [&](std::string_view name) {
    return std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return input.name == name; });
  };
  std::vector<std::pair<std::string, std::optional<std::string>>> items;
  if (has("parameters")) items.emplace_back("what N counts", context.parameters);
  if (has("flops") || (has("parameters") && has("tokens"))) items.emplace_back("what C counts", context.flops);
  items.emplace_back("corpus", context.corpus);
  items.emplace_back("schedule", context.schedule);
  items.emplace_back("outlier rule", context.outliers);
  items.emplace_back("uncertainty", context.uncertainty);
  items.emplace_back("held-out error", std::nullopt);
  const auto known = [](const std::optional<double>& x) { return x && !std::isnan(*x); };  // NaN declares nothing
  if (known(context.held_out_error)) items.back().second = digits(100 * *context.held_out_error, 3) + " %";
  items.emplace_back("extrapolation", std::nullopt);
  if (known(context.extrapolation))
    items.back().second = *context.extrapolation > 1
                              ? digits(*context.extrapolation, 3) + " times beyond the fitted range"
                              : "inside the fitted range";

  std::string declared, missing;
  for (const auto& [what, said] : items)
    if (said)
      declared += "  " + what + ": " + *said + "\n";
    else
      missing += (missing.empty() ? "  not declared: " : ", ") + what;
  return declared + missing + (missing.empty() ? "" : "\n");
}

/// What the weights make of a residual.
inline std::string_view described(const run_weights& weights) {
  if (std::holds_alternative<known_sigma>(weights)) return " in units of their known sigma";
  if (std::holds_alternative<relative_weights>(weights)) return " with relative weights";
  return std::holds_alternative<frequencies>(weights) ? " counted by their frequencies" : "";
}

/// That a coefficient was not free, if so.
template <loss_model Law>
std::string constraint_on(const fit_options<Law>& options, const constraints<Law>& limits, std::size_t k) {
  if (limits.held[k]) return "   held";
  const std::string_view symbol = Law::coefficients()[k].symbol;
  for (const auto& pair : options.tied)
    if (pair.first == symbol || pair.second == symbol)
      return "   tied to " + (pair.first == symbol ? pair.second : pair.first);
  return "";
}

/// The report but for the checklist: what was fitted to what, why it stopped, how many starts agree, the coefficients,
/// what to doubt. `noted(k)` goes behind coefficient k, `below` under them all.
template <loss_model Law, class Noted>
std::string findings(const fit_result<Law>& result, const Noted& noted, const std::string& below) {
  constexpr auto inputs = Law::input_type::inputs();
  std::string text = std::string(Law::name) + ": L = " + std::string(Law::formula) + "   [nats/token]\n  " +
                     std::to_string(result.observation_count) + " runs";
  for (std::size_t b = 0; b < inputs.size(); ++b)
    text += (b == 0 ? "; " : ", ") + std::string(inputs[b].name) + " " + digits(result.range[b].from, 4) + " .. " +
            digits(result.range[b].to, 4);
  text += "\n  " + described(result.options.criterion) + " of " +
          (result.options.residual == residual::log ? "log residuals" : "residuals") +
          std::string(described(result.options.weights)) + ", " +
          (result.options.reduction == reduction::sum ? "sum" : "mean") + ": " + digits(result.objective, 15) + "\n";

  const bool small = result.predicted_decrease <= result.tolerance;
  text += std::string("  ") + (result.converged() ? "converged" : "NOT CONVERGED") + ": predicted decrease " +
          digits(result.predicted_decrease, 2) + (small ? " <= " : " > ") + digits(result.tolerance, 2) +
          ", gradient " + digits(result.gradient_norm, 2) + " (" + std::to_string(result.iterations) + " iterations; " +
          std::to_string(result.evaluations) + " evaluations in all)\n";
  text += "  starts: " + std::to_string(result.starts.tried) + " tried (" + described(result.options.search) + "), " +
          (result.starts.given_up > 0 ? std::to_string(result.starts.given_up) + " given up as far above, " : "") +
          std::to_string(result.starts.converged) + " converged, " + std::to_string(result.starts.agreeing) +
          " agreeing with the best; other minima: ";
  if (result.basins.empty()) text += "none found\n";
  for (std::size_t i = 0; i < result.basins.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::string("+") + digits(100 * result.basins[i].excess, 3) + " %" +
            (i + 1 == result.basins.size() ? "\n" : "");
  text += "  residuals: rms " + digits(result.residuals.root_mean_square, 3) + ", largest " +
          digits(result.residuals.largest, 3);
  if (std::holds_alternative<huber>(result.options.criterion))
    text += ", " + std::to_string(result.residuals.in_quadratic_zone) + " of " +
            std::to_string(result.observation_count) +
            (std::holds_alternative<known_sigma>(result.options.weights) ? " within delta sigmas" : " within delta");
  text += "\n  " +
          (result.identified() ? "identified"
                               : "NOT IDENTIFIED (" + std::to_string(result.rank) + " of " +
                                     std::to_string(result.free_count) + " directions)") +
          ": smallest singular value " + digits(result.singular_ratio, 2) + (result.identified() ? " > " : " <= ") +
          "1e-06 of the largest\n";

  constexpr auto table = Law::coefficients();
  const auto limits = constraints_of<Law>("scaling::io::write_report", result.options);
  std::size_t width = 0;
  for (const auto& row : table) width = std::max(width, row.symbol.size());
  for (std::size_t k = 0; k < table.size(); ++k)
    text += "    " + padded(table[k].symbol, width) + "  " + digits(result.law.*table[k].member, 10) +
            constraint_on(result.options, limits, k) + noted(k) + "\n";
  return text + below + doubts(result);
}

}  // namespace detail

namespace io {

/// The report of a fit and what is declared of it.
template <loss_model Law>
void write_report(std::ostream& out, const fit_result<Law>& result, const fit_context& context = {}) {
  out << detail::findings(
             result, [](std::size_t) { return ""; }, "") +
             detail::checklist<Law>(context);
}

/// The same with the standard errors of a covariance, `covariance(result, runs)` or that of a sample, and the pairs of
/// coefficients that correlate above `threshold` either way: single intervals of those say little.
template <loss_model Law, detail::covariance_of_coefficients Covariance>
void write_report(std::ostream& out, const fit_result<Law>& result, const Covariance& covariance,
                  const fit_context& context = {}, double threshold = 0.9) {
  using detail::digits;
  const auto errors = covariance.standard_errors();
  const auto noted = [&](std::size_t k) {
    return std::isfinite(errors[k]) ? std::string("   standard error ").append(digits(errors[k], 3)) : std::string();
  };
  std::string below = "  correlated above ";
  below.append(detail::text_of(threshold)).append(":");
  const auto pairs = covariance.correlated(threshold);
  if (pairs.empty()) below.append(" none");
  for (const auto& pair : pairs)
    below.append(&pair == &pairs.front() ? " (" : ", (")
        .append(pair.first)
        .append(", ")
        .append(pair.second)
        .append(") ")
        .append(digits(pair.correlation, 4));
  below.append("\n");
  const bool known = std::any_of(errors.begin(), errors.end(), [](auto error) { return std::isfinite(error); });
  fit_context with_errors = context;
  if (known && !context.uncertainty) with_errors.uncertainty = "the standard errors above";
  out << detail::findings(result, noted,
                          known ? below : "  ! the covariance has no standard errors: see its status\n") +
             detail::checklist<Law>(with_errors);
}

}  // namespace io

/// The report of a fit of which nothing is declared.
template <loss_model Law>
std::ostream& operator<<(std::ostream& out, const fit_result<Law>& result) {
  io::write_report(out, result);
  return out;
}

/// A plan in one line.
template <real T>
std::ostream& operator<<(std::ostream& out, const allocation<T>& plan) {
  using detail::digits;
  return out << digits(plan.flops, 4) + " FLOP: " + digits(plan.parameters, 4) + " parameters, " +
                    digits(plan.tokens, 4) + " tokens (" + digits(plan.tokens / plan.parameters, 3) +
                    " per parameter), loss " + digits(plan.loss, 5) + " nats/token";
}

}  // namespace scaling
