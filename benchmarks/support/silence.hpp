// Some minimisers print what went wrong, whatever they were told: not into our tables.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace benchmark {

/// While it lives, nothing is printed: some peers complain to the standard output or error of numerical trouble.
class silence {
 public:
  silence() {
    std::fflush(stdout);
    const int nowhere = open("/dev/null", O_WRONLY);
    for (const int stream : {1, 2}) dup2(nowhere, stream);
    close(nowhere);
  }
  ~silence() {
    for (const int stream : {1, 2}) dup2(saved_[stream - 1], stream), close(saved_[stream - 1]);
  }
  silence(const silence&) = delete;
  silence& operator=(const silence&) = delete;

 private:
  int saved_[2] = {dup(1), dup(2)};
};

}  // namespace benchmark
