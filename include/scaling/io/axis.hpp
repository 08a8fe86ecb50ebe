// The axes of a picture: where a value lies on a linear or logarithmic one, and which ticks it has.
// SPDX-License-Identifier: BSL-1.0
//
// A logarithmic axis of many decades has a tick at each power of ten (or each second, third, ..., if they would touch)
// and small ones at 2 to 9 times it; one of one to two decades has 1, 2 and 5; a shorter one has the ticks of a linear axis,
// which has those of 1, 2 or 5 times a power of ten that are at least 60 pixels apart, or closer if they were not two.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/io/svg_parts.hpp>

namespace scaling::io {

/// One axis of a figure: `{.label = "training compute [FLOP]", .logarithmic = true}`.
///
/// `from` and `to` are its ends; NaN, as by default, stands for as far as the contents of the figure reach, and a bit.
struct axis {
  std::string label{};
  bool logarithmic = false;
  double from = std::numeric_limits<double>::quiet_NaN(), to = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace scaling::io

namespace scaling::detail {

/// A tick, and the text at it; none at a small one. `^{21}` in a text is raised, see svg.hpp.
struct tick {
  double at;
  std::string label;
};

/// mantissa 10^exponent in digits: "0.25", "3", "1000", and where that would be long, "5×10^{9}".
inline std::string decimal_text(long long mantissa, int exponent, bool in_powers) {
  const std::string sign = mantissa < 0 ? "\u2212" : "";
  std::string digits = std::to_string(mantissa < 0 ? -mantissa : mantissa);
  if (mantissa == 0) return "0";
  if (in_powers) {
    while (digits.size() > 1 && digits.back() == '0') digits.pop_back(), ++exponent;
    exponent += static_cast<int>(digits.size()) - 1;
    if (digits.size() > 1) digits.insert(1, ".");
    const std::string power =
        "10^{" + std::string(exponent < 0 ? "\u2212" : "") + std::to_string(std::abs(exponent)) + "}";
    return sign + (digits == "1" ? power : digits + "\u00d7" + power);
  }
  if (exponent >= 0) return sign + digits + std::string(static_cast<std::size_t>(exponent), '0');
  const auto decimals = static_cast<std::size_t>(-exponent);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  return sign + digits.insert(digits.size() - decimals, ".");
}

/// An axis with its ends, of which `begin` and `end` are the places on the page, in pixels.
struct placed_axis {
  bool logarithmic;
  double from, to, begin = 0, end = 1;
  bool upright = false;

  /// Values far off the page are not farther than 1e100 pixels, so that nothing overflows on the way.
  double operator()(double value) const {
    const double share = logarithmic ? (std::log10(value) - std::log10(from)) / (std::log10(to) - std::log10(from))
                                     : (value - from) / (to - from);
    return std::clamp(begin + share * (end - begin), -1e100, 1e100);
  }

  double decades() const { return std::log10(to) - std::log10(from); }
  double length() const { return std::abs(end - begin); }

  /// The ends may be off by rounding.
  bool holds(double value) const {
    const double at = (*this)(value), slack = 1e-6;
    return at >= std::min(begin, end) - slack && at <= std::max(begin, end) + slack;
  }

