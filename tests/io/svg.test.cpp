// Pictures: well-formed, inside of their frame, the same whatever the locale, and no value that has no place is drawn.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <random>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <scaling/io/svg.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace io = scaling::io;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Message;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

std::string text_of(const io::figure& picture) {
  std::ostringstream out;
  io::write_svg(out, picture);
  return out.str();
}

/// What is wrong with a text as XML, or nothing: one tree of elements, attributes in quotes, entities that exist.
std::string complaint(const std::string& xml) {
  static const std::regex tag(R"re(<(/?)([a-z]+)((?: [a-zA-Z:]+="[^"<]*")*)(/?)>)re"), entity("&(?:amp|lt|gt|quot);");
  std::vector<std::string> open;
  bool done = false;
  std::size_t at = 0;
  const auto check_text = [&](const std::string& text) {
    for (const char c : text)
      if ((c >= 0 && c < ' ' && c != '\n') || c == 0x7F) return std::string("a control character");
    const std::string rest = std::regex_replace(text, entity, "");
    if (rest.find('&') != rest.npos) return "a bare & in " + text;
    if (rest.find('>') != rest.npos && (open.empty() || open.back() != "style")) return "a bare > in " + text;
    return std::string();
  };
  while (at < xml.size()) {
    const std::size_t next = std::min(xml.find('<', at), xml.size());
    const std::string text = xml.substr(at, next - at);
    if (const auto wrong = check_text(text); !wrong.empty()) return wrong;
    if (open.empty() && text.find_first_not_of('\n') != text.npos) return "text outside: " + text;
    if (next == xml.size()) break;
    std::smatch found;
    if (done || !std::regex_search(xml.begin() + std::ptrdiff_t(next), xml.end(), found, tag,
                                   std::regex_constants::match_continuous))
      return "no tag: " + xml.substr(next, 60);
    if (const auto wrong = check_text(found[3]); !wrong.empty()) return wrong;
    if (found[1].length() > 0) {
      if (open.empty() || open.back() != found[2]) return "closes " + found[2].str();
      open.pop_back();
    } else if (found[4].length() == 0) {
      open.push_back(found[2]);
    }
    done = open.empty();
    at = next + std::size_t(found[0].length());
  }
  return done ? "" : "not closed";
}

/// The data of the paths of a kind.
std::vector<std::string> paths(const std::string& svg, const std::string& kind) {
  const std::regex path("<path class=\"" + kind + " s\\d\" d=\"([^\"]*)\"/>");
  std::vector<std::string> found;
  for (std::sregex_iterator at(svg.begin(), svg.end(), path), end; at != end; ++at) found.push_back((*at)[1]);
  return found;
}

/// The absolute coordinates in the data of a path: those after M and L.
std::vector<io::point> coordinates(const std::string& data) {
  static const std::regex place("[ML](-?[0-9.]+) (-?[0-9.]+)");
  std::vector<io::point> found;
  for (std::sregex_iterator at(data.begin(), data.end(), place), end; at != end; ++at)
    found.push_back({std::strtod((*at)[1].str().c_str(), nullptr), std::strtod((*at)[2].str().c_str(), nullptr)});
  return found;
}

/// The texts of a kind, with its markup.
std::vector<std::string> labels(const std::string& svg, const std::string& kind) {
  const std::regex label("<text class=\"" + kind + "\"[^>]*>(.*)</text>");
  std::vector<std::string> found;
  for (std::sregex_iterator at(svg.begin(), svg.end(), label), end; at != end; ++at) found.push_back((*at)[1]);
  return found;
}

std::string raised(const std::string& power) { return "10<tspan dy=\"-4\" class=\"small\">" + power + "</tspan>"; }

