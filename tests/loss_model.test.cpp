// What is a law and what is not; and that a law of a user's own, on inputs of its own, gets its gradients for nothing.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/loss_model.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

using scaling::dual;
using scaling::loss_model;
using support::ulps_off;

// --- An archetype: the smallest law that there can be, which has nothing that `loss_model` does not ask for

template <class T>
struct steps_run {
  using real_type = T;
  T steps;
  static constexpr auto inputs() { return std::array{scaling::input<steps_run>{"steps", &steps_run::steps}}; }
};

template <class T>
struct decay {
  using real_type = T;
  using input_type = steps_run<scaling::value_of_t<T>>;
  static constexpr auto name = "decay", formula = "a (1 - exp(-b S)) + a^2";
  T b, a;  // not in the order of the table
  constexpr T operator()(const input_type& at) const {
    using scaling::cmath::expm1;
    return a * a - a * expm1(-b * at.steps);
  }
  bool operator==(const decay&) const = default;
  static constexpr auto coefficients() {
    using row = scaling::coefficient<decay>;
    return std::array{row{"a", &decay::a, scaling::scale::log, 0, 9, scaling::enters::linearly, {0, 1, 2}},
                      row{"b", &decay::b, scaling::scale::linear, 0, 9, scaling::enters::nonlinearly, {0, 1, 2}}};
  }
};
using law = decay<double>;

static_assert(loss_model<decay<float>> && loss_model<law> && loss_model<decay<long double>>);
static_assert(loss_model<decay<dual<double, 2>>> && loss_model<decay<dual<dual<float, 2>, 2>>>);
static_assert(!scaling::sum_of_powers<law>);

// --- No laws: the archetype, but for one member. (A member that hides one of the base is as good as a change in it.)

static_assert(!loss_model<int> && !loss_model<double> && !loss_model<double (*)(double)>);
static_assert(!loss_model<steps_run<double>> && !loss_model<law*> && !loss_model<law&>);

struct unchanged : law {};
static_assert(loss_model<unchanged>);  // so that each of the following fails by its own change alone

struct without_name : law {
  static constexpr int name = 3;
};
struct without_formula : law {
  void formula();
};
struct without_coefficients : law {
  int coefficients;
};
struct without_symbols : law {
  static constexpr std::array<double, 2> coefficients() { return {}; }
};
struct of_another_real_type : law {
  using real_type = float;
};
struct of_a_plain_input : law {
  using input_type = double;
  double operator()(double) const;
};
struct without_inputs : law {
  using input_type = std::array<double, 2>;
  double operator()(const input_type&) const;
};
struct not_callable : law {
  int operator()(int) const;
};
struct not_callable_when_const : law {
  double operator()(const input_type&);
};
struct of_another_result : law {
  float operator()(const input_type&) const;
};
struct of_a_reference : law {
  const double& operator()(const input_type&) const;
};
struct not_comparable : law {
  bool operator==(const not_comparable&) const = delete;
};
struct not_copyable : law {
  not_copyable() = default;
  not_copyable(const not_copyable&) = delete;
};
struct without_default : law {
  without_default() = delete;
};
static_assert(!loss_model<without_name> && !loss_model<without_formula>);
static_assert(!loss_model<without_coefficients> && !loss_model<without_symbols>);
static_assert(!loss_model<of_another_real_type> && !loss_model<of_a_plain_input> && !loss_model<without_inputs>);
static_assert(!loss_model<not_callable> && !loss_model<not_callable_when_const>);
static_assert(!loss_model<of_another_result> && !loss_model<of_a_reference>);
static_assert(!loss_model<not_comparable> && !loss_model<not_copyable> && !loss_model<without_default>);

// --- A sum of powers is a law that says so

template <class T>
struct power : decay<T> {
  using input_type = steps_run<scaling::value_of_t<T>>;
  static constexpr auto terms() {
    using term = scaling::power_term<power>;
    return std::array{term{&power::a}, term{&power::a, {&power::b, scaling::quantity<&input_type::steps>}}};
  }
};
struct with_other_terms : law {
  static constexpr std::array<double, 2> terms() { return {}; }
};
static_assert(scaling::sum_of_powers<power<double>> && loss_model<with_other_terms>);
static_assert(!scaling::sum_of_powers<with_other_terms>);

// --- What the tables give

