#!/usr/bin/env bash
# Instructions per evaluation of the objective, counted by callgrind: no other program on the machine disturbs these.
# SPDX-License-Identifier: BSL-1.0
#
#   instructions.sh BENCHMARK_KERNEL
#
# The difference of two counts of evaluations, so that what comes before and after the evaluations falls out.
set -euo pipefail

kernel=$1
if ! command -v valgrind >/dev/null; then
  echo "Skipped: instructions per evaluation (Debian: valgrind)."
  exit 0
fi

# collected NAME WHAT COUNT: instructions of the whole program, or nothing where it has no such kernel.
collected() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$kernel" "$1" "$2" "$3" 2>&1 |
    sed -n 's/.*Collected : *\([0-9]*\).*/\1/p'
}

# per_evaluation NAME WHAT
per_evaluation() {
  local few many
  few=$(collected "$1" "$2" 200)
  many=$(collected "$1" "$2" 1200)
  echo $(((many - few) / 1000))
}

echo "### Instructions per evaluation"
echo
echo "| kernel | value, gradient | of limit | and Hessian | of limit |"
echo "|---|---|---|---|---|"
limits=("$(per_evaluation limit gradient)" "$(per_evaluation limit hessian)")
for name in libm ours limit; do
  row="| $name"
  which=0
  for what in gradient hessian; do
    instructions=$(per_evaluation "$name" "$what")
    row+=" | $instructions"
    if [ "${limits[which]}" -gt 0 ]; then
      row+=" | $(awk "BEGIN {printf \"%.2f\", $instructions / ${limits[which]}}")"
    else
      row+=" | "
    fi
    which=$((which + 1))
  done
  echo "$row |"
done
