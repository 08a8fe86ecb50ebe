// One evaluation of the objective: ours, plain loops over the C library's exp and log, and the limit in AVX2.
// SPDX-License-Identifier: BSL-1.0
//
//   benchmark.kernel                                               times, and how well the three agree
//   benchmark.kernel (libm|ours|limit) (gradient|hessian) COUNT    COUNT evaluations and nothing else, to be counted
//
// instructions.sh counts the instructions of the second form. Read the ratios: they hold on a noisy machine.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <scaling/fitting.hpp>

#include "support/avx2_objective.hpp"
#include "support/libm_objective.hpp"
#include "support/runs.hpp"
#include "support/timing.hpp"

namespace {

#if defined __AVX512F__
constexpr auto instructions = "AVX-512";
#elif defined __AVX2__
constexpr auto instructions = "AVX2";
#else
constexpr auto instructions = "whatever every machine has";
#endif

using law = scaling::chinchilla<>;
using ours = scaling::detail::power_sum_objective<law>;

/// The runs with both inputs as the library's own coordinates have them, centred and scaled: same work, same numbers.
benchmark::logs centred(const std::vector<scaling::observation<>>& runs) {
  benchmark::logs data(runs);
  for (auto* column : {&data.N, &data.D}) {
    const auto count = static_cast<double>(column->size());
    double sum = 0, squares = 0;
    for (const double z : *column) sum += z / count;
    for (const double z : *column) squares += (z - sum) * (z - sum) / count;
    for (double& z : *column) z = (z - sum) / std::sqrt(squares);
  }
  return data;
}

/// x in the order of the other two, whose log coefficients are not relative to the mean of the log losses.
benchmark::point place_of(const ours& f, const ours::vector& x) {
  const double loss = f.coordinates.centres().loss;
  return {x[1] + loss, x[2] + loss, x[0] + loss, x[3], x[4]};
}

struct kernel {
  std::string name;
  std::function<double()> gradient, hessian;
};

/// The largest difference of two results, in units of the largest entry.
template <std::size_t n>
double difference(const std::array<double, n>& got, const std::array<double, n>& want) {
  double most = 0, size = 0;
  for (std::size_t i = 0; i < n; ++i) {
    most = std::max(most, std::abs(got[i] - want[i]));
    size = std::max(size, std::abs(want[i]));
  }
  return most / size;
}

/// A row of the times of `calls`, with what they cost for each element: exp, and log with reciprocal.
void print_elements(const char* name, double elements, double runs, const std::vector<std::function<double()>>& calls) {
  const auto t = benchmark::median_microseconds(501, 2, calls);
  std::printf("| %s | %.2f | %.2f | %.2f |\n", name, 1e3 * t[0] / elements, 1e3 * t[1] / elements,
              (2 * t[0] + t[1]) / elements * runs);
}

/// What an element costs where there is nothing else to do.
void print_machine(double runs) {
  constexpr std::size_t elements = 1024;
  std::vector<double> arguments, results(elements);
  for (std::size_t i = 0; i < elements; ++i) arguments.push_back(0.5 + static_cast<double>(i) / 512);
  const auto one_by_one = [&](auto function) {
    return [&, function] {
      for (std::size_t i = 0; i < elements; ++i) results[i] = function(arguments[i]);
      return results[0];
    };
  };
  std::printf(
      "\n| one element [ns] | exp | log and reciprocal | two exp, one log and reciprocal for each run [us] |\n");
  std::printf("|---|---|---|---|\n");
  print_elements(
      "libm", elements, runs,
      {one_by_one([](double v) { return std::exp(v); }), one_by_one([](double v) { return std::log(v) + 1 / v; })});
  const Eigen::Map<const Eigen::ArrayXd> in(arguments.data(), elements);
  Eigen::Map<Eigen::ArrayXd> out(results.data(), elements);
  print_elements("Eigen's arrays", elements, runs,
                 {[&] { return (out = in.exp())[0]; }, [&] { return (out = in.log() + in.inverse())[0]; }});
#ifdef __AVX2__
  const auto by_fours = [&](auto function) {
    return [&, function] {
      for (std::size_t i = 0; i < elements; i += 4)
        _mm256_storeu_pd(&results[i], function(_mm256_loadu_pd(&arguments[i])));
      return results[0];
    };
  };
  print_elements("AVX2 by hand", elements, runs,
                 {by_fours([](benchmark::four v) { return benchmark::exp_of(v); }), by_fours([](benchmark::four v) {
                    const auto both = benchmark::log_of(v);
                    return _mm256_add_pd(both.log, both.inverse);
                  })});
#endif
}

#ifdef __AVX2__
/// Whether the limit computes what libm computes, or it would be none; and whether we do.
bool agree(const benchmark::libm_objective& plain, const benchmark::avx2_objective& limit, const ours& f,
           const ours::vector& x) {
  double values = 0, gradients = 0, hessians = 0, our_values = 0, our_gradients = 0, our_hessians = 0;
  std::mt19937_64 bits(1);
  for (int i = 0; i < 1000; ++i) {
    auto moved = x;
    for (int k = 0; k < 5; ++k) moved[k] += 4 * (static_cast<double>(bits() >> 11) * 0x1p-53 - 0.5);
    const benchmark::point at = place_of(f, moved);
    std::array<double, 5> g{}, limit_g{};
    std::array<double, 25> h{}, limit_h{};
    ours::vector our_g;
    ours::matrix our_h;
    const double value = plain(at.data(), g.data(), h.data());
    values = std::max(values, std::abs(limit(at.data(), limit_g.data(), limit_h.data()) / value - 1));
    our_values = std::max(our_values, std::abs(f(moved, our_g, our_h) / value - 1));
    gradients = std::max(gradients, difference(limit_g, g));
    hessians = std::max(hessians, difference(limit_h, h));
    constexpr std::array order{1, 2, 0, 3, 4};  // of ours in the other two
    std::array<double, 5> g_of_ours{};
    std::array<double, 25> h_of_ours{};
    for (std::size_t a = 0; a < 5; ++a) {
      g_of_ours[a] = our_g[order[a]];
      for (std::size_t b = 0; b <= a; ++b) h_of_ours[a * 5 + b] = our_h(order[a], order[b]);
    }
    our_gradients = std::max(our_gradients, difference(g_of_ours, g));
    our_hessians = std::max(our_hessians, difference(h_of_ours, h));
  }
  std::printf(
      "\nLargest relative difference from libm at 1000 places, of value, gradient and Hessian: limit %.1e, %.1e, %.1e; "
      "ours %.1e, %.1e, %.1e.\n",
      values, gradients, hessians, our_values, our_gradients, our_hessians);
  return std::max({values, gradients, hessians, our_values, our_gradients, our_hessians}) < 1e-12;
}
#endif

}  // namespace

