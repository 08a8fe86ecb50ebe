// Unconstrained minimisation problems with analytic gradients, each a sum of squares, for any Eigen vector type.
// J. J. Moré, B. S. Garbow, K. E. Hillstrom, ACM Trans. Math. Softw. 7 (1981) 17, numbered as there.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

namespace more_garbow_hillstrom {

/// Sums r^2, and 2 r times the derivatives of r into a gradient.
template <class Vector>
class sum_of_squares {
 public:
  using T = typename Vector::Scalar;

  explicit sum_of_squares(Vector& gradient) : gradient_(gradient) { gradient_.setZero(); }

  /// A residual and its derivatives in x[first], x[first + 1], ...
  void add(T residual, std::initializer_list<T> derivatives, Eigen::Index first = 0) {
    value += residual * residual;
    for (const T derivative : derivatives) gradient_[first++] += 2 * residual * derivative;
  }
  void add(T residual, const Vector& derivatives) {
    value += residual * residual;
    gradient_ += 2 * residual * derivatives;
  }

  T value = 0;

 private:
  Vector& gradient_;
};

/// 1, chained: sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2; the original is n = 2.
template <class Vector>
auto rosenbrock(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
    sum.add(10 * (x[i + 1] - x[i] * x[i]), {-20 * x[i], T(10)}, i);
    sum.add(1 - x[i], {T(-1)}, i);
  }
  return sum.value;
}

template <class Vector>  // 2
auto freudenstein_roth(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  sum.add(-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], {T(1), (10 - 3 * x[1]) * x[1] - 2});
  sum.add(-29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1], {T(1), (3 * x[1] + 2) * x[1] - 14});
  return sum.value;
}

template <class Vector>  // 3
auto powell_badly_scaled(const Vector& x, Vector& gradient) {
  using std::exp;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  sum.add(T(1e4) * x[0] * x[1] - 1, {T(1e4) * x[1], T(1e4) * x[0]});
  sum.add(exp(-x[0]) + exp(-x[1]) - T(1.0001L), {-exp(-x[0]), -exp(-x[1])});
  return sum.value;
}

template <class Vector>  // 4
auto brown_badly_scaled(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  sum.add(x[0] - T(1e6), {T(1), T(0)});
  sum.add(x[1] - T(2e-6L), {T(0), T(1)});
  sum.add(x[0] * x[1] - 2, {x[1], x[0]});
  return sum.value;
}

template <class Vector>  // 5
auto beale(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  T power = 1;
  for (int i = 1; i <= 3; ++i) {
    const T slope = T(i) * power;
    power *= x[1];
    const T y = i == 1 ? T(1.5) : i == 2 ? T(2.25) : T(2.625);
    sum.add(y - x[0] * (1 - power), {power - 1, x[0] * slope});
  }
  return sum.value;
}

template <class Vector>  // 6
auto jennrich_sampson(const Vector& x, Vector& gradient) {
  using std::exp;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  for (int k = 1; k <= 10; ++k) {
    const T i = T(k), a = exp(i * x[0]), b = exp(i * x[1]);
    sum.add(2 + 2 * i - (a + b), {-i * a, -i * b});
  }
  return sum.value;
}

template <class Vector>  // 7
auto helical_valley(const Vector& x, Vector& gradient) {
  using std::atan, std::sqrt;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  const T two_pi = T(6.283185307179586476925286766559L), r2 = x[0] * x[0] + x[1] * x[1], r = sqrt(r2);
  const T theta = atan(x[1] / x[0]) / two_pi + (x[0] < 0 ? T(0.5) : T(0));
  sum.add(10 * (x[2] - 10 * theta), {100 * x[1] / (two_pi * r2), -100 * x[0] / (two_pi * r2), T(10)});
  sum.add(10 * (r - 1), {10 * x[0] / r, 10 * x[1] / r, T(0)});
  sum.add(x[2], {T(0), T(0), T(1)});
  return sum.value;
}

