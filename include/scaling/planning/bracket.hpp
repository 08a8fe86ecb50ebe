// A root that lies somewhere: the bracket is found first.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <limits>

#include <scaling/core/real.hpp>
#include <scaling/core/root.hpp>

namespace scaling::detail {

/// A logarithm such that e to it and to minus it have all their digits in T.
template <scalar T>
inline constexpr auto largest_log = static_cast<plain_t<T>>(-0.69 * std::numeric_limits<plain_t<T>>::min_exponent);

/// The root of a function of a logarithm between a and b, which is smooth over an e-fold wherever it does not jump.
template <scalar T, std::invocable<T> F>
constexpr bracketed_root<T> find_log_root(const F& f, const T& a, const T& b) {
  if constexpr (real<T>)
    return find_root(f, a, b);
  else
    return find_root(f, a, b, plain_t<T>(0), plain_t<T>(1));
}

/// The root of an increasing f, of which it is not known how far from `start` it is, or from the first place beside it
/// where f is a number. Where f has one sign as far as a logarithm of T can reach, or as far as it is a number, the status
/// is invalid_bracket.
template <scalar T, std::invocable<T> F>
constexpr bracketed_root<T> find_root_from(const F& f, T start) {
  T at_start = f(start);
  for (T aside = 1; at_start != at_start && aside < T(std::numeric_limits<T>::max_exponent);
       aside = aside > 0 ? T(-aside) : T(T(-1.5L) * aside))
    if (const T there = f(start + aside); there == there) at_start = there, start += aside;
  if (at_start == 0) return find_log_root(f, start, start);
  const bool rising = at_start < 0;
  T near = start, far = start;
  for (T step = 1; step < T(std::numeric_limits<T>::max_exponent) && step > T(1) / 64;) {
    const T next = rising ? far + step : far - step, at_next = f(next);
    if (at_next != at_next) {  // a step that leaves the range of T
      step /= 2;
      continue;
    }
    near = far;
    far = next;
    if ((at_next < 0) != rising) break;
    step *= 2;
  }
  return find_log_root(f, near, far);
}

}  // namespace scaling::detail
