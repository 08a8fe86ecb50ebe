// L-BFGS-B on NIST's 27 nonlinear regressions, from both of their starts, in the coordinates in which they are stated:
// what is said to be a minimum is the certified one.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <scaling/optimize/lbfgsb.hpp>

#include "optimize/nist.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

using scaling::optimize::lbfgsb;
using vector = Eigen::VectorXd;

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

// Some models have several names for one curve: exponentials in any order, widths of either sign.
void as_it_is(vector&) {}
void by_rate(vector& b) {
  for (const int i : {0, 2, 0})
    if (b[i + 1] > b[i + 3]) {
      std::swap(b[i], b[i + 2]);
      std::swap(b[i + 1], b[i + 3]);
    }
}
void peaks_upright(vector& b) {
  for (const int i : {4, 7}) b[i] = std::abs(b[i]);
}
void peak_upright(vector& b) { b.head(2) = b.head(2).cwiseAbs(); }

struct row {
  const char* name;
  nist::formula model;
  void (*in_order)(vector&) = as_it_is;
  bool logarithm = false;  // of y
  bool noisy = false;      // the residuals are at the rounding of y: convergence cannot always be told
};

constexpr row rows[] = {
    {"Misra1a", nist::exponential_rise},
    {"Chwirut2", nist::chwirut},
    {"Chwirut1", nist::chwirut},
    {"Lanczos3", nist::lanczos, by_rate},
    {"Gauss1", nist::gauss, peaks_upright},
    {"Gauss2", nist::gauss, peaks_upright},
    {"DanWood", nist::dan_wood},
    {"Misra1b", nist::misra_1b},
    {"Kirby2", nist::quadratics},
    {"Hahn1", nist::cubics},
    {.name = "Nelson", .model = nist::nelson, .logarithm = true},
    {"MGH17", nist::mgh_17},
    {.name = "Lanczos1", .model = nist::lanczos, .in_order = by_rate, .noisy = true},
    {.name = "Lanczos2", .model = nist::lanczos, .in_order = by_rate, .noisy = true},
    {"Gauss3", nist::gauss, peaks_upright},
    {"Misra1c", nist::misra_1c},
    {"Misra1d", nist::misra_1d},
    {"Roszman1", nist::roszman},
    {"ENSO", nist::enso},
    {"MGH09", nist::mgh_09},
    {"Thurber", nist::cubics},
    {"BoxBOD", nist::exponential_rise},
    {"Rat42", nist::rat_42},
    {"MGH10", nist::mgh_10},
    {"Eckerle4", nist::eckerle, peak_upright},
    {"Rat43", nist::rat_43},
    {"Bennett5", nist::bennett},
};

nist::problem problem_of(const row& r, const std::filesystem::path& folder) {
  nist::problem p = nist::read(folder / (std::string(r.name) + ".dat"), r.model);
  if (r.logarithm)
    for (double& y : p.y) y = std::log(y);
  return p;
}

}  // namespace

TEST_CASE("each file gives its data, its starts and a sum of squares that is certified for its coefficients") {
  const auto folder = support::reference_file("data/nist");
  if (!folder) return;
  for (const row& r : rows) {
    INFO(r.name);
    const nist::problem p = problem_of(r, *folder);
    REQUIRE(p.certified.size() > 1);
    REQUIRE(p.y.size() > 5);
    CHECK(p.y.size() == p.x.size());
    vector gradient = p.certified;
    // To 11 digits, and to the digits of double where the residuals are as small as 1e-6 and 1e-13.
    const std::string name = r.name;
    CHECK(p(p.certified, gradient) == Catch::Approx(p.sum_of_squares)
                                          .epsilon(5e-11)
                                          .margin(name == "Lanczos1"   ? 1e-20
                                                  : name == "Lanczos2" ? 1e-20
                                                                       : 0));
  }
}

TEST_CASE("54 nonlinear regressions from NIST's own starts: all right, and none falsely") {
  const auto folder = support::reference_file("data/nist");
  if (!folder) return;
  int converged = 0, right = 0, evaluations = 0;
  for (const row& r : rows) {
    const nist::problem p = problem_of(r, *folder);
    const double n = static_cast<double>(p.y.size()), freedom = n - static_cast<double>(p.certified.size());
    // The sum of squares may be off by 1e-12 of it, a hundred times what the default tolerance leaves, and by what
    // rounding of the model, 4 epsilon of y, adds. In units of the certified standard deviations that moves no
    // coefficient by more than sqrt(off freedom). All that is certified has 11 digits.
    const double y = Eigen::Map<const vector>(p.y.data(), static_cast<Eigen::Index>(p.y.size())).norm();
    const double off = 1e-12 + 4 * epsilon * y / std::sqrt(p.sum_of_squares), digits = 5e-11;
    for (const int start : {0, 1}) {
      const auto result = lbfgsb(p, p.starts[start]);
      vector b = result.x;
      r.in_order(b);
      const vector error = (b - p.certified).cwiseAbs();
      const bool is_right =
          std::abs(result.value / p.sum_of_squares - 1) <= off + digits &&
          (error.array() <= std::sqrt(off * freedom) * p.deviation.array() + digits * p.certified.array().abs()).all();
      INFO(r.name << " from start " << start + 1);
      CHECK(is_right);
      CHECK((result.converged() || r.noisy));
      converged += result.converged();
      right += is_right;
      evaluations += result.evaluations;
      std::printf("%-9s start %d %6d evaluations  termination %d  sum of squares %9.1e off, %4.1f digits of b\n",
                  r.name, start + 1, result.evaluations, static_cast<int>(result.termination),
                  result.value / p.sum_of_squares - 1,
                  -std::log10(std::max(1e-11, (error.array() / p.certified.array().abs()).maxCoeff())));
    }
  }
  std::printf("%d of 54 converged, %d right; %d evaluations\n", converged, right, evaluations);
  CHECK(evaluations < 40000);  // 22,000
}
