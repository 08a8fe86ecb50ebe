# Do the tests see a fault? Changes one operator or constant of a header, runs the tests it can reach, and counts.
# SPDX-License-Identifier: BSL-1.0
#
#   python3 tests/mutation/mutate.py AREA [--sample 300] [--seed 1] [--seconds 20] [--again]
#
# A mutant is killed by the first test that does not compile because of a static_assert or of a constant expression that
# is none any more, that fails, crashes, or takes ten times as long as it should. One that is no C++ says nothing of the
# tests and is left out. What survives is a gap in the tests, or stands in survivors.tsv with its reason: "same", the same
# program for any input, up to the sign of a zero, which no test could tell; or "harmless", a border where either answer
# is right, or a setting of which a small change breaks no promise. The share is told of all, and without the same.
#
# Compiling costs the most. So the mutants of a sample are first built into one program a test, as switches, and all of
# the tests run with one of them on after the other. What cannot be a switch, because it is part of a type or of a
# constant, is compiled alone; so is what no test kills so, in headers with functions for constant expressions.
#
# All of it happens on a copy, in build/mutation/AREA. There the verdicts are kept too, one a line, by mutant: a sample
# that was interrupted goes on where it stopped, and a larger one begins with the smaller. --again tries those once more
# that survived and have no reason. --seconds asks, besides the test that is named like the header, only for as many of
# tests as they take where nothing is mutated: more mutants in the time there is, of which some survive that another
# test would have killed. Needs clang++ (CXX names another one), lld, Catch2, Eigen and Boost.

import argparse
import collections
import dataclasses
import hashlib
import math
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

# What is mutated, and what is asked: patterns below include/scaling and below tests. Of the tests a mutant meets those
# only that include its header, directly or not.
AREAS = {
    "laws": (["*.hpp", "core/*.hpp"],
             ["bounded", "chinchilla", "kaplan", "loss_model", "lovelace", "muennighoff", "over_training", "power_law",
              "published", "oracles_laws", "core/*"]),
    "counting": (["counting/*.hpp"], ["counting/*", "oracles_counting"]),
    "planning": (["planning/*.hpp"], ["planning/*", "oracles_planning"]),
    "minimiser": (["optimize/*.hpp"], ["optimize/*"]),
    "fitting": (["fitting/*.hpp"],
                ["fitting/bad_tables", "fitting/box_least_squares", "fitting/envelope", "fitting/fit", "fitting/five_minima",
                 "fitting/hard_tables", "fitting/hostile", "fitting/identification", "fitting/invariances",
                 "fitting/isoflop", "fitting/lattice_starts", "fitting/neighbours", "fitting/objective", "fitting/pack", "fitting/power_terms",
                 "fitting/reference_fits", "fitting/revival", "fitting/screen", "fitting/user_law", "oracles_isoflop"]),
}
# Not asked: it must include Eigen itself, and so cannot be compiled with what is precompiled here. Nor are the tests of
# fitting that search from thousands of starts, minutes each where nothing is optimised.
LEFT_OUT = {"optimize/lbfgsb_memory"}

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS, TESTS = ROOT / "include" / "scaling", ROOT / "tests"
REASONS = pathlib.Path(__file__).with_name("survivors.tsv")
PRECOMPILED = ["support/catch.hpp", "Eigen/Dense", "boost/multiprecision/cpp_bin_float.hpp", "algorithm",
               "fstream", "map", "random", "ranges", "set", "sstream", "thread", "variant"]
MOST_MEMORY = 4 << 30  # bytes; a mutant may ask for any amount
# Whether a mutant is on, and a word of it; in a constant expression none is.
SWITCH = """
#include <cstdio>
#include <cstdlib>
inline const int mutant_on = std::getenv("MUTANT") ? std::atoi(std::getenv("MUTANT")) : 0;
inline bool mutant_met() { static const int said = std::fputs("mutant met", stderr); return said >= 0; }
constexpr bool mutant(int number) { return !__builtin_is_constant_evaluated() && number == mutant_on && mutant_met(); }
"""
CONSTEXPR_FUNCTION = re.compile(r"(?<!if )constexpr [^;={]*\(")
PATIENCE = 10  # times the usual seconds of processor time, and two seconds more


# --- Mutants

# Between blanks these are operators, and neither brackets, pointers nor references: clang-format sees to that.
OPERATORS = {"+": "-", "*": "/", "+=": "-=", "*=": "/=", "<": "<=", ">": ">=", "==": "!=", "&&": "||"}
WORDS = {"true": "false", "min": "max"}
SWAPS = {a: b for pairs in (OPERATORS, WORDS) for pair in pairs.items() for a, b in (pair, pair[::-1])}

