// The original L-BFGS-B 3.0 (Zhu, Byrd, Lu, Nocedal, Morales), in Fortran. Debian: liblbfgsb-dev.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "peer.hpp"

extern "C" void setulb_(const int* n, const int* m, double* x, const double* lower, const double* upper,
                        const int* bounded, double* f, double* g, const double* factr, const double* pgtol, double* wa,
                        int* iwa, char* task, const int* iprint, char* csave, int* lsave, int* isave, double* dsave,
                        std::size_t task_length, std::size_t csave_length);

namespace benchmark {
namespace {

ending minimise(counted_objective& f, const point& start, double factr, double pgtol) {
  constexpr int n = coefficients, m = 10, silent = -1;
  constexpr std::size_t work = (2 * m + 5) * n + 11 * m * m + 8 * m;
  const int bounded[n] = {};
  const double bound[n] = {};
  double value = 0, gradient[n] = {}, wa[work] = {}, dsave[29] = {};
  int iwa[3 * n] = {}, lsave[4] = {}, isave[44] = {};
  char task[60], csave[60];
  std::fill_n(task, 60, ' ');
  std::fill_n(csave, 60, ' ');
  std::copy_n("START", 5, task);
  const auto says = [&](std::string_view word) { return std::string_view(task, 60).substr(0, word.size()) == word; };
  point x = start;
  while (f.evaluations < most_evaluations) {
    setulb_(&n, &m, x.data(), bound, bound, bounded, &value, gradient, &factr, &pgtol, wa, iwa, task, &silent, csave,
            lsave, isave, dsave, 60, 60);
    if (says("FG"))
      value = f(x.data(), gradient);
    else if (!says("NEW_X"))
      break;
  }
  return {x, says("CONV")};
}

}  // namespace

std::vector<peer> fortran_lbfgsb_peers() {
  return {{"L-BFGS-B 3.0, Fortran", "as its driver: factr 1e7, pgtol 1e-5",
           [](auto& f, const auto& x) { return minimise(f, x, 1e7, 1e-5); }},
          {"L-BFGS-B 3.0, Fortran", "tight: factr 5, pgtol 0",
           [](auto& f, const auto& x) { return minimise(f, x, 5, 0); }}};
}

}  // namespace benchmark
