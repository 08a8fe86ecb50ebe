// What a picture in SVG is put together from: numbers, text, paths that end at the frame, marks, and the eight styles.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scaling::detail {

/// A place on the page, in pixels from its upper left.
struct pixel {
  double x, y;
};

inline bool both_finite(double x, double y) { return std::isfinite(x) && std::isfinite(y); }

struct pixel_frame {
  double left, top, right, bottom;
};

/// A number of pixels to a tenth of one, whatever the locale: "12", "12.5", "-0.1".
inline std::string pixels(double value) {
  const long tenths = std::lround(10 * value), size = tenths < 0 ? -tenths : tenths;
  std::string text = (tenths < 0 ? "-" : "") + std::to_string(size / 10);
  if (size % 10 != 0) text += '.', text += static_cast<char>('0' + size % 10);
  return text;
}

/// The characters of XML, escaped; control characters, which it has no place for, are '?'.
inline std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += (c >= 0 && c < ' ') || c == 0x7F ? '?' : c;
  }
  return result;
}

/// The parts of a text in turn: `part(characters, shift)`, where shift is 1 for `^{...}`, -1 for `_{...}` and else 0.
template <class Part>
void for_each_part(std::string_view text, const Part& part) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto end = text.find('}', i);
    if ((text[i] != '^' && text[i] != '_') || text[i + 1] != '{' || end == text.npos) continue;
    if (i > begin) part(text.substr(begin, i - begin), 0);
    part(text.substr(i + 2, end - i - 2), text[i] == '^' ? 1 : -1);
    begin = end + 1, i = end;
  }
  if (begin < text.size()) part(text.substr(begin), 0);
}

/// A text with its raised and lowered parts.
inline std::string marked_up(std::string_view text) {
  std::string result;
  int height = 0;
  for_each_part(text, [&](std::string_view part, int shift) {
    const std::string characters = escaped(part);
    if (shift == height && shift == 0) {
      result += characters;
      return;
    }
    result += "<tspan dy=\"" + pixels(4.0 * (height - shift)) + "\"" + (shift != 0 ? " class=\"small\"" : "") + ">" +
              characters + "</tspan>";
    height = shift;
  });
  return result;
}

/// A text where there can be no raised parts: "10^21 FLOP".
inline std::string plain(std::string_view text) {
  std::string result;
  for_each_part(text, [&](std::string_view part, int shift) {
    result += (shift == 0 ? "" : shift > 0 ? "^" : "_") + escaped(part);
  });
  return result;
}

/// About how wide a text is in the picture's font, which we do not know: rather too much.
inline double text_width(std::string_view text) {
  double width = 0;
  for_each_part(text, [&](std::string_view part, int shift) {
    for (const char c : part) width += (c & 0xC0) == 0x80 ? 0 : shift == 0 ? 7.2 : 5.6;  // UTF-8 begins characters
  });
  return width;
}

/// One side of a frame: what is inside has `sign` times its coordinate at least at `sign` times the limit.
struct pixel_side {
  double pixel::*coordinate;
  double limit, sign;

  bool holds(pixel p) const { return sign * (p.*coordinate - limit) >= 0; }

  /// Where a line meets the side, as seen from its nearer end: nothing is lost where the other is far off.
  pixel crossed_by(pixel a, pixel b) const {
    if (std::abs(b.*coordinate - limit) < std::abs(a.*coordinate - limit)) std::swap(a, b);
    const double share = (limit - a.*coordinate) / (b.*coordinate - a.*coordinate);
    pixel at{a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
    at.*coordinate = limit;
    return at;
  }
};

inline std::array<pixel_side, 4> sides(const pixel_frame& frame) {
  return {{{&pixel::x, frame.left, 1},
           {&pixel::x, frame.right, -1},
           {&pixel::y, frame.top, 1},
           {&pixel::y, frame.bottom, -1}}};
}

/// The part of a line from a to b that is in the frame; false if there is none. Side by side.
inline bool clip(pixel& a, pixel& b, const pixel_frame& frame) {
  for (const auto& side : sides(frame)) {
    if (!side.holds(a) && !side.holds(b)) return false;
    if (!side.holds(a))
      a = side.crossed_by(a, b);
    else if (!side.holds(b))
      b = side.crossed_by(a, b);
  }
  return true;
}

/// The part of a polygon that is in the frame. Sutherland and Hodgman 1974.
inline std::vector<pixel> clipped(std::vector<pixel> corners, const pixel_frame& frame) {
  for (const auto& side : sides(frame)) {
    std::vector<pixel> kept;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      const pixel &a = corners[i == 0 ? corners.size() - 1 : i - 1], &b = corners[i];
      if (side.holds(a) != side.holds(b)) kept.push_back(side.crossed_by(a, b));
      if (side.holds(b)) kept.push_back(b);
    }
    corners = std::move(kept);
  }
  return corners;
}

/// The data of a path, in absolute coordinates but for the shapes of marks.
struct svg_path {
  std::string text{};
  std::string end{};  ///< where the last line ended

  static std::string at(pixel p) { return pixels(p.x) + " " + pixels(p.y); }

  /// A line, which goes on from the last one if that ended where it begins.
  void line(pixel from, pixel to) {
    const std::string begin = at(from), next = at(to);
    if (begin != end) text += "M" + begin;
    if (begin != next || begin != end) text += "L" + next;
    end = next;
  }

  void clipped_line(pixel from, pixel to, const pixel_frame& frame) {
    if (clip(from, to, frame)) line(from, to);
  }

