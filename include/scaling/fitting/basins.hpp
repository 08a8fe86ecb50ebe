// From starting points to minima: each is polished, the distinct ones are kept, and a vanished term must prove itself.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <scaling/core/real.hpp>
#include <scaling/fitting/descent.hpp>
#include <scaling/fitting/exchanged_powers.hpp>
#include <scaling/fitting/fit_options.hpp>
#include <scaling/fitting/neighbours.hpp>
#include <scaling/fitting/objective.hpp>
#include <scaling/fitting/polisher.hpp>
#include <scaling/fitting/power_sum.hpp>
#include <scaling/fitting/revival.hpp>
#include <scaling/fitting/term_places.hpp>
#include <scaling/loss_model.hpp>
#include <scaling/optimize/lbfgsb.hpp>
#include <scaling/optimize/newton.hpp>

namespace scaling::detail {

/// The search of one fit: starts go in one by one, minima come out.
template <loss_model Law>
class basin_search {
 public:
  using objective_type = typename objective_of<Law>::type;
  using T = typename Law::real_type;
  using vector = typename fit_problem<Law>::vector;
  using end = descent<vector>;

  explicit basin_search(objective_type f) : f_(std::move(f)) {}
  basin_search(const basin_search&) = delete;  // a polisher of f_ stays with it
  basin_search& operator=(const basin_search&) = delete;

  /// Newton's method from y. A term whose coefficient has the coordinate -infinity is absent and stays so.
  void polish_from(const vector& y) { keep(polisher_.polish(y)); }

  /// The same where y has a chance against the best of the starts before it.
  void compete_from(const vector& y) {
    if (has_chance(y)) polish_from(y);
  }

  /// As compete_from, but into the nearest minimum: a polish that creeps comes down through wider quadratic zones, which
  /// have fewer minima.
  void settle_from(const vector& y) {
    if (has_chance(y)) keep(polisher_.settle(y));
  }

  /// Settles from all around the best end, and from around each better one that this leads to.
  void look_around() {
    constexpr int most_rounds = 4;
    T last = infinity;
    for (int round = 0; round < most_rounds; ++round) {
      revive_ends();
      const auto best = lowest_of_each(ends_);
      if (best.empty() || same(best.front().value, last)) return;
      last = best.front().value;
      for (const auto& y : neighbours_of(f_, best.front().x)) keep(polisher_.settle(y));
      for (const auto& y : dragged(best.front().x)) settle_from(y);
    }
  }

  /// The highest value of an end that is nearly as good as the best.
  T nearly_best() const {
    T least = infinity;
    for (const auto& one : ends_) least = std::min(least, one.value);
    return T(1.5) * least;
  }

  /// L-BFGS-B from y.
  void descend_from(const vector& y) {
    const auto r = optimize::lbfgsb(f_, y, {.lower = f_.coordinates.lower(), .upper = f_.coordinates.upper()});
    evaluations_ += r.evaluations;
    keep({r.x, r.value, r.projected_gradient, r.predicted_decrease, T(0), r.iterations, r.converged(), false});
  }

  /// Descends from the best end that has all terms, with two exponents exchanged, with these held at first: where terms of
  /// a law that is no sum of powers have much the same effect, there may be another minimum.
  void exchange_exponents() {
    const auto minima = lowest_of_each(ends_);
    const auto best = std::find_if(minima.begin(), minima.end(), [](const end& one) { return one.x.allFinite(); });
    if (best == minima.end()) return;
    const auto& limits = f_.coordinates.limits();
    for (std::size_t k = 0; k < P; ++k)
      for (std::size_t l = k + 1; l < P; ++l) {
        if (table[k].scale == scale::log || table[l].scale == scale::log || !limits.free(k) || !limits.free(l))
          continue;
        vector y = best->x, lower = f_.coordinates.lower(), upper = f_.coordinates.upper();
        std::swap(y[at(k)], y[at(l)]);
        for (const int i : {at(k), at(l)}) lower[i] = upper[i] = y[i] = std::clamp(y[i], lower[i], upper[i]);
        const auto r = optimize::lbfgsb(f_, y, {.lower = lower, .upper = upper});
        evaluations_ += r.evaluations;
        descend_from(r.x);
      }
  }

