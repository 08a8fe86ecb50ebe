// A user's translation unit that fits Chinchilla's law; without INSTANTIATE its includes alone.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>
#include <scaling/fitting/fit.hpp>
#include <vector>

#ifdef INSTANTIATE
double objective(const std::vector<scaling::observation<>>& runs) {
  return scaling::fit<scaling::chinchilla>(runs).objective;
}
#endif
