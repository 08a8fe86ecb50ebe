// Catch2, 2.13 or 3, under the names of 3: every test includes this and nothing of Catch2's own.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

#include <string>

namespace Catch {
using Detail::Approx;
}

namespace Catch::Matchers {

/// Catch2 3's name for what 2.13 calls `Contains`.
inline auto ContainsSubstring(const std::string& part) { return Contains(part); }

}  // namespace Catch::Matchers
#endif
