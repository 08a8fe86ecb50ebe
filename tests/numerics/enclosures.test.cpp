// Losses and gradients lie where interval arithmetic proves them to be, over all counts that a run may have.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <scaling/laws.hpp>
#include <scaling/loss_model.hpp>

#include "support/catch.hpp"
#include "support/check_law.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

using wide = long double;
constexpr wide infinity = std::numeric_limits<wide>::infinity();

/// Two numbers that a real number lies between. Every operation rounds to nearest and then goes a number outwards, so
/// that neither a compiler nor a rounding mode can spoil the proof; exp, log and expm1 are at most one unit off (their
/// documentation), and go two. A long double of 64 bits makes an enclosure that a double would call one number.
struct enclosure {
  wide lower = 0, upper = 0;

  enclosure() = default;
  enclosure(double x) : lower(static_cast<wide>(x)), upper(static_cast<wide>(x)) {}
  static enclosure between(wide a, wide b, int outwards = 1) {
    enclosure result;
    result.lower = a, result.upper = b;
    for (; outwards > 0; --outwards) {
      result.lower = std::nextafter(result.lower, -infinity);
      result.upper = std::nextafter(result.upper, infinity);
    }
    return result;
  }
  static enclosure of(const std::array<wide, 4>& ends) {
    return between(*std::min_element(ends.begin(), ends.end()), *std::max_element(ends.begin(), ends.end()));
  }

  friend enclosure operator-(const enclosure& x) { return between(-x.upper, -x.lower, 0); }
  friend enclosure operator+(const enclosure& x, const enclosure& y) {
    return between(x.lower + y.lower, x.upper + y.upper);
  }
  friend enclosure operator-(const enclosure& x, const enclosure& y) { return x + -y; }
  friend enclosure operator*(const enclosure& x, const enclosure& y) {
    return of({x.lower * y.lower, x.lower * y.upper, x.upper * y.lower, x.upper * y.upper});
  }
  friend enclosure operator/(const enclosure& x, const enclosure& y) {  // of a y that is not 0
    return of({x.lower / y.lower, x.lower / y.upper, x.upper / y.lower, x.upper / y.upper});
  }
  friend enclosure exp(const enclosure& x) { return between(std::exp(x.lower), std::exp(x.upper), 2); }
  friend enclosure expm1(const enclosure& x) { return between(std::expm1(x.lower), std::expm1(x.upper), 2); }
  friend enclosure log(const enclosure& x) { return between(std::log(x.lower), std::log(x.upper), 2); }
  friend enclosure pow(const enclosure& x, const enclosure& y) { return exp(y * log(x)); }

  bool operator==(const enclosure&) const = default;
  friend bool operator<=(const enclosure& x, const enclosure& y) { return x.lower <= y.upper; }  // possibly
};

/// How far x is from an enclosure, in units of `unit`.
double outside(double x, const enclosure& where, double unit) {
  const wide over = std::max(wide(x) - where.upper, where.lower - wide(x));
  return over > 0 ? double(over / wide(unit)) : over <= 0 ? 0 : std::numeric_limits<double>::quiet_NaN();
}

/// How far off a loss may be, in units of its last place, as in check_law; and a slope, in those of slope plus loss.
template <template <class> class Law>
void check_enclosures(double of_losses, double of_slopes) {
  CAPTURE(Law<double>::name);
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  support::random_numbers random(81);
  double losses = 0, slopes = 0, width = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto law = support::detail::random_law<Law<double>>(random);
    const auto at = support::detail::run_of<typename Law<double>::input_type>([&] { return random.spread(1e3, 1e18); });
    const auto got = sc::loss_and_gradient(law, at);
    const auto proven = sc::loss_and_gradient(support::detail::widened<Law<enclosure>>(law),
                                              support::detail::widened_run<typename Law<enclosure>::input_type>(at));
    width = std::max(width, double((proven.loss.upper - proven.loss.lower) / proven.loss.upper));
    losses = std::max(losses, outside(got.loss, proven.loss, epsilon * got.loss));
    for (std::size_t k = 0; k < got.gradient.size(); ++k) {
      const auto row = Law<double>::coefficients()[k];
      const double unit = row.scale == sc::scale::log ? law.*row.member : 1 + law.*row.member;
      const double scale = std::abs(got.gradient[k]) + got.loss / unit;
      slopes = std::max(slopes, outside(got.gradient[k], proven.gradient[k], epsilon * scale));
    }
  }
  CHECK(width < 1e-13);  // or it would prove nothing
  CHECK(losses <= of_losses);
  CHECK(slopes <= of_slopes);
}

}  // namespace

TEST_CASE("losses and gradients lie in their enclosures, up to the accuracy that is documented") {
  check_enclosures<sc::chinchilla>(4, 4);
  check_enclosures<sc::over_training>(4, 4);
  // The rounding of alpha_N/alpha_D, up to 9, is multiplied by that times the log of N_c/N, and in the slope again.
  check_enclosures<sc::kaplan>(16, 10000);
  check_enclosures<sc::kaplan_steps>(4, 4);
  check_enclosures<sc::muennighoff>(16, 64);  // 1/alpha in an exponent, its square in a slope
  check_enclosures<sc::lovelace>(4, 4);
  check_enclosures<sc::bounded>(4, 4);
  check_enclosures<sc::loss_of_compute>(4, 4);
  check_enclosures<sc::pure_loss_of_tokens>(4, 4);
}