template <class Vector>  // 8
auto bard(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  constexpr T y[] = {T(.14L), T(.18L), T(.22L), T(.25L), T(.29L),  T(.32L),  T(.35L), T(.39L),
                     T(.37L), T(.58L), T(.73L), T(.96L), T(1.34L), T(2.10L), T(4.39L)};
  sum_of_squares<Vector> sum(gradient);
  for (int i = 1; i <= 15; ++i) {
    const T u = T(i), v = 16 - u, w = u < v ? u : v, q = v * x[1] + w * x[2];
    sum.add(y[i - 1] - (x[0] + u / q), {T(-1), u * v / (q * q), u * w / (q * q)});
  }
  return sum.value;
}

template <class Vector>  // 9
auto gaussian(const Vector& x, Vector& gradient) {
  using std::exp;
  using T = typename Vector::Scalar;
  constexpr T y[] = {T(.0009L), T(.0044L), T(.0175L), T(.0540L), T(.1295L), T(.2420L), T(.3521L), T(.3989L)};
  sum_of_squares<Vector> sum(gradient);
  for (int i = 1; i <= 15; ++i) {
    const T u = T(8 - i) / 2 - x[2], e = exp(-x[1] * u * u / 2);
    sum.add(x[0] * e - y[(i <= 8 ? i : 16 - i) - 1], {e, -x[0] * e * u * u / 2, x[0] * e * x[1] * u});
  }
  return sum.value;
}

template <class Vector>  // 10
auto meyer(const Vector& x, Vector& gradient) {
  using std::exp;
  using T = typename Vector::Scalar;
  constexpr T y[] = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                     8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
  sum_of_squares<Vector> sum(gradient);
  for (int i = 1; i <= 16; ++i) {
    const T q = T(45 + 5 * i) + x[2], e = exp(x[1] / q);
    sum.add(x[0] * e - y[i - 1], {e, x[0] * e / q, -x[0] * e * x[1] / (q * q)});
  }
  return sum.value;
}

template <class Vector>  // 12
auto box_3d(const Vector& x, Vector& gradient) {
  using std::exp;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  for (int i = 1; i <= 10; ++i) {
    const T t = T(i) / 10, a = exp(-t * x[0]), b = exp(-t * x[1]), c = exp(-t) - exp(-10 * t);
    sum.add(a - b - x[2] * c, {-t * a, t * b, -c});
  }
  return sum.value;
}

template <class Vector>  // 13
auto powell_singular(const Vector& x, Vector& gradient) {
  using std::sqrt;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  const T root5 = sqrt(T(5)), root10 = sqrt(T(10)), u = x[1] - 2 * x[2], v = x[0] - x[3];
  sum.add(x[0] + 10 * x[1], {T(1), T(10)});
  sum.add(root5 * (x[2] - x[3]), {root5, -root5}, 2);
  sum.add(u * u, {2 * u, -4 * u}, 1);
  sum.add(root10 * v * v, {2 * root10 * v, T(0), T(0), -2 * root10 * v});
  return sum.value;
}

template <class Vector>  // 14
auto wood(const Vector& x, Vector& gradient) {
  using std::sqrt;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  const T root10 = sqrt(T(10)), root90 = sqrt(T(90));
  sum.add(10 * (x[1] - x[0] * x[0]), {-20 * x[0], T(10)});
  sum.add(1 - x[0], {T(-1)});
  sum.add(root90 * (x[3] - x[2] * x[2]), {-2 * root90 * x[2], root90}, 2);
  sum.add(1 - x[2], {T(-1)}, 2);
  sum.add(root10 * (x[1] + x[3] - 2), {root10, T(0), root10}, 1);
  sum.add((x[1] - x[3]) / root10, {1 / root10, T(0), -1 / root10}, 1);
  return sum.value;
}

template <class Vector>  // 15
auto kowalik_osborne(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  constexpr T y[] = {T(.1957L), T(.1947L), T(.1735L), T(.1600L), T(.0844L), T(.0627L),
                     T(.0456L), T(.0342L), T(.0323L), T(.0235L), T(.0246L)};
  constexpr T u[] = {4, 2, 1, T(.5L), T(.25L), T(.167L), T(.125L), T(.1L), T(.0833L), T(.0714L), T(.0625L)};
  sum_of_squares<Vector> sum(gradient);
  for (int i = 0; i < 11; ++i) {
    const T p = u[i] * (u[i] + x[1]), q = u[i] * (u[i] + x[2]) + x[3], s = x[0] * p / (q * q);
    sum.add(y[i] - x[0] * p / q, {-p / q, -x[0] * u[i] / q, s * u[i], s});
  }
  return sum.value;
}