static_assert(scaling::coefficient_count<law> == 2);
static_assert(scaling::coefficient_values(law{.b = 2, .a = 3}) == std::array{3.0, 2.0});  // the order is the table's
static_assert(scaling::law_from<law>({3.0, 2.0}) == law{.b = 2, .a = 3});
static_assert(std::same_as<scaling::rebind_t<law, float>, decay<float>>);
static_assert(std::same_as<scaling::rebind_t<scaling::rebind_t<law, dual<double, 2>>, double>, law>);

// --- Runs

using run = scaling::training_run<>;
static_assert(std::same_as<run::real_type, double> && std::regular<run> && std::is_aggregate_v<run>);
static_assert(run{.parameters = 1, .tokens = 2} == run{1, 2} && run{1, 2} != run{2, 1});
static_assert(run::inputs().size() == 2);
static_assert(run::inputs()[0].name == "parameters" && run::inputs()[1].name == "tokens");
static_assert(run{1, 2}.*run::inputs()[0].member == 1 && run{1, 2}.*run::inputs()[1].member == 2);

}  // namespace

TEST_CASE("Coefficients survive the way to numbers and back") {
  support::random_numbers random(6);
  for (int i = 0; i < 100; ++i) {
    const law some{.b = random.between(-9, 9), .a = random.between(-9, 9)};
    CHECK(scaling::law_from<law>(scaling::coefficient_values(some)) == some);
  }
}

TEMPLATE_TEST_CASE("The gradient of a law on inputs of its own is the analytic one", "", float, double, long double) {
  using T = TestType;
  support::random_numbers random(7);
  for (int i = 0; i < 200; ++i) {
    const decay<T> some{.b = static_cast<T>(random.spread(1e-3, 1e-1)), .a = static_cast<T>(random.spread(0.1, 10))};
    const steps_run<T> at{static_cast<T>(random.between(0, 20))};
    const auto [loss, gradient] = scaling::loss_and_gradient(some, at);
    static_assert(std::same_as<decltype(loss), const T>);
    CHECK(gradient.size() == 2);
    CHECK(loss == some(at));
    const T decayed = std::exp(-some.b * at.steps);
    // 4: half a dozen roundings, here and there. In the order of the table: a, then b.
    CHECK(ulps_off(gradient[0], 2 * some.a - std::expm1(-some.b * at.steps)) <= 4);
    CHECK(ulps_off(gradient[1], some.a * at.steps * decayed) <= 4);
  }
}

TEST_CASE("A law whose coefficients are duals has its gradient in duals, and so its Hessian") {
  using second = decay<dual<double, 2>>;
  const second some{.b = dual<double, 2>::variable(0.1, 1), .a = dual<double, 2>::variable(3, 0)};
  const auto [loss, gradient] = scaling::loss_and_gradient(some, {.steps = 5});
  const double decayed = std::exp(-0.5);
  // 4: a few roundings. The law is a^2 + a (1 - e^(-b S)).
  CHECK(ulps_off(loss.value, 9 + 3 * (1 - decayed)) <= 4);
  CHECK(gradient[0].gradient[0] == 2);
  CHECK(ulps_off(gradient[0].gradient[1], 5 * decayed) <= 4);
  CHECK(ulps_off(gradient[1].gradient[0], 5 * decayed) <= 4);
  CHECK(ulps_off(gradient[1].gradient[1], -3 * 25 * decayed) <= 4);
}

TEST_CASE("A gradient is a constant expression, and is that of run time") {
  constexpr law some{.b = 0.1, .a = 3};
  constexpr auto early = scaling::loss_and_gradient(some, {.steps = 5});
  volatile double steps = 5;
  const auto late = scaling::loss_and_gradient(some, {.steps = steps});
  // 2: expm1 may differ in its last digit
  CHECK(ulps_off(late.loss, early.loss) <= 2);
  CHECK(ulps_off(late.gradient[0], early.gradient[0]) <= 2);
  CHECK(ulps_off(late.gradient[1], early.gradient[1]) <= 2);
}

TEST_CASE("A law is not asked whether its input makes sense") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const law some{.b = 0.1, .a = 3};
  CHECK(std::isnan(scaling::loss_and_gradient(some, {.steps = nan}).loss));
  CHECK(scaling::loss_and_gradient(some, {.steps = infinity}).loss == 12);
  CHECK(scaling::loss_and_gradient(some, {.steps = -infinity}).loss == -infinity);
}
