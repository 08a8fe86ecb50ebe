// Dual numbers: a value that carries its exact derivatives, so that a law's formula is written once.
// SPDX-License-Identifier: BSL-1.0
//
// Take f(x, y) = x^2 + x y at (3, 5). Give x and y the derivatives (1, 0) and (0, 1), those of themselves:
//
//   x = {3, (1, 0)}    y = {5, (0, 1)}
//
// and let each operation carry derivatives by its own rule, here u v = {u.value v.value, u.value dv + v.value du}:
//
//   x x       = {9,  (6, 0)}
//   x y       = {15, (5, 3)}
//   x x + x y = {24, (11, 3)}
//
// The value is f and the pair is its gradient (2 x + y, x), with no step size and no truncation error: each derivative
// is as accurate as the formula itself. A dual of duals carries second derivatives: dual<dual<T, P>, P>.
//
// A law over duals takes plain inputs, whose derivatives nobody needs in a fit. A law over `input_dual` takes inputs
// that have derivatives too, as those of a plan do, which follow from the law. There derivatives are divided one by one:
// for an input y, as a budget of 1e21 FLOP, dy / y is about 1, but 1/y^2, the derivative of 1/y, is no float.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>

#include <scaling/core/cmath.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// A number and its derivatives in P directions. `T` is a real scalar, or itself a dual for second derivatives.
template <class T, std::size_t P, bool of_inputs_too = false>
struct dual {
  T value{};
  std::array<T, P> gradient{};

  constexpr dual() = default;

  /// A constant: its derivatives are zero.
  template <std::convertible_to<T> U>
  constexpr dual(const U& constant) : value(static_cast<T>(constant)) {}

  constexpr dual(const T& value_, const std::array<T, P>& gradient_) : value(value_), gradient(gradient_) {}

  /// The k-th variable: derivative 1 in direction k.
  static constexpr dual variable(const T& value, std::size_t k) {
    dual x(value);
    x.gradient[k] = T(1);
    return x;
  }

  constexpr dual& operator+=(const dual& y) { return *this = *this + y; }
  constexpr dual& operator-=(const dual& y) { return *this = *this - y; }
  constexpr dual& operator*=(const dual& y) { return *this = *this * y; }
  constexpr dual& operator/=(const dual& y) { return *this = *this / y; }

  friend constexpr dual operator+(const dual& x) { return x; }
  friend constexpr dual operator-(const dual& x) { return x.chain(-x.value, T(-1)); }
  friend constexpr dual operator+(const dual& x, const dual& y) { return combine(x.value + y.value, x, T(1), y, T(1)); }
  friend constexpr dual operator-(const dual& x, const dual& y) {
    return combine(x.value - y.value, x, T(1), y, T(-1));
  }
  friend constexpr dual operator*(const dual& x, const dual& y) {
    return combine(x.value * y.value, x, y.value, y, x.value);
  }
  friend constexpr dual operator/(const dual& x, const dual& y) {
    const division_by over_y(y.value);
    dual quotient(x.value / y.value);
    for (std::size_t k = 0; k < P; ++k) quotient.gradient[k] = over_y(x.gradient[k] - quotient.value * y.gradient[k]);
    return quotient;
  }

  /// Comparisons look at the value alone, so that a branch is taken as it would be without derivatives.
  friend constexpr bool operator<(const dual& x, const dual& y) { return x.value < y.value; }
  friend constexpr bool operator>(const dual& x, const dual& y) { return x.value > y.value; }
  friend constexpr bool operator<=(const dual& x, const dual& y) { return x.value <= y.value; }
  friend constexpr bool operator>=(const dual& x, const dual& y) { return x.value >= y.value; }
  friend constexpr bool operator==(const dual& x, const dual& y) { return x.value == y.value; }

  friend constexpr dual exp(const dual& x) {
    using cmath::exp;
    const T e = exp(x.value);
    return x.chain(e, e);
  }
  friend constexpr dual expm1(const dual& x) {
    using cmath::exp;
    using cmath::expm1;
    return x.chain(expm1(x.value), exp(x.value));
  }
  friend constexpr dual log(const dual& x) {
    using cmath::log;
    return x.chain_over(log(x.value), x.value);
  }
  friend constexpr dual log1p(const dual& x) {
    using cmath::log1p;
    return x.chain_over(log1p(x.value), T(1) + x.value);
  }
  friend constexpr dual sqrt(const dual& x) {
    using cmath::sqrt;
    const T root = sqrt(x.value);
    return x.chain_over(root, T(2) * root);
  }
  friend constexpr dual cbrt(const dual& x) {
    using cmath::cbrt;
    const T root = cbrt(x.value);
    return x.chain_over(root, T(3) * root * root);
  }

