// Medians of repeated calls: what a machine that others use as well can tell.
// SPDX-License-Identifier: BSL-1.0
//
// What is compared is timed in turns, so that a disturbance hits all alike: read the ratios, the times drift.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <functional>
#include <utility>
#include <vector>

namespace benchmark {

/// What a timed call returns goes here, so that it cannot be left out.
inline volatile double sink = 0;

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The time of one call [microseconds].
template <class F>
double microseconds(F&& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

/// The same in processor time of this thread: of calls that are added up, where a median cannot drop those during which
/// another program had the processor. Reading this clock takes longer.
template <class F>
double processor_microseconds(F&& call) {
  const auto now = [] {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
  };
  const double start = now();
  call();
  return now() - start;
}

/// The median times of the calls [microseconds], made `rounds` times in turns and `inner` times in a row.
inline std::vector<double> median_microseconds(int rounds, int inner,
                                               const std::vector<std::function<double()>>& calls) {
  std::vector<std::vector<double>> times(calls.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t k = 0; k < calls.size(); ++k) {
      const double passed = microseconds([&] {
        double sum = 0;
        for (int i = 0; i < inner; ++i) sum += calls[k]();
        sink = sum;
      });
      times[k].push_back(passed / inner);
    }
  std::vector<double> medians;
  for (auto& one : times) medians.push_back(median(std::move(one)));
  return medians;
}

}  // namespace benchmark
