// exp, expm1, log, log1p, pow, sqrt and cbrt as constant expressions, on every C++20 compiler and to the last digit.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include <scaling/core/pair.hpp>
#include <scaling/core/real.hpp>

// At run time these are the functions of std. In a constant expression, where std has none before C++26, they are
// computed here: float through double, double and long double in pairs, which round once at the end. Two things are no
// constant expressions: a result that overflows, for GCC, and one that is NaN, for Clang. So both are seen coming.
namespace scaling::cmath::detail {

/// Whether std must be replaced.
constexpr bool by_hand() {
#if defined(__cpp_lib_constexpr_cmath) && __cpp_lib_constexpr_cmath >= 202306L
  return false;
#else
  return std::is_constant_evaluated();
#endif
}

template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
inline constexpr T nan = std::numeric_limits<T>::quiet_NaN();

// --- Numbers as m 2^e. (An 80-bit long double has padding, and cannot be bit-cast in a constant expression.)

/// 2^1, 2^2, 2^4, 2^8 ... as far as T goes: every power of two is a product of these.
template <class T>
struct repeated_squares {
  static constexpr int count = std::bit_width(unsigned{std::numeric_limits<T>::max_exponent}) - 1;
  T values[count] = {2};
  constexpr repeated_squares() {
    for (int i = 1; i < count; ++i) values[i] = values[i - 1] * values[i - 1];
  }
};
template <class T>
inline constexpr repeated_squares<T> squares{};

/// 2^n, where that and 2^-n are normal numbers.
template <class T>
constexpr T two_to(int n) {
  T power = 1;
  for (int i = 0, bits = n; bits != 0; ++i, bits /= 2)
    if (bits % 2 != 0) power *= squares<T>.values[i];
  return n < 0 ? 1 / power : power;
}

/// x 2^n for x > 0 near 1. In two steps, of which only the last can leave the normal numbers, and so round.
template <class T>
constexpr T scaled(T x, int n) {
  const T halfway = x * two_to<T>(n / 2), rest = two_to<T>(n - n / 2);
  return rest > 1 && halfway > std::numeric_limits<T>::max() / rest ? infinity<T> : halfway * rest;
}

/// m 2^e, with m between sqrt(1/2) and sqrt(2).
template <class T>
struct binary {
  T m;
  int e;
};

/// The parts of a positive, finite x: exact.
template <class T>
constexpr binary<T> taken_apart(T x) {
  const auto& square = squares<T>.values;
  int e = 0;
  for (int i = squares<T>.count; i-- > 0;)
    for (; x >= square[i]; e += 1 << i) x /= square[i];
  for (int i = squares<T>.count; i-- > 0;)
    for (; x < 1 / square[i]; e -= 1 << i) x *= square[i];
  if (x > T(1.41421356L)) return {x / 2, e + 1};
  if (x < T(0.70710678L)) return {x * 2, e - 1};
  return {x, e};
}

/// log 2 = ln2_hi + ln2_lo. The first has 36 digits, so that its product with an exponent is exact.
template <class T>
inline constexpr T ln2_hi = T(0x1.62e42fefap-1L);
template <class T>
inline constexpr T ln2_lo = T(1.64659495828970812809844307550013436025525412068e-12L);

// --- Logarithms

/// The last power in the series of log: the next is lost in the digits that pow needs of a logarithm.
template <class T>
inline constexpr int log_degree = [] {
  using limits = std::numeric_limits<T>;
  int n = 1;
  for (T power = 1; power > limits::epsilon() / (64 * limits::max_exponent); power *= T(0.0295L)) n += 2;
  return n;
}();

template <class T, int n>
inline constexpr pair<T> reciprocal = pair<T>{1, 0} / pair<T>{n, 0};

/// log(x + low), for x >= 0 and |low| at most half an ulp of x. The leading terms are pairs, the others too small to
/// need it: with |u| <= 0.344 they are below t^3/7 = 4e-6 of the result.
template <class T>
constexpr pair<T> log_pair(T x, T low = 0) {
  if (x == 0) return {-infinity<T>, 0};
  if (x > std::numeric_limits<T>::max()) return {x, 0};
  const auto [m, e] = taken_apart(x);
  if (low != 0) low *= m / x;
  // log m = u (1 + t/3 + t^2/5 + ...), where u = 2 (m - 1)/(m + 1) and t = u^2/4 <= 0.0295
  const pair<T> u = two_sum(m - 1, low) / (two_sum(m / 2, T(0.5)) + pair<T>{low / 2, 0});
  const pair<T> t = scaled(u * u, T(0.25));
  T tail = 0;
  for (int n = log_degree<T>; n > 5; n -= 2) tail = tail * t.hi + 1 / static_cast<T>(n);
  const pair<T> series = t * (reciprocal<T, 3> + t * (reciprocal<T, 5> + pair<T>{tail * t.hi, 0}));
  const T exponent = static_cast<T>(e);
  return two_sum(exponent * ln2_hi<T>, exponent * ln2_lo<T>) + (u + u * series);
}

template <class T>
constexpr T log(T x) {
  return x >= 0 ? log_pair(x).hi : nan<T>;
}

template <class T>
constexpr T log1p(T x) {
  if (x == 0 || x > std::numeric_limits<T>::max()) return x;
  if (!(x >= -1)) return nan<T>;
  const pair<T> sum = two_sum(T(1), x);
  return log_pair(sum.hi, sum.lo).hi;
}

// --- Exponentials

/// The last power in the series of exp: the next is lost in the digits of the result.
template <class T>
inline constexpr int exp_degree = [] {
  int n = 0;
  for (T term = 1; term > std::numeric_limits<T>::epsilon() / 64; term *= T(0.347L) / static_cast<T>(n)) ++n;
  return n;
}();

/// 2^k (1 + fraction).
template <class T>
struct exponential {
  pair<T> fraction;
  int k;
};

/// e^x, for x between the logarithms of the smallest and the largest number.
template <class T>
constexpr exponential<T> exp_parts(const pair<T>& x) {
  const T turns = x.hi * T(1.44269504088896340735992468100189214L);  // x / log 2
  const int k = static_cast<int>(turns + (turns < 0 ? T(-0.5) : T(0.5)));
  const T exponent = static_cast<T>(k);
  // e^r - 1 = r + r^2/2 + (r^3/6)(1 + r/4 (1 + r/5 (...))), where |r| <= log(2)/2; only the first two terms need pairs.
  const pair<T> r = two_sum(x.hi - exponent * ln2_hi<T>, x.lo - exponent * ln2_lo<T>);
  const pair<T> half_square = scaled(r * r, T(0.5));
  T tail = 1;
  for (int n = exp_degree<T>; n > 3; --n) tail = 1 + tail * r.hi / static_cast<T>(n);
  return {r + (half_square + pair<T>{half_square.hi * r.hi / 3 * tail, 0}), k};
}

template <class T>
constexpr T exp(const pair<T>& x) {
  using limits = std::numeric_limits<T>;
  constexpr T ln2 = ln2_hi<T> + ln2_lo<T>;
  if (x.hi > ln2 * limits::max_exponent) return infinity<T>;
  if (x.hi < ln2 * (limits::min_exponent - limits::digits - 1)) return 0;
  const auto [fraction, k] = exp_parts(x);
  return scaled((pair<T>{1, 0} + fraction).hi, k);
}

template <class T>
constexpr T exp(T x) {
  return x != x ? x : exp(pair<T>{x, 0});
}

template <class T>
constexpr T expm1(T x) {
  constexpr int digits = std::numeric_limits<T>::digits;
  if (x == 0 || x != x) return x;
  if (x > digits) return exp(x);  // the 1 is far below half an ulp
  if (x < -digits) return -1;
  const auto [fraction, k] = exp_parts(pair<T>{x, 0});
  const T power = two_to<T>(k);
  return (two_sum(power, T(-1)) + scaled(fraction, power)).hi;
}

template <class T>
constexpr T pow(T x, T y) {
  if (x == 1 || y == 0) return 1;
  if (x != x || y != y) return nan<T>;
  constexpr T reach = 2 * std::numeric_limits<T>::max_exponent;  // e^reach overflows
  const pair<T> log_x = log_pair(x);
  const T distance = y * (log_x.hi / reach);
  if (distance > 1) return infinity<T>;
  if (distance < -1) return 0;
  return exp(pair<T>{y, 0} * log_x);
}

// --- Roots

/// The n-th root of x >= 0, for n = 2 and 3: Newton's method, and a last step with the residual in pairs.
template <int n, class T>
constexpr T root(T x) {
  if (x == 0 || x != x || x > std::numeric_limits<T>::max()) return x;
  const auto [m, e] = taken_apart(x);
  const T a = scaled(m, e % n);
  T y = 1 + (a - 1) / n;  // at most 45 % off
  for (int i = 0; i < 8; ++i) y -= (y - a / (n == 2 ? y : y * y)) / n;
  const pair<T> power = n == 2 ? two_product(y, y) : two_product(y, y) * pair<T>{y, 0};
  return scaled(y + ((a - power.hi) - power.lo) / (n * (power.hi / y)), e / n);
}

template <class T>
constexpr T sqrt(T x) {
  return x < 0 ? nan<T> : root<2>(x);
}

template <class T>
constexpr T cbrt(T x) {
  return x < 0 ? -root<3>(-x) : root<3>(x);
}

// --- The scalar in which a function of T is computed, and the way back

template <class T>
using wider_t = std::conditional_t<std::is_same_v<T, float>, double, T>;

template <class T>
constexpr T rounded(wider_t<T> x) {
  if constexpr (std::is_same_v<T, float>) {  // out of range the conversion is undefined
    constexpr double max = static_cast<double>(std::numeric_limits<T>::max()), half_ulp = 0x1p103;
    if (x >= max + half_ulp) return infinity<T>;
    if (x > max) return std::numeric_limits<T>::max();
  }
  return static_cast<T>(x);
}

}  // namespace scaling::cmath::detail