/// A figure of everything there is, with values from a seeded stream and axes that cut some of them off.
io::figure any_figure(unsigned seed) {
  std::mt19937 bits(seed);
  const auto uniform = [&](double from, double to) {
    return from + (to - from) * static_cast<double>(bits()) / 4294967296.0;
  };
  io::figure picture{.title = "<a> & \"b\"", .x = {.label = "x^{2} \x01"}, .y = {.label = "y_{i}"}};
  picture.x.logarithmic = bits() % 2 == 0, picture.y.logarithmic = bits() % 2 == 0;
  picture.names = static_cast<io::names>(bits() % 3);
  const auto value = [&](bool logarithmic) {
    if (bits() % 9 == 0) return no_number;
    return logarithmic ? std::pow(10, uniform(-20, 20)) : uniform(-1e7, 1e7);
  };
  for (int i = 0; i < 12; ++i) {
    io::curve curve{"series " + std::to_string(bits() % 10), {}, static_cast<io::drawn>(bits() % 3)};
    io::band band{bits() % 2 == 0 ? "" : "band & co", {}};
    for (int k = 0; k < 30; ++k) {
      curve.points.push_back({value(picture.x.logarithmic), value(picture.y.logarithmic)});
      band.points.push_back({value(picture.x.logarithmic), value(picture.y.logarithmic), value(picture.y.logarithmic)});
    }
    picture.curves.push_back(curve), picture.bands.push_back(band);
  }
  if (bits() % 2 == 0) picture.x.from = 2, picture.x.to = 1e5;
  if (bits() % 2 == 0) picture.y.from = 1e-3, picture.y.to = 7;
  picture.vertical = {{12.0, "here"}, {1e6, ""}}, picture.horizontal = {{0.25, "there"}};
  return picture;
}

}  // namespace

TEST_CASE("any figure is well-formed, has no number that is none, and draws inside of its frame") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const std::string svg = text_of(any_figure(seed));
    CAPTURE(seed, svg);
    CHECK(complaint(svg) == "");
    CHECK(svg.find("nan") == svg.npos);
    CHECK(svg.find("inf") == svg.npos);
    const auto frame =
        coordinates(paths(svg, "axis").at(0));  // its last lines go from the upper left to the lower right
    const auto upper_left = frame.at(frame.size() - 3), lower_right = frame.back();
    std::size_t seen = 0;
    for (const auto kind : {"line", "mark", "dots", "band", "rule", "grid"})
      for (const auto& data : paths(svg, kind))
        for (const auto& at : coordinates(data)) {
          if (kind != std::string("grid") && kind != std::string("rule") && at.x > lower_right.x + 20)
            continue;  // legend
          ++seen;
          CHECK((at.x >= upper_left.x && at.x <= lower_right.x && at.y >= upper_left.y && at.y <= lower_right.y));
        }
    CHECK(seen > 20);
  }
}

TEST_CASE("a curve lies where its axes say") {
  io::figure picture{.x = {.logarithmic = true, .from = 1, .to = 1e4}, .y = {.from = 0, .to = 10}};
  picture.curves = {{"", {{1, 0}, {1e2, 5}, {1e4, 10}}}};
  const std::string svg = text_of(picture);
  const auto frame = coordinates(paths(svg, "axis").at(0));
  const auto upper_left = frame.at(frame.size() - 3), lower_right = frame.back();
  const auto line = coordinates(paths(svg, "line").at(0));
  REQUIRE(line.size() == 3);
  CHECK((line[0].x == upper_left.x && line[0].y == lower_right.y));
  CHECK((line[2].x == lower_right.x && line[2].y == upper_left.y));
  CHECK(std::abs(line[1].x - (upper_left.x + lower_right.x) / 2) < 0.1);  // written to 0.1 pixels, the ends exactly
  CHECK(std::abs(line[1].y - (upper_left.y + lower_right.y) / 2) < 0.1);
}

TEST_CASE("a line is cut at the frame, not bent towards it") {
  io::figure picture{.x = {.from = 0, .to = 1}, .y = {.from = 0, .to = 1}};
  picture.curves = {{"", {{-1, -1.5}, {2, 3}}}};  // y = 1.5 x, which leaves at y = 1, x = 2/3
  const std::string svg = text_of(picture);
  const auto frame = coordinates(paths(svg, "axis").at(0));
  const auto upper_left = frame.at(frame.size() - 3), lower_right = frame.back();
  const auto line = coordinates(paths(svg, "line").at(0));
  REQUIRE(line.size() == 2);
  CHECK((line[0].x == upper_left.x && line[0].y == lower_right.y));
  CHECK(std::abs(line[1].x - (upper_left.x + (lower_right.x - upper_left.x) * 2 / 3)) < 0.1);
  CHECK(line[1].y == upper_left.y);
}

