// The check of derivatives: right ones pass, a mistake is found and named, and what cannot be told is not held against
// anybody.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <scaling/optimize/check_gradient.hpp>

#include "optimize/more_garbow_hillstrom.hpp"
#include "support/catch.hpp"

namespace mgh = more_garbow_hillstrom;
using scaling::optimize::agreement;
using scaling::optimize::check_gradient;
using scaling::optimize::check_hessian;
using scaling::optimize::check_options;
using vector = Eigen::Vector3d;
using dynamic = Eigen::VectorXd;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// exp(x0) x1 + x2^3, with a gradient that `mistake` may spoil.
template <class V, class Mistake>
auto spoilt(Mistake mistake) {
  return [=](const V& x, V& g) {
    using T = typename V::Scalar;
    const T e = std::exp(x[0]);
    g[0] = e * x[1];
    g[1] = e;
    g[2] = 3 * x[2] * x[2];
    mistake(x, g);
    return e * x[1] + x[2] * x[2] * x[2];
  };
}

double quartic(const vector& x, vector& g, Eigen::Matrix3d& h) {
  const double s = x.squaredNorm();
  g = 4 * s * x;
  h = 8 * x * x.transpose();
  h.diagonal().array() += 4 * s;
  return s * s;
}

}  // namespace

TEST_CASE("the gradients of known problems pass, near their starts and in units of any size") {
  for (const auto& p : mgh::problems()) {
    const dynamic x = p.start + dynamic::LinSpaced(p.start.size(), 0.01, 0.02);
    const auto report = check_gradient(p.function, x);
    INFO(p.name << ": entry " << report.index << " is " << report.analytic << ", by differences " << report.numerical
                << "; error " << report.error << ", uncertainty " << report.uncertainty);
    CHECK(report.passed());
    CHECK(report.evaluations < 60 * x.size());
    const auto scaled = [&](const dynamic& y, dynamic& g) {
      const double value = p.function(std::ldexp(1.0, 40) * y, g);
      g *= std::ldexp(1.0, 40 - 300);
      return std::ldexp(value, -300);
    };
    CHECK(check_gradient(scaled, std::ldexp(1.0, -40) * x).passed());
  }
}

TEMPLATE_TEST_CASE("a sign, a factor and a missing term are found and named, in every scalar", "", float, double,
                   long double) {
  using T = TestType;
  using fixed = Eigen::Matrix<T, 3, 1>;
  using resizable = Eigen::Matrix<T, Eigen::Dynamic, 1>;
  const fixed x(T(0.3), T(-1.7), T(2.5));
  const resizable y = x;
  const auto found = [&](auto mistake, int index) {
    const auto report = check_gradient(spoilt<fixed>(mistake), x);
    const auto same = check_gradient(spoilt<resizable>(mistake), y);
    CHECK_FALSE(report.passed());
    CHECK(report.status == agreement::wrong);
    CHECK(report.index == index);
    CHECK(report.row == -1);
    CHECK(same.index == index);
    CHECK(report.uncertainty < report.error / 100);
    fixed right, wrong;
    spoilt<fixed>([](const auto&, auto&) {})(x, right);
    spoilt<fixed>(mistake)(x, wrong);
    CHECK(report.analytic == wrong[index]);
    CHECK(std::abs(report.numerical - right[index]) <= report.uncertainty * report.scale);
    CHECK(report.uncertainty < std::cbrt(std::numeric_limits<T>::epsilon()));
  };
  CHECK(check_gradient(spoilt<fixed>([](const auto&, auto&) {}), x).passed());
  CHECK(check_gradient(spoilt<resizable>([](const auto&, auto&) {}), y).passed());
  found([](const auto&, auto& g) { g[1] = -g[1]; }, 1);
  found([](const auto&, auto& g) { g[0] *= 2; }, 0);
  found([](const auto&, auto& g) { g[2] *= T(1.02L); }, 2);
  found([](const auto& v, auto& g) { g[0] -= std::exp(v[0]) / 4; }, 0);
  found([](const auto&, auto& g) { g[2] = 0; }, 2);
}

TEST_CASE("a smooth gradient costs at most ten evaluations a variable") {
  const auto right = check_gradient(spoilt<vector>([](const vector&, vector&) {}), vector(0.3, -1.7, 2.5));
  CHECK(right.passed());
  CHECK(right.evaluations <= 1 + 10 * 3);
}