template <class Vector>  // 16
auto brown_dennis(const Vector& x, Vector& gradient) {
  using std::cos, std::exp, std::sin;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  for (int i = 1; i <= 20; ++i) {
    const T t = T(i) / 5, a = x[0] + t * x[1] - exp(t), b = x[2] + x[3] * sin(t) - cos(t);
    sum.add(a * a + b * b, {2 * a, 2 * a * t, 2 * b, 2 * b * sin(t)});
  }
  return sum.value;
}

template <class Vector>  // 17
auto osborne_1(const Vector& x, Vector& gradient) {
  using std::exp;
  using T = typename Vector::Scalar;
  constexpr int y[] = {844, 908, 932, 936, 925, 908, 881, 850, 818, 784, 751, 718, 685, 658, 628, 603, 580,
                       558, 538, 522, 506, 490, 478, 467, 457, 448, 438, 431, 424, 420, 414, 411, 406};
  sum_of_squares<Vector> sum(gradient);
  for (int i = 0; i < 33; ++i) {
    const T t = T(10 * i), a = exp(-t * x[3]), b = exp(-t * x[4]);
    sum.add(T(y[i]) / 1000 - (x[0] + x[1] * a + x[2] * b), {T(-1), -a, -b, t * x[1] * a, t * x[2] * b});
  }
  return sum.value;
}

template <class Vector>  // 18
auto biggs_exp6(const Vector& x, Vector& gradient) {
  using std::exp;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  for (int i = 1; i <= 13; ++i) {
    const T t = T(i) / 10, y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t);
    const T a = exp(-t * x[0]), b = exp(-t * x[1]), c = exp(-t * x[4]);
    sum.add(x[2] * a - x[3] * b + x[5] * c - y, {-t * x[2] * a, t * x[3] * b, a, -b, -t * x[5] * c, c});
  }
  return sum.value;
}

template <class Vector>  // 20
auto watson(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  Vector derivatives = x;
  for (int i = 1; i <= 29; ++i) {
    const T t = T(i) / 29;
    T polynomial = 0, slope = 0, power = 1;
    for (Eigen::Index j = 0; j < x.size(); ++j, power *= t) {
      derivatives[j] = T(j) * power / t;
      polynomial += x[j] * power;
      slope += x[j] * derivatives[j];
    }
    power = 1;
    for (Eigen::Index j = 0; j < x.size(); ++j, power *= t) derivatives[j] -= 2 * polynomial * power;
    sum.add(slope - polynomial * polynomial - 1, derivatives);
  }
  sum.add(x[0], {T(1)});
  sum.add(x[1] - x[0] * x[0] - 1, {-2 * x[0], T(1)});
  return sum.value;
}

template <class Vector>  // 23
auto penalty_1(const Vector& x, Vector& gradient) {
  using std::sqrt;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  const T weight = sqrt(T(1e-5L));
  for (Eigen::Index i = 0; i < x.size(); ++i) sum.add(weight * (x[i] - 1), {weight}, i);
  sum.add(x.squaredNorm() - T(0.25), Vector(2 * x));
  return sum.value;
}

template <class Vector>  // 25
auto variably_dimensioned(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  Vector weights = x;
  T weighted = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum.add(x[i] - 1, {T(1)}, i);
    weights[i] = T(i + 1);
    weighted += weights[i] * (x[i] - 1);
  }
  sum.add(weighted, weights);
  sum.add(weighted * weighted, Vector(2 * weighted * weights));
  return sum.value;
}

template <class Vector>  // 26
auto trigonometric(const Vector& x, Vector& gradient) {
  using std::cos, std::sin;
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  T cosines = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) cosines += cos(x[i]);
  Vector derivatives = x;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const T k = T(i + 1);
    for (Eigen::Index j = 0; j < x.size(); ++j) derivatives[j] = sin(x[j]);
    derivatives[i] += k * sin(x[i]) - cos(x[i]);
    sum.add(T(x.size()) - cosines + k * (1 - cos(x[i])) - sin(x[i]), derivatives);
  }
  return sum.value;
}

