// The objective of a law that is a sum of powers, with gradient and Hessian in closed form: the fit's inner loop.
// SPDX-License-Identifier: BSL-1.0
//
// In the coordinates of coordinates.hpp each term is exp(u - v z), z the standardised log of a base. Divided by the
// measured loss, q_j = term_j / L, s = sum_j q_j, the residual is log s (of logs) or L (s - 1) (plain), and with p_j
// the share q_j / s (or L q_j) and d_j = (1, -z) the derivatives of log term_j by (u_j, v_j)
//
//   r'  = sum_j p_j d_j          r'' = sum_j p_j d_j d_j^T - r' r'^T   (the last term only for residuals of logs)
//
// so that every derivative is a sum of exponentials at hand, of which a constant term needs one for all runs. Runs are
// worked off in blocks of a vector register each, see pack.hpp; loops over terms are unrolled; nothing is allocated.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/real.hpp>
#include <scaling/fitting/coordinates.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/pack.hpp>
#include <scaling/fitting/run_blocks.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/fitting/unrolled.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <sum_of_powers Law>
class power_sum_objective : public fit_problem<Law> {
  using base = fit_problem<Law>;
  using data = run_blocks<Law>;

 public:
  static constexpr std::size_t P = coefficient_count<Law>;
  using typename base::matrix;
  using typename base::run_type;
  using typename base::T;
  using typename base::vector;

  power_sum_objective(std::vector<run_type> distinct, const constraints<Law>& limits,
                      const residual_function<T>& function)
      : power_sum_objective(data(distinct), std::move(distinct), limits, function) {}

  T operator()(const vector& y, vector& gradient) const { return sum<false>(y, gradient, nullptr); }
  T operator()(const vector& y, vector& gradient, matrix& hessian) const { return sum<true>(y, gradient, &hessian); }

  /// sum_i w_i (d log law(x_i) / dy)(d log law(x_i) / dy)^T.
  matrix log_gram(const vector& y) const;

  /// The residuals at y, one for each distinct run.
  std::vector<T> residuals_at(const vector& y) const;

  const data& columns() const { return data_; }

 private:
  using by_lanes = packs<T>;
  using pack = typename by_lanes::pack;
  static constexpr auto terms = term_places<Law>();
  static constexpr std::size_t none = term_place::none;
  static constexpr std::size_t chunk = 16;
  static constexpr int at(std::size_t k) { return static_cast<int>(k); }

  power_sum_objective(data&& by_columns, std::vector<run_type>&& distinct, const constraints<Law>& limits,
                      const residual_function<T>& function)
      : base(std::move(distinct), detail::coordinates<Law>(limits, by_columns.centres), function),
        data_(std::move(by_columns)) {}

  static constexpr T tame = by_lanes::tame;

  /// Whether all exponents that follow from x are within what exp can do. Then u of a term that has vanished is raised
  /// to -tame, from where no power brings it back.
  static bool is_tame(vector& x, const std::array<T, data::factors>& reach) {
    vector raised = x;
    for (const auto& term : terms) {
      T& u = raised[at(term.coefficient)];
      T most = 0;
      for (const auto& factor : term.factors)
        if (factor.exponent != none) most += std::abs(x[at(factor.exponent)]) * reach[factor.column];
      if (!(u + most < tame && most < (u < -tame ? tame / 2 : tame))) return false;
      u = std::max(u, -tame);
    }
    x = raised;
    return true;
  }

  /// The terms over the typical loss at a block of runs, but for the share. `constant` has those without factors.
  template <std::size_t J, bool Tame>
  static pack term_at(const vector& x, const std::array<T, terms.size()>& constant, const typename data::block& b) {
    constexpr auto place = terms[J];
    constexpr std::size_t share = data::share_of[J];
    if constexpr (place.factors[0].exponent == none) {
      return constant[J] * b.share[share];
    } else {
      pack power = x[at(place.coefficient)] - x[at(place.factors[0].exponent)] * b.z[place.factors[0].column];
      if constexpr (place.factors[1].exponent != none)
        power -= x[at(place.factors[1].exponent)] * b.z[place.factors[1].column];
      return by_lanes::exp(Tame ? power : by_lanes::tamed(power)) * b.share[share];
    }
  }

  /// d by the coordinates of the sum of terms whose values are p.
  static std::array<pack, P> derivatives(const std::array<pack, terms.size()>& p, const typename data::block& b) {
    std::array<pack, P> d;
    std::array<bool, P> set{};
    const auto add = [&](std::size_t k, const pack& part) {
      if (set[k])
        d[k] += part;
      else
        d[k] = part, set[k] = true;
    };
    unrolled<terms.size()>([&](auto j) {
      constexpr auto place = terms[j];
      add(place.coefficient, p[j]);
      if constexpr (place.factors[0].exponent != none)
        add(place.factors[0].exponent, -p[j] * b.z[place.factors[0].column]);
      if constexpr (place.factors[1].exponent != none)
        add(place.factors[1].exponent, -p[j] * b.z[place.factors[1].column]);
    });
    return d;
  }

