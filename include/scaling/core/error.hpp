// How bad input is refused: one sentence that names the function, the place, the value and the requirement.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace scaling::detail {

/// Throws `Error(message)`: the one place of the library that throws. Compiled without exceptions it prints the message
/// and ends the program. Never a constant expression, so that misuse in one does not compile.
template <class Error>
[[noreturn]] inline void refuse(const std::string& message) {
#if defined(__cpp_exceptions)
  throw Error(message);
#else
  std::fprintf(stderr, "%s\n", message.c_str());
  std::abort();
#endif
}

/// A number as a message shows it: the shortest of 6, 15 and 21 significant digits that reads back as the same `T`,
/// such as "-3", "1e+09", "0.1".
template <class T>
std::string text_of(const T& value) {
  if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else {
    char text[64] = "";
    for (const int digits : {6, 15, 21}) {
      std::snprintf(text, sizeof text, "%.*Lg", digits, static_cast<long double>(value));
      if (static_cast<T>(std::strtold(text, nullptr)) == value) break;
    }
    return text;
  }
}

/// Refuses `value` unless `holds`: "scaling::fit: observation 17: tokens = -3, must be positive and finite".
/// `where` is the function and, if there is one, the place: "scaling::compute_optimal", "scaling::fit: observation 17".
template <class Error = std::domain_error, class Where, class Name, class T>
constexpr void require(bool holds, const Where& where, const Name& name, const T& value, const char* requirement) {
  if (!holds)
    refuse<Error>(std::string(where) + ": " + std::string(name) + " = " + text_of(value) + ", must be " + requirement);
}

}  // namespace scaling::detail
