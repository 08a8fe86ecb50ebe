// The same where another unit of the program compiles the fit, see docs/how-to/compile-a-fit-once.md.
// SPDX-License-Identifier: BSL-1.0
#include "../../docs/examples/compile_once/fits.hpp"

#ifdef INSTANTIATE
double objective(const std::vector<scaling::observation<>>& runs) {
  return scaling::fit<scaling::chinchilla>(runs).objective;
}
#endif
