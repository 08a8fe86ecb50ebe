// The minimiser beside its peers on 67 problems, in one process: evaluations until the projected gradient is below 1e-8.
// SPDX-License-Identifier: BSL-1.0
//
// The problems of Moré, Garbow and Hillstrom (1981), free and boxed, and chained Rosenbrock functions up to n = 1000. At
// most 20000 evaluations, 10 pairs in memory, the peers' other tolerances off. Counted is until a point with such a
// gradient is first evaluated; F: it never was.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#ifdef SCALING_HAS_LBFGSPP
#include <LBFGSB.h>
#endif

#include <scaling/optimize/lbfgsb.hpp>

#include "../tests/optimize/baseline_problems.hpp"
#include "support/silence.hpp"

#ifdef SCALING_HAS_FORTRAN_LBFGSB
extern "C" void setulb_(const int* n, const int* m, double* x, const double* lower, const double* upper,
                        const int* bounded, double* f, double* g, const double* factr, const double* pgtol, double* wa,
                        int* iwa, char* task, const int* iprint, char* csave, int* lsave, int* isave, double* dsave,
                        std::size_t task_length, std::size_t csave_length);
#endif

namespace {

using vector = Eigen::VectorXd;
using baseline::row;

constexpr int most_evaluations = 20000, memory = 10;
constexpr double tolerance = 1e-8;

/// The largest entry of the gradient that its negative does not push out of the box.
double projected_gradient(const row& p, const vector& x, const vector& gradient) {
  double largest = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const bool blocked = gradient[i] > 0 ? x[i] <= p.lower[i] : gradient[i] < 0 && x[i] >= p.upper[i];
    if (!blocked) largest = std::max(largest, std::abs(gradient[i]));
  }
  return largest;
}

/// A problem that counts until it is solved, whatever the minimiser says, and refuses to be evaluated for ever.
struct counted {
  const row& problem;
  int evaluations = 0, solved_at = 0;

  double operator()(const vector& x, vector& gradient) {
    if (evaluations >= most_evaluations) throw std::runtime_error("too many evaluations");
    ++evaluations;
    const double value = problem.function(x, gradient);
    if (solved_at == 0 && std::isfinite(value) && projected_gradient(problem, x, gradient) <= tolerance)
      solved_at = evaluations;
    return value;
  }
};

void ours(counted& f) {
  (void)scaling::optimize::lbfgsb(f, f.problem.start,
                                  {.lower = f.problem.lower,
                                   .upper = f.problem.upper,
                                   .gradient_tolerance = tolerance,
                                   .max_evaluations = most_evaluations});
}

#ifdef SCALING_HAS_FORTRAN_LBFGSB
void fortran(counted& f) {
  const row& p = f.problem;
  const int n = static_cast<int>(p.start.size()), m = memory, silent = -1;
  const double factr = 0;
  const auto size = static_cast<std::size_t>(n);
  std::vector<int> bounded(size), iwa(3 * size);
  for (std::size_t i = 0; i < size; ++i) {
    const bool below = std::isfinite(p.lower[static_cast<Eigen::Index>(i)]);
    const bool above = std::isfinite(p.upper[static_cast<Eigen::Index>(i)]);
    bounded[i] = below && above ? 2 : below ? 1 : above ? 3 : 0;
  }
  std::vector<double> wa((2 * memory + 5) * size + 11 * memory * memory + 8 * memory);
  std::array<char, 60> task, csave;
  task.fill(' ');
  csave.fill(' ');
  std::copy_n("START", 5, task.begin());
  std::array<int, 4> lsave{};
  std::array<int, 44> isave{};
  std::array<double, 29> dsave{};
  vector x = p.start, gradient = vector::Zero(n);
  double value = 0;
  const auto says = [&](std::string_view word) { return std::string_view(task.data(), word.size()) == word; };
  while (true) {
    setulb_(&n, &m, x.data(), p.lower.data(), p.upper.data(), bounded.data(), &value, gradient.data(), &factr,
            &tolerance, wa.data(), iwa.data(), task.data(), &silent, csave.data(), lsave.data(), isave.data(),
            dsave.data(), task.size(), csave.size());
    if (says("FG")) {
      if (f.evaluations >= most_evaluations) return;
      value = f(x, gradient);
    } else if (!says("NEW_X")) {
      return;
    }
  }
}
#endif

#ifdef SCALING_HAS_LBFGSPP
void lbfgspp(counted& f) {
  LBFGSpp::LBFGSBParam<double> parameters;
  parameters.m = memory;
  parameters.epsilon = tolerance;
  parameters.epsilon_rel = 0;
  parameters.past = 0;
  parameters.max_linesearch = 100;
  vector x = f.problem.start;
  try {
    double value = 0;
    LBFGSpp::LBFGSBSolver<double> solver(parameters);
    (void)solver.minimize(f, x, value, f.problem.lower, f.problem.upper);
  } catch (const std::exception&) {
    // Its line search throws.
  }
}
#endif

struct minimiser {
  const char* name;
  void (*run)(counted&);
  std::vector<int> evaluations{};
  std::vector<bool> solved{};
};

}  // namespace

int main() {
  std::vector<minimiser> all{{"scaling", ours}};
#ifdef SCALING_HAS_FORTRAN_LBFGSB
  all.push_back({"L-BFGS-B 3.0", fortran});
#else
  std::puts("skipped: L-BFGS-B 3.0 in Fortran (Debian: liblbfgsb-dev, CMake: SCALING_PEERS)");
#endif
#ifdef SCALING_HAS_LBFGSPP
  all.push_back({"LBFGSpp", lbfgspp});
#else
  std::puts("skipped: LBFGSpp (Debian: liblbfgspp-dev, CMake: SCALING_PEERS)");
#endif

  std::printf("%-26s %5s", "problem", "n");
  for (const minimiser& one : all) std::printf(" %13s ", one.name);
  std::puts("");
  const auto rows = baseline::rows();
  for (const row& p : rows) {
    std::printf("%-26s %5d", p.name.c_str(), static_cast<int>(p.start.size()));
    for (minimiser& one : all) {
      counted f{p};
      {
        const benchmark::silence quiet;
        one.run(f);
      }
      one.solved.push_back(f.solved_at > 0);
      one.evaluations.push_back(one.solved.back() ? f.solved_at : f.evaluations);
      std::printf(" %13d%c", one.evaluations.back(), one.solved.back() ? ' ' : 'F');
    }
    std::puts("");
  }
  for (const minimiser& one : all) {
    int failures = 0, common = 0, mine = 0, its = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      failures += !one.solved[i];
      if (!one.solved[i] || !all[0].solved[i]) continue;
      ++common;
      mine += all[0].evaluations[i];
      its += one.evaluations[i];
    }
    std::printf("%-13s %2d of %zu not solved; on the %d that it and scaling solve %d evaluations, scaling %d: %.3f\n",
                one.name, failures, rows.size(), common, its, mine, static_cast<double>(mine) / its);
  }
}