MUTABLE = re.compile(r"""
    (?<=\s) (?P<operator> [-+*/]=? | [<>]=? | [=!]= | && | \|\| ) (?=\s)
  | \b (?P<word> true | false | min | max ) \b
  | (?: (?<=[([{!]) | (?<=[-+*/<>=?:,&|]\s) | (?<=return\s) ) (?P<dropped> [-!] ) (?=[\w(!])
  | (?<![\w.<]) (?P<number> 0x[\da-fA-F.']+(?:p[+-]?\d+)? | \d[\d.']*(?:e[+-]?\d+)? ) (?P<suffix> [uUlLfF]* ) (?![\w.>])
""", re.VERBOSE)

# Not mutated: comments, texts, characters, lines of the preprocessor, and what a static_assert says.
SPARED = re.compile(r"""
    //[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | (?<!\w)'(?:\\.|[^'\\])+' | ^[ ]*\#(?:\\\n|[^\n])* | static_assert\(.*?\);
""", re.VERBOSE | re.DOTALL | re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Mutant:
    header: str  # below include/scaling
    name: str  # the header, the line, and what becomes of it: stays the same when other lines change
    text: str  # of the whole header
    reach: tuple  # where the expression that it changes begins and ends
    switch: str  # what stands there so that `mutant(0)` is to decide; empty if it cannot be told


def changed_number(number, suffix):
    """0 becomes 1, small counts one more, everything else one per cent more."""
    number = number.replace("'", "")
    if number.isdigit() or (number.startswith("0x") and "." not in number and "p" not in number):
        n = int(number, 0)
        return f"{n + 1 if n < 100 else n + n // 100}{suffix}"
    x = float.fromhex(number) if number.startswith("0x") else float(number)
    return f"{x * 1.01 or 1.0!r}{suffix}"


def replacement(match):
    if match["number"]:
        return changed_number(match["number"], match["suffix"])
    return "" if match["dropped"] else SWAPS[match["operator"] or match["word"]]


# How far an expression reaches is read from the text, which clang-format has set: operators stand between blanks, and
# brackets close to their names. Where that errs, the compiler complains.
PRECEDENCE = {operator: rank for rank, operators in enumerate(
    [["+=", "-=", "*=", "/="], ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", "<=", ">", ">="], ["<<", ">>"],
     ["+", "-"], ["*", "/", "%"]]) for operator in operators}
CLOSING = dict(["()", "[]", "{}", "<>"])
OPENING = {closing: opening for opening, closing in CLOSING.items()}


def operand_end(code, i):
    i += re.match(r"\s*[-!*&~]*", code[i:i + 200]).end()
    while True:
        if match := re.match(r"[\w.']+|::|->", code[i:i + 200]):
            i += match.end()
        elif code[i] in CLOSING:
            opening, depth = code[i], 0
            while True:
                depth += (code[i] == opening) - (code[i] == CLOSING[opening])
                i += 1
                if depth == 0:
                    break
        else:
            return i


def operand_begin(code, i):
    i = len(code[:i].rstrip())
    while True:
        if match := re.search(r"([\w.']|::|->)+$", code[i - 200:i]):
            i -= len(match[0])
        elif code[i - 1] in OPENING:
            closing, depth = code[i - 1], 0
            while True:
                i -= 1
                depth += (code[i] == closing) - (code[i] == OPENING[closing])
                if depth == 0:
                    break
        else:
            return i - len(re.search(r"[-!*&~]*$", code[i - 200:i])[0])


def reach(code, match):
    if match["number"]:
        return match.start(), match.end()
    if match["dropped"]:
        return match.start(), operand_end(code, match.start())
    if match["word"]:
        return operand_begin(code, match.end()), operand_end(code, match.start())
    rank = PRECEDENCE[match["operator"]]
    first, last = operand_begin(code, match.start()), operand_end(code, match.end())
    ranked = lambda found: PRECEDENCE.get(found[1], -1) if found else -1
    while rank > 0 and ranked(found := re.search(r"\s([-+*/%&|^<>=!]+)\s+$", code[first - 200:first])) >= rank:
        first = operand_begin(code, first - len(found[0]))
    while ranked(found := re.match(r"\s+([-+*/%&|^<>=!]+)\s", code[last:last + 200])) > rank:
        last = operand_end(code, last + found.end())
    if rank == 0 and code[last] not in ",;)":  # behind comes a conditional expression
        last = code.index(";", last)
    return first, last


def mutants_of(header, text):
    code = SPARED.sub(lambda match: re.sub(r"\S", " ", match[0]), text)
    seen = collections.Counter()
    for match in MUTABLE.finditer(code):
        begin, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
        new = replacement(match)
        line = text[begin:match.start()] + new + text[match.end():end]
        name = f"{header}: {text[begin:end].strip()}  ->  {line.strip()}"
        seen[name] += 1
        again = f"  (no. {seen[name]})" if seen[name] > 1 else ""
        first, last = reach(code, match)
        changed = " ".join((text[first:match.start()] + new + text[match.end():last]).split())
        switch = "" if "//" in text[first:last] else f"(mutant(0) ? ({changed}) : ({text[first:last]}))"
        yield Mutant(header, name + again, text[:match.start()] + new + text[match.end():], (first, last), switch)


def drawn(area, seed):
    """All mutants of an area, in an order that is random, but for each the same whatever becomes of the others."""
    headers = sorted({path for pattern in AREAS[area][0] for path in HEADERS.glob(pattern)})
    every = [m for path in headers for m in mutants_of(path.relative_to(HEADERS).as_posix(), path.read_text())]
    return sorted(every, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.name}".encode()).digest())


# --- Tests

class NoProgram(Exception):
    """A mutant that is no C++."""


class Workshop:
    """Compiles and runs tests against a copy of the headers."""

    def __init__(self, area):
        self.folder = ROOT / "build" / "mutation" / area
        self.copy = self.folder / "include" / "scaling"
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(HEADERS, self.copy)
        self.compiler = [os.environ.get("CXX", "clang++"), "-std=c++20", "-w", "-pthread", "-D_GLIBCXX_ASSERTIONS", f"-I{TESTS}",
                         f"-I{self.folder / 'include'}", "-isystem/usr/include/eigen3", f'-DSCALING_SOURCE_DIR="{ROOT}"',
                         f'-DSCALING_REFERENCE_DIR="{ROOT.parent / "shared"}"']
        self.prepare("-O0")
        self.tests = sorted(path for pattern in AREAS[area][1] for path in TESTS.glob(pattern + ".test.cpp")
                            if self.name(path) not in LEFT_OUT)
        self.reach = {test: self.reached(test) for test in self.tests}
        self.seconds = {test: self.measured(test) for test in self.tests}

    @staticmethod
    def name(test):
        return test.relative_to(TESTS).as_posix().removesuffix(".test.cpp")

    def prepare(self, optimised):
        """What no mutant changes is compiled once: Catch2, Eigen and the like, and the `main` of the tests."""
        shared = self.folder.parent / optimised
        shared.mkdir(parents=True, exist_ok=True)
        precompiled, objects = shared / "precompiled.pch", [shared / "precompiled.o", shared / "main.o"]
        self.building = self.compiler + [optimised, "-include-pch", precompiled, *objects, "-fuse-ld=lld"]
        if all(path.exists() for path in objects):
            return
        source = shared / "precompiled.hpp"
        source.write_text("".join(f"#include <{header}>\n" for header in PRECOMPILED) + SWITCH)
        for arguments in (["-x", "c++-header", "-fpch-instantiate-templates", "-fpch-codegen", source, "-o", precompiled],
                          ["-c", precompiled, "-o", objects[0]],
                          ["-c", TESTS / "support" / "main.cpp", "-o", objects[1]]):
            subprocess.run(self.compiler + [optimised, *arguments], check=True)

    def reached(self, test):
        """The headers that a test includes, directly or not."""
        found, waiting = set(), [test]
        while waiting:
            for name in re.findall(r'#include [<"]((?:scaling|support|optimize)/[\w/]+\.hpp)', waiting.pop().read_text()):
                path = HEADERS.parent / name if name.startswith("scaling/") else TESTS / name
                if path not in found:
                    found.add(path)
                    waiting.append(path)
        return {path.relative_to(HEADERS).as_posix() for path in found if path.is_relative_to(HEADERS)}

    def measured(self, test):
        """The seconds of processor time that a test takes to compile, and to run, where nothing is mutated."""
        kept = self.folder / (self.name(test).replace("/", ".") + ".seconds")
        if kept.exists():
            return [float(x) for x in kept.read_text().split()]
        self.seconds = {test: [60, 600]}
        times = [self.processor_time()]
        for step in (self.compiled, self.passed):
            if complaint := step(test):
                sys.exit(f"{self.name(test)} fails where nothing is mutated: {complaint}")
            times.append(self.processor_time())
        kept.write_text(f"{times[1] - times[0]:.2f} {times[2] - times[1]:.2f}\n")
        print(f"{self.name(test)}: {kept.read_text().strip()} s", flush=True)
        return self.measured(test)

    @staticmethod
    def processor_time():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def run(self, arguments, usual, mutant=0):
        """The exit code of a process, and what it complains of. Its time is that of the processor, whatever else the
        machine is busy with, and the limits hold for its children too."""
        seconds = math.ceil(PATIENCE * usual) + 2

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))

        done = subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limit, cwd=self.folder,
                              env=os.environ | {"MUTANT": str(mutant)})
        return done.returncode, done.stderr.decode(errors="replace")

    def compiled(self, test):
        """None, or why the compiler sees that the test fails."""
        code, said = self.run(self.building + ["-ferror-limit=1", test, "-o", self.folder / "test"], self.seconds[test][0])
        if code == 0:
            return None
        if "CPU time limit exceeded" in said:
            return "compiles for ever"
        error = next(iter(re.findall(r"error: (.*)", said)), said)
        if re.search(r"static(_assert| assertion) failed|constant expression$", error):
            return "does not compile"
        raise NoProgram(error)

    def passed(self, test):
        """None, or how the test fails when it runs."""
        return self.ended(self.folder / "test", self.seconds[test][1])[0]

    def ended(self, program, usual, mutant=0):
        """The same of any program, and what it says."""
        code, said = self.run([program, "--abort"], usual, mutant)
        if code in (0, 77):  # passed, or has missed reference data
            return None, said
        return "runs for ever" if code == -signal.SIGXCPU else "crashes" if code < 0 else "fails", said

    def switched(self, mutants):
        """How those end of which switches tell, and by which test: where a test kills them, or where they are met and
        nothing is evaluated but at run time."""
        waiting = [mutant for mutant in mutants if mutant.switch]
        if waiting:
            self.prepare("-O1")
        while waiting:
            batch, others = [], []
            for mutant in waiting:
                apart = all(mutant.header != other.header or mutant.reach[1] <= other.reach[0] or other.reach[1] <= mutant.reach[0]
                            for other in batch)
                (batch if apart else others).append(mutant)
            waiting = others
            if len(batch) < 2 * len(self.tests):  # alone they take less
                break
            yield from self.built(batch)
        self.prepare("-O0")

    def built(self, batch):
        folder = self.folder / "switched"
        folder.mkdir(exist_ok=True)
        tests = [test for test in self.tests if self.reach[test] & {mutant.header for mutant in batch}]
        program = {test: folder / self.name(test).replace("/", ".") for test in tests}
        number = {mutant: k for k, mutant in enumerate(batch, 1)}
        try:
            for test in tests:
                while refused := self.refused(number, test, program[test]):
                    print(f"{len(refused)} of {len(number)} cannot be switches", flush=True)
                    for mutant in refused:
                        del number[mutant]
                        shutil.copy(HEADERS / mutant.header, self.copy / mutant.header)
            usual = {}
            for test in tests:
                begin = self.processor_time()
                if complaint := self.ended(program[test], 60)[0]:
                    sys.exit(f"{self.name(test)} {complaint} where no switch is on")
                usual[test] = self.processor_time() - begin
            kills = collections.Counter()
            for mutant in number:
                worth = lambda test: (1 + kills[mutant.header, test]) / (usual[test] + 0.05)
                met = False
                for test in sorted((t for t in tests if mutant.header in self.reach[t]), key=worth, reverse=True):
                    complaint, said = self.ended(program[test], usual[test], number[mutant])
                    met = met or "mutant met" in said
                    if complaint:
                        kills[mutant.header, test] += 1
                        yield mutant, (complaint, self.name(test))
                        break
                else:
                    if met and not CONSTEXPR_FUNCTION.search((HEADERS / mutant.header).read_text()):
                        yield mutant, ("survives", "")
        finally:
            shutil.rmtree(folder)
            for mutant in batch:
                shutil.copy(HEADERS / mutant.header, self.copy / mutant.header)

    def refused(self, number, test, program):
        """Builds a test with switches; those mutants that the compiler complains of, or all."""
        for header in {mutant.header for mutant in number}:
            text = (HEADERS / header).read_text()
            for mutant in sorted((m for m in number if m.header == header), key=lambda m: m.reach, reverse=True):
                first, last = mutant.reach
                text = text[:first] + mutant.switch.replace("mutant(0)", f"mutant({number[mutant]})", 1) + text[last:]
            (self.copy / header).write_text(text)
        code, said = self.run(self.building + ["-ferror-limit=0", test, "-o", program], 60)
        if code == 0:
            return []
        wrong = {(header, int(line)) for header, line in re.findall(r"include/scaling/([\w/]+\.hpp):(\d+):\d+: error", said)}

        def blamed(mutant):
            first, last = ((HEADERS / mutant.header).read_text().count("\n", 0, place) + 1 for place in mutant.reach)
            return any(header == mutant.header and first <= line <= last for header, line in wrong)

        return [mutant for mutant in number if blamed(mutant)] or list(number)

    def verdict(self, mutant, kills, seconds):
        """How a mutant ends, and by which test. Those come first that killed most of this header in the least time."""
        namesake = mutant.header.removesuffix(".hpp")
        worth = lambda test: (1 + kills[mutant.header, self.name(test)] + 5 * (self.name(test) == namesake)) / sum(self.seconds[test])
        place = self.copy / mutant.header
        place.write_text(mutant.text)
        spent = 0
        try:
            for test in sorted((t for t in self.tests if mutant.header in self.reach[t]), key=worth, reverse=True):
                if self.name(test) != namesake and spent > 0 and spent + sum(self.seconds[test]) > seconds:
                    continue
                spent += sum(self.seconds[test])
                if complaint := self.compiled(test) or self.passed(test):
                    return complaint, self.name(test)
            return "survives", ""
        except NoProgram as error:
            return "is no program", str(error)
        finally:
            shutil.copy(HEADERS / mutant.header, place)


