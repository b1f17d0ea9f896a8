#!/usr/bin/env bash
# Puts in place what Treadle needs and says what it installs. Instant when nothing is missing.
#
#   tools/setup.sh build   compiler, libraries, and .venv with Arrow and pandas
#   tools/setup.sh test    ... and the oracles that results are compared with
#   tools/setup.sh ci      ... and clang 19 and the linters
#   tools/setup.sh bench   ... and .venv-bench with the peers
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(
  ca-certificates git make                                # to fetch and to start
  g++ cmake ninja-build ccache mold                       # to build
  python3 python3-dev python3-venv                        # Arrow comes in a wheel; the Python package
  libcli11-dev nlohmann-json3-dev libsimdjson-dev         # command line, JSON
  libhwy-dev libre2-dev libpg-query-dev                   # SIMD dispatch, regular expressions, SQL grammar
  libcctz-dev tzdata libutf8proc-dev libfast-float-dev    # time zones, Unicode case, floats from text
  libxxhash-dev liblz4-dev libzstd-dev zlib1g-dev         # hashes, spill, compressed CSV
  libbz2-dev liblzma-dev libsnappy-dev                    # compressed text, Parquet's pages
  libopenblas-dev liblapacke-dev libfftw3-dev             # linear algebra, Fourier transforms
  libhdf5-dev libblosc-dev                                # arrays on disk
  libgtest-dev libbenchmark-dev
)
test_packages=(graphviz)     # to draw graphs
bench_packages=(libtbb-dev)  # a peer of bench/graph
ci_packages=(clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev llvm-19)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    echo "setup: run this as root or install sudo, or install yourself: ${missing[*]}" >&2
    exit 1
  fi
}

# An installed tool counts whoever installed it; a library counts if its package does.
have() {
  case $1 in
    python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    ca-certificates) [ -e /etc/ssl/certs/ca-certificates.crt ] ;;
    g++ | cmake | ccache | mold | python3 | git | make | clang-19 | clang-format-19 | clang-tidy-19) command -v "$1" >/dev/null ;;
    ninja-build) command -v ninja >/dev/null ;;
    graphviz) command -v dot >/dev/null ;;
    llvm-19) { command -v llvm-symbolizer-19 || command -v llvm-symbolizer; } >/dev/null ;;
    *) grep -qxE "$1 install ok installed" <<<"$installed" ;;
  esac
}

install_packages() {
  if ! command -v apt-get >/dev/null; then
    echo "setup: no apt-get here; Treadle needs what Debian calls: $*" >&2
    return
  fi
  local installed
  installed=$(dpkg-query -W -f '${Package} ${Status}\n' "$@" 2>/dev/null || true)
  missing=()
  for package in "$@"; do have "$package" || missing+=("$package"); done
  [ ${#missing[@]} = 0 ] && return
  echo "setup: installing Debian packages: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
}

# install_wheels VENV REQUIREMENTS: what was installed last is kept as a copy, so an unchanged file costs nothing.
install_wheels() {
  local venv=$1 wanted=requirements/$2.txt
  local done=$venv/.installed-$2.txt
  # -x follows the link to the interpreter: one that is gone means a new environment.
  [ -x "$venv/bin/python" ] && cmp -s "$wanted" "$done" && return
  if ! "$venv/bin/python" -c '' 2>/dev/null; then
    echo "setup: making $venv"
    python3 -c 'import sys; sys.exit("Treadle needs Python 3.11 or newer") if sys.version_info < (3, 11) else 0'
    python3 -m venv "$venv"
  fi
  echo "setup: installing into $venv: $(grep -v '^#' "$wanted" | tr '\n' ' ')"
  "$venv/bin/python" -m pip install --disable-pip-version-check --quiet -r "$wanted"
  cp "$wanted" "$done"
}

case ${1:-build} in
  build) install_packages "${build_packages[@]}"; install_wheels .venv build; install_wheels .venv python ;;
  test)
    install_packages "${build_packages[@]}" "${test_packages[@]}"
    install_wheels .venv build; install_wheels .venv python; install_wheels .venv test ;;
  ci)
    install_packages "${build_packages[@]}" "${test_packages[@]}" "${ci_packages[@]}"
    install_wheels .venv build; install_wheels .venv python; install_wheels .venv test; install_wheels .venv lint ;;
  bench) install_packages "${build_packages[@]}" "${bench_packages[@]}"; install_wheels .venv build; install_wheels .venv-bench bench ;;
  *) sed -n 's/^#   //p' "$0" >&2; exit 2 ;;
esac
