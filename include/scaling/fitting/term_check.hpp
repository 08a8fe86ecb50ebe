// Whether the terms() of a law are its formula: the first is what is fitted, the second what comes out.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

/// At a run, by a law whose terms are 1.7, 2.9, 4.1 ... there, with exponents that differ as far as their bounds let them.
template <sum_of_powers Law>
void check_terms_at(std::string_view where, const typename Law::input_type& at) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  Law law{};
  for (std::size_t k = 0; k < table.size(); ++k) {
    const auto lower = static_cast<T>(table[k].lower), upper = static_cast<T>(table[k].upper);
    const T share = static_cast<T>(k + 1) / static_cast<T>(table.size() + 1);
    T from = std::clamp(T(0), lower, upper), to = std::clamp(from + 1, lower, upper);
    if (from == to) from = std::clamp(to - 1, lower, upper);
    law.*table[k].member = from + share * (to - from);
  }
  T sum = 0, size = T(0.5);
  for (const auto& term : Law::terms()) {
    T power = 1;
    for (const auto& factor : {term.first, term.second}) {
      if (factor.exponent == nullptr) continue;
      const T base = factor.base(at);
      if (term.partial && base > T(1e6) && std::isfinite(base)) return;  // a hair from absent, and known as badly
      power *= std::pow(base, -(law.*factor.exponent));
    }
    size += T(1.2);
    law.*term.coefficient = term.partial && power == 0 ? T(1) : size / power;
    sum += law.*term.coefficient * power;
  }
  if (!is_finite(law) || !(sum < std::numeric_limits<T>::infinity()))
    return;  // no such law can be told by its loss here
  if (!(std::abs(law(at) - sum) <= T(1e-6) * sum))
    refuse<std::invalid_argument>(joined({where, ": the formula of ", Law::name, " gives ", text_of(law(at)),
                                          " where its terms() sum to ", text_of(sum)}));
}

/// Refuses a law whose terms are not its formula, by a few runs: the first, the last and some between, and the first with
/// each partial term.
template <sum_of_powers Law, class Distinct>
void check_terms(std::string_view where, const std::vector<Distinct>& runs) {
  using T = typename Law::real_type;
  for (std::size_t i = 0; i < 5; ++i) check_terms_at<Law>(where, run_at<Law>(runs[i * (runs.size() - 1) / 4]));
  for (const auto& term : Law::terms()) {
    if (!term.partial) continue;
    const auto has_it = [&](const Distinct& run) {
      const auto at = run_at<Law>(run);
      for (const auto& factor : {term.first, term.second})
        if (factor.exponent != nullptr && !(factor.base(at) <= T(1e6))) return false;
      return true;
    };
    const auto found = std::find_if(runs.begin(), runs.end(), has_it);
    if (found != runs.end()) check_terms_at<Law>(where, run_at<Law>(*found));
  }
}

}  // namespace scaling::detail
