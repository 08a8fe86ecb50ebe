// Streams of random numbers: the published generator, and numbers that depend on seed and replicate alone.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>

#include <scaling/inference/random.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

using words = std::array<std::uint32_t, 4>;

TEST_CASE("Philox4x32-10 gives the known answers of its authors' Random123") {
  static_assert(sc::philox4x32({0, 0, 0, 0}, {0, 0}) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(sc::philox4x32({ones, ones, ones, ones}, {ones, ones}) ==
        words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  // The digits of pi.
  CHECK(sc::philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream is the blocks of its seed and replicate, word by word") {
  constexpr std::uint64_t seed = 0x123456789abcdef0, replicate = 0xfedcba9876543210;
  sc::philox_stream stream(seed, replicate);
  for (std::uint32_t block = 0; block < 3; ++block)
    for (const auto word : sc::philox4x32({block, 0, 0x76543210, 0xfedcba98}, {0x9abcdef0, 0x12345678}))
      CHECK(stream() == word);
  STATIC_REQUIRE(std::uniform_random_bit_generator<sc::philox_stream>);
}

TEST_CASE("streams of other seeds and replicates are other streams") {
  std::set<std::uint64_t> first;
  const std::uint64_t high = std::uint64_t{1} << 32;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, high})
    for (const std::uint64_t replicate : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, high}) {
      sc::philox_stream stream(seed, replicate);
      const std::uint64_t word = stream();
      CHECK(first.insert((word << 32) | stream()).second);
    }
}

TEST_CASE("integers below n are all equally likely") {
  sc::philox_stream stream(1, 0);
  SECTION("few of them") {
    std::array<int, 7> counts{};
    for (int i = 0; i < 70000; ++i) ++counts.at(stream.below(7));
    for (const int count : counts) CHECK(std::abs(count - 10000) < 5 * std::sqrt(10000 * 6.0 / 7));
  }
  SECTION("so many that without rejection every third would come twice as often") {
    int thirds = 0;
    for (int i = 0; i < 90000; ++i) {
      const auto value = stream.below(3U << 30);
      CHECK(value < 3U << 30);
      thirds += value % 3 == 0;
    }
    CHECK(std::abs(thirds - 30000) < 5 * std::sqrt(90000 * 2.0 / 9));
  }
  SECTION("one") { CHECK(stream.below(1) == 0); }
}

TEST_CASE("a uniform number is the first 53 bits of two words") {
  sc::philox_stream bits(3, 4), numbers(3, 4);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t high = bits(), low = bits();
    CHECK(numbers.uniform() == static_cast<double>((high << 21) | (low >> 11)) / 9007199254740992.0);  // 2^53
  }
}

TEST_CASE("uniform and normal numbers have their moments, in a constant expression too") {
  constexpr double early = sc::philox_stream(3, 4).normal();
  CHECK(std::abs(sc::philox_stream(3, 4).normal() - early) <=
        4e-16 * std::abs(early));  // two of log, sqrt, each an ulp

  sc::philox_stream stream(5, 6);
  constexpr int n = 200000;
  double uniform = 0, mean = 0, square = 0, fourth = 0, product = 0, before = 0, tail = 0;
  for (int i = 0; i < n; ++i) {
    const double u = stream.uniform(), z = stream.normal();
    CHECK((u >= 0 && u < 1));
    uniform += u / n;
    mean += z / n;
    square += z * z / n;
    fourth += z * z * z * z / n;
    product += z * before / n;
    tail += (z > 1.959963984540054) / double(n);
    before = z;
  }
  const double five = 5 / std::sqrt(double(n));  // five standard errors of a variable of variance 1
  CHECK(std::abs(uniform - 0.5) < five / std::sqrt(12.0));
  CHECK(std::abs(mean) < five);
  CHECK(std::abs(square - 1) < five * std::sqrt(2.0));
  CHECK(std::abs(fourth - 3) < five * std::sqrt(96.0));
  CHECK(std::abs(product) < five);
  CHECK(std::abs(tail - 0.025) < five * std::sqrt(0.025 * 0.975));
}
