// Points around an end of a search, from which a descent may reach another minimum of the same valley.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/identification.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// Two in each principal direction of the Jacobian of the log predictions: as far as changes the predictions by as much
/// as they differ from the losses, so that each run could change sides. What has vanished stays so.
template <loss_model Law, class Objective>
std::vector<typename fit_problem<Law>::vector> neighbours_of(const Objective& f,
                                                             const typename fit_problem<Law>::vector& y) {
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;
  using matrix = typename fit_problem<Law>::matrix;
  constexpr int P = static_cast<int>(coefficient_count<Law>);
  constexpr T smallest = T(1e-9);  // of the largest eigenvalue: below it the predictions do not depend on a direction
  constexpr T longest = 2;         // as the longest step of the polish

  const auto& limits = f.coordinates.limits();
  const auto moves = [&](int k) { return limits.free(static_cast<std::size_t>(k)) && std::isfinite(y[k]); };
  matrix gram = f.log_gram(y);
  for (int i = 0; i < P; ++i)
    for (int j = 0; j < P; ++j)
      if (!moves(i) || !moves(j)) gram(i, j) = 0;
  const std::vector<T> r = f.residuals_at(y);
  T squares = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const T size = std::abs(f.of.residual == residual::log ? r[i] : r[i] / f.runs[i].loss);
    squares += f.weight(f.runs[i], T(0)) * size * size;
  }
  std::vector<vector> result;
  const symmetric_eigen<matrix> eigen(gram);
  for (int k = 0; k < P; ++k) {
    if (!(eigen.values[k] > smallest * eigen.values[0])) continue;
    vector step = eigen.vectors.col(k);
    step *= std::min(std::sqrt(squares / eigen.values[k]), longest / step.cwiseAbs().maxCoeff());
    for (const T sign : {T(1), T(-1)}) {
      vector there = y;
      for (int i = 0; i < P; ++i)
        if (moves(i)) there[i] = std::clamp(y[i] + sign * step[i], f.coordinates.lower()[i], f.coordinates.upper()[i]);
      result.push_back(there);
    }
  }
  return result;
}

}  // namespace scaling::detail
