// The coordinates in which a fit searches: logs and exponents, centred and scaled so that a law's terms decorrelate.
// SPDX-License-Identifier: BSL-1.0
//
// A coefficient of scale::log is searched as its logarithm, where 0 is the coordinate -infinity; the rest as they are.
// On real runs log A and alpha correlate at 0.999, as the intercept and the slope of a line do when the data lie far
// from the origin. So for a law that is a sum of powers the intercept is taken at the centre of the data, and the slope
// is measured per standard deviation: a term A / N^alpha has the coordinates
//
//   u = log A - alpha mean(log N)          v = alpha stddev(log N)
//
// which on Epoch's runs lowers the condition number of the Hessian from 9.9e6 to 1.1e4. Undone exactly at the end.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/cmath.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// A term of a sum of powers by positions in the tables of its law and input; `none` where it has no exponent.
struct term_place {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t coefficient, exponent = none, input = none;
};

/// The terms of a law; none if it is not a sum of powers.
template <loss_model Law>
constexpr auto term_places() {
  if constexpr (sum_of_powers<Law>) {
    const auto position = [](auto member, const auto& table) {
      std::size_t k = 0;
      while (table[k].member != member) ++k;
      return k;
    };
    std::array<term_place, std::tuple_size_v<decltype(Law::terms())>> places{};
    for (std::size_t j = 0; j < places.size(); ++j) {
      const auto term = Law::terms()[j];
      places[j].coefficient = position(term.coefficient, Law::coefficients());
      if (term.exponent == nullptr) continue;
      places[j].exponent = position(term.exponent, Law::coefficients());
      places[j].input = position(term.base, Law::input_type::inputs());
    }
    return places;
  } else {
    return std::array<term_place, 0>{};
  }
}

template <loss_model Law>
class coordinates {
 public:
  using T = typename Law::real_type;
  static constexpr std::size_t P = coefficient_count<Law>, inputs = input_count<typename Law::input_type>;
  using vector = Eigen::Matrix<T, static_cast<int>(P), 1>;
  using run = distinct_run<T, inputs>;

  explicit coordinates(const std::vector<run>& runs) {
    spread_.fill(T(1));
    if constexpr (sum_of_powers<Law>)
      for (std::size_t b = 0; b < inputs; ++b) {
        T weight = 0, first = 0, second = 0;
        for (const auto& one : runs) weight += one.weight, first += one.weight * std::log(one.inputs[b]);
        centre_[b] = first / weight;
        for (const auto& one : runs) {
          const T z = std::log(one.inputs[b]) - centre_[b];
          second += one.weight * z * z;
        }
        // All runs alike, up to the rounding of the mean: the exponent has no effect and keeps its own unit.
        const T resolution = 8 * std::numeric_limits<T>::epsilon() * (std::abs(centre_[b]) + 1);
        if (std::sqrt(second / weight) > resolution) spread_[b] = std::sqrt(second / weight);
      }
  }

  /// The standard deviation of the log of an input.
  T spread(std::size_t b) const { return spread_[b]; }

  /// log of an input, centred and scaled: what an exponent's coordinate multiplies.
  T standardised(std::size_t b, T value) const { return (std::log(value) - centre_[b]) / spread_[b]; }

  /// The law at x. `U` is T, or a dual number over it.
  template <class U>
  rebind_t<Law, U> law_at(const std::array<U, P>& x) const {
    using cmath::exp;
    std::array<U, P> values = x;
    for (const auto& term : terms) {
      if (term.exponent == term_place::none) continue;
      values[term.exponent] = x[term.exponent] / U(spread_[term.input]);
      values[term.coefficient] += values[term.exponent] * U(centre_[term.input]);
    }
    for (std::size_t k = 0; k < P; ++k)
      if (table[k].scale == scale::log) values[k] = exp(values[k]);
    return law_from<rebind_t<Law, U>>(values);
  }

  Law law_at(const vector& x) const {
    std::array<T, P> values;
    for (std::size_t k = 0; k < P; ++k) values[k] = x[static_cast<int>(k)];
    return law_at(values);
  }

  /// The inverse of law_at, also for the corners of a box of coefficients: 0 and infinity have coordinates too.
  vector of(const std::array<T, P>& values) const {
    vector x;
    for (std::size_t k = 0; k < P; ++k)
      x[static_cast<int>(k)] = table[k].scale == scale::log ? std::log(values[k]) : values[k];
    for (const auto& term : terms) {
      if (term.exponent == term_place::none) continue;
      x[static_cast<int>(term.coefficient)] -= values[term.exponent] * centre_[term.input];
      x[static_cast<int>(term.exponent)] *= spread_[term.input];
    }
    return x;
  }
  vector of(const Law& law) const { return of(coefficient_values(law)); }

 private:
  static constexpr auto table = Law::coefficients();
  static constexpr auto terms = term_places<Law>();
  std::array<T, inputs> centre_{}, spread_;
};

}  // namespace scaling::detail
