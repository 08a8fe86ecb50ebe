// As many numbers as a vector register has lanes, under the flags that the user compiles with: what sums over runs add.
// SPDX-License-Identifier: BSL-1.0
//
// A vector of the compiler's own, with the operators of the language, between packs and between a pack and a number.
// Those cost a compiler nothing, where an expression of Eigen's arrays costs it some dozens of types and functions; Eigen
// lends exp and log. There are vectors of float and of double; a long double is its own pack.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include <scaling/core/real.hpp>

namespace scaling::detail {

template <real T>
struct vector_of {
  static constexpr std::size_t lanes = std::max<std::size_t>(1, EIGEN_MAX_STATIC_ALIGN_BYTES / sizeof(T));
  typedef T type __attribute__((vector_size(lanes * sizeof(T))));  // which `using` cannot say of a dependent size
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

  static pack exp(const pack& x) {
    array a = as_array(x);
    return as_pack(a = a.exp());
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
};

}  // namespace scaling::detail
