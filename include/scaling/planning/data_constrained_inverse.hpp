// The inverse questions where there are only so many tokens: which budget reaches a loss, a model size, a token count.
// SPDX-License-Identifier: BSL-1.0
//
// Each is a search over budgets C, whose plans are those of data_constrained.hpp and data_constrained_search.hpp. While
// there are tokens enough, more compute buys more parameters, more tokens and a lower loss. Beyond, a law that foresees
// overfitting may want fewer of one or the other, or see the loss rise: a budget can be too large to be spent. So
// budgets are tried upwards, and the first that answers is the cheapest.
#pragma once

#include <algorithm>
#include <limits>

#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/planning/bracket.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/data_constrained.hpp>
#include <scaling/planning/data_constrained_search.hpp>

namespace scaling {
namespace detail {

/// Plans with U unique tokens by x, the logarithm of their budget: from 64 e-folds below that of U parameters on U
/// tokens to 64 above.
template <repeated_law Law>
struct limited_plans {
  using T = typename Law::real_type;
  Law law;
  T U;
  training_cost cost;
  const char* function;
  T middle, lowest, highest;

  constexpr limited_plans(const Law& law_, T U_, const training_cost& cost_, const char* function_)
      : law(law_), U(U_), cost(cost_), function(function_) {
    const price<T> in_T(cost, function);
    require(positive_finite(U), function, "unique_tokens", U, "positive and finite");
    constexpr T largest = largest_log<T>;
    const T log_k = cmath::log(in_T.k), log_U = cmath::log(U), p = in_T.p;
    middle = log_k + (p + in_T.q) * log_U;
    // A plan is computed from C, C/k and the size that C buys for one epoch: all are to be numbers.
    lowest = std::max({middle - 64, -largest, log_k - largest, middle - p * (largest + log_U)});
    highest = std::min({middle + 64, largest, log_k + largest, middle + p * (largest - log_U)});
    middle = std::min(std::max(middle, lowest), highest);
  }

  /// Of no numbers where there is none, as for a law that is flat after so many epochs.
  constexpr repeated_allocation<T> at(T x) const { return limited_plan(law, {cmath::exp(x), U, cost, function}); }

  /// The plan of the least budget at which f(plan), which rises at first, is zero. Its `flops` are NaN if there is none.
  template <class F>
  constexpr repeated_allocation<T> first(const F& f) const {
    const auto of = [&](T x) {
      const auto plan = at(x);
      return is_of_numbers(plan) ? f(plan) : T(std::numeric_limits<T>::quiet_NaN());
    };
    // Down to where f is negative although there are tokens enough, and falls, but not beyond the last plan there is ...
    T low = middle, f_above = of(middle);
    bool are_tokens_enough = false;
    for (T step = 1; low > lowest && step > T(1) / 64; step *= 2) {
      const T lower = low - step > lowest ? low - step : lowest;
      const auto plan = at(lower);
      if (are_tokens_enough && !is_of_numbers(plan)) {
        step /= 4;
        continue;
      }
      low = lower;
      are_tokens_enough = is_of_numbers(plan) && plan.epochs < 1;
      const T f_low = are_tokens_enough ? f(plan) : T(std::numeric_limits<T>::quiet_NaN());
      if (f_low < 0 && f_low <= f_above) break;
      f_above = f_low;
    }
    // ... or, if there is none, to the first; and up to where it is no longer so, perhaps only between two steps, about a
    // peak. It may jump, over zero too, and have been there before it jumped.
    const auto is_zero = [](const auto& root) {
      return root.converged() && root.f * root.f <= std::numeric_limits<T>::epsilon();
    };
    T before = low, high = low, f_high = of(low), f_before = f_high;
    while (!(f_high >= 0) && high + T(0.5) <= highest) {
      const T higher = high + T(0.5), f_higher = of(higher);
      T from = high, to = higher;
      if (f_high > f_before && f_high > f_higher) from = before, to = peak(of, before, higher);
      if (!(of(to) < 0)) {
        const auto root = find_log_root(of, from, to);
        if (is_zero(root)) return at(root.x);
        const T below = peak(of, before, root.lower);
        if (const auto sooner = find_log_root(of, before, below); is_zero(sooner)) return at(sooner.x);
      }
      before = high, f_before = f_high;
      high = higher, f_high = f_higher;
    }
    auto none = at(low);
    none.flops = std::numeric_limits<T>::quiet_NaN();
    return none;
  }

