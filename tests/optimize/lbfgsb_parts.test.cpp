// The parts of L-BFGS-B against their definitions: dense matrices, exhaustive search along the path, Wolfe's
// inequalities. SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <Eigen/Dense>

#include <scaling/optimize/box.hpp>
#include <scaling/optimize/cauchy_point.hpp>
#include <scaling/optimize/lbfgs_matrix.hpp>
#include <scaling/optimize/line_search.hpp>
#include <scaling/optimize/subspace_minimum.hpp>

#include "support/catch.hpp"

using namespace scaling::detail;
using vector = Eigen::VectorXd;
using dense = Eigen::MatrixXd;

namespace {

constexpr int n = 7, memory = 4;
constexpr double infinity = std::numeric_limits<double>::infinity();

std::mt19937 engine(1);

vector random_vector() {
  return vector::NullaryExpr(n, [](Eigen::Index) { return std::normal_distribution<double>()(engine); });
}

/// Where the cubic with the values and slopes of both points has its minimum, by its coefficients.
double minimum_of_cubic(const line_point<double>& a, const line_point<double>& b) {
  const double length = b.step - a.step, rise = (b.value - a.value) / length;
  const double third = (a.slope + b.slope - 2 * rise) / (length * length);
  const double second = (3 * rise - 2 * a.slope - b.slope) / length;
  return a.step + (std::sqrt(second * second - 3 * third * a.slope) - second) / (3 * third);
}

/// A limited-memory matrix of `pairs` random pairs, and the dense one by the BFGS formula from the youngest of them.
struct matrices {
  lbfgs_matrix<vector, memory> compact{n};
  dense full;

  explicit matrices(int pairs, double condition = 1) {
    const dense root =
        dense::NullaryExpr(n, n, [](Eigen::Index, Eigen::Index) { return std::normal_distribution<double>()(engine); });
    const vector scales =
        vector::NullaryExpr(n, [=](Eigen::Index i) { return std::pow(condition, double(i) / (n - 1)); });
    const dense hessian = root * scales.asDiagonal() * root.transpose() + dense::Identity(n, n);
    std::vector<vector> steps;
    for (int k = 0; k < pairs; ++k) {
      steps.push_back(random_vector());
      CHECK(compact.update(steps.back(), hessian * steps.back()));
    }
    full = compact.theta() * dense::Identity(n, n);
    for (int k = std::max(0, pairs - memory); k < pairs; ++k) {
      const vector s = steps[static_cast<std::size_t>(k)], y = hessian * s, b = full * s;
      full += y * y.transpose() / y.dot(s) - b * b.transpose() / b.dot(s);
    }
    CHECK(compact.pairs() == std::min(pairs, memory));
    CHECK(compact.factor());
  }
};

/// A box around a point some of whose coordinates are on their bounds, some free on one side or both.
struct place {
  vector x = random_vector(), lower = x, upper = x;
  place() {
    for (int i = 0; i < n; ++i) {
      const auto room = [] {
        return engine() % 4 == 0   ? 0.0
               : engine() % 4 == 0 ? infinity
                                   : std::exponential_distribution<double>(2)(engine);
      };
      lower[i] -= room();
      upper[i] += room();
    }
  }
  box<vector> bounds() const { return {x, lower, upper, "test"}; }
};

}  // namespace

TEST_CASE("the compact matrix is the BFGS matrix of the pairs it remembers") {
  for (int pairs = 0; pairs <= 3 * memory; ++pairs) {
    const matrices B(pairs);
    const vector v = random_vector(), w = random_vector();
    vector product(n);
    B.compact.multiply(v, B.compact.image(v), product);
    CHECK((product - B.full * v).norm() <= 1e-10 * product.norm());
    CHECK(B.compact.theta() * v.dot(w) - B.compact.inner(B.compact.image(v), B.compact.image(w)) ==
          Catch::Approx(v.dot(B.full * w)).epsilon(1e-9));
    for (int i = 0; i < n; ++i)
      CHECK(B.compact.inner(B.compact.image(i), B.compact.image(v)) ==
            Catch::Approx(B.compact.theta() * v[i] - B.full.row(i).dot(v)).epsilon(1e-9).margin(1e-9));
  }
}