TEST_CASE("a line to a point far off the page was bent") {
  for (const double far : {1e3, 1e6, 1e9, 1e60})
    for (const bool to_it : {true, false}) {
      io::figure picture{.x = {.from = 0, .to = 1}, .y = {.from = 0, .to = 1}};
      const io::point here{0.0, 0.0}, there{far, far / 2};
      picture.curves = {{"", {to_it ? here : there, to_it ? there : here}}};  // leaves at x = 1, y = 1/2
      picture.bands = {{"", {{0, 0, 0}, {far, 0, far / 2}}}};
      const std::string svg = text_of(picture);
      CAPTURE(far, to_it);
      const auto frame = coordinates(paths(svg, "axis").at(0));
      const auto upper_left = frame.at(frame.size() - 3), lower_right = frame.back();
      const auto line = coordinates(paths(svg, "line").at(0)), band = coordinates(paths(svg, "band").at(0));
      REQUIRE(line.size() == 2);
      CHECK(line[to_it].x == lower_right.x);
      const double half = (upper_left.y + lower_right.y) / 2;
      CHECK(std::abs(line[to_it].y - half) < 0.1);
      CHECK(std::any_of(band.begin(), band.end(),
                        [&](const auto& p) { return p.x == lower_right.x && std::abs(p.y - half) < 0.1; }));
    }
}

TEST_CASE("what is not finite is a gap in a line and in a band") {
  io::figure picture;
  const double inf = std::numeric_limits<double>::infinity();
  picture.curves = {{"", {{0, 0}, {1, 1}, {2, no_number}, {3, 1}, {4, 0}, {inf, 1}, {5, 0}, {6, 1}}}};
  picture.bands = {{"", {{0, 0, 1}, {1, 0, 1}, {2, 0, no_number}, {3, 0, 1}, {4, 0, 1}}}};
  const std::string svg = text_of(picture);
  const auto line = paths(svg, "line").at(0), band = paths(svg, "band").at(0);
  CHECK(std::count(line.begin(), line.end(), 'M') == 3);
  CHECK(std::count(line.begin(), line.end(), 'L') == 3);
  CHECK(std::count(band.begin(), band.end(), 'Z') == 2);
}

TEST_CASE(
    "ticks of a logarithmic axis are powers of ten; of a short one, numbers between them; of a linear one, round") {
  const auto x_labels = [](io::axis axis) {
    io::figure picture{.x = axis, .y = {.from = 0, .to = 1}};
    return labels(text_of(picture), "tick middle");
  };
  using texts = std::vector<std::string>;
  CHECK(x_labels({"", true, 1e18, 1e21}) == texts{raised("18"), raised("19"), raised("20"), raised("21")});
  CHECK(x_labels({"", true, 1e-6, 1e-3}) ==
        texts{raised("\u22126"), raised("\u22125"), raised("\u22124"), raised("\u22123")});
  CHECK(x_labels({"", true, 0.5, 2000}) == texts{"1", "10", "100", "1000"});
  CHECK(x_labels({"", true, 1, 30}) == texts{"1", "2", "5", "10", "20"});
  CHECK(x_labels({"", true, 1.9, 3.1}) == texts{"2.0", "2.2", "2.4", "2.6", "2.8", "3.0"});
  CHECK(x_labels({"", false, -0.2, 0.2}) ==
        texts{"\u22120.20", "\u22120.15", "\u22120.10", "\u22120.05", "0", "0.05", "0.10", "0.15", "0.20"});
  CHECK(x_labels({"", false, 0, 7e9}).at(3) == "3\u00d7" + raised("9"));

  // Labels that would touch give way: every third power, and small ticks at the others.
  const auto many = x_labels({"", true, 1e-30, 1e6});
  CHECK(many.size() == 13);
  CHECK(many.front() == raised("\u221230"));
}

