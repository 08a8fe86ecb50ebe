#!/bin/sh
# Builds and runs the demo, the tests and whatever else has a workflow preset, on a machine that may have nothing but this
# shell, Debian's packages and root or sudo: installs what is missing and nothing else, then hands over to CMake.
# SPDX-License-Identifier: BSL-1.0
set -eu

say() { printf '%s\n' "run.sh: $*" >&2; }

workflow=${1-}
case $#$workflow in
  1demo | 1test | 1clang | 1sanitize | 1fuzz | 1docs) ;;
  *)
    cat >&2 <<'TEXT'
usage: sh cmake/run.sh demo        fit a table of runs and plan from the fit: needs a compiler, CMake, Ninja, Eigen
       sh cmake/run.sh test        build and run all tests: needs Boost's headers and Catch2 as well
       sh cmake/run.sh clang       the tests, built with Clang
       sh cmake/run.sh sanitize    the tests, built with Clang under its sanitizers of addresses and undefined behaviour
       sh cmake/run.sh fuzz        a minute of hostile tables, functions and plans: needs Clang
       sh cmake/run.sh docs        the documentation as a site, in build/docs
TEXT
    exit 2
    ;;
esac

CDPATH='' cd -- "$(dirname -- "$0")/.."

# --- What is missing, as Debian's packages

packages=
need() { packages="$packages $1"; }
has() { command -v "$1" >/dev/null 2>&1; }

# has_header NAME: in the places where CMake looks too.
has_header() {
  for prefix in $(printf '%s' "${CMAKE_PREFIX_PATH-}" | tr ':;' '  ') /usr/local /usr /opt/homebrew /opt/local; do
    for folder in include include/eigen3; do
      if [ -e "$prefix/$folder/$1" ]; then return 0; fi
    done
  done
  return 1
}

# speaks_cxx20 COMPILER: with a standard library to match, which a compiler can lack.
speaks_cxx20() {
  has "$1" && printf '#include <concepts>\nstatic_assert(std::integral<int>);\n' |
    "$1" -std=c++20 -x c++ -fsyntax-only - >/dev/null 2>&1
}

has cmake || need cmake
has ninja || has ninja-build || has samu || need ninja-build
case $workflow in
  clang | sanitize | fuzz) speaks_cxx20 clang++ || need clang ;;
  *) speaks_cxx20 "${CXX:-c++}" || speaks_cxx20 g++ || speaks_cxx20 clang++ || need g++ ;;
esac
has_header Eigen/Core || need libeigen3-dev
case $workflow in
  test | clang | sanitize)
    has_header boost/version.hpp || need libboost-dev
    has_header catch2/catch_all.hpp || has_header catch2/catch.hpp || need catch2
    has pkg-config || need pkgconf
    ;;
  docs)
    has doxygen || need doxygen
    [ -e /usr/share/doxygen-awesome-css ] || need doxygen-awesome-css
    [ -e /usr/share/javascript/mathjax ] || need libjs-mathjax
    ;;
esac

# --- Install it

if [ -n "$packages" ]; then
  if ! has apt-get; then
    say "there is no apt-get here; please install what Debian calls:$packages"
    exit 1
  fi
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif has sudo; then
    as_root=sudo
  else
    say "neither root nor sudo; please have installed:$packages"
    exit 1
  fi
  say "installing$packages"
  $as_root apt-get update
  # shellcheck disable=SC2086  # words on purpose: $as_root may be none, $packages are several
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends $packages
fi

version=$(cmake --version | sed -n 's/^cmake version //p')
major=${version%%.*}
rest=${version#*.}
if [ "$major" -lt 3 ] || { [ "$major" -eq 3 ] && [ "${rest%%.*}" -lt 25 ]; }; then
  say "CMake $version is too old: workflow presets came with 3.25 (Debian 12 and Ubuntu 24.04 have one)"
  exit 1
fi

exec cmake --workflow --preset "$workflow"