TEST_CASE("the units of a pair change the matrix as they must, those of its length not at all") {
  lbfgs_matrix<vector, memory> one(n), other(n);
  const vector s = random_vector(), y = s + 0.1 * random_vector();
  CHECK(one.update(s, y));
  CHECK(other.update(std::ldexp(1.0, -400) * s, std::ldexp(1.0, -400) * y));
  CHECK(one.theta() == other.theta());
  CHECK_FALSE(one.update(s, -y));
  CHECK_FALSE(one.update(0 * s, y));
  CHECK_FALSE(one.update(s, 0 * y));
  CHECK(one.pairs() == 1);
}

TEST_CASE("Newton steps with the free block are those of the dense block") {
  for (int repetition = 0; repetition < 200; ++repetition) {
    matrices B(static_cast<int>(engine() % 9));
    Eigen::Array<bool, Eigen::Dynamic, 1> free(n);
    vector r = random_vector();
    dense block = B.full;
    for (int i = 0; i < n; ++i) {
      free[i] = engine() % 3 != 0;
      if (free[i]) continue;
      r[i] = 0;
      block.row(i).setZero();
      block.col(i).setZero();
      block(i, i) = 1;
    }
    vector step = r;
    CHECK(B.compact.newton_step(free, step));
    CHECK((step + block.ldlt().solve(r)).norm() <= 1e-8 * step.norm());
  }
}

TEST_CASE("a pivot that is 0 has no sign, and is refused") {
  quasidefinite<double, 2> matrix;
  matrix.size = 2;
  for (const auto& [first, second] : {std::pair{-1.0, 0.0}, {0.0, 1.0}, {-1.0, 1.0}}) {
    matrix.u[0][0] = first;
    matrix.u[0][1] = 0;
    matrix.u[1][1] = second;
    CHECK(matrix.factor() == (first < 0 && second > 0));
  }
}

TEST_CASE("the Cauchy point is the first local minimiser along the projected gradient") {
  for (int repetition = 0; repetition < 500; ++repetition) {
    const matrices B(static_cast<int>(engine() % 9));
    const place at;
    const auto bounds = at.bounds();
    const vector g = random_vector();
    const auto path = [&](double t) {
      vector z(n);
      for (int i = 0; i < n; ++i) z[i] = bounds.project(i, at.x[i] - t * g[i]) - at.x[i];
      return z;
    };
    // Segment by segment with dense matrices: the first in which the slope of the model turns holds the minimum.
    std::vector<double> breaks{0};
    for (int i = 0; i < n; ++i) {
      const double t = g[i] > 0 ? (at.x[i] - at.lower[i]) / g[i] : (at.x[i] - at.upper[i]) / g[i];
      if (t > 0 && t < infinity) breaks.push_back(t);
    }
    std::sort(breaks.begin(), breaks.end());
    double best = breaks.back();
    for (std::size_t k = 0; k < breaks.size(); ++k) {
      const double t = breaks[k], end = k + 1 < breaks.size() ? breaks[k + 1] : t + 1;
      const vector z = path(t), d = (path(end) - z) / (end - t);
      const double turn = t - d.dot(g + B.full * z) / std::max(d.dot(B.full * d), 1e-300);
      if (d.norm() > 0 && (turn < end || k + 1 == breaks.size())) {
        best = std::max(turn, t);
        break;
      }
    }
    cauchy_point<vector, memory> cauchy(at.x);
    cauchy.find(at.x, g, bounds, B.compact);
    CHECK((cauchy.step - path(best)).norm() <= 1e-8 * (1 + cauchy.step.norm()));
    vector product(n);
    B.compact.multiply(cauchy.step, cauchy.image, product);
    CHECK((product - B.full * cauchy.step).norm() <= 1e-8 * (1 + product.norm()));
    for (int i = 0; i < n; ++i) {
      const double x = at.x[i] + cauchy.step[i];
      CHECK(cauchy.free[i] == (at.lower[i] < x && x < at.upper[i]));
    }
  }
}

