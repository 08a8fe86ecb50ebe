// The coordinates in which a fit searches: logs and exponents, centred and scaled so that a law's terms decorrelate.
// SPDX-License-Identifier: BSL-1.0
//
// A coefficient of scale::log is searched as its logarithm, where 0 is the coordinate -infinity; the rest as they are.
// On real runs log A and alpha correlate at 0.999, as the intercept and the slope of a line do when the data lie far
// from the origin. So for a law that is a sum of powers the intercept is taken at the centre of the data, relative to
// the losses, and the slope is measured per standard deviation: a term A / N^alpha has the coordinates
//
//   u = log A - alpha mean(log N) - mean(log L)          v = alpha stddev(log N)
//
// which on Epoch's runs lowers the condition number of the Hessian from 9.9e6 to 1.1e4. Undone exactly at the end.
// A coefficient that is tied, or has a box of its own, stays log A: boxes must be boxes in what is searched.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <Eigen/Core>

#include <scaling/core/cmath.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/constraints.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// What a sum of powers is centred at and scaled by. As it stands: nothing, but for units so far from the numbers that a
/// coefficient of scale::linear has, by its starts, that a search would see no effect of it, or of all others.
template <loss_model Law>
struct centring {
  using T = typename Law::real_type;
  std::array<T, factor_count<Law>()> centre{};  ///< mean of the log base of each factor, over the runs with its term
  std::array<T, coefficient_count<Law>> spread = units();  ///< of an exponent: standard deviation of its log bases
  T loss = 0;                                             ///< mean of the log losses

 private:
  static constexpr auto units() {
    constexpr auto table = Law::coefficients();
    std::array<T, table.size()> result{};
    for (std::size_t k = 0; k < table.size(); ++k) {
      const double usual = usual_size(table[k].starts);
      double unit = 1;  // a power of 2, which rounds nothing
      if (table[k].scale == scale::linear && usual > 0 && (usual < 1.0 / 16 || usual > 16)) {
        while (unit < usual) unit *= 2;
        while (unit > usual) unit /= 2;
      }
      result[k] = static_cast<T>(1 / unit);
    }
    return result;
  }
};

template <loss_model Law>
class coordinates {
 public:
  using T = typename Law::real_type;
  static constexpr std::size_t P = coefficient_count<Law>;
  using vector = Eigen::Matrix<T, static_cast<int>(P), 1>;
  using matrix = Eigen::Matrix<T, static_cast<int>(P), static_cast<int>(P)>;

  coordinates(const constraints<Law>& limits, const centring<Law>& centres) : limits_(limits), centres_(centres) {
    for (const auto& term : terms) {
      const std::size_t c = term.coefficient;
      centred_[c] = limits.free(c) && !limits.tied[c] && limits.lower[c] == 0 && !(limits.upper[c] < infinity);
      straight_ = straight_ && centred_[c];
    }
    for (std::size_t k = 0; k < P; ++k) {
      straight_ = straight_ && limits.free(k);
      lower_[at(k)] = limits.free(k) ? coordinate(k, limits.lower[k]) * centres.spread[k] : T(0);
      upper_[at(k)] = limits.free(k) ? coordinate(k, limits.upper[k]) * centres.spread[k] : T(0);
    }
  }

  /// The box of the search; coordinates that are held, or follow another, have one value there.
  const vector& lower() const { return lower_; }
  const vector& upper() const { return upper_; }

  const constraints<Law>& limits() const { return limits_; }

  const centring<Law>& centres() const { return centres_; }

  /// The law at y. `U` is T, or a dual number over it. Held coefficients have just their value, tied ones are equal.
  template <class U>
  rebind_t<Law, U> law_at(const std::array<U, P>& y) const {
    using cmath::exp;
    std::array<U, P> values = natural(y);
    for (std::size_t k = 0; k < P; ++k)
      if (table[k].scale == scale::log) values[k] = exp(values[k]);
    return constrained<U>(values);
  }

