// The `main` of every test program.
// SPDX-License-Identifier: BSL-1.0
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"
#include "support/reference.hpp"

int main(int argc, char** argv) {
  constexpr int skipped = 77;  // SKIP_RETURN_CODE in tests/CMakeLists.txt; a count of failures must never be mistaken for it
  if (Catch::Session().run(argc, argv) != 0) return 1;
  return support::reference_missed ? skipped : 0;
}
