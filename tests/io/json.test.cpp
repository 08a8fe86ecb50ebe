// JSON: what is written reads back bit by bit, and what is not JSON, or not that result, is refused where it stands.
// SPDX-License-Identifier: BSL-1.0
#include <clocale>
#include <cmath>
#include <cstddef>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/io/json.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;
namespace io = scaling::io;
using Catch::Matchers::ContainsSubstring;

namespace {

template <class T>
std::string text_of(const T& result) {
  std::ostringstream out;
  io::write_json(out, result);
  return out.str();
}

template <class T>
T read(const std::string& text) {
  std::istringstream in(text);
  return io::read_json<T>(in, "results.json");
}

io::json_value tree(const std::string& text) {
  std::istringstream in(text);
  return io::read_json_value(in, "t");
}

template <class F>
std::string refusal(const F& f) {
  try {
    f();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}
std::string refusal_of(const std::string& text) {
  return refusal([&] { (void)tree(text); });
}
std::string refusal_of_plan(const std::string& text) {
  return refusal([&] { (void)read<sc::allocation<double>>(text); });
}

/// Equal, or both NaN.
template <class T>
bool same(T a, T b) {
  return a == b || (a != a && b != b);
}

template <class T>
void check_numbers() {
  using limits = std::numeric_limits<T>;
  support::random_numbers random(9);
  for (int i = 0; i < 2000; ++i) {
    const auto any = [&] {
      const auto size = static_cast<T>(std::exp2(random.between(-120, 120)));
      return static_cast<T>(size * (1 + limits::epsilon() * static_cast<T>(random.between(0, 1e7))));
    };
    const sc::allocation<T> plan{any(), -any(), any() / 3, any()};
    const auto back = read<sc::allocation<T>>(text_of(plan));
    CHECK((back.parameters == plan.parameters && back.tokens == plan.tokens && back.flops == plan.flops &&
           back.loss == plan.loss));
  }
  for (const T value : {T(0), limits::min(), limits::max(), limits::lowest(), limits::epsilon(), limits::infinity(),
                        -limits::infinity(), limits::quiet_NaN(), T(1) / 3}) {
    const auto back = read<sc::allocation<T>>(text_of(sc::allocation<T>{value, 1, 2, 3}));
    CHECK(same(back.parameters, value));
  }
  CHECK(std::signbit(read<sc::allocation<T>>(text_of(sc::allocation<T>{-T(0), 1, 2, 3})).parameters));
}

const std::string version = sc::detail::json_version(true), older = sc::detail::json_version(false) + "0";

const std::string plan_text = text_of(sc::allocation<double>{1e9, 2e10, 1.2e20, 2.5});

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("a plan as text: its version, what it is, and its members") {
  CHECK(plan_text == "{\n  \"scaling\": \"" + version +
                         "\",\n  \"allocation\": {\n    \"parameters\": 1e+09,\n    \"tokens\": 2e+10,\n"
                         "    \"flops\": 1.2e+20,\n    \"loss\": 2.5\n  }\n}\n");
}

TEST_CASE("numbers come back bit by bit, in all three types, and those that JSON does not have by name") {
  check_numbers<float>();
  check_numbers<double>();
  check_numbers<long double>();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK_THAT(text_of(sc::allocation<double>{std::nan(""), infinity, -infinity, 0.1}),
             ContainsSubstring("\"parameters\": \"NaN\"") && ContainsSubstring("\"tokens\": \"Infinity\"") &&
                 ContainsSubstring("\"flops\": \"-Infinity\"") && ContainsSubstring("\"loss\": 0.1\n"));
}

TEST_CASE("every kind of plan and any law come back equal") {
  const auto law = sc::published::besiroglu_2024<>;
  const auto repeated = sc::compute_optimal(sc::published::muennighoff_2023<>, 1e23, 1e10);
  const auto repeated_back = read<sc::repeated_allocation<double>>(text_of(repeated));
  CHECK((repeated_back.parameters == repeated.parameters && repeated_back.tokens == repeated.tokens &&
         repeated_back.unique_tokens == repeated.unique_tokens && repeated_back.epochs == repeated.epochs &&
         repeated_back.flops == repeated.flops && repeated_back.loss == repeated.loss));
  const auto lifetime = sc::inference_aware(law, 2.1, 1e12);
  const auto lifetime_back = read<sc::lifetime_allocation<double>>(text_of(lifetime));
  CHECK((lifetime_back.parameters == lifetime.parameters && lifetime_back.tokens == lifetime.tokens &&
         lifetime_back.training_flops == lifetime.training_flops &&
         lifetime_back.inference_flops == lifetime.inference_flops && lifetime_back.loss == lifetime.loss));
  CHECK(read<sc::chinchilla<>>(text_of(law)) == law);
  constexpr auto wide = sc::published::muennighoff_2023<long double>;
  CHECK(read<sc::muennighoff<long double>>(text_of(wide)) == wide);
  constexpr auto kaplan = sc::published::kaplan_2020_compute_min<float>;
  CHECK(read<sc::pure_loss_of_compute<float>>(text_of(kaplan)) == kaplan);
}

TEST_CASE("a locale with a decimal comma changes nothing") {
  const std::string before = text_of(sc::published::besiroglu_2024<long double>);
  const std::string old = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) {
    if (!std::setlocale(LC_ALL, name)) continue;
    CHECK(text_of(sc::published::besiroglu_2024<long double>) == before);
    CHECK(read<sc::chinchilla<long double>>(before) == sc::published::besiroglu_2024<long double>);
  }
  std::setlocale(LC_ALL, old.c_str());
}

TEST_CASE("members may come in any order and with any blanks") {
  const auto plan = read<sc::allocation<double>>(
      "\r\n{\"allocation\":{\"loss\":2.5,\"flops\":12e19,\t\"tokens\":20000000000,\"parameters\":1.0E9} , "
      "\"scaling\":\"" +
      older + "\"}\n\n");
  CHECK((plan.parameters == 1e9 && plan.tokens == 2e10 && plan.flops == 1.2e20 && plan.loss == 2.5));
}

TEST_CASE("what is not that result is refused where it stands") {
  CHECK_THAT(refusal_of_plan(with(plan_text, "2.5", "\"2.5\"")),
             ContainsSubstring("results.json:7:13: found \"2.5\", must be a number, \"NaN\", \"Infinity\" or"));
  CHECK_THAT(refusal_of_plan(with(plan_text, "2.5", "null")), ContainsSubstring("7:13: found null, must be a number"));
  CHECK_THAT(refusal_of_plan(with(plan_text, "2.5", "1e999")),
             ContainsSubstring("7:13: found 1e999, must be a number that its type can hold"));
  CHECK_THAT(refusal_of_plan(with(plan_text, "\"tokens\"", "\"Tokens\"")),
             ContainsSubstring("3:17: found an object of 4, must be one with the member \"tokens\""));
  CHECK_THAT(refusal_of_plan(with(plan_text, "2.5", "2.5, \"x\": [1, 2]")),
             ContainsSubstring("7:23: found an array of 2, must be absent: \"x\" is no member of this object"));
  CHECK_THAT(refusal_of_plan(with(plan_text, version, "99.0.0")),
             ContainsSubstring("2:14: found \"99.0.0\", must be the version of this library, \""));
  CHECK_THAT(refusal_of_plan(text_of(sc::published::besiroglu_2024<>)),
             ContainsSubstring("1:1: found an object of 2, must be one with the member \"allocation\""));
  CHECK_THAT(refusal([] { (void)read<sc::chinchilla<>>(text_of(sc::published::kaplan_2020<>)); }),
             ContainsSubstring("4:13: found \"kaplan\", must be \"chinchilla\""));
  CHECK_THAT(refusal([] { (void)io::read_json<sc::chinchilla<>>("no_such_file.json"); }),
             ContainsSubstring("no_such_file.json: cannot be opened or read"));
}

TEST_CASE("the reader takes what RFC 8259 calls JSON") {
  using type = io::json_value::type;
  for (const std::string number : {"0", "-0", "1", "10", "-1.5", "0.5", "1e5", "1E+5", "1.25e-07"}) {
    CHECK(tree(number).is == type::number);
    CHECK(tree(number).text == number);
  }
  CHECK(tree("null").is == type::null);
  CHECK(tree(" true ").text == "true");
  CHECK(tree("[]").items.empty());
  CHECK(tree("{ }").is == type::object);
  CHECK(tree("[1, [2, {\"a\": []}]]").items[1].items[1].keys == std::vector<std::string>{"a"});
  CHECK(tree(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00")").text ==
        "\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(tree("\"\xF0\x9F\x98\x80\xED\x9F\xBF\"").text.size() == 7);
  const auto value = tree("[\n  \"\xC3\xA9\xC3\xA9\", 7]");
  CHECK((value.items[1].line == 2 && value.items[1].column == 9));  // characters, not bytes
}

