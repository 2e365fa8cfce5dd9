#!/usr/bin/env bash
# Times the operators of dnn_rpn beside PyTorch's and torchvision's, in one run on the same inputs.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END_OF_USAGE'
Usage: perf/compare_peers.sh [--tsv=FILE] [--threads=2,1] [--only=TEXT] [--rounds=N] [--seconds=S]
                             [--build=DIR] [--python=PROGRAM]

Builds perf_operators, gives it and the peers the same inputs, lets them take turns, compares the results and
prints a row an operator: the medians of each side's best turn, their ratio, the largest difference, and

  copy/ours  how near the operator is to the time that moving the bytes takes which it must read and write, measured
             in the same run by copying as many
  MB         by how much the process grew at most during a call, beyond inputs and outputs

  --tsv=FILE        also as tab-separated rows: operator, size, threads, ours_ms, peer_ms, ratio, max_difference
  --threads=LIST    numbers of threads, default 2,1
  --only=TEXT       only the operators whose name holds this text
  --rounds=N        turns that each side has, default 5
  --seconds=S       length of a turn, default 0.2
  --build=DIR       build folder, default build-perf/
  --python=PROGRAM  one that has torch, torchvision and numpy; default: the distribution's, installed if need be

The exit status is not 0 if results differ by more than rounding explains. Nothing else should run meanwhile.
END_OF_USAGE
}

build=$repository/build-perf
python=
options=()
for argument in "$@"; do
    case $argument in
        --tsv=* | --threads=* | --only=* | --rounds=* | --seconds=*) options+=("$argument") ;;
        --build=*) build=${argument#*=} ;;
        --python=*) python=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done

"$repository/scripts/install_dependencies.sh" build
if [ -z "$python" ]; then
    "$repository/scripts/install_dependencies.sh" peers
    python=/usr/bin/python3
fi
cmake -S "$repository" -B "$build" -G Ninja -DBUILD_opencv_dnn_rpn_train=OFF -DDNN_RPN_BUILD_PERF=ON \
    -DDNN_RPN_BUILD_TESTS=OFF -DDNN_RPN_BUILD_SAMPLES=OFF >/dev/null
cmake --build "$build" --target perf_operators

echo "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors," \
    "$(. /etc/os-release && echo "$PRETTY_NAME"), $(date +%Y-%m-%d)"
exec "$python" "$repository/perf/compare_peers.py" --program="$build/bin/perf_operators" "${options[@]}"
