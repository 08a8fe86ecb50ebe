// The sentence by which bad input is refused, letter by letter, and the number in it.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using scaling::detail::require;
using scaling::detail::text_of;

/// What `Error` says when `value` is refused by `require<Error>`; "nothing" if it is not.
template <class Error, class T>
std::string said(const T& value) {
  try {
    require<Error>(false, "scaling::fit: observation 17", "tokens", value, "positive and finite");
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

// What holds costs nothing, and stands in constant expressions.
constexpr double checked(double x) {
  require(x > 0, "example", "x", x, "positive");
  return x;
}
static_assert(checked(2) == 2);

}  // namespace

TEST_CASE("A refusal names the function, the place, the value and the requirement") {
  const auto sentence = "scaling::fit: observation 17: tokens = -3, must be positive and finite";
  CHECK(said<std::domain_error>(-3.0) == sentence);
  CHECK(said<std::domain_error>(-3.0F) == sentence);
  CHECK(said<std::domain_error>(-3.0L) == sentence);
  CHECK(said<std::domain_error>(-3) == sentence);
  CHECK(said<std::invalid_argument>(-3.0) == sentence);
}

TEST_CASE("A refusal is a std::domain_error unless another type is asked for") {
  CHECK_THROWS_AS(require(false, "f", "x", 1.0, "2"), std::domain_error);
  CHECK_THROWS_AS(require<std::invalid_argument>(false, "f", "x", 1.0, "2"), std::invalid_argument);
  CHECK_THROWS_AS(require<std::out_of_range>(false, "f", "x", 1.0, "2"), std::out_of_range);
  CHECK_THROWS_AS(scaling::detail::refuse<std::runtime_error>("why"), std::runtime_error);
  CHECK_THROWS_WITH(scaling::detail::refuse<std::runtime_error>("why"), "why");
}

TEST_CASE("Where and what may be any kind of string") {
  using namespace std::string_literals;
  using namespace std::string_view_literals;
  CHECK_THROWS_WITH(require(false, "f"s, "x"s, 1.0, "2"), "f: x = 1, must be 2");
  CHECK_THROWS_WITH(require(false, "f"sv, "x"sv, 1.0, "2"), "f: x = 1, must be 2");
  CHECK_THROWS_WITH(require(false, "f: line "s + "3", "x y"sv.substr(0, 1), 1.0, "2"), "f: line 3: x = 1, must be 2");
}

TEST_CASE("What meets the requirement is not refused") {
  CHECK_NOTHROW(require(true, "f", "x", -1.0, "anything"));
  CHECK_NOTHROW(require<std::invalid_argument>(true, "f", "x", -1.0, "anything"));
  CHECK(checked(2) == 2);
  CHECK_THROWS_WITH(checked(-2), "example: x = -2, must be positive");
}

TEST_CASE("A number is written with as few digits as it takes to tell it from its neighbours") {
  CHECK(text_of(-3.0) == "-3");
  CHECK(text_of(1e9) == "1e+09");
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(0.1F) == "0.1");
  CHECK(text_of(0.1L) == "0.1");
  CHECK(text_of(0.0) == "0");
  CHECK(text_of(-0.0) == "-0");
  CHECK(text_of(5.76e23) == "5.76e+23");
  CHECK(text_of(123456.0) == "123456");
  CHECK(text_of(1234567.0) == "1234567");                            // 15 digits
  CHECK(text_of(0.34731049888175457) == "0.347310498881754581291");  // 21 digits of the double itself
  CHECK(text_of(1.0F / 3) == "0.333333343267441");
  CHECK(text_of(42) == "42");
  CHECK(text_of(-7L) == "-7");
  CHECK(text_of(std::size_t{0}) == "0");
  CHECK(text_of(std::int64_t{12345678901234567}) == "12345678901234567");
}

TEST_CASE("Whatever a locale separates decimals by, it is a point in a message") {
  CHECK(scaling::detail::with_point("-3,5e+06") == "-3.5e+06");
  CHECK(scaling::detail::with_point("1\xD9\xAB"
                                    "25") == "1.25");  // two bytes in UTF-8
  CHECK(scaling::detail::with_point("inf") == "inf");
}

TEST_CASE("Extreme numbers are written too") {
  using limits = std::numeric_limits<double>;
  CHECK(text_of(limits::infinity()) == "inf");
  CHECK(text_of(-limits::infinity()) == "-inf");
  CHECK(text_of(std::numeric_limits<float>::infinity()) == "inf");
  CHECK_THAT(text_of(limits::quiet_NaN()), Catch::Matchers::ContainsSubstring("nan"));
  CHECK(std::strtod(text_of(limits::max()).c_str(), nullptr) == limits::max());
  CHECK(std::strtod(text_of(limits::lowest()).c_str(), nullptr) == limits::lowest());
  CHECK(std::strtod(text_of(limits::min()).c_str(), nullptr) == limits::min());
  CHECK(std::strtod(text_of(limits::denorm_min()).c_str(), nullptr) == limits::denorm_min());
  using wide = std::numeric_limits<long double>;
  CHECK(std::strtold(text_of(wide::max()).c_str(), nullptr) == wide::max());
  CHECK(std::strtold(text_of(wide::denorm_min()).c_str(), nullptr) == wide::denorm_min());
  // One digit less rounds these up to a number that their type does not have.
  CHECK(text_of(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  CHECK(text_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEMPLATE_TEST_CASE("Every number reads back as itself", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(5);
  for (int i = 0; i < 1000; ++i) {
    const T x = static_cast<T>(random.spread(1e-30, 1e30)) / T(3);
    const std::string text = text_of(x), negative = text_of(-x);
    CHECK(static_cast<T>(std::strtold(text.c_str(), nullptr)) == x);
    CHECK(negative == "-" + text);
  }
}