TEST_CASE("the reader refuses what RFC 8259 does not") {
  for (const std::string bad : {"",
                                " ",
                                "nul",
                                "True",
                                "NaN",
                                "Infinity",
                                "-",
                                "+1",
                                "01",
                                "-01",
                                "1.",
                                ".5",
                                "1e",
                                "1e+",
                                "0x10",
                                "1 2",
                                "[1,]",
                                "[,]",
                                "[1 2]",
                                "[1",
                                "{\"a\"}",
                                "{\"a\":}",
                                "{\"a\":1,}",
                                "{a:1}",
                                "{'a':1}",
                                "{\"a\":1 \"b\":2}",
                                "\"",
                                "\"\t\"",
                                "\"\n\"",
                                "\"\\x\"",
                                "\"\\u12g4\"",
                                "\"\\u123",
                                "\"\\ud800\"",
                                "\"\\ud800\\u0041\"",
                                "\"\\udc00\"",
                                "\"\\",
                                "\"\x80\"",
                                "\"\xC0\xAF\"",
                                "\"\xC3\"",
                                "\"\xE0\x80\x80\"",
                                "\"\xED\xA0\x80\"",
                                "\"\xF4\x90\x80\x80\"",
                                "\"\xF5\x80\x80\x80\"",
                                "\xEF\xBB\xBF{}",
                                "// c\n1",
                                "[1]]",
                                "]",
                                "}",
                                "{\"a\":1,\"a\":2}"}) {
    CAPTURE(bad);
    CHECK_THAT(refusal_of(bad), ContainsSubstring("t:") && ContainsSubstring(", must be "));
  }
  CHECK_THAT(refusal_of("[1,\n 2"), ContainsSubstring("t:2:3: found the end of the text, must be ',' or ']'"));
  CHECK_THAT(refusal_of("{\"a\":1, \"a\":2}"), ContainsSubstring("t:1:9: found '\"', must be a key that this object"));
  CHECK_THAT(refusal_of(std::string("\0", 1)), ContainsSubstring("t:1:1: found byte 0, must be a value"));
  CHECK_THAT(refusal_of(std::string(100000, '[')), ContainsSubstring("must be a value at most 64 deep"));
  const auto within = [](std::size_t arrays) { return std::string(arrays, '[') + '1' + std::string(arrays, ']'); };
  CHECK(refusal_of(within(64)) == "accepted");
  CHECK_THAT(refusal_of(within(65)), ContainsSubstring("t:1:66: found '1', must be a value at most 64 deep"));
  CHECK_THAT(refusal_of("[01]"), ContainsSubstring("t:1:3: found '1', must be no digit after a leading zero"));
  CHECK_THAT(refusal_of("[\"\xE2\x82\xAC\xC3\xA9\", x]"),
             ContainsSubstring("t:1:8: found 'x'"));  // of three bytes and of two
}

