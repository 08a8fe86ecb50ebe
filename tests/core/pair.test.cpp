// Pairs of numbers have twice the digits: pairs of float against double, products against integers.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/core/pair.hpp>

#include <cstdint>

#include "support/catch.hpp"

namespace {

using namespace scaling::cmath::detail;
using single = pair<float>;

// In constant expressions: at run time a compiler may contract a * b + c where the processor can.

/// A number of 48 digits between 1 and 2 or so, as pairs leave the operations.
struct numbers {
  std::uint64_t state = 1;

  constexpr float digits(float unit) {
    state = 6364136223846793005u * state + 1442695040888963407u;
    return static_cast<float>(state >> 40) * 0x1p-24f * unit;
  }
  constexpr single next() { return two_sum(1 + digits(1), digits(0x1p-24f) - 0x1p-25f); }
};

constexpr double in_double(const single& x) { return double(x.hi) + double(x.lo); }

/// The largest relative error of an operation in 2,000 pairs.
template <class Pairs, class Doubles>
constexpr double largest_error(Pairs in_pairs, Doubles in_doubles) {
  double largest = 0;
  numbers random;
  for (int i = 0; i < 2000; ++i) {
    const single x = random.next(), y = random.next();
    const double error = in_double(in_pairs(x, y)) / in_doubles(in_double(x), in_double(y)) - 1;
    largest = error > largest ? error : -error > largest ? -error : largest;
  }
  return largest;
}

}  // namespace

TEST_CASE("pairs of float are added, multiplied and divided to 45 digits and more") {
  constexpr double sum =
      largest_error([](single x, single y) { return x + y; }, [](double x, double y) { return x + y; });
  constexpr double product =
      largest_error([](single x, single y) { return x * y; }, [](double x, double y) { return x * y; });
  constexpr double quotient =
      largest_error([](single x, single y) { return x / y; }, [](double x, double y) { return x / y; });
  CHECK(sum < 0x1p-45);
  CHECK(product < 0x1p-45);
  CHECK(quotient < 0x1p-45);
}

TEST_CASE("the product of two numbers is exact, with what it is rounded by") {
  // (2^54 - 1) / 3 and 2^55 / 7, rounded down: bits that no half ends with. The products are those of integers.
  constexpr double a = 0x15555555555555p0, b = 0x1b6db6db6db6dbp0;
  constexpr auto is = [](const pair<double>& x, double hi, double lo) { return x.hi == hi && x.lo == lo; };
  static_assert(is(two_product(a, a), 0x1.c71c71c71c71cp+104, -0x1.c71c71c71c71cp+50));
  static_assert(is(two_product(a, b), 0x1.2492492492492p+105, -0x1.2492492492492p+51));
  static_assert(is(two_product(b, b), 0x1.7829cbc14e5e0p+105, -0x1.4e5e0a72f0538p+49));
}
