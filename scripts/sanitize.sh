#!/usr/bin/env bash
# Builds the tests of both modules with sanitizers and runs them.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/sanitize.sh memory|threads [--build=DIR] [--jobs=N] [--filter=GTEST_FILTER]

  memory    the address and the undefined behaviour sanitizer
  threads   the thread sanitizer: with the Eigen engine alone, since what the OpenMP of oneDNN does cannot be seen,
            and with OpenCV's loops on threads of the tests' own; takes a quarter of an hour

Needs what "scripts/install_dependencies.sh build test" installs. Tests on photographs run where DNN_RPN_DATA and
DNN_RPN_BACKBONES name their folders. The last line is "N passed, N failed"; a finding is a failure.
END
}

kind=''
build=''
jobs=$(nproc)
filter='*'
for argument in "$@"; do
    case $argument in
        memory | threads) kind=$argument ;;
        --build=*) build=${argument#*=} ;;
        --jobs=*) jobs=${argument#*=} ;;
        --filter=*) filter=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done
case $kind in
    memory) options=(-DDNN_RPN_SANITIZE=address,undefined) ;;
    threads) options=(-DDNN_RPN_SANITIZE=thread -DDNN_RPN_WITH_ONEDNN=OFF) ;;
    *) usage >&2; exit 2 ;;
esac
build=${build:-$repository/build-$kind}
# CUDA's kernels on a processor run on one thread and change its stack, which this sanitizer cannot follow.
left_out=''
[ "$kind" = memory ] || left_out=:*Cuda*
export OMP_WAIT_POLICY=passive
# Libraries of the distribution keep memory until the end, and lock in orders of their own.
export ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS="suppressions=$repository/cmake/thread_sanitizer.supp"
if [ -z "${DNN_RPN_DATA:-}" ] || [ -z "${DNN_RPN_BACKBONES:-}" ]; then
    left_out+=:Photographs.*
    echo "NOT ALL TESTS RUN: DNN_RPN_DATA and DNN_RPN_BACKBONES do not name photographs and backbones" >&2
fi

cmake -S "$repository" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo "${options[@]}"
programs=(opencv_test_dnn_rpn opencv_test_dnn_rpn_train)
cmake --build "$build" -j "$jobs" --target "${programs[@]}"
passed=0
failed=0
for program in "${programs[@]}"; do
    log=$build/$program.log
    status=0
    "$build/bin/$program" --gtest_filter="$filter${left_out:+:-${left_out#:}}" 2>&1 | tee "$log" || status=$?
    passed=$((passed + $(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1 | grep . || echo 0)))
    bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    findings=$(grep -cE 'WARNING: ThreadSanitizer|ERROR: AddressSanitizer|runtime error:' "$log" || true)
    [ "$status" -eq 0 ] || [ -n "$bad" ] || [ "$findings" -gt 0 ] || bad=1
    failed=$((failed + ${bad:-0} + findings))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
