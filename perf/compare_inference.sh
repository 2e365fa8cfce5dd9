#!/usr/bin/env bash
# Times detectors' files in other runtimes, in turn, and prints a table.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: perf/compare_inference.sh [OPTION...] MODEL.onnx...

Milliseconds an image of each file in each runtime. A file's input size is that of the MODEL.yml beside it, or
WIDTHxHEIGHT in its name. What is not ours, such as a published YOLOX, can stand beside ours in one run.

  --runtimes=LIST   NAME=VERSION,..., of opencv and onnxruntime; without a version the one in .venv;
                    default: opencv=4.14.0.94,opencv=5.1.0.95,onnxruntime=
  --threads=LIST    default: 2,1
  --rounds=N        default: 30
END
}

runtimes=opencv=4.14.0.94,opencv=5.1.0.95,onnxruntime= threads=2,1 rounds=30
models=()
for option in "$@"; do
    value=${option#*=}
    case $option in
        --runtimes=*) runtimes=$value ;;
        --threads=*) threads=$value ;;
        --rounds=*) rounds=$value ;;
        --help | -h) usage; exit 0 ;;
        --*) echo "Unknown option: $option" >&2; usage >&2; exit 2 ;;
        *) models+=("$option") ;;
    esac
done
[ ${#models[@]} -ne 0 ] || { usage >&2; exit 2; }

load=$(cut -d' ' -f1 /proc/loadavg)
if awk -v load="$load" 'BEGIN { exit load < 0.5 }'; then
    echo "The machine's load is $load: figures from it are not to be quoted." >&2
fi
printf 'model\tsize\truntime\tthreads\tshortest, ms\tmedian, ms\tload\tstages\n'
for runtime in ${runtimes//,/ }; do
    folder=
    [ -z "${runtime#*=}" ] || folder=$("$repository/scripts/install_runtime.sh" "$runtime")
    for count in ${threads//,/ }; do
        OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} PYTHONPATH=$folder \
            "$repository/.venv/bin/python3" "$repository/perf/inference.py" "${runtime%%=*}" "$count" "$rounds" \
            "${models[@]}"
    done
done
