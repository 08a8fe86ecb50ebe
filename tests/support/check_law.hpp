// What must hold of every law, in one call: check_law<chinchilla>({.falls_in = {"parameters", "tokens"}}).
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <scaling/core/cmath.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/loss_model.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace support {

struct law_properties {
  std::vector<std::string_view> falls_in = {};  // the inputs of which more never raises the loss
  double ulps = 4;                              // how far off a loss may be, over the whole range of the starts
  int starts = 0;                               // of an exhaustive fit: the counts of the table, multiplied
  std::string page = {};                        // of docs/reference, where it is not named like the law
};

/// 50 digits, in which each law is evaluated too: they say what its losses are.
using decimal = boost::multiprecision::cpp_bin_float_50;

namespace detail {

/// The coefficients at `place(k)` of the way through the starts of the table, which is where a fit may look for them.
template <class Law, class Place>
constexpr Law law_within_starts(Place place) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  std::array<T, table.size()> values{};
  for (std::size_t k = 0; k < table.size(); ++k) {
    const double x = table[k].starts.from + (table[k].starts.to - table[k].starts.from) * place(k);
    values[k] = static_cast<T>(table[k].scale == scaling::scale::log ? scaling::cmath::exp(x) : x);
  }
  return scaling::law_from<Law>(values);
}

template <class Run, class Value>
constexpr Run run_of(Value value) {
  Run run{};
  for (const auto& input : Run::inputs()) run.*input.member = value();
  return run;
}

/// The same numbers in a wider scalar.
template <class Wide, class Law>
Wide widened(const Law& law) {
  std::array<typename Wide::real_type, scaling::coefficient_count<Wide>> values{};
  const auto narrow = scaling::coefficient_values(law);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = typename Wide::real_type(narrow[k]);
  return scaling::law_from<Wide>(values);
}
template <class Wide, class Run>
Wide widened_run(const Run& run) {
  std::size_t k = 0;
  return run_of<Wide>([&] { return typename Wide::real_type(run.*Run::inputs()[k++].member); });
}

template <class Law, std::size_t... k>
auto positional(const Law& law, const typename Law::input_type& at, std::index_sequence<k...>) {
  return law((at.*Law::input_type::inputs()[k].member)...);
}

template <class Law>
Law random_law(random_numbers& random) {
  return law_within_starts<Law>([&](std::size_t) { return random.between(0.02, 0.98); });
}
template <class Law>
typename Law::input_type random_run(random_numbers& random) {
  using run = typename Law::input_type;
  return run_of<run>([&] { return static_cast<typename run::real_type>(random.spread(1e6, 1e13)); });
}

/// What the table of a reference page says of the coefficients of a law: "0 to 10; 5 from 0 to 2", by symbol.
inline std::map<std::string, std::string> documented_coefficients(const std::string& page, const std::string& law) {
  std::ifstream file(SCALING_SOURCE_DIR "/docs/reference/" + page + ".md");
  std::map<std::string, std::string> result, cells;
  std::vector<std::string> columns;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> row;
    for (std::size_t begin = 2, end; (end = line.find(" |", begin)) != line.npos; begin = end + 3)
      row.push_back(line.substr(begin, end - begin));
    if (line.ends_with("| bounds | starts |")) columns = row;
    if (line.empty()) columns.clear();
    if (row.size() != columns.size()) continue;
    for (std::size_t k = 0; k < row.size(); ++k) cells[columns[k]] = row[k];
    if (cells.contains("law") && cells["law"] != law) continue;
    std::string starts = cells["starts"], symbols = cells["coefficient"];
    if (const auto colon = starts.find(": "); colon != starts.npos) starts.erase(0, colon + 2);
    if (starts.ends_with(" each")) starts.erase(starts.size() - 5);
    std::replace(symbols.begin(), symbols.end(), ',', ' ');
    std::istringstream each(symbols);
    for (std::string symbol; each >> symbol;) result[symbol] = cells["bounds"] + "; " + starts;
  }
  return result;
}

/// Sixteen losses of the law in the middle of its starts, wherever this is evaluated.
template <class Law>
constexpr auto losses_of_the_middle(double thousand) {
  using run = typename Law::input_type;
  const auto law = law_within_starts<Law>([](std::size_t) { return 0.5; });
  std::array<typename Law::real_type, 16> losses{};
  unsigned state = 1;
  for (auto& loss : losses)
    loss = law(run_of<run>([&] {
      state = (state * 37 + 11) % 64;
      return static_cast<typename run::real_type>(thousand * thousand * static_cast<double>(1U << (state % 31)));
    }));
  return losses;
}

}  // namespace detail