  /// Whether all labels of these ticks can be read.
  bool has_room_for(const std::vector<tick>& ticks) const {
    const tick* before = nullptr;
    for (const auto& one : ticks) {
      if (one.label.empty()) continue;
      const double needed = !before ? 0 : upright ? 16 : (text_width(before->label) + text_width(one.label)) / 2 + 12;
      if (before && std::abs((*this)(one.at) - (*this)(before->at)) < needed) return false;
      before = &one;
    }
    return true;
  }
};

/// The multiples of factor 10^power, where factor is 1, 2 or 5.
inline std::vector<tick> multiples(const placed_axis& axis, int factor, int power) {
  const double step = factor * std::pow(10.0, power);
  const bool in_powers = std::max(std::abs(axis.from), std::abs(axis.to)) >= 1e5 || power < -4;
  const auto first = static_cast<long long>(std::floor(axis.from / step));
  const auto last = static_cast<long long>(std::ceil(axis.to / step));
  std::vector<tick> ticks;
  for (long long i = first; i <= last; ++i) {
    const double at = static_cast<double>(i) * step;
    if (axis.holds(at)) ticks.push_back({at, decimal_text(i * factor, power, in_powers)});
  }
  return ticks;
}

/// The closest multiples of 1, 2 or 5 times a power of ten that are at least so many pixels apart and can be read.
inline std::vector<tick> ticks_apart(const placed_axis& axis, double pixels) {
  const double finest = (axis.to - axis.from) / std::max(2.0, std::floor(axis.length() / pixels));
  for (int power = static_cast<int>(std::floor(std::log10(finest)));; ++power)
    for (const int factor : {1, 2, 5}) {
      if (factor * std::pow(10.0, power) < finest) continue;
      auto ticks = multiples(axis, factor, power);
      if (ticks.size() < 2 || axis.has_room_for(ticks)) return ticks;
    }
}

/// One tick alone tells no scale: then, as on a short axis, they are closer together.
inline std::vector<tick> linear_ticks(const placed_axis& axis) {
  auto ticks = ticks_apart(axis, 60);
  for (double pixels = 40; ticks.size() < 2 && pixels > 15; pixels -= 10) ticks = ticks_apart(axis, pixels);
  return ticks;
}

/// Ticks at the powers of ten, every so many of them labelled; and at what lies between, if it is each.
inline std::vector<tick> powers_of_ten(const placed_axis& axis, int stride, bool with_2_and_5) {
  const int first = static_cast<int>(std::floor(std::log10(axis.from)));
  const int last = static_cast<int>(std::ceil(std::log10(axis.to)));
  const bool in_powers = first < -3 || last > 4;
  std::vector<tick> ticks;
  for (int power = first; power <= last; ++power)
    for (int digit = 1; digit <= (stride == 1 ? 9 : 1); ++digit) {
      const double at = digit * std::pow(10.0, power);
      if (!axis.holds(at)) continue;
      const bool labelled = digit == 1 ? power % stride == 0 : with_2_and_5 && (digit == 2 || digit == 5);
      ticks.push_back({at, labelled ? decimal_text(digit, power, in_powers) : ""});
    }
  return ticks;
}

inline std::vector<tick> ticks_of(const placed_axis& axis) {
  if (!axis.logarithmic || axis.decades() < 1) return linear_ticks(axis);
  auto ticks = powers_of_ten(axis, 1, axis.decades() < 2);
  for (int stride = 1; !axis.has_room_for(ticks); ++stride) ticks = powers_of_ten(axis, stride, false);
  return ticks;
}

/// The ends of an axis, for contents that reach from `least` to `largest`. `name` is "x" or "y".
inline placed_axis placed(const io::axis& axis, double least, double largest, const char* function,
                          const std::string& name) {
  const bool log = axis.logarithmic;
  const auto scaled = [&](double value) { return log ? std::log10(value) : value; };
  const auto value_at = [&](double place) { return log ? std::pow(10.0, place) : place; };
  const bool open_from = axis.from != axis.from, open_to = axis.to != axis.to;
  const std::string from = "the " + name + " axis: from", to = "the " + name + " axis: to";
  for (const double end : {axis.from, axis.to})
    require(end != end || !log || end > 0, function, end == axis.from ? from : to, end,
            "positive on a logarithmic axis");
  double low = scaled(open_from ? least : axis.from), high = scaled(open_to ? largest : axis.to);
  const double width = high - low;
  // Contents of one value stand in the middle of a decade, or of a tenth of themselves.
  const double margin = width > 0 ? 0.04 * width : log ? 0.5 : low == 0 ? 1.0 : 0.05 * std::abs(low);
  if (open_from) low -= margin;
  if (open_to) high += margin;
  placed_axis result{log, open_from ? value_at(low) : axis.from, open_to ? value_at(high) : axis.to};
  const double rounding = 1e-9 * std::max(std::abs(low), std::abs(high));
  require(positive_finite(high - low) && high - low > rounding && positive_finite(result.to - result.from), function,
          to, result.to, ("finite and well above from = " + text_of(result.from)).c_str());
  return result;
}

}  // namespace scaling::detail
