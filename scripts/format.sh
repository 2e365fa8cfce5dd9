#!/usr/bin/env bash
# Formats all of our C++ and CUDA in place; with --check, changes nothing and fails where it would.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
    "") mode=(-i) ;;
    --check) mode=(--dry-run --Werror) ;;
    *) echo "Usage: scripts/format.sh [--check]"; [ "$1" = --help ]; exit ;;
esac

# Another release formats differently, and then the check would depend on the machine.
clang_format=${CLANG_FORMAT:-clang-format-14}
if ! command -v "$clang_format" >/dev/null; then
    echo "$clang_format is missing; on Debian or Ubuntu: apt-get install clang-format-14" >&2
    exit 1
fi

find modules samples test -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' \) -print0 |
    xargs -0 --no-run-if-empty "$clang_format" --style=file "${mode[@]}"
