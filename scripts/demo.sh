#!/usr/bin/env bash
# From a bare machine to images with boxes: installs, builds, trains, scores, and runs the model in an OpenCV
# that has nothing of ours.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/demo.sh [DATA] [--backbone=FILE.onnx] [--out=DIR] [--epochs=N]

  DATA             photographs with boxes in Pascal VOC layout, splits trainval and test;
                   default: scenes that are drawn for the purpose
  --backbone=FILE  an ONNX feature extractor to start from; default: a small network that starts untrained
  --out=DIR        where everything goes, default: out/
  --epochs=N       passes through the images, default: 30; with a backbone as many as suit the images
END
}

data=
backbone=small
out=$repository/out
epochs=
for argument in "$@"; do
    case $argument in
        --backbone=*) backbone=${argument#*=} ;;
        --out=*) out=${argument#*=} ;;
        --epochs=*) epochs=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        -*) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
        *) data=$argument ;;
    esac
done
if [ -n "$data" ] && [ ! -f "$data/ImageSets/Main/trainval.txt" ]; then
    echo "$data is no data set in Pascal VOC layout: it has no ImageSets/Main/trainval.txt" >&2
    exit 1
fi
if [ "$backbone" != small ] && [ ! -f "$backbone" ]; then
    echo "There is no backbone $backbone" >&2
    exit 1
fi

"$repository/scripts/install_dependencies.sh" build
build=$repository/build-demo
echo "Building in $build"
cmake -S "$repository" -B "$build" -G Ninja -DDNN_RPN_BUILD_TESTS=OFF >/dev/null
cmake --build "$build" | grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Creating)' || true
bin=$build/bin

mkdir -p "$out"
if [ -z "$data" ]; then
    data=$out/scenes
    "$bin/rpn_scenes" --output="$data" --count=400
fi

# A network that starts untrained bears, and needs, longer steps than one that has seen a million images.
settings=(--detector=rpn --recipe=none --backbone=small --epochs="${epochs:-30}" --lr=0.1 --lambda=0.1)
[ "$backbone" = small ] || settings=(--backbone="$backbone" --recipe=quick ${epochs:+--epochs="$epochs"})
"$bin/rpn_train" --data="$data" "${settings[@]}" --val=none --out="$out/model.onnx"
"$bin/rpn_eval" --model="$out/model.onnx" --data="$data" --split=test --json="$out/scores.json"

mkdir -p "$out/images"
head -n 8 "$data/ImageSets/Main/test.txt" | while read -r name _; do
    for image in "$data/JPEGImages/$name".*; do
        "$bin/stock_opencv" "$out/model.onnx" "$image" "$out/images/$name.jpg" | tail -n 1
    done
done
echo
echo "The model:     $out/model.onnx (and model.yml)"
echo "Its training:  $out/model.html, a page to look at, and model.csv"
echo "Its scores:    $out/scores.json"
echo "The images:  $out/images, drawn by samples/stock_opencv.cpp, which links OpenCV alone"
