// Runs from a CSV file: one run a row, with its columns named by the caller or recognised by their usual spellings.
// SPDX-License-Identifier: BSL-1.0
//
//   read_runs("runs.csv")                                      columns for parameters, tokens and loss, by usual names
//   read_runs("runs.csv", {.loss = "c4_loss", .drop = "bad"})  named ones, and without the rows that are flagged as bad
//   read_runs<repeated_run<float>>("runs.csv")                 any type of run that has a table inputs()
//
// A number is positive and finite, in plain or scientific notation (1234, 0.5, +2.5e9) whatever the locale, and is read
// directly into the run's type. Nothing else is one: no "1,000", no "5B", no "nan", no empty cell. Separators, quotes
// and line ends are those of io/table.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/io/table.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::io {

/// The column in which an input of the run stands: {"learning_rate", "lr"}.
struct named_column {
  std::string input, column;
};

/// Which columns to read. A name that is given is looked for as it is written, and if no column has it, without regard
/// to case, blanks, hyphens, underscores, slashes and dots. One that is not given is recognised by its usual spellings
/// ("N", "params", "Model Size"; "D", "Training Tokens"; "loss", "eval/loss"): two columns that fit are an error, not a
/// guess. So is a letter beside a column whose name has a word for it: "L" beside "c4_loss" or "cross_entropy" may be the
/// layers, "d" beside "total_tokens" the width ("tokens_per_parameter" is no count).
struct columns {
  std::string parameters{}, tokens{}, unique_tokens{}, flops{}, loss{};
  std::string drop{};                  ///< flags: rows that say 1, true or yes are left out; 0, false, no or empty stay
  std::vector<named_column> others{};  ///< for inputs with other names, which are else the names of their columns
};

}  // namespace scaling::io

namespace scaling::detail {

/// A quantity that tables of runs know by several names, here as `spelling_of` writes them, and words that names of it have:
/// anywhere, or only standing apart.
struct known_quantity {
  std::string_view name;
  std::string io::columns::*column;
  std::string_view words, apart, spellings;
};

inline constexpr known_quantity known_quantities[] = {
    {"parameters", &io::columns::parameters, "param modelsize", "",
     "parameters params n nparameters nparams numparameters numparams numberofparameters parametercount paramcount "
     "modelsize modelparameters modelparams"},
    {"tokens", &io::columns::tokens, "tok datasetsize datasize corpussize", "seen",
     "tokens d ntokens numtokens numberoftokens tokencount trainingtokens traintokens tokensseen"},
    {"unique_tokens", &io::columns::unique_tokens, "uniq distinct", "",
     "uniquetokens u nuniquetokens numuniquetokens distincttokens"},
    {"flops", &io::columns::flops, "flop compute", "",
     "flops flop c trainingflops trainingflop trainflops trainflop totalflops totalflop"},
    {"loss", &io::columns::loss,
     "loss entropy crossent perplexity likelihood surprisal xent nats bits nll ppl bpb bpc bpt bpw",
     "ce val valid validation eval evaluation score",
     "loss l valloss validloss validationloss evalloss evaluationloss testloss devloss heldoutloss finalloss "
     "finalvalloss finalvalidationloss lossval lossvalid lossvalidation losseval losstest lossdev"},
};

/// A name without what people write differently: "Model Size" and "model_size" are both "modelsize".
inline std::string plain_name(std::string_view name) {
  std::string result = lower_case(name);
  std::erase_if(result, [](char c) { return c == ' ' || c == '_' || c == '-'; });
  return result;
}

/// The same without what tools put between a part of the runs and a name: "eval/loss" and "eval.loss" are "evalloss"; and
/// without the number by which pandas tells apart columns of one name: "loss.1" is "loss".
inline std::string spelling_of(std::string_view name) {
  std::string result = plain_name(name);
  const auto last = result.find_last_not_of("0123456789");
  if (last != result.npos && last > 0 && last + 1 < result.size() && result[last] == '.') result.resize(last);
  std::erase_if(result, [](char c) { return c == '/' || c == '.'; });
  return result;
}

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

template <class Visit>
void for_each_word(std::string_view text, const Visit& visit) {
  for (std::size_t end; !text.empty(); text.remove_prefix(std::min(end + 1, text.size()))) {
    end = std::min(text.find(' '), text.size());
    if (end > 0) visit(std::string(text.substr(0, end)));
  }
}

/// The words of a name, in small letters and with blanks around each: " val ce " of "valCE", "val/CE" and "val2CE".
inline std::string words_of(std::string_view name) {
  std::string result = " ";
  for (char before = ' '; const char c : name) {
    const bool capital = c >= 'A' && c <= 'Z', small = c >= 'a' && c <= 'z';
    if (capital && before >= 'a' && before <= 'z') result += ' ';
    result += capital || small ? c : ' ';
    before = c;
  }
  return lower_case(result) + " ";
}

/// Whether a name is that of a ratio: "tokens_per_parameter", "tokenPerParam", "flops/tok", "params_ratio". What there is
/// per run or per model is none.
inline bool is_ratio(std::string_view name) {
  const std::string plain = plain_name(name), apart = words_of(name);
  const bool whole = has(apart, " per run ") || has(apart, " per model ");
  bool result = (has(apart, " per ") && !whole) || has(apart, " ratio ");
  const auto counts = [](std::string_view part) { return has(part, "param") || has(part, "tok") || has(part, "flop"); };
  for (const std::string_view per : {"/", "per"})
    for (auto at = plain.find(per); at != std::string::npos; at = plain.find(per, at + 1))
      result = result || (counts(plain.substr(0, at)) && counts(plain.substr(at)));
  return result;
}

/// Whether a name has a word for a quantity in it.
inline bool has_word(const known_quantity& known, std::string_view name) {
  const std::string plain = plain_name(name), apart = words_of(name);
  bool found = false;
  for_each_word(known.words, [&](const std::string& word) { found = found || has(plain, word); });
  for_each_word(known.apart, [&](const std::string& word) { found = found || has(apart, " " + word + " "); });
  return found;
}

/// Whether a column may be of a quantity, by what its name has in it. A ratio of counts is neither of the two, and what
/// has a word for the loss, as "nats/token", is no count.
inline bool may_be(const known_quantity& known, std::string_view name) {
  constexpr const auto& loss = known_quantities[std::size(known_quantities) - 1];
  const std::string plain = plain_name(name);
  for (const std::string_view other : {"hyperparam", "parametri", "tokeniz"})  // "parametrization", "tokenizer"
    if (has(plain, other)) return false;
  if (!has_word(known, name)) return false;
  if (known.name == loss.name) return true;
  const bool of_unique = has(plain, "uniq") || has(plain, "distinct");
  return !is_ratio(name) && !(known.name == "tokens" && of_unique) && !has_word(loss, name);
}

/// Finds columns by name, while `table` is at its header.
class column_finder {
 public:
  column_finder(const table_reader& table, const io::columns& wanted) : table_(table), asked_(wanted.others) {
    for (const auto& known : known_quantities)
      if (const auto& name = wanted.*known.column; !name.empty()) asked_.push_back({std::string(known.name), name});
    for (const auto& ask : asked_) named_.push_back(spelling_of(ask.column));
    named_.push_back(spelling_of(wanted.drop));
  }

