#!/usr/bin/env bash
# Says whether our detector files run in a release of OpenCV, as PyPI has it.
set -euo pipefail

if [ $# -ne 1 ] || [ "$1" = --help ] || [ "$1" = -h ]; then
    echo "Usage: scripts/check_new_opencv.sh VERSION"
    echo "VERSION as on PyPI, of opencv-python-headless or opencv-contrib-python: 5.1.0.95"
    [ $# -eq 1 ]
    exit
fi
exec "$(dirname "$0")/runtimes.sh" "opencv=$1"
