// The limit: the same objective, written by hand in AVX2 and FMA instructions for this one law and nothing else.
// SPDX-License-Identifier: BSL-1.0
//
// Per run two exponentials and one logarithm; e^e once. What makes it fast: no division but one, shared by the
// logarithm and the derivatives; sums of products of the same few factors; arguments checked once for all runs. Its exp
// and log are good to about two units in the last place, as those of the C library and of Eigen are.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "libm_objective.hpp"

namespace benchmark {

using four = __m256d;

inline four all(double value) { return _mm256_set1_pd(value); }
inline four all_bits(std::int64_t value) { return _mm256_castsi256_pd(_mm256_set1_epi64x(value)); }
inline double sum_of(four v) {
  const __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
  return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
}

/// e^x for |x| <= 700: x = n log 2 + r; e^r = 1 + r + r^2 q(r), q of degree 9 by interpolation at Chebyshev's nodes, off
/// by 1.7e-17. 1.5 * 2^52 is added to round: then n stands in the low bits, and goes into the exponent by a shift.
inline four exp_of(four x) {
  const four rounder = all(0x1.8p52), shifted = _mm256_fmadd_pd(x, all(1.4426950408889634), rounder);
  const four n = _mm256_sub_pd(shifted, rounder);
  four r = _mm256_fnmadd_pd(n, all(0x1.62e42fefa39efp-1), x);
  r = _mm256_fnmadd_pd(n, all(0x1.abc9e3b39803fp-56), r);
  const four r2 = _mm256_mul_pd(r, r), r4 = _mm256_mul_pd(r2, r2);
  const four q01 = _mm256_fmadd_pd(all(0.16666666666666669), r, all(0.50000000000000011));
  const four q23 = _mm256_fmadd_pd(all(0.008333333333330065), r, all(0.041666666666624164));
  const four q45 = _mm256_fmadd_pd(all(0.00019841269863040545), r, all(0.0013888888917196719));
  const four q67 = _mm256_fmadd_pd(all(2.7557268480310024e-06), r, all(2.4801521322368692e-05));
  const four q89 = _mm256_fmadd_pd(all(2.5100375832561234e-08), r, all(2.7620075879983367e-07));
  const four q03 = _mm256_fmadd_pd(q23, r2, q01), q47 = _mm256_fmadd_pd(q67, r2, q45);
  const four q = _mm256_fmadd_pd(_mm256_fmadd_pd(q89, r4, q47), r4, q03);
  const four power = _mm256_add_pd(_mm256_fmadd_pd(q, r2, r), all(1));
  const __m256i exponent = _mm256_slli_epi64(_mm256_castpd_si256(shifted), 52);
  return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(power), exponent));
}

struct log_and_inverse {
  four log, inverse;
};

/// log s and 1/s for normal s: s = 2^k m, m within a factor sqrt 2 of 1, t = (m - 1)/(m + 1); log m = 2 t + t^3 p(t^2), p
/// of degree 6, off by 4.6e-18. One division serves t and 1/s.
inline log_and_inverse log_of(four s) {
  constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000;
  const __m256i moved =
      _mm256_add_epi64(_mm256_castpd_si256(s), _mm256_set1_epi64x(one - root_half));  // exponent k + 1023
  const __m256i mantissa = _mm256_and_si256(moved, _mm256_set1_epi64x(0x000fffffffffffff));
  const four m = _mm256_castsi256_pd(_mm256_add_epi64(mantissa, _mm256_set1_epi64x(root_half)));
  const __m256i biased = _mm256_or_si256(_mm256_srli_epi64(moved, 52), _mm256_castpd_si256(all(0x1p52)));
  const four k = _mm256_sub_pd(_mm256_castsi256_pd(biased), all(0x1p52 + 1023));

  const four plus = _mm256_add_pd(m, all(1)), common = _mm256_div_pd(all(1), _mm256_mul_pd(s, plus));
  const four inverse = _mm256_mul_pd(common, plus);
  const four t = _mm256_mul_pd(_mm256_sub_pd(m, all(1)), _mm256_mul_pd(common, s));
  const four z = _mm256_mul_pd(t, t), z2 = _mm256_mul_pd(z, z);
  const four p01 = _mm256_fmadd_pd(all(0.39999999999899505), z, all(0.66666666666666696));
  const four p23 = _mm256_fmadd_pd(all(0.22222211134795081), z, all(0.28571428625975487));
  const four p45 = _mm256_fmadd_pd(all(0.15331721600556042), z, all(0.18182889125261723));
  const four p46 = _mm256_fmadd_pd(all(0.14616449685043406), z2, p45);
  const four p = _mm256_fmadd_pd(_mm256_fmadd_pd(p46, z2, p23), z2, p01);
  const four log_m = _mm256_fmadd_pd(_mm256_mul_pd(t, z), p, _mm256_add_pd(t, t));
  return {_mm256_fmadd_pd(k, all(0x1.62e42fefa39efp-1), log_m), inverse};
}