TEST_CASE("of two mistakes the larger is named, and one entry in many is found") {
  const auto two = check_gradient(spoilt<vector>([](const vector&, vector& g) { g[0] *= 1.5, g[2] *= 1.1; }),
                                  vector(0.3, -1.7, 2.5));
  CHECK(two.index == 0);
  CHECK(two.error == Catch::Approx(1.0 / 3));  // of the larger of both
  for (const int at : {0, 57, 99}) {
    const auto f = [&](const dynamic& x, dynamic& g) {
      const double value = mgh::rosenbrock<dynamic>(x, g);
      g[at] *= 1.001;
      return value;
    };
    const auto report = check_gradient(f, dynamic::LinSpaced(100, 0.3, 1.7));
    CHECK(report.status == agreement::wrong);
    CHECK(report.index == at);
  }
}

TEST_CASE("a mistake is found at zero, and where f and x are small") {
  const auto line = [](const vector& x, vector& g) { return g = {1.01, 1, 1}, x.sum(); };
  CHECK(check_gradient(line, vector(0, 0, 0)).status == agreement::wrong);
  const auto small = [](const vector& x, vector& g) { return g = {1.01e-9, 1e-9, 1e-9}, 1e-9 * x.sum(); };
  const auto report = check_gradient(small, vector(1, 2, 3));
  CHECK(report.status == agreement::wrong);
  CHECK(report.error == Catch::Approx(0.01 / 1.01));
}

TEST_CASE("at a minimum, at zero and beside a constant, right gradients pass") {
  CHECK(check_gradient(mgh::rosenbrock<dynamic>, dynamic::Ones(4)).passed());
  CHECK(check_gradient(mgh::rosenbrock<dynamic>, dynamic::Zero(4)).passed());
  for (const double constant : {1.0, 1e3, 1e6}) {
    const auto beside = [&](const dynamic& x, dynamic& g) { return mgh::rosenbrock<dynamic>(x, g) + constant; };
    CHECK(check_gradient(beside, dynamic::LinSpaced(4, -1, 2)).passed());
  }
  const auto linear = [](const vector& x, vector& g) { return g = vector(1, 0, -2), g.dot(x); };
  CHECK(check_gradient(linear, vector(1e-8, 3, 1e8)).passed());
}

TEST_CASE("what rounding or noise hides is unclear, neither right nor wrong") {
  const auto hidden = [](const vector& x, vector& g) { return g = 2 * x, x.squaredNorm() + 1e17; };
  CHECK(check_gradient(hidden, vector(1, 2, 3)).status != agreement::wrong);
  int calls = 0;
  const auto noisy = [&](const vector& x, vector& g) {
    return g = 2 * x, x.squaredNorm() * (1 + 1e-4 * std::sin(1e4 * ++calls));
  };
  const auto report = check_gradient(noisy, vector(1, 2, 3));
  CHECK(report.status == agreement::unclear);
  CHECK_FALSE(report.passed());
  CHECK(report.uncertainty > 6e-6);
}

TEST_CASE("a kink and a jump are named, a sharp bend is not one") {
  const auto report = check_gradient(
      [](const vector& x, vector& g) {
        g = {x[0] > 1 ? 1.0 : -1.0, 1, 1};
        return std::abs(x[0] - 1) + x[1] + x[2];
      },
      vector(1, 2, 3));
  CHECK(report.status == agreement::kink);
  CHECK(report.index == 0);
  const auto jump = [](const vector& x, vector& g) { return g.setOnes(), x.sum() + (x[1] < 2 ? 1 : 0); };
  CHECK(check_gradient(jump, vector(1, 2, 3)).status == agreement::kink);
  CHECK(check_gradient(jump, vector(1, 2, 3)).index == 1);
  for (const double width : {1e-1, 1e-3, 1e-5}) {
    const auto bend = [&](const vector& x, vector& g) {
      const double u = std::hypot(width, x[0] - 1);
      g = {(x[0] - 1) / u, 1, 1};
      return u + x[1] + x[2];
    };
    CHECK(check_gradient(bend, vector(1, 2, 3)).passed());
    CHECK(check_gradient(bend, vector(1 + width, 2, 3)).passed());
  }
}

TEST_CASE(
    "values and derivatives that are not finite have a status, and regions without a value are stepped back from") {
  const auto gradient =
      check_gradient(spoilt<vector>([](const vector&, vector& g) { g[1] = std::nan(""); }), vector(0.3, -1.7, 2.5));
  CHECK(gradient.status == agreement::not_finite);
  CHECK(gradient.index == 1);
  const auto unfilled =
      check_gradient([](const vector& x, vector& g) { return g[0] = 1, g[1] = 1, x.sum(); }, vector(1, 2, 3));
  CHECK(unfilled.status == agreement::not_finite);
  CHECK(unfilled.index == 2);
  const auto nowhere = check_gradient([](const vector&, vector& g) { return g.setOnes(), infinity; }, vector(1, 2, 3));
  CHECK(nowhere.status == agreement::not_finite);
  CHECK(nowhere.index == -1);
  const auto logarithm = [](const vector& x, vector& g) {
    g = {1 / (x[0] - 1), 1, 1};
    return std::log(x[0] - 1) + x[1] + x[2];
  };
  CHECK(check_gradient(logarithm, vector(1.01, 2, 3)).passed());
}

