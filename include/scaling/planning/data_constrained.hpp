// The best split of a budget when there are only so many tokens: how large a model, and how many epochs.
// SPDX-License-Identifier: BSL-1.0
//
// With U unique tokens a budget C = k N^p D^q buys one epoch of a model of size N1, or, for any y,
//
//   N = N1 e^-y     D = U e^(m y)     m = p/q                 epochs = e^(m y), more than one for y > 0
//
// The loss is minimised in y, by the roots of its derivative. Muennighoff's law is convex in y, as ln N' and ln D' are
// concave in ln N and ln D: there is one root, or the kink at one epoch. Lovelace's is not: one epoch has no penalty,
// so it may be a minimum beside another at y > 0, and the losses are compared. Where nothing is repeated and N is not
// in excess of N*, either is Chinchilla's.
#pragma once

#include <algorithm>
#include <limits>

#include <scaling/chinchilla.hpp>
#include <scaling/core/cmath.hpp>
#include <scaling/core/error.hpp>
#include <scaling/core/real.hpp>
#include <scaling/core/root.hpp>
#include <scaling/lovelace.hpp>
#include <scaling/muennighoff.hpp>
#include <scaling/planning/bracket.hpp>
#include <scaling/planning/compute_optimal.hpp>

namespace scaling {

/// A plan for `unique_tokens`: epochs = tokens / unique_tokens, which is below 1 where not all are needed.
template <scalar T>
struct repeated_allocation {
  T parameters, tokens, unique_tokens, epochs, flops, loss;
};

namespace detail {

/// The law that is left where nothing is repeated. Its coefficients are checked by chinchilla_path.
template <class Law>
constexpr auto without_repetition(const Law& law) {
  return chinchilla<typename Law::real_type>{law.E, law.A, law.B, law.alpha, law.beta};
}

template <scalar T>
constexpr void require_repeatable(const muennighoff<T>& law, const char* function) {
  require(positive_finite(law.R_D_star), function, "R_D_star", law.R_D_star, "positive and finite");
  require(positive_finite(law.R_N_star), function, "R_N_star", law.R_N_star, "positive and finite");
}
template <scalar T>
constexpr void require_repeatable(const lovelace<T>& law, const char* function) {
  require(non_negative_finite(law.P), function, "P", law.P, "non-negative and finite");
  require(positive_finite(law.delta), function, "delta", law.delta, "positive and finite");
  require(non_negative_finite(law.kappa), function, "kappa", law.kappa, "non-negative and finite");
}

/// Whether U unique tokens are D, but for the rounding of a plan: that is no plan of one epoch whose derivatives are 0.
template <scalar T>
constexpr bool are_enough(const T& U, const T& D) {
  return D <= U * (1 + 128 * std::numeric_limits<T>::epsilon());
}

/// All runs of one budget by y.
template <scalar T>
struct epoch_runs {
  T m, N1, U, flops;

  constexpr epoch_runs(const price<T>& cost, T flops_, T U_)
      : m(cost.p / cost.q),
        N1(product_of_powers(T(flops_ / cost.k), T(1 / cost.p), U_, T(-1 / m))),
        U(U_),
        flops(flops_) {}

  template <class Law>
  constexpr repeated_allocation<T> plan(const Law& law, T y) const {
    const T N = N1 * cmath::exp(-y), epochs = cmath::exp(m * y), D = U * epochs;
    return {N, D, U, epochs, flops, law({N, D, U})};
  }
  /// That at a root, of no numbers if there is none.
  template <class Law>
  constexpr repeated_allocation<T> plan(const Law& law, const bracketed_root<T>& root) const {
    auto result = plan(law, root.x);
    if (!root.converged()) result.loss = std::numeric_limits<T>::quiet_NaN();
    return result;
  }
};

/// And the two terms of Chinchilla's law at y = 0, times their exponents.
template <scalar T>
struct epoch_path : epoch_runs<T> {
  using epoch_runs<T>::m, epoch_runs<T>::N1, epoch_runs<T>::U;
  T slope_of_N, slope_of_D;

