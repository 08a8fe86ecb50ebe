// Pictures as SVG: curves, points, bands and rules on linear or logarithmic axes, for light and dark pages.
// SPDX-License-Identifier: BSL-1.0
//
//   scaling::io::figure loss{.title = "Loss of a model of 1e9 parameters",
//                            .x = {.label = "tokens", .logarithmic = true, .from = 1e8, .to = 1e12},
//                            .y = {.label = "loss [nats/token]"}};
//   loss.curves = {{"Besiroglu et al.", scaling::io::graph_of([&](double D) { return law(1e9, D); }, loss.x)}};
//   scaling::io::write_svg("loss.svg", loss);
//
// What has the same name is one series: one colour, dash and shape of mark, and one line of the legend. The eight styles
// can be told apart without colour and, by those who see colours differently, with it; a ninth name has the first again.
// What has no name is grey. The same figure gives the same bytes, whatever the locale.
//
// In any text, `^{...}` is raised and `_{...}` lowered: "10^{21} FLOP". All text is UTF-8.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/io/axis.hpp>
#include <scaling/io/svg_parts.hpp>

namespace scaling::io {

/// A point of a curve. One that is not finite is a gap; one that a line has between two gaps is a small disc.
struct point {
  double x, y;
};

/// How a curve is drawn. Dots are small, and darker where several lie, for clouds of hundreds.
enum class drawn { line, points, dots };

/// A series of points.
struct curve {
  std::string name{};
  std::vector<io::point> points{};
  io::drawn as = drawn::line;
};

/// From `lower` to `upper` at an x.
struct band_point {
  double x, lower, upper;
};

/// The area between two graphs.
struct band {
  std::string name{};
  std::vector<band_point> points{};
};

/// A dashed line across the figure, at an x (vertical) or a y (horizontal). It must be finite.
struct rule {
  double at;
  std::string label{};
};

/// Where the names of the series stand: in a legend beside the figure, each at the last point of its series (of its
/// line, if it has one), or nowhere.
enum class names { beside, at_ends, hidden };

/// A picture. Bands lie below rules, rules below curves, which lie in their order.
struct figure {
  std::string title{};
  axis x{}, y{};
  std::vector<curve> curves{};
  std::vector<band> bands{};
  std::vector<rule> vertical{}, horizontal{};
  io::names names = names::beside;
  double width = 720, height = 420;  ///< [pixels], 200 to 10000
};

/// The graph of f at `count` points spread evenly over an axis whose ends are given.
template <class F>
std::vector<point> graph_of(const F& f, const axis& over, int count = 161) {
  constexpr auto function = "scaling::io::graph_of";
  detail::require<std::invalid_argument>(count >= 2, function, "count", count, "at least 2");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto ends = detail::placed({"", over.logarithmic, over.from, over.to}, nan, nan, function, "given");
  std::vector<point> graph;
  for (int i = 0; i < count; ++i) {
    const double share = i / (count - 1.0);
    const double x = i == 0             ? ends.from
                     : i == count - 1   ? ends.to
                     : ends.logarithmic ? std::pow(10.0, std::log10(ends.from) + share * ends.decades())
                                        : ends.from + share * (ends.to - ends.from);
    graph.push_back({x, static_cast<double>(f(x))});
  }
  return graph;
}

}  // namespace scaling::io

namespace scaling::detail {

inline constexpr auto svg_name = "scaling::io::write_svg";

/// A figure on its way to a text.
class svg_drawing {
 public:
  explicit svg_drawing(const io::figure& figure) : figure_(figure) {
    require(figure.width >= 200 && figure.width <= 10000, svg_name, "width", figure.width, "200 to 10000 pixels");
    require(figure.height >= 200 && figure.height <= 10000, svg_name, "height", figure.height, "200 to 10000 pixels");
    find_ranges();
    for (const auto& curve : figure.curves) {
      auto& of = series_of(curve.name);
      (curve.as == io::drawn::line ? of.line : of.mark) = true;
      for (const auto& p : curve.points)
        if (both_finite(p.x, p.y) && x_.holds(p.x) && y_.holds(p.y) && (curve.as == io::drawn::line || !of.line))
          of.last = p;
    }
    for (const auto& band : figure.bands) series_of(band.name).band = true;
    lay_out();
  }