  /// The column of an input of the run, or of the loss. No column is two of them.
  table_column find(std::string_view quantity) {
    const auto asked = std::find_if(asked_.begin(), asked_.end(), [&](auto& ask) { return ask.input == quantity; });
    const auto column = asked != asked_.end() ? find_named(asked->column) : find_spelt(quantity);
    if (asked != asked_.end()) asked_.erase(asked);
    for (const auto& [index, other] : taken_)
      if (index == column.index)
        table_.refuse_row(column.label + " is both " + other + " and " + std::string(quantity) + ", must be one");
    taken_.push_back({column.index, std::string(quantity)});
    return column;
  }

  /// The column that the caller calls `name`.
  table_column find_named(const std::string& name) const {
    auto found = columns_where([&](std::string_view cell) { return cell == name; });
    if (found.empty()) found = columns_among(spelling_of(name));
    return the_one(found, "there is no column " + shown(name, '\''), shown(name, '\''));
  }

  /// Refuses names that were given and never looked for.
  void check_all_used() const {
    if (!asked_.empty())
      refuse<std::invalid_argument>("scaling::io::read_runs: " + shown(asked_[0].column, '"') + " is named as " +
                                    asked_[0].input + ", must be an input of the run, named once");
  }

 private:
  table_column find_spelt(std::string_view quantity) const {
    std::string spellings = spelling_of(quantity);
    const auto* const end = std::end(known_quantities);
    const auto* const known =
        std::find_if(known_quantities, end, [&](const auto& one) { return one.name == quantity; });
    if (known != end) spellings = known->spellings;
    auto found = columns_among(spellings);
    // A letter may be something else of the model: its layers L, its width d. Then another column has a word for it, that
    // the caller has not named for something else.
    const auto is_free = [&](std::string_view cell) {
      return std::find(named_.begin(), named_.end(), spelling_of(cell)) == named_.end();
    };
    const auto is_rival = [&](std::string_view cell) { return may_be(*known, cell) && is_free(cell); };
    if (known != end && found.size() == 1 && table_.cells()[found[0].index].size() == 1)
      for (auto& other : columns_where(is_rival)) found.push_back(std::move(other));
    // A plain "loss" may be that of training, where another says more, as "c4_val_loss" does.
    const std::string_view plain = "loss";
    const auto says_more = [&](std::string_view cell) {
      bool result = false;
      for_each_word(spellings, [&](const std::string& word) {
        result = result || (word.size() > plain.size() && has(spelling_of(cell), word));
      });
      return result && is_free(cell);
    };
    if (found.size() == 1 && spelling_of(table_.cells()[found[0].index]) == plain)
      for (auto& other : columns_where(says_more)) found.push_back(std::move(other));
    const std::string name(quantity);
    return the_one(found, "no column is recognised as " + name, name,
                   "; name one by columns::" + (known != end ? name : "others"));
  }