TEST_CASE("a path without breakpoints whose curvature underflows has no next breakpoint") {
  lbfgs_matrix<vector, memory> B(n);
  B.reset(1e-250);
  CHECK(B.factor());
  const vector x = vector::Ones(n);
  cauchy_point<vector, memory> cauchy(x);
  cauchy.find(x, 1e-100 * x, box<vector>(x, {}, {}, "test"), B);
  CHECK((cauchy.step.array() < -1e100).all());
}

TEST_CASE("the subspace step descends inside the box, projected or, where that is uphill, truncated") {
  constexpr double unit = 0x1p-20;  // so that uphill is less than 1
  int uphill = 0, exact = 0;
  for (int repetition = 0; repetition < 5000; ++repetition) {
    matrices B(static_cast<int>(engine() % 9), 1e4);
    place at;
    at.x *= unit;
    at.lower *= unit;
    at.upper *= unit;
    const auto bounds = at.bounds();
    const vector g = unit * std::pow(10.0, repetition % 7) * random_vector();
    cauchy_point<vector, memory> cauchy(at.x);
    cauchy.find(at.x, g, bounds, B.compact);
    if (cauchy.step.norm() == 0) continue;
    vector newton(n), d(n), minimum = cauchy.step;
    CHECK(subspace_minimum(at.x, g, bounds, cauchy, B.compact, newton, d));
    CHECK(g.dot(d) < 0);
    // The truncated step and the projected one of an exact minimiser are no higher than the Cauchy point.
    const auto model = [&](const vector& z) { return g.dot(z) + z.dot(B.full * z) / 2; };
    minimum += newton;
    bool inside = true;
    vector projected(n);
    for (int i = 0; i < n; ++i) {
      CHECK(d[i] >= at.lower[i] - at.x[i] - 1e-12 * unit);
      CHECK(d[i] <= at.upper[i] - at.x[i] + 1e-12 * unit);
      projected[i] = bounds.project(i, at.x[i] + minimum[i]) - at.x[i];
      inside = inside && projected[i] == at.x[i] + minimum[i] - at.x[i];
    }
    if (inside) {
      ++exact;
      CHECK(model(d) <= model(cauchy.step) + 1e-6 * std::abs(model(cauchy.step)));
      const vector rest = g + B.full * d;
      for (int i = 0; i < n; ++i)
        if (cauchy.free[i]) CHECK(std::abs(rest[i]) < 1e-5 * unit);
    }
    if (g.dot(projected) >= 0) {
      ++uphill;
      CHECK(model(d) <= model(cauchy.step) + 1e-6 * std::abs(model(cauchy.step)));
    }
  }
  CHECK(exact > 100);
  CHECK(uphill > 0);
}

TEST_CASE("a step that reaches a bound but for rounding is put on it, and none leaves the box") {
  for (int repetition = 0; repetition < 2000; ++repetition) {
    const place at;
    const auto bounds = at.bounds();
    vector d = random_vector(), to(n);
    for (int i = 0; i < n; ++i)
      if (d[i] < 0 ? at.x[i] == at.lower[i] : at.x[i] == at.upper[i]) d[i] = 0;
    const double limit = bounds.step_limit(at.x, d);
    if (limit == infinity) continue;
    bounds.move(at.x, limit, d, to);
    bool on_one = false;
    for (int i = 0; i < n; ++i) {
      CHECK(to[i] >= at.lower[i]);
      CHECK(to[i] <= at.upper[i]);
      on_one = on_one || (d[i] != 0 && (to[i] == at.lower[i] || to[i] == at.upper[i]));
    }
    CHECK(on_one);
  }
}

