// The rules of the house, kept by a test: what may include what, and what every header of include/scaling looks like.
// The checker is itself tested, on a small tree that is broken in one way after the other.
// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using strings = std::vector<std::string>;

// --- The rules, as data. A place is a folder ("core/"), a file ("loss_model.hpp") or "a law", any other file beside
// it.

struct storey {
  std::string_view place;
  int floor;      // includes go to a lower floor or stay inside a folder
  bool std_only;  // belongs to scaling::laws, and reaches no other library, not even through another header
};
const std::vector<storey> storeys = {
    {"core/", 0, true},         {"version.hpp", 1, true}, {"loss_model.hpp", 1, true}, {"a law", 1, true},
    {"published.hpp", 1, true}, {"counting/", 1, true},   {"optimize/", 1, false},     {"planning/", 2, true},
    {"fitting/", 3, false},     {"inference/", 4, false}, {"io/", 5, false},
};

// The steps on one floor that are allowed besides: who, and whom it may include.
const std::vector<std::pair<std::string_view, std::string_view>> steps = {
    {"a law", "loss_model.hpp"},
    {"kaplan.hpp", "power_law.hpp"},
    {"published.hpp", "loss_model.hpp"},
    {"published.hpp", "a law"},
};

// The header that lists a storey, and the places that it lists: all of them, nothing else, in alphabetical order.
const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> umbrellas = {
    {"laws.hpp", {"loss_model.hpp", "a law", "published.hpp"}},
    {"counting.hpp", {"counting/"}},
    {"planning.hpp", {"planning/"}},
    {"fitting.hpp", {"fitting/", "laws.hpp"}},  // a fit needs a law
    {"inference.hpp", {"inference/"}},
};
constexpr std::string_view whole_house = "scaling.hpp";  // reaches every header but those of io/

struct library {
  std::string_view name;
  std::vector<std::string_view> includes;  // a folder, or a header
  std::vector<std::string_view> homes;     // the places that may include it
};
const std::vector<library> libraries = {
    {"Eigen", {"Eigen/", "unsupported/Eigen/"}, {"optimize/", "fitting/", "inference/"}},
    {"Boost", {"boost/"}, {"inference/"}},
    {"a stream", {"iostream", "ostream", "istream", "sstream", "fstream", "iomanip"}, {"io/"}},
    {"<thread>", {"thread"}, {"inference/threads.hpp"}},
    {"<execution>", {"execution"}, {}},  // with oneTBB installed it breaks the user's link
    {"<format>", {"format"}, {}},        // neither this nor the next is in the oldest standard library that we promise
    {"<expected>", {"expected"}, {}},
};

constexpr std::size_t most_lines = 400, licence_within = 5;

// --- The tree: headers by their path below include/scaling

struct header {
  strings lines;
  strings ours;   // what it includes of the house, by path below include/scaling
  strings other;  // what else it includes
};
using tree = std::map<std::string, header>;

header parse(std::istream& text) {
  static const std::regex include(R"(\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
  constexpr std::string_view house = "scaling/";
  header result;
  std::smatch match;
  for (std::string line; std::getline(text, line); result.lines.push_back(line))
    if (std::regex_match(line, match, include)) {
      const std::string path = match[1];
      if (path.starts_with(house))
        result.ours.push_back(path.substr(house.size()));
      else
        result.other.push_back(path);
    }
  return result;
}

tree read_tree(const std::filesystem::path& root) {
  tree house;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
    if (entry.is_regular_file()) {
      std::ifstream file(entry.path());
      house[entry.path().lexically_relative(root).generic_string()] = parse(file);
    }
  return house;
}

bool is_umbrella(const std::string& path) {
  return path == whole_house ||
         std::any_of(umbrellas.begin(), umbrellas.end(), [&](auto& u) { return u.first == path; });
}

bool is_law(const std::string& path) {
  const auto named = [&](const storey& s) { return s.place == path; };
  return path.find('/') == path.npos && !is_umbrella(path) && std::none_of(storeys.begin(), storeys.end(), named);
}

bool is_in(const std::string& path, std::string_view place) {
  if (place == "a law") return is_law(path);
  return place.ends_with('/') ? path.starts_with(place) : path == place;
}

bool is_in(const std::string& path, const std::vector<std::string_view>& places) {
  return std::any_of(places.begin(), places.end(), [&](std::string_view place) { return is_in(path, place); });
}

/// The storey of a header that is no umbrella, or null where it is in a folder that the house does not have.
const storey* storey_of(const std::string& path) {
  const auto found =
      std::find_if(storeys.begin(), storeys.end(), [&](const storey& s) { return is_in(path, s.place); });
  return found == storeys.end() ? nullptr : &*found;
}

/// `path` and every header that it includes, directly or through others.
std::set<std::string> reach(const tree& house, const std::string& path) {
  std::set<std::string> seen;
  strings open{path};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    if (const auto found = house.find(next); found != house.end() && seen.insert(next).second)
      open.insert(open.end(), found->second.ours.begin(), found->second.ours.end());
  }
  return seen;
}