  void polygon(const std::vector<pixel>& corners) {
    for (std::size_t i = 0; i < corners.size(); ++i) text.append(i == 0 ? "M" : "L").append(at(corners[i]));
    if (!corners.empty()) text += "Z";
  }

  void mark(pixel p, std::string_view shape) { text += "M" + at(p) + std::string(shape); }
};

// --- Styles, by number: 0 is grey and for what has no name

inline constexpr std::size_t svg_style_count = 8;

/// Marks, relative to their centre.
inline constexpr std::array<std::string_view, svg_style_count + 1> svg_marks{
    "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",                            // small disc
    "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",                            // disc
    "m-3.5-3.5h7v7h-7z",                                            // square
    "m0-4.8l4.5 8h-9z",                                             // triangle
    "m0-5l5 5l-5 5l-5-5z",                                          // diamond
    "m0 4.8l4.5-8h-9z",                                             // triangle on its head
    "m-1.4-4.6h2.8v3.2h3.2v2.8h-3.2v3.2h-2.8v-3.2h-3.2v-2.8h3.2z",  // plus
    "m-4.8-2.5h9.6v5h-9.6z",                                        // lying bar
    "m-2.5-4.8h5v9.6h-5z",                                          // standing bar
};

struct svg_style_row {
  std::string_view light, dark, dashes;
};

/// Each colour is at least 4.5 times as bright as its page, or as dark: text in it can be read.
inline constexpr std::array<svg_style_row, svg_style_count + 1> svg_styles{{
    {"#59636e", "#9198a1", ""},
    {"#0a62b3", "#58a6ff", ""},
    {"#bc4506", "#ff9d5c", "7 3"},
    {"#087a55", "#45c596", "2 3"},
    {"#8b45a8", "#d2a0f0", "10 3 2 3"},
    {"#8a6500", "#e0bd45", "14 4"},
    {"#0a7489", "#56cbe3", "5 2 2 2 2 2"},
    {"#b31f55", "#ff7fa5", "4 4"},
    {"#3d444d", "#d1d7e0", "1 2"},
}};

/// The style sheet of a figure with so many series. Its rules reach nothing outside of it, should it be put into a page.
inline std::string svg_style(std::size_t series) {
  const auto rule = [](std::string_view selector, std::string_view properties) {
    return ".scaling " + std::string(selector) + "{" + std::string(properties) + "}\n";
  };
  const auto colours = [&](std::string_view paper, std::string_view ink, std::string_view grid, auto member) {
    std::string text = rule(".paper", "fill:" + std::string(paper)) +
                       rule(".note,.scaling .name", "stroke:" + std::string(paper)) +
                       rule("text", "fill:" + std::string(ink)) + rule(".grid", "stroke:" + std::string(grid));
    for (std::size_t i = 0; i <= series; ++i)
      text += rule(".s" + std::to_string(i), "color:" + std::string(svg_styles[i].*member));
    return text;
  };
  std::string text = "<style>\n";
  text += rule("text", "font:13px system-ui,-apple-system,'Segoe UI','Liberation Sans',Helvetica,Arial,sans-serif");
  // Where a text may lie on a line, the page shows through around it.
  text += rule(".note,.scaling .name", "paint-order:stroke;stroke-width:4px;stroke-linejoin:round");
  text += rule(".title", "font-size:16px;font-weight:600") + rule(".small", "font-size:9.5px");
  text += rule(".middle", "text-anchor:middle") + rule(".end", "text-anchor:end");
  text += rule("path", "fill:none;stroke-width:1") + rule(".axis,.scaling .rule", "stroke:currentColor");
  text += rule(".rule", "stroke-dasharray:4 4;stroke-width:1.2");
  text += rule(".line", "stroke:currentColor;stroke-width:2;stroke-linejoin:round");
  text += rule(".mark", "fill:currentColor") +
          rule(".dots", "stroke:currentColor;stroke-width:4;stroke-opacity:.45;stroke-linecap:round");
  text += rule(".band", "fill:currentColor;fill-opacity:.2");
  for (std::size_t i = 1; i <= series; ++i)
    if (!svg_styles[i].dashes.empty())
      text += rule(".line.s" + std::to_string(i), "stroke-dasharray:" + std::string(svg_styles[i].dashes));
  text += colours("#ffffff", "#1f2328", "#e4e8ec", &svg_style_row::light);
  text += rule("text[class*=' s']", "fill:currentColor");
  text +=
      "@media(prefers-color-scheme:dark){\n" + colours("#0d1117", "#e6edf3", "#262c34", &svg_style_row::dark) + "}\n";
  return text + "</style>\n";
}

/// The text of a picture, element by element.
struct svg_text {
  std::string text{};

  svg_text& operator<<(std::string_view more) {
    text += more;
    return *this;
  }
  svg_text& operator<<(char more) {
    text += more;
    return *this;
  }
  svg_text& operator<<(double more) {
    text += pixels(more);
    return *this;
  }

  void path(std::string_view kind, std::string_view data, std::size_t style = 0) {
    if (!data.empty())
      *this << "<path class=\"" << kind << " s" << std::to_string(style) << "\" d=\"" << data << "\"/>\n";
  }

  void label(pixel at, std::string_view kind, std::string_view characters) {
    if (characters.empty()) return;
    *this << "<text class=\"" << kind << "\" x=\"" << at.x << "\" y=\"" << at.y << "\">" << marked_up(characters)
          << "</text>\n";
  }
};

}  // namespace scaling::detail
