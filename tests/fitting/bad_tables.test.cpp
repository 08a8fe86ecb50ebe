// Tables that can be read and should not be believed, in tests/data/bad_tables: what the fit, its report and the plan say
// of each. None ends in a number without a word of doubt.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/io/csv.hpp>
#include <scaling/io/report.hpp>
#include <scaling/planning/compute_optimal.hpp>

#include "support/catch.hpp"

namespace {

using Catch::Matchers::ContainsSubstring;
namespace sc = scaling;

using runs = std::vector<sc::observation<>>;

runs read(const std::string& file) {
  return sc::io::read_runs(SCALING_SOURCE_DIR "/tests/data/bad_tables/" + file + ".csv");
}

template <class Law>
std::string report(const sc::fit_result<Law>& result) {
  std::ostringstream text;
  text << result;
  return text.str();
}

/// What a plan from a law says: nothing, or why there is none.
std::string refusal(const sc::chinchilla<>& law) {
  try {
    return static_cast<void>(sc::compute_optimal(law, 1e24)), "";
  } catch (const std::domain_error& error) {
    return error.what();
  }
}

struct table {
  std::string file;
  bool identified;
  std::string doubt;  // in the report, which doubts nothing where it is empty
  std::optional<std::string>
      no_plan;  // in the refusal of a plan; empty where there is one, absent where rounding decides
};

const table tables[] = {
    {"good", true, "", ""},
    {"plain", true, "", ""},
    // what the runs do not vary they do not tell: of many laws with objectives within 1e-13, rounding says which
    {"one_model_size", false, "not identified: these runs leave", std::nullopt},
    {"one_token_count", false, "not identified: these runs leave", std::nullopt},
    {"one_ratio", false, "not identified: these runs leave", std::nullopt},
    {"one_row_a_hundred_times", false, "not identified: these runs leave", "A = 0, must be positive"},
    {"one_loss", false, "A is at its bound 0", "A = 0, must be positive"},
    {"five_runs", true, "as many coefficients as runs: nothing shows how far the law is to trust", ""},
    // what the law cannot say
    {"loss_rises_with_parameters", false, "A is at its bound 0", "A = 0, must be positive"},
    {"loss_rises_with_both", false, "alpha is at its bound 0", "alpha = 0, must be positive"},
    // Floors of any number of terms are all as good, and so are laws between contradicting copies, to the last digit:
    // which of them comes is for rounding to say.
    {"noise_only", false, "alpha is at its bound 0", " = 0, must be positive"},
    {"contradicting_copies", false, "a run is off the law by a factor of 3.", " = 0, must be positive"},
    {"no_floor", true, "E is at its bound 0", ""},
    {"one_absurd_loss", true, "a run is off the law by a factor of 3.96e+05: is its loss right?", ""},
    // units
    {"parameters_in_billions", true, "parameters reach only 10: millions or billions instead of counts?", ""},
    {"both_in_billions", true, "tokens reach only 800: millions or billions instead of counts?", ""},
    {"mixed_units", true, "parameters differ by a factor of 1e+11: counts in some runs, millions in others?", ""},
    {"mixed_units_of_tokens", true, "tokens differ by a factor of 4e+11: counts in some runs", ""},
    {"columns_swapped", true,
     "the range of parameters is centred above that of tokens: have the two columns been swapped?", ""},
    {"counts_near_1e308", true, "parameters reach 1e+307, more than any run had: are they counts?", ""},
    {"counts_near_1e-300", true, "parameters reach only 1e-299", ""},
    // E is 0 and B / D^0 the floor: its runs do not say which of them is.
    {"spread_over_600_decades", false, "parameters reach 1e+300, more than any run had", "B = 0, must be positive"},
    {"losses_below_any_floor", true, "losses of 3.97e-300 are those of no text: are they nats per token?", ""},
    {"losses_beyond_any_vocabulary", true, "are those of no vocabulary: are they nats per token?", ""},
};

}  // namespace

TEST_CASE("each doubtful table is fitted with a doubt, and there is a plan only where there is a law") {
  for (const auto& [file, identified, doubt, no_plan] : tables) {
    const auto result = sc::fit<sc::chinchilla>(read(file));
    const auto text = report(result);
    CAPTURE(file, text);
    CHECK(result.converged());
    CHECK(result.identified() == identified);
    if (doubt.empty())
      CHECK_THAT(text, !ContainsSubstring("  ! "));
    else
      CHECK_THAT(text, ContainsSubstring("  ! ") && ContainsSubstring(doubt));
    const auto refused = refusal(result.law);
    if (!no_plan) continue;
    CHECK(refused.empty() == no_plan->empty());
    CHECK_THAT(refused, ContainsSubstring(*no_plan));
  }
}

TEST_CASE("four runs cannot have five coefficients") {
  CHECK_THROWS_WITH(sc::fit<sc::chinchilla>(read("four_runs")),
                    "scaling::fit: number of observations = 4, must be at least the 5 free coefficients");
}

TEST_CASE("a number that is no loss and no count is refused by the run that has it") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {std::nan(""), infinity, -infinity, 0.0, -0.0, -2.5}) {
    CAPTURE(bad);
    auto table = read("good");
    table[11].loss = bad;
    CHECK_THROWS_WITH(sc::fit<sc::chinchilla>(table), ContainsSubstring("scaling::fit: observation 11: loss = ") &&
                                                          ContainsSubstring(", must be positive and finite"));
    table = read("good");
    table[3].at.tokens = bad;
    CHECK_THROWS_WITH(sc::fit<sc::chinchilla>(table), ContainsSubstring("scaling::fit: observation 3: tokens = ") &&
                                                          ContainsSubstring(", must be positive and finite"));
  }
  CHECK_THROWS_WITH(sc::fit<sc::chinchilla>(runs{}),
                    "scaling::fit: number of observations = 0, must be at least the 5 free coefficients");
}

TEST_CASE("units change the coefficients and nothing else, from 1e-300 to 1e307") {
  const auto good = sc::fit<sc::chinchilla>(read("good"));
  for (const std::string file : {"both_in_billions", "counts_near_1e308", "counts_near_1e-300",
                                 "losses_below_any_floor", "losses_beyond_any_vocabulary"}) {
    CAPTURE(file);
    const auto scaled = sc::fit<sc::chinchilla>(read(file));
    CHECK(std::abs(scaled.law.alpha - good.law.alpha) < 1e-10);  // the runs are written to six digits alike
    CHECK(std::abs(scaled.law.beta - good.law.beta) < 1e-10);
    CHECK(std::abs(scaled.objective / good.objective - 1) < 1e-10);
  }
}

TEST_CASE("a million rows of fifteen kinds are fitted as fifteen runs") {
  const auto good = read("good");
  runs many;
  while (many.size() < 1'000'000) many.push_back(good[many.size() % good.size()]);
  many.resize(999'990);  // each as often
  const auto result = sc::fit<sc::chinchilla>(many), once = sc::fit<sc::chinchilla>(good);
  CHECK(result.observation_count == 999'990);
  CHECK(std::abs(result.law.alpha - once.law.alpha) < 1e-10);
  CHECK(std::abs(result.objective / once.objective / 66'666 - 1) < 1e-10);
}