  /// The same for a point of the box: what is on a bound there has just that bound as its value.
  Law law_at(const vector& y) const {
    auto values = coefficient_values(law_at(array_of(y)));
    for (std::size_t k = 0; k < P; ++k) {
      if (!limits_.free(k)) continue;
      if (!(y[at(k)] > lower_[at(k)])) values[k] = limits_.lower[k];
      if (!(y[at(k)] < upper_[at(k)])) values[k] = limits_.upper[k];
      if (std::isnan(y[at(k)])) values[k] = y[at(k)];
    }
    return constrained<T>(values);
  }

  /// The inverse of law_at, for any free coefficients; 0 and infinity have coordinates too.
  vector of(const Law& law) const {
    const auto values = coefficient_values(law);
    std::array<T, P> n;
    for (std::size_t k = 0; k < P; ++k)
      n[k] = coordinate(k, limits_.held[k] ? limits_.value[k] : values[limits_.leader[k]]);
    vector y = vector::Zero();
    for (std::size_t k = 0; k < P; ++k)
      if (limits_.free(k)) y[at(k)] = centred_[k] ? u_of(k, n) : n[k] * centres_.spread[k];
    return y;
  }

  /// y as a term by term sum sees it: u and v of every term, whether free, held or tied.
  vector terms_at(const vector& y) const {
    if (straight_) return y;
    const auto n = natural(array_of(y));
    vector x = y;
    for (std::size_t k = 0; k < P; ++k) x[at(k)] = centred_[k] ? y[at(k)] : n[k] * centres_.spread[k];
    for (const auto& term : terms)
      if (!centred_[term.coefficient]) x[at(term.coefficient)] = u_of(term.coefficient, n);
    return x;
  }

  /// The y of such terms; those that are held, or follow another, may say what they like.
  vector of_terms(const vector& x) const {
    if (straight_) return x;
    std::array<T, P> n;
    for (std::size_t k = 0; k < P; ++k) n[k] = x[at(k)] / centres_.spread[k];
    vector y = vector::Zero();
    for (const auto& term : terms) {
      T& u = n[term.coefficient];
      if (centred_[term.coefficient]) continue;
      u += centres_.loss;
      for (const auto& factor : term.factors)
        if (factor.exponent != none) u += n[factor.exponent] * centres_.centre[factor.column];
    }
    for (std::size_t k = 0; k < P; ++k)
      if (limits_.free(k)) y[at(k)] = n[k] * centres_.spread[k];
    return y;
  }

  /// Whether y is just what terms_at gives: all coefficients are free, in the law's own boxes.
  bool is_straight() const { return straight_; }

  /// Turns derivatives by what terms_at gives into those by y.
  void pull_back(vector& gradient, matrix* hessian) const {
    if (straight_) return;
    const matrix s = slopes();
    const vector g = gradient;
    for (std::size_t k = 0; k < P; ++k) {
      gradient[at(k)] = 0;
      for (std::size_t i = 0; i < P; ++i) gradient[at(k)] += s(at(i), at(k)) * g[at(i)];
    }
    if (hessian != nullptr) pull_back(s, *hessian);
  }
  void pull_back(matrix& gram) const {
    if (!straight_) pull_back(slopes(), gram);
  }

  /// d terms_at / dy, a constant.
  matrix slopes() const {
    matrix s = matrix::Zero();
    const auto add = [&](std::size_t row, std::size_t k, T factor) {
      if (!limits_.held[k]) s(at(row), at(limits_.leader[k])) += factor / centres_.spread[limits_.leader[k]];
    };
    for (std::size_t k = 0; k < P; ++k) add(k, k, centres_.spread[k]);
    for (const auto& term : terms)
      if (!centred_[term.coefficient])
        for (const auto& factor : term.factors)
          if (factor.exponent != none) add(term.coefficient, factor.exponent, -centres_.centre[factor.column]);
    return s;
  }

