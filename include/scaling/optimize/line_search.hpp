// A step that satisfies the strong Wolfe conditions, or what rounding leaves of them, by safeguarded interpolation.
// J. J. Moré, D. J. Thuente, ACM Trans. Math. Softw. 20 (1994) 286, "MT"; W. W. Hager, H. Zhang, SIAM J. Optim. 16
// (2005) 170, "HZ".
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace scaling::detail {

/// The line function phi at one step: phi(step) - phi(0) and phi'(step).
template <class T>
struct line_point {
  T step, value, slope;

  /// The same point of phi(step) - tilt * step.
  line_point tilted(T tilt) const { return {step, value - tilt * step, slope - tilt}; }
};

/// The stationary point with a positive second derivative of the cubic that interpolates at both points.
template <class T>
T cubic_minimum(const line_point<T>& a, const line_point<T>& b) {
  const T length = b.step - a.step, z = a.slope + b.slope - 3 * (b.value - a.value) / length;
  const T scale = std::max({std::abs(z), std::abs(a.slope), std::abs(b.slope)});
  const T radicand = (z / scale) * (z / scale) - (a.slope / scale) * (b.slope / scale);
  const T root = std::copysign(scale * std::sqrt(std::max(radicand, T(0))), length);
  return b.step - length * ((b.slope + root - z) / (b.slope - a.slope + 2 * root));
}

/// The bracket of a line search: `low` is the best step so far, `high` the other end once a minimum is bracketed.
template <class T>
struct step_interval {
  line_point<T> low, high;
  bool bracketed = false;
  T width = std::numeric_limits<T>::infinity(), width_before = width;  ///< after the last trial, and the one before

  /// Takes a trial point in, MT section 2 (U1 to U3), and returns the next step to try, MT section 4, at most `limit`.
  /// `tilt` turns phi into the auxiliary function psi of MT eq. 2.2 for this update.
  T next(const line_point<T>& trial, T tilt, T limit) {
    const line_point<T> l = low.tilted(tilt), h = high.tilted(tilt), t = trial.tilted(tilt);
    T step = candidate(l, h, t);
    const bool rises = t.value > l.value, turns = (t.slope < 0) != (l.slope < 0);
    if (rises) {
      high = trial;
    } else {
      if (turns) high = low;
      low = trial;
    }
    bracketed = bracketed || rises || turns;
    if (!bracketed) return std::min(step, limit);

    // A new step must lie inside, and the bracket must shrink by a third in two trials; else it is halved, on the scale
    // of logarithms if it spans powers of ten.
    const T now = std::abs(high.step - low.step), least = std::min(low.step, high.step), most = least + now;
    if (!(least < step && step < most) || now >= T(0.66) * width_before)
      step = 100 * least < most && least > 0 ? std::sqrt(least) * std::sqrt(most) : least + now / 2;
    width_before = std::exchange(width, now);
    return step;
  }

 private:
  T candidate(const line_point<T>& l, const line_point<T>& h, const line_point<T>& t) const {
    const auto nearer = [](T a, T b, T to) { return std::abs(a - to) < std::abs(b - to) ? a : b; };
    const auto farther = [](T a, T b, T from) { return std::abs(a - from) < std::abs(b - from) ? b : a; };
    const T length = t.step - l.step;
    const T cubic = cubic_minimum(l, t);
    if (t.value > l.value) {  // case 1: higher
      const T quadratic = l.step + length / 2 * (l.slope / (l.slope - (t.value - l.value) / length));
      return nearer(cubic, cubic + (quadratic - cubic) / 2, l.step);
    }
    const T secant = t.step - length * (t.slope / (t.slope - l.slope));
    if ((t.slope < 0) != (l.slope < 0)) return farther(cubic, secant, t.step);  // case 2: the slope changes sign
    const T least = t.step + T(1.1) * length, most = t.step + 4 * length;       // unless bracketed
    if (std::abs(t.slope) <= std::abs(l.slope)) {                               // case 3: the slope shrinks
      const bool ahead = (cubic - t.step) * length > 0;
      if (!bracketed) return ahead ? std::clamp(farther(cubic, secant, t.step), least, most) : most;
      const T bound = t.step + T(0.66) * (h.step - t.step);
      return nearer(ahead ? nearer(cubic, secant, t.step) : secant, bound, t.step);
    }
    return bracketed ? cubic_minimum(t, h) : most;  // case 4: the slope grows
  }
};

enum class line_search_end {
  accepted,   ///< the step last evaluated
  exhausted,  ///< no step accepted, or the bracket has become narrow first: the lowest point seen must do
  unbounded,  ///< -infinity was met
};

/// Searches (0, limit] from step 1 on, by `line(step)`. Accepted is a step t with phi(t) <= phi(0) + 1e-3 t phi'(0) and
/// |phi'(t)| <= 0.9 |phi'(0)|, or with t = limit and phi still falling. Where phi by its slopes cannot have changed by
/// more than `noise`, and is not above phi(0) + `rise`, its value is rounding, and the trapezoid of the slopes stands
/// for it: that turns the first inequality into HZ's approximate Wolfe condition. From a value that is not finite the next
/// step is a quarter of the way from the lowest point there, and none after it goes beyond half of that way.
template <class T, class Line>
line_search_end line_search(Line&& line, T slope, T limit, T noise, T rise, int trials) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const T sufficient = T(1e-3) * slope;
  step_interval<T> interval{{0, 0, slope}, {0, 0, slope}};
  const line_point<T>& low = interval.low;
  T step = std::min(T(1), limit);
  bool first_stage = true;  // until phi has fallen enough and turned: MT section 3
  for (; trials > 0; --trials) {
    line_point<T> t = line(step);
    if (t.value == -infinity) return line_search_end::unbounded;
    if (!std::isfinite(t.value) || !std::isfinite(t.slope)) {
      limit = low.step + (step - low.step) / 2;  // for the steps after the next
      step = low.step + (step - low.step) / 4;
      continue;
    }
    const bool rounded = step * (std::abs(slope) + std::abs(t.slope)) <= noise && -noise <= t.value && t.value <= rise;
    if (rounded) t.value = step * (slope + t.slope) / 2;

    const bool falls = t.value <= step * sufficient;
    if (falls && (std::abs(t.slope) <= T(0.9) * -slope || (step >= limit && t.slope < 0)))
      return line_search_end::accepted;
    first_stage = first_stage && !(falls && t.slope >= 0);
    step = interval.next(t, first_stage && !falls && t.value <= low.value ? sufficient : T(0), limit);
    if (interval.bracketed && interval.width <= T(0.1) * std::max(low.step, interval.high.step)) break;
  }
  return line_search_end::exhausted;
}

}  // namespace scaling::detail
