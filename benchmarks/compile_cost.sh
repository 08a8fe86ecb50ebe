#!/usr/bin/env bash
# What it costs to compile a fit, beyond the includes of its translation unit; and the same with LBFGSpp's solver.
# SPDX-License-Identifier: BSL-1.0
#
#   compile_cost.sh COMPILER INCLUDE...      folders: of scaling, of Eigen
#
# Processor time in user mode at -O2, the median of five compilations each, with and without the instantiation in turns:
# other programs on the machine disturb it little, and both alike.
set -euo pipefail

compiler=$1
shift
folder=$(dirname "${BASH_SOURCE[0]}")/compile_cost
includes=()
for directory in "$@"; do includes+=(-isystem "$directory"); done

# seconds FILE FLAGS...: processor time of one compilation.
seconds() {
  local TIMEFORMAT=%U file=$1
  shift
  { time "$compiler" -std=c++20 -O2 "$@" "${includes[@]}" -c "$file" -o /dev/null 2>/dev/null; } 2>&1
}

median() { sort -n | sed -n 3p; }

echo "### What a fit costs to compile, at -O2"
echo
echo "| translation unit | its includes [s] | beyond them [s] | of LBFGSpp |"
echo "|---|---|---|---|"
peer=
for unit in lbfgspp scaling_fit scaling_fit_elsewhere; do
  file=$folder/$unit.cpp
  if ! "$compiler" -std=c++20 "${includes[@]}" -fsyntax-only "$file" 2>/dev/null; then
    echo "| $unit | cannot be compiled here | | |"
    continue
  fi
  bare=
  whole=
  for _ in 1 2 3 4 5; do
    bare+=$(seconds "$file")$'\n'
    whole+=$(seconds "$file" -DINSTANTIATE)$'\n'
  done
  bare=$(printf %s "$bare" | median)
  beyond=$(awk -v bare="$bare" -v whole="$(printf %s "$whole" | median)" 'BEGIN { printf "%.2f", whole - bare }')
  ratio=$(awk -v beyond="$beyond" -v peer="$peer" 'BEGIN { if (peer) printf "%.2f", beyond / peer }')
  echo "| $unit | $bare | $beyond | $ratio |"
  [ "$unit" != lbfgspp ] || peer=$beyond
done