// --- The checks: each returns what it has to complain of

bool may_include(const std::string& from, const std::string& to) {
  const storey *here = storey_of(from), *there = storey_of(to);
  if (!here || !there) return false;
  if (here == there && here->place.ends_with('/')) return true;
  if (there->floor < here->floor) return true;
  return std::any_of(steps.begin(), steps.end(), [&](auto& s) { return is_in(from, s.first) && is_in(to, s.second); });
}

strings floor_complaints(const tree& house) {
  strings found;
  for (const auto& [path, header] : house) {
    if (is_umbrella(path)) continue;
    if (!storey_of(path)) found.push_back(path + " is in no storey of the house");
    const bool leaf = is_in(path, "io/");
    for (const auto& other : header.ours)
      if (!house.contains(other) || !(leaf || may_include(path, other)))
        found.push_back(path + " must not include " + other);
  }
  return found;
}

strings library_complaints(const tree& house) {
  strings found;
  const auto uses = [](const header& header, const library& library) {
    return std::any_of(header.other.begin(), header.other.end(),
                       [&](auto& other) { return is_in(other, library.includes); });
  };
  for (const auto& [path, header] : house)
    for (const auto& library : libraries) {
      const std::string name(library.name);
      if (uses(header, library) && !is_in(path, library.homes)) found.push_back(path + " must not include " + name);
      if (const auto* storey = storey_of(path); storey && storey->std_only)
        for (const auto& other : reach(house, path))
          if (other != path && uses(house.at(other), library))
            found.push_back(path + " must not reach " + name + " through " + other);
    }
  return found;
}

strings umbrella_complaints(const tree& house) {
  strings found;
  for (const auto& [umbrella, places] : umbrellas) {
    const std::string path(umbrella);
    strings wanted;
    for (const auto& [other, header] : house)
      if (is_in(other, places)) wanted.push_back(other);
    const auto header = house.find(path);
    if (header == house.end() ? !wanted.empty() : header->second.ours != wanted)
      found.push_back(path + " must list its storey, all of it, in alphabetical order");
  }
  if (const auto whole = house.find(std::string(whole_house)); whole == house.end()) {
    found.push_back("scaling.hpp is missing");
  } else {
    const auto& list = whole->second.ours;
    if (!std::is_sorted(list.begin(), list.end())) found.push_back("scaling.hpp must be in alphabetical order");
    const auto seen = reach(house, whole->first);
    for (const auto& [path, header] : house)
      if (const bool leaf = is_in(path, "io/"); seen.contains(path) == leaf)
        found.push_back("scaling.hpp must " + std::string(leaf ? "not " : "") + "reach " + path);
  }
  return found;
}

strings text_complaints(const tree& house) {
  static const std::regex definition(R"(\s*#\s*define\b.*)");
  static const std::regex version(R"(#define SCALING_VERSION_(MAJOR|MINOR|PATCH) \d+)");
  static const std::regex quoted(R"(\s*#\s*include\s*".*)");  // could be relative, and escape the checks above
  static const std::regex whole_namespace(R"(\s*using\s+namespace\b.*)");
  static const std::regex unfinished(R"(\b(TO[D]O|FIX[M]E)\b)");  // so spelt that it does not match itself
  const std::string licence = "// SPDX-License-Identifier: BSL-1.0", once = "#pragma once";
  strings found;
  for (const auto& [path, header] : house) {
    const auto& lines = header.lines;
    const auto complain = [&found, &path = path](const std::string& what) { found.push_back(path + ": " + what); };
    if (!path.ends_with(".hpp")) complain("only headers live here");
    if (lines.size() > most_lines) complain(std::to_string(lines.size()) + " lines are too many");
    if (lines.empty() || !lines[0].starts_with("// ") || lines[0].starts_with("// SPDX"))
      complain("the first line must say what the header is for");
    const auto head = lines.begin() + std::ptrdiff_t(std::min(lines.size(), licence_within));
    if (std::find(lines.begin(), head, licence) == head) complain("one of the first lines must be " + licence);
    if (std::count(lines.begin(), lines.end(), once) != 1) complain("there must be one " + once);
    for (const auto& line : lines) {
      if (std::regex_match(line, definition) && !(path == "version.hpp" && std::regex_match(line, version)))
        complain("the version alone is a macro, not " + line);
      if (std::regex_match(line, quoted)) complain("includes are written <...>, not " + line);
      if (std::regex_match(line, whole_namespace)) complain("using namespace");
      if (std::regex_search(line, unfinished)) complain("unfinished: " + line);
    }
  }
  return found;
}

