// Tables of runs: real ones read to the last digit, the ways to write one, and a sentence for each way to get it wrong.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <limits>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <scaling/io/csv.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"

using scaling::io::columns;
using scaling::io::read_runs;

namespace {

using run = scaling::training_run<double>;
using runs = std::vector<scaling::observation<run>>;

/// A run type of a user's, with an input that the library knows from tables and one that it does not.
template <class T>
struct tuned_run {
  using real_type = T;
  T unique_tokens, learning_rate;

  bool operator==(const tuned_run&) const = default;
  static constexpr auto inputs() {
    using row = scaling::input<tuned_run>;
    return std::array{row{"unique_tokens", &tuned_run::unique_tokens}, row{"learning_rate", &tuned_run::learning_rate}};
  }
};

/// A run with repeated data.
struct repeated_run {
  using real_type = double;
  double parameters, tokens, unique_tokens;

  bool operator==(const repeated_run&) const = default;
  static constexpr auto inputs() {
    using row = scaling::input<repeated_run>;
    return std::array{row{"parameters", &repeated_run::parameters}, row{"tokens", &repeated_run::tokens},
                      row{"unique_tokens", &repeated_run::unique_tokens}};
  }
};

template <class Run = run>
auto parse(const std::string& text, const columns& wanted = {}) {
  std::istringstream in(text);
  return read_runs<Run>(in, "runs.csv", wanted);
}

/// What the reader says of `text`, which it must refuse with `Error` and nothing else.
template <class Run = run, class Error = std::runtime_error>
std::string refusal(const std::string& text, const columns& wanted = {}) {
  try {
    parse<Run>(text, wanted);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

template <class Run = run>
std::vector<scaling::observation<Run>> reference(const std::string& name, const columns& wanted = {}) {
  const auto file = support::reference_file("data/" + name);
  return file ? read_runs<Run>(*file, wanted) : std::vector<scaling::observation<Run>>{};
}

}  // namespace

// --- Real tables

TEST_CASE("Epoch's runs, without those that are flagged") {
  const auto all = reference("epoch_2024.csv");
  if (all.empty()) return;
  const auto kept = reference("epoch_2024.csv", {.drop = "excluded_as_outlier"});
  CHECK(all.size() == 245);
  REQUIRE(kept.size() == 240);
  CHECK(kept.front() == scaling::observation<>{{1730543416.124146, 875041997.0045102}, 3.395737776160633});
  CHECK(kept.back() == scaling::observation<>{{6795614805.310381, 317754489343.9688}, 2.0773942450664395});
  CHECK(runs(all.begin() + 5, all.end()) == kept);
}

TEST_CASE("a column that was named for something else, or is a loss by its name, was a rival of a letter") {
  const std::string rows = "\n1e8,2e9,3.28,0\n", one = "accepted";
  CHECK(refusal("N,D,nats/token,bad" + rows, {.loss = "nats/token"}) == one);
  CHECK(refusal("N,D,token_loss,bad" + rows, {.loss = "token_loss"}) == one);
  CHECK(refusal("N,D,loss,bad_tokens" + rows, {.drop = "bad tokens"}) == one);
  CHECK(refusal("N,D,loss,bad_tokens" + rows) ==
        "runs.csv:1: column 2 'D' and column 4 'bad_tokens' both match tokens, must be one");
}

TEST_CASE("layers were read as the loss beside its short names, and widths as the tokens beside what was seen") {
  for (const std::string name : {"val", "eval", "valid_1", "c4_val", "score"}) {
    CAPTURE(name);
    CHECK(refusal("N,D,L," + name + "\n1e8,2e9,12,3.1\n") ==
          "runs.csv:1: column 3 'L' and column 4 '" + name + "' both match loss, must be one");
  }
  for (const std::string name : {"billions_seen", "corpus size"}) {
    CAPTURE(name);
    CHECK(refusal("d,N,loss," + name + "\n512,1e8,3.1,2\n") ==
          "runs.csv:1: column 1 'd' and column 4 '" + name + "' both match tokens, must be one");
  }
  CHECK(refusal("N,D,L,interval,foreseen\n1e8,2e9,3.1,1,2\n") == "accepted");
}

TEST_CASE("Gadre's runs, of whose losses one is named") {
  const auto read = reference("gadre_2024.csv", {.loss = "loss_c4_validation"});
  if (read.empty()) return;
  REQUIRE(read.size() == 104);
  CHECK(read.front() == scaling::observation<>{{411616256, 2058081280}, 3.5279492850157737});
  CHECK(read.back() == scaling::observation<>{{6889410560, 137788211200}, 2.454721561962622});
  const auto body =
      reference("gadre_2024.csv", {.parameters = "Non-embedding parameters", .loss = "loss_german_english"});
  CHECK(body.front() == scaling::observation<>{{359973888, 2058081280}, 4.509730387944728});
}

TEST_CASE("Step Law's and Marin's runs") {
  const auto steplaw = reference("steplaw_2025_best.csv");
  if (steplaw.empty()) return;
  REQUIRE(steplaw.size() == 17);
  CHECK(steplaw.back() == scaling::observation<>{{1073741824, 56900000000}, 2.114374});
  const auto comma = reference("isoflop_marin_comma.csv"), dclm = reference("isoflop_marin_dclm.csv");
  REQUIRE(comma.size() == 85);
  CHECK(comma.back() == scaling::observation<>{{9714698752, 4811128832}, 3.2964468002319336});
  REQUIRE(dclm.size() == 85);
  CHECK(dclm.back() == scaling::observation<>{{9714698752, 4811128832}, 3.108232021331787});
  CHECK(reference("isoflop_marin_comma.csv", {.drop = "flagged_outlier"}).size() == 80);
  CHECK(reference("isoflop_marin_dclm.csv", {.drop = "flagged_outlier"}).size() == 79);
}

TEST_CASE("Muennighoff's runs, with repeated tokens") {
  const auto read = reference<repeated_run>("muennighoff_2023.csv");
  if (read.empty()) return;
  REQUIRE(read.size() == 296);
  CHECK(read.front() == scaling::observation<repeated_run>{{2810000000, 4000000000, 4000000000}, 3.265024});
  CHECK(read.back() == scaling::observation<repeated_run>{{2810000000, 77000000000, 1500000000}, 3.297776});
}

// --- Ways to write the same table

TEST_CASE("one table, however it is written") {
  const runs expected = {{{1e9, 2e10}, 2.5}, {{3e9, 6e10}, 2.25}};
  const auto text = GENERATE(values<std::string>({
      "parameters,tokens,loss\n1000000000,20000000000,2.5\n3000000000,60000000000,2.25\n",
      "parameters,tokens,loss\n1e9,2e10,2.5\n3e9,6e10,2.25",                // no last line end
      "parameters,tokens,loss\r\n1E9,2E+10,25e-1\r\n3.e9,.6e11,+2.25\r\n",  // CR LF
      "parameters,tokens,loss\r1e9,2e10,2.5\r3e9,6e10,2.25",                // CR
      "\xEF\xBB\xBFparameters,tokens,loss\n1e9,2e10,2.5\n3e9,6e10,2.25\n",  // a byte order mark
      "\xEF\xBB\xBF\"parameters\",\"tokens\",\"loss\"\n\"1e9\",\"2e10\",\" 2.5\"\n3e9,6e10,2.25\n",
      "\n \n\nparameters,tokens,loss\n\n1e9,2e10,2.5\n\t\n\r\n3e9,6e10,2.25\n\n\n",  // blank lines
      " parameters , tokens , loss \n 1e9 ,\t2e10, 2.5 \n3e9,6e10,\"2.25\" \n",      // blanks
      "parameters\ttokens\tloss\n1e9\t2e10\t2.5\n3e9\t 6e10 \t2.25\n",               // tabs
      "\tparameters\ttokens\tloss\n0\t1e9\t2e10\t2.5\n1\t3e9\t6e10\t2.25\n",         // and an index
      ",parameters,tokens,loss\n0,1e9,2e10,2.5\n1,3e9,6e10,2.25\n",                  // as pandas writes it
      "parameters;tokens;loss\n1e9;2e10;2.5\n3e9;6e10;2.25\n",                       // semicolons
      "parameters;tokens;loss;note\n1e9;2e10;2.5;a,b\n3e9;6e10;2.25;\n",             // and a comma below
      "parameters,tokens,loss,a\tb;c\n1e9,2e10,2.5,\n3e9,6e10,2.25,\n",              // a comma goes before a tab
      "parameters\ttokens\tloss\ta;b\n1e9\t2e10\t2.5\t\n3e9\t6e10\t2.25\t\n",
      "note,loss,tokens,parameters\n\"a, \"\"b\"\"\nc\",2.5,2e10,1e9\n\"\",2.25,6e10,3e9\n",  // any order, and text
  }));
  CAPTURE(text);
  CHECK(parse(text) == expected);
}

TEST_CASE("columns are recognised by their usual spellings") {
  const runs expected = {{{1, 2}, 3}};
  const auto header = GENERATE(values<std::string>(
      {"N,D,loss", "n,d,L", "Model Size,Training Tokens,loss", "n_params,n_tokens,val_loss", "params,tokens,valid/loss",
       "PARAMS,Tokens,Final-Loss", "num_parameters,tokens_seen,validation loss"}));
  CAPTURE(header);
  CHECK(parse(header + "\n1,2,3\n") == expected);
}

TEST_CASE("columns are named, exactly or nearly") {
  const std::string text = "a,A,Test Loss,loss,keep\n1,2,3,4,x\n";
  CHECK(parse(text, {.parameters = "A", .tokens = "a", .loss = "loss"}) == runs{{{2, 1}, 4}});
  CHECK(parse(text, {.parameters = "a", .tokens = "A", .loss = "test_loss"}) == runs{{{1, 2}, 3}});
}

TEST_CASE("a user's run type names its own columns") {
  using observations = std::vector<scaling::observation<tuned_run<float>>>;
  const observations expected = {{{100.0f, 0.1f}, 3.0f}};
  CHECK(parse<tuned_run<float>>("U,Learning Rate,loss\n100,0.1,3\n") == expected);
  CHECK(parse<tuned_run<float>>("pool,lr,loss\n100,0.1,3\n",
                                {.unique_tokens = "pool", .others = {{"learning_rate", "lr"}}}) == expected);
}

TEST_CASE("rows are dropped by their flags") {
  const std::string header = "N,D,loss,Bad\n";
  for (const std::string yes : {"1", "1.0", "true", "True", "YES", "\" yes \""}) {
    CAPTURE(yes);
    CHECK(parse(header + "1,2,3,\n4,5,6," + yes + "\n", {.drop = "bad"}) == runs{{{1, 2}, 3}});
  }
  for (const std::string no : {"", "0", "0.0", "false", "False", "NO", "\"\""}) {
    CAPTURE(no);
    CHECK(parse(header + "1,2,3," + no + "\n", {.drop = "bad"}) == runs{{{1, 2}, 3}});
  }
  CHECK(parse(header + "1,2,3,0\n,diverged,nan,1\n", {.drop = "Bad"}) == runs{{{1, 2}, 3}});
}

TEMPLATE_TEST_CASE("numbers are read into the run's own type, up to its limits", "", float, double, long double) {
  using limits = std::numeric_limits<TestType>;
  std::ostringstream text;
  text.precision(limits::max_digits10);
  text << "N,D,loss\n" << limits::max() << "," << limits::min() << "," << TestType(0.1L) << "\n";
  const auto read = parse<scaling::training_run<TestType>>(text.str());
  CHECK(read[0].at.parameters == limits::max());
  CHECK(read[0].at.tokens == limits::min());
  CHECK(read[0].loss == TestType(0.1L));
}

TEST_CASE("the locale does not matter") {
  struct decimal_comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const auto before = std::locale::global(std::locale(std::locale::classic(), new decimal_comma));
  const auto read = parse("N;D;loss\n1234.5;2;3\n");
  const auto refused = refusal("N;D;loss\n1;2;3,5\n");
  const auto counted = refusal("N,D,loss\n" + std::string(1234, '\n') + "1,2\n");
  std::locale::global(before);
  CHECK(read == runs{{{1234.5, 2}, 3}});
  CHECK(refused == R"(runs.csv:2: column 3 'loss': "3,5", must be a positive finite number)");
  CHECK(counted == "runs.csv:1236: 2 cells, must be 3 as in the header");
}

TEST_CASE("a million rows") {
  std::string text = "N,D,loss\n";
  for (int i = 1; i <= 1'000'000; ++i) text += std::to_string(i) + ",2e10,\"3.25\"\n";
  const auto read = parse(text);
  REQUIRE(read.size() == 1'000'000);
  CHECK(read.back() == scaling::observation<>{{1e6, 2e10}, 3.25});
  CHECK(refusal(text + "1,2,x\n") == R"(runs.csv:1000002: column 3 'loss': "x", must be a positive finite number)");
}

// --- Ways to get it wrong

TEST_CASE("files that cannot be read are refused") {
  const auto absent = std::filesystem::temp_directory_path() / "scaling-has-no-such-file.csv";
  CHECK_THROWS_WITH(read_runs(absent), absent.string() + ": cannot be opened or read");
  const auto folder = std::filesystem::temp_directory_path();
  CHECK_THROWS_WITH(read_runs(folder), folder.string() + ": cannot be opened or read");
}

TEST_CASE("a file is read by its path, and named by it") {
  const auto stamp = std::chrono::steady_clock::now().time_since_epoch().count();
  const auto path = std::filesystem::temp_directory_path() / ("scaling-" + std::to_string(stamp) + ".csv");
  std::ofstream(path, std::ios::binary) << "N,D,loss\r\n1,2,3\r\n";
  CHECK(read_runs(path) == runs{{{1, 2}, 3}});
  CHECK(read_runs(path.string()) == runs{{{1, 2}, 3}});
  std::ofstream(path, std::ios::binary) << "N,D,loss\r\n1,5B,3\r\n";
  CHECK_THROWS_WITH(read_runs(path), path.string() + R"(:2: column 2 'D': "5B", must be a positive finite number)");
  std::filesystem::remove(path);
}

TEST_CASE("what is not a positive finite number is refused") {
  const std::string plain = "a positive finite number", range = " from about 1e-307 to 1e308";
  for (const std::string cell :
       {"1,000", "5B",    "7b",    "nan",   "NaN", "inf", "-inf",  "infinity",  "0x10",    "3.2e",
        "3.2e+", "1e5 0", "1_000", "1 000", "",    "-",   "+",     "--1",       "+-1",     "++1",
        "+ 1",   ".",     "e5",    "1.2.3", "12%", "$5",  "0",     "0.0",       "-0",      "-3",
        "0e9",   "1d5",   "1e5f",  "1'000", "1/2", "n/a", "#REF!", "1\xC2\xA0", "-1e-400x"}) {
    CAPTURE(cell);
    CHECK(refusal("run,N,D,loss\n\na,1,2,3\nb,1,\"" + cell + "\",3\n") ==
          "runs.csv:4: column 3 'D': \"" + cell + "\", must be " + plain);
  }
  for (const std::string cell : {"1e999", "+1e999", "1e-999", "1e-310", "5e-324", "-1e999"}) {
    CAPTURE(cell);
    CHECK(refusal("N,D,loss\n1,2," + cell) ==
          "runs.csv:2: column 3 'loss': \"" + cell + "\", must be " + plain + range);
  }
  CHECK(refusal<scaling::training_run<float>>("N,D,loss\n1e39,2,3\n") ==
        R"(runs.csv:2: column 1 'N': "1e39", must be a positive finite number from about 1e-37 to 1e38)");
}

TEST_CASE("malformed tables are refused in one sentence") {
  struct table {
    std::string text, message;
    columns wanted = {};
  };
  const std::string nul(1, '\0'), longest(60, 'x');
  const auto& [text, message, wanted] = GENERATE_COPY(values<table>({
      // nothing to read
      {"", "runs.csv: no runs: there is nothing in it"},
      {"\xEF\xBB\xBF\n \r\n", "runs.csv: no runs: there is nothing in it"},
      {"N,D,loss", "runs.csv: no runs: there is only a header"},
      {"N,D,loss\n\n \n", "runs.csv: no runs: there is only a header"},
      {"N,D,loss,bad\n1,2,3,1\n4,5,6,1\n", "runs.csv: no runs: all 2 are left out by column 4 'bad'", {.drop = "bad"}},
      // no text
      {"\xFF\xFEN" + nul, "runs.csv: UTF-16 text, must be saved as UTF-8"},
      {"\xFE\xFF" + nul + "N", "runs.csv: UTF-16 text, must be saved as UTF-8"},
      {"N" + nul + ",", "runs.csv:1: a NUL byte, must be a table in plain text (is this UTF-16, or a spreadsheet?)"},
      {"N,D,loss\n1,2,3\n4,5,6" + nul,
       "runs.csv:3: a NUL byte, must be a table in plain text (is this UTF-16, or a spreadsheet?)"},
      // rows
      {"N,D,loss\n1,2,3\n4,5\n", "runs.csv:3: 2 cells, must be 3 as in the header"},
      {"N,D,loss\n1,2,3\n4,5,6,\n", "runs.csv:3: 4 cells, must be 3 as in the header"},
      {"N,D,loss\n1,000,2,3\n", "runs.csv:2: 4 cells, must be 3 as in the header"},
      {"N,D,loss\n1;2;3\n", "runs.csv:2: 1 cell, must be 3 as in the header"},
      {"N,D,loss,bad\n1,2,1\n", "runs.csv:2: 3 cells, must be 4 as in the header", {.drop = "bad"}},
      // quotes
      {"N,D,loss\n1,2,3\n4,\"5,6\n7,8,9\n", "runs.csv:3: a quote opens a cell here and is never closed"},
      {"\"N,D,loss\n1,2,3\n", "runs.csv:1: a quote opens a cell here and is never closed"},
      {"N,D,loss\n1,2,\"", "runs.csv:2: a quote opens a cell here and is never closed"},
      {"N,D,loss\n1,2,\"3\"\"", "runs.csv:2: a quote opens a cell here and is never closed"},
      {"N,D,loss\n1,\"2\"0,3\n", R"(runs.csv:2: text after the closing quote of "2", must be the end of the cell)"},
      {"N,D,loss\n1,2\",3\n", R"(runs.csv:2: column 2 'D': "2"", must be a positive finite number)"},
      // line numbers
      {"a,N,D,loss\n\"x\ny\r\nz\rw\",1,2,3\n\r\nb,1,2,x\n",
       R"(runs.csv:7: column 4 'loss': "x", must be a positive finite number)"},
      {"N,D,loss\r1,2,3\r1,2,x\r", R"(runs.csv:3: column 3 'loss': "x", must be a positive finite number)"},
      // what a message shows of a cell
      {"N,D,loss\n1,2,\"a\n\tb\x7F\"\n", R"(runs.csv:2: column 3 'loss': "a??b?", must be a positive finite number)"},
      {"N,D,loss\n1,2," + longest + "\n",
       "runs.csv:2: column 3 'loss': \"" + longest + "\", must be a positive finite number"},
      {"N,D,loss\n1,2," + longest + "x\n",
       "runs.csv:2: column 3 'loss': \"" + longest + "...\", must be a positive finite number"},
      {"N,D,loss\n1,2," + longest.substr(1) + "\xC3\xA4\n",
       "runs.csv:2: column 3 'loss': \"" + longest.substr(1) + "...\", must be a positive finite number"},
      // columns
      {"N,D,perplexity\n1,2,3\n",
       "runs.csv:1: no column is recognised as loss; the columns are 'N', 'D', 'perplexity'; name one by "
       "columns::loss"},
      {"\n1e9,2e10,2.5\n",
       "runs.csv:2: no column is recognised as parameters; the columns are '1e9', '2e10', '2.5'; name one by "
       "columns::parameters"},
      {"N D loss\n1 2 3\n",
       "runs.csv:1: no column is recognised as parameters; the columns are 'N D loss'; name one by "
       "columns::parameters"},
      {"_,D,loss,\n1,2,3,4\n",
       "runs.csv:1: no column is recognised as parameters; the columns are '_', 'D', 'loss', ''; name one by "
       "columns::parameters"},
      {"N,D,loss\n1,2,3\n", "runs.csv:1: there is no column 'c4'; the columns are 'N', 'D', 'loss'", {.loss = "c4"}},
      {"N,D,loss,\n1,2,3,4\n",
       "runs.csv:1: there is no column '-'; the columns are 'N', 'D', 'loss', ''",
       {.loss = "-"}},
      {"N,D,loss\n1,2,3\n", "runs.csv:1: there is no column 'bad'; the columns are 'N', 'D', 'loss'", {.drop = "bad"}},
      {"N,D,loss,val_loss\n", "runs.csv:1: column 3 'loss' and column 4 'val_loss' both match loss, must be one"},
      {"N,D,loss,eval/loss\n", "runs.csv:1: column 3 'loss' and column 4 'eval/loss' both match loss, must be one"},
      {"N,D,loss,valid_loss\n", "runs.csv:1: column 3 'loss' and column 4 'valid_loss' both match loss, must be one"},
      {"N,D,c4_val_loss,loss\n", "runs.csv:1: column 4 'loss' and column 3 'c4_val_loss' both match loss, must be one"},
      {"N,D,loss,loss.1\n", "runs.csv:1: column 3 'loss' and column 4 'loss.1' both match loss, must be one"},
      {"N,D,val.loss,loss\n", "runs.csv:1: column 3 'val.loss' and column 4 'loss' both match loss, must be one"},
      {"N,D,loss,tokens\n", "runs.csv:1: column 2 'D' and column 4 'tokens' both match tokens, must be one"},
      {"N,D,loss,D\n", "runs.csv:1: column 2 'D' and column 4 'D' both match 'D', must be one", {.tokens = "D"}},
      {"N,A b,loss,a_b\n",
       "runs.csv:1: column 2 'A b' and column 4 'a_b' both match 'ab', must be one",
       {.tokens = "ab"}},
      {"N,D,loss\n", "runs.csv:1: column 2 'D' is both parameters and tokens, must be one", {.parameters = "D"}},
      // flags
      {"N,D,loss,bad\n1,2,3,maybe\n",
       R"(runs.csv:2: column 4 'bad': "maybe", must be 1, true or yes (left out), or 0, false, no or empty (kept))",
       {.drop = "bad"}},
      {"N,D,loss,bad\n1,2,3,-1\n",
       R"(runs.csv:2: column 4 'bad': "-1", must be 1, true or yes (left out), or 0, false, no or empty (kept))",
       {.drop = "bad"}},
  }));
  CAPTURE(text);
  CHECK(refusal(text, wanted) == message);
}

TEST_CASE("a table whose columns have names of their own was refused without a word on how to name them") {
  CHECK(refusal<tuned_run<double>, std::runtime_error>("U,speed,loss\n1,2,3\n", {}) ==
        "runs.csv:1: no column is recognised as learning_rate; the columns are 'U', 'speed', 'loss'; name one by "
        "columns::others");
}

TEST_CASE("columns that nobody reads may be doubled or nameless") {
  CHECK(parse("x,x,,,N,D,loss\n1,,a,\"\",1,2,3\n") == runs{{{1, 2}, 3}});
}

TEST_CASE("a column for an input that the run does not have is misuse") {
  const auto misuse = [](const columns& wanted) {
    return refusal<run, std::invalid_argument>("N,D,U,loss\n1,2,3,4\n", wanted);
  };
  CHECK(misuse({.unique_tokens = "U"}) ==
        R"(scaling::io::read_runs: "U" is named as unique_tokens, must be an input of the run, named once)");
  CHECK(misuse({.others = {{"token", "D"}}}) ==
        R"(scaling::io::read_runs: "D" is named as token, must be an input of the run, named once)");
  CHECK(misuse({.tokens = "D", .others = {{"tokens", "U"}}}) ==
        R"(scaling::io::read_runs: "D" is named as tokens, must be an input of the run, named once)");
}

TEST_CASE("a stream that has failed is refused, and one that is at its end is empty") {
  std::istringstream in("N,D,loss\n1,2,3\n");
  in.setstate(std::ios::failbit);
  CHECK_THROWS_WITH(read_runs(in, "standard input"), "standard input: cannot be opened or read");
  in.clear();
  CHECK(read_runs(in, "standard input").size() == 1);
  CHECK_THROWS_WITH(read_runs(in, "standard input"), "standard input: no runs: there is nothing in it");
}