class avx2_objective {
 public:
  explicit avx2_objective(const logs& data) : plain_(data), N_(data.N), D_(data.D), L_(data.L), weight_(L_.size(), 1) {
    for (auto* column : {&N_, &D_, &L_, &weight_}) {
      const double last = column == &weight_ ? 0 : column->back();
      while (column->size() % 4 != 0) column->push_back(last);
    }
    const auto [least_N, most_N] = std::minmax_element(N_.begin(), N_.end());
    const auto [least_D, most_D] = std::minmax_element(D_.begin(), D_.end());
    ranges_[0] = {*least_N, *most_N};
    ranges_[1] = {*least_D, *most_D};
  }

  double operator()(const double* x, double* gradient) const {
    return tame(x) ? sum<false>(x, gradient, nullptr) : plain_(x, gradient);
  }
  double operator()(const double* x, double* gradient, double* hessian) const {
    return tame(x) ? sum<true>(x, gradient, hessian) : plain_(x, gradient, hessian);
  }

 private:
  /// Whether no exponential of any run leaves the range of exp_of.
  bool tame(const double* x) const {
    const auto within = [](double log_term) { return std::abs(log_term) < 700; };
    bool result = within(x[2]);
    for (std::size_t j = 0; j < 2; ++j)
      for (const double z : ranges_[j]) result = result && within(x[j] - x[3 + j] * z);
    return result;
  }

