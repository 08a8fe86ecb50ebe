// Numbered work on the threads of this machine.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <scaling/inference/runner.hpp>

namespace scaling {

#if defined(__STDCPP_THREADS__)  // not on WebAssembly, whose <thread> has no std::thread
namespace detail {

/// Threads that are joined whatever happens.
struct joined_threads {
  std::vector<std::thread> all;

  explicit joined_threads(std::size_t count) { all.reserve(count); }
  joined_threads(const joined_threads&) = delete;
  joined_threads& operator=(const joined_threads&) = delete;
  ~joined_threads() {
    for (auto& one : all) one.join();
  }
};

}  // namespace detail
#endif

/// The runner on `threads` threads, that of the caller among them; 0 means as many as the hardware has. Each takes the
/// next index when it has done its last, so unequal work is shared evenly. Where the system has no more threads to
/// give, those that there are do the work. If calls throw, no further ones are begun, and of the exceptions that of the
/// smallest index is thrown to the caller once all threads have ended. On a platform without threads: the serial runner.
struct thread_runner {
  unsigned threads = 0;

  template <indexed_work F>
  void operator()(std::size_t n, F&& fn) const {
#if !defined(__STDCPP_THREADS__)
    serial_runner{}(n, fn);
#else
    const std::size_t wanted = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
    const std::size_t helpers = std::min(wanted, n) - (n > 0);
    if (helpers == 0) return serial_runner{}(n, fn);

    std::atomic<std::size_t> next{0};
#if defined(__cpp_exceptions)
    std::mutex guard;
    std::exception_ptr failure;
    std::size_t failed = n;
    const auto work = [&] {
      for (std::size_t i = next++; i < n; i = next++) try {
          fn(i);
        } catch (...) {
          const std::lock_guard lock(guard);
          next = n;
          if (i < failed) {
            failed = i;
            failure = std::current_exception();
          }
        }
    };
    {
      detail::joined_threads pool(helpers);
      try {
        for (std::size_t i = 0; i < helpers; ++i) pool.all.emplace_back(work);
      } catch (const std::system_error&) {
      }
      work();
    }
    if (failure) std::rethrow_exception(failure);
#else
    const auto work = [&] {
      for (std::size_t i = next++; i < n; i = next++) fn(i);
    };
    detail::joined_threads pool(helpers);
    for (std::size_t i = 0; i < helpers; ++i) pool.all.emplace_back(work);
    work();
#endif
#endif
  }
};

}  // namespace scaling
