// dlib (Davis King): find_min with L-BFGS. It has no status: coming back is all that it says. Debian: libdlib-dev.
// SPDX-License-Identifier: BSL-1.0
#include <dlib/optimization.h>

#include <algorithm>

#include "peer.hpp"

namespace benchmark {
namespace {

using column = dlib::matrix<double, coefficients, 1>;

ending minimise(counted_objective& f, const point& start, double least_decrease) {
  column x;
  std::copy(start.begin(), start.end(), x.begin());
  column last, gradient;
  double value = 0;
  bool known = false;
  // Asked for value and gradient one after the other, at the same place: evaluated once.
  const auto evaluate = [&](const column& at) {
    if (known && at == last) return;
    value = f(at.begin(), gradient.begin());
    last = at;
    known = true;
  };
  const auto value_at = [&](const column& at) { return evaluate(at), value; };
  const auto gradient_at = [&](const column& at) { return evaluate(at), gradient; };
  dlib::find_min(dlib::lbfgs_search_strategy(10), dlib::objective_delta_stop_strategy(least_decrease, most_evaluations),
                 value_at, gradient_at, x, -1);
  ending result{start, f.evaluations < most_evaluations};
  std::copy(x.begin(), x.end(), result.x.begin());
  return result;
}

}  // namespace

std::vector<peer> dlib_peers() {
  return {{"dlib, lbfgs", "as its examples: delta 1e-7", [](auto& f, const auto& x) { return minimise(f, x, 1e-7); }},
          {"dlib, lbfgs", "tight: delta 1e-18", [](auto& f, const auto& x) { return minimise(f, x, 1e-18); }}};
}

}  // namespace benchmark