template <template <class> class Law>
void check_law_tables(const law_properties& properties) {
  using law = Law<double>;
  using run = typename law::input_type;
  using nested = scaling::dual<scaling::dual<double, 2>, 2>;
  static_assert(scaling::loss_model<Law<float>> && scaling::loss_model<law> && scaling::loss_model<Law<long double>>);
  static_assert(scaling::loss_model<Law<nested>> && std::same_as<typename Law<nested>::input_type, run>);
  static_assert(std::is_aggregate_v<law> && std::is_trivially_copyable_v<law>);
  static_assert(std::is_aggregate_v<run> && std::regular<run>);
  static_assert(std::same_as<scaling::rebind_t<law, float>, Law<float>>);

  constexpr auto table = law::coefficients();
  CHECK_FALSE(std::string_view(law::name).empty());
  CHECK_FALSE(std::string_view(law::formula).empty());
  std::set<std::string_view> symbols, names;
  const std::string name(law::name);
  auto documented = detail::documented_coefficients(properties.page.empty() ? name : properties.page, name);
  int starts = 1;
  for (std::size_t k = 0; k < table.size(); ++k) {
    const auto& row = table[k];
    CAPTURE(row.symbol);
    CHECK(symbols.insert(row.symbol).second);
    CHECK(row.lower < row.upper);
    CHECK((row.starts.from < row.starts.to && row.starts.count > 1));
    const bool is_log = row.scale == scaling::scale::log;
    CHECK((is_log ? std::exp(row.starts.from) : row.starts.from) >= row.lower);
    CHECK((is_log ? std::exp(row.starts.to) : row.starts.to) <= row.upper);
    CHECK(row.lower == 0);
    if (is_log) CHECK(row.upper == std::numeric_limits<double>::infinity());
    starts *= row.starts.count;
    std::ostringstream promised;
    promised << row.lower << " to ";
    (is_log ? promised << "infinity" : promised << row.upper)
        << "; " << row.starts.count << " from " << row.starts.from << " to " << row.starts.to;
    CHECK(documented[std::string(row.symbol)] == promised.str());
    // Each row is about a member of its own: the way there and back is the identity, and one coefficient moves alone.
    auto values = scaling::coefficient_values(law{});
    values[k] = 1;
    const auto moved = scaling::law_from<law>(values);
    CHECK(moved.*row.member == 1);
    CHECK(scaling::coefficient_values(moved) == values);
    CHECK(moved != scaling::law_from<law>({}));
  }
  CHECK(starts == properties.starts);
  for (const auto& input : run::inputs()) CHECK(names.insert(input.name).second);
}

/// The law in T, whose numbers all have an exact counterpart in 50 digits.
template <template <class> class Law, class T>
void check_law_in(const law_properties& properties) {
  using law_type = Law<T>;
  using wide = Law<decimal>;
  constexpr auto inputs = law_type::input_type::inputs();
  CAPTURE(std::numeric_limits<T>::digits);
  random_numbers random(31);
  for (int i = 0; i < 200; ++i) {
    const auto law = detail::random_law<law_type>(random);
    const auto at = detail::random_run<law_type>(random);
    const T loss = law(at);
    CHECK(detail::positional(law, at, std::make_index_sequence<inputs.size()>{}) == loss);
    if (std::is_same_v<T, float> && !std::isfinite(loss)) continue;  // what is in between may overflow
    CHECK((loss >= 0 && std::isfinite(loss)));
    const auto exact = detail::widened<wide>(law)(detail::widened_run<typename wide::input_type>(at));
    CHECK(ulps_off(loss, exact) <= properties.ulps);
    for (const auto& input : inputs)
      for (const auto name : properties.falls_in)
        if (input.name == name) {
          CAPTURE(name);
          auto more = at;
          more.*input.member *= T(1.5);
          const T slack = 1 + static_cast<T>(properties.ulps) * std::numeric_limits<T>::epsilon();
          CHECK(law(more) <= loss * slack);
        }
  }
  static constexpr auto early = detail::losses_of_the_middle<law_type>(1000);
  volatile double thousand = 1000;
  const auto late = detail::losses_of_the_middle<law_type>(thousand);
  for (std::size_t i = 0; i < early.size(); ++i) CHECK(ulps_off(late[i], early[i]) <= 2);
}

/// Duals against the law itself, and against differences in long double.
template <template <class> class Law>
void check_law_gradient() {
  using T = long double;
  using law_type = Law<T>;
  constexpr auto table = law_type::coefficients();
  random_numbers random(32);
  for (int i = 0; i < 100; ++i) {
    const auto law = detail::random_law<law_type>(random);
    const auto at = detail::random_run<law_type>(random);
    const auto [loss, gradient] = scaling::loss_and_gradient(law, at);
    CHECK(loss == law(at));
    auto values = scaling::coefficient_values(law);
    for (std::size_t k = 0; k < values.size(); ++k) {
      CAPTURE(table[k].symbol);
      const T center = values[k], unit = table[k].scale == scaling::scale::log ? center : 1 + center, h = 1e-7L * unit;
      const auto moved = [&](T value) {
        values[k] = value;
        return scaling::law_from<law_type>(values)(at);
      };
      const T difference = (moved(center + h) - moved(center - h)) / (2 * h);
      values[k] = center;
      // The difference is off by h^2 L'''/6, at most 1e-14 (log 1e26)^3 of the loss, and by some epsilon L/h.
      CHECK(std::abs(difference - gradient[k]) * unit <= 1e-7L * (std::abs(gradient[k]) * unit + loss));
    }
  }
}

template <template <class> class Law>
void check_law(const law_properties& properties = {}) {
  check_law_tables<Law>(properties);
  for (const auto name : properties.falls_in) {
    CAPTURE(name);
    constexpr auto inputs = Law<double>::input_type::inputs();
    CHECK(std::count_if(inputs.begin(), inputs.end(), [&](auto& input) { return input.name == name; }) == 1);
  }
  check_law_in<Law, float>(properties);
  check_law_in<Law, double>(properties);
  check_law_in<Law, long double>(properties);
  check_law_gradient<Law>();
}

}  // namespace support