namespace {

/// Where the labels of ticks stand: from left to right, and from the top down.
struct label_places {
  std::vector<double> across, up;

  explicit label_places(const std::string& svg) {
    const std::regex label(R"re(<text class="tick (middle|end)" x="([-0-9.]+)" y="([-0-9.]+)">)re");
    for (std::sregex_iterator at(svg.begin(), svg.end(), label), end; at != end; ++at)
      ((*at)[1] == "middle" ? across : up)
          .push_back(std::strtod((*at)[(*at)[1] == "middle" ? 2 : 3].str().c_str(), nullptr));
  }
};

}  // namespace

TEST_CASE("no two labels of an axis touch, and each has at least two") {
  std::mt19937 bits(7);
  const auto uniform = [&](double from, double to) {
    return from + (to - from) * static_cast<double>(bits()) / 4294967296.0;
  };
  for (int i = 0; i < 400; ++i) {
    const double from = std::pow(10, uniform(-30, 30)), decades = std::pow(10, uniform(-2, 1.5));
    const io::axis axis{"", bits() % 2 == 0, from, from * std::pow(10, decades)};
    const std::string svg = text_of({.x = axis, .y = axis});
    const label_places at(svg);
    CAPTURE(axis.from, axis.to, axis.logarithmic, svg);
    CHECK((at.across.size() >= 2 && at.up.size() >= 2));
    for (std::size_t k = 1; k < at.across.size(); ++k) CHECK(at.across[k] - at.across[k - 1] >= 30);
    for (std::size_t k = 1; k < at.up.size(); ++k) CHECK(at.up[k - 1] - at.up[k] >= 14);
  }
}

TEST_CASE("losses that lie close together had one tick, or none, in a small picture") {
  support::random_numbers random(8);
  for (int i = 0; i < 400; ++i) {
    const double from = random.between(1.5, 5.5);
    const io::axis losses{"", false, from, from + random.between(0.02, 2)};
    const std::string svg = text_of({.x = {"", true, 1e18, 1e21}, .y = losses, .width = 300, .height = 200});
    const label_places at(svg);
    CAPTURE(losses.from, losses.to, svg);
    CHECK(at.up.size() >= 2);
    for (std::size_t k = 1; k < at.up.size(); ++k) CHECK(at.up[k - 1] - at.up[k] >= 14);
  }
}

TEST_CASE("what has one name is one series: one style, and one line of the legend") {
  io::figure picture;
  picture.curves = {
      {"a", {{0, 0}, {1, 1}}}, {"b", {{0, 1}, {1, 0}}}, {"a", {{0, 0}}, io::drawn::points}, {"", {{0, 1}}}};
  picture.bands = {{"a", {{0, 0, 1}, {1, 0, 1}}}};
  const std::string svg = text_of(picture);
  CHECK(labels(svg, "name") == std::vector<std::string>{"a", "b"});
  CHECK_THAT(svg, ContainsSubstring("<path class=\"line s2\"") && ContainsSubstring("<path class=\"mark s1\""));
  CHECK_THAT(svg, ContainsSubstring("<path class=\"band s1\"") && !ContainsSubstring("s3"));
  CHECK_THAT(svg, ContainsSubstring("prefers-color-scheme:dark"));
  picture.names = io::names::hidden;
  CHECK(labels(text_of(picture), "name").empty());
  picture.names = io::names::at_ends;
  CHECK(labels(text_of(picture), "name s1").size() == 1);
}

TEST_CASE("names at the ends of lines that meet stand one below the other, and none below the frame") {
  io::figure picture{.names = io::names::at_ends};
  for (int i = 0; i < 8; ++i) picture.curves.push_back({"line " + std::to_string(i), {{0, 1.0 * i}, {1, 0.01 * i}}});
  const std::string svg = text_of(picture);
  const std::regex name(R"re(<text class="name s\d" x="[-0-9.]+" y="([-0-9.]+)">)re");
  std::vector<double> heights;
  for (std::sregex_iterator at(svg.begin(), svg.end(), name), end; at != end; ++at)
    heights.push_back(std::strtod((*at)[1].str().c_str(), nullptr));
  REQUIRE(heights.size() == 8);
  std::sort(heights.begin(), heights.end());
  for (std::size_t i = 1; i < heights.size(); ++i) CHECK(heights[i] - heights[i - 1] >= 15);
  CHECK(heights.back() <= coordinates(paths(svg, "axis").at(0)).back().y);
}

