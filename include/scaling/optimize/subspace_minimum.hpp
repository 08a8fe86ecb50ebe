// The minimiser of the quadratic model over the coordinates that the Cauchy point leaves free, brought into the box.
// R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, SIAM J. Sci. Comput. 16 (1995) 1190, section 5.1 (direct primal method);
// J. L. Morales, J. Nocedal, ACM Trans. Math. Softw. 38 (2011) 7 (projection in place of truncation).
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>

#include <scaling/optimize/box.hpp>
#include <scaling/optimize/cauchy_point.hpp>
#include <scaling/optimize/lbfgs_matrix.hpp>

namespace scaling::detail {

/// `d` = xbar - x, the search direction; false if rounding has spoilt the matrix. `newton` is room to work in.
template <class Vector, int Memory>
bool subspace_minimum(const Vector& x, const Vector& gradient, const box<Vector>& box,
                      const cauchy_point<Vector, Memory>& cauchy, lbfgs_matrix<Vector, Memory>& B, Vector& newton,
                      Vector& d) {
  using T = typename Vector::Scalar;
  B.multiply(cauchy.step, cauchy.image, newton);
  for (Eigen::Index i = 0; i < x.size(); ++i) newton[i] = cauchy.free[i] ? newton[i] + gradient[i] : T(0);
  if (!B.newton_step(cauchy.free, newton)) return false;

  const auto room_below = [&](Eigen::Index i) { return box.lower(i) - x[i]; };
  const auto room_above = [&](Eigen::Index i) { return box.upper(i) - x[i]; };
  for (Eigen::Index i = 0; i < x.size(); ++i)
    d[i] = std::min(std::max(cauchy.step[i] + newton[i], room_below(i)), room_above(i));
  if (gradient.dot(d) < 0) return true;

  T share = 1;  // Morales and Nocedal, section 2: the projected point may lie uphill, the truncated one never does
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    if (newton[i] == 0) continue;
    const T room = (newton[i] < 0 ? room_below(i) : room_above(i)) - cauchy.step[i];
    share = std::min(share, room / newton[i]);
  }
  for (Eigen::Index i = 0; i < x.size(); ++i) d[i] = cauchy.step[i] + share * newton[i];
  return true;
}

}  // namespace scaling::detail
