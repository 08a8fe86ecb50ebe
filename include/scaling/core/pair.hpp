// Twice the digits of T: a number kept as the unevaluated sum of two T. What the functions of cmath.hpp are made of.
// T. J. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18 (1971).
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>

// In part as well, as far as compilers tell: all of them tell of -ffinite-math-only, GCC of -fassociative-math.
#if defined(__FAST_MATH__) || defined(_M_FP_FAST) || __FINITE_MATH_ONLY__ || defined(__ASSOCIATIVE_MATH__)
#error "scaling: -ffast-math (or /fp:fast) drops rounding errors that are needed, and infinities; compile without"
#endif

namespace scaling::cmath::detail {

/// hi + lo, with |lo| at most half an ulp of hi: so hi is the number rounded to T. For constant evaluation, where every
/// operation is rounded on its own; at run time a * b + c might be contracted (GCC: compile with -ffp-contract=off).
template <class T>
struct pair {
  static_assert(std::numeric_limits<T>::is_iec559, "pair arithmetic needs IEEE rounding");
  T hi, lo;
};

/// a + b, exactly (Knuth).
template <class T>
constexpr pair<T> two_sum(T a, T b) {
  const T sum = a + b, b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}

/// The factor that splits the digits of a number in halves (Veltkamp): a product of two halves is exact.
template <class T>
inline constexpr T splitter = static_cast<T>((1ULL << (std::numeric_limits<T>::digits + 1) / 2) + 1);

/// a * b, exactly but for underflow (Dekker).
template <class T>
constexpr pair<T> two_product(T a, T b) {
  const T a_wide = splitter<T> * a, a_hi = a_wide - (a_wide - a), a_lo = a - a_hi;
  const T b_wide = splitter<T> * b, b_hi = b_wide - (b_wide - b), b_lo = b - b_hi;
  const T product = a * b;
  return {product, ((a_hi * b_hi - product) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo};
}

/// x times a power of two, exactly but for underflow.
template <class T>
constexpr pair<T> scaled(const pair<T>& x, T power_of_two) {
  return {x.hi * power_of_two, x.lo * power_of_two};
}

template <class T>
constexpr pair<T> operator+(const pair<T>& x, const pair<T>& y) {
  const pair<T> sum = two_sum(x.hi, y.hi);
  return two_sum(sum.hi, sum.lo + (x.lo + y.lo));
}

template <class T>
constexpr pair<T> operator*(const pair<T>& x, const pair<T>& y) {
  const pair<T> product = two_product(x.hi, y.hi);
  return two_sum(product.hi, product.lo + (x.hi * y.lo + x.lo * y.hi));
}

template <class T>
constexpr pair<T> operator/(const pair<T>& x, const pair<T>& y) {
  const T quotient = x.hi / y.hi;
  const pair<T> product = two_product(quotient, y.hi);
  return two_sum(quotient, ((x.hi - product.hi) - product.lo + (x.lo - quotient * y.lo)) / y.hi);
}

}  // namespace scaling::cmath::detail
