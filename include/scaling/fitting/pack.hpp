// As many numbers as a vector register has lanes, under the flags that the user compiles with: what sums over runs add.
// SPDX-License-Identifier: BSL-1.0
//
// A vector of the compiler's own, with the operators of the language, between packs and between a pack and a number.
// Those cost a compiler nothing, where an expression of Eigen's arrays costs it some dozens of types and functions. Eigen
// lends log; its exp, which has to see to infinity and to NaN as well, takes half as long again as ours. There are
// vectors of float and of double; a long double is its own pack.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <scaling/core/cmath.hpp>
#include <scaling/core/real.hpp>
#include <scaling/fitting/unrolled.hpp>

namespace scaling::detail {

template <real T>
struct vector_of {
  static constexpr std::size_t lanes = std::max<std::size_t>(1, EIGEN_MAX_STATIC_ALIGN_BYTES / sizeof(T));
  using integer = std::conditional_t<sizeof(T) == sizeof(std::int32_t), std::int32_t, std::int64_t>;
  // Types that `using` cannot say, of a size that depends on another.
  typedef T type __attribute__((vector_size(lanes * sizeof(T))));
  typedef integer bits __attribute__((vector_size(lanes * sizeof(T))));
};
template <>
struct vector_of<long double> {
  static constexpr std::size_t lanes = 1;
  using type = long double;
};

/// Packs, and what is done with them beside arithmetic. Comparisons go lane by lane: `a < b ? c : d`.
template <real T>
struct packs {
  static constexpr std::size_t lanes = vector_of<T>::lanes;
  using pack = typename vector_of<T>::type;

  static pack all(T x) { return pack{} + x; }
  static T& lane(pack& x, std::size_t i) { return reinterpret_cast<T*>(&x)[i]; }
  static T lane(const pack& x, std::size_t i) { return reinterpret_cast<const T*>(&x)[i]; }

  static pack min(const pack& a, const pack& b) { return b < a ? b : a; }
  static pack max(const pack& a, const pack& b) { return a < b ? b : a; }

  /// e^tame and e^-tame neither overflow nor underflow, nor do their squares; e^(-tame/2) is as good as 0.
  static constexpr T tame = T(0.42L * std::numeric_limits<T>::max_exponent * 0.693147180559945309L);
  static pack tamed(const pack& x) { return min(max(x, all(-tame)), all(tame)); }

  /// e^x for x within +-tame, to one unit in the last place.
  static pack exp(const pack& x) {
    if constexpr (std::is_same_v<pack, T> || FLT_EVAL_METHOD != 0) {  // where digits in excess are kept, none fall off
      pack result = x;
      for (std::size_t i = 0; i < lanes; ++i) lane(result, i) = std::exp(lane(x, i));
      return result;
    } else {
      return exp_of_vector(x);
    }
  }
  static pack log(const pack& x) {
    array a = as_array(x);
    return as_pack(a = a.log());
  }

  /// In halves, as registers are added.
  static T sum(pack x) {
    if constexpr (std::is_same_v<pack, T>) {
      return x;
    } else {
      for (std::size_t half = lanes / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) x[i] += x[i + half];
      return x[0];
    }
  }
  static T least(const pack& x) {
    T result = lane(x, 0);
    for (std::size_t i = 1; i < lanes; ++i) result = std::min(result, lane(x, i));
    return result;
  }
  static T most(const pack& x) { return -least(-x); }

 private:
  using array = Eigen::Array<T, static_cast<int>(lanes), 1>;
  static array as_array(const pack& x) {
    array a;
    reinterpret_cast<pack&>(a) = x;
    return a;
  }
  static pack as_pack(const array& a) { return reinterpret_cast<const pack&>(a); }

  /// 2^n e^r: n is the integer next to x / log 2, and e^r = 1 + r + r^2 (1/2! + r/3! + ...). That ends where nothing is
  /// missing for |r| < 0.35; in other rounding modes n is another, |r| < 0.7, and some units in the last place are.
  static pack exp_of_vector(const pack& x) {
    using integer = typename vector_of<T>::integer;
    using bits = typename vector_of<T>::bits;
    constexpr int digits = std::numeric_limits<T>::digits;
    constexpr std::size_t degree = digits == 24 ? 8 : 14;
    constexpr std::array<T, degree + 1> over_factorial = [] {
      std::array<T, degree + 1> result{};
      long double factorial = 1;
      for (std::size_t k = 0; k <= degree; factorial *= static_cast<long double>(++k)) result[k] = T(1 / factorial);
      return result;
    }();
    // log 2 in two parts, the first so short that its product with n is exact.
    constexpr long double ln2_hi = cmath::detail::ln2_hi<long double>, ln2_lo = cmath::detail::ln2_lo<long double>;
    constexpr T high = static_cast<T>(digits == 24 ? 0x1.62ep-1L : ln2_hi);
    constexpr T low = static_cast<T>(ln2_hi - static_cast<long double>(high) + ln2_lo);
    // From here to the double of it a number has no digits behind the point, and n in its last ones.
    constexpr T from = T(3) * T(integer{1} << (digits - 2));

    const pack moved = x * T(1.442695040888963407L) + from, n = moved - from, r = (x - n * high) - n * low;
    pack tail = all(over_factorial[degree]);
    unrolled<degree - 2>([&](auto k) { tail = tail * r + over_factorial[degree - 1 - k]; });
    const pack power = T(1) + (r + r * r * tail);
    return reinterpret_cast<pack>(reinterpret_cast<bits>(power) + (reinterpret_cast<bits>(moved) << (digits - 1)));
  }
};

}  // namespace scaling::detail
