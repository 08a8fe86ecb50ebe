// The law of docs/how-to/add-a-law.md, three powers of two inputs, of which any may do for another.
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <scaling/core/cmath.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/loss_model.hpp>

#include "support/catch.hpp"

namespace {

template <class T = double>
struct three_powers {
  using real_type = T;
  using input_type = scaling::training_run<scaling::value_of_t<T>>;
  static constexpr std::string_view name = "three_powers", formula = "E + A/N^alpha + B/D^beta + G/(N D)^gamma";

  T E, A, B, G, alpha, beta, gamma;

  constexpr T operator()(const input_type& run) const {
    const auto power = [](const auto& base, const T& exponent) { return scaling::cmath::pow(base, -exponent); };
    return E + A * power(run.parameters, alpha) + B * power(run.tokens, beta) + G * power(product(run), gamma);
  }

  static constexpr auto product(const input_type& run) { return run.parameters * run.tokens; }

  bool operator==(const three_powers&) const = default;

  static constexpr auto coefficients() {
    using row = scaling::coefficient<three_powers>;
    const auto linear = [](const char* symbol, T three_powers::* member, double from, double to) {
      constexpr double infinity = std::numeric_limits<double>::infinity();
      return row{symbol, member, scaling::scale::log, 0, infinity, scaling::enters::linearly, {from, to, 3}};
    };
    const auto exponent = [](const char* symbol, T three_powers::* member) {
      return row{symbol, member, scaling::scale::linear, 0, 2, scaling::enters::nonlinearly, {0, 1, 3}};
    };
    using law = three_powers;
    return std::array{linear("E", &law::E, -1, 1),   linear("A", &law::A, 0, 25),    linear("B", &law::B, 0, 25),
                      linear("G", &law::G, 0, 25),   exponent("alpha", &law::alpha), exponent("beta", &law::beta),
                      exponent("gamma", &law::gamma)};
  }

  static constexpr auto terms() {
    using law = three_powers;
    using term = scaling::power_term<law>;
    return std::array{term{&law::E}, term{&law::A, {&law::alpha, scaling::quantity<&input_type::parameters>}},
                      term{&law::B, {&law::beta, scaling::quantity<&input_type::tokens>}},
                      term{&law::G, {&law::gamma, product}}};
  }
};

enum class design { ratios, ladder, free };

/// 12 to 80 runs: at ratios D/N of 1 to 16 times the least; at one ratio but for one to three; or with N and D apart.
std::vector<scaling::observation<>> runs_of(design kind, std::uint64_t seed) {
  scaling::philox_stream random(57, seed);
  const auto spread = [&](double from, double to) { return from * std::pow(to / from, random.uniform()); };
  const three_powers<> truth{spread(1.3, 2.2),  spread(100, 2000), spread(100, 5000), spread(1e3, 1e6),
                             spread(0.25, 0.5), spread(0.25, 0.5), spread(0.2, 0.4)};
  const double noise = spread(5e-4, 0.01), ratio = spread(5, 100);
  const auto count = static_cast<int>(spread(12, 80));
  std::vector<scaling::observation<>> runs;
  for (int i = 0; i < count; ++i) {
    const double N = spread(1e7, 1e10), D = kind == design::free     ? spread(1e9, 1e12)
                                            : kind == design::ratios ? ratio * N * std::pow(2, i % 5)
                                            : i < 1 + count % 3      ? ratio * N * spread(2, 20)
                                                                     : ratio * N;
    runs.push_back({{N, D}, truth({N, D}) * std::exp(noise * random.normal())});
  }
  return runs;
}

}  // namespace

TEST_CASE(
    "optima of three powers that share two inputs were missed, some where one is a step and some in narrow valleys") {
  struct table {
    design kind;
    std::uint64_t seed;
    double least;  ///< by this search and by the exhaustive one; what was found was 0.3 to 16 % more
  };
  for (const auto& [kind, seed, least] : {table{design::ratios, 1, 0.0001128706494},
                                          {design::ratios, 120, 1.237441634e-05},
                                          {design::ratios, 249, 5.08408498e-06},
                                          {design::ratios, 372, 2.599043851e-05},
                                          {design::ratios, 492, 1.26639714e-05},
                                          {design::ladder, 25, 6.466544143e-06},
                                          {design::ladder, 157, 1.640089176e-05},
                                          {design::ladder, 192, 3.564397356e-06},
                                          {design::ladder, 238, 6.609530142e-05},
                                          {design::free, 433, 1.728172425e-05},
                                          {design::free, 443, 4.408492753e-06}}) {
    scaling::fit_options<three_powers<>> options;
    if (seed % 3 == 1) options.criterion = scaling::squared{};
    const auto result = scaling::fit<three_powers>(runs_of(kind, seed), options);
    CAPTURE(static_cast<int>(kind), seed, result.objective);
    CHECK(result.converged());
    CHECK(std::abs(result.objective / least - 1) < 1e-6);
  }
}
