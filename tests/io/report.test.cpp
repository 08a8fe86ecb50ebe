// The report of a fit: one screen, each criterion beside its tolerance, the doubts that the result gives
// cause for, and the closing checklist.
// SPDX-License-Identifier: BSL-1.0
#include <clocale>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/core/error.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/covariance.hpp>
#include <scaling/io/report.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/power_law.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
namespace sc = scaling;

std::string text_of(const auto& result) {
  std::ostringstream out;
  out << result;
  return out.str();
}

std::vector<sc::observation<>> noisy_runs() {
  std::mt19937_64 bits(1);
  std::uniform_real_distribution<double> noise(-0.005, 0.005);
  std::vector<sc::observation<>> runs;
  for (const double N : {1e8, 3e8, 1e9, 3e9, 1e10})
    for (const double ratio : {5.0, 20.0, 80.0})
      runs.push_back({{N, ratio * N}, sc::published::besiroglu_2024<>(N, ratio * N) * std::exp(noise(bits))});
  return runs;
}

}  // namespace

TEST_CASE("a good fit: what was fitted, why it stopped, the coefficients, and no doubts") {
  const auto result = sc::fit<sc::chinchilla>(noisy_runs());
  const std::string text = text_of(result);
  CAPTURE(text);
  CHECK_THAT(text, ContainsSubstring("chinchilla: L = E + A/N^alpha + B/D^beta   [nats/token]"));
  CHECK_THAT(text, ContainsSubstring("15 runs; parameters 1e+08 .. 1e+10, tokens 5e+08 .. 8e+11"));
  CHECK_THAT(text, ContainsSubstring("huber(delta 0.001) of log residuals, sum: "));
  CHECK_THAT(text, ContainsSubstring("  converged: predicted decrease ") && ContainsSubstring(" <= "));
  CHECK_THAT(text, ContainsSubstring("tried (screened), ") && ContainsSubstring("given up as far above, ") &&
                       ContainsSubstring("agreeing with the best"));
  CHECK_THAT(text, ContainsSubstring("of 15 within delta") && ContainsSubstring(" > 1e-06 of the largest"));
  for (const std::string symbol : {"    E      ", "    A      ", "    B      ", "    alpha  ", "    beta   "})
    CHECK_THAT(text, ContainsSubstring(symbol));
  CHECK_THAT(text, !ContainsSubstring("  ! "));
  CHECK_THAT(text,
             EndsWith("  not declared: what N counts, what C counts, corpus, schedule, outlier rule, uncertainty, "
                      "held-out error, extrapolation\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') <= 24);
}

TEST_CASE("what was held, tied or weighted looked like a fit of everything") {
  const auto runs = noisy_runs();
  const auto report = [&](const sc::fit_options<sc::chinchilla<>>& options) {
    return text_of(sc::fit<sc::chinchilla>(runs, options));
  };
  const std::string held = report({.fixed = {{"E", 1.8}},
                                   .criterion = sc::huber{1.345},
                                   .weights = sc::known_sigma{std::vector<double>(runs.size(), 0.003)}});
  CAPTURE(held);
  CHECK_THAT(held, ContainsSubstring("    E      1.8   held\n"));
  CHECK_THAT(held, ContainsSubstring("huber(delta 1.345) of log residuals in units of their known sigma, sum: "));
  CHECK_THAT(held, ContainsSubstring("of 15 within delta sigmas"));
  const std::string tied =
      report({.tied = {{"alpha", "beta"}}, .weights = sc::relative_weights{std::vector<double>(runs.size(), 2)}});
  CAPTURE(tied);
  CHECK_THAT(tied, ContainsSubstring("   tied to alpha\n") && ContainsSubstring("   tied to beta\n"));
  CHECK_THAT(tied, ContainsSubstring(" of log residuals with relative weights, sum: "));
}

TEST_CASE("what a box of one value held looked like a fit of everything") {
  const auto result = sc::fit<sc::chinchilla>(noisy_runs(), {.bounds = {{"E", 1.8, 1.8}, {"alpha", 0.1, 0.9}}});
  CHECK_THAT(text_of(result), ContainsSubstring("    E      1.8   held\n"));
  const auto met = sc::fit<sc::chinchilla>(
      noisy_runs(), {.tied = {{"alpha", "beta"}}, .bounds = {{"alpha", 0.1, 0.3}, {"beta", 0.3, 0.9}}});
  CHECK_THAT(text_of(met),
             ContainsSubstring("    alpha  0.3   held\n") && ContainsSubstring("    beta   0.3   held\n"));
}

TEST_CASE("a locale put commas into reports and messages") {
  const auto plan = sc::compute_optimal(sc::published::besiroglu_2024<>, 1e24);
  const auto message = [] {
    try {
      (void)sc::compute_optimal(sc::published::besiroglu_2024<>, -1.5e-3);
    } catch (const std::domain_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string before = text_of(plan), said = message();
  CHECK_THAT(said, ContainsSubstring("flops = -0.0015, must be"));
  const std::string old = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) {
    if (!std::setlocale(LC_ALL, name)) continue;
    CHECK(text_of(plan) == before);
    CHECK(message() == said);
  }
  std::setlocale(LC_ALL, old.c_str());
  CHECK(sc::detail::with_point("-1,5e-08") == "-1.5e-08");
  CHECK(sc::detail::with_point("1\xD9\xAB"
                               "5") == "1.5");  // two bytes in Arabic
  CHECK(sc::detail::with_point("-inf") == "-inf");
}

TEST_CASE("the closing checklist prints what is declared and lists what is not") {
  const auto result = sc::fit<sc::chinchilla>(noisy_runs());
  const auto closing = [&](const sc::io::fit_context& context) {
    std::ostringstream out;
    sc::io::write_report(out, result, context);
    const std::string text = out.str();
    CHECK(std::count(text.begin(), text.end(), '\n') <= 24);
    return text.substr(text.find('\n', text.find("    beta ")) + 1);
  };
  CHECK(closing({}).starts_with("  not declared: what N counts, what C counts, corpus, "));
  CHECK(closing({.flops = "6 N D", .held_out_error = 0.0123}) ==
        "  what C counts: 6 N D\n  held-out error: 1.23 %\n"
        "  not declared: what N counts, corpus, schedule, outlier rule, uncertainty, extrapolation\n");
  CHECK_THAT(closing({.extrapolation = 1.0}), ContainsSubstring("  extrapolation: inside the fitted range\n"));
  CHECK(closing({"total", "6 N D", "MassiveText", "cosine to the end", "none left out", "bootstrap, 4000 replicates",
                 0.01, 62.5}) ==
        "  what N counts: total\n  what C counts: 6 N D\n  corpus: MassiveText\n  schedule: cosine to the end\n"
        "  outlier rule: none left out\n  uncertainty: bootstrap, 4000 replicates\n  held-out error: 1 %\n"
        "  extrapolation: 62.5 times beyond the fitted range\n");

  sc::fit_result<sc::loss_of_tokens<>> of_tokens{};
  of_tokens.options.criterion = sc::squared{};
  CHECK_THAT(text_of(of_tokens), !ContainsSubstring("what N counts") && ContainsSubstring("not declared: "));
}

TEST_CASE("a covariance adds standard errors, and names the coefficients that hardly vary apart") {
  const auto runs = noisy_runs();
  const auto result = sc::fit<sc::chinchilla>(runs, {.fixed = {{"E", 1.8}}});
  const auto covariance = sc::covariance(result, runs, sc::covariance_form::gauss_newton);
  const auto report = [&](const auto& of, double threshold) {
    std::ostringstream out;
    sc::io::write_report(out, result, of, {.flops = "6 N D"}, threshold);
    return out.str();
  };
  const std::string text = report(covariance, 0.9);
  CAPTURE(text);
  CHECK_THAT(text, ContainsSubstring("    E      1.8   held\n"));  // it does not vary
  CHECK_THAT(text, ContainsSubstring("   standard error " + sc::detail::digits(covariance.standard_errors()[3], 3)));
  const auto strongest = covariance.correlated(0.9).at(0);
  CHECK_THAT(text,
             ContainsSubstring("  correlated above 0.9: (" + std::string(strongest.first) + ", " +
                               std::string(strongest.second) + ") " + sc::detail::digits(strongest.correlation, 4)));
  CHECK_THAT(text, ContainsSubstring("  uncertainty: the standard errors above\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') <= 24);
  CHECK_THAT(report(covariance, 0.9999999), ContainsSubstring("  correlated above 0.9999999: none\n"));

  auto without = covariance;
  without.factor.setConstant(std::nan(""));
  CHECK_THAT(report(without, 0.9), ContainsSubstring("  ! the covariance has no standard errors") &&
                                       !ContainsSubstring("   standard error ") && !ContainsSubstring("uncertainty: "));
}

TEST_CASE("of two laws that do as well both are shown") {
  constexpr sc::chinchilla<> law{1.8, 3000, 200, 0.45, 0.25};
  std::vector<sc::observation<>> ladder;
  for (double N = 1e8; N < 1e10; N *= 1.7) ladder.push_back({{N, 20 * N}, law(N, 20 * N)});
  const auto result = sc::fit<sc::chinchilla>(ladder);
  REQUIRE(result.basins.size() == 1);
  REQUIRE(result.basins[0].excess == 0);
  std::string other;
  for (const auto& row : sc::chinchilla<>::coefficients())
    other += ", " + std::string(row.symbol) + " " + sc::detail::digits(result.basins[0].law.*row.member, 4);
  CHECK_THAT(text_of(result),
             ContainsSubstring("\n  NOT IDENTIFIED (4 of 5 directions): smallest singular value 0 <= ") &&
                 ContainsSubstring("! another law is as good on these runs: " + other.substr(2) + "\n"));
}

TEST_CASE("every doubt is said: bounds, identification, units, convergence") {
  auto runs = noisy_runs();
  for (auto& run : runs) run.at.parameters = 70, run.at.tokens /= 1e9;
  auto result = sc::fit<sc::chinchilla>(runs);
  CHECK_THAT(text_of(result), ContainsSubstring("  ! not identified"));
  CHECK_THAT(text_of(result), ContainsSubstring("parameters reach only 70: millions or billions"));
  CHECK_THAT(text_of(result), ContainsSubstring("tokens reach only 800: millions or billions"));

  result = sc::fit<sc::chinchilla>(noisy_runs());
  result.termination = sc::termination::not_converged;
  result.predicted_decrease = 1;
  CHECK_THAT(text_of(result), ContainsSubstring("NOT CONVERGED: predicted decrease 1 > "));
  CHECK_THAT(text_of(result), ContainsSubstring("the best point seen, not of a minimum"));
  result.termination = sc::termination::term_vanished;
  CHECK_THAT(text_of(result), ContainsSubstring("a term has vanished"));
  result.at_bound.push_back({"E", 0});
  CHECK_THAT(text_of(result), ContainsSubstring("  ! E is at its bound 0"));
  result.basins.push_back({result.law, result.objective * 1.001, 0.001});
  CHECK_THAT(text_of(result), ContainsSubstring("other minima: +0.1 %"));
  CHECK_THAT(text_of(result), ContainsSubstring("another minimum is only 0.1 % higher"));
}

TEST_CASE("an extrapolation that is no number was reported as inside the fitted range") {
  const auto result = sc::fit<sc::chinchilla>(noisy_runs());
  const auto closing = [&](const sc::io::fit_context& context) {
    std::ostringstream out;
    sc::io::write_report(out, result, context);
    return out.str();
  };
  const auto unknown = closing({.held_out_error = std::nan(""), .extrapolation = std::nan("")});
  CHECK_THAT(unknown, !ContainsSubstring("inside the fitted range") && !ContainsSubstring("nan") &&
                          EndsWith("uncertainty, held-out error, extrapolation\n"));
  CHECK_THAT(closing({.extrapolation = std::numeric_limits<double>::infinity()}),
             ContainsSubstring("extrapolation: inf times beyond the fitted range"));
}

TEST_CASE("a stream keeps its own state") {
  std::ostringstream out;
  out.precision(3);
  out << std::scientific << sc::fit<sc::chinchilla>(noisy_runs()) << 0.5;
  CHECK_THAT(out.str(), ContainsSubstring("5.000e-01"));
}

TEST_CASE("a plan in one line") {
  CHECK(text_of(sc::compute_optimal(sc::published::besiroglu_2024<>, 5.76e23)) ==
        "5.76e+23 FLOP: 7.225e+10 parameters, 1.329e+12 tokens (18.4 per parameter), loss 1.9744 nats/token");
}
