// Small least squares problems in a box: the conditions of an optimum, and the value that is returned.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <limits>

#include <scaling/fitting/box_least_squares.hpp>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using problem = scaling::detail::box_least_squares<double, 4>;

/// x^T G x - 2 r^T x.
double value_at(const problem& of) {
  double value = 0;
  for (std::size_t i = 0; i < of.size; ++i) {
    value -= 2 * of.right[i] * of.x[i];
    for (std::size_t j = 0; j < of.size; ++j) value += of.gram[i][j] * of.x[i] * of.x[j];
  }
  return value;
}

problem random_problem(support::random_numbers& random, std::size_t size) {
  problem result;
  result.size = size;
  for (int run = 0; run < 12; ++run) {
    double row[4], to = random.between(-1, 1);
    for (double& one : row) one = random.between(0.2, 1);
    for (std::size_t i = 0; i < size; ++i) {
      result.right[i] += row[i] * to;
      for (std::size_t j = 0; j < size; ++j) result.gram[i][j] += row[i] * row[j];
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    result.lower[i] = random.between(-1, 0.5);
    result.upper[i] = result.lower[i] + random.between(0, 1);
    if (random.between(0, 1) < 0.3) result.upper[i] = std::numeric_limits<double>::infinity();
  }
  return result;
}

}  // namespace

TEST_CASE("The minimiser is in the box, meets the conditions of an optimum, and has the value that is returned") {
  support::random_numbers random(29);
  for (int i = 0; i < 500; ++i) {
    problem of = random_problem(random, 1 + static_cast<std::size_t>(i) % 4);
    const double value = of.solve();
    CHECK(value == Catch::Approx(value_at(of)).margin(1e-12));
    for (std::size_t k = 0; k < of.size; ++k) {
      CHECK((of.x[k] >= of.lower[k] && of.x[k] <= of.upper[k]));
      double slope = -of.right[k];
      for (std::size_t j = 0; j < of.size; ++j) slope += of.gram[k][j] * of.x[j];
      const double step = slope / of.gram[k][k];  // of a sweep, which ends at 1e-6 of the unit of x; others move less
      if (of.x[k] > of.lower[k]) CHECK(step <= 1e-4);
      if (of.x[k] < of.upper[k]) CHECK(step >= -1e-4);
    }
  }
}

TEST_CASE("What no equation mentions stays as near to 0 as its box lets it") {
  problem of;
  of.size = 2;
  of.gram[0][0] = 1, of.right[0] = 2;
  of.lower = {0, 0.25, 0, 0}, of.upper = {10, 1, 0, 0};
  CHECK(of.solve() == Catch::Approx(-4));
  CHECK(of.x[0] == Catch::Approx(2));
  CHECK(of.x[1] == 0.25);
}
