// The objective of a law that is a sum of powers, with gradient and Hessian in closed form: the fit's inner loop.
// SPDX-License-Identifier: BSL-1.0
//
// In the coordinates of coordinates.hpp each term is exp(u - v z), z the standardised log of its input. Divided by the
// measured loss, q_j = term_j / L, s = sum_j q_j, the residual is log s (of logs) or L (s - 1) (plain), and with p_j
// the share q_j / s (or L q_j) and d_j = (1, -z) the derivatives of log term_j by (u_j, v_j)
//
//   r'  = sum_j p_j d_j          r'' = sum_j p_j d_j d_j^T - r' r'^T   (the last term only for residuals of logs)
//
// so that every derivative is a sum of exponentials at hand. Runs are worked off in blocks of eight through fixed-size
// arrays, which Eigen turns into vector instructions under whatever flags the user compiles with; nothing is allocated.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/real.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/loss_model.hpp>

namespace scaling::detail {

template <sum_of_powers Law>
class power_sum_objective : public fit_problem<Law> {
  using base = fit_problem<Law>;

 public:
  using base::P;
  using typename base::matrix;
  using typename base::T;
  using typename base::vector;

  power_sum_objective(std::vector<typename base::run_type> runs_, scaling::residual residual_, T zone_)
      : base(std::move(runs_), residual_, zone_) {
    for (std::size_t i = 0; i < this->runs.size(); ++i) {
      const auto lane = static_cast<int>(i % lanes);
      if (lane == 0) blocks_.push_back({});
      const auto& run = this->runs[i];
      for (std::size_t b = 0; b < inputs; ++b)
        blocks_.back().z[b][lane] = this->coordinates.standardised(b, run.inputs[b]);
      blocks_.back().log_loss[lane] = std::log(run.loss);
      blocks_.back().loss[lane] = run.loss;
      blocks_.back().weight[lane] = run.weight;
    }
  }

  T operator()(const vector& x, vector& gradient) const { return sum<false>(x, gradient, nullptr); }
  T operator()(const vector& x, vector& gradient, matrix& hessian) const { return sum<true>(x, gradient, &hessian); }

 private:
  static constexpr int lanes = 8;
  static constexpr std::size_t inputs = input_count<typename Law::input_type>, none = term_place::none;
  static constexpr auto terms = term_places<Law>();
  using pack = Eigen::Array<T, lanes, 1>;

  /// Eight runs; the lanes after the last run have weight 0.
  struct block {
    std::array<pack, inputs> z = filled(0);
    pack log_loss = pack::Zero(), loss = pack::Ones(), weight = pack::Zero();

    static std::array<pack, inputs> filled(T value) {
      std::array<pack, inputs> result;
      result.fill(pack::Constant(value));
      return result;
    }
  };

  template <bool with_hessian>
  T sum(const vector& x, vector& gradient, matrix* hessian) const {
    // exp of this neither overflows nor underflows in T; a wild trial value stays comparable instead of becoming NaN.
    const T largest = std::log(std::numeric_limits<T>::max()) / 2;
    const bool of_logs = this->residual == scaling::residual::log;

    pack value = pack::Zero();
    std::array<pack, P> first, d;  // gradient; derivatives of one block's residuals
    std::array<pack, P * P> second;
    first.fill(pack::Zero());
    if constexpr (with_hessian) second.fill(pack::Zero());

    for (const auto& [z, log_loss, loss, weight] : blocks_) {
      std::array<pack, terms.size()> p;
      pack s = pack::Zero();
      for (std::size_t j = 0; j < terms.size(); ++j) {
        const auto [u, v, b] = terms[j];
        pack log_q = x[int(u)] - log_loss;
        if (v != none) log_q -= x[int(v)] * z[b];
        p[j] = log_q.max(-largest).min(largest).exp();
        s += p[j];
      }
      const pack r = of_logs ? pack(s.log()) : pack(loss * (s - T(1)));
      const pack scale = of_logs ? pack(s.inverse()) : loss;
      const pack size = r.abs(), clipped = size.min(this->zone);
      const pack slope = weight * r.max(-this->zone).min(this->zone);
      // rho = clipped (|r| - clipped/2): r^2/2 within the zone, zone (|r| - zone/2) beyond it.
      value += weight * clipped * (size - clipped / T(2));

      d.fill(pack::Zero());
      for (std::size_t j = 0; j < terms.size(); ++j) {
        const auto [u, v, b] = terms[j];
        p[j] *= scale;
        d[u] += p[j];
        if (v != none) d[v] -= p[j] * z[b];
      }
      for (std::size_t a = 0; a < P; ++a) first[a] += slope * d[a];
      if constexpr (with_hessian) {
        pack outer = (size <= this->zone).select(weight, T(0));
        if (of_logs) outer -= slope;
        for (std::size_t a = 0; a < P; ++a) {
          const pack row = outer * d[a];
          for (std::size_t b = 0; b <= a; ++b) second[a * P + b] += row * d[b];
        }
        for (std::size_t j = 0; j < terms.size(); ++j) {
          const auto [u, v, b] = terms[j];
          const pack q = slope * p[j];
          second[u * P + u] += q;
          if (v == none) continue;
          const pack qz = q * z[b];
          second[std::max(u, v) * P + std::min(u, v)] -= qz;
          second[v * P + v] += qz * z[b];
        }
      }
    }
    for (std::size_t a = 0; a < P; ++a) {
      gradient[int(a)] = first[a].sum();
      if constexpr (with_hessian)
        for (std::size_t b = 0; b <= a; ++b)
          (*hessian)(int(a), int(b)) = (*hessian)(int(b), int(a)) = second[a * P + b].sum();
    }
    return value.sum();
  }

  std::vector<block> blocks_;
};

}  // namespace scaling::detail
