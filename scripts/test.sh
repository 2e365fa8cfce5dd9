#!/usr/bin/env bash
# Installs what is needed, builds, checks the format and runs every test.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/test.sh [--data=DIR] [--backbones=DIR] [--build=DIR] [--jobs=N]

  --data=DIR       photographs: a folder with bccd/ and cards/     (or the environment's DNN_RPN_DATA)
  --backbones=DIR  ONNX feature extractors to import and to train  (or DNN_RPN_BACKBONES)
  --build=DIR      build folder, default: build/
  --jobs=N         compilations at a time, default: one per processor

Without photographs and backbones the tests that need them do not run; the script names them.
The last line is "N passed, N failed"; the exit status is 0 only when none failed.
END
}

data=${DNN_RPN_DATA:-}
backbones=${DNN_RPN_BACKBONES:-}
build=$repository/build
jobs=$(nproc)
for argument in "$@"; do
    case $argument in
        --data=*) data=${argument#*=} ;;
        --backbones=*) backbones=${argument#*=} ;;
        --build=*) build=${argument#*=} ;;
        --jobs=*) jobs=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done

# A folder that was named but is not there is a mistake, not a wish to leave tests out.
unset DNN_RPN_DATA DNN_RPN_BACKBONES
if [ -n "$data" ]; then
    for folder in "$data" "$data/bccd" "$data/cards"; do
        [ -d "$folder" ] || { echo "--data=$data: no folder $folder" >&2; exit 1; }
    done
    DNN_RPN_DATA=$(cd "$data" && pwd)
    export DNN_RPN_DATA
fi
if [ -n "$backbones" ]; then
    ls "$backbones"/*.onnx >/dev/null 2>&1 || { echo "--backbones=$backbones: no .onnx file there" >&2; exit 1; }
    DNN_RPN_BACKBONES=$(cd "$backbones" && pwd)
    export DNN_RPN_BACKBONES
fi

"$repository/scripts/install_dependencies.sh" build test
cmake -S "$repository" -B "$build" -G Ninja -DDNN_RPN_BUILD_TESTS=ON -DDNN_RPN_BUILD_SAMPLES=ON
cmake --build "$build" -j "$jobs"

failed=0
if "$repository/scripts/format.sh" --check; then
    passed=1
else
    passed=0 failed=1
    echo "The format check failed: run scripts/format.sh" >&2
fi

if "$repository/scripts/check_links.sh"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
fi

if "$repository/scripts/check_docs.sh"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "doxygen has something to say about the headers or tutorials" >&2
fi

# The table of parameters is the program's own.
if "$build/bin/rpn_train" --help=markdown | diff "$repository/doc/parameters.md" -; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "doc/parameters.md is not what rpn_train --help=markdown prints: write it anew" >&2
fi

# Threads of OpenMP that wait for each other by turning in circles starve on a machine that does something else too.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

cd "$build"
left_out=()
if [ -z "$data" ] || [ -z "$backbones" ]; then
    left_out=(--label-exclude '^photographs$')
fi
rm -f Testing/junit.xml Testing/Temporary/LastTest.log
status=0
ctest --output-on-failure --no-tests=error --output-junit Testing/junit.xml "${left_out[@]}" || status=$?

count() { sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" Testing/junit.xml | head -n 1; }
if [ -f Testing/junit.xml ] && [ -n "$(count tests)" ]; then
    failed=$((failed + $(count failures)))
    passed=$((passed + $(count tests) - $(count failures) - $(count disabled) - $(count skipped)))
fi
# A ctest that failed without naming a failed test (none found, or a crash of its own) is a failure too.
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1
fi

skipped=$(sed -n 's/^\[  SKIPPED \] \([^ ]*\.[^ ]*\)$/    \1/p' Testing/Temporary/LastTest.log 2>/dev/null | sort -u)
if [ ${#left_out[@]} -ne 0 ]; then
    echo
    echo "************************************************************************************"
    [ -n "$data" ] || echo "NOT ALL TESTS RAN: no photographs were given (--data=DIR or DNN_RPN_DATA)."
    [ -n "$backbones" ] || echo "NOT ALL TESTS RAN: no backbones were given (--backbones=DIR or DNN_RPN_BACKBONES)."
    echo "Left out:"
    ctest --show-only --label-regex '^photographs$' | sed -n 's/^ *Test *#[0-9]*: /    /p'
    [ -z "$skipped" ] || echo "$skipped"
    echo "************************************************************************************"
elif [ -n "$skipped" ]; then
    echo "Skipped by the test programs themselves:"
    echo "$skipped"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
