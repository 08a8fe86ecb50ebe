// What a user may write with Eigen besides: what a fit returns, and a minimum.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/fitting.hpp>

#include <type_traits>

static_assert(std::is_copy_constructible_v<scaling::fit_result<scaling::chinchilla<>>>);

int main() {
  const auto bowl = [](const Eigen::Vector2d& x, Eigen::Vector2d& gradient) {
    gradient = 2 * x;
    return x.squaredNorm();
  };
  return scaling::optimize::lbfgsb(bowl, Eigen::Vector2d(3, 4)).converged() ? 0 : 1;
}