TEST_CASE("one bound on one side makes a box, and a step of length one has no more room than others") {
  const vector x = vector::Zero(n), nowhere = vector::Constant(n, infinity);
  CHECK_FALSE(box<vector>(x, -nowhere, nowhere, "test").bounded());
  for (const int i : {0, 3}) {
    vector lower = -nowhere, upper = nowhere;
    lower[i] = -2;
    upper[i] = 2;
    CHECK(box<vector>(x, lower, nowhere, "test").bounded());
    CHECK(box<vector>(x, -nowhere, upper, "test").bounded());
    for (const double length : {0.5, 1.0, 4.0})
      CHECK(box<vector>(x, lower, upper, "test").step_limit(x, length * vector::Unit(n, i)) == 2 / length);
  }
  CHECK(box<vector>(x, x, nowhere, "test").blocked(3, 0, 1));
  CHECK_FALSE(box<vector>(x, x, nowhere, "test").blocked(3, 0, 0));  // nothing pushes it out
}

TEST_CASE("the next step is that of Moré and Thuente's four cases, in any units") {
  constexpr line_point<double> low{0, 0, -1}, steep{0, 0, -3}, high{4, 2, 3};
  constexpr line_point<double> sharp{1, 1, 10}, mild{1, 1, 1}, turned{1, -0.5, 1}, ahead{1, -0.95, -0.7};
  constexpr line_point<double> behind{1, -0.2, -0.7}, soon{1, -0.8, -0.5}, steeper{1, -1.2, -1.1}, hump{1, 0.5, -0.2};
  constexpr line_point<double> level{1, 0, 2};
  struct {
    line_point<double> low, trial;
    bool bracketed;
    double next;
  } const cases[] = {
      {low, sharp, false, (0.25 + minimum_of_cubic(low, sharp)) / 2},  // 1, 0.25 by the parabola: the cubic is farther
      {low, mild, false, minimum_of_cubic(low, mild)},                 // 1, the cubic is nearer
      {low, hump, false, minimum_of_cubic(low, hump)},                 // 1, the slope does not turn
      {low, level, false, 1.0 / 3},                                    // 2, as high is not higher
      {low, turned, false, 0.5},                                       // 2, the secant is farther
      {steep, turned, false, minimum_of_cubic(steep, turned)},         // 2, the cubic is farther
      {low, ahead, false, 1 + 0.7 / 0.3},                              // 3, the secant is farther
      {low, soon, false, 1 + 1.1},                                     // 3, at least as far on again
      {low, behind, false, 1 + 4},                                     // 3, the cubic has no minimum ahead
      {low, ahead, true, minimum_of_cubic(low, ahead)},                // 3, the cubic is nearer than the secant
      {low, behind, true, 1 + 0.66 * 3},                               // 3, and not too near the other end
      {low, steeper, false, 1 + 4},                                    // 4
      {low, steeper, true, minimum_of_cubic(steeper, high)},           // 4
  };
  for (const auto& c : cases) {
    CAPTURE(c.trial.value, c.trial.slope, c.bracketed);
    const auto next = [&](double unit, double limit, double tilt) {
      const auto changed = [=](line_point<double> p) -> line_point<double> {
        return {p.step * unit, p.value + tilt * p.step, (p.slope + tilt) / unit};
      };
      step_interval<double> interval{changed(c.low), changed(c.bracketed ? high : c.low), c.bracketed};
      const double step = interval.next(changed(c.trial), tilt / unit, limit);
      CHECK(interval.bracketed == (c.bracketed || c.trial.value > 0 || c.trial.slope > 0));
      return step;
    };
    CHECK(next(1, infinity, 0) == Catch::Approx(c.next).epsilon(1e-14));
    CHECK(next(1, infinity, -0.5) == Catch::Approx(c.next).epsilon(1e-14));  // the tilt is taken away again
    for (const double unit : {0x1p-40, 0x1p40}) CHECK(next(unit, infinity, 0) == unit * next(1, infinity, 0));
    if (c.next > 1) CHECK(next(1, 1.5, 0) == (c.bracketed ? next(1, infinity, 0) : 1.5));
  }
}