TEST_CASE("bounds are respected: one-sided at them, nothing between equal ones") {
  const vector lower(1, -2, -infinity), upper(5, 0.5, 2);
  const auto f = [&](const vector& x, vector& g) {
    CHECK((x.array() >= lower.array()).all());
    CHECK((x.array() <= upper.array()).all());
    g = {x[1] / std::sqrt(x[0]) / 2, std::sqrt(x[0]), 3 * x[2] * x[2]};
    return std::sqrt(x[0]) * x[1] + x[2] * x[2] * x[2];
  };
  for (const vector& x : {vector(1, 0.5, 2), vector(1 + 1e-9, 0.4, 1.9), vector(5, -2, -7)})
    CHECK(check_gradient(f, x, {.lower = lower, .upper = upper}).passed());
  const auto wrong = [&](const vector& x, vector& g) {
    const double value = f(x, g);
    g[1] *= 1.01;
    return value;
  };
  CHECK(check_gradient(wrong, vector(1, 0.5, 2), {.lower = lower, .upper = upper}).index == 1);
  const auto one_sided = check_gradient(f, vector(1, 0.5, 2), {.lower = lower, .upper = upper});
  CHECK(one_sided.evaluations <= 1 + 5 * 3);
  // x[1] cannot move: nobody will ever ask for its derivative.
  CHECK(check_gradient(spoilt<vector>([](const vector&, vector& g) { g[1] = 0; }), vector(1, 2, 3),
                       {.lower = vector(0, 2, 0), .upper = vector(9, 2, 9)})
            .passed());
}

TEST_CASE("where a box has room for the smallest of steps to one side only, that step is taken") {
  // Beyond a power of two as much is lost in rounding.
  constexpr double ulp = std::numeric_limits<double>::epsilon() / 2;
  const auto line = [](const dynamic& x, dynamic& g) { return g[0] = 2, 2 * x[0]; };
  for (const double x : {1.0, -1.0}) {
    const double inner = x > 0 ? x - ulp : x + ulp;
    const auto report = check_gradient(
        line, dynamic::Constant(1, x),
        {.lower = dynamic::Constant(1, std::min(x, inner)), .upper = dynamic::Constant(1, std::max(x, inner))});
    CHECK(report.status == agreement::unclear);  // as nothing shows how it errs
    CHECK(report.numerical == 2);
  }
}

TEST_CASE("a Hessian is checked entry by entry") {
  const vector x(0.5, -1, 2);
  const auto right = check_hessian(quartic, x);
  CHECK(right.passed());
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) {
      const auto wrong = [&](const vector& at, vector& g, Eigen::Matrix3d& h) {
        const double value = quartic(at, g, h);
        h(row, column) *= 1.01;
        return value;
      };
      const auto report = check_hessian(wrong, x);
      CHECK(report.status == agreement::wrong);
      CHECK(report.row == row);
      CHECK(report.index == column);
    }
  using matrix = Eigen::MatrixXd;
  const auto resizable = [](const dynamic& at, dynamic& g, matrix& h) {
    vector slopes;
    Eigen::Matrix3d curvatures;
    const double value = quartic(at, slopes, curvatures);
    g = slopes;
    h = curvatures;
    return value;
  };
  CHECK(check_hessian(resizable, dynamic(x)).passed());
}

TEST_CASE("misuse of a check is refused, and what f throws passes through") {
  const auto f = [](const vector& x, vector& g) { return g.setOnes(), x.sum(); };
  CHECK_THROWS_WITH(check_gradient(f, vector(1, infinity, 3)),
                    "scaling::optimize::check_gradient: x[1] = inf, must be finite and inside its bounds");
  CHECK_THROWS_WITH(check_gradient(f, vector(1, 2, 3), {.upper = vector(9, 9, 1)}),
                    "scaling::optimize::check_gradient: x[2] = 3, must be finite and inside its bounds");
  CHECK_THROWS_WITH(check_gradient(f, vector(1, 2, 3), {.tolerance = 0}),
                    "scaling::optimize::check_gradient: tolerance = 0, must be positive");
  CHECK_THROWS_AS(
      check_gradient([](const vector&, vector&) -> double { throw std::range_error("f"); }, vector(1, 2, 3)),
      std::range_error);
}
