// What inference answers in JSON: intervals and forecasts, known by their members, since io needs no header of theirs.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include <scaling/io/json_members.hpp>

namespace scaling::detail {

template <class T>
concept interval_like = requires(const T& of) {
  { of.lower } -> std::convertible_to<long double>;
  { of.upper } -> std::convertible_to<long double>;
  { of.level } -> std::convertible_to<double>;
};

template <interval_like T>
struct json_members<T> {
  static constexpr std::string_view kind = "interval";
  static void visit(auto& archive, auto& interval) {
    archive("lower", interval.lower);
    archive("upper", interval.upper);
    archive("level", interval.level);
  }
};

/// Where a forecast lies outside of the fitted range.
template <class T>
concept forecast_like = requires(const T& of) {
  { of.extrapolation } -> std::convertible_to<long double>;
  { of.beyond } -> std::convertible_to<std::string>;
  { of.edge } -> std::convertible_to<long double>;
};

void visit_extrapolation(auto& archive, auto& forecast) {
  archive("extrapolation", forecast.extrapolation);
  archive("beyond", forecast.beyond);
  archive("edge", forecast.edge);
}

template <forecast_like T>
requires requires(const T& of) {
  { of.interval } -> interval_like;
}
struct json_members<T> {
  static constexpr std::string_view kind = "loss_forecast";
  static void visit(auto& archive, auto& forecast) {
    archive("loss", forecast.loss);
    archive("interval", forecast.interval);
    visit_extrapolation(archive, forecast);
  }
};

template <forecast_like T>
requires requires(const T& of) {
  { of.tokens_per_parameter } -> interval_like;
}
struct json_members<T> {
  static constexpr std::string_view kind = "allocation_forecast";
  static void visit(auto& archive, auto& forecast) {
    archive("plan", forecast.plan);
    archive("parameters", forecast.parameters);
    archive("tokens", forecast.tokens);
    archive("loss", forecast.loss);
    archive("tokens_per_parameter", forecast.tokens_per_parameter);
    archive("without_optimum", forecast.without_optimum);
    visit_extrapolation(archive, forecast);
  }
};

}  // namespace scaling::detail
