// The root of a function in a bracket, in so few evaluations that a plan can be found in a constant expression.
// T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function without
// using derivatives", Advances in Engineering Software 28 (1997), 145-149.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <scaling/core/cmath.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/core/real.hpp>

namespace scaling {

/// What ended `find_root`.
enum class root_status {
  /// upper - lower <= tolerance * max(|lower|, |upper|), or no number lies between them, of subnormal ones one at most:
  /// there is none near 0 where the processor flushes those. Both are x where f(x) = 0
  converged,
  invalid_bracket,  ///< f has one sign at both ends, or is NaN at one, or an end is not finite: nothing was searched
  not_a_number,     ///< f is NaN somewhere inside; f still changes sign between lower and upper
};

/// A root x of f. Also a jump across zero or a pole: then f(x) is not small.
template <class T>
struct [[nodiscard]] bracketed_root {
  T x, f;          ///< the end of the bracket where |f| is smaller, and its value there
  T lower, upper;  ///< the last bracket
  int evaluations;
  root_status status;

  constexpr bool converged() const { return status == root_status::converged; }
};

/// The root of f between a and b, in any order, where f has opposite signs or at one of which it is zero. f may jump,
/// be flat, or be infinite at an end. `tolerance` is relative; 0, and all else below 2 epsilon, means 2 epsilon. Smooth
/// functions take 10 evaluations or so. None takes more than 11 beyond bisection: 64 for a double between 1 and 2.
template <real T, std::invocable<T> F>
constexpr bracketed_root<T> find_root(F&& f, T a, T b, std::type_identity_t<T> tolerance = 0) {
  using limits = std::numeric_limits<T>;
  constexpr T large = limits::max() / 4;  // no difference of two numbers up to here overflows
  const auto size = [](T value) { return value < 0 ? -value : value; };
  if (!(tolerance >= 2 * limits::epsilon())) tolerance = 2 * limits::epsilon();

  const bool finite = size(a) <= large && size(b) <= large;
  T fa = finite ? f(a) : limits::quiet_NaN(), fb = finite ? f(b) : limits::quiet_NaN();
  int evaluations = finite ? 2 : 0;
  const auto ended = [&](root_status status) {
    const bool a_is_best = size(fa) <= size(fb);
    return bracketed_root<T>{a_is_best ? a : b, a_is_best ? fa : fb, a < b ? a : b, a < b ? b : a, evaluations, status};
  };
  if (!(fa <= 0 && fb >= 0) && !(fa >= 0 && fb <= 0)) return ended(root_status::invalid_bracket);
  if (fb == 0) {
    a = b;
    fa = fb;
  }

  // a is the latest point, b the other end of the bracket, c the point before: beyond a, where f has the sign of fa.
  T c = a, fc = fa;
  for (T bisected = size(b - a);; bisected /= 2) {  // the width that bisection would have reached
    if (fa == 0) b = a;
    const T width = size(b - a), widest = size(a) < size(b) ? size(b) : size(a);
    const T half_tolerance = tolerance / 2 * widest, step = half_tolerance > 0 ? half_tolerance : limits::denorm_min();
    if (width <= 2 * step) return ended(root_status::converged);

    T t = T(0.5);  // the next point is a + t (b - a)
    if (width / 1024 <= bisected && size(fa) < size(fc) && size(fc) <= large && size(fb) <= large) {
      const T xi = (a - b) / (c - b), phi = (fa - fb) / (fc - fb);
      if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {  // there is a monotone parabola x(f) through the three
        const T nearest = step / width;
        t = fa / (fb - fa) * (fc / (fb - fc)) + (c - a) / (b - a) * (fa / (fc - fa)) * (fb / (fc - fb));
        t = t < nearest ? nearest : t > 1 - nearest ? 1 - nearest : t;
      }
    }
    const T x = a + t * (b - a);
    if (x == a || x == b) return ended(root_status::converged);
    const T fx = f(x);
    ++evaluations;
    if (fx != fx) return ended(root_status::not_a_number);
    if ((fx > 0) == (fa > 0)) {
      c = a;
      fc = fa;
    } else {
      c = b;
      fc = fb;
      b = a;
      fb = fa;
    }
    a = x;
    fa = fx;
  }
}

/// The same for an f with derivatives in P directions besides that in x, as one has that a law comes into. It is
/// searched by its values, and the root has the derivatives that keep f(x) = 0, by the implicit function theorem:
///
///   dx_k = -f_k / f_x       f_k the derivative of f in direction k while x is constant
///
/// Where f is flat in x at the root, as beyond a corner, they are those at the other end of the bracket; NaN if it is
/// flat there too. NaN as well where f jumps across zero, as nothing says how its jump moves: where f at the root is more
/// than sqrt(epsilon) of what its slope there would make of it between a and b, or over `smooth_over` if that is more: in
/// a bracket so narrow that f is hardly more than its rounding at either end, a smooth f would pass for one that jumps.
template <class T, std::size_t P, std::invocable<input_dual<T, P>> F>
constexpr bracketed_root<input_dual<T, P>> find_root(F&& f, const input_dual<T, P>& a, const input_dual<T, P>& b,
                                                     plain_t<T> tolerance = 0, plain_t<T> smooth_over = 0) {
  using wide = input_dual<T, P>;
  const auto found = find_root([&f](const T& x) { return f(wide(x)).value; }, a.value, b.value, tolerance);
  bracketed_root<wide> root{found.x, found.f, found.lower, found.upper, found.evaluations, found.status};
  // f is linear in derivatives, so that x may be given any: large ones, beside which no f_k hides a small f_x.
  constexpr T some = cmath::detail::two_to<plain_t<T>>(std::numeric_limits<T>::max_exponent / 8);
  constexpr T small = cmath::sqrt(std::numeric_limits<plain_t<T>>::epsilon());
  const auto size = [](const T& y) { return y < 0 ? -y : y; };
  const T between = size(b.value - a.value), reach = between < smooth_over ? T(smooth_over) : between;
  for (const T& at : {found.x, found.lower, found.upper}) {
    wide x(at);
    const wide held = f(x);
    x.gradient.fill(some);
    const wide moved = f(x);
    if (moved.gradient == held.gradient) continue;
    for (std::size_t k = 0; k < P; ++k) {
      const T slope = (moved.gradient[k] - held.gradient[k]) / some;
      const bool jumps = size(held.value) > size(slope) * reach * small;
      root.x.gradient[k] = jumps ? T(std::numeric_limits<T>::quiet_NaN()) : -held.gradient[k] / slope;
    }
    return root;
  }
  root.x.gradient.fill(std::numeric_limits<T>::quiet_NaN());
  return root;
}

}  // namespace scaling
