// Memory that runs out at any allocation: the exception reaches the caller, nothing leaks, and the next call gives the
// same bits.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/bootstrap.hpp>
#include <scaling/io/csv.hpp>
#include <scaling/published.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

namespace {

thread_local long allocations_left = -1;  // negative: as many as one likes
long held = 0;                            // not yet given back

void* allocate(std::size_t size) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ++held;
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) --held;
  std::free(memory);
}

}  // namespace

// All of them, as a sanitizer that replaces the rest tells them apart.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return allocate(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }

namespace {

template <class Work>
auto with_allocations(long n, const Work& work) {
  struct limit {
    explicit limit(long most) { allocations_left = most; }
    ~limit() { allocations_left = -1; }
  } const limited(n);
  return work();
}

/// Lets `work` run out of memory at its first allocation, its second ... until it has enough.
template <class Work>
void starve(const Work& work) {
  const auto usual = work();
  long starved = 0;
  for (bool enough = false; !enough; ++starved) {
    const long before = held;
    try {
      const auto result = with_allocations(starved, work);
      enough = true;
      CHECK(result == usual);
    } catch (const std::bad_alloc&) {
    }
    if (held != before) FAIL("allocation " << starved << ": " << held - before << " not given back");
  }
  CAPTURE(starved);
  CHECK(starved > 5);
  CHECK(work() == usual);
}

std::vector<sc::observation<>> table() {
  std::vector<sc::observation<>> runs;
  int i = 0;
  for (const double N : {1e8, 1e9, 1e10})
    for (const double ratio : {5.0, 20.0, 80.0, 320.0})
      runs.push_back({{N, ratio * N}, sc::published::besiroglu_2024<>(N, ratio * N) * (1 + 0.003 * (i++ * 7 % 5 - 2))});
  return runs;
}

}  // namespace

TEST_CASE("a fit") {
  const auto runs = table();
  starve([&] { return sc::coefficient_values(sc::fit<sc::chinchilla>(runs).law); });
}

TEST_CASE("the polish of a fit takes nothing from the heap") {
  namespace detail = sc::detail;
  using law_type = sc::chinchilla<>;
  const sc::fit_options<law_type> options;
  const detail::power_sum_objective<law_type> f(detail::distinct_runs<double>(table(), options.weights),
                                                detail::constraints_of("", options),
                                                {sc::residual::log, sc::huber{}.delta, 1});
  const auto from = f.coordinates.of(sc::published::hoffmann_2022<>);
  const auto end = with_allocations(0, [&] {
    return sc::optimize::newton(f, from, {.lower = f.coordinates.lower(), .upper = f.coordinates.upper()});
  });
  CHECK(end.stationary);
  CHECK(end.evaluations > 5);
}

TEST_CASE("a table of runs") {
  std::ostringstream text;
  text << "parameters,tokens,loss\n";
  for (const auto& run : table()) text << run.at.parameters << ',' << run.at.tokens << ',' << run.loss << '\n';
  starve([&] {
    std::istringstream in(text.str());
    const auto runs = sc::io::read_runs(in, "runs.csv");
    return runs.back().loss;
  });
}

TEST_CASE("a bootstrap") {
  const auto runs = table();
  const auto result = sc::fit<sc::chinchilla>(runs);
  starve([&] {
    const auto sample = sc::bootstrap(result, runs, {.replicates = 2}, sc::serial_runner{});
    return sc::coefficient_values(sample.laws.back());
  });
}

TEST_CASE("a runner that throws in the midst of a bootstrap") {
  const auto runs = table();
  const auto result = sc::fit<sc::chinchilla>(runs);
  const auto usual = sc::bootstrap(result, runs, {.replicates = 3}, sc::serial_runner{}).laws;
  const long before = held;
  const auto breaks = [](std::size_t, auto&& fn) {
    fn(0);
    throw 7;
  };
  try {
    (void)sc::bootstrap(result, runs, {.replicates = 3}, breaks);
    FAIL("nothing was thrown");
  } catch (int thrown) {
    CHECK(thrown == 7);
  }
  CHECK(held == before);
  CHECK(sc::bootstrap(result, runs, {.replicates = 3}, sc::serial_runner{}).laws == usual);
}