  std::vector<table_column> columns_among(const std::string& spellings) const {
    return columns_where([words = " " + spellings + " "](std::string_view cell) {
      return words.find(" " + spelling_of(cell) + " ") != std::string::npos;
    });
  }

  template <class Predicate>
  std::vector<table_column> columns_where(const Predicate& holds) const {
    std::vector<table_column> found;
    for (std::size_t i = 0; i < table_.cells().size(); ++i)
      if (const auto cell = table_.cells()[i]; !cell.empty() && holds(cell))
        found.push_back({i, "column " + std::to_string(i + 1) + " " + shown(cell, '\'')});
    return found;
  }

  /// `remedy` follows the list of columns where none was found.
  table_column the_one(const std::vector<table_column>& found, const std::string& none, const std::string& what,
                       const std::string& remedy = "") const {
    if (found.empty()) {
      constexpr std::size_t most = 30;
      const auto& cells = table_.cells();
      std::string list;
      for (std::size_t i = 0; i < cells.size() && i < most; ++i) list += (i == 0 ? "" : ", ") + shown(cells[i], '\'');
      if (cells.size() > most) list += " and " + std::to_string(cells.size() - most) + " more";
      table_.refuse_row(none + "; the columns are " + list + remedy);
    }
    if (found.size() > 1)
      table_.refuse_row(found[0].label + " and " + found[1].label + " both match " + what + ", must be one");
    return found[0];
  }

  const table_reader& table_;
  std::vector<io::named_column> asked_;
  std::vector<std::string> named_;  ///< by the caller, as spelling_of writes them
  std::vector<std::pair<std::size_t, std::string>> taken_;
};

}  // namespace scaling::detail

namespace scaling::io {

/// The runs of a table, in its order. `name` is what messages call the stream.
///
/// Errors: std::runtime_error that names file, line, column, what was found and what is required; std::invalid_argument
/// for a column that was named for an input that the run does not have. All or nothing: no run is left out but by
/// `drop`, and of a row that is dropped only the number of its cells is checked. Time and memory: linear.
template <class Run = training_run<double>>
std::vector<observation<Run>> read_runs(std::istream& in, const std::string& name, const columns& wanted = {}) {
  using T = typename Run::real_type;
  detail::table_reader table(in, name);
  if (!table.next_row()) table.refuse("no runs: there is nothing in it");

  const std::size_t width = table.cells().size();
  detail::column_finder finder(table, wanted);
  std::vector<std::pair<T Run::*, detail::table_column>> inputs;
  for (const auto& input : Run::inputs()) inputs.emplace_back(input.member, finder.find(input.name));
  const auto loss = finder.find("loss");
  std::optional<detail::table_column> drop;
  if (!wanted.drop.empty()) drop = finder.find_named(wanted.drop);
  finder.check_all_used();

  std::vector<observation<Run>> runs;
  std::size_t dropped = 0;
  while (table.next_row()) {
    if (const std::size_t found = table.cells().size(); found != width)
      table.refuse_row(std::to_string(found) + (found == 1 ? " cell" : " cells") + ", must be " +
                       std::to_string(width) + " as in the header");
    if (drop && detail::flag_in(table, *drop)) {
      ++dropped;
      continue;
    }
    observation<Run> run{};
    for (const auto& [member, column] : inputs) run.at.*member = detail::number_in<T>(table, column);
    run.loss = detail::number_in<T>(table, loss);
    runs.push_back(run);
  }
  if (runs.empty())
    table.refuse(dropped == 0 ? "no runs: there is only a header"
                              : "no runs: all " + std::to_string(dropped) + " are left out by " + drop->label);
  return runs;
}

/// The runs of the file at `path`.
template <class Run = training_run<double>>
std::vector<observation<Run>> read_runs(const std::filesystem::path& path, const columns& wanted = {}) {
  std::ifstream file(path, std::ios::binary);
  return read_runs<Run>(file, path.string(), wanted);
}

}  // namespace scaling::io