  /// The lowest end; of no numbers if none is a law.
  vector best() const {
    const auto ends = lowest_of_each(ends_);
    return ends.empty() ? vector::Constant(std::numeric_limits<T>::quiet_NaN()) : ends.front().x;
  }

  const objective_type& objective() const { return f_; }

  /// The minima behind the ends of all starts, best first; none within 1e-8 of another, but where two powers are
  /// exchanged, which `single` does not look for. The first is the best point even if it is no minimum. The others are: a
  /// plateau that a vanished term would leave if it came back is not listed.
  std::vector<end> minima(search how) {
    std::vector<end> found;
    for (const auto& one : lowest_of_each(ends_)) {
      // The rest are places where starts got lost, far above; what they would polish to has been found from elsewhere.
      if (found.size() == most_minima) break;
      found.push_back(one.polished ? one : polisher_.polish(one.x));
    }
    bring_back(found);
    if (found.empty()) return found;
    if (how != search::single) {
      for (const end& other : exchanges_of(found.front())) keep(other), found.push_back(other);
      bring_back(found);
    }
    found = lowest_of_each(found);
    found.erase(std::remove_if(found.begin() + 1, found.end(),
                               [this](const end& one) { return !one.converged || revive(one.x); }),
                found.end());
    const auto twins = twins_of(found.front());
    found.insert(found.begin() + 1, twins.begin(), twins.end());
    for (std::size_t i = 1; i <= twins.size(); ++i)
      if (found[i].value <= found[0].value + polisher_.noise(found[0].value) &&
          preference(found[i]) < preference(found[0]))
        std::swap(found[0], found[i]);
    return found;
  }

  /// Whether two values of the objective are the same minimum.
  bool same(T low, T high) const { return high <= low + T(1e-8) * std::abs(low) + f_.floor; }

  /// A point to continue from, if the objective falls when a term that is 0 at y is brought back.
  std::optional<vector> revive(const vector& y) const {
    if constexpr (sum_of_powers<Law>)
      return revived<Law>(f_, y, optimize::newton_options<vector>{}.relative_tolerance);
    else
      return std::nullopt;
  }

  const std::vector<end>& ends() const { return ends_; }
  int given_up() const { return given_up_; }
  int evaluations() const { return evaluations_ + polisher_.evaluations(); }

 private:
  static constexpr std::size_t P = coefficient_count<Law>, most_minima = 24, none = term_place::none;
  static constexpr auto terms = term_places<Law>();
  static constexpr auto table = Law::coefficients();
  static constexpr T infinity = std::numeric_limits<T>::infinity();

  static int at(std::size_t k) { return static_cast<int>(k); }

  void keep(const end& one) {
    ends_.push_back(one);
    if (!one.converged || (best_converged_ < ends_.size() && !(one.value < ends_[best_converged_].value))) return;
    best_converged_ = ends_.size() - 1;
    squares_ = std::numeric_limits<T>::quiet_NaN();
  }

  /// Settles from each new end without a term that is nearly as good as the best and no minimum once the term may come
  /// back. Where a term is there for the smallest runs alone, as a step, no lattice may lead to the optimum: of 400 ladders
  /// with one to three runs off them, by a law of three powers, the search missed that of twelve without this, of five
  /// with it.
  void revive_ends() {
    const T nearly = nearly_best();
    const std::vector<end> fresh(ends_.begin() + static_cast<std::ptrdiff_t>(revived_), ends_.end());
    for (const auto& one : lowest_of_each(fresh))
      if (one.value <= nearly)
        if (const auto y = revive(one.x)) keep(polisher_.settle(*y));
    revived_ = ends_.size();
  }

