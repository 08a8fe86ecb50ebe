// A law of one's own: formula and table, and the gradient, the fit and the plan follow.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/fitting.hpp>
#include <scaling/planning.hpp>

#include <array>
#include <cstdio>
#include <limits>
#include <string_view>
#include <vector>

// Chinchilla's law with a term for what a model and its data do together.
template <class T = double>
struct interacting {
  using real_type = T;
  using input_type = scaling::training_run<scaling::value_of_t<T>>;
  static constexpr std::string_view name = "interacting", formula = "E + A/N^alpha + B/D^beta + G/(N D)^gamma";

  T E, A, B, G, alpha, beta, gamma;

  constexpr T operator()(const input_type& at) const {
    using scaling::cmath::pow;
    const auto N = at.parameters, D = at.tokens;
    return E + A * pow(N, -alpha) + B * pow(D, -beta) + G * pow(N * D, -gamma);
  }

  bool operator==(const interacting&) const = default;

  static constexpr auto coefficients() {
    using scaling::scale, scaling::enters;
    using row = scaling::coefficient<interacting>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::array{row{"E", &interacting::E, scale::log, 0, infinity, enters::linearly, {-1, 1, 3}},
                      row{"A", &interacting::A, scale::log, 0, infinity, enters::linearly, {0, 25, 3}},
                      row{"B", &interacting::B, scale::log, 0, infinity, enters::linearly, {0, 25, 3}},
                      row{"G", &interacting::G, scale::log, 0, infinity, enters::linearly, {0, 25, 3}},
                      row{"alpha", &interacting::alpha, scale::linear, 0, 2, enters::nonlinearly, {0, 1, 3}},
                      row{"beta", &interacting::beta, scale::linear, 0, 2, enters::nonlinearly, {0, 1, 3}},
                      row{"gamma", &interacting::gamma, scale::linear, 0, 2, enters::nonlinearly, {0, 1, 3}}};
  }

  static constexpr auto terms() {
    using term = scaling::power_term<interacting>;
    constexpr auto N_D = [](const input_type& at) { return at.parameters * at.tokens; };
    return std::array{term{&interacting::E},
                      term{&interacting::A, {&interacting::alpha, scaling::quantity<&input_type::parameters>}},
                      term{&interacting::B, {&interacting::beta, scaling::quantity<&input_type::tokens>}},
                      term{&interacting::G, {&interacting::gamma, N_D}}};
  }
};
static_assert(scaling::loss_model<interacting<float>> && scaling::sum_of_powers<interacting<>>);

int main() {
  constexpr interacting<> truth{.E = 1.8, .A = 500, .B = 2000, .G = 3e5, .alpha = 0.35, .beta = 0.37, .gamma = 0.3};
  std::vector<scaling::observation<>> runs;
  for (const double N : {3e7, 1e8, 3e8, 1e9, 3e9, 1e10})
    for (const double D : {1e9, 4e9, 2e10, 1e11, 5e11}) runs.push_back({{N, D}, truth({N, D})});

  std::printf("d loss/d gamma at 1e9, 1e11: %.4f\n", scaling::loss_and_gradient(truth, {1e9, 1e11}).gradient[6]);
  const auto fit = scaling::fit<interacting>(runs);
  std::printf("fitted: E %.4f, alpha %.4f, beta %.4f, gamma %.4f\n", fit.law.E, fit.law.alpha, fit.law.beta,
              fit.law.gamma);
  const auto plan = scaling::compute_optimal(fit.law, 1e23);
  std::printf("1e23 FLOP: %.3g parameters, %.3g tokens, loss %.4f\n", plan.parameters, plan.tokens, plan.loss);
}
