// Tables in and results out: columns by name, what a bad cell is told, and JSON that reads back the same.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/io/csv.hpp>
#include <scaling/io/json.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>

#include <iostream>
#include <sstream>
#include <stdexcept>

int main() {
  std::istringstream table("N,D,c4_loss,broken\n44e6,1.1e9,3.71,0\n1e9,2e10,2.53,no\n2e9,4e10,9.99,yes\n");
  const auto runs = scaling::io::read_runs(table, "table", {.loss = "c4_loss", .drop = "broken"});
  std::cout << runs.size() << " runs, the first with " << runs[0].at.parameters << " parameters\n";

  std::istringstream bad("N,D,loss\n44e6,\"1,1e9\",3.71\n");
  try {
    static_cast<void>(scaling::io::read_runs(bad, "bad.csv"));
  } catch (const std::runtime_error& error) {
    std::cout << error.what() << '\n';
  }

  const auto plan = scaling::compute_optimal(scaling::published::besiroglu_2024<>, 1e24);
  std::stringstream json;
  scaling::io::write_json(json, plan);
  const auto again = scaling::io::read_json<scaling::allocation<double>>(json, "plan");
  std::cout << "read back: " << (again.tokens == plan.tokens ? "the same" : "another") << '\n';

  scaling::io::write_json(std::cout, scaling::chinchilla<>{.E = 1.8, .A = 480, .B = 2100, .alpha = 0.35, .beta = 0.37});
}
