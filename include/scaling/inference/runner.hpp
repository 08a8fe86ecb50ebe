// Who does numbered work: a callable (n, fn) that calls fn(0) ... fn(n - 1), in any order, anywhere. Here, one by one.
// SPDX-License-Identifier: BSL-1.0
//
// The replicates of a bootstrap are independent and numbered, so they can be spread over threads (threads.hpp), over a
// task library, or over the processes of a cluster, and the answer is the same bit for bit. A runner of your own:
//
//   const auto runner = [](std::size_t n, auto&& fn) { tbb::parallel_for(std::size_t{0}, n, fn); };
#pragma once

#include <concepts>
#include <cstddef>

namespace scaling {

/// What `fn` is: something that can be called with an index, by several threads at once.
template <class F>
concept indexed_work = std::invocable<F&, std::size_t>;

/// A runner calls fn(i) once for each i below n and returns when all calls have. What fn throws, it throws.
template <class Runner>
concept index_runner = requires(const Runner run, void (*fn)(std::size_t)) {
  run(std::size_t{}, fn);
};

/// The runner that does the work itself, in order.
struct serial_runner {
  template <indexed_work F>
  void operator()(std::size_t n, F&& fn) const {
    for (std::size_t i = 0; i < n; ++i) fn(i);
  }
};

}  // namespace scaling
