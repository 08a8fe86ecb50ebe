// What another program may have made of the processor's arithmetic: numbers rounded up, down or towards zero, or no
// subnormal numbers, as in programs that link a library compiled with -ffast-math. Nothing hangs, digits hardly move.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cfenv>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include <scaling/core/root.hpp>
#include <scaling/fitting/fit.hpp>
#include <scaling/laws.hpp>
#include <scaling/optimize/newton.hpp>
#include <scaling/planning.hpp>

#include "support/catch.hpp"
#include "support/check_law.hpp"
#include "support/numbers.hpp"

namespace sc = scaling;

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// Runs `work` and leaves the processor as it was. By a std::function, so that no compiler moves what it computes.
void rounded_as(int mode, const std::function<void()>& work) {
  REQUIRE(std::fesetround(mode) == 0);
  work();
  std::fesetround(FE_TONEAREST);
}

#ifdef __SSE2__
void without_subnormals(const std::function<void()>& work) {
  constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | flush_to_zero | denormals_are_zero);
  volatile double least = std::numeric_limits<double>::min();
  REQUIRE(least / 2 == 0);
  work();
  _mm_setcsr(before);
}
#else
void without_subnormals(const std::function<void()>& work) { work(); }
#endif

constexpr std::array directed{FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

/// Losses and their gradients, in units of the last place of a loss: twice what check_law grants them, since each
/// operation is off by up to a unit, where it was half of one. Without subnormals they are the same bits.
template <template <class> class Law>
void check_losses(double of_losses, double of_slopes) {
  CAPTURE(Law<double>::name);
  support::random_numbers random(61);
  double losses = 0, slopes = 0;
  for (int i = 0; i < 300; ++i) {
    const auto law = support::detail::random_law<Law<double>>(random);
    const auto at = support::detail::random_run<Law<double>>(random);
    const auto usual = sc::loss_and_gradient(law, at);
    const auto evaluated = [&] { return sc::loss_and_gradient(law, at); };
    auto other = usual;
    for (const int mode : directed) {
      rounded_as(mode, [&] { other = evaluated(); });
      losses = std::max(losses, support::ulps_off(other.loss, usual.loss));
      for (std::size_t k = 0; k < usual.gradient.size(); ++k) {
        const auto row = Law<double>::coefficients()[k];
        const double unit = row.scale == sc::scale::log ? law.*row.member : 1 + law.*row.member;
        const double slope = std::abs(usual.gradient[k]) * unit + usual.loss;
        slopes = std::max(slopes, std::abs(other.gradient[k] - usual.gradient[k]) * unit / slope / epsilon);
      }
    }
    without_subnormals([&] { other = evaluated(); });
    CHECK((other.loss == usual.loss && other.gradient == usual.gradient));
  }
  CHECK(losses <= of_losses);
  CHECK(slopes <= of_slopes);
}

std::vector<sc::observation<>> table(support::random_numbers& random, double noise) {
  const double alpha = random.between(0.2, 0.7), beta = random.between(0.2, 0.7);
  const sc::chinchilla<> law{random.between(1, 2), random.spread(0.1, 1) * std::pow(1e9, alpha),
                             random.spread(0.1, 1) * std::pow(2e10, beta), alpha, beta};
  std::vector<sc::observation<>> runs;
  for (const double N : {5e7, 1e8, 3e8, 1e9, 3e9, 1e10})
    for (const double ratio : {3.0, 10.0, 20.0, 50.0, 150.0})
      runs.push_back({{N, ratio * N}, law(N, ratio * N) * std::exp(noise * random.between(-1, 1))});
  return runs;
}

}  // namespace

TEST_CASE("losses and gradients in other rounding modes") {
  check_losses<sc::chinchilla>(8, 8);
  check_losses<sc::over_training>(8, 8);
  check_losses<sc::kaplan>(32, 2000);  // differences of terms alpha_N/alpha_D^2 = 180 times as large
  check_losses<sc::kaplan_steps>(8, 8);
  check_losses<sc::muennighoff>(32, 100);  // with 1/alpha in an exponent, and its square in a slope
  check_losses<sc::lovelace>(16, 16);      // a power of (D - U)/U
  check_losses<sc::bounded>(8, 8);
  check_losses<sc::loss_of_compute>(8, 8);
  check_losses<sc::pure_loss_of_tokens>(8, 8);
}