  constexpr epoch_path(const chinchilla_path<T>& path, T flops_, T U_)
      : epoch_runs<T>(path, flops_, U_),
        slope_of_N(path.law.alpha * path.law.A * cmath::pow(N1, -path.law.alpha)),
        slope_of_D(m * path.law.beta * path.law.B * cmath::pow(U, -path.law.beta)) {}
};

/// An effective count, and by how many e-folds it grows for one of the count.
template <scalar T>
struct effective {
  T count, growth;
  constexpr effective(T all, T distinct, T R_star) : count(effective_count(all, distinct, R_star)), growth(1) {
    if (all > distinct) growth = all / count * cmath::exp(-((all - distinct) / distinct) / R_star);
  }
};

/// How steeply the loss falls for an e-fold of a count, in logarithms and relative to where all of it is distinct and no
/// more: ln of (count'/U)^-gamma d ln count' / d ln count at count = U e^x. As a logarithm, since after thousands of
/// epochs it is e^-1000 and no number, though what is weighed against it is as small.
template <scalar T>
constexpr T log_steepness(T x, T gamma, T R_star) {
  if (!(x > 0)) return -gamma * x;
  const T R = cmath::expm1(x), worth = 1 - R_star * cmath::expm1(-R / R_star);  // count' / U
  return x - (1 + gamma) * cmath::log(worth) - R / R_star;
}

/// Whether a root y > 0 is at one epoch: where the harm of the first repetitions jumps or nearly does, as R^0.001, the root
/// is at 1e-300 or so, and the slope there is beyond T.
template <scalar T>
constexpr bool is_at_one_epoch(const T& y) {
  return y < std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon();
}

/// Calls `visit` with the y in (0, end) where f turns from negative to positive, one for each of 32 cells at most. They
/// are narrow near 0, where the penalty sets in on a scale of its own.
template <scalar T, class F, class Visit>
constexpr void visit_minima(const F& f, T end, const Visit& visit) {
  constexpr int cells = 32;
  T lower = 0, f_lower = f(lower);
  for (int i = 1; i <= cells; ++i) {
    const T upper = end * static_cast<T>(i * i) / (cells * cells), f_upper = f(upper);
    if (f_lower < 0 && f_upper >= 0) {
      const auto root = find_log_root(f, lower, upper);
      if (root.converged()) visit(is_at_one_epoch(root.x) ? T(0) : root.x);
    }
    lower = upper, f_lower = f_upper;
  }
}

/// A budget with limited tokens, what it pays for, and for whom that is asked.
template <scalar T>
struct limited_budget {
  T flops, U;
  training_cost cost;
  const char* function;
};

/// The best run of a budget with limited tokens, of no numbers where T holds none.
template <scalar T>
constexpr repeated_allocation<T> limited_plan(const muennighoff<T>& law, const limited_budget<T>& at) {
  const T flops = at.flops, U = at.U;
  const chinchilla_path<T> path(without_repetition(law), at.cost, at.function);
  require_repeatable(law, at.function);

  const T N = path.parameters(flops), D = path.tokens(flops);
  if (are_enough(U, D) && path.p >= path.q)  // N* is no smaller than this N, so N' = N
    return {N, D, U, D / U, flops, path.law(N, D)};

  const epoch_path<T> runs(path, flops, U);
  const T base = law.base_parameters(U), ratio = runs.N1 / base, log_m = cmath::log(runs.m);
  const T counted = has_all_digits(ratio) ? cmath::log(ratio) : cmath::log(runs.N1) - cmath::log(base);
  // y >= 0. N* is where alpha A N*^-alpha = beta B U^-beta, so that the two terms begin alike.
  const auto slope_repeating = [&](T y) {
    return log_steepness(counted - y, law.alpha, law.R_N_star) - log_m -
           log_steepness(T(runs.m * y), law.beta, law.R_D_star);
  };
  const auto slope_below_one_epoch = [&](T y) {  // y <= 0: N* moves with D
    const T seen = U * cmath::exp(runs.m * y);
    const effective<T> of_N(runs.N1 * cmath::exp(-y), law.base_parameters(seen), law.R_N_star);
    return law.alpha * law.A * cmath::pow(of_N.count, -law.alpha) *
               (of_N.growth - (1 - of_N.growth) * runs.m * law.beta / law.alpha) -
           runs.m * law.beta * law.B * cmath::pow(seen, -law.beta);
  };
  if (slope_repeating(0) < 0) {
    // Where N <= N* and the term of N repays as much as that of D did at one epoch, the slope has become positive. Where
    // one epoch is best that is at 0, but for the rounding of a hundred e-folds of compute.
    const T repaid = cmath::log(runs.slope_of_D / runs.slope_of_N) / law.alpha;
    constexpr T rounding = 1024 * std::numeric_limits<plain_t<T>>::epsilon();
    const T most = std::max({T(0), counted, repaid}) * T(1.0625L) + rounding;
    return runs.plan(law, find_log_root(slope_repeating, T(0), most));
  }
  if (slope_below_one_epoch(0) <= 0) return runs.plan(law, T(0));
  return runs.plan(law, find_root_from(slope_below_one_epoch, T(0)));
}

/// The same by Lovelace's law.
template <scalar T>
constexpr repeated_allocation<T> limited_plan(const lovelace<T>& law, const limited_budget<T>& at) {
  const T flops = at.flops, U = at.U;
  const chinchilla_path<T> path(without_repetition(law), at.cost, at.function);
  require_repeatable(law, at.function);

  const T N = path.parameters(flops), D = path.tokens(flops);
  const bool enough =  // below a delta of 1 already a first one harms
      real<T> || law.delta < 1 ? D <= U : are_enough(U, D);
  if (enough || (law.P == 0 && real<T>))  // a derivative in P there moves the plan
    return {N, D, U, D / U, flops, path.law(N, D)};

  const epoch_path<T> runs(path, flops, U);
  constexpr auto infinity = std::numeric_limits<T>::infinity();
  // P (N/U)^kappa R^(delta - 1), by the logarithm: for the largest models a power alone is beyond T.
  const T factor = law.P > 0 ? T(1) : law.P, log_P = law.P > 0 ? cmath::log(law.P) : T(0), m = runs.m;
  const T log_ratio = cmath::log(runs.N1 / U), margin = law.delta * m - law.kappa;
  const auto log_harm = [&](T y, T log_R) { return log_P + law.kappa * (log_ratio - y) + (law.delta - 1) * log_R; };
  const auto slope = [&](T y) {
    const T R = cmath::expm1(m * y), log_R = R > 0 ? cmath::log(R) : T(0);
    const T at_once = R > 0 || law.delta == 1 ? T(1) : law.delta > 1 ? T(0) : T(infinity);
    return runs.slope_of_N * cmath::exp(law.alpha * y) - runs.slope_of_D * cmath::exp(-m * law.beta * y) +
           factor * cmath::exp(log_harm(y, log_R)) * at_once * (law.delta * m + margin * R);
  };
  // Beyond `end` the slope is positive: past Chinchilla's plan, or, if more epochs of a smaller model can lessen the
  // harm, where the term of N outweighs all that this can gain.
  const T most = law.kappa * factor * cmath::exp(log_harm(0, 0));
  const T log_gain = most < infinity ? cmath::log(runs.slope_of_D + most) : cmath::log(law.kappa) + log_harm(0, 0);
  const T end = margin >= 0 ? cmath::log(D / U) / m : (log_gain - cmath::log(runs.slope_of_N)) / law.alpha;
  auto best = runs.plan(law, T(0));
  // Where the loss falls from there one epoch is no minimum, though one next to it may look as low in rounding.
  T hurdle = slope(T(0)) < 0 ? T(infinity) : best.loss;
  visit_minima(slope, end * T(1.0625L), [&](T y) {
    const auto plan = runs.plan(law, y);
    if (plan.loss <= hurdle) best = plan, hurdle = plan.loss;
  });
  return best;
}

/// compute_optimal by every law that is known.
template <class Law, scalar T>
constexpr repeated_allocation<T> checked_limited_plan(const Law& law, const T& flops, const T& unique_tokens,
                                                      const training_cost& cost) {
  constexpr auto function = "scaling::compute_optimal";
  require(positive_finite(flops), function, "flops", flops, "positive and finite");
  require(positive_finite(unique_tokens), function, "unique_tokens", unique_tokens, "positive and finite");
  const limited_budget<T> at{flops, unique_tokens, cost, function};
  return plan_of_numbers(limited_plan(law, at), function, "flops", flops);
}

}  // namespace detail

/// The parameters and tokens that reach the lowest loss for `flops` [FLOP] with `unique_tokens` [tokens].
///
/// Where the tokens suffice it is Chinchilla's plan. Otherwise more epochs and a smaller model than with U tokens once.
/// Domain: flops, unique_tokens > 0; A, B, alpha, beta, R* > 0, E >= 0.
/// Errors: std::domain_error that names the offender; in a constant expression, a compile error.
/// Accuracy: N and D to some ten epsilon log(flops), after any number of epochs; the optimum is global. Some 15
/// evaluations, constexpr.
/// Trap: if tokens are dearer than parameters (p < q in the cost) the law lets parameters depreciate within one epoch.
template <scalar T>
constexpr repeated_allocation<T> compute_optimal(const muennighoff<T>& law, value_of_t<T> flops,
                                                 value_of_t<T> unique_tokens, const training_cost& cost = {}) {
  return detail::checked_limited_plan(law, T(flops), T(unique_tokens), cost);
}

/// The same for Lovelace's law: the best of one epoch and of every minimum beyond.
///
/// Repetition is harmful in proportion to N, so the model may be larger than Chinchilla's, never smaller if
/// kappa <= delta m; where the harm is great, one epoch of the largest model that the budget allows is best.
/// Domain: as above; P, kappa >= 0, delta > 0. P = 0 gives Chinchilla's plan.
/// Errors: as above.
/// Accuracy: N and D to some ten epsilon log(flops). A minimum closer to the next maximum than the cells of a scan, 32
/// between one epoch and the most that could pay, may be missed; of 60000 random laws none was. constexpr.
template <scalar T>
constexpr repeated_allocation<T> compute_optimal(const lovelace<T>& law, value_of_t<T> flops,
                                                 value_of_t<T> unique_tokens, const training_cost& cost = {}) {
  return detail::checked_limited_plan(law, T(flops), T(unique_tokens), cost);
}

}  // namespace scaling
