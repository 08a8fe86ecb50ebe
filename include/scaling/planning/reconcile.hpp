// Why Kaplan's optimal models grew faster than Chinchilla's: the same law, seen without the embedding.
// SPDX-License-Identifier: BSL-1.0
//
// Minimise L(N, D) of Chinchilla's law, whose N counts all parameters, while sizes and budgets leave the embedding out:
// N = N_E + omega N_E^(1/3) and C_E = 6 N_E D. With x = N_E^(2/3) and the elasticity
//
//   e = d ln N / d ln N_E = (x + omega/3)/(x + omega)      from 1/3 (all embedding) to 1
//
// the optimum is where alpha A N^-alpha e = beta B D^-beta, and along it N_E grows as C_E^g with
//
//   1/g = 1 + (alpha e - e')/beta      e' = d ln e / d ln N_E = (4/9) omega x / ((x + omega/3)(x + omega))
//
// which is the paper's formula, free of its cancellation. g starts at beta/(alpha/3 + beta) and ends at beta/(alpha +
// beta), 0.76 and 0.51 with the coefficients of Besiroglu et al.
//
// Source: Pearce and Song 2024 (arXiv 2406.12907). Traps: g is not between its limits, it rises to 0.98 on the way
// (N_E = 2e6). Where alpha e - e' < -beta, C_E falls as N_E grows, and the loss at a fixed budget has two minima: with
// exponents so small (both below 0.1144, say) the best size jumps. The well-known sets are far from there.
#pragma once

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/core/root.hpp>
#include <scaling/counting/embedding.hpp>
#include <scaling/planning/compute_optimal.hpp>

namespace scaling {

/// A plan for a budget that leaves the embedding out: flops is C_E = 6 N_E D [FLOP], loss in nats/token.
template <scalar T>
struct non_embedding_allocation {
  T non_embedding_parameters, total_parameters, tokens, flops, loss;
};

/// Slopes against log C_E of what is best for a budget: N_E ~ C_E^parameters and L ~ C_E^loss, where loss < 0.
template <scalar T>
struct non_embedding_exponents {
  T parameters, loss;
};

/// `count` budgets C_E [FLOP], evenly spread in their logarithm, both ends included.
template <scalar T>
struct non_embedding_budgets {
  T from, to;
  int count = 100;
};

namespace detail {

/// The compute-optimal path of a Chinchilla law, along N, the non-embedding parameters of its models.
template <scalar T>
struct non_embedding_path {
  chinchilla_path<T> all;  // the path where the embedding is counted
  T omega;

  constexpr non_embedding_path(const chinchilla<T>& law_, const embedding_correction<plain_t<T>>& correction_,
                               const char* function)
      : all(law_, {}, function), omega(correction_.omega) {
    require(non_negative_finite(omega), function, "omega", omega, "non-negative and finite");
  }

  static constexpr T x_at(T N) { return cmath::cbrt(N) * cmath::cbrt(N); }
  constexpr T elasticity(T x) const { return (x + omega / 3) / (x + omega); }
  constexpr T total(T N) const { return embedding_correction<T>{omega}.total(N); }

  constexpr T growth(T N) const {
    const T x = x_at(N), slope = omega / (x + omega) * (x / (x + omega / 3)) * 4 / 9;
    return 1 / (1 + (all.law.alpha * elasticity(x) - slope) / all.law.beta);
  }

  constexpr T tokens(T N) const {
    return all.tokens_for(total(N)) * cmath::pow(elasticity(x_at(N)), -1 / all.law.beta);
  }

  constexpr non_embedding_allocation<T> plan(T N, T D) const {
    return {N, total(N), D, 6 * N * D, all.law(total(N), D)};
  }

  /// The plan, unless a number of it is none.
  constexpr non_embedding_allocation<T> plan_of_numbers(T N, T D, const char* function, const char* name,
                                                        const T& value) const {
    const auto result = plan(N, D);  // N_E is asked in the place of the budget, which has been
    detail::plan_of_numbers(allocation<T>{result.total_parameters, D, N, result.loss}, function, name, value);
    return result;
  }

