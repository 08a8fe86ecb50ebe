// The residual of a run at a law, with its first and second derivatives in the fitted coordinates.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>

#include <scaling/core/cmath.hpp>
#include <scaling/core/dual.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/inference/coefficient_covariance.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <loss_model Law>
struct residual_derivatives {
  typename Law::real_type value;
  coordinate_vector<Law> gradient;
  coordinate_matrix<Law> hessian;
};

/// log law(x) - log L, or law(x) - L.
template <loss_model Law>
typename Law::real_type residual_at(const Law& law, const observation<typename Law::input_type>& run, residual kind) {
  const auto predicted = law(run.at);
  return kind == residual::log ? cmath::log(predicted / run.loss) : predicted - run.loss;
}

/// The same with derivatives, by evaluating the law's formula in nested dual numbers at coordinates x.
template <loss_model Law>
residual_derivatives<Law> residual_derivatives_at(const coordinate_vector<Law>& x, const typename Law::input_type& at,
                                                  typename Law::real_type loss, residual kind) {
  using T = typename Law::real_type;
  constexpr std::size_t P = coefficient_count<Law>;
  using inner = dual<T, P>;
  using jet = dual<inner, P>;
  std::array<jet, P> variables;
  for (std::size_t k = 0; k < P; ++k) variables[k] = jet::variable(inner::variable(x[static_cast<int>(k)], k), k);
  const jet predicted = law_of_coordinates<rebind_t<Law, jet>>(variables)(at);
  const jet r = kind == residual::log ? log(predicted / jet(loss)) : predicted - jet(loss);
  residual_derivatives<Law> result;
  result.value = r.value.value;
  for (std::size_t a = 0; a < P; ++a) {
    result.gradient[static_cast<int>(a)] = r.value.gradient[a];
    for (std::size_t b = 0; b < P; ++b)
      result.hessian(static_cast<int>(a), static_cast<int>(b)) = r.gradient[a].gradient[b];
  }
  return result;
}

}  // namespace scaling::detail
