// A text table, row by row, and the numbers and flags in its cells: strict wherever a guess could change a number.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <istream>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/io/whole_text.hpp>

namespace scaling::detail {

/// A piece of a table as a message shows it: on one line, printable, and not endless.
inline std::string shown(std::string_view text, char quote) {
  constexpr std::size_t most = 60;
  std::size_t length = std::min(text.size(), most);
  if (length < text.size())
    while (length > 0 && (text[length] & 0xC0) == 0x80) --length;  // not through the middle of a UTF-8 character
  std::string result(text.substr(0, length));
  for (char& c : result)
    if ((c >= 0 && c < ' ') || c == 0x7F) c = '?';
  return quote + result + (length < text.size() ? "..." : "") + quote;
}

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// `text` without the blanks around it.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

inline std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// A table of text. `next_row` goes through the rows that are not blank, the first of which is the header.
///
/// Cells are separated by the first of comma, tab and semicolon that occurs in the header outside of quotes, and trimmed.
/// A cell in double quotes may contain separators, line ends and, doubled, quotes. Lines end in LF, CR LF or CR, the last one
/// in anything. A byte order mark of UTF-8 is skipped. What is no such table is refused with std::runtime_error.
class table_reader {
 public:
  /// Reads all of `in`, which messages call `name`.
  table_reader(std::istream& in, std::string name) : name_(std::move(name)) {
    if (auto text = whole_text(in))
      text_ = *std::move(text);
    else
      refuse("cannot be opened or read");
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) refuse("UTF-16 text, must be saved as UTF-8");
    if (const auto nul = text_.find('\0'); nul != text_.npos)
      refuse_line(1 + static_cast<std::size_t>(std::count(text_.data(), text_.data() + nul, '\n')),
                  "a NUL byte, must be a table in plain text (is this UTF-16, or a spreadsheet?)");
    at_ = text_.data() + (text_.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    separator_ = separator_of(at_);
  }

  table_reader(const table_reader&) = delete;  // the cells are views of its text
  table_reader& operator=(const table_reader&) = delete;

  /// Reads the next row that is not blank; false where there is none.
  bool next_row() {
    do {
      if (*at_ == '\0') return false;
      row_line_ = line_;
      cells_.assign(1, next_cell());
      while (*at_ == separator_) {
        ++at_;
        cells_.push_back(next_cell());
      }
      if (at_[0] == '\r' && at_[1] == '\n') ++at_;
      if (*at_ != '\0') {
        ++at_;
        ++line_;
      }
    } while (cells_.size() == 1 && cells_.front().empty());
    return true;
  }

  /// The cells of the row. They stay valid as long as the table.
  const std::vector<std::string_view>& cells() const { return cells_; }

  /// Refuses the table: "runs.csv: no runs: ...".
  [[noreturn]] void refuse(const std::string& what) const { detail::refuse<std::runtime_error>(name_ + ": " + what); }

  /// Refuses the row by the line on which it begins: "runs.csv:17: ...".
  [[noreturn]] void refuse_row(const std::string& what) const { refuse_line(row_line_, what); }

 private:
  [[noreturn]] void refuse_line(std::size_t line, const std::string& what) const {
    detail::refuse<std::runtime_error>(name_ + ":" + std::to_string(line) + ": " + what);
  }

  /// The first of comma, tab and semicolon that occurs outside of quotes in the first line that is not blank.
  static char separator_of(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    std::string bare;
    bool quoted = false;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      if (!quoted && (c == '\r' || c == '\n')) break;
      if (!quoted) bare += c;
    }
    for (const char separator : {',', '\t', ';'})
      if (bare.find(separator) != bare.npos) return separator;
    return ',';
  }

  bool at_blank() const { return is_blank(*at_) && *at_ != separator_; }
  bool at_cell_end() const { return *at_ == separator_ || *at_ == '\n' || *at_ == '\r' || *at_ == '\0'; }

  std::string_view next_cell() {
    while (at_blank()) ++at_;
    if (*at_ == '"') return next_quoted_cell();
    const char* const begin = at_;
    while (!at_cell_end()) ++at_;
    return trimmed({begin, at_});
  }

  /// The text between quotes, moved together in place where quotes were doubled.
  std::string_view next_quoted_cell() {
    const std::size_t opened = line_;
    char* const begin = ++at_;
    char* end = begin;
    for (;; ++at_) {
      if (*at_ == '\0') refuse_line(opened, "a quote opens a cell here and is never closed");
      if (*at_ == '"' && *++at_ != '"') break;
      if (*at_ == '\n' || (at_[0] == '\r' && at_[1] != '\n')) ++line_;
      *end++ = *at_;
    }
    const auto cell = trimmed({begin, end});
    while (at_blank()) ++at_;
    if (!at_cell_end())
      refuse_line(line_, "text after the closing quote of " + shown(cell, '"') + ", must be the end of the cell");
    return cell;
  }

  std::string name_, text_;
  char* at_ = nullptr;  // the text ends in NUL, as every std::string
  char separator_ = ',';
  std::size_t line_ = 1, row_line_ = 1;
  std::vector<std::string_view> cells_;
};

/// A column of a table, and how messages call it: "column 3 'tokens'".
struct table_column {
  std::size_t index;
  std::string label;
};

/// Refuses a cell of the row: "runs.csv:17: column 3 'tokens': "5B", must be ...".
[[noreturn]] inline void refuse_cell(const table_reader& row, const table_column& column, const std::string& must_be) {
  row.refuse_row(column.label + ": " + shown(row.cells()[column.index], '"') + ", must be " + must_be);
}

/// The number in a cell of the row: plain or scientific, normal, positive; whatever the locale.
template <real T>
T number_in(const table_reader& row, const table_column& column) {
  using limits = std::numeric_limits<T>;
  const std::string_view cell = row.cells()[column.index];
  const char* const last = cell.data() + cell.size();
  T value{};
  const auto [end, error] = std::from_chars(cell.data() + (cell.starts_with('+') ? 1 : 0), last, value);
  if (end == last && error == std::errc{} && value >= limits::min() && value <= limits::max()) return value;
  std::string must_be = "a positive finite number";
  if (end == last && (error == std::errc::result_out_of_range || (value > 0 && value < limits::min())))
    must_be +=
        " from about 1e" + std::to_string(limits::min_exponent10) + " to 1e" + std::to_string(limits::max_exponent10);
  refuse_cell(row, column, must_be);
}

/// The flag in a cell of the row.
inline bool flag_in(const table_reader& row, const table_column& column) {
  const std::string flag = lower_case(row.cells()[column.index]);
  for (const auto* yes : {"1", "1.0", "true", "yes"})
    if (flag == yes) return true;
  for (const auto* no : {"", "0", "0.0", "false", "no"})
    if (flag == no) return false;
  refuse_cell(row, column, "1, true or yes (left out), or 0, false, no or empty (kept)");
}

}  // namespace scaling::detail