  std::string text() {
    svg_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"scaling\" role=\"img\" width=\"" << figure_.width
         << "\" height=\"" << figure_.height << "\" viewBox=\"0 0 " << figure_.width << ' ' << figure_.height
         << "\">\n";
    if (!figure_.title.empty()) svg_ << "<title>" << plain(figure_.title) << "</title>\n";
    svg_ << svg_style(std::min(series_.size(), svg_style_count));
    svg_ << "<rect class=\"paper\" width=\"" << figure_.width << "\" height=\"" << figure_.height << "\" rx=\"6\"/>\n";
    draw_axes();
    for (const auto& band : figure_.bands) draw(band);
    for (const auto& rule : figure_.vertical) draw(rule, x_);
    for (const auto& rule : figure_.horizontal) draw(rule, y_);
    for (const auto& curve : figure_.curves) draw(curve);
    for (const auto& rule : figure_.vertical) name_vertical(rule);
    for (const auto& rule : figure_.horizontal) name_horizontal(rule);
    if (figure_.names == io::names::beside) draw_legend();
    if (figure_.names == io::names::at_ends) draw_names();
    svg_ << "</svg>\n";
    return std::move(svg_).text;
  }

 private:
  struct series {
    std::string name;
    bool band = false, line = false, mark = false;
    io::point last{std::numeric_limits<double>::quiet_NaN(), 0};
  };

  /// A name that has not been seen is that of a new series; no name, of none that is listed.
  series& series_of(const std::string& name) {
    if (name.empty()) return nameless_;
    for (auto& one : series_)
      if (one.name == name) return one;
    series_.push_back({name});
    return series_.back();
  }

  /// The class of a series' style: "s1" to "s8", and "s0" without a name.
  std::size_t style_of(const std::string& name) const {
    for (std::size_t i = 0; i < series_.size(); ++i)
      if (series_[i].name == name) return 1 + i % svg_style_count;
    return 0;
  }

  /// How far the contents reach. Refuses what a logarithmic axis has no place for.
  void find_ranges() {
    struct range {
      const io::axis& of;
      const char* name;
      double least = std::numeric_limits<double>::infinity(), largest = -least;
    } x{figure_.x, "x"}, y{figure_.y, "y"};
    const auto take = [&](range& axis, double value, const std::string& place, const char* member = nullptr) {
      require(std::isfinite(value), svg_name + (": " + place), axis.name, value, "finite");
      require(!axis.of.logarithmic || value > 0, svg_name + (": " + place), member ? member : axis.name, value,
              "positive on a logarithmic axis");
      axis.least = std::min(axis.least, value), axis.largest = std::max(axis.largest, value);
    };
    const auto called = [](const char* what, std::size_t i, const std::string& name) {
      return joined({what, " ", std::to_string(i), name.empty() ? "" : " '", name, name.empty() ? "" : "'"});
    };
    const auto point = [](std::size_t i) { return ": point " + std::to_string(i); };
    for (std::size_t i = 0; i < figure_.curves.size(); ++i)
      for (std::size_t k = 0; k < figure_.curves[i].points.size(); ++k) {
        const auto& [px, py] = figure_.curves[i].points[k];
        if (!both_finite(px, py)) continue;
        const auto place = called("curve", i, figure_.curves[i].name) + point(k);
        take(x, px, place), take(y, py, place);
      }
    for (std::size_t i = 0; i < figure_.bands.size(); ++i)
      for (std::size_t k = 0; k < figure_.bands[i].points.size(); ++k) {
        const auto& [px, lower, upper] = figure_.bands[i].points[k];
        if (!both_finite(px, lower) || !std::isfinite(upper)) continue;
        const auto place = called("band", i, figure_.bands[i].name) + point(k);
        take(x, px, place), take(y, lower, place, "lower"), take(y, upper, place, "upper");
      }
    for (const auto& rule : figure_.vertical) take(x, rule.at, "vertical rule '" + rule.label + "'");
    for (const auto& rule : figure_.horizontal) take(y, rule.at, "horizontal rule '" + rule.label + "'");
    x_ = placed(figure_.x, x.least, x.largest, svg_name, "x");
    y_ = placed(figure_.y, y.least, y.largest, svg_name, "y");
  }

