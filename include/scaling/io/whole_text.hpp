// All text that a stream still holds, whatever the stream does at its end.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <utility>

namespace scaling::detail {

/// The rest of `in`, which is then at its end; nothing if it cannot be read so far. The end of a stream that is set to
/// throw there is no exception, since what was wanted has been read.
inline std::optional<std::string> whole_text(std::istream& in) {
  std::istream all(in.rdbuf());
  all.setstate(in.rdstate());
  std::string text;
  char block[1 << 14];
  while (all.read(block, sizeof block) || all.gcount() > 0) text.append(block, static_cast<std::size_t>(all.gcount()));
  in.clear(all.rdstate() & ~in.exceptions());
  return all.eof() && !all.bad() ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace scaling::detail