  /// d (log of a log-scaled coefficient, or any other itself) / dy: what a step in y does to the coefficients.
  matrix natural_slopes() const {
    matrix s = matrix::Zero();
    const auto add = [&](std::size_t row, std::size_t k, T factor) {
      if (!limits_.held[k]) s(at(row), at(limits_.leader[k])) += factor / centres_.spread[limits_.leader[k]];
    };
    for (std::size_t k = 0; k < P; ++k) add(k, k, T(1));
    for (const auto& term : terms)
      if (centred_[term.coefficient])
        for (const auto& factor : term.factors)
          if (factor.exponent != none) add(term.coefficient, factor.exponent, centres_.centre[factor.column]);
    return s;
  }

 private:
  static constexpr auto table = Law::coefficients();
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t none = term_place::none;
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  static constexpr int at(std::size_t k) { return static_cast<int>(k); }

  /// h = s' h s. In loops, which compile in a fifth of the time of Eigen's products.
  static void pull_back(const matrix& s, matrix& h) {
    matrix hs;
    for (std::size_t i = 0; i < P; ++i)
      for (std::size_t k = 0; k < P; ++k) {
        hs(at(i), at(k)) = 0;
        for (std::size_t j = 0; j < P; ++j) hs(at(i), at(k)) += h(at(i), at(j)) * s(at(j), at(k));
      }
    for (std::size_t i = 0; i < P; ++i)
      for (std::size_t k = 0; k < P; ++k) {
        h(at(i), at(k)) = 0;
        for (std::size_t j = 0; j < P; ++j) h(at(i), at(k)) += s(at(j), at(i)) * hs(at(j), at(k));
      }
  }

  static std::array<T, P> array_of(const vector& y) {
    std::array<T, P> values;
    for (std::size_t k = 0; k < P; ++k) values[k] = y[at(k)];
    return values;
  }

  static T coordinate(std::size_t k, T value) { return table[k].scale == scale::log ? std::log(value) : value; }

  template <class U>
  rebind_t<Law, U> constrained(std::array<U, P> values) const {
    for (std::size_t k = 0; k < P; ++k) {
      if (limits_.held[k]) values[k] = U(limits_.value[k]);
      if (limits_.leader[k] != k) values[k] = values[limits_.leader[k]];
    }
    return law_from<rebind_t<Law, U>>(values);
  }

  /// Logs of the log-scaled coefficients, and the others as they are.
  template <class U>
  std::array<U, P> natural(const std::array<U, P>& y) const {
    std::array<U, P> n;
    for (std::size_t k = 0; k < P; ++k) {
      const std::size_t leader = limits_.leader[k];
      n[k] = limits_.held[k] ? U(coordinate(k, limits_.value[k])) : y[leader];
      // Not by 1: the derivatives of -infinity / 1 are not numbers.
      if (!limits_.held[k] && centres_.spread[leader] != T(1)) n[k] = n[k] / U(centres_.spread[leader]);
    }
    for (const auto& term : terms) {
      if (!centred_[term.coefficient]) continue;
      U& log_coefficient = n[term.coefficient];
      log_coefficient += U(centres_.loss);
      for (const auto& factor : term.factors)
        if (factor.exponent != none) log_coefficient += n[factor.exponent] * U(centres_.centre[factor.column]);
    }
    return n;
  }

  /// u of the term of coefficient k.
  T u_of(std::size_t k, const std::array<T, P>& n) const {
    T u = n[k] - centres_.loss;
    for (const auto& term : terms)
      if (term.coefficient == k)
        for (const auto& factor : term.factors)
          if (factor.exponent != none) u -= n[factor.exponent] * centres_.centre[factor.column];
    return u;
  }

  constraints<Law> limits_;
  centring<Law> centres_;
  std::array<bool, P> centred_{};
  bool straight_ = true;  ///< y is what terms_at gives
  vector lower_, upper_;
};

}  // namespace scaling::detail
