// How a type becomes JSON and comes back: one list of its members serves the writer and the reader.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/io/json_value.hpp>
#include <scaling/io/table.hpp>

namespace scaling::detail {

/// What a type is called in JSON, and its members: `kind`, and `visit(archive, value)`, which calls archive(key, member)
/// for each, to write and to read.
template <class T>
struct json_members;

template <class T>
concept has_json_members = requires {
  { json_members<T>::kind } -> std::convertible_to<std::string_view>;
};

/// The names of an enumeration, in the order of its values from 0.
template <class Enum>
struct json_names;

template <class T>
struct is_variant : std::false_type {};
template <class... Ts>
struct is_variant<std::variant<Ts...>> : std::true_type {};

// --- Writing

template <class T>
io::json_value json_of(const T& value);

struct json_writer {
  io::json_value object = io::json_value::object();

  template <class T>
  void operator()(std::string_view key, const T& value) {
    object.add(key, json_of(value));
  }
  template <class Values, class Visit>
  void each(std::string_view key, const Values& values, const Visit& visit) {
    auto list = io::json_value::array();
    for (const auto& value : values) {
      json_writer item;
      visit(item, value);
      list.add(item.object);
    }
    object.add(key, list);
  }
  template <class Value, class Visit>
  void nested(std::string_view key, Value& value, const Visit& visit) {
    json_writer inner;
    visit(inner, value);
    object.add(key, inner.object);
  }
  /// A text that says what is meant, and must be the same when it is read.
  void label(std::string_view key, std::string_view text) { object.add(key, io::json_value(std::string(text))); }
  /// A text that is one of a table of names, and a view of that table when it is read.
  void one_of(std::string_view key, std::string_view text, const auto&) { label(key, text); }
};

template <class T>
io::json_value json_of(const T& value) {
  if constexpr (std::is_arithmetic_v<T>) {
    return io::json_value(value);
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    return io::json_value(std::string(value));
  } else if constexpr (std::is_enum_v<T>) {
    return io::json_value(std::string(json_names<T>::names[static_cast<std::size_t>(value)]));
  } else if constexpr (is_variant<T>::value) {
    return std::visit(
        [](const auto& one) {
          auto object = io::json_value::object();
          object.add(json_members<std::remove_cvref_t<decltype(one)>>::kind, json_of(one));
          return object;
        },
        value);
  } else if constexpr (has_json_members<T>) {
    json_writer members;
    json_members<T>::visit(members, value);
    return members.object;
  } else if constexpr (requires { value.has_value(); }) {
    return value ? json_of(*value) : io::json_value();
  } else {
    auto list = io::json_value::array();
    for (const auto& item : value) list.add(json_of(item));
    return list;
  }
}

// --- Reading

/// A value within a text of that name.
struct json_place {
  const io::json_value& value;
  const std::string& name;

  [[noreturn]] void refuse(const std::string& must_be) const {
    using type = io::json_value::type;
    std::string found = value.text;
    if (value.is == type::null) found = "null";
    if (value.is == type::array) found = "an array of " + std::to_string(value.items.size());
    if (value.is == type::object) found = "an object of " + std::to_string(value.items.size());
    if (value.is == type::string) found = shown(found, '"');
    detail::refuse<std::runtime_error>(name + ":" + std::to_string(value.line) + ":" + std::to_string(value.column) +
                                       ": found " + found + ", must be " + must_be);
  }
  void require_type(io::json_value::type is, const char* must_be) const {
    if (value.is != is) refuse(must_be);
  }
  json_place item(std::size_t i) const { return {value.items[i], name}; }

  std::string one_of(const auto& names) const {
    std::string list;
    for (const auto& one : names) list += (list.empty() ? "\"" : ", \"") + std::string(one) + '"';
    return (std::size(names) > 1 ? "one of " : "") + list;
  }
};

template <class T>
void read_json_as(const json_place& at, T& value);

/// The members of an object. Each is asked for once; `finish` refuses the others.
class json_object_reader {
 public:
  explicit json_object_reader(const json_place& at) : at_(at), seen_(at.value.items.size()) {
    at.require_type(io::json_value::type::object, "an object");
  }

