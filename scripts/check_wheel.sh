#!/usr/bin/env bash
# Builds the Python wheel and tries it in clean environments, beside OpenCV 4 and 5 of PyPI.
# usage: check_wheel.sh [OPENCV-PYTHON-HEADLESS-VERSION...]
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1:-}" = --help ]; then
    sed -n '2,3s/^# //p' "$0"
    exit
fi
[ $# -gt 0 ] || set -- 4.14.0.94 5.0.0.93

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/build"
"$work/build/bin/pip" wheel --quiet --no-deps --wheel-dir "$work/wheels" "$repository"
ls -l "$work"/wheels/*.whl
for version in "$@"; do
    echo "== beside opencv-python-headless $version"
    python3 -m venv "$work/venv-$version"
    "$work/venv-$version/bin/pip" install --quiet "opencv-python-headless==$version" "$work"/wheels/*.whl
    (cd "$work" && "venv-$version/bin/python" -m unittest discover "$repository/python/tests")
done
