#!/usr/bin/env bash
# Formatting of every source, clang-tidy on the sources that differ from BASE, the Python linters, the layer rule.
#
#   tools/lint.sh [BASE]     BASE: a commit; default: where this branch left main, else the commit before this one
set -euo pipefail
cd "$(dirname "$0")/.."

base_commit() {
  local base
  base=$(git merge-base HEAD main 2>/dev/null || true)
  [ "$base" = "$(git rev-parse HEAD 2>/dev/null)" ] && base=""
  [ -n "$base" ] || base=$(git rev-parse --verify --quiet HEAD~1 || true)
  echo "$base"
}

# Changed sources that the release build compiles; the database knows with which options.
changed_sources() {
  git diff --name-only --diff-filter=d "$1" -- '*.cpp' |
    while read -r file; do
      if grep -q "/$file\"" build/release/compile_commands.json; then echo "$file"; fi
    done
}

echo "lint: clang-format"
git ls-files -co --exclude-standard '*.h' '*.cpp' | xargs -r clang-format-19 --dry-run --Werror

base=${1:-$(base_commit)}
if [ -z "$base" ] || [ ! -e build/release/compile_commands.json ]; then
  echo "lint: clang-tidy skipped: nothing to compare with, or nothing built"
else
  mapfile -t changed < <(changed_sources "$base")
  echo "lint: clang-tidy on ${#changed[@]} sources changed since $(git rev-parse --short "$base")"
  # -Wno-unknown-warning-option: the database was written for GCC.
  [ ${#changed[@]} -eq 0 ] || printf '%s\n' "${changed[@]}" |
    xargs -P "$(nproc)" -n 1 clang-tidy-19 --quiet -p build/release --extra-arg=-Wno-unknown-warning-option
fi

echo "lint: ruff, mypy"
.venv/bin/ruff check --quiet .
.venv/bin/ruff format --quiet --check .
.venv/bin/mypy --no-error-summary tools bench/main_job.py bench/measure.py
.venv/bin/mypy --no-error-summary bindings/python/treadle
for suite in oracle bad_input capabilities python; do (cd tests/$suite && ../../.venv/bin/mypy --no-error-summary .); done

echo "lint: layers"
python3 tools/check_layers.py