  json_place member(std::string_view key) {
    for (std::size_t i = 0; i < at_.value.keys.size(); ++i)
      if (at_.value.keys[i] == key) {
        seen_[i] = true;
        return at_.item(i);
      }
    at_.refuse("one with the member " + json_quoted(key));
  }
  /// A member that may be there and is not read.
  void skip(std::string_view key) {
    for (std::size_t i = 0; i < at_.value.keys.size(); ++i) seen_[i] = seen_[i] || at_.value.keys[i] == key;
  }
  template <class T>
  void operator()(std::string_view key, T& value) {
    read_json_as(member(key), value);
  }
  template <class Values, class Visit>
  void each(std::string_view key, Values& values, const Visit& visit) {
    const auto list = member(key);
    list.require_type(io::json_value::type::array, "an array");
    values.clear();
    for (std::size_t i = 0; i < list.value.items.size(); ++i) {
      values.emplace_back();
      json_object_reader item(list.item(i));
      visit(item, values.back());
      item.finish();
    }
  }
  template <class Value, class Visit>
  void nested(std::string_view key, Value& value, const Visit& visit) {
    json_object_reader inner(member(key));
    visit(inner, value);
    inner.finish();
  }
  void label(std::string_view key, std::string_view text) {
    const auto place = member(key);
    if (place.value.is != io::json_value::type::string || place.value.text != text) place.refuse(json_quoted(text));
  }
  void one_of(std::string_view key, std::string_view& text, const auto& names) {
    const auto place = member(key);
    const auto found = std::find(names.begin(), names.end(), place.value.text);
    if (place.value.is != io::json_value::type::string || found == names.end()) place.refuse(place.one_of(names));
    text = *found;
  }
  void finish() const {
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (!seen_[i]) at_.item(i).refuse("absent: " + json_quoted(at_.value.keys[i]) + " is no member of this object");
  }

 private:
  json_place at_;
  std::vector<bool> seen_;
};

template <class T>
T json_number(const json_place& at) {
  using type = io::json_value::type;
  const std::string& text = at.value.text;
  T value{};
  if constexpr (real<T>) {
    if (at.value.is == type::string) {
      if (text == "NaN") return std::numeric_limits<T>::quiet_NaN();
      if (text == "Infinity") return std::numeric_limits<T>::infinity();
      if (text == "-Infinity") return -std::numeric_limits<T>::infinity();
    }
  }
  constexpr auto must_be = real<T> ? "a number, \"NaN\", \"Infinity\" or \"-Infinity\"" : "a whole number";
  at.require_type(type::number, must_be);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) at.refuse("a number that its type can hold");
  if (end != text.data() + text.size() || error != std::errc{}) at.refuse(must_be);
  return value;
}

template <class T>
void read_json_variant(const json_place& at, T& value) {
  at.require_type(io::json_value::type::object, "an object");
  const auto names = []<class... Ts>(const std::variant<Ts...>&) {
    return std::array<std::string_view, sizeof...(Ts)>{json_members<Ts>::kind...};
  }(value);
  const auto read = [&]<class Alternative>(Alternative one) {
    if (at.value.keys.size() != 1 || at.value.keys[0] != json_members<Alternative>::kind) return false;
    read_json_as(at.item(0), one);
    value = one;
    return true;
  };
  const bool found = [&]<class... Ts>(const std::variant<Ts...>&) { return (read(Ts{}) || ...); }(T(value));
  if (!found) at.refuse("an object whose one member is " + at.one_of(names));
}

template <class T>
void read_json_as(const json_place& at, T& value) {
  using type = io::json_value::type;
  if constexpr (std::is_same_v<T, bool>) {
    at.require_type(type::boolean, "true or false");
    value = at.value.text == "true";
  } else if constexpr (std::is_arithmetic_v<T>) {
    value = json_number<T>(at);
  } else if constexpr (std::is_same_v<T, std::string>) {
    at.require_type(type::string, "a string");
    value = at.value.text;
  } else if constexpr (std::is_enum_v<T>) {
    for (std::size_t i = 0; i < std::size(json_names<T>::names); ++i)
      if (at.value.is == type::string && at.value.text == json_names<T>::names[i]) {
        value = static_cast<T>(i);
        return;
      }
    at.refuse(at.one_of(json_names<T>::names));
  } else if constexpr (is_variant<T>::value) {
    read_json_variant(at, value);
  } else if constexpr (has_json_members<T>) {
    json_object_reader members(at);
    json_members<T>::visit(members, value);
    members.finish();
  } else if constexpr (requires { value.has_value(); }) {
    value.reset();
    if (at.value.is != type::null) read_json_as(at, value.emplace());
  } else {
    at.require_type(type::array, "an array");
    value.clear();
    for (std::size_t i = 0; i < at.value.items.size(); ++i) read_json_as(at.item(i), value.emplace_back());
  }
}

}  // namespace scaling::detail
