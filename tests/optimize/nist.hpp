// The nonlinear regression problems of NIST's Statistical Reference Datasets: their files, and their models.
// https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml; each file names its source.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <scaling/core/dual.hpp>

namespace nist {

/// The value of a model and its derivatives in b1 to b9, as many as any of the models has.
using number = scaling::dual<double, 9>;

// The derivatives of what no law needs.
inline number chain(const number& x, double value, double derivative) {
  number result(value);
  for (std::size_t k = 0; k < x.gradient.size(); ++k) result.gradient[k] = derivative * x.gradient[k];
  return result;
}
inline number sin(const number& x) { return chain(x, std::sin(x.value), std::cos(x.value)); }
inline number cos(const number& x) { return chain(x, std::cos(x.value), -std::sin(x.value)); }
inline number atan(const number& x) { return chain(x, std::atan(x.value), 1 / (1 + x.value * x.value)); }

/// y(x) with the coefficients b, as the file has it; b[0] is b1.
using formula = number (*)(const number* b, const double* x);

inline number exponential_rise(const number* b, const double* x) { return b[0] * (1 - exp(-b[1] * x[0])); }
inline number chwirut(const number* b, const double* x) { return exp(-b[0] * x[0]) / (b[1] + b[2] * x[0]); }
inline number lanczos(const number* b, const double* x) {
  return b[0] * exp(-b[1] * x[0]) + b[2] * exp(-b[3] * x[0]) + b[4] * exp(-b[5] * x[0]);
}
inline number gauss(const number* b, const double* x) {
  const auto peak = [&](int i) {
    const number u = (x[0] - b[i + 1]) / b[i + 2];
    return b[i] * exp(-u * u);
  };
  return b[0] * exp(-b[1] * x[0]) + peak(2) + peak(5);
}
inline number dan_wood(const number* b, const double* x) { return b[0] * pow(x[0], b[1]); }
inline number misra_1b(const number* b, const double* x) {
  const number u = 1 + b[1] * x[0] / 2;
  return b[0] * (1 - 1 / (u * u));
}
inline number misra_1c(const number* b, const double* x) { return b[0] * (1 - 1 / sqrt(1 + 2 * b[1] * x[0])); }
inline number misra_1d(const number* b, const double* x) { return b[0] * b[1] * x[0] / (1 + b[1] * x[0]); }
inline number quadratics(const number* b, const double* x) {
  return (b[0] + x[0] * (b[1] + x[0] * b[2])) / (1 + x[0] * (b[3] + x[0] * b[4]));
}
inline number cubics(const number* b, const double* x) {
  return (b[0] + x[0] * (b[1] + x[0] * (b[2] + x[0] * b[3]))) / (1 + x[0] * (b[4] + x[0] * (b[5] + x[0] * b[6])));
}
inline number nelson(const number* b, const double* x) { return b[0] - b[1] * x[0] * exp(-b[2] * x[1]); }
inline number mgh_09(const number* b, const double* x) {
  return b[0] * x[0] * (x[0] + b[1]) / (x[0] * (x[0] + b[2]) + b[3]);
}
inline number mgh_10(const number* b, const double* x) { return b[0] * exp(b[1] / (x[0] + b[2])); }
inline number mgh_17(const number* b, const double* x) {
  return b[0] + b[1] * exp(-x[0] * b[3]) + b[2] * exp(-x[0] * b[4]);
}
inline number roszman(const number* b, const double* x) {
  return b[0] - b[1] * x[0] - atan(b[2] / (x[0] - b[3])) / std::numbers::pi;
}
inline number enso(const number* b, const double* x) {
  const double month = 2 * std::numbers::pi * x[0];
  return b[0] + b[1] * std::cos(month / 12) + b[2] * std::sin(month / 12) + b[4] * cos(month / b[3]) +
         b[5] * sin(month / b[3]) + b[7] * cos(month / b[6]) + b[8] * sin(month / b[6]);
}
inline number rat_42(const number* b, const double* x) { return b[0] / (1 + exp(b[1] - b[2] * x[0])); }
inline number rat_43(const number* b, const double* x) { return b[0] / pow(1 + exp(b[1] - b[2] * x[0]), 1 / b[3]); }
inline number eckerle(const number* b, const double* x) {
  const number u = (x[0] - b[2]) / b[1];
  return b[0] / b[1] * exp(-u * u / 2);
}
inline number bennett(const number* b, const double* x) { return b[0] * pow(b[1] + x[0], -1 / b[2]); }

/// One file: its data, two starts, the certified minimum.
struct problem {
  using vector = Eigen::VectorXd;

  formula model;
  std::vector<double> y;
  std::vector<std::vector<double>> x;
  vector starts[2], certified, deviation;  ///< `deviation`: the standard deviation of each coefficient
  double sum_of_squares;                   ///< certified, as are the two before

  /// The sum of squared residuals.
  double operator()(const vector& b, vector& gradient) const {
    number coefficients[9];
    for (Eigen::Index k = 0; k < b.size(); ++k) coefficients[k] = number::variable(b[k], static_cast<std::size_t>(k));
    double sum = 0;
    gradient.setZero();
    for (std::size_t i = 0; i < y.size(); ++i) {
      const number predicted = model(coefficients, x[i].data());
      const double residual = predicted.value - y[i];
      sum += residual * residual;
      for (Eigen::Index k = 0; k < b.size(); ++k)
        gradient[k] += 2 * residual * predicted.gradient[static_cast<std::size_t>(k)];
    }
    return sum;
  }

  double residual_variance() const {
    return sum_of_squares / (static_cast<double>(y.size()) - double(certified.size()));
  }
};

/// Reads a file by what it says of itself: "Data (lines 61 to 71)", "b1 = start start certified deviation".
inline problem read(const std::filesystem::path& path, formula model) {
  static const std::regex data_lines(R"(\s*Data\s+\(lines (\d+) to (\d+)\)\s*)"),
      coefficient(R"(\s*b\d\s*=\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*)"), sum(R"(.*Sum of Squares:\s+(\S+)\s*)");
  problem result{};
  result.model = model;
  std::vector<double> columns[4];
  std::ifstream file(path);
  std::smatch match;
  int first = 0, last = 0, at = 0;
  for (std::string line; std::getline(file, line);) {
    ++at;
    if (std::regex_match(line, match, data_lines)) {
      first = std::stoi(match[1]);
      last = std::stoi(match[2]);
    } else if (std::regex_match(line, match, coefficient)) {
      for (std::size_t k = 0; k < 4; ++k) columns[k].push_back(std::stod(match[k + 1]));
    } else if (std::regex_match(line, match, sum)) {
      result.sum_of_squares = std::stod(match[1]);
    } else if (at >= first && at <= last) {
      std::istringstream cells(line);
      double y = 0;
      cells >> y;
      result.y.push_back(y);
      result.x.emplace_back();
      for (double x = 0; cells >> x;) result.x.back().push_back(x);
    }
  }
  const auto vector_of = [](const std::vector<double>& column) {
    return problem::vector(problem::vector::Map(column.data(), static_cast<Eigen::Index>(column.size())));
  };
  for (const int k : {0, 1}) result.starts[k] = vector_of(columns[k]);
  result.certified = vector_of(columns[2]);
  result.deviation = vector_of(columns[3]);
  return result;
}

}  // namespace nist