  /// y with one exponent after another at other values, from slow to steep over the runs, and the least squares of the rest
  /// there. For laws of three exponents and more, whose lattices are coarse: of 500 tables with ratios D/N of 1 to 16 and a
  /// third power, of N D, the search missed the optimum of eight, by up to 75 %, with this and revive_ends of one. Of 3000 by
  /// Chinchilla's law it would find one more for 1.6 times the evaluations.
  std::vector<vector> dragged(const vector& y) {
    auto box = polisher_.options_at(y);
    std::vector<int> exponents;
    for (int k = 0; k < y.size(); ++k)
      if (table[static_cast<std::size_t>(k)].scale != scale::log && (*box.lower)[k] < (*box.upper)[k])
        exponents.push_back(k);
    std::vector<vector> result;
    if (exponents.size() < 3) return result;
    const T zone = std::exchange(f_.of.zone, infinity);
    box.relative_tolerance = std::sqrt(std::numeric_limits<T>::epsilon());
    box.max_evaluations = 30;
    for (const int k : exponents) {
      auto options = box;
      T last = y[k];
      // By a standard deviation of the log of the base.
      for (const T value : {T(0.05), T(0.2), T(0.5), T(1), T(1.5), T(2.5), T(4), T(8), T(15)}) {
        vector there = y;
        there[k] = std::clamp(value, (*box.lower)[k], (*box.upper)[k]);
        if (there[k] == last) continue;
        last = (*options.lower)[k] = (*options.upper)[k] = there[k];
        const auto look = optimize::newton(f_, there, options);
        evaluations_ += look.evaluations;
        result.push_back(look.x);
      }
    }
    f_.of.zone = zone;
    return result;
  }

  /// Whether the least sum of squares that can be reached from y is not far above that of the best end; if it is, the
  /// start is given up. Squares are smooth, so that a look or two is enough to tell, while Huber's criterion can
  /// creep for long. On 8000 tables made to be hard, the sum of squares of a basin that was the best and that no other
  /// start had found was at most 1.5 times the least.
  bool has_chance(const vector& y) {
    constexpr T far_above = 3;
    if (!(best_converged_ < ends_.size())) return true;
    const T zone = std::exchange(f_.of.zone, infinity);
    if (std::isnan(squares_)) {
      vector gradient;
      squares_ = f_(ends_[best_converged_].x, gradient);
      ++evaluations_;
    }
    auto options = polisher_.options_at(y);
    options.relative_tolerance = std::sqrt(std::numeric_limits<T>::epsilon());
    options.max_evaluations = 20;
    options.hopeless_above = far_above * squares_ + f_.floor;
    const auto look = optimize::newton(f_, y, options);
    f_.of.zone = zone;
    evaluations_ += look.evaluations;
    if (look.hopeless) ++given_up_;
    return !look.hopeless;
  }

  /// Sorts, and goes on from the best of them until no term that has vanished there should come back.
  void bring_back(std::vector<end>& found) {
    for (std::size_t revivals = 0; revivals < 2 * terms.size(); ++revivals) {
      found = lowest_of_each(found);
      if (found.empty()) return;
      const auto revived = revive(found.front().x);
      if (!revived) return;
      const end better = polisher_.polish(*revived);
      if (!(better.value < found.front().value)) return;
      found.push_back(better);
    }
  }

  /// What an end becomes with two powers exchanged: as it is then, and polished.
  std::vector<end> exchanges_of(const end& best) {
    std::vector<end> result;
    if constexpr (sum_of_powers<Law>)
      for (const auto& y : exchanged_powers<Law>(f_).of(best.x)) {
        end other = polisher_.newton(y, 1);
        other.converged = best.converged;
        if (same(std::min(other.value, best.value), std::max(other.value, best.value))) result.push_back(other);
        end polished = polisher_.polish(y);
        if (!polished.converged && polished.value < T(1.1) * best.value)  // creeps, and is worth waiting for
          polished = polisher_.newton(polished.x, 50 * polisher<Law>::usual);
        result.push_back(polished);
      }
    return result;
  }

