// L-BFGS-B takes nothing from the heap for vectors of fixed size, and for others what it needs at once, before it
// starts. SPDX-License-Identifier: BSL-1.0
#include <cstdlib>
#include <new>

namespace {

int allocations = 0;

}  // namespace

// Eigen asserts on each of its allocations that they are allowed; elsewhere its assertions hold, as the other tests
// show.
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition) (void)((condition) || ++allocations)
#include <scaling/optimize/lbfgsb.hpp>

#include "optimize/more_garbow_hillstrom.hpp"
#include "support/catch.hpp"

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

/// The allocations of one minimisation of at most `evaluations`.
template <class Vector>
int allocations_of(const Vector& start, int evaluations) {
  const scaling::optimize::lbfgsb_options<Vector> options{.lower = Vector::Constant(start.size(), -2),
                                                          .upper = Vector::Constant(start.size(), 2),
                                                          .max_evaluations = evaluations};
  const auto f = [](const Vector& x, Vector& g) {
    double value = 0;
    g.setZero();
    for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
      const double valley = x[i + 1] - x[i] * x[i], slope = 1 - x[i];
      value += 100 * valley * valley + slope * slope;
      g[i] -= 400 * x[i] * valley + 2 * slope;
      g[i + 1] += 200 * valley;
    }
    return value;
  };
  allocations = 0;
  Eigen::internal::set_is_malloc_allowed(false);
  const auto result = scaling::optimize::lbfgsb(f, start, options);
  Eigen::internal::set_is_malloc_allowed(true);
  const int counted = allocations;
  CHECK(result.evaluations > (evaluations > 1 ? 20 : 0));
  return counted;
}

}  // namespace

TEST_CASE("no heap for vectors of fixed size, nor for those of bounded size") {
  using bounded = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 8, 1>;
  CHECK(allocations_of(Eigen::Matrix<double, 5, 1>(Eigen::Matrix<double, 5, 1>::Constant(-1.2)), 20000) == 0);
  CHECK(allocations_of(bounded(bounded::Constant(6, -1.2)), 20000) == 0);
}

TEST_CASE("iterations take no heap for vectors of dynamic size either") {
  const Eigen::VectorXd start = Eigen::VectorXd::Constant(50, -1.2);
  const int before = allocations_of(start, 1);
  CHECK(before > 0);
  CHECK(before < 30);
  CHECK(allocations_of(start, 20000) == before);
}