 private:
  /// Where f is no longer negative between a and b, or else where a golden-section search finds it largest.
  template <class F>
  static constexpr T peak(const F& f, T a, T b) {
    constexpr T golden = T(0.618033988749894848204586834365638L);
    T c = b - golden * (b - a), d = a + golden * (b - a), f_c = f(c), f_d = f(d);
    for (int i = 0; i < std::numeric_limits<T>::digits && f_c < 0 && f_d < 0; ++i) {
      if (f_c > f_d) {
        b = d, d = c, f_d = f_c;
        c = b - golden * (b - a), f_c = f(c);
      } else {
        a = c, c = d, f_c = f_d;
        d = a + golden * (b - a), f_d = f(d);
      }
    }
    return f_c > f_d ? c : d;
  }
};

}  // namespace detail

/// The cheapest run that reaches `loss` [nats/token] with `unique_tokens` [tokens].
///
/// Domain: a loss that the best plan for some budget has, within 64 e-folds of what U parameters on U tokens cost;
/// unique_tokens > 0; a law as compute_optimal(law, flops, unique_tokens) has it, by which more compute buys a lower loss
/// while there are tokens enough: by others a loss that is reached may be refused, as that of a budget without a plan.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: the relative error of the loss, over the part of it that an e-fold of compute still changes. By a law that
/// foresees overfitting, a loss that is reached for less than half an e-fold of compute may be missed there. A search
/// among some 60 plans: constexpr, within the steps that compilers take by default if these plans are not searched.
template <repeated_law Law>
constexpr auto compute_optimal_for_loss(const Law& law, typename Law::real_type loss,
                                        typename Law::real_type unique_tokens, const training_cost& cost = {})
    -> repeated_allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal_for_loss";
  detail::require(positive_finite(loss), function, "loss", loss, "positive and finite");
  const detail::limited_plans<Law> plans(law, unique_tokens, cost, function);
  auto plan = plans.first([&](const auto& at) { return cmath::log(loss / at.loss); });
  detail::require(positive_finite(plan.flops), function, "loss", loss,
                  "a loss that the law reaches with so many tokens for some budget");
  plan.loss = loss;
  return plan;
}

/// The compute-optimal run with this many `parameters`: how many tokens it wants, of `unique_tokens`, what it costs.
///
/// Domain: a size that is best for some budget. By a law whose best plan jumps from many epochs to one, those between
/// are best for none; where one is best for several, it is the least of them, but for one that lies within half an
/// e-fold of such a jump or of the least.
/// Errors and accuracy as above.
template <repeated_law Law>
constexpr auto compute_optimal_for_parameters(const Law& law, typename Law::real_type parameters,
                                              typename Law::real_type unique_tokens, const training_cost& cost = {})
    -> repeated_allocation<typename Law::real_type> {
  constexpr auto function = "scaling::compute_optimal_for_parameters";
  detail::require(positive_finite(parameters), function, "parameters", parameters, "positive and finite");
  const detail::limited_plans<Law> plans(law, unique_tokens, cost, function);
  auto plan = plans.first([&](const auto& at) { return cmath::log(at.parameters / parameters); });
  detail::require(positive_finite(plan.flops), function, "parameters", parameters,
                  "a size that is best for some budget");
  plan.parameters = parameters;
  return plan;
}

/// The compute-optimal run that sees this many `tokens`, of which `unique_tokens` are distinct: how large a model they
/// deserve, what it costs.
///
/// Domain: a count that is best for some budget; where one is best for several, as one epoch may be, it is the least of
/// them, as above. Errors and accuracy as above.
template <repeated_law Law>
constexpr auto compute_optimal_for_tokens(const Law& law, typename Law::real_type tokens,
                                          typename Law::real_type unique_tokens, const training_cost& cost = {})
    -> repeated_allocation<typename Law::real_type> {
  using T = typename Law::real_type;
  constexpr auto function = "scaling::compute_optimal_for_tokens";
  detail::require(positive_finite(tokens), function, "tokens", tokens, "positive and finite");
  const detail::limited_plans<Law> plans(law, unique_tokens, cost, function);
  // Where several budgets are best spent so, the root is below them, to rounding: there it has a slope.
  constexpr T above_rounding = 1024 * std::numeric_limits<T>::epsilon();
  auto plan = plans.first(
      [&](const auto& at) { return at.tokens == tokens ? above_rounding : cmath::log(at.tokens / tokens); });
  detail::require(positive_finite(plan.flops), function, "tokens", tokens, "a count that is best for some budget");
  plan.tokens = tokens;
  plan.epochs = tokens / unique_tokens;
  return plan;
}

}  // namespace scaling
