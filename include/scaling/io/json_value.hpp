// JSON as a tree of values, its writer and its strict reader (RFC 8259): errors name line, column and what must be there.
// SPDX-License-Identifier: BSL-1.0
//
// A number is kept as it is written, so that no digit is lost between one scalar and another; what JSON has no number
// for stands as a string: "NaN", "Infinity", "-Infinity". It is written with the fewest digits from which its own type
// reads it back, max_digits10 at most, whatever the locale.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/io/whole_text.hpp>

namespace scaling::io {

/// Null, a boolean, a number, a string, an array or an object, whose members keep their order.
struct json_value {
  enum class type { null, boolean, number, string, array, object };

  json_value::type is = type::null;
  std::string text{};  ///< "true" or "false", the digits of a number, the characters of a string (UTF-8)
  std::vector<json_value> items{};
  std::vector<std::string> keys{};   ///< of an object: those of its items
  std::size_t line = 0, column = 0;  ///< where it was read, from 1; column in characters

  json_value() = default;
  explicit json_value(std::same_as<bool> auto value) : is(type::boolean), text(value ? "true" : "false") {}
  explicit json_value(std::string value) : is(type::string), text(std::move(value)) {}
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) explicit json_value(Integer value)
      : is(type::number), text(std::to_string(value)) {}
  explicit json_value(real auto value) : is(type::number) {
    if (value != value || std::isinf(value)) {
      is = type::string;
      text = value != value ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
      return;
    }
    char digits[64];
    text.assign(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }

  static json_value array() { return of(type::array); }
  static json_value object() { return of(type::object); }

  json_value& add(json_value item) {
    items.push_back(std::move(item));
    return *this;
  }
  json_value& add(std::string_view key, json_value item) {
    keys.emplace_back(key);
    return add(std::move(item));
  }

 private:
  static json_value of(type is) {
    json_value result;
    result.is = is;
    return result;
  }
};

}  // namespace scaling::io

namespace scaling::detail {

/// A string in quotes, with the escapes that JSON demands.
inline std::string json_quoted(std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c >= 0 && c < ' ')
      result += std::string("\\u00") + hex[c >> 4] + hex[c & 15];
    else
      result += c;
  }
  return result + '"';
}

/// How many bytes the character of UTF-8 has that begins at text[at], 0 if none does: no stray bytes, nothing longer than
/// needed, no surrogates, nothing above U+10FFFF.
inline std::size_t utf8_length(std::string_view text, std::size_t at) {
  const int lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : 4;
  bool good = length < 4 || (lead >= 0xF0 && lead <= 0xF4);
  for (std::size_t i = 1; i < length; ++i) {
    const int byte = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
    const int lowest = i > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const int highest = i > 1 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    good = good && byte >= lowest && byte <= highest;
  }
  return good ? length : 0;
}

/// Quoted, for a text that others are to read.
inline std::string json_written(std::string_view text) {
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    length = utf8_length(text, at);
    if (length == 0)
      refuse<std::invalid_argument>("scaling::io::write_json: found byte " +
                                    std::to_string(static_cast<unsigned char>(text[at])) + " after \"" +
                                    std::string(text.substr(0, at)) + "\", must be a character in UTF-8");
  }
  return json_quoted(text);
}

inline void write_json_value(std::string& out, const io::json_value& value, std::size_t depth) {
  using type = io::json_value::type;
  if (value.is == type::null) out += "null";
  if (value.is == type::string) out += json_written(value.text);
  if (value.is == type::boolean || value.is == type::number) out += value.text;
  if (value.is != type::array && value.is != type::object) return;
  const bool object = value.is == type::object;
  out += object ? '{' : '[';
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    out += (i == 0 ? "\n" : ",\n") + std::string(2 * (depth + 1), ' ');
    if (object) out += json_written(value.keys[i]) + ": ";
    write_json_value(out, value.items[i], depth + 1);
  }
  if (!value.items.empty()) out += '\n' + std::string(2 * depth, ' ');
  out += object ? '}' : ']';
}

/// A text in JSON, from its first character to its last.
class json_reader {
 public:
  /// Reads all of `in`, which messages call `name`.
  json_reader(std::istream& in, std::string name) : name_(std::move(name)) {
    if (auto text = whole_text(in))
      text_ = *std::move(text);
    else
      refuse<std::runtime_error>(name_ + ": cannot be opened or read");
  }

  io::json_value operator()() {
    skip_blanks();
    auto result = next_value(0);
    skip_blanks();
    if (at_ < text_.size()) refuse_here("the end of the text");
    return result;
  }

 private:
  using type = io::json_value::type;
  static constexpr int deepest = 64;