# --- The sample

def lines_of(path):
    return [line.split("\t") for line in path.read_text().splitlines()] if path.exists() else []


def main():
    parser = argparse.ArgumentParser(description="Counts how many faults in the headers the tests see.")
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("--sample", type=int, default=300, help="mutants (300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=math.inf, help="of tests a mutant (all that reach it)")
    parser.add_argument("--again", action="store_true", help="try those again that survived without a reason")
    options = parser.parse_args()

    workshop = Workshop(options.area)
    verdicts_file = workshop.folder / "verdicts.tsv"
    verdicts = {name: rest for name, *rest in lines_of(verdicts_file)}
    reasons = {name: (kind, reason) for name, kind, reason in lines_of(REASONS)}
    kills = collections.Counter((name.split(":")[0], test) for name, (verdict, test) in verdicts.items())

    def unknown(mutant):
        known = verdicts.get(mutant.name)
        return known is None or (options.again and known[0] == "survives" and mutant.name not in reasons)

    def keep(mutant, verdict):
        verdicts[mutant.name] = verdict
        kills[mutant.header, verdict[1]] += 1
        with verdicts_file.open("a") as file:
            print(mutant.name, *verdict, sep="\t", file=file)
        print(f"{time.monotonic() - begin:.0f} s: {mutant.name}: {' '.join(verdict)}", flush=True)

    mutants, begin = drawn(options.area, options.seed), time.monotonic()
    for mutant, verdict in workshop.switched([m for m in mutants[:options.sample] if unknown(m)]):
        keep(mutant, verdict)
    sample, no_programs = {}, 0
    for mutant in mutants:
        if len(sample) == options.sample:
            break
        if unknown(mutant):
            keep(mutant, workshop.verdict(mutant, kills, options.seconds))
        known = verdicts[mutant.name]
        if known[0] == "is no program":
            no_programs += 1
        else:
            sample[mutant.name] = known[0]

    survivors = [name for name, verdict in sample.items() if verdict == "survives"]
    explained = [name for name in survivors if name in reasons]
    same = sum(1 for name in explained if reasons[name][0] == "same")
    count, killed = len(sample), len(sample) - len(survivors)

    def share_of(total):
        share = killed / total
        return f"{100 * share:.1f} +- {100 * math.sqrt(share * (1 - share) / total):.1f} %"

    for verdict, times in collections.Counter(sample.values()).most_common():
        print(f"{times:5} {verdict}")
    for name in survivors:
        print(f"survivor: {name}  [{': '.join(reasons.get(name, ['unexplained']))}]")
    print(f"{options.area}: {count} mutants ({no_programs} more were no programs), {killed} killed: {share_of(count)}; "
          f"of the {len(survivors)} survivors {len(explained)} explained, {same} of them the same program: "
          f"{share_of(count - same)} without these")


if __name__ == "__main__":
    main()
