// The published sets: what each law's N counts, and that "Chinchilla" is five of them.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/published.hpp>

#include <cstdio>

int main() {
  for (const auto& row : scaling::published::catalogue())
    if (row.law == "chinchilla" || row.name == "kaplan_2020")
      std::printf("%-24.*s %d, arXiv %.*s, N counts %s\n", static_cast<int>(row.name.size()), row.name.data(),
                  row.source.year, static_cast<int>(row.source.arxiv.size()), row.source.arxiv.data(),
                  row.counts == scaling::parameter_count::total ? "all parameters" : "no embedding");

  for (const auto& law : {scaling::published::hoffmann_2022_printed<>, scaling::published::hoffmann_2022<>,
                          scaling::published::besiroglu_2024<>})
    std::printf("E = %.4f: %.3g parameters for 5.76e23 FLOP\n", law.E,
                scaling::compute_optimal(law, 5.76e23).parameters);
}
