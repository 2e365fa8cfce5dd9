#!/usr/bin/env bash
# Formats all of our C++ and CUDA in place; with --check, changes nothing and fails where it would. Comments, which
# clang-format leaves as they are, must fit into 110 columns, too.
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

find modules samples test python -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' \) -print0 |
    xargs -0 --no-run-if-empty "$clang_format" --style=file "${mode[@]}"

# Tables of numbers and the page's text are left out, and so are links.
long=$(find modules samples test python -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' \) ! -path '*/golden/*' \
    ! -name page.hpp ! -name eval_page.cpp -exec awk 'length > 110 && /^ *(\/\/|\*|\/\*)/ && !/https?:/ { print FILENAME ":" FNR }' {} +)
if [ -n "$long" ]; then
    echo "Comments of more than 110 columns:" >&2
    echo "$long" >&2
    exit 1
fi