int main(int count, char** words) {
  const auto [name, runs] = benchmark::usual_runs();
  const auto data = centred(runs);
  const auto size = static_cast<double>(runs.size());

  // All at the same place, beside the optimum.
  const ours f(scaling::detail::distinct_runs<double>(runs), {}, {.zone = benchmark::delta});
  const ours::vector x = f.coordinates.of(scaling::fit<scaling::chinchilla>(runs).law) + ours::vector::Constant(1e-3);
  ours::vector our_gradient;
  ours::matrix our_hessian;
  const benchmark::libm_objective plain(data);
  const benchmark::point at = place_of(f, x);
  std::array<double, 5> gradient{};
  std::array<double, 25> hessian{};

  std::vector<kernel> kernels{
      {"libm", [&] { return plain(at.data(), gradient.data()); },
       [&] { return plain(at.data(), gradient.data(), hessian.data()); }},
      {"ours", [&] { return f(x, our_gradient); }, [&] { return f(x, our_gradient, our_hessian); }}};
#ifdef __AVX2__
  const benchmark::avx2_objective limit(data);
  kernels.push_back({"limit", [&] { return limit(at.data(), gradient.data()); },
                     [&] { return limit(at.data(), gradient.data(), hessian.data()); }});
#endif

  if (count == 4) {
    for (const auto& one : kernels) {
      if (one.name != words[1]) continue;
      const auto& evaluate = words[2] == std::string("hessian") ? one.hessian : one.gradient;
      for (long i = std::atol(words[3]); i > 0; --i) benchmark::sink = evaluate();
      return 0;
    }
    std::fprintf(stderr, "benchmark.kernel: there is no %s here\n", words[1]);
    return 2;
  }

  std::vector<std::function<double()>> calls;
  for (const auto& one : kernels) calls.insert(calls.end(), {one.gradient, one.hessian});
  const auto t = benchmark::median_microseconds(2001, 5, calls);
  std::printf("### One evaluation of the objective, %s, compiled for %s\n\n", name.c_str(), instructions);
  std::printf("| kernel | value, gradient [us] | ns a run | of libm | of %s | and Hessian [us] | of libm | of %s |\n",
              kernels.back().name.c_str(), kernels.back().name.c_str());
  std::printf("|---|---|---|---|---|---|---|---|\n");
  for (std::size_t k = 0; k < t.size(); k += 2)
    std::printf("| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", kernels[k / 2].name.c_str(), t[k],
                1e3 * t[k] / size, t[k] / t[0], t[k] / t[t.size() - 2], t[k + 1], t[k + 1] / t[1],
                t[k + 1] / t[t.size() - 1]);
  print_machine(size);
#ifdef __AVX2__
  return agree(plain, limit, f, x) ? 0 : 1;
#endif
}