  template <bool with_hessian>
  double sum(const double* x, double* gradient, double* hessian) const {
    const four a = all(x[0]), b = all(x[1]), alpha = all(x[3]), beta = all(x[4]), zone = all(delta);
    const double e = std::exp(x[2]);
    const four E = all(e), zero = _mm256_setzero_pd();
    four value = zero, gA = zero, gB = zero, gE = zero, galpha = zero, gbeta = zero;
    // Sums of o p q over runs, o the factor of the outer product and p, q derivatives of log s; E stands for 1/s, n and d
    // for the exponents, whose sign and whose share of e^e come in at the end.
    four AA = zero, AB = zero, AE = zero, An = zero, Ad = zero, BB = zero, BE = zero, Bn = zero, Bd = zero, EE = zero,
         En = zero, Ed = zero, nn = zero, nd = zero, dd = zero;
    // Exponentials, then logarithms, then sums: short chains of dependent instructions, many of them under way at once,
    // are 1.5 times as fast as one long chain for each four runs.
    constexpr std::size_t chunk = 64;
    alignas(32) double As[chunk], Bs[chunk], rs[chunk], inverses[chunk];
    for (std::size_t first = 0; first < L_.size(); first += chunk) {
      const std::size_t end = std::min(first + chunk, L_.size());
      for (std::size_t i = first; i < end; i += 4) {
        _mm256_store_pd(&As[i - first], exp_of(_mm256_fnmadd_pd(alpha, _mm256_loadu_pd(&N_[i]), a)));
        _mm256_store_pd(&Bs[i - first], exp_of(_mm256_fnmadd_pd(beta, _mm256_loadu_pd(&D_[i]), b)));
      }
      for (std::size_t i = first; i < end; i += 4) {
        const four s = _mm256_add_pd(_mm256_load_pd(&As[i - first]), _mm256_load_pd(&Bs[i - first]));
        const auto [log_s, inverse] = log_of(_mm256_add_pd(s, E));
        _mm256_store_pd(&rs[i - first], _mm256_sub_pd(log_s, _mm256_loadu_pd(&L_[i])));
        _mm256_store_pd(&inverses[i - first], inverse);
      }
      for (std::size_t i = first; i < end; i += 4) {
        const four N = _mm256_loadu_pd(&N_[i]), D = _mm256_loadu_pd(&D_[i]);
        const four A = _mm256_load_pd(&As[i - first]), B = _mm256_load_pd(&Bs[i - first]);
        const four r = _mm256_load_pd(&rs[i - first]), inverse = _mm256_load_pd(&inverses[i - first]);
        const four weight = _mm256_loadu_pd(&weight_[i]);
        const four clipped = _mm256_min_pd(_mm256_max_pd(r, _mm256_sub_pd(zero, zone)), zone);
        const four slope = _mm256_mul_pd(weight, clipped);
        value = _mm256_fmadd_pd(slope, _mm256_fnmadd_pd(clipped, all(0.5), r), value);
        const four scaled = _mm256_mul_pd(slope, inverse);
        const four sA = _mm256_mul_pd(scaled, A), sB = _mm256_mul_pd(scaled, B);
        const four sAN = _mm256_mul_pd(sA, N), sBD = _mm256_mul_pd(sB, D);
        gE = _mm256_add_pd(gE, scaled);
        gA = _mm256_add_pd(gA, sA);
        gB = _mm256_add_pd(gB, sB);
        galpha = _mm256_add_pd(galpha, sAN);
        gbeta = _mm256_add_pd(gbeta, sBD);
        if constexpr (with_hessian) {
          const four inside = _mm256_and_pd(_mm256_cmp_pd(clipped, r, _CMP_EQ_OQ), weight);
          const four o = _mm256_sub_pd(inside, slope), oE = _mm256_mul_pd(o, inverse);
          const four pA = _mm256_mul_pd(A, inverse), pB = _mm256_mul_pd(B, inverse);
          const four pn = _mm256_mul_pd(pA, N), pd = _mm256_mul_pd(pB, D);
          const four oA = _mm256_mul_pd(o, pA), oB = _mm256_mul_pd(o, pB), on = _mm256_mul_pd(oA, N);
          EE = _mm256_fmadd_pd(oE, inverse, EE);
          AE = _mm256_fmadd_pd(oE, pA, AE);
          BE = _mm256_fmadd_pd(oE, pB, BE);
          En = _mm256_fmadd_pd(oE, pn, En);
          Ed = _mm256_fmadd_pd(oE, pd, Ed);
          AA = _mm256_fmadd_pd(oA, pA, AA);
          AB = _mm256_fmadd_pd(oA, pB, AB);
          An = _mm256_fmadd_pd(oA, pn, An);
          Ad = _mm256_fmadd_pd(oA, pd, Ad);
          BB = _mm256_fmadd_pd(oB, pB, BB);
          Bn = _mm256_fmadd_pd(oB, pn, Bn);
          Bd = _mm256_fmadd_pd(oB, pd, Bd);
          nn = _mm256_fmadd_pd(on, pn, _mm256_fmadd_pd(sAN, N, nn));
          nd = _mm256_fmadd_pd(on, pd, nd);
          dd = _mm256_fmadd_pd(_mm256_mul_pd(oB, D), pd, _mm256_fmadd_pd(sBD, D, dd));
        }
      }
    }
    gradient[0] = sum_of(gA);
    gradient[1] = sum_of(gB);
    gradient[2] = e * sum_of(gE);
    gradient[3] = -sum_of(galpha);
    gradient[4] = -sum_of(gbeta);
    if constexpr (with_hessian) {
      // clang-format off
      const double lower[] = {
          sum_of(AA) + gradient[0],
          sum_of(AB), sum_of(BB) + gradient[1],
          e * sum_of(AE), e * sum_of(BE), e * e * sum_of(EE) + gradient[2],
          -sum_of(An) + gradient[3], -sum_of(Bn), -e * sum_of(En), sum_of(nn),
          -sum_of(Ad), -sum_of(Bd) + gradient[4], -e * sum_of(Ed), sum_of(nd), sum_of(dd)};
      // clang-format on
      const double* next = lower;
      for (std::size_t i = 0; i < coefficients; ++i)
        for (std::size_t j = 0; j <= i; ++j) hessian[i * coefficients + j] = *next++;
    }
    return sum_of(value);
  }

  libm_objective plain_;
  std::vector<double> N_, D_, L_, weight_;
  std::array<std::array<double, 2>, 2> ranges_;
};

}  // namespace benchmark
#endif
