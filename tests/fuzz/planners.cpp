// Every planner on arbitrary numbers: it refuses with std::domain_error alone, and a plan that is within the range of the
// type spends its budget to rounding, has the loss that its law has there, and no neighbour on the budget beats it.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>

#include <scaling/laws.hpp>
#include <scaling/planning.hpp>

#include "fuzz/input.hpp"

namespace {

using scaling::training_cost;

struct question {
  bool plausible;
  training_cost cost;

  explicit question(fuzz::input& in) : plausible(in.choice(2) == 0) {
    if (in.choice(4) == 1)
      cost = plausible ? training_cost{in.magnitude(0, 2), in.between(0.5, 2), in.between(0.5, 2)}
                       : training_cost{in.number(), in.number(), in.number()};
  }

  template <class Law>
  Law law(fuzz::input& in) const {
    Law result{};
    for (const auto& row : Law::coefficients()) {
      const double start = plausible ? in.between(row.starts.from, row.starts.to) : 0;
      result.*row.member = !plausible ? in.number() : row.scale == scaling::scale::log ? std::exp(start) : start;
    }
    return result;
  }

  double amount(fuzz::input& in, double from, double to) const {
    return plausible ? in.magnitude(from, to) : in.number();
  }
};

bool usual(double x) { return x > 1e-250 && x < 1e250; }
bool close(double x, double y, double tolerance) { return std::abs(x - y) <= tolerance * std::max(x, y); }

/// Calls a planner, which may refuse by std::domain_error alone.
template <class Plan>
void with(const Plan& plan) {
  try {
    plan();
  } catch (const std::domain_error& error) {
    fuzz::check(std::string_view(error.what()).starts_with("scaling::"), "a refusal names its function");
  }
}

/// k N^p D^q = C to the rounding of logarithms.
void check_spent(const auto& plan, const training_cost& cost) {
  const double N = std::log(plan.parameters), D = std::log(plan.tokens), C = std::log(plan.flops);
  const double p = cost.parameters_power, q = cost.tokens_power;
  const double size = std::abs(p * N) + std::abs(q * D) + std::abs(std::log(cost.factor)) + std::abs(C) + p + q;
  fuzz::check(std::abs(std::log(cost.factor) + p * N + q * D - C) <= 1e-12 * (1 + size), "the budget is spent");
}

template <class Law>
void plan_training(fuzz::input& in) {
  const question asked(in);
  const auto law = asked.law<Law>(in);
  const double amount = asked.amount(in, 15, 30), size = asked.amount(in, 5, 13), loss = asked.amount(in, -0.5, 1.5);
  const double served = asked.amount(in, 3, 16);
  const auto judge = [&](const scaling::allocation<double>& plan) {
    fuzz::check(
        !std::isnan(plan.parameters) && !std::isnan(plan.tokens) && !std::isnan(plan.flops) && !std::isnan(plan.loss),
        "no plan has a NaN");
    if (!usual(plan.parameters) || !usual(plan.tokens) || !usual(plan.flops) || !usual(plan.loss)) return;
    check_spent(plan, asked.cost);
    if (!asked.plausible) return;
    fuzz::check(close(plan.loss, law({plan.parameters, plan.tokens}), 1e-6), "the loss is that of the law");
    for (const double factor : {0.5, 0.99, 1.01, 2.0})
      fuzz::check(
          scaling::isoflop_run(law, plan.flops, factor * plan.parameters, asked.cost).loss >= plan.loss * (1 - 1e-9),
          "no neighbour is better");
  };
  with([&] { judge(scaling::compute_optimal(law, amount, asked.cost)); });
  with([&] { judge(scaling::compute_optimal_for_parameters(law, size, asked.cost)); });
  with([&] { judge(scaling::compute_optimal_for_tokens(law, size, asked.cost)); });
  with([&] { judge(scaling::compute_optimal_for_loss(law, loss, asked.cost)); });
  const auto lived = [&](const scaling::lifetime_allocation<double>& plan) {
    fuzz::check(!std::isnan(plan.parameters) && !std::isnan(plan.tokens) && !std::isnan(plan.loss), "no NaN in a life");
    fuzz::check(plan.training_flops >= 0 && plan.inference_flops >= 0, "a life costs something");
  };
  with([&] { lived(scaling::inference_aware(law, loss, served, asked.cost)); });
  with([&] { lived(scaling::inference_aware_for_flops(law, amount, served, asked.cost)); });
  with([&] { static_cast<void>(scaling::returns_at(law, {size, served}, asked.cost)); });
  with([&] { static_cast<void>(scaling::rule_of_thumb(law, size, amount, asked.cost)); });
}

template <class Law>
void plan_repetition(fuzz::input& in) {
  const question asked(in);
  const auto law = asked.law<Law>(in);
  const double amount = asked.amount(in, 15, 30), unique = asked.amount(in, 6, 13), size = asked.amount(in, 5, 13);
  const double loss = asked.amount(in, -0.5, 1.5);
  const auto judge = [&](const scaling::repeated_allocation<double>& plan) {
    fuzz::check(
        !std::isnan(plan.parameters) && !std::isnan(plan.tokens) && !std::isnan(plan.loss) && !std::isnan(plan.epochs),
        "no plan has a NaN");
    if (!usual(plan.parameters) || !usual(plan.tokens) || !usual(plan.flops) || !usual(plan.loss)) return;
    check_spent(plan, asked.cost);
    fuzz::check(close(plan.epochs * plan.unique_tokens, plan.tokens, 1e-9), "epochs are tokens over unique tokens");
  };
  with([&] { judge(scaling::compute_optimal(law, amount, unique, asked.cost)); });
  with([&] { judge(scaling::compute_optimal_for_loss(law, loss, unique, asked.cost)); });
  with([&] { judge(scaling::compute_optimal_for_parameters(law, size, unique, asked.cost)); });
  if constexpr (scaling::detail::repeating_law<Law>) {
    with([&] { fuzz::check(scaling::best_epochs(law, size, unique) >= 1, "at least one epoch"); });
    with([&] { static_cast<void>(scaling::worth_of_token(law, {size, amount, unique})); });
    with([&] {
      const double U = scaling::unique_tokens_for_loss(law, loss, {size, amount});
      fuzz::check(U >= 0 && U <= amount, "no more unique tokens than tokens");
    });
  }
}

void plan_chinchilla(fuzz::input& in) {
  const question asked(in);
  const auto law = asked.law<scaling::chinchilla<double>>(in);
  const double amount = asked.amount(in, 15, 30), size = asked.amount(in, 5, 13);
  const scaling::embedding_correction<double> correction{asked.amount(in, 3, 6)};
  const auto number = [&](double x) { fuzz::check(!asked.plausible || !std::isnan(x), "no NaN"); };
  with([&] { number(scaling::reducible_loss(law, amount, asked.cost)); });
  with([&] { number(scaling::halving_factor(law, asked.cost)); });
  with([&] { number(scaling::isoflop_penalty(law, amount, asked.amount(in, -2, 2), asked.cost)); });
  with([&] { number(scaling::worthwhile_plan(law, {amount, 1.0}, asked.cost).parameters); });
  with([&] { number(scaling::worthwhile_tokens(law, size, {amount, 1.0}, asked.cost)); });
  with([&] { number(scaling::local_parameter_exponent(law, correction, size)); });
  with([&] { number(scaling::compute_optimal_for_non_embedding_flops(law, correction, amount).loss); });
}

void plan_steps(fuzz::input& in) {
  const question asked(in);
  const auto law = asked.law<scaling::kaplan_steps<double>>(in);
  const scaling::critical_batch<double> batch{asked.amount(in, 5, 9), asked.amount(in, -1, 0)};
  const double amount = asked.amount(in, 15, 30);
  const auto judge = [](const auto& plan) {
    fuzz::check(!std::isnan(plan.parameters) && !std::isnan(plan.steps) && !std::isnan(plan.loss), "no NaN in steps");
  };
  with([&] { judge(scaling::compute_optimal(law, batch, amount, asked.cost)); });
  with([&] { judge(scaling::compute_optimal_for_parameters(law, batch, amount, asked.cost)); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  switch (in.choice(8)) {
    case 0:
      plan_training<scaling::chinchilla<double>>(in);
      break;
    case 1:
      plan_training<scaling::kaplan<double>>(in);
      break;
    case 2:
      plan_training<scaling::over_training<double>>(in);
      break;
    case 3:
      plan_repetition<scaling::lovelace<double>>(in);
      break;
    case 4:
      plan_repetition<scaling::muennighoff<double>>(in);
      break;
    case 5:
      plan_repetition<scaling::bounded<double>>(in);
      break;
    case 6:
      plan_chinchilla(in);
      break;
    default:
      plan_steps(in);
  }
  return 0;
}
