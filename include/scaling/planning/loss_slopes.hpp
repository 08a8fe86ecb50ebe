// How steeply a loss falls along each input of its law: exact, from the law's own formula.
// SPDX-License-Identifier: BSL-1.0
//
//   slope_k = dL / d ln x_k      [nats/token per e-fold of x_k],   x = (N, D ...) the inputs of the law
//
// Against the logarithm, because a token more means nothing and a per cent more something. Per token it is slope / D.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>

#include <scaling/core/dual.hpp>
#include <scaling/core/real.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {
namespace detail {

/// The loss at a run and its derivatives in P directions: `moves[k]` is how the logarithm of input k moves along each.
template <loss_model Law, std::size_t P>
constexpr input_dual<typename Law::real_type, P> loss_along(
    const Law& law, const typename Law::input_type& at,
    const std::array<std::array<typename Law::real_type, P>, input_count<typename Law::input_type>>& moves) {
  using T = typename Law::real_type;
  using wide = input_dual<T, P>;
  using wide_law = rebind_t<Law, wide>;
  std::array<wide, coefficient_count<Law>> constants;
  for (std::size_t k = 0; k < constants.size(); ++k) constants[k] = law.*Law::coefficients()[k].member;
  typename wide_law::input_type run{};
  for (std::size_t k = 0; k < moves.size(); ++k) {
    const T x = at.*Law::input_type::inputs()[k].member;
    wide moved(x);
    for (std::size_t j = 0; j < P; ++j) moved.gradient[j] = x * moves[k][j];  // dx = x d ln x
    run.*wide_law::input_type::inputs()[k].member = moved;
  }
  return law_from<wide_law>(constants)(run);
}

}  // namespace detail

/// A loss [nats/token] and its slopes [nats/token per e-fold], in the order of the table of the law's inputs.
template <loss_model Law>
struct loss_slopes {
  typename Law::real_type loss;
  std::array<typename Law::real_type, input_count<typename Law::input_type>> slope;
};

/// The slopes of the loss at a run. Negative where more is better.
///
/// Domain: that of the law, inputs above 0. On a kink they are those of the side that the law's formula takes.
/// Errors: none; IEEE in, IEEE out.
/// Accuracy: that of the formula; no step size is involved. constexpr.
template <loss_model Law>
constexpr loss_slopes<Law> slopes_of(const Law& law, const typename Law::input_type& at) {
  using T = typename Law::real_type;
  constexpr std::size_t P = input_count<typename Law::input_type>;
  std::array<std::array<T, P>, P> each{};
  for (std::size_t k = 0; k < P; ++k) each[k][k] = 1;
  const auto result = detail::loss_along(law, at, each);
  return {result.value, result.gradient};
}

}  // namespace scaling
