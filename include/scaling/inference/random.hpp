// Random numbers that depend on a seed and a replicate's number alone: the same on any thread, machine or shard.
// SPDX-License-Identifier: BSL-1.0
//
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): block b of
// stream s is a bijection, keyed by the seed, of the counter (b, s). There is no state to hand from one replicate to
// the next, so any range of replicates can be drawn anywhere. Not for cryptography.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <scaling/core/cmath.hpp>

namespace scaling {

/// Four random words from a counter of four and a key of two: ten rounds of Philox4x32. constexpr.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53} * counter[0], odd = std::uint64_t{0xCD9E8D57} * counter[2];
    const auto high = [](std::uint64_t product) { return static_cast<std::uint32_t>(product >> 32); };
    const auto low = [](std::uint64_t product) { return static_cast<std::uint32_t>(product); };
    counter = {high(odd) ^ counter[1] ^ key[0], low(odd), high(even) ^ counter[3] ^ key[1], low(even)};
    key[0] += 0x9E3779B9;  // the golden ratio ...
    key[1] += 0xBB67AE85;  // ... and sqrt(3) - 1, as fractions of 2^32
  }
  return counter;
}

/// The random numbers of one replicate. A uniform random bit generator; 2^64 blocks of four words are one stream, and
/// the 2^64 streams of a seed do not overlap.
class philox_stream {
 public:
  using result_type = std::uint32_t;

  constexpr philox_stream(std::uint64_t seed, std::uint64_t replicate)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, replicate_(replicate) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  constexpr result_type operator()() {
    if (used_ == words_.size()) {
      words_ = philox4x32({static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32),
                           static_cast<std::uint32_t>(replicate_), static_cast<std::uint32_t>(replicate_ >> 32)},
                          key_);
      ++block_;
      used_ = 0;
    }
    return words_[used_++];
  }

  /// An integer from 0 to n - 1, all equally likely; n >= 1. By the high half of a product, with those few low halves
  /// rejected that would favour some integers (Lemire, "Fast random integer generation in an interval", 2019).
  constexpr std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{(*this)()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t threshold = (0U - n) % n;  // 2^32 mod n
      while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{(*this)()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  /// A multiple of 2^-53 from 0 to below 1, from two words: the first gives the leading bits.
  constexpr double uniform() {
    const std::uint64_t high = (*this)(), low = (*this)();
    return static_cast<double>(((high << 32) | low) >> 11) * 0x1p-53;
  }

  /// A number of the standard normal distribution, by Marsaglia's polar method: of each accepted point in the unit disc
  /// the first coordinate comes at once and the second at the next call.
  constexpr double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    for (;;) {
      const double u = 2 * uniform() - 1, v = 2 * uniform() - 1, square = u * u + v * v;
      if (!(square > 0 && square < 1)) continue;
      const double stretch = cmath::sqrt(-2 * cmath::log(square) / square);
      spare_ = v * stretch;
      has_spare_ = true;
      return u * stretch;
    }
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t replicate_, block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace scaling