TEST_CASE("every colour of text and lines is 4.5 times as bright as its page, or as dark") {
  const auto luminance = [](const std::string& colour) {  // WCAG 2, relative luminance of #rrggbb
    double sum = 0;
    for (int i = 0; i < 3; ++i) {
      const double c = std::stoi(colour.substr(std::size_t(1 + 2 * i), 2), nullptr, 16) / 255.0;
      sum += (i == 0   ? 0.2126
              : i == 1 ? 0.7152
                       : 0.0722) *
             (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
  };
  const auto contrast = [&](const std::string& a, const std::string& b) {
    const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return std::max(x, y) / std::min(x, y);
  };
  const std::string style = scaling::detail::svg_style(8);
  const auto dark_from = style.find("@media");
  const std::regex paper("\\.paper\\{fill:(#[0-9a-f]{6})"), colour("(?: text\\{fill|[{]color):(#[0-9a-f]{6})");
  for (const std::string& page : {style.substr(0, dark_from), style.substr(dark_from)}) {
    std::smatch on;
    REQUIRE(std::regex_search(page, on, paper));
    int seen = 0;
    for (std::sregex_iterator at(page.begin(), page.end(), colour), end; at != end; ++at, ++seen) {
      CAPTURE((*at)[1].str(), on[1].str());
      CHECK(contrast((*at)[1], on[1]) >= 4.5);
    }
    CHECK(seen == 10);  // the text, and nine styles
  }
}

TEST_CASE("text is escaped, and its markup read") {
  io::figure picture{.title = "a < b & \"c\" at 10^{21}",
                     .x = {.label = "N_{E} ^2 _x \x02", .from = 0, .to = 1},
                     .y = {.from = 0, .to = 1}};
  const std::string svg = text_of(picture);
  CHECK_THAT(svg, ContainsSubstring("<title>a &lt; b &amp; &quot;c&quot; at 10^21</title>"));
  CHECK(labels(svg, "title").at(0) == "a &lt; b &amp; &quot;c&quot; at " + raised("21"));
  CHECK(labels(svg, "label end").at(0) ==
        "N<tspan dy=\"4\" class=\"small\">E</tspan><tspan dy=\"-4\"> ^2 _x ?</tspan>");
}

TEST_CASE("the same figure gives the same bytes, whatever the locale") {
  const std::string here = text_of(any_figure(5));
  const char* found = nullptr;
  for (const auto* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.utf8"})
    found = found ? found : std::setlocale(LC_ALL, name);
  CHECK(text_of(any_figure(5)) == here);
  std::setlocale(LC_ALL, "C");
}

TEST_CASE("a value that has no place on a logarithmic axis is refused by its name") {
  const auto refused = [](const io::figure& picture, const std::string& message) {
    CHECK_THROWS_MATCHES(text_of(picture), std::domain_error, Message("scaling::io::write_svg: " + message));
  };
  io::figure picture{.x = {.logarithmic = true}, .y = {.logarithmic = true}};
  picture.curves = {{"", {{1, 1}, {2, 2}}}, {"Kaplan", {{1, 1}, {2, 0}}}};
  refused(picture, "curve 1 'Kaplan': point 1: y = 0, must be positive on a logarithmic axis");
  picture.curves.back().points[1] = {-3, 1};
  refused(picture, "curve 1 'Kaplan': point 1: x = -3, must be positive on a logarithmic axis");
  picture.curves.pop_back();
  picture.bands = {{"", {{1, -1, 1}}}};
  refused(picture, "band 0: point 0: lower = -1, must be positive on a logarithmic axis");
  picture.bands.clear();
  picture.vertical = {{0, "zero"}};
  refused(picture, "vertical rule 'zero': x = 0, must be positive on a logarithmic axis");
  picture.vertical.clear();
  picture.y.from = -1;
  refused(picture, "the y axis: from = -1, must be positive on a logarithmic axis");
}

TEST_CASE("a rule at no number was left out without a word") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const bool logarithmic : {false, true})
    for (const double at : {no_number, infinity, -infinity}) {
      io::figure picture{.x = {"", logarithmic, 1, 2}, .y = {"", logarithmic, 1, 2}};
      picture.vertical = {{at, "best"}};
      CHECK_THROWS_WITH(text_of(picture), ContainsSubstring("scaling::io::write_svg: vertical rule 'best': x = ") &&
                                              ContainsSubstring(", must be finite"));
      picture.vertical.clear();
      picture.horizontal = {{at, "floor"}};
      CHECK_THROWS_WITH(text_of(picture),
                        ContainsSubstring("horizontal rule 'floor': y = ") && ContainsSubstring(", must be finite"));
    }
}

TEST_CASE("a point of a line between two gaps was not to be seen") {
  io::figure picture{.x = {.from = 0, .to = 10}, .y = {.from = 0, .to = 10}};
  const auto marks = [&](std::vector<io::point> points) {
    picture.curves = {{"", std::move(points)}};
    const auto found = paths(text_of(picture), "mark");
    return found.empty() ? 0 : std::count(found[0].begin(), found[0].end(), 'M');
  };
  CHECK(marks({{1, 1}, {2, no_number}, {3, 1}, {no_number, 4}, {5, 1}}) == 3);
  CHECK(marks({{1, 1}}) == 1);
  CHECK(marks({{1, 1}, {2, 1}, {3, no_number}, {4, 1}}) == 1);
  CHECK(marks({{1, 1}, {2, 1}, {3, no_number}, {4, 1}, {5, 1}}) == 0);
  CHECK(marks({{20, 1}}) == 0);  // beyond the ends
}

TEST_CASE("axes without two ends, sizes and names without room are refused") {
  CHECK_THROWS_WITH(text_of({}), ContainsSubstring("the x axis: to = ") && ContainsSubstring("well above from"));
  io::figure picture{.x = {.from = 0, .to = 1}, .y = {.from = 1, .to = 1}};
  CHECK_THROWS_WITH(text_of(picture),
                    "scaling::io::write_svg: the y axis: to = 1, must be finite and well above from = 1");
  picture.y.to = 2;
  picture.width = 10;
  CHECK_THROWS_WITH(text_of(picture), "scaling::io::write_svg: width = 10, must be 200 to 10000 pixels");
  picture.width = 300;
  picture.curves = {{std::string(60, 'n'), {{0, 1}}}};
  CHECK_THROWS_WITH(text_of(picture), ContainsSubstring("width = 300, must be enough for the names of the series"));
  CHECK_THROWS_WITH(io::write_svg("/no/such/folder/a.svg", {.x = {.from = 0, .to = 1}, .y = {.from = 0, .to = 1}}),
                    "/no/such/folder/a.svg: cannot be written");
  CHECK_THROWS_WITH(io::graph_of([](double x) { return x; }, {}),
                    ContainsSubstring("scaling::io::graph_of: the given axis"));
}

TEST_CASE("contents of one value have room on both sides") {
  for (const bool logarithmic : {false, true}) {
    io::figure picture{.x = {.logarithmic = logarithmic}, .y = {.logarithmic = logarithmic}};
    picture.curves = {{"", {{3e9, 3e-9}}, io::drawn::points}};
    CHECK(paths(text_of(picture), "mark").size() == 1);
  }
}

TEST_CASE("a graph goes from end to end of its axis, evenly on it") {
  const auto graph = io::graph_of([](double x) { return 2 * x; }, {"", true, 1e18, 1e24}, 7);
  REQUIRE(graph.size() == 7);
  CHECK((graph.front().x == 1e18 && graph.back().x == 1e24));
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(std::abs(graph[i].x / std::pow(10, 18.0 + double(i)) - 1) < 1e-13);  // 24 ln 10 half ulp of a logarithm
    CHECK(graph[i].y == 2 * graph[i].x);
  }
}