  void lay_out() {
    frame_.top = (figure_.title.empty() ? 14 : 40) + (figure_.y.label.empty() ? 0 : 22);
    frame_.bottom = figure_.height - (figure_.x.label.empty() ? 32 : 54);
    y_.begin = frame_.bottom, y_.end = frame_.top, y_.upright = true;
    double widest = 0;
    for (const auto& tick : ticks_of(y_)) widest = std::max(widest, text_width(tick.label));
    frame_.left = 18 + widest;
    widest = 0;
    for (const auto& one : series_) widest = std::max(widest, text_width(one.name));
    frame_.right = figure_.width - 22;
    if (!series_.empty() && figure_.names == io::names::beside) frame_.right = figure_.width - 70 - widest;
    if (!series_.empty() && figure_.names == io::names::at_ends) frame_.right = figure_.width - 20 - widest;
    require<std::invalid_argument>(frame_.right - frame_.left >= 60, svg_name, "width", figure_.width,
                                   "enough for the names of the series");
    x_.begin = frame_.left, x_.end = frame_.right;
  }

  void draw_axes() {
    const auto& [left, top, right, bottom] = frame_;
    if (!figure_.title.empty()) svg_.label({left, 25}, "title", figure_.title);
    if (!figure_.y.label.empty()) svg_.label({left, top - 10}, "label", figure_.y.label);
    if (!figure_.x.label.empty()) svg_.label({right, figure_.height - 14}, "label end", figure_.x.label);
    svg_path grid, marks;
    std::vector<std::pair<pixel, std::string>> across, up;
    for (const auto& [at, label] : ticks_of(x_)) {
      const double place = x_(at);
      if (!label.empty()) grid.line({place, top}, {place, bottom}), across.push_back({{place, bottom + 19}, label});
      marks.line({place, bottom}, {place, bottom + (label.empty() ? 3.0 : 6.0)});
    }
    for (const auto& [at, label] : ticks_of(y_)) {
      const double place = y_(at);
      if (!label.empty()) grid.line({left, place}, {right, place}), up.push_back({{left - 9, place + 4}, label});
      marks.line({left, place}, {left - (label.empty() ? 3.0 : 6.0), place});
    }
    marks.line({left, top}, {left, bottom}), marks.line({left, bottom}, {right, bottom});
    svg_.path("grid", grid.text);
    svg_.path("axis", marks.text);
    for (const auto& [at, label] : across) svg_.label(at, "tick middle", label);
    for (const auto& [at, label] : up) svg_.label(at, "tick end", label);
  }

  void draw(const io::band& band) {
    std::vector<pixel> upper, lower;
    svg_path path;
    const auto close = [&] {
      upper.insert(upper.end(), lower.rbegin(), lower.rend());
      path.polygon(clipped(std::move(upper), frame_));
      upper.clear(), lower.clear();
    };
    for (const auto& [x, from, to] : band.points) {
      if (!both_finite(x, from) || !std::isfinite(to)) {
        close();
        continue;
      }
      upper.push_back({x_(x), y_(to)}), lower.push_back({x_(x), y_(from)});
    }
    close();
    svg_.path("band", path.text, style_of(band.name));
  }

  void draw(const io::rule& rule, const placed_axis& axis) {
    if (!axis.holds(rule.at)) return;
    const double place = axis(rule.at);
    svg_path path;
    if (axis.upright)
      path.line({frame_.left, place}, {frame_.right, place});
    else
      path.line({place, frame_.top}, {place, frame_.bottom});
    svg_.path("rule", path.text);
  }

  /// At the upper end, to the right if there is room.
  void name_vertical(const io::rule& rule) {
    if (!x_.holds(rule.at)) return;
    const double place = x_(rule.at);
    const bool room = place + text_width(rule.label) + 6 < frame_.right;
    svg_.label({place + (room ? 6 : -6), frame_.top + 12}, room ? "note" : "note end", rule.label);
  }

  /// At the end, right or left, where fewer points of curves lie.
  void name_horizontal(const io::rule& rule) {
    if (!y_.holds(rule.at)) return;
    const double place = y_(rule.at), width = text_width(rule.label) + 8;
    int at_left = 0, at_right = 0;
    for (const auto& curve : figure_.curves)
      for (const auto& [x, y] : curve.points) {
        if (!both_finite(x, y) || !x_.holds(x) || y_(y) > place + 4 || y_(y) < place - 20) continue;
        at_left += x_(x) < frame_.left + width;
        at_right += x_(x) > frame_.right - width;
      }
    const bool left = at_left < at_right;
    svg_.label({left ? frame_.left + 6 : frame_.right - 4, place - 6}, left ? "note" : "note end", rule.label);
  }

