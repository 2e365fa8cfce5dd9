#!/usr/bin/env bash
# Installs runtimes from PyPI, each into a folder of its own.
set -euo pipefail

usage() {
    cat <<'END'
Usage: scripts/install_runtime.sh NAME=VERSION...

Installs each runtime (opencv, openvino, ncnn) into ${XDG_CACHE_HOME:-~/.cache}/dnn_rpn/NAME-VERSION, unless it is
there, and prints the folder: with it in PYTHONPATH, the runtime is in the Python of .venv, which brings NumPy.
OpenCV is opencv-python-headless or, where PyPI has no such version of it, opencv-contrib-python.
END
}

case ${1:-} in
    "") usage >&2; exit 2 ;;
    --help | -h) usage; exit 0 ;;
esac
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dnn_rpn
python=$(cd "$(dirname "$0")/.." && pwd)/.venv/bin/python3
[ -x "$python" ] || { echo "There is no $python: run scripts/install_dependencies.sh test" >&2; exit 1; }
mkdir -p "$cache"
log=$(mktemp)
work=$(mktemp -d "$cache/install.XXXXXX")
trap 'rm -rf "$log" "$work"' EXIT

# No dependencies: they would be newer than what .venv has, and a hundred megabytes.
install() {
    rm -rf "${work:?}"/*
    "$python" -m pip install --quiet --no-deps --only-binary :all: --target "$work/new" "$@" >"$log" 2>&1
}

for runtime in "$@"; do
    name=${runtime%%=*} version=${runtime#*=}
    folder=$cache/$name-$version
    if [ ! -d "$folder" ]; then
        case $name in
            opencv)
                # Those before 4.10 were built against NumPy 1.
                numpy=()
                [[ ! $version =~ ^4\.[0-9]\. ]] || numpy=('numpy<2')
                install "opencv-python-headless==$version" "${numpy[@]}" ||
                    install "opencv-contrib-python==$version" "${numpy[@]}" ;;
            ncnn) install "ncnn==$version" "pnnx==${version##*.}" ;; # the latter converts ONNX for the former
            *) install "$name==$version" ;;
        esac || { cat "$log" >&2; echo "PyPI gives no $name $version for this Python" >&2; exit 1; }
        # Renamed when whole: an interrupted run leaves no half installation behind.
        mv -T "$work/new" "$folder"
    fi
    echo "$folder"
done