  /// x^y for x > 0. At x = 0 the derivative in y is 0 * log 0: a law that can meet a zero branches before it.
  friend constexpr dual pow(const dual& x, const dual& y) {
    using cmath::log;
    using cmath::pow;
    const T power = pow(x.value, y.value), log_x = log(x.value);
    // The rounding of y - 1 would count as many times as the log of x is large; but the power must not have underflowed.
    if (!(std::numeric_limits<T>::min() <= power))
      return combine(power, x, y.value * pow(x.value, y.value - T(1)), y, power * log_x);
    const division_by over_x(x.value);
    const T dx = y.value * power, dy = power * log_x;
    dual result(power);
    for (std::size_t k = 0; k < P; ++k) result.gradient[k] = dx * over_x(x.gradient[k]) + dy * y.gradient[k];
    return result;
  }
  /// The base is a constant, as in N^-alpha: no derivative of the base is formed.
  friend constexpr dual pow(const value_of_t<T>& x, const dual& y) {
    using cmath::log;
    using cmath::pow;
    const T power = pow(x, y.value);
    return y.chain(power, power * log(x));
  }

 private:
  /// x / y for many x: by the reciprocal, where inputs have no derivatives.
  class division_by {
   public:
    constexpr explicit division_by(const T& y) : y_(of_inputs_too ? y : T(1) / y) {}
    constexpr T operator()(const T& x) const { return of_inputs_too ? x / y_ : x * y_; }

   private:
    T y_;
  };

  /// g(x), given g and dg/dx at x.value.
  constexpr dual chain(const T& g, const T& dg) const {
    dual result(g);
    for (std::size_t k = 0; k < P; ++k) result.gradient[k] = dg * gradient[k];
    return result;
  }

  /// The same, given what divides the derivative of x.
  constexpr dual chain_over(const T& g, const T& divisor) const {
    const division_by over(divisor);
    dual result(g);
    for (std::size_t k = 0; k < P; ++k) result.gradient[k] = over(gradient[k]);
    return result;
  }

  /// g(x, y), given g, dg/dx and dg/dy there.
  static constexpr dual combine(const T& g, const dual& x, const T& dx, const dual& y, const T& dy) {
    dual result(g);
    for (std::size_t k = 0; k < P; ++k) result.gradient[k] = dx * x.gradient[k] + dy * y.gradient[k];
    return result;
  }
};

/// A dual number that a law takes as an input too.
template <class T, std::size_t P>
using input_dual = dual<T, P, true>;

/// \cond  What the reference has under other names: specialisations, and the functions above once more.

template <class T, std::size_t P>
struct value_of<dual<T, P>> {
  using type = value_of_t<T>;
};
template <class T, std::size_t P>
struct value_of<input_dual<T, P>> {
  using type = input_dual<T, P>;
};
template <class T, std::size_t P, bool of_inputs_too>
struct plain<dual<T, P, of_inputs_too>> {
  using type = plain_t<T>;
};

// The functions of duals for formulas that name their namespace.
namespace cmath {

template <class T, std::size_t P, bool I>
constexpr dual<T, P, I> exp(const dual<T, P, I>& x) {
  return exp(x);
}
template <class T, std::size_t P, bool I>
constexpr dual<T, P, I> expm1(const dual<T, P, I>& x) {
  return expm1(x);
}
template <class T, std::size_t P, bool I>
constexpr dual<T, P, I> log(const dual<T, P, I>& x) {
  return log(x);
}
template <class T, std::size_t P, bool I>
constexpr dual<T, P, I> log1p(const dual<T, P, I>& x) {
  return log1p(x);
}
template <class T, std::size_t P, bool I>
constexpr dual<T, P, I> sqrt(const dual<T, P, I>& x) {
  return sqrt(x);
}
template <class T, std::size_t P, bool I>
constexpr dual<T, P, I> cbrt(const dual<T, P, I>& x) {
  return cbrt(x);
}
template <class T, std::size_t P, bool I>
constexpr dual<T, P, I> pow(const dual<T, P, I>& x, const dual<T, P, I>& y) {
  return pow(x, y);
}

}  // namespace cmath
}  // namespace scaling

// The limits of a dual are those of its value.
template <class T, std::size_t P, bool of_inputs_too>
struct std::numeric_limits<scaling::dual<T, P, of_inputs_too>> : std::numeric_limits<scaling::plain_t<T>> {};

/// \endcond
