// Results as JSON that reads back as it was: plans, laws, fits and forecasts, with the symbols of their tables as keys.
// SPDX-License-Identifier: BSL-1.0
//
//   write_json(std::cout, compute_optimal(law, 1e24));
//   const auto plan = read_json<allocation<double>>("plan.json");
//
//   {
//     "scaling": "0.1.0",                       the version that wrote it
//     "allocation": {                           what it is
//       "parameters": 1.2475e+11, ...
//
// Numbers have the fewest digits from which their type reads them back, max_digits10 at most; those that JSON does not
// have are "NaN", "Infinity" and "-Infinity". What is absent is null. Every member must be there and no other may be;
// but a fit and its fit_context may stand in one text, and each is read from it.
#pragma once

#include <filesystem>
#include <fstream>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <version>

#include <scaling/core/real.hpp>
#include <scaling/io/fit_context.hpp>
#include <scaling/io/json_fit.hpp>
#include <scaling/io/json_inference.hpp>
#include <scaling/io/json_members.hpp>
#include <scaling/io/json_value.hpp>
#include <scaling/planning/compute_optimal.hpp>
#include <scaling/planning/data_constrained.hpp>
#include <scaling/planning/inference_aware.hpp>
#include <scaling/version.hpp>

namespace scaling::detail {

inline std::string json_version(bool with_patch) {
  std::string text = std::to_string(SCALING_VERSION_MAJOR) + "." + std::to_string(SCALING_VERSION_MINOR);
  return with_patch ? text + "." + std::to_string(SCALING_VERSION_PATCH) : text + ".";
}

template <real T>
struct json_members<allocation<T>> {
  static constexpr std::string_view kind = "allocation";
  static void visit(auto& archive, auto& plan) {
    archive("parameters", plan.parameters);
    archive("tokens", plan.tokens);
    archive("flops", plan.flops);
    archive("loss", plan.loss);
  }
};

template <real T>
struct json_members<repeated_allocation<T>> {
  static constexpr std::string_view kind = "repeated_allocation";
  static void visit(auto& archive, auto& plan) {
    archive("parameters", plan.parameters);
    archive("tokens", plan.tokens);
    archive("unique_tokens", plan.unique_tokens);
    archive("epochs", plan.epochs);
    archive("flops", plan.flops);
    archive("loss", plan.loss);
  }
};

template <real T>
struct json_members<lifetime_allocation<T>> {
  static constexpr std::string_view kind = "lifetime_allocation";
  static void visit(auto& archive, auto& plan) {
    archive("parameters", plan.parameters);
    archive("tokens", plan.tokens);
    archive("training_flops", plan.training_flops);
    archive("inference_flops", plan.inference_flops);
    archive("loss", plan.loss);
  }
};

}  // namespace scaling::detail

namespace scaling::io {

/// What can be written and read: a plan (`allocation`, `repeated_allocation`, `lifetime_allocation`), a law, a
/// `fit_result`, its `fit_options` or its `fit_context`, an `interval`, a forecast (`loss_forecast`,
/// `allocation_forecast`).
template <class T>
concept json_type = detail::has_json_members<T>;

/// A result as a tree, to be a part of a larger one.
template <json_type T>
json_value to_json(const T& result) {
  auto document = json_value::object();
  document.add("scaling", json_value(detail::json_version(true)));
  document.add(detail::json_members<T>::kind, detail::json_of(result));
  return document;
}

/// A fit with what is declared of it, side by side; each is read by its own type.
template <loss_model Law>
json_value to_json(const fit_result<Law>& result, const fit_context& context) {
  auto document = to_json(result);
  document.add(detail::json_members<fit_context>::kind, detail::json_of(context));
  return document;
}

/// The result in a tree that was read from the text of that name.
template <json_type T>
T from_json(const json_value& document, const std::string& name) {
  detail::json_object_reader members({document, name});
  const auto version = members.member("scaling");
  if (version.value.is != json_value::type::string || !version.value.text.starts_with(detail::json_version(false)))
    version.refuse("the version of this library, \"" + detail::json_version(false) + "x\"");
  T result{};
  members(detail::json_members<T>::kind, result);
  // A fit and what is declared of it stand side by side.
  if (detail::json_members<T>::kind == "fit_result") members.skip("fit_context");
  if (detail::json_members<T>::kind == "fit_context") members.skip("fit_result");
  members.finish();
  return result;
}

/// Writes a result and a line end. It reads back as the same, bit by bit, into the same type; NaN stays a NaN.
/// Errors: std::invalid_argument for a text that is not UTF-8, before anything is written; the stream's own.
template <json_type T>
void write_json(std::ostream& out, const T& result) {
  out << to_json(result) << '\n';
}
template <loss_model Law>
void write_json(std::ostream& out, const fit_result<Law>& result, const fit_context& context) {
  out << to_json(result, context) << '\n';
}

/// Reads a result: read_json<allocation<double>>(in, "plan.json"). `name` is what messages call the stream.
/// Errors: std::runtime_error that names the text, line, column, what was found and what must be there. Numbers that the
/// type cannot hold are refused, as are subnormal ones where the standard library reads none (libstdc++, long double).
/// Trap: read into another scalar than it was written from, a number is that of its shortest digits, rounded once.
template <json_type T>
T read_json(std::istream& in, const std::string& name) {
  return from_json<T>(read_json_value(in, name), name);
}

#if defined(__cpp_lib_filesystem)  // WebAssembly has no files
/// Reads the result in the file at `path`.
template <json_type T>
T read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return read_json<T>(file, path.string());
}
#endif

}  // namespace scaling::io
