// What the bytes of a fuzzer stand for: choices and numbers of every kind; and what ends the program when it is broken.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include <scaling/core/real.hpp>

namespace fuzz {

/// Ends the program unless `holds`: a broken promise is a crash, which the fuzzer keeps with its input.
inline void check(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// The bytes, taken from the front. Where none are left every answer is 0.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }

  /// One of 0 ... count - 1.
  int choice(int count) { return byte() % count; }

  /// Evenly between two numbers.
  double between(double from, double to) {
    const int high = byte(), low = byte();
    return from + (to - from) * ((high * 256 + low) / 65535.0);
  }

  /// 10^from ... 10^to.
  double magnitude(double from, double to) { return std::pow(10.0, between(from, to)); }

  /// Any number at all, the strange ones often.
  template <scaling::real T = double>
  T number() {
    using limits = std::numeric_limits<T>;
    constexpr T strange[] = {0,
                             -T(0),
                             1,
                             -1,
                             limits::infinity(),
                             -limits::infinity(),
                             limits::quiet_NaN(),
                             limits::max(),
                             -limits::max(),
                             limits::min(),
                             limits::denorm_min(),
                             1 + limits::epsilon()};
    switch (choice(4)) {
      case 0:
        return strange[choice(std::size(strange))];
      case 1: {  // any bits
        double x = 0;
        std::uint8_t bits[sizeof x];
        for (auto& b : bits) b = byte();
        std::memcpy(&x, bits, sizeof x);
        return static_cast<T>(x);
      }
      case 2:
        return static_cast<T>(magnitude(-300, 300));
      default:
        return static_cast<T>(between(-10, 10));
    }
  }

  std::string_view rest() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace fuzz