TEST_CASE(
    "a bracket that does not shrink by a third in two trials is halved, on the scale of logarithms if it is wide") {
  const auto next = [](line_point<double> low, line_point<double> high, line_point<double> trial, double width_before) {
    step_interval<double> interval{low, high, true, width_before, width_before};
    return interval.next(trial, 0, infinity);
  };
  const line_point<double> low{0, 0, -1}, ahead{1, -0.95, -0.7};
  const double cubic = minimum_of_cubic(low, ahead);
  CHECK(next(low, {4, 2, 3}, ahead, 3 / 0.6599) == Catch::Approx(cubic));  // 3 is what is left
  CHECK(next(low, {4, 2, 3}, ahead, 3 / 0.6601) == 1 + 1.5);
  CHECK(next(low, {4000, 2, 3}, ahead, 1) == Catch::Approx(std::sqrt(4000)));
  CHECK(next(low, {100, 2, 3}, ahead, 1) == 1 + 99.0 / 2);
  CHECK(next(low, {4, 2, 3}, {1, 1, 10}, 1) == 0.5);  // from 0 there are no logarithms
}

TEST_CASE("the line search satisfies Wolfe's conditions on the functions of Moré and Thuente, from far and near") {
  const auto phi1 = [](double t) { return -t / (t * t + 2); };
  const auto slope1 = [](double t) { return (t * t - 2) / ((t * t + 2) * (t * t + 2)); };
  const auto phi2 = [](double t) { return std::pow(t + 0.004, 5) - 2 * std::pow(t + 0.004, 4); };
  const auto slope2 = [](double t) { return 5 * std::pow(t + 0.004, 4) - 8 * std::pow(t + 0.004, 3); };
  const auto yanai = [](double t, double b1, double b2) {  // the convex functions 4 to 6
    const double g1 = std::sqrt(1 + b1 * b1) - b1, g2 = std::sqrt(1 + b2 * b2) - b2;
    return g1 * std::sqrt((1 - t) * (1 - t) + b2 * b2) + g2 * std::sqrt(t * t + b1 * b1);
  };
  const auto yanai_slope = [](double t, double b1, double b2) {
    const double g1 = std::sqrt(1 + b1 * b1) - b1, g2 = std::sqrt(1 + b2 * b2) - b2;
    return -g1 * (1 - t) / std::sqrt((1 - t) * (1 - t) + b2 * b2) + g2 * t / std::sqrt(t * t + b1 * b1);
  };
  const auto check = [](auto&& phi, auto&& derivative, int most) {
    for (const double first : {1e-3, 1e-1, 1e1, 1e3}) {
      INFO("first step " << first);
      int trials = 0;
      line_point<double> last{};
      const double slope = first * derivative(0.0);
      const auto end = line_search<double>(
          [&](double t) {
            ++trials;
            return last = {t, phi(first * t) - phi(0.0), first * derivative(first * t)};
          },
          slope, infinity, 0, 0, 20);
      CHECK(trials <= most);
      if (end == line_search_end::exhausted)
        continue;  // the bracket has become narrow: allowed by the tenth of its width
      CHECK(end == line_search_end::accepted);
      CHECK(last.value <= 1e-3 * last.step * slope);
      CHECK(std::abs(last.slope) <= 0.9 * std::abs(slope));
    }
  };
  check(phi1, slope1, 10);
  check(phi2, slope2, 10);
  for (const auto& [b1, b2] : {std::pair{0.001, 0.001}, {0.01, 0.001}, {0.001, 0.01}})
    check([&, b1 = b1, b2 = b2](double t) { return yanai(t, b1, b2); },
          [&, b1 = b1, b2 = b2](double t) { return yanai_slope(t, b1, b2); }, 10);
}

