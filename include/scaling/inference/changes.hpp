// What could have been otherwise: named changes of the runs, of the fit or of its coefficients, for sensitivity.hpp.
// SPDX-License-Identifier: BSL-1.0
//
// A change is a name and what it does to a case. Those below convert to `change<Law>` for any law; one of your own is
//
//   change<chinchilla<>>{"without the first lab's runs", [](auto& c) { std::erase_if(c.runs, is_of_first_lab); }}
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <scaling/core/error.hpp>
#include <scaling/counting/embedding.hpp>
#include <scaling/fitting/criterion.hpp>
#include <scaling/fitting/fit_result.hpp>
#include <scaling/fitting/observation.hpp>
#include <scaling/inference/random.hpp>
#include <scaling/inference/resample.hpp>
#include <scaling/loss_model.hpp>

namespace scaling {

/// A fit that is about to be repeated. A change edits what it is about and leaves the rest.
template <loss_model Law>
struct sensitivity_case {
  using T = typename Law::real_type;
  using observation_type = observation<typename Law::input_type>;

  const fit_result<Law>& original;
  std::vector<observation_type> runs;
  fit_options<Law> options;
  std::function<Law(const Law&)> afterwards;  ///< what happens to the fitted law; nothing if empty
  std::function<T(T)> planned_parameters;     ///< from the plan's count of parameters to that of the original fit
};

/// A change, by the name that its row will have.
template <loss_model Law>
struct change {
  std::string name;
  std::function<void(sensitivity_case<Law>&)> apply;
};

namespace detail {

/// x at k decimals, halves up.
template <real T>
T rounded_to(T x, int decimals) {
  const T scale = std::pow(T(10), T(decimals));
  return std::floor(x * scale + T(0.5)) / scale;
}

/// The values of input `b`, ascending, those within a thousandth of one another counted once: of each group the largest.
template <class Observation>
auto distinct_values(const std::vector<Observation>& runs, std::size_t b) {
  using Run = std::remove_cvref_t<decltype(runs.front().at)>;
  using T = typename Run::real_type;
  constexpr T alike = T(1.001L) + 8 * std::numeric_limits<T>::epsilon();
  std::vector<T> all, result;
  for (const auto& run : runs) all.push_back(run.at.*Run::inputs()[b].member);
  std::sort(all.begin(), all.end());
  T smallest{};
  for (const auto value : all)
    if (result.empty() || value > smallest * alike)
      result.push_back(smallest = value);
    else
      result.back() = value;
  return result;
}

}  // namespace detail

/// Losses printed to some decimals.
struct rounded_losses {
  int decimals = 2;

  template <loss_model Law>
  operator change<Law>() const {
    return {"losses to " + std::to_string(decimals) + " decimals", [*this](sensitivity_case<Law>& c) {
              for (auto& run : c.runs) run.loss = detail::rounded_to(run.loss, decimals);
            }};
  }
};

/// Losses times e^(bias + size z), z standard normal, one for each run in the order they are given: noise of 1 % is size
/// 0.01.
struct noisy_losses {
  double size = 0.01, bias = 0;
  std::uint64_t seed = 0;

  template <loss_model Law>
  operator change<Law>() const {
    return {"noise of " + detail::text_of(size) + (bias == 0 ? "" : ", bias of " + detail::text_of(bias)),
            [*this](sensitivity_case<Law>& c) {
              philox_stream random(seed, 0);
              for (auto& run : c.runs)
                run.loss *= static_cast<typename Law::real_type>(std::exp(bias + size * random.normal()));
            }};
  }
};

/// Only the runs of part of the sizes: those between the shares `from` and `to` of the distinct values of an input.
struct fit_region {
  double from = 0, to = 1;
  std::string input = "parameters";

