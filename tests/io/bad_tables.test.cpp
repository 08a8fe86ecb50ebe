// Tables that are malformed or hostile, one for each way that was thought of: read right, or refused in a sentence that
// names file, line, column and value. They lie in tests/data/bad_tables; what is large or no text is made here.
// SPDX-License-Identifier: BSL-1.0
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/io/csv.hpp>

#include "support/catch.hpp"

namespace {

const std::filesystem::path folder = SCALING_SOURCE_DIR "/tests/data/bad_tables";

using runs = std::vector<scaling::observation<>>;

/// What every table below says that can be read at all.
const runs all = {{{1e8, 2e9}, 3.28},  {{1e8, 8e9}, 3.03},   {{1e9, 2e10}, 2.56},
                  {{1e9, 8e10}, 2.38}, {{1e10, 2e11}, 2.17}, {{1e10, 8e11}, 2.08}};

struct table {
  std::string file, message;  // behind the file's name; empty where it is read
};

std::string number(const std::string& column, const std::string& cell, const std::string& range = "") {
  return ":4: column " + column + ": \"" + cell + "\", must be a positive finite number" + range;
}
const std::string range = " from about 1e-307 to 1e308";

const table tables[] = {
    // the same runs, however they are written
    {"plain", ""},
    {"no_last_newline", ""},
    {"crlf", ""},
    {"cr", ""},
    {"mixed_line_ends", ""},
    {"byte_order_mark", ""},
    {"quoted", ""},
    {"tabs", ""},
    {"semicolons", ""},
    {"semicolons_and_a_comma_in_a_name", ""},
    {"blank_lines_in_the_midst", ""},
    {"spaces", ""},
    {"plus_signs", ""},
    {"trailing_comma_everywhere", ""},
    {"other_order_and_notes", ""},
    {"doubled_column_that_nobody_reads", ""},
    {"other_spellings", ""},
    {"letters_beside_a_ratio", ""},
    {"letters_beside_a_ratio_in_camel_case", ""},
    {"letters_beside_a_tokenizer", ""},
    {"many_digits", ""},
    // nothing to read
    {"empty", ": no runs: there is nothing in it"},
    {"blank", ": no runs: there is nothing in it"},
    {"only_a_byte_order_mark", ": no runs: there is nothing in it"},
    {"header_only", ": no runs: there is only a header"},
    {"header_only_no_newline", ": no runs: there is only a header"},
    // columns
    {"no_header",
     ":1: no column is recognised as parameters; the columns are '1e8', '2e9', '3.28'; name one by "
     "columns::parameters"},
    {"no_loss",
     ":1: no column is recognised as loss; the columns are 'parameters', 'tokens'; name one by columns::loss"},
    {"perplexity_for_loss",
     ":1: no column is recognised as loss; the columns are 'parameters', 'tokens', 'perplexity'; name one by "
     "columns::loss"},
    {"doubled_column", ":1: column 3 'loss' and column 4 'loss' both match loss, must be one"},
    {"layers_by_letter", ":1: column 3 'L' and column 4 'c4_loss' both match loss, must be one"},
    {"layers_beside_an_entropy", ":1: column 3 'L' and column 4 'cross_entropy' both match loss, must be one"},
    {"layers_beside_a_short_word", ":1: column 3 'L' and column 4 'val/CE' both match loss, must be one"},
    {"layers_beside_camel_case", ":1: column 3 'L' and column 4 'valCE' both match loss, must be one"},
    {"layers_beside_a_glued_word", ":1: column 3 'L' and column 4 'c4ppl' both match loss, must be one"},
    {"layers_beside_bits_per_byte", ":1: column 3 'L' and column 4 'bits/byte' both match loss, must be one"},
    {"layers_beside_a_likelihood",
     ":1: column 3 'L' and column 4 'negative_log_likelihood' both match loss, must be one"},
    {"width_by_letter", ":1: column 2 'd' and column 4 'total_tokens' both match tokens, must be one"},
    {"width_beside_tokens_per_run", ":1: column 2 'd' and column 4 'tokens_per_run' both match tokens, must be one"},
    {"width_beside_a_data_set", ":1: column 2 'd' and column 3 'dataset_size' both match tokens, must be one"},
    {"seeds_by_letter", ":1: column 1 'n' and column 3 'params_paper' both match parameters, must be one"},
    {"two_losses", ":1: column 4 'loss' and column 5 'val_loss' both match loss, must be one"},
    {"loss_beside_that_of_a_corpus", ":1: column 4 'loss' and column 5 'c4_val_loss' both match loss, must be one"},
    {"loss_twice_by_pandas", ":1: column 4 'loss' and column 5 'loss.1' both match loss, must be one"},
    {"two_losses_of_a_log", ":1: column 4 'loss' and column 5 'eval/loss' both match loss, must be one"},
    {"doubled_in_another_case", ":1: column 1 'parameters' and column 2 'N' both match parameters, must be one"},
    {"comment_first",
     ":1: no column is recognised as parameters; the columns are '# runs of June', 'all of them'; name one by "
     "columns::parameters"},
    {"blanks_for_commas",
     ":1: no column is recognised as parameters; the columns are 'parameters tokens loss'; name one by "
     "columns::parameters"},
    {"markdown",
     ":1: no column is recognised as parameters; the columns are '| parameters | tokens | loss |'; name one by "
     "columns::parameters"},
    {"html",
     ":1: no column is recognised as parameters; the columns are '<!DOCTYPE html>'; name one by columns::parameters"},
    {"json", R"(:1: text after the closing quote of "tokens", must be the end of the cell)"},
    // rows
    {"short_row", ":5: 2 cells, must be 3 as in the header"},
    {"long_row", ":5: 4 cells, must be 3 as in the header"},
    {"trailing_comma_but_in_header", ":2: 4 cells, must be 3 as in the header"},
    {"comment_in_the_midst", ":5: 1 cell, must be 3 as in the header"},
    {"separator_changes", ":5: 1 cell, must be 3 as in the header"},
    {"header_again", R"(:5: column 1 'parameters': "parameters", must be a positive finite number)"},
    {"units_below_header", ":2: column 1 'parameters': \"(count)\", must be a positive finite number"},
    {"thousands_without_quotes", ":4: 6 cells, must be 3 as in the header"},
    {"decimal_comma_between_commas", ":4: 4 cells, must be 3 as in the header"},
    {"unclosed_quote", ":4: a quote opens a cell here and is never closed"},
    {"text_after_quote", R"(:4: text after the closing quote of "2e10", must be the end of the cell)"},
    // numbers
    {"billions_by_letter", number("1 'parameters'", "1B")},
    {"text_in_number", number("2 'tokens'", "twenty billion")},
    {"comment_after_a_number", number("3 'loss'", "2.56 # rerun")},
    {"thousands_in_quotes", number("1 'parameters'", "1,000,000,000")},
    {"thousands_by_blanks", number("1 'parameters'", "1 000 000 000")},
    {"thousands_by_narrow_blanks", number("1 'parameters'", "1\u202f000\u202f000\u202f000")},
    {"thousands_by_points", number("1 'parameters'", "1.000.000.000")},
    {"thousands_by_underscores", number("1 'parameters'", "1_000_000_000")},
    {"decimal_comma", number("3 'loss'", "2,56")},
    {"empty_cell", number("3 'loss'", "")},
    {"empty_quotes", number("3 'loss'", "")},
    {"not_available", number("3 'loss'", "NA")},
    {"nan", number("3 'loss'", "nan")},
    {"infinite", number("3 'loss'", "inf")},
    {"minus_infinite", number("3 'loss'", "-Infinity")},
    {"negative", number("2 'tokens'", "-2e10")},
    {"unicode_minus", number("3 'loss'", "\u22122.56")},
    {"zero", number("2 'tokens'", "0")},
    {"minus_zero", number("2 'tokens'", "-0")},
    {"subnormal", number("3 'loss'", "4.9e-324", range)},
    {"too_small", number("3 'loss'", "1e-400", range)},
    {"too_large", number("2 'tokens'", "1e400", range)},
    {"minus_too_large", number("2 'tokens'", "-1e400", range)},
    {"hexadecimal", number("1 'parameters'", "0x1p30")},
    {"fortran_exponent", number("1 'parameters'", "1d9")},
    {"exponent_cut_off", number("1 'parameters'", "1e")},
    {"product", number("1 'parameters'", "10^9")},
    {"fraction", number("3 'loss'", "256/100")},
    {"percent", number("3 'loss'", "256%")},
    {"spreadsheet_error", number("3 'loss'", "#REF!")},
    {"date", number("3 'loss'", "2.56.2024")},
    {"two_signs", number("3 'loss'", "+-2.56")},
    {"wide_digits", number("3 'loss'", "\uff12.\uff15\uff16")},
    {"interval_for_a_number", number("3 'loss'", "2.56\u00b10.01")},
    {"line_in_a_cell", number("3 'loss'", "2.5?6")},
    {"vertical_tab", number("3 'loss'", "2.56?")},
    {"latin_1", number("3 'loss'",
                       "2\xb7"
                       "56")},
    {"escape_sequence", number("3 'loss'", "?[2J2.56")},
};

std::string plain_text() {
  std::ostringstream text;
  text << std::ifstream(folder / "plain.csv", std::ios::binary).rdbuf();
  return text.str();
}

std::string refusal(const std::string& text) {
  std::istringstream in(text);
  try {
    scaling::io::read_runs(in, "runs.csv");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

/// The text in UTF-16: each of its ASCII characters with a zero byte behind it, or before it.
std::string utf_16(const std::string& text, bool high_byte_first) {
  std::string wide;
  for (const char c : text) wide += high_byte_first ? std::string{'\0', c} : std::string{c, '\0'};
  return wide;
}

}  // namespace

TEST_CASE("each bad table is read right or refused in one sentence") {
  for (const auto& [file, message] : tables) {
    const auto path = folder / (file + ".csv");
    CAPTURE(file);
    REQUIRE(std::filesystem::exists(path));
    if (message.empty()) {
      CHECK(scaling::io::read_runs(
                path, {.parameters = file.starts_with("semicolons_and") ? "parameters, in all" : ""}) == all);
    } else {
      CHECK_THROWS_WITH(scaling::io::read_runs(path), path.string() + message);
    }
  }
}

TEST_CASE("a folder is no table, and neither is what is not there") {
  CHECK_THROWS_WITH(scaling::io::read_runs(folder), folder.string() + ": cannot be opened or read");
  CHECK_THROWS_WITH(scaling::io::read_runs(folder / "absent.csv"),
                    (folder / "absent.csv").string() + ": cannot be opened or read");
}

TEST_CASE("a stream that throws at its end was refused for its end") {
  std::ifstream in(folder / "plain.csv");
  in.exceptions(std::ios::failbit | std::ios::badbit | std::ios::eofbit);
  CHECK(scaling::io::read_runs(in, "plain.csv") == all);
  CHECK(in.exceptions() == (std::ios::failbit | std::ios::badbit | std::ios::eofbit));
  std::ifstream plain(folder / "plain.csv");
  CHECK(scaling::io::read_runs(plain, "plain.csv") == all);
  CHECK(plain.eof());
  std::ifstream absent(folder / "absent.csv");
  CHECK_THROWS_WITH(scaling::io::read_runs(absent, "absent.csv"), "absent.csv: cannot be opened or read");
  struct broken : std::stringbuf {
    explicit broken(const std::string& text) : std::stringbuf(text) {}
    int_type underflow() override {
      if (gptr() == egptr()) throw std::runtime_error("the network is gone");
      return std::stringbuf::underflow();
    }
  } half(plain_text().substr(0, 40));
  std::istream torn(&half);
  CHECK_THROWS_WITH(scaling::io::read_runs(torn, "torn.csv"), "torn.csv: cannot be opened or read");
}

TEST_CASE("what is no plain text is refused") {
  const std::string text = plain_text(), nul(1, '\0');
  const std::string spreadsheet = "(is this UTF-16, or a spreadsheet?)";
  CHECK(refusal("\xFF\xFE" + utf_16(text, false)) == "runs.csv: UTF-16 text, must be saved as UTF-8");
  CHECK(refusal("\xFE\xFF" + utf_16(text, true)) == "runs.csv: UTF-16 text, must be saved as UTF-8");
  for (const bool high_first : {false, true})
    CHECK(refusal(utf_16(text, high_first)) == "runs.csv:1: a NUL byte, must be a table in plain text " + spreadsheet);
  CHECK(refusal("PK\x03\x04" + nul + text) == "runs.csv:1: a NUL byte, must be a table in plain text " + spreadsheet);
  CHECK(refusal(text + nul) == "runs.csv:8: a NUL byte, must be a table in plain text " + spreadsheet);
  CHECK(
      refusal("\x89PNG\r\n\x1A\n" + text) ==
      "runs.csv:1: no column is recognised as parameters; the columns are '\x89PNG'; name one by columns::parameters");
  CHECK(refusal("\x1F\x8B\x08" + text).starts_with("runs.csv:1: no column is recognised as parameters"));
}

TEST_CASE("long lines, long cells and many columns are read, and messages about them stay short") {
  std::string header = "parameters,tokens,loss", row = "1e8,2e9,3.28";
  for (int i = 0; i < 20000; ++i) header += ",note " + std::to_string(i), row += ",x";
  std::istringstream wide(header + "\n" + row + "\n"),
      deep(plain_text() + "1e8,2e9,\"" + std::string(1 << 20, ' ') + "3\"\n");
  CHECK(scaling::io::read_runs(wide, "runs.csv") == runs{{{1e8, 2e9}, 3.28}});
  CHECK(scaling::io::read_runs(deep, "runs.csv").size() == 7);
  const auto unnamed = refusal(header.substr(header.find("note")) + "\n");
  CHECK(unnamed.size() < 500);
  CHECK(unnamed.ends_with("'note 28', 'note 29' and 19970 more; name one by columns::parameters"));
  CHECK(refusal(plain_text() + "1e8,2e9," + std::string(1 << 20, '9')).size() < 250);
  CHECK(refusal(plain_text() + std::string(100000, ',')) == "runs.csv:8: 100001 cells, must be 3 as in the header");
}