  /// The ends of all starts that are as good as the best, but by other coefficients, beyond a ridge.
  std::vector<end> twins_of(const end& best) {
    constexpr T near = T(1e-4);  // an end that is not polished may be so much above
    std::vector<end> twins;
    if (!best.converged) return twins;
    for (const end& one : std::vector<end>(ends_)) {
      if (!(one.value <= best.value + near * std::abs(best.value) + f_.floor)) continue;
      if (!one.converged && one.value > f_.floor) continue;  // without noise a descent may go on in rounding
      if (!is_apart(best, one)) continue;
      const end twin = one.polished ? one : polisher_.polish(one.x);
      if (twin.converged && same(std::min(best.value, twin.value), std::max(best.value, twin.value)) &&
          is_another(best, twin) &&
          std::all_of(twins.begin(), twins.end(), [&](const end& other) { return is_another(other, twin); }))
        twins.push_back(twin);
    }
    return twins;
  }

  /// Whether two ends as good as each other are apart, and not one law under two names.
  bool is_another(const end& a, const end& b) {
    return is_apart(a, b) && !f_.are_one(f_.coordinates.law_at(a.x), f_.coordinates.law_at(b.x));
  }

  /// Whether two ends as good as each other, with the same terms, have worse ones between them: at the mean of their
  /// coordinates, and of the coefficients that these are logs of, since a valley may be straight in either.
  bool is_apart(const end& a, const end& b) {
    vector between = a.x, of_coefficients = a.x;
    bool far = false;
    for (int k = 0; k < between.size(); ++k) {
      if (a.x[k] == b.x[k]) continue;
      if (!std::isfinite(a.x[k]) || !std::isfinite(b.x[k])) return false;
      const T apart = std::abs(a.x[k] - b.x[k]);
      far = far || apart > T(1e-3);
      between[k] = of_coefficients[k] = (a.x[k] + b.x[k]) / 2;
      if (table[static_cast<std::size_t>(k)].scale == scale::log)
        of_coefficients[k] = std::max(a.x[k], b.x[k]) + std::log((1 + std::exp(-apart)) / 2);
    }
    const T highest = std::max(a.value, b.value);
    return far && !same(highest, polisher_.value_at(between)) && !same(highest, polisher_.value_at(of_coefficients));
  }

  auto preference(const end& one) const { return preference_of<Law>(f_.coordinates, one); }
  std::vector<end> lowest_of_each(std::vector<end> found) const;

  objective_type f_;
  polisher<Law> polisher_{f_};
  std::vector<end> ends_;
  std::size_t best_converged_ = static_cast<std::size_t>(-1);  ///< of the ends
  T squares_ = std::numeric_limits<T>::quiet_NaN();            ///< sum of squares there, once it is asked for
  std::size_t revived_ = 0;  ///< so many of the ends have been asked for terms to revive
  int evaluations_ = 0;      ///< other than the polisher's
  int given_up_ = 0;
};

/// Sorted by value. Of those within rounding of one another the preferred. What is no law, as a coefficient is beyond the
/// numbers there are, is left out.
template <loss_model Law>
auto basin_search<Law>::lowest_of_each(std::vector<end> found) const -> std::vector<end> {
  std::erase_if(found, [](const end& one) { return !std::isfinite(one.value); });
  // By pointers, which also tell apart equals.
  std::vector<const end*> order;
  for (const auto& one : found) order.push_back(&one);
  std::sort(order.begin(), order.end(),
            [](const end* a, const end* b) { return a->value != b->value ? a->value < b->value : a < b; });
  std::vector<end> result;
  T lowest = infinity;
  for (const end* one : order) {
    if (!is_finite(f_.coordinates.law_at(one->x))) continue;
    if (result.empty() || !same(lowest, one->value)) {
      result.push_back(*one);
      lowest = one->value;
    } else if (one->value <= lowest + polisher_.noise(lowest) && preference(*one) < preference(result.back())) {
      result.back() = *one;
    }
  }
  return result;
}

}  // namespace scaling::detail