  char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    for (; now() == ' ' || now() == '\t' || now() == '\n' || now() == '\r'; ++at_)
      if (text_[at_] == '\n') ++line_, line_begin_ = at_ + 1;
  }

  /// Characters are what is not a continuation byte of UTF-8. Counted on from the last one that was asked for.
  std::size_t column() {
    if (counted_to_ < line_begin_ || counted_to_ > at_) counted_to_ = line_begin_, counted_ = 0;
    for (; counted_to_ < at_; ++counted_to_) counted_ += (text_[counted_to_] & 0xC0) != 0x80;
    return 1 + counted_;
  }

  [[noreturn]] void refuse_here(const std::string& must_be) {
    std::string found = "the end of the text";
    if (at_ < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      found = byte > ' ' && byte < 0x7F ? std::string("'") + text_[at_] + "'" : "byte " + std::to_string(byte);
    }
    refuse<std::runtime_error>(name_ + ":" + std::to_string(line_) + ":" + std::to_string(column()) + ": found " +
                               found + ", must be " + must_be);
  }

  void take(char c, const char* must_be) {
    if (now() != c || at_ == text_.size()) refuse_here(must_be);
    ++at_;
  }

  io::json_value next_value(int depth) {
    io::json_value value;
    value.line = line_, value.column = column();
    if (depth > deepest) refuse_here("a value at most " + std::to_string(deepest) + " deep");
    if (now() == '{' || now() == '[') {
      next_items(value, depth);
    } else if (now() == '"') {
      value.is = type::string;
      value.text = next_string();
    } else if (now() == '-' || is_digit(now())) {
      value.is = type::number;
      value.text = next_number();
    } else {
      for (const std::string_view word : {"null", "true", "false"})
        if (text_.compare(at_, word.size(), word) == 0) {
          at_ += word.size();
          value.is = word == "null" ? type::null : type::boolean;
          if (value.is == type::boolean) value.text = word;
          return value;
        }
      refuse_here("a value");
    }
    return value;
  }

  void next_items(io::json_value& value, int depth) {
    const bool object = now() == '{';
    const char end = object ? '}' : ']';
    value.is = object ? type::object : type::array;
    ++at_;
    skip_blanks();
    if (now() == end) {
      ++at_;
      return;
    }
    for (;;) {
      if (object) {
        if (now() != '"') refuse_here("a key in double quotes");
        const std::size_t key_at = at_;
        auto key = next_string();
        if (std::find(value.keys.begin(), value.keys.end(), key) != value.keys.end()) {
          at_ = key_at;
          refuse_here("a key that this object does not have yet, not a second " + json_quoted(key));
        }
        value.keys.push_back(std::move(key));
        skip_blanks();
        take(':', "':' after the key");
        skip_blanks();
      }
      value.items.push_back(next_value(depth + 1));
      skip_blanks();
      if (now() == end) break;
      take(',', object ? "',' or '}' after a member" : "',' or ']' after an item");
      skip_blanks();
    }
    ++at_;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::string next_number() {
    const std::size_t begin = at_;
    const auto digits = [&](const char* must_be) {
      if (!is_digit(now())) refuse_here(must_be);
      while (is_digit(now())) ++at_;
    };
    if (now() == '-') ++at_;
    if (now() == '0')
      ++at_;
    else
      digits("a digit");
    if (is_digit(now())) refuse_here("no digit after a leading zero");
    if (now() == '.') {
      ++at_;
      digits("a digit after the point");
    }
    if (now() == 'e' || now() == 'E') {
      ++at_;
      if (now() == '+' || now() == '-') ++at_;
      digits("a digit of the exponent");
    }
    return text_.substr(begin, at_ - begin);
  }

  std::string next_string() {
    std::string result;
    ++at_;
    for (;;) {
      if (at_ == text_.size()) refuse_here("'\"', the end of a string");
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < ' ') refuse_here("no control character within a string, but its escape");
      if (byte == '"') break;
      if (byte == '\\')
        append_escaped(result);
      else
        append_character(result);
    }
    ++at_;
    return result;
  }

  void append_character(std::string& result) {
    const std::size_t length = utf8_length(text_, at_);
    if (length == 0) refuse_here("a character in UTF-8");
    result.append(text_, at_, length);
    at_ += length;
  }

  void append_escaped(std::string& result) {
    constexpr std::string_view escapes = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    ++at_;
    if (now() == 'u') {
      std::uint32_t code = next_code();
      if (code >= 0xD800 && code < 0xDC00) {
        const char* pair = "\\u with the second half of a surrogate pair";
        take('\\', pair);
        if (now() != 'u') refuse_here(pair);
        const std::uint32_t second = next_code();
        if (second < 0xDC00 || second > 0xDFFF) refuse_here(std::string("after ") + pair);
        code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
      } else if (code >= 0xDC00 && code < 0xE000) {
        refuse_here("after the first half of a surrogate pair, not the second alone");
      }
      append_utf8(result, code);
      return;
    }
    const auto place = escapes.find(now());
    if (at_ == text_.size() || place == escapes.npos) refuse_here("one of \"\\/bfnrtu after '\\'");
    result += meanings[place];
    ++at_;
  }

  std::uint32_t next_code() {
    std::uint32_t code = 0;
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = now();
      const int lower = c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c;
      if (!is_digit(c) && !(lower >= 'a' && lower <= 'f')) refuse_here("four hexadecimal digits after \\u");
      code = 16 * code + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return code;
  }

  static void append_utf8(std::string& result, std::uint32_t code) {
    const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::uint32_t leads[] = {0, 0xC0, 0xE0, 0xF0};
    result += static_cast<char>(leads[more] | (code >> (6 * more)));
    for (int i = more - 1; i >= 0; --i) result += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
  }

  std::string name_, text_;
  std::size_t at_ = 0, line_ = 1, line_begin_ = 0, counted_to_ = 0, counted_ = 0;
};

}  // namespace scaling::detail

namespace scaling::io {

/// Writes a value, indented by two blanks, without a line end behind it.
/// Errors: std::invalid_argument for a text that is not UTF-8; then nothing is written.
inline std::ostream& operator<<(std::ostream& out, const json_value& value) {
  std::string text;
  detail::write_json_value(text, value, 0);
  return out << text;
}

/// The one value that a text consists of. `name` is what messages call the stream.
/// Errors: std::runtime_error "name:line:column: found ..., must be ...": for all that RFC 8259 does not allow, and for
/// a key that an object has twice, bytes that are not UTF-8, and more than 64 levels.
inline json_value read_json_value(std::istream& in, const std::string& name) { return detail::json_reader(in, name)(); }

}  // namespace scaling::io
