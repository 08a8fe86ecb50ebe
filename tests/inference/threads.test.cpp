// Runners of numbered work: each index once, whatever the number of threads, and no exception lost.
// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <scaling/inference/runner.hpp>
#include <scaling/inference/threads.hpp>

#include "support/catch.hpp"

namespace sc = scaling;

static_assert(sc::index_runner<sc::serial_runner> && sc::index_runner<sc::thread_runner>);

TEST_CASE("every index is run once") {
  for (const unsigned threads : {0U, 1U, 2U, 3U, 16U})
    for (const std::size_t n : {0U, 1U, 2U, 7U, 1000U}) {
      CAPTURE(threads, n);
      std::vector<int> calls(n, 0);  // each element is one index's own
      sc::thread_runner{threads}(n, [&](std::size_t i) { ++calls[i]; });
      CHECK(calls == std::vector<int>(n, 1));
    }
  std::vector<std::size_t> order;
  sc::serial_runner{}(4, [&](std::size_t i) { order.push_back(i); });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("work is shared by who is free") {
  // One index waits for all others: with a fixed share for each thread this would never end.
  constexpr std::size_t n = 50;
  std::atomic<std::size_t> done{0};
  sc::thread_runner{2}(n, [&](std::size_t i) {
    if (i == 0)
      while (done < n - 1) std::this_thread::yield();
    ++done;
  });
  CHECK(done == n);
}

TEST_CASE("an exception reaches the caller: the one that comes first, after all threads have ended") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> running{0}, begun{0};
    const auto work = [&](std::size_t i) {
      ++running;
      ++begun;
      if (i == 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // later ones throw before
      --running;
      if (i >= 3) throw std::runtime_error("index " + std::to_string(i));
    };
    CHECK_THROWS_WITH(sc::thread_runner{4}(100000, work), "index 3");
    CHECK(running == 0);
    CHECK(begun < 100000);
  }
  // Also where the larger index throws last, long after both have begun.
  std::atomic<int> begun{0};
  const auto larger_last = [&](std::size_t i) {
    ++begun;
    while (begun < 2) std::this_thread::yield();
    if (i == 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    throw std::runtime_error("index " + std::to_string(i));
  };
  CHECK_THROWS_WITH(sc::thread_runner{2}(2, larger_last), "index 0");
  CHECK_THROWS_WITH(
      sc::serial_runner{}(5, [](std::size_t i) { throw std::runtime_error("index " + std::to_string(i)); }), "index 0");
}