  /// second += q d_J d_J^T, the lower triangle.
  template <std::size_t J>
  static void add_outer(const pack& q, const typename data::block& b, std::array<pack, P * P>& second) {
    constexpr std::size_t u = terms[J].coefficient;
    constexpr factor_place v = terms[J].factors[0], w = terms[J].factors[1];
    const auto entry = [&](std::size_t k, std::size_t l) -> pack& {
      return second[std::max(k, l) * P + std::min(k, l)];
    };
    entry(u, u) += q;
    if constexpr (v.exponent != none) {
      const pack qz = q * b.z[v.column];
      entry(u, v.exponent) -= qz;
      entry(v.exponent, v.exponent) += qz * b.z[v.column];
      if constexpr (w.exponent != none) {
        const pack qy = q * b.z[w.column];
        entry(u, w.exponent) -= qy;
        entry(v.exponent, w.exponent) += qz * b.z[w.column];
        entry(w.exponent, w.exponent) += qy * b.z[w.column];
      }
    }
  }

  template <bool WithHessian>
  T sum(const vector& y, vector& gradient, matrix* hessian) const {
    vector x = this->coordinates.terms_at(y);
    T value = std::numeric_limits<T>::quiet_NaN();
    if (is_tame(x, data_.reach) && this->of.residual == scaling::residual::log)
      value = sum_over<WithHessian, true>(x, gradient, hessian);
    if (std::isnan(value)) value = sum_over<WithHessian, false>(x, gradient, hessian);
    this->coordinates.pull_back(gradient, hessian);
    return value;
  }

  /// `Near`: residuals of logs, no power that overflows, and all predictions within a factor of 1.4 of the losses, as
  /// they are near a fit. The value is NaN where the last turns out not to hold.
  template <bool WithHessian, bool Near>
#ifndef __SANITIZE_ADDRESS__  // instrumented, what it makes is too large for the compiler
  [[gnu::flatten]]  // an array here is a register: none of Eigen's operators may stay a call, at -O2 neither
#endif
  T sum_over(const vector& x, vector& gradient, matrix* hessian) const {
    const bool of_logs = Near || this->of.residual == scaling::residual::log;
    const T zone = this->of.zone, extra = this->of.overestimates - T(1);
    const std::array<T, terms.size()> constant = constants(x);

    pack value{}, least = by_lanes::all(T(1)), most = least;
    std::array<pack, P> first{};
    std::array<pack, WithHessian ? P * P : 0> second{};

    // A few blocks at a time, and each step for all of them before the next: so that a processor finds work while it
    // waits for the end of an exp.
    std::array<std::array<pack, chunk>, terms.size()> p;
    std::array<pack, chunk> s, r;
    const std::size_t blocks = data_.blocks.size();
    for (std::size_t begin = 0; begin < blocks; begin += chunk) {
      const auto* block = data_.blocks.data() + begin;
      const std::size_t size = std::min(chunk, blocks - begin);
      unrolled<terms.size()>([&](auto j) {
        for (std::size_t i = 0; i < size; ++i) p[j][i] = term_at<j, Near>(x, constant, block[i]);
      });
      for (std::size_t i = 0; i < size; ++i) {
        pack sum = p[0][i];
        unrolled<terms.size() - 1>([&](auto j) { sum += p[j + 1][i]; });
        if constexpr (Near) {
          least = by_lanes::min(least, sum);
          most = by_lanes::max(most, sum);
          r[i] = log_near_1(sum);
          s[i] = T(1) / sum;
        } else {
          r[i] = of_logs ? by_lanes::log(sum) : block[i].loss * (sum - T(1));
          s[i] = of_logs ? T(1) / sum : block[i].loss;
        }
      }
      for (std::size_t i = 0; i < size; ++i) {
        const auto& b = block[i];
        // c is r within the zone, the zone with the sign of r beyond it: rho = c (r - c/2), which is r^2/2 or
        // zone (|r| - zone/2), and rho' = c. The part above 0 counts `extra` times once more.
        const pack limit = zone * b.sigma, c = by_lanes::max(by_lanes::min(r[i], limit), -limit);
        const pack above = by_lanes::max(c, pack{});
        const pack slope = b.weight * (c + extra * above);
        value += b.weight * (c * (r[i] - c * T(0.5)) + extra * (above * (r[i] - above * T(0.5))));

        std::array<pack, terms.size()> share;
        unrolled<terms.size()>([&](auto j) { share[j] = p[j][i] * s[i]; });
        const std::array<pack, P> d = derivatives(share, b);
        unrolled<P>([&](auto k) { first[k] += slope * d[k]; });
        if constexpr (WithHessian) {
          const pack factor = above > T(0) ? by_lanes::all(T(1) + extra) : by_lanes::all(T(1));
          pack outer = r[i] == c ? b.weight * factor : pack{};  // rho''
          if (of_logs) outer -= slope;
          unrolled<P>([&](auto k) {
            const pack row = outer * d[k];
            unrolled<k + 1>([&](auto l) { second[k * P + l] += row * d[l]; });
          });
          unrolled<terms.size()>([&](auto j) { add_outer<j>(slope * share[j], b, second); });
        }
      }
    }
    if (Near && !(by_lanes::least(least) > T(0.7L) && by_lanes::most(most) < T(1.42L)))
      return std::numeric_limits<T>::quiet_NaN();
    for (std::size_t k = 0; k < P; ++k) {
      gradient[at(k)] = by_lanes::sum(first[k]);
      if constexpr (WithHessian)
        for (std::size_t l = 0; l <= k; ++l)
          (*hessian)(at(k), at(l)) = (*hessian)(at(l), at(k)) = by_lanes::sum(second[k * P + l]);
    }
    return by_lanes::sum(value);
  }

