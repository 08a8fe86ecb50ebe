#include <scaling/fitting.hpp>
#include <scaling/io/csv.hpp>
#include <scaling/io/report.hpp>
#include <scaling/planning.hpp>

#include <iostream>

int main() {
  const auto runs = scaling::io::read_runs("runs.csv");  // columns for parameters, tokens and loss [nats/token]
  const auto result = scaling::fit<scaling::chinchilla>(runs);
  std::cout << result << '\n';  // the coefficients, what stopped the fit, how many starts agree, what to doubt
  if (!result.converged() || !result.identified()) return 1;

  std::cout << scaling::compute_optimal(result.law, 1e24) << '\n';  // FLOP
}
