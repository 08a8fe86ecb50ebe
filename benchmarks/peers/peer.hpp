// What a peer is to the benchmark: something that minimises the one objective from a start, and says how it ended.
// SPDX-License-Identifier: BSL-1.0
//
// One file per library, built where CMake finds it. Each gives its methods twice: with the settings that its users get
// without asking, and with tolerances so tight that only rounding should stop it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../support/libm_objective.hpp"

namespace benchmark {

/// No peer may evaluate more often from one start.
inline constexpr int most_evaluations = 2000;

/// The objective, counting.
struct counted_objective {
  libm_objective f;
  int evaluations = 0;

  double operator()(const double* x, double* gradient) {
    ++evaluations;
    return f(x, gradient);
  }
};

/// Where a minimisation ended, and whether the peer calls that a success.
struct ending {
  point x;
  bool success;
};

struct peer {
  std::string name, settings;
  std::function<ending(counted_objective&, const point&)> minimise;
};

std::vector<peer> fortran_lbfgsb_peers();
std::vector<peer> lbfgspp_peers();
std::vector<peer> nlopt_peers();
std::vector<peer> dlib_peers();
std::vector<peer> ceres_peers();

}  // namespace benchmark
