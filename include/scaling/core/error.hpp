// How bad input is refused: one sentence that names the function, the place, the value and the requirement.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace scaling::detail {

/// The pieces of a message in a row. Sums of strings would say the same, but what they make of each place that refuses
/// is most of what a compiler has to do there.
[[gnu::cold, gnu::noinline]] inline std::string joined(std::initializer_list<std::string_view> pieces) {
  std::string result;
  for (const auto piece : pieces) result += piece;
  return result;
}

/// Throws `Error(message)`: the one place of the library that throws. Compiled without exceptions it prints the message
/// and ends the program. Never a constant expression, so that misuse in one does not compile.
template <class Error>
[[noreturn, gnu::cold, gnu::noinline]] void refuse(const std::string& message) {
#if defined(__cpp_exceptions)
  throw Error(message);
#else
  std::fprintf(stderr, "%s\n", message.c_str());
  std::abort();
#endif
}

/// What printf makes of a number, with a point for whatever the locale separates its decimals by.
[[gnu::cold, gnu::noinline]] inline std::string with_point(std::string_view printed) {
  std::string result;
  for (const char c : printed)
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '+' || c == '-')
      result += c;
    else if (result.find('.') == result.npos)
      result += '.';
  return result;
}

/// A number as a message shows it: the shortest of 6, 15 and 21 significant digits that reads back as the same `T`,
/// such as "-3", "1e+09", "0.1".
template <class T>
[[gnu::cold, gnu::noinline]] std::string text_of(const T& value) {
  if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (requires { value.gradient; }) {  // a dual
    return text_of(value.value);
  } else {
    char text[64] = "";
    for (const int digits : {6, 15, 21}) {
      std::snprintf(text, sizeof text, "%.*Lg", digits, static_cast<long double>(value));
      if (static_cast<T>(std::strtold(text, nullptr)) == value) break;
    }
    return with_point(text);
  }
}

template <class Error, class T>
[[noreturn, gnu::cold, gnu::noinline]] void refuse_value(std::string_view where, std::string_view name, const T& value,
                                                         std::string_view requirement) {
  refuse<Error>(joined({where, ": ", name, " = ", text_of(value), ", must be ", requirement}));
}

/// Refuses `value` unless `holds`: "scaling::fit: observation 17: tokens = -3, must be positive and finite".
/// `where` is the function and, if there is one, the place: "scaling::compute_optimal", "scaling::fit: observation 17".
template <class Error = std::domain_error, class Where, class Name, class T, class Requirement>
constexpr void require(bool holds, const Where& where, const Name& name, const T& value,
                       const Requirement& requirement) {
  if (!holds) refuse_value<Error>(where, name, value, requirement);
}

}  // namespace scaling::detail
