// The reader of tables on arbitrary bytes: it refuses in one line that begins with the table's name, or it has read what
// can be written and read again.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

#include <scaling/io/csv.hpp>

#include "fuzz/input.hpp"

namespace {

using scaling::io::columns;

const columns asked[] = {{},
                         {.drop = "bad"},
                         {.parameters = "N", .tokens = "D", .loss = "loss"},
                         {.parameters = "a", .tokens = "b", .loss = "c"},
                         {.unique_tokens = "U"},
                         {.others = {{"parameters", "size"}}}};

template <class Run>
auto read(const std::string& text, const columns& wanted) {
  std::istringstream in(text);
  return scaling::io::read_runs<Run>(in, "table", wanted);
}

template <class Run>
void read_and_read_again(const std::string& text, const columns& wanted) {
  using T = typename Run::real_type;
  try {
    const auto runs = read<Run>(text, wanted);
    fuzz::check(!runs.empty(), "no table without runs is accepted");
    std::ostringstream again;
    again.precision(std::numeric_limits<T>::max_digits10);
    for (const auto& input : Run::inputs()) again << input.name << ",";
    again << "loss\n";
    for (const auto& run : runs) {
      for (const auto& input : Run::inputs()) {
        fuzz::check(std::isnormal(run.at.*input.member) && run.at.*input.member > 0, "inputs are positive and finite");
        again << run.at.*input.member << ",";
      }
      fuzz::check(std::isnormal(run.loss) && run.loss > 0, "losses are positive and finite");
      again << run.loss << "\n";
    }
    fuzz::check(read<Run>(again.str(), {}) == runs, "what was read reads back");
    fuzz::check(read<Run>("\n" + text + "\n", wanted) == runs || text.starts_with("\xEF\xBB\xBF"),
                "blank lines change nothing");
  } catch (const std::runtime_error& error) {
    const std::string what = error.what();
    fuzz::check(what.starts_with("table:"), "a message begins with the name of the table");
    fuzz::check(what.size() > 10 && what.size() < 4096, "a message says something, and ends");
    fuzz::check(std::none_of(what.begin(), what.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }),
                "a message is one line, and printable");
  } catch (const std::invalid_argument& error) {
    fuzz::check(std::string(error.what()).starts_with("scaling::io::read_runs: "), "misuse is said to be misuse");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const auto& wanted = asked[in.choice(std::size(asked))];
  switch (const int kind = in.choice(3); kind) {
    case 0:
      read_and_read_again<scaling::training_run<double>>(std::string(in.rest()), wanted);
      break;
    case 1:
      read_and_read_again<scaling::repeated_run<float>>(std::string(in.rest()), wanted);
      break;
    default:
      read_and_read_again<scaling::compute_run<long double>>(std::string(in.rest()), wanted);
  }
  return 0;
}