  /// log s for s from 0.7 to 1.43, to 2 units in the last place: 2 artanh t = 2 t (1 + t^2/3 + t^4/5 ...), where
  /// t = (s - 1)/(s + 1) is at most 0.177, and t^2 at most 1/32. A third of the work of a log for all s.
  static pack log_near_1(const pack& s) {
    constexpr std::size_t degree = std::numeric_limits<T>::digits / 5;  // each power of t^2 is worth 5 bits
    const pack t = (s - T(1)) / (s + T(1)), square = t * t;
    pack series = square * (T(1) / T(2 * degree + 1)) + T(1) / T(2 * degree - 1);
    unrolled<degree - 1>([&](auto k) { series = series * square + T(1) / T(2 * (degree - k) - 3); });
    return T(2) * t * series;
  }

  static std::array<T, terms.size()> constants(const vector& x) {
    std::array<T, terms.size()> result{};
    for (std::size_t j = 0; j < terms.size(); ++j)
      if (terms[j].factors[0].exponent == none)
        result[j] = std::exp(std::clamp(x[at(terms[j].coefficient)], -tame, tame));
    return result;
  }

  data data_;
};

template <sum_of_powers Law>
auto power_sum_objective<Law>::residuals_at(const vector& y) const -> std::vector<T> {
  const vector x = this->coordinates.terms_at(y);
  const auto constant = constants(x);
  std::vector<T> result(data_.blocks.size() * data::lanes);
  T* to = result.data();
  for (const auto& b : data_.blocks) {
    pack s = term_at<0, false>(x, constant, b);
    unrolled<terms.size() - 1>([&](auto j) { s += term_at<j + 1, false>(x, constant, b); });
    const pack r = this->of.residual == scaling::residual::log ? by_lanes::log(s) : b.loss * (s - T(1));
    for (std::size_t lane = 0; lane < data::lanes; ++lane) *to++ = by_lanes::lane(r, lane);
  }
  result.resize(this->runs.size());
  return result;
}

template <sum_of_powers Law>
auto power_sum_objective<Law>::log_gram(const vector& y) const -> matrix {
  const vector x = this->coordinates.terms_at(y);
  const auto constant = constants(x);
  std::array<pack, P * P> second{};
  for (const auto& b : data_.blocks) {
    std::array<pack, terms.size()> p;
    unrolled<terms.size()>([&](auto j) { p[j] = term_at<j, false>(x, constant, b); });
    pack s = p[0];
    unrolled<terms.size() - 1>([&](auto j) { s += p[j + 1]; });
    for (auto& one : p) one /= s;
    const auto d = derivatives(p, b);
    unrolled<P>([&](auto k) {
      const pack row = b.weight * d[k];
      unrolled<k + 1>([&](auto l) { second[k * P + l] += row * d[l]; });
    });
  }
  matrix gram;
  for (std::size_t k = 0; k < P; ++k)
    for (std::size_t l = 0; l <= k; ++l) gram(at(k), at(l)) = gram(at(l), at(k)) = by_lanes::sum(second[k * P + l]);
  this->coordinates.pull_back(gram);
  return gram;
}

/// The objective of a law: in closed form where it is a sum of powers, in dual numbers otherwise.
template <loss_model Law>
struct objective_of {
  using type = objective<Law>;
};
template <sum_of_powers Law>
struct objective_of<Law> {
  using type = power_sum_objective<Law>;
};

}  // namespace scaling::detail
