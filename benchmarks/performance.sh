#!/usr/bin/env bash
# Writes the page on performance from a run of the benchmarks: every number on it is measured just then.
# SPDX-License-Identifier: BSL-1.0
#
#   cmake --workflow --preset benchmark
#   bash benchmarks/performance.sh build/benchmark [MISSES] > docs/explain/performance.md
#
# MISSES: what benchmark.screened_against_exhaustive printed, errors included (it lists each miss there): all of its sets
# take most of an hour. Without it a small part of them is tried. Takes some minutes, and a machine that has nothing else to do.
# The prose says what the tables of its last run showed: check it against those of the next.
set -euo pipefail

build=$(realpath "$1")
misses=${2:+$(realpath "$2")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=$build/benchmarks

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
compiler=$(cached CMAKE_CXX_COMPILER)
flags="$(cached CMAKE_CXX_FLAGS) $(cached CMAKE_CXX_FLAGS_RELEASE)"
processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
versions=
for package in liblbfgsb-dev liblbfgspp-dev libnlopt-dev libdlib-dev libceres-dev python3-scipy libeigen3-dev libc6; do
  version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) && versions+=", $package $version"
done

# section PROGRAM ARGUMENTS...: what it prints.
section() {
  "$@"
  echo
}

cat <<TEXT
# Performance

Written by \`benchmarks/performance.sh\` from what the programs printed. Machine: $processor, $(nproc) cores.
Compiler: $("$compiler" --version | head -n 1), $(echo "$flags" | xargs).
Packages: ${versions#, }.

Read the ratios and the counts. Times are medians, but those of a machine that others used as well; what is compared was
timed in turns, in one process. The programs are in \`benchmarks/\`, and
\`cmake --workflow --preset benchmark\` builds and runs all of them.

## One fit

The objective of Hoffmann et al. 2022 (arXiv 2203.15556, appendix D.3): the sum over runs of Huber's criterion, delta 1e-3,
of the residuals of logs; five coefficients. The unit is one evaluation of it with its gradient, by plain loops over the C
library's \`exp\` and \`log\`.

TEXT
section "$programs/benchmark.fit"

cat <<'TEXT'
## The same work by others

Minimisers that Debian packages are given that one function, value and gradient, and the same starts: the 4500 that the
literature tries because most of them go astray. They run with the settings that users get without asking, and most
again with tolerances so tight that only rounding should stop them. The last column is what the usual procedure costs,
the sweep over all starts, in screened fits.

TEXT
section "$programs/benchmark.peers" 2>/dev/null
cat <<'TEXT'
In another program the same loops over libm may take half as long again: compare fits with fits, in the last column.

Stopping too early is the rule, not the exception: with usual settings all peers but scipy's BFGS end elsewhere from 95 or
more of 100 starts. L-BFGS-B compares a decrease with max(|f|, 1), and f is 0.001 here.

## One evaluation

What bounds a fit from below is the evaluation of its objective. "limit" is the same function written by hand in AVX2 for
this one law (`benchmarks/support/avx2_objective.hpp`): nobody would maintain it, but it says what the machine can do.

TEXT
section "$programs/benchmark.kernel"
section "$programs/benchmark.kernel_portable"
section bash benchmarks/instructions.sh "$programs/benchmark.kernel"

if [ -x "$programs/benchmark.minimiser" ]; then
  cat <<'TEXT'
## The minimiser

Evaluations until the projected gradient is below 1e-8, at a first point that has it. F: it never was, and the number is
how many were made.

TEXT
  echo '```'
  # Fortran's warnings come out in the middle of its line.
  "$programs/benchmark.minimiser" 2>/dev/null | sed -z "s/ *ascent direction in projection[^\n]*\n//g"
  printf '```\n\n'
fi

cat <<'TEXT'
## Misses

A screened fit is fast because it starts from a handful of places. Whether that misses optima is counted: its objective is
held against that of the exhaustive search, from every point of the law's grid (4500 for Chinchilla's, 256 for
Lovelace's), and more than 1 + 1e-10 times it is a miss. "Says so": the screened fit did not claim to have converged.
Tables: all tables of runs that we know of. Resamples: of Epoch's 240 runs for Chinchilla's law, of Muennighoff's 182 for
Lovelace's. Made: exponents from 0.05 to 1, noise from 0.1 to 10 %, 15 to 300 runs, outliers, optima on a face where a
term is 0. All sets take most of an hour: the table says where fewer were tried than there are. A miss is listed with
the seed that makes its set. This table is from runs of its own.

TEXT
if [ -n "$misses" ]; then
  section cat "$misses"
else
  section "$programs/benchmark.screened_against_exhaustive" 97 2>&1
fi

cat <<'TEXT'
## Compiling

TEXT
section bash benchmarks/compile_cost.sh "$compiler" include "$(cached Eigen3_DIR | sed 's|/share/eigen3/cmake|/include/eigen3|')"

cat <<'TEXT'
## Where we lose

- One start alone: with their usual settings NLopt, LBFGSpp, dlib and Ceres come back from a start sooner than our
  minimiser does, because they stop sooner; with tight ones all of these but Ceres still do. It is our fit that is quick,
  since it needs few starts.
- Boxes: on several small problems with bounds the peers need fewer evaluations than our minimiser: see "The minimiser".
- Few or noisy runs: where the first look at a table is hard, a second one takes a hundred times as many evaluations: 25 runs
  can take ten times as long as 240.
- One evaluation: see the columns "of limit". The library serves every law, scalar type and compiler flag; code written
  for one law and one instruction set is faster.
- More coefficients: a fit of Lovelace's law costs several of Chinchilla's, and where it is hard, some milliseconds.
- Laws that are no sum of powers, as Muennighoff's, have no screen on all of their coefficients and pay for many starts:
  see the last table of "One fit".
- Without `-march` the vectors are half as long, and there is no fused multiplication and addition: a header cannot choose
  the flags of its user.
- Compiling: see the last table. A unit that fits takes seconds, four fifths of what one with LBFGSpp's solver takes. The
  third that we wanted is less than it takes without any optimisation. Of several units [one can do it for
  all](../how-to/compile-a-fit-once.md).
TEXT
