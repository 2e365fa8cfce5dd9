#!/usr/bin/env bash
# What takes too long for every change: both modules in the tree of the newest OpenCV on PyPI, all runtimes, packages for
# any processor, the wheel, ranks that are killed, and other systems' compilers.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

if [ $# -ne 0 ]; then
    echo "Usage: scripts/nightly.sh"
    echo "DNN_RPN_DATA and DNN_RPN_BACKBONES in the environment reach the tests, as in scripts/test.sh."
    [ "$1" = --help ] || [ "$1" = -h ]
    exit
fi
status=0
scripts/build_in_opencv.sh --opencv=newest || status=1
scripts/runtimes.sh all || status=1
{ scripts/package.sh && scripts/check_package.sh build-package; } || status=1
scripts/check_wheel.sh || status=1
{ cmake --build build && bash test/many_ranks.sh build/bin --mpi=ON --kills=50 --roundings=8; } || status=1
for system in mingw arm64; do
    scripts/cross.sh $system || status=1
done
exit $status
