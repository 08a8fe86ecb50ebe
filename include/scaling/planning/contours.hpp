// The laws that are Chinchilla's under another name, the over-training law and Kaplan's: their plans in closed form.
// SPDX-License-Identifier: BSL-1.0
//
// A plan depends on the contours of a law, not on what is written on them. The over-training law is Chinchilla's with
// alpha = beta = 2 eta, and Kaplan's joint law is a power of one without a floor:
//
//   L(N, D)^(1/alpha_D) = N_c^r/N^r + D_c/D      r = alpha_N/alpha_D
//
// so that each question is put to that law, with the loss of the other on its contours.
#pragma once

#include <concepts>
#include <string_view>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/kaplan.hpp>
#include <scaling/over_training.hpp>
#include <scaling/planning/compute_optimal.hpp>

namespace scaling::detail {

/// Chinchilla's law with the same contours, and its loss where the law has `loss`.
template <scalar T>
constexpr chinchilla<T> contours_of(const over_training<T>& law) {
  return with_both_exponents<chinchilla>(law);
}
template <scalar T>
constexpr T height_of(const over_training<T>&, T loss) {
  return loss;
}
template <scalar T>
constexpr chinchilla<T> contours_of(const kaplan<T>& law) {
  const T r = law.alpha_N / law.alpha_D;
  return {.E = 0, .A = cmath::pow(law.N_c, r), .B = law.D_c, .alpha = r, .beta = 1};
}
template <scalar T>
constexpr T height_of(const kaplan<T>& law, T loss) {
  return cmath::pow(loss, 1 / law.alpha_D);
}

/// The two laws of which there are contours.
template <class Law>
concept has_contours_of_chinchilla =
    std::same_as<Law, over_training<typename Law::real_type>> || std::same_as<Law, kaplan<typename Law::real_type>>;

/// Whether a coefficient is one to plan with: a floor of 0 is, a term of 0 is not.
template <scalar T>
constexpr bool plannable(std::string_view symbol, const T& value) {
  return symbol == "E" ? non_negative_finite(value) : positive_finite(value);
}

/// The same, with the law's own coefficients checked under their own names.
template <has_contours_of_chinchilla Law>
constexpr auto checked_contours_of(const Law& law, const char* function) {
  for (const auto& row : Law::coefficients())
    require(
        plannable(row.symbol, law.*row.member), function, row.symbol, law.*row.member,
        row.symbol == "E" ? "non-negative and finite" : "positive and finite: a law without this term has no optimum");
  const auto same = contours_of(law);
  if constexpr (requires { law.N_c; })
    require(positive_finite(same.A), function, "N_c^(alpha_N/alpha_D)", same.A, "within the range of the type");
  return same;
}

/// What `ask` says of the law with the same contours, with the loss of this one. A refusal names `asked`.
template <has_contours_of_chinchilla Law, class T, class Ask>
constexpr auto plan_by_contours(const Law& law, const char* function, const char* asked, const T& value,
                                const Ask& ask) {
  auto plan = ask(checked_contours_of(law, function));
  plan.loss = law({plan.parameters, plan.tokens});
  return plan_of_numbers(plan, function, asked, value);
}

/// The same of a plan for a `loss`, which `ask` is given as the height that the other law has there.
template <has_contours_of_chinchilla Law, class T, class Ask>
constexpr auto plan_by_contours_for_loss(const Law& law, const char* function, const T& loss, const Ask& ask) {
  const auto same = checked_contours_of(law, function);
  require(loss > same.E && positive_finite(loss), function, "loss", loss,
          "finite and above the irreducible loss of the law");
  auto plan = ask(same, height_of(law, loss));
  plan.loss = loss;
  return plan_of_numbers(plan, function, "loss", loss);
}

}  // namespace scaling::detail