TEST_CASE("fits in other rounding modes move by no more than they promise, and not at all without subnormals") {
  support::random_numbers random(62);
  for (int i = 0; i < 40; ++i) {
    const auto runs = table(random, 0.01);
    CAPTURE(i);
    const sc::fit_options<sc::chinchilla<>> options{.criterion = i % 2 == 0 ? sc::criterion(sc::huber{})
                                                                            : sc::criterion(sc::squared{})};
    const auto usual = sc::fit<sc::chinchilla>(runs, options);
    REQUIRE(usual.converged());
    const auto fit = [&](const auto& check) {
      return [&] {
        const auto other = sc::fit<sc::chinchilla>(runs, options);
        check(other);
      };
    };
    const auto moved = [&](const sc::fit_result<sc::chinchilla<>>& other) {
      double most = 0;
      for (const auto& row : sc::chinchilla<>::coefficients())
        most = std::max(most, std::abs(other.law.*row.member / usual.law.*row.member - 1));
      return most;
    };
    for (const int mode : directed) {
      CAPTURE(mode);
      rounded_as(mode, fit([&](const auto& other) {
                   CHECK(other.converged());
                   CHECK(moved(other) <= 1e-11);
                   CHECK(std::abs(other.objective / usual.objective - 1) <= 1e-12);
                 }));
    }
    without_subnormals(fit([&](const auto& other) { CHECK(other.law == usual.law); }));
  }
}

TEST_CASE("plans in other rounding modes, and without subnormals") {
  support::random_numbers random(63);
  for (int i = 0; i < 50; ++i) {
    const double alpha = random.between(0.25, 0.45), beta = random.between(0.25, 0.45);
    const sc::chinchilla<> law{random.between(0, 3), random.spread(1e2, 1e3), random.spread(3e2, 3e3), alpha, beta};
    const sc::muennighoff<> repeated{law.E, law.A, law.B, alpha, beta, 15, 5};
    const sc::lovelace<> harmed{law.E, law.A, law.B, alpha, beta, 0.02, 1.5, 0.75};
    const double flops = random.spread(1e18, 1e24), scarce = random.between(0.1, 0.9);
    const auto plans = [&] {
      const auto whole = sc::compute_optimal(law, flops);
      const double U = scarce * whole.tokens;
      const auto served = sc::inference_aware(law, whole.loss, 10 * whole.tokens);
      const auto cheapest = sc::compute_optimal_for_loss(repeated, whole.loss, U);
      return std::array{whole.parameters,
                        whole.tokens,
                        sc::compute_optimal(repeated, flops, U).parameters,
                        sc::compute_optimal(harmed, flops, U).parameters,
                        served.parameters,
                        served.tokens,
                        cheapest.parameters};
    };
    const auto usual = plans();
    CAPTURE(i);
    for (const int mode : directed) {
      CAPTURE(mode);
      auto other = usual;
      rounded_as(mode, [&] { other = plans(); });
      // As two plans of the same law by searches from other numbers, in plan_properties.test.cpp.
      for (std::size_t k = 0; k < usual.size(); ++k) CHECK(std::abs(std::log(other[k] / usual[k])) < 20000 * epsilon);
    }
    without_subnormals([&] { CHECK(plans() == usual); });
  }
}

TEST_CASE("the search for a root near 0 went on for ever without subnormals") {
  const auto check = [] {
    for (const double root : {0.0, 1e-310, 1e-300, 0.3}) {
      CAPTURE(root);
      int evaluations = 0;
      const auto step = [&](double x) { return ++evaluations > 2000 ? 0 : x > root ? 1.0 : -1.0; };
      CHECK(sc::find_root(step, 0.0, 1.0).converged());
      CHECK(evaluations < 1100);  // bisection down to the least double
    }
  };
  without_subnormals(check);
  for (const int mode : directed) rounded_as(mode, check);
}

TEST_CASE("Newton's method went on for ever without curvature, where no product is rounded up to infinity") {
  using vector = Eigen::Vector2d;
  const auto plane = [](const vector& x, vector& gradient, Eigen::Matrix2d& hessian) {
    gradient.setOnes();
    hessian.setZero();
    return x.sum();
  };
  for (const int mode : directed)
    rounded_as(mode, [&] {
      const auto result = sc::optimize::newton(plane, vector(0, 0), {.lower = vector(-3, -3), .upper = vector(3, 3)});
      CHECK(result.x == vector(-3, -3));
    });
}