TEST_CASE("text with quotes, backslashes and control characters comes back") {
  std::string any = "\"quoted\" \\ / \xE2\x82\xAC";
  for (char c = 1; c < ' '; ++c) any += c;
  any += std::string(1, '\0') + "\x7F";
  std::ostringstream out;
  out << io::json_value(any);
  CHECK(tree(out.str()).text == any);
}

TEST_CASE("a text in quotes was written as true") {
  CHECK(io::json_value("corpus").text == "corpus");
  CHECK(io::json_value("corpus").is == io::json_value::type::string);
  CHECK(io::json_value(true).is == io::json_value::type::boolean);
}

TEST_CASE("text that no reader would take was written") {
  const auto refused = [](const std::string& text, const std::string& why) {
    std::ostringstream out;
    CHECK_THROWS_WITH(out << io::json_value(text), ContainsSubstring(why));
    CHECK(out.str().empty());
  };
  refused("latin \xE9", "found byte 233 after \"latin \", must be a character in UTF-8");
  refused("\xC3", "found byte 195 after \"\", must be");
  refused("\xED\xA0\x80", "found byte 237 after \"\", must be");  // half of a surrogate pair
  io::json_value object;
  object.is = io::json_value::type::object;
  object.add("\xFF", io::json_value(true));
  std::ostringstream out;
  CHECK_THROWS_AS(out << object, std::invalid_argument);
}

TEST_CASE("a law of tokens was read from one of parameters") {
  const std::string text = text_of(sc::loss_of_parameters<>{1.7, 400, 0.34});
  CHECK_THAT(text, ContainsSubstring("\"inputs\": \"parameters\""));
  CHECK(read<sc::loss_of_parameters<>>(text) == sc::loss_of_parameters<>{1.7, 400, 0.34});
  CHECK_THAT(refusal([&] { (void)read<sc::loss_of_tokens<>>(text); }),
             ContainsSubstring("found \"parameters\", must be \"tokens\""));
}

TEST_CASE("a text cut off anywhere is refused, not read by half") {
  const std::string text = text_of(sc::published::besiroglu_2024<>);
  for (std::size_t length = 0; length + 2 < text.size(); ++length)
    CHECK(refusal_of(text.substr(0, length)) != "accepted");
}