  void draw(const io::curve& curve) {
    const std::size_t style = style_of(curve.name);
    if (curve.as == io::drawn::line) {
      svg_path path, alone;
      const auto& all = curve.points;
      const auto there = [&](std::size_t i) { return i < all.size() && both_finite(all[i].x, all[i].y); };
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (!there(i)) continue;
        const pixel at{x_(all[i].x), y_(all[i].y)};
        if (there(i - 1)) path.clipped_line({x_(all[i - 1].x), y_(all[i - 1].y)}, at, frame_);
        if (!there(i - 1) && !there(i + 1) && x_.holds(all[i].x) && y_.holds(all[i].y)) alone.mark(at, svg_marks[0]);
      }
      svg_.path("line", path.text, style), svg_.path("mark", alone.text, style);
      return;
    }
    // Dots of one path would not add up where they overlap.
    std::array<svg_path, 8> layers;
    std::size_t i = 0;
    for (const auto& [x, y] : curve.points) {
      if (!both_finite(x, y) || !x_.holds(x) || !y_.holds(y)) continue;
      if (curve.as == io::drawn::dots)
        layers[i++ % layers.size()].mark({x_(x), y_(y)}, "h0");
      else
        layers[0].mark({x_(x), y_(y)}, svg_marks[style]);
    }
    for (const auto& path : layers) svg_.path(curve.as == io::drawn::dots ? "dots" : "mark", path.text, style);
  }

  void draw_legend() {
    double y = frame_.top + 8;
    const double x = frame_.right + 22;
    for (const auto& one : series_) {
      const std::size_t style = style_of(one.name);
      svg_path band, line, mark;
      if (one.band) band.polygon({{x, y - 6}, {x + 26, y - 6}, {x + 26, y + 6}, {x, y + 6}});
      if (one.line) line.line({x, y}, {x + 26, y});
      if (one.mark) mark.mark({x + 13, y}, svg_marks[style]);
      svg_.path("band", band.text, style), svg_.path("line", line.text, style), svg_.path("mark", mark.text, style);
      svg_.label({x + 34, y + 4}, "name", one.name);
      y += 22;
    }
  }

  /// Each beside the last point of its series, or a bit below, where it would cover another.
  void draw_names() {
    struct placed_name {
      pixel at;
      const series* of;
    };
    std::vector<placed_name> all;
    for (const auto& one : series_)
      if (std::isfinite(one.last.x)) all.push_back({{x_(one.last.x) + 8, y_(one.last.y) + 4}, &one});
    std::sort(all.begin(), all.end(),
              [](auto& a, auto& b) { return std::pair(a.at.y, a.at.x) < std::pair(b.at.y, b.at.x); });
    constexpr double line = 15;
    const auto side_by_side = [](const placed_name& a, const placed_name& b) {
      return a.at.x + text_width(a.of->name) < b.at.x || b.at.x + text_width(b.of->name) < a.at.x;
    };
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (!side_by_side(all[i], all[k])) all[i].at.y = std::max(all[i].at.y, all[k].at.y + line);
    for (std::size_t i = all.size(); i-- > 0;) {  // and up again, from the lower edge
      all[i].at.y = std::min(all[i].at.y, frame_.bottom);
      for (std::size_t k = i + 1; k < all.size(); ++k)
        if (!side_by_side(all[i], all[k])) all[i].at.y = std::min(all[i].at.y, all[k].at.y - line);
    }
    for (const auto& [at, of] : all) svg_.label(at, "name s" + std::to_string(style_of(of->name)), of->name);
  }

  const io::figure& figure_;
  std::vector<series> series_;
  series nameless_;
  placed_axis x_{}, y_{};
  pixel_frame frame_{};
  svg_text svg_;
};

}  // namespace scaling::detail

namespace scaling::io {

/// Writes a figure as SVG.
///
/// It stands alone: one element, its style inside, no script and no font. What reaches beyond the ends of an axis is
/// cut there, and a point that is not finite is a gap. A band between two gaps has no area and is not seen.
/// Errors: std::domain_error for a value that is not positive on a logarithmic axis, for a rule that is not finite, for
/// an axis without two different finite ends (a figure without contents, if they are not given), a size out of range;
/// std::invalid_argument for names that leave no room. All name the offender.
/// Accuracy: a tenth of a pixel.
inline void write_svg(std::ostream& out, const figure& picture) { out << detail::svg_drawing(picture).text(); }

/// Into a file, which is replaced. Errors: also std::runtime_error where it cannot be written.
inline void write_svg(const std::string& path, const figure& picture) {
  const std::string text = detail::svg_drawing(picture).text();
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) detail::refuse<std::runtime_error>(path + ": cannot be written");
}

}  // namespace scaling::io