/// The special values (zeros, infinities, NaN, overflow, underflow) are those of IEEE 754 and so of std. The errors
/// below are those of constant expressions, the largest seen over the whole range of the type; at run time they are
/// those of std, and the last digit may differ. A subnormal result may be off by 0.8 ulp. Both arguments of `pow` have
/// one type.
namespace scaling::cmath {

/// e^x. Largest error 0.52 ulp, for every x.
template <real T>
constexpr T exp(T x) {
  return detail::by_hand() ? detail::rounded<T>(detail::exp(detail::wider_t<T>(x))) : std::exp(x);
}

/// e^x - 1. Largest error 0.57 ulp, for every x, however small.
template <real T>
constexpr T expm1(T x) {
  return detail::by_hand() ? detail::rounded<T>(detail::expm1(detail::wider_t<T>(x))) : std::expm1(x);
}

/// The natural logarithm. Largest error 0.51 ulp, for every x.
template <real T>
constexpr T log(T x) {
  return detail::by_hand() ? detail::rounded<T>(detail::log(detail::wider_t<T>(x))) : std::log(x);
}

/// log(1 + x). Largest error 0.51 ulp, for every x, however small.
template <real T>
constexpr T log1p(T x) {
  return detail::by_hand() ? detail::rounded<T>(detail::log1p(detail::wider_t<T>(x))) : std::log1p(x);
}

/// x^y. Largest error 0.55 ulp, for every x >= 0 and every y. Unlike std::pow it takes x < 0 for NaN, at run time too,
/// and -0 for 0: it is the power of a count, not the product of signs.
template <real T>
constexpr T pow(T x, T y) {
  const T base = x > 0 ? x : x == 0 ? T(0) : detail::nan<T>;
  return detail::by_hand() ? detail::rounded<T>(detail::pow(detail::wider_t<T>(base), detail::wider_t<T>(y)))
                           : std::pow(base, y);
}

/// The square root. Largest error 0.5 ulp, for every x.
template <real T>
constexpr T sqrt(T x) {
  return detail::by_hand() ? detail::rounded<T>(detail::sqrt(detail::wider_t<T>(x))) : std::sqrt(x);
}

/// The cube root, of negative numbers too. Largest error 0.51 ulp, for every x.
template <real T>
constexpr T cbrt(T x) {
  return detail::by_hand() ? detail::rounded<T>(detail::cbrt(detail::wider_t<T>(x))) : std::cbrt(x);
}

}  // namespace scaling::cmath
