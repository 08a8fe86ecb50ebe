// The fit on arbitrary small tables, with arbitrary options: only misuse is refused; coefficients stay where they are
// held, tied and bounded; the objective is that of the law that is returned, and no start has a lower one.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/power_law.hpp>

#include "fuzz/input.hpp"

namespace {

template <template <class> class LawOf>
struct fitting {
  using law = LawOf<double>;
  using run = typename law::input_type;
  static constexpr auto table = law::coefficients();

  std::vector<scaling::observation<run>> runs;
  scaling::fit_options<law> options;
  bool plain = true;  // no options, and plausible runs

  explicit fitting(fuzz::input& in) {
    const bool wild = in.choice(8) == 1;
    runs.resize(static_cast<std::size_t>(in.choice(14)));
    run last{};
    for (auto& one : runs) {
      for (const auto& quantity : run::inputs()) {
        if (in.choice(4) != 0 || last.*quantity.member == 0)
          last.*quantity.member = wild ? in.number() : in.magnitude(6, 12);
        one.at.*quantity.member = last.*quantity.member;
      }
      one.loss = wild ? in.number() : in.between(1.5, 5);
    }
    plain = !wild;
    if (in.choice(2) == 1) choose(in);
  }

  std::string symbol(fuzz::input& in) {
    const auto k = static_cast<std::size_t>(in.choice(table.size() + 1));
    return k < table.size() ? std::string(table[k].symbol) : "gamma";
  }

  void choose(fuzz::input& in) {
    plain = false;
    const auto value = [&] {
      return in.choice(4) == 0 ? in.number() : in.choice(2) == 0 ? in.between(0, 2) : in.magnitude(-2, 6);
    };
    for (int i = in.choice(3); i > 0; --i) options.fixed.push_back({symbol(in), value()});
    for (int i = in.choice(3); i > 0; --i) options.tied.push_back({symbol(in), symbol(in)});
    for (int i = in.choice(3); i > 0; --i) options.bounds.push_back({symbol(in), value(), value()});
    switch (in.choice(4)) {
      case 1:
        options.criterion = scaling::squared{};
        break;
      case 2:
        options.criterion = scaling::absolute{in.choice(2) == 0 ? 1 : in.magnitude(-3, 3)};
        break;
      case 3:
        options.criterion = scaling::huber{value(), in.choice(2) == 0 ? 1 : in.magnitude(-3, 3)};
        break;
      default:
        break;
    }
    if (in.choice(3) == 1) options.residual = scaling::residual::plain;
    if (in.choice(3) == 1) options.reduction = scaling::reduction::mean;
    if (in.choice(3) == 1) {
      law start{};
      for (const auto& row : table)
        start.*row.member = row.scale == scaling::scale::log ? std::exp(in.between(-1, 12)) : in.between(0, 1);
      for (const auto& [name, held] : options.fixed)
        for (const auto& row : table)
          if (row.symbol == name) start.*row.member = held;
      options.start = start;
      if (in.choice(3) == 1) options.search = scaling::search::single;
    }
    std::vector<double> weights;
    const int kind = in.choice(6);
    for (std::size_t i = 0; i < runs.size(); ++i)
      weights.push_back(in.choice(8) == 1 ? in.number() : kind == 3 ? in.choice(4) : in.magnitude(-3, 3));
    if (kind == 1) options.weights = scaling::known_sigma{weights};
    if (kind == 2) options.weights = scaling::relative_weights{weights};
    if (kind == 3) options.weights = scaling::frequencies{weights};
  }

