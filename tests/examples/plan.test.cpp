// The demo as its user sees it: what it prints, for synthetic and for real runs, and what it says to wrong usage.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cstdio>
#include <sstream>
#include <string>

#include "support/catch.hpp"
#include "support/reference.hpp"

namespace {

using Catch::Matchers::ContainsSubstring;

struct outcome {
  int status;
  std::string text;  // standard output and error
};

outcome plan(const std::string& words) {
  std::ostringstream command;
  command << '"' << SCALING_PLAN_PROGRAM << "\" " << words << " 2>&1";
  FILE* pipe = popen(command.str().c_str(), "r");
  REQUIRE(pipe != nullptr);
  outcome result{0, ""};
  std::array<char, 4096> part;
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) result.text.append(part.data(), n);
  const int status = pclose(pipe);
  result.status = status == -1 ? -1 : (status >> 8) & 255;
  return result;
}

}  // namespace

TEST_CASE("without arguments: synthetic runs, labelled, and the law behind them within its noise") {
  const auto [status, text] = plan("");
  CHECK(status == 0);
  CHECK_THAT(text,
             ContainsSubstring("SYNTHETIC runs") && ContainsSubstring("250 runs") && ContainsSubstring("converged:"));
  CHECK_THAT(text, ContainsSubstring("alpha  0.35") && ContainsSubstring("beta   0.36"));  // 0.3478, 0.3658 and noise
  CHECK_THAT(text, ContainsSubstring("5.76e+23") && ContainsSubstring("what to doubt"));
}

TEST_CASE("Epoch's runs give the certified optimum, and a plan for each budget") {
  const auto file = support::reference_file("data/epoch_2024.csv");
  if (!file) return;
  const auto [status, text] =
      plan('"' + file->string() + "\" --drop excluded_as_outlier --budget 5.76e23 --budget 1e25");
  CAPTURE(text);
  CHECK(status == 0);
  CHECK_THAT(text, ContainsSubstring("240 runs") && ContainsSubstring("sum: 0.0010182740178006"));
  CHECK_THAT(text, ContainsSubstring("alpha  0.3473104989") && ContainsSubstring("beta   0.3671724326"));
  CHECK_THAT(text, ContainsSubstring("    5.76e+23    7.319e+10    1.312e+12    17.9   1.9739  x 4.52"));
  CHECK_THAT(text, ContainsSubstring("1e+25    3.173e+11    5.253e+12"));
}

TEST_CASE("wrong usage says what is right and leaves with 2") {
  for (const std::string words : {"--budget x", "--budget -1", "--budget", "--budgets 1e20", "a.csv b.csv",
                                  "--budget 1e999", "--loss c4_loss", "--drop bad"}) {
    const auto [status, text] = plan(words);
    CAPTURE(words, text);
    CHECK(status == 2);
    CHECK_THAT(text, ContainsSubstring("usage: plan"));
  }
  CHECK(plan("--help").status == 0);
}

TEST_CASE("a file that cannot be read leaves with 1 and its name") {
  const auto [status, text] = plan("no_such_file.csv");
  CHECK(status == 1);
  CHECK_THAT(text, ContainsSubstring("no_such_file.csv"));
}