strings complaints(const tree& house) {
  strings all;
  for (const auto check : {floor_complaints, library_complaints, umbrella_complaints, text_complaints})
    std::ranges::move(check(house), std::back_inserter(all));
  return all;
}

// --- The house itself, and the checker

/// A header as it should be, which includes `includes` and goes on with `rest`.
std::string text_of(const strings& includes, const std::string& rest = "") {
  std::string text = "// What it is for.\n// SPDX-License-Identifier: BSL-1.0\n#pragma once\n";
  for (const auto& include : includes) text += "#include <" + include + ">\n";
  return text + rest;
}

/// A small house in which nothing is wrong, but for the header `path`, which is replaced by `text`.
strings complaints_with(const std::string& path, const std::string& text) {
  std::map<std::string, std::string> house = {
      {"core/real.hpp", text_of({"limits"})},
      {"core/root.hpp", text_of({"scaling/core/real.hpp"})},
      {"version.hpp", text_of({}, "#define SCALING_VERSION_MAJOR 1\n")},
      {"loss_model.hpp", text_of({"scaling/core/real.hpp"})},
      {"power_law.hpp", text_of({"scaling/loss_model.hpp"})},
      {"kaplan.hpp", text_of({"scaling/loss_model.hpp", "scaling/power_law.hpp"})},
      {"published.hpp", text_of({"scaling/kaplan.hpp", "scaling/loss_model.hpp"})},
      {"laws.hpp",
       text_of({"scaling/kaplan.hpp", "scaling/loss_model.hpp", "scaling/power_law.hpp", "scaling/published.hpp"})},
      {"planning/compute_optimal.hpp", text_of({"scaling/core/root.hpp", "scaling/power_law.hpp"})},
      {"planning.hpp", text_of({"scaling/planning/compute_optimal.hpp"})},
      {"optimize/newton.hpp", text_of({"Eigen/Core"})},
      {"fitting/fit.hpp", text_of({"Eigen/Core", "scaling/loss_model.hpp", "scaling/optimize/newton.hpp"})},
      {"fitting.hpp", text_of({"scaling/fitting/fit.hpp", "scaling/laws.hpp"})},
      {"inference/bootstrap.hpp",
       text_of({"boost/version.hpp", "scaling/fitting/fit.hpp", "scaling/inference/threads.hpp"})},
      {"inference/threads.hpp", text_of({"thread"})},
      {"inference.hpp", text_of({"scaling/inference/bootstrap.hpp", "scaling/inference/threads.hpp"})},
      {"io/report.hpp", text_of({"ostream", "scaling/inference/bootstrap.hpp"})},
      {"scaling.hpp",
       text_of({"scaling/fitting.hpp", "scaling/inference.hpp", "scaling/planning.hpp", "scaling/version.hpp"})},
  };
  house[path] = text;
  tree parsed;
  for (const auto& [name, content] : house) {
    std::istringstream stream(content);
    parsed[name] = parse(stream);
  }
  return complaints(parsed);
}

}  // namespace

TEST_CASE("the house keeps its rules") {
  const tree house = read_tree(std::filesystem::path(SCALING_SOURCE_DIR) / "include/scaling");
  REQUIRE(house.contains("core/real.hpp"));
  for (const auto& complaint : complaints(house)) FAIL_CHECK(complaint);
}

TEST_CASE("the checker has nothing to say of a house in order") {
  CHECK(complaints_with("core/real.hpp", text_of({"limits"})) == strings{});
}

TEST_CASE("the checker takes a new header beside the laws for a law, which its storey must list") {
  CHECK(complaints_with("lovelace.hpp", text_of({"scaling/core/root.hpp", "scaling/loss_model.hpp"})) ==
        strings{"laws.hpp must list its storey, all of it, in alphabetical order",
                "scaling.hpp must reach lovelace.hpp"});
}