template <class Vector>  // 27
auto brown_almost_linear(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  const Eigen::Index n = x.size();
  Vector derivatives = x;
  for (Eigen::Index i = 0; i + 1 < n; ++i) {
    derivatives.setOnes();
    derivatives[i] += 1;
    sum.add(x[i] + x.sum() - T(n + 1), derivatives);
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    derivatives[i] = 1;
    for (Eigen::Index j = 0; j < n; ++j)
      if (j != i) derivatives[i] *= x[j];
  }
  sum.add(x.prod() - 1, derivatives);
  return sum.value;
}

template <class Vector>  // 30
auto broyden_tridiagonal(const Vector& x, Vector& gradient) {
  using T = typename Vector::Scalar;
  sum_of_squares<Vector> sum(gradient);
  const Eigen::Index n = x.size();
  for (Eigen::Index i = 0; i < n; ++i) {
    const T before = i > 0 ? x[i - 1] : T(0), after = i + 1 < n ? x[i + 1] : T(0), slope = 3 - 4 * x[i];
    const T residual = (3 - 2 * x[i]) * x[i] - before - 2 * after + 1;
    if (i == 0)
      sum.add(residual, {slope, T(-2)});
    else if (i + 1 == n)
      sum.add(residual, {T(-1), slope}, i - 1);
    else
      sum.add(residual, {T(-1), slope, T(-2)}, i - 1);
  }
  return sum.value;
}

/// A problem with its standard start.
struct problem {
  using vector = Eigen::VectorXd;
  const char* name;
  double (*function)(const vector& x, vector& gradient);
  vector start;
};

/// All of the above but the chained Rosenbrock function with n > 2, in the order of their numbers within one n.
inline std::vector<problem> problems() {
  using vector = problem::vector;
  const auto at = [](std::initializer_list<double> values) {
    vector x(static_cast<Eigen::Index>(values.size()));
    std::copy(values.begin(), values.end(), x.data());
    return x;
  };
  const auto ten = [](double first, double slope) { return vector(vector::LinSpaced(10, first, first + 9 * slope)); };
  return {
      {"Rosenbrock", rosenbrock<vector>, at({-1.2, 1})},
      {"FreudensteinRoth", freudenstein_roth<vector>, at({0.5, -2})},
      {"PowellBadlyScaled", powell_badly_scaled<vector>, at({0, 1})},
      {"BrownBadlyScaled", brown_badly_scaled<vector>, at({1, 1})},
      {"Beale", beale<vector>, at({1, 1})},
      {"JennrichSampson", jennrich_sampson<vector>, at({0.3, 0.4})},
      {"HelicalValley", helical_valley<vector>, at({-1, 0, 0})},
      {"Bard", bard<vector>, at({1, 1, 1})},
      {"Gaussian", gaussian<vector>, at({0.4, 1, 0})},
      {"Meyer", meyer<vector>, at({0.02, 4000, 250})},
      {"Box3D", box_3d<vector>, at({0, 10, 20})},
      {"PowellSingular", powell_singular<vector>, at({3, -1, 0, 1})},
      {"Wood", wood<vector>, at({-3, -1, -3, -1})},
      {"KowalikOsborne", kowalik_osborne<vector>, at({0.25, 0.39, 0.415, 0.39})},
      {"BrownDennis", brown_dennis<vector>, at({25, 5, -5, -1})},
      {"Osborne1", osborne_1<vector>, at({0.5, 1.5, -1, 0.01, 0.02})},
      {"BiggsEXP6", biggs_exp6<vector>, at({1, 2, 1, 1, 1, 1})},
      {"Watson6", watson<vector>, at({0, 0, 0, 0, 0, 0})},
      {"VariablyDim10", variably_dimensioned<vector>, ten(0.9, -0.1)},
      {"PenaltyI10", penalty_1<vector>, ten(1, 1)},
      {"Trigonometric10", trigonometric<vector>, ten(0.1, 0)},
      {"BroydenTri10", broyden_tridiagonal<vector>, ten(-1, 0)},
      {"BrownAlmostLinear10", brown_almost_linear<vector>, ten(0.5, 0)},
  };
}

}  // namespace more_garbow_hillstrom