  /// The best of all N for a budget.
  constexpr T parameters(T flops) const {
    const T alpha = all.law.alpha, beta = all.law.beta;
    const T log_rho = cmath::log(all.rho), budget = cmath::log(flops / 6);
    // log(C_E / flops) where the N with log N = n is stationary.
    const auto excess = [&](T n) {
      const T x = cmath::exp(2 * n / 3), log_both = cmath::log(x + omega);
      const T log_elasticity = cmath::log(x + omega / 3) - log_both;
      return n + (alpha * (n / 3 + log_both) - log_rho - log_elasticity) / beta - budget;
    };
    const auto stationary = [&](T from, T to) { return cmath::exp(find_root(excess, from, to).x); };
    // Its zeros are below that for omega = 0, and above that for e = 1/3 and the largest x. With a factor to spare:
    const T upper = (log_rho + beta * budget) / (alpha + beta) + 1;
    const T log_both = cmath::log(cmath::exp(2 * upper / 3) + omega);
    const T lower = (beta * budget + log_rho - cmath::log(T(3)) - alpha * log_both) / (beta + alpha / 3) - 1;

    // With t = x/omega, g < 0 where a t^2 - b t + c < 0. There the loss is largest, and a minimum lies on either side.
    const T a = 9 * (alpha + beta), b = 4 - 6 * alpha - 12 * beta, c = alpha + 3 * beta;
    if (omega == 0 || b <= 0 || b * b <= 4 * a * c) return stationary(lower, upper);
    const T t = (b + cmath::sqrt(b * b - 4 * a * c)) / (2 * a);
    const T first = cmath::log(omega * (c / (a * t))) * 3 / 2, last = cmath::log(omega * t) * 3 / 2;
    if (excess(last) > 0) return stationary(lower, first);
    if (excess(first) < 0) return stationary(last, upper);
    const T small = stationary(lower, first), large = stationary(last, upper);
    return plan(small, flops / 6 / small).loss < plan(large, flops / 6 / large).loss ? small : large;
  }
};

}  // namespace detail

/// g = d ln N_E / d ln C_E along the compute-optimal path, at N_E [parameters].
///
/// Domain, here and below: that of compute_optimal for the law; omega >= 0; N_E and C_E positive and finite.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: a few units in the last place, times g/beta where that is above 1. Closed form, constexpr.
/// Trap: where g is negative, this N_E is no optimum but the worst between two.
template <scalar T>
constexpr T local_parameter_exponent(const chinchilla<T>& law, const embedding_correction<plain_t<T>>& correction,
                                     value_of_t<T> non_embedding_parameters) {
  constexpr auto function = "scaling::local_parameter_exponent";
  const detail::non_embedding_path<T> path(law, correction, function);
  detail::require(positive_finite(non_embedding_parameters), function, "non_embedding_parameters",
                  non_embedding_parameters, "positive and finite");
  return path.growth(non_embedding_parameters);
}

/// k = d ln L / d ln C_E along the compute-optimal path, at N_E [parameters]: by the envelope theorem, minus beta times
/// the share of the loss that is due to tokens. For the reducible loss set E = 0 in the law: its path is the same.
template <scalar T>
constexpr T local_loss_exponent(const chinchilla<T>& law, const embedding_correction<plain_t<T>>& correction,
                                value_of_t<T> non_embedding_parameters) {
  constexpr auto function = "scaling::local_loss_exponent";
  const detail::non_embedding_path<T> path(law, correction, function);
  const T N = non_embedding_parameters;
  detail::require(positive_finite(N), function, "non_embedding_parameters", N, "positive and finite");
  const T D = path.tokens(N);
  return -law.beta * law.B * cmath::pow(D, -law.beta) /
         path.plan_of_numbers(N, D, function, "non_embedding_parameters", N).loss;
}

/// C_E [FLOP], the budget for which N_E [parameters] is optimal. Closed form.
/// Accuracy: about log(C_E)/beta units in the last place.
template <scalar T>
constexpr T non_embedding_flops_at(const chinchilla<T>& law, const embedding_correction<plain_t<T>>& correction,
                                   value_of_t<T> non_embedding_parameters) {
  constexpr auto function = "scaling::non_embedding_flops_at";
  const detail::non_embedding_path<T> path(law, correction, function);
  const T N = non_embedding_parameters;
  detail::require(positive_finite(N), function, "non_embedding_parameters", N, "positive and finite");
  const T flops = path.plan_of_numbers(N, path.tokens(N), function, "non_embedding_parameters", N).flops;
  detail::require(positive_finite(flops), function, "non_embedding_parameters", N, "one with a budget that T has");
  return flops;
}

/// The plan of least loss for C_E = 6 N_E D [FLOP]; of two minima the lower. A search of 10 to 20 evaluations.
/// Accuracy: about 2 log(C_E) units in the last place.
template <scalar T>
constexpr non_embedding_allocation<T> compute_optimal_for_non_embedding_flops(
    const chinchilla<T>& law, const embedding_correction<plain_t<T>>& correction, value_of_t<T> non_embedding_flops) {
  constexpr auto function = "scaling::compute_optimal_for_non_embedding_flops";
  const detail::non_embedding_path<T> path(law, correction, function);
  detail::require(positive_finite(non_embedding_flops), function, "non_embedding_flops", non_embedding_flops,
                  "positive and finite");
  const T N = path.parameters(non_embedding_flops);
  auto plan =
      path.plan_of_numbers(N, non_embedding_flops / 6 / N, function, "non_embedding_flops", non_embedding_flops);
  plan.flops = non_embedding_flops;
  return plan;
}

/// The exponents that a study would report: the slopes of the least-squares straight lines through log N_E and log L of
/// the best models, against log C_E. With Kaplan's sizes and the study of Pearce and Song, from 10^12.95 to 10^20.7
/// FLOP, N_E has 0.78 by Besiroglu's coefficients and 0.74 by Hoffmann's, where Kaplan et al. found 0.73.
///
/// Domain: 0 < from < to, count >= 2. In a constant expression, Clang's step limit allows about 20 budgets.
template <scalar T>
constexpr non_embedding_exponents<T> straight_line_exponents(const chinchilla<T>& law,
                                                             const embedding_correction<plain_t<T>>& correction,
                                                             const non_embedding_budgets<plain_t<T>>& budgets) {
  constexpr auto function = "scaling::straight_line_exponents";
  const detail::non_embedding_path<T> path(law, correction, function);
  const auto [from, to, count] = budgets;
  detail::require(positive_finite(from), function, "from", from, "positive and finite");
  detail::require(positive_finite(to) && to > from, function, "to", to, "finite and above from");
  detail::require(count >= 2, function, "count", count, "at least 2");
  const T n = static_cast<T>(count), width = cmath::log(to / from);
  T parameters = 0, loss = 0;
  for (int i = 0; i < count; ++i) {
    const T centred = static_cast<T>(i) - (n - 1) / 2;
    const T flops = from * cmath::exp(width * (static_cast<T>(i) / (n - 1))), N = path.parameters(flops);
    parameters += centred * cmath::log(N);
    loss += centred * cmath::log(path.plan_of_numbers(N, flops / 6 / N, function, "flops", flops).loss);
  }
  const T squares = width * n * (n + 1) / 12;  // the sum of (centred * step)^2, over the step
  return {parameters / squares, loss / squares};
}

}  // namespace scaling