TEST_CASE("the checker complains of each rule that is broken") {
  struct broken {
    std::string path, text, complaint;
  };
  const auto& [path, text, complaint] = GENERATE(values<broken>({
      // floors
      {"core/real.hpp", text_of({"scaling/loss_model.hpp"}), "core/real.hpp must not include loss_model.hpp"},
      {"loss_model.hpp", text_of({"scaling/power_law.hpp"}), "loss_model.hpp must not include power_law.hpp"},
      {"power_law.hpp", text_of({"scaling/kaplan.hpp"}), "power_law.hpp must not include kaplan.hpp"},
      {"power_law.hpp", text_of({"scaling/published.hpp"}), "power_law.hpp must not include published.hpp"},
      {"power_law.hpp", text_of({"scaling/laws.hpp"}), "power_law.hpp must not include laws.hpp"},
      {"power_law.hpp", text_of({"scaling/optimize/newton.hpp"}), "power_law.hpp must not include optimize/newton.hpp"},
      {"optimize/newton.hpp", text_of({"scaling/power_law.hpp"}), "optimize/newton.hpp must not include power_law.hpp"},
      {"planning/compute_optimal.hpp", text_of({"scaling/fitting/fit.hpp"}),
       "planning/compute_optimal.hpp must not include fitting/fit.hpp"},
      {"fitting/fit.hpp", text_of({"scaling/io/report.hpp"}), "fitting/fit.hpp must not include io/report.hpp"},
      {"fitting/fit.hpp", text_of({"scaling/absent.hpp"}), "fitting/fit.hpp must not include absent.hpp"},
      {"io/report.hpp", text_of({"scaling/absent.hpp"}), "io/report.hpp must not include absent.hpp"},
      {"attic/box.hpp", text_of({}), "attic/box.hpp is in no storey of the house"},
      // libraries
      {"fitting/fit.hpp", text_of({"boost/version.hpp"}), "fitting/fit.hpp must not include Boost"},
      {"power_law.hpp", text_of({"Eigen/Core"}), "power_law.hpp must not include Eigen"},
      {"planning/compute_optimal.hpp", text_of({"scaling/optimize/newton.hpp"}),
       "planning/compute_optimal.hpp must not reach Eigen through optimize/newton.hpp"},
      {"fitting/fit.hpp", text_of({"sstream"}), "fitting/fit.hpp must not include a stream"},
      {"inference/bootstrap.hpp", text_of({"thread"}), "inference/bootstrap.hpp must not include <thread>"},
      {"inference/threads.hpp", text_of({"execution"}), "inference/threads.hpp must not include <execution>"},
      {"io/report.hpp", text_of({"format"}), "io/report.hpp must not include <format>"},
      {"io/report.hpp", text_of({"expected"}), "io/report.hpp must not include <expected>"},
      // umbrellas
      {"planning.hpp", text_of({}), "planning.hpp must list its storey, all of it, in alphabetical order"},
      {"planning/reconcile.hpp", text_of({}), "planning.hpp must list its storey, all of it, in alphabetical order"},
      {"fitting.hpp", text_of({"scaling/laws.hpp", "scaling/fitting/fit.hpp"}),
       "fitting.hpp must list its storey, all of it, in alphabetical order"},
      {"counting/transformer.hpp", text_of({}), "counting.hpp must list its storey, all of it, in alphabetical order"},
      {"core/dual.hpp", text_of({}), "scaling.hpp must reach core/dual.hpp"},
      {"scaling.hpp", text_of({"scaling/io/report.hpp"}), "scaling.hpp must not reach io/report.hpp"},
      {"scaling.hpp", text_of({"scaling/version.hpp", "scaling/fitting.hpp"}),
       "scaling.hpp must be in alphabetical order"},
      // text
      {"core/notes.txt", text_of({}), "core/notes.txt: only headers live here"},
      {"core/real.hpp", text_of({}, std::string(398, '\n')), "core/real.hpp: 401 lines are too many"},
      {"core/real.hpp", "#pragma once\n", "core/real.hpp: the first line must say what the header is for"},
      {"core/real.hpp", "// A licence, but none.\n#pragma once\n",
       "core/real.hpp: one of the first lines must be // SPDX-License-Identifier: BSL-1.0"},
      {"core/real.hpp", text_of({}, "#pragma once\n"), "core/real.hpp: there must be one #pragma once"},
      {"core/real.hpp", text_of({}, "# define half 0.5\n"),
       "core/real.hpp: the version alone is a macro, not # define half 0.5"},
      {"version.hpp", text_of({}, "#define SCALING_API\n"),
       "version.hpp: the version alone is a macro, not #define SCALING_API"},
      {"core/root.hpp", text_of({}, "#include \"real.hpp\"\n"),
       "core/root.hpp: includes are written <...>, not #include \"real.hpp\""},
      {"core/real.hpp", text_of({}, "  using namespace std;\n"), "core/real.hpp: using namespace"},
      {"core/real.hpp", text_of({}, "int x;  // FIX" + std::string("ME\n")),
       "core/real.hpp: unfinished: int x;  // FIX" + std::string("ME")},
  }));
  CHECK_THAT(complaints_with(path, text), Catch::Matchers::VectorContains(complaint));
}
