// A picture: the loss of one model size against tokens, by two laws, as SVG.
// SPDX-License-Identifier: BSL-1.0
#include <scaling/io/svg.hpp>
#include <scaling/published.hpp>

#include <cstdio>
#include <sstream>

int main() {
  scaling::io::figure loss{.title = "Loss of a model of 10^{9} parameters",
                           .x = {.label = "tokens", .logarithmic = true, .from = 1e8, .to = 1e12},
                           .y = {.label = "loss [nats/token]"}};
  const auto curve = [&](const char* name, const scaling::chinchilla<>& law) {
    loss.curves.push_back({name, scaling::io::graph_of([&](double D) { return law(1e9, D); }, loss.x)});
  };
  curve("Hoffmann et al.", scaling::published::hoffmann_2022<>);
  curve("Besiroglu et al.", scaling::published::besiroglu_2024<>);

  std::ostringstream text;  // or a file: write_svg("loss.svg", loss)
  scaling::io::write_svg(text, loss);
  std::printf("%zu curves of %zu points; the text begins with %.4s\n", loss.curves.size(), loss.curves[0].points.size(),
              text.str().c_str());
}