  /// The objective as its documentation says it, the rounding of it that is due to that of the residuals, and the
  /// largest |log residual|: beyond e^300 the kernel's powers are cut off.
  struct sum {
    double value = 0, rounding = 0, extreme = 0;
  };
  sum objective(const law& at) const {
    sum result;
    double mass = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const auto [weight, sigma, count] = scaling::detail::weight_of<double>(options.weights, i);
      if (weight == 0) continue;
      const double predicted = at(runs[i].at), loss = runs[i].loss;
      const bool plain_residual = options.residual == scaling::residual::plain;
      const double r = (plain_residual ? predicted - loss : std::log(predicted) - std::log(loss)) / sigma;
      const double error =
          1e-14 * (plain_residual ? predicted + loss : 1 + std::abs(std::log(predicted)) + std::abs(std::log(loss))) /
          sigma;
      const double a = std::abs(r), side = (r > 0 ? scaling::detail::overestimates(options.criterion) : 1) * weight;
      double rho = a, slope = 1;
      if (const auto* h = std::get_if<scaling::huber>(&options.criterion)) {
        rho = a <= h->delta ? r * r / 2 : h->delta * (a - h->delta / 2);
        slope = std::min(a, h->delta) + error;
      } else if (std::holds_alternative<scaling::squared>(options.criterion)) {
        rho = r * r / 2;
        slope = a + error;
      }
      result.extreme = std::max(result.extreme, std::abs(std::log(predicted) - std::log(loss)));
      result.value += side * rho;
      result.rounding += side * slope * error;
      mass += weight;
    }
    if (options.reduction == scaling::reduction::mean) result.value /= mass, result.rounding /= mass;
    return result;
  }

  std::size_t place(std::string_view name) const {
    std::size_t k = 0;
    while (table[k].symbol != name) ++k;
    return k;
  }

  void check(const scaling::fit_result<law>& result) const {
    const auto values = scaling::coefficient_values(result.law);
    for (const double value : values)
      if (std::isnan(value)) {
        fuzz::check(!result.converged(), "no converged fit has a NaN");
        return;
      }
    for (std::size_t k = 0; k < table.size(); ++k) {
      fuzz::check(std::isfinite(values[k]), "coefficients are finite");
      bool boxed = false;
      for (const auto& [name, lower, upper] : options.bounds) boxed = boxed || name == table[k].symbol;
      if (!boxed) fuzz::check(values[k] >= table[k].lower && values[k] <= table[k].upper, "inside of the law's box");
    }
    std::vector<std::string> seen;
    for (auto it = options.bounds.rbegin(); it != options.bounds.rend(); ++it) {  // the last of them counts
      bool earlier = false;
      for (const auto& name : seen) earlier = earlier || name == it->symbol;
      seen.push_back(it->symbol);
      const double value = values[place(it->symbol)];
      if (!earlier) fuzz::check(value >= it->lower && value <= it->upper, "inside of the user's box");
    }
    for (const auto& [name, value] : options.fixed) fuzz::check(values[place(name)] == value, "held to the last bit");
    for (const auto& [first, second] : options.tied)
      fuzz::check(values[place(first)] == values[place(second)], "tied to the last bit");

    fuzz::check(result.singular_ratio >= 0 && result.singular_ratio <= 1, "a ratio of singular values is a ratio");
    fuzz::check(result.rank >= 0 && result.rank <= result.free_count, "no more directions than coefficients");
    fuzz::check(result.starts.agreeing <= result.starts.converged &&
                    result.starts.converged + result.starts.given_up <= result.starts.tried,
                "starts are counted");
    const auto recomputed = objective(result.law);
    if (!std::isfinite(recomputed.value) || recomputed.extreme > 200) return;
    const double slack = 1e-9 * recomputed.value + 4 * recomputed.rounding;
    fuzz::check(std::abs(result.objective - recomputed.value) <= slack, "the objective is that of the law");
    if (options.start && options.tied.empty()) {
      const auto at_start = objective(*options.start);
      if (std::isfinite(at_start.value))
        fuzz::check(result.objective <= at_start.value * (1 + 1e-9) + 4 * at_start.rounding + slack,
                    "never above the start");
    }
  }

  void operator()() const {
    try {
      check(scaling::fit<LawOf>(runs, options));
    } catch (const std::domain_error&) {
      fuzz::check(!plain, "plausible runs are fitted");
    } catch (const std::invalid_argument&) {
      fuzz::check(!plain || runs.size() < table.size(), "as many runs as coefficients are fitted");
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  if (in.choice(4) == 1)
    fitting<scaling::loss_of_compute>{in}();
  else
    fitting<scaling::chinchilla>{in}();
  return 0;
}
