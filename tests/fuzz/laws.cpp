// Every law on arbitrary numbers: nothing is thrown; from coefficients inside of their boxes and real counts comes a
// number, and its gradient and slopes are numbers too.
// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstddef>
#include <type_traits>

#include <scaling/counting.hpp>
#include <scaling/laws.hpp>
#include <scaling/planning/loss_slopes.hpp>

#include "fuzz/input.hpp"

namespace {

template <class Law>
void evaluate(fuzz::input& in) {
  using T = typename Law::real_type;
  constexpr auto table = Law::coefficients();
  constexpr auto inputs = Law::input_type::inputs();
  const bool plausible = in.choice(2) == 0;
  Law law{};
  for (std::size_t k = 0; k < table.size(); ++k) {
    const auto [from, to, count] = table[k].starts;
    const double start = plausible ? in.between(from, to) : 0;
    law.*table[k].member = plausible ? static_cast<T>(table[k].scale == scaling::scale::log ? std::exp(start) : start)
                                     : in.template number<T>();
  }
  typename Law::input_type at{};
  for (const auto& input : inputs)
    at.*input.member = plausible ? static_cast<T>(in.magnitude(5, 14)) : in.template number<T>();
  const T loss = law(at);
  const auto with_gradient = scaling::loss_and_gradient(law, at);
  const auto slopes = scaling::slopes_of(law, at);
  if (!plausible) return;
  fuzz::check(loss >= 0, "a plausible law has a loss");
  if (std::is_same_v<T, float>) return;  // which plausible numbers overflow
  fuzz::check(std::isfinite(loss), "a plausible law has a finite loss");
  const auto close = [](T x, T y) { return std::abs(x - y) <= T(1e-4) * (std::abs(x) + std::abs(y)); };
  fuzz::check(close(loss, with_gradient.loss) && close(loss, slopes.loss), "dual numbers carry the same loss");
  for (const T slope : slopes.slope) fuzz::check(!std::isnan(slope), "a plausible law has slopes");
  for (const T slope : with_gradient.gradient) fuzz::check(!std::isnan(slope), "a plausible law has a gradient");
}

template <class T>
void evaluate_one(fuzz::input& in) {
  switch (in.choice(9)) {
    case 0:
      return evaluate<scaling::chinchilla<T>>(in);
    case 1:
      return evaluate<scaling::kaplan<T>>(in);
    case 2:
      return evaluate<scaling::kaplan_steps<T>>(in);
    case 3:
      return evaluate<scaling::lovelace<T>>(in);
    case 4:
      return evaluate<scaling::muennighoff<T>>(in);
    case 5:
      return evaluate<scaling::bounded<T>>(in);
    case 6:
      return evaluate<scaling::over_training<T>>(in);
    case 7:
      return evaluate<scaling::loss_of_compute<T>>(in);
    default:
      return evaluate<scaling::pure_loss_of_tokens<T>>(in);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  switch (in.choice(3)) {
    case 0:
      evaluate_one<double>(in);
      break;
    case 1:
      evaluate_one<float>(in);
      break;
    default:
      evaluate_one<long double>(in);
  }
  return 0;
}
