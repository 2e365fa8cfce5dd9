#!/usr/bin/env bash
# Runs exported detectors in other runtimes and compares what they find with what the trainer found.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

all=(opencv=4.5.5.64 opencv=4.6.0.66 opencv=4.8.1.78 opencv=4.10.0.84 opencv=4.12.0.88 opencv=4.13.0.92
    opencv=4.14.0.94 opencv=5.0.0.93 opencv=5.1.0.95 onnxruntime= openvino=2026.4.1 ncnn=1.0.20261020)
few=(opencv=4.5.5.64 opencv=4.14.0.94 opencv= opencv=5.1.0.95 onnxruntime=)

usage() {
    cat <<END
Usage: scripts/runtimes.sh [--build=DIR | --program=FILE] [all | few | NAME=VERSION...]

Makes detectors of every sort, runs them in each runtime and prints a table: boxes that are the trainer's, of all.
NAME is opencv, onnxruntime, openvino or ncnn; without a version the one in .venv, others come from PyPI
(scripts/install_runtime.sh). Exit status 0: all of them are the same.

  all             ${all[*]};
                  writes the table into doc/runtimes.md
  few             ${few[*]}
  --build=DIR     build folder, default: build/; the program runtimes_detector is built there
  --program=FILE  that program, built already
END
}

build=$repository/build
program=
runtimes=()
write=()
for argument in "$@"; do
    case $argument in
        --build=*) build=${argument#*=} ;;
        --program=*) program=${argument#*=} ;;
        all) runtimes+=("${all[@]}"); write=("--write=$repository/doc/runtimes.md") ;;
        few) runtimes+=("${few[@]}") ;;
        *=*) runtimes+=("$argument") ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done
[ ${#runtimes[@]} -ne 0 ] || { usage >&2; exit 2; }

if [ -z "$program" ]; then
    "$repository/scripts/install_dependencies.sh" build test
    cmake -S "$repository" -B "$build" -G Ninja -DDNN_RPN_BUILD_TESTS=ON >/dev/null
    cmake --build "$build" --target runtimes_detector >&2
    program=$build/bin/runtimes_detector
fi

# Threads of OpenMP that wait for each other by turning in circles starve on a machine that does something else too.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
places=()
for runtime in "${runtimes[@]}"; do
    folder=
    [ -z "${runtime#*=}" ] || folder=$("$repository/scripts/install_runtime.sh" "$runtime")
    places+=("${runtime%%=*}=$folder")
done
"$repository/.venv/bin/python3" "$repository/test/runtimes/table.py" "$program" "${write[@]}" "${places[@]}"