  template <loss_model Law>
  operator change<Law>() const {
    return {input + " from " + detail::text_of(100 * from) + " % to " + detail::text_of(100 * to) + " % of the sizes",
            [*this](sensitivity_case<Law>& c) {
              const std::size_t b = detail::input_place<typename Law::input_type>("scaling::fit_region", input);
              const auto sizes = detail::distinct_values(c.runs, b);
              const auto count = static_cast<double>(sizes.size());
              std::erase_if(c.runs, [&](const auto& run) {
                const auto value = run.at.*Law::input_type::inputs()[b].member;
                const auto above = std::lower_bound(sizes.begin(), sizes.end(), value);
                const double share = (static_cast<double>(above - sizes.begin()) + 0.5) / count;
                return !(share > from && share < to);
              });
            }};
  }
};

/// Without the runs of the largest sizes.
struct without_largest {
  std::size_t sizes = 1;
  std::string input = "parameters";

  template <loss_model Law>
  operator change<Law>() const {
    return {"without the largest " + input + (sizes == 1 ? "" : ", " + std::to_string(sizes) + " of them"),
            [*this](sensitivity_case<Law>& c) {
              const std::size_t b = detail::input_place<typename Law::input_type>("scaling::without_largest", input);
              const auto all = detail::distinct_values(c.runs, b);
              if (sizes >= all.size()) return c.runs.clear();
              const auto most = all[all.size() - 1 - sizes];
              std::erase_if(c.runs,
                            [&](const auto& run) { return run.at.*Law::input_type::inputs()[b].member > most; });
            }};
  }
};

/// Without runs whose residual (log or plain, as the fit's) at the original fit is larger than so many times the median one.
struct without_outliers {
  double medians = 5;

  template <loss_model Law>
  operator change<Law>() const {
    return {"without residuals above " + detail::text_of(medians) + " medians", [*this](sensitivity_case<Law>& c) {
              const bool of_logs = c.original.options.residual == residual::log;
              const auto size = [&](const auto& run) {
                const auto predicted = c.original.law(run.at);
                return std::abs(of_logs ? std::log(predicted / run.loss) : predicted - run.loss);
              };
              if (c.runs.empty()) return;
              std::vector<typename Law::real_type> all;
              for (const auto& run : c.runs) all.push_back(size(run));
              std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
              const auto most = static_cast<typename Law::real_type>(medians) * all[all.size() / 2];
              std::erase_if(c.runs, [&](const auto& run) { return size(run) > most; });
            }};
  }
};

/// Non-embedding parameters, where the runs have all of them. The plan is made in that count (C = 6 N_E D by default),
/// and its parameters are given in the original one.
struct without_embedding {
  embedding_correction<double> correction = published::pearce_2024<double>;

  template <loss_model Law>
  operator change<Law>() const {
    return {"non-embedding parameters, omega " + detail::text_of(correction.omega), [*this](sensitivity_case<Law>& c) {
              using T = typename Law::real_type;
              const embedding_correction<T> own{static_cast<T>(correction.omega)};
              for (auto& run : c.runs) run.at.parameters = own.non_embedding(run.at.parameters);
              c.planned_parameters = [own](T non_embedding) { return own.total(non_embedding); };
            }};
  }
};

/// Another criterion.
struct fitted_by {
  scaling::criterion criterion;

  template <loss_model Law>
  operator change<Law>() const {
    return {detail::described(criterion), [*this](sensitivity_case<Law>& c) { c.options.criterion = criterion; }};
  }
};

/// Exponents printed to some decimals and all else kept, which moves the law itself: N^0.005 is 1.13 at 4e10.
struct rounded_exponents {
  int decimals = 2;

  template <loss_model Law>
  operator change<Law>() const {
    return {"exponents to " + std::to_string(decimals) + " decimals", [*this](sensitivity_case<Law>& c) {
              c.afterwards = [decimals = decimals](const Law& law) {
                Law result = law;
                for (const auto& row : Law::coefficients())
                  if (row.scale == scale::linear && row.enters == enters::nonlinearly)
                    result.*row.member = detail::rounded_to(law.*row.member, decimals);
                return result;
              };
            }};
  }
};

}  // namespace scaling
