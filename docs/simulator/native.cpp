// The simulator in a terminal: questions on the standard input, one a line, and their answers as one JSON array.
// SPDX-License-Identifier: BSL-1.0
//
//   make_runs 0 8 4 0
//   fit 1e-3
//   plan 1e25
//   read runs.csv      the library's own reader, which that of the page has to agree with
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

#include <scaling/io/csv.hpp>
#include <scaling/io/json_value.hpp>

#include "simulator.hpp"

namespace {

/// The runs of a table, or why it is refused.
std::string read(const std::string& path) {
  using scaling::io::json_value;
  auto answer = json_value::array();
  try {
    for (const auto& run : scaling::io::read_runs(path))
      answer.add(json_value::array()
                     .add(json_value(run.at.parameters))
                     .add(json_value(run.at.tokens))
                     .add(json_value(run.loss)));
  } catch (const std::runtime_error& refused) {
    answer = json_value(std::string(refused.what()));
  }
  std::ostringstream text;
  text << answer;
  return text.str();
}

/// Asks what `words` ask. Null where the question has no answer, nullptr for one that it does not know.
const char* answer_to(std::istream& words) {
  static std::string text;
  const auto number = [&] {
    double value = 0;
    words >> value;
    return value;
  };
  const auto whole = [&] { return static_cast<int>(number()); };
  std::string question;
  words >> question;
  if (question == "truth") return truth();
  if (question == "fit") return fit(number());
  if (question == "plan") return plan(number());
  if (question == "resample") return (text = std::to_string(resample(whole()))).c_str();
  if (question == "read") {
    std::string path;
    std::getline(words >> std::ws, path);
    return (text = read(path)).c_str();
  }
  if (question == "make_runs") {
    const int first = whole(), last = whole(), decimals = whole();
    make_runs(first, last, decimals, number());
    return "null";
  }
  if (question == "take_runs") {
    const int runs = whole();
    double* const numbers = room(3 * runs);
    for (int i = 0; i < 3 * runs; ++i) numbers[i] = number();
    take_runs(runs);
    return "null";
  }
  if (question == "limited") {
    const double flops = number(), unique_tokens = number(), P = number();
    return limited(flops, unique_tokens, P, number());
  }
  return nullptr;
}

}  // namespace

int main() {
  std::string line;
  const char* separator = "[\n";
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    const char* const answer = answer_to(words);
    if (answer == nullptr || !words) {
      std::cerr << "simulator_native: not understood: " << line << "\n";
      return 2;
    }
    std::cout << separator << answer;
    separator = ",\n";
  }
  std::cout << "\n]\n";
}