TEST_CASE("the line search stops at its limit, backs off from what is not finite, and notices minus infinity") {
  const auto falling = [](double t) { return line_point<double>{t, -t, -1}; };
  double last = 0;
  CHECK(line_search<double>([&](double t) { return falling(last = t); }, -1, 3.5, 0, 0, 20) ==
        line_search_end::accepted);
  CHECK(last == 3.5);
  // At the limit the slope has turned, and more than is allowed: the minimum before it is looked for.
  const auto turned = [&](double t) -> line_point<double> {
    return {last = t, t * (-0.1 + t * (-0.9 + t * 0.8)), -0.1 + t * (-1.8 + t * 2.4)};
  };
  CHECK(line_search<double>(turned, -0.1, 1, 0, 0, 20) == line_search_end::accepted);
  CHECK(std::abs(turned(last).slope) <= 0.09);
  const auto wall = [&](double t) { return t > 1e-3 ? line_point<double>{t, std::nan(""), -1} : falling(last = t); };
  CHECK(line_search<double>(wall, -1, infinity, 0, 0, 20) == line_search_end::accepted);
  CHECK(last > 1e-4);
  const auto hole = [](double t) { return line_point<double>{t, t > 100 ? -infinity : -t, -1}; };
  CHECK(line_search<double>(hole, -1, infinity, 0, 0, 20) == line_search_end::unbounded);
  CHECK(line_search<double>([](double t) { return line_point<double>{t, t, -1}; }, -1, infinity, 0, 0, 20) ==
        line_search_end::exhausted);
}

TEST_CASE("a step to what is not finite is cut to a quarter, and no later one goes beyond half of it") {
  std::vector<double> steps;
  const auto line = [&](double t) {
    steps.push_back(t);
    return line_point<double>{t, t > 0.3 ? infinity : -t, -1};
  };
  CHECK(line_search<double>(line, -1, infinity, 0, 0, 20) == line_search_end::accepted);
  // Those after 0.5 are a quarter of the way from 0.25 to where it was not finite, twice, and half of the last one.
  CHECK(steps == std::vector{1.0, 0.25, 0.5, 0.3125, 0.265625, 0.28125});
}

TEST_CASE("a step that gains next to nothing is judged by what it should gain, and the next one is shorter") {
  std::vector<double> steps;
  const auto line = [&](double t) { return steps.push_back(t), line_point<double>{t, -5e-4 * t, -0.95}; };
  CHECK(line_search<double>(line, -1, infinity, 0, 0, 2) == line_search_end::exhausted);
  CHECK(steps[0] == 1);
  CHECK(steps[1] < 1);
}

TEST_CASE("below the rounding of the values the slopes decide") {
  // (t - 1)^2 / 2 in units of 1e-20, on a value that errs by 1e-15: only the slopes tell that t = 1 is good.
  for (const double error : {1e-15, -1e-15}) {
    int trials = 0;
    const auto line = [&](double t) { return ++trials, line_point<double>{t, error, 1e-20 * (t - 1)}; };
    CHECK(line_search<double>(line, -1e-20, infinity, 1e-13, 1e-8, 20) == line_search_end::accepted);
    CHECK(trials == 1);
  }
  const auto line = [](double t) { return line_point<double>{t, 1e-15, 1e-20 * (t - 1)}; };
  CHECK(line_search<double>(line, -1e-20, infinity, 0, 0, 20) == line_search_end::exhausted);
  // A rise above `rise` is a rise, whatever the slopes say.
  CHECK(line_search<double>(line, -1e-20, infinity, 1e-13, 1e-16, 20) == line_search_end::exhausted);
}
