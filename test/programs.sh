#!/usr/bin/env bash
# The programs from end to end on drawn scenes: draw, train, score, detect, and stock OpenCV on the result.
# usage: programs.sh BIN
set -euo pipefail
bin=$1
python=${DNN_RPN_PYTHON:-python3} # with what test/runtimes/score.py imports
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# A number of a JSON file that has a key a line.
number() {
    sed -n "s/^ *\"$2\": *\([-0-9.e+]*\),\{0,1\}$/\1/p" "$1"
}

at_least() {
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 >= b + 0) }' || fail "$3: $1, wanted at least $2"
}

# Two of the same figure, from a training and from elsewhere.
agree() {
    [ -n "$1" ] && [ -n "$2" ] && awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 0.002 && d > -0.002) }' ||
        fail "$3: $1 in training, $2 $4"
}

for program in rpn_scenes rpn_data rpn_train rpn_eval rpn_detect rpn_camera; do
    # Not through a pipe, which grep would close while the program still writes.
    "$bin/$program" --help >"$work/help" && grep -q "$program --" "$work/help" || fail "$program --help shows no example"
done

"$bin/rpn_scenes" --output="$work/scenes" --count=120 --seed=3
[ "$(wc -l <"$work/scenes/ImageSets/Main/trainval.txt")" = 96 ] || fail "96 of 120 scenes belong to trainval"
"$bin/rpn_scenes" --output="$work/again" --count=120 --seed=3 >/dev/null
diff -r "$work/scenes" "$work/again" || fail "the same seed drew other scenes"

# A look at the data, with one image in two splits and another one twice.
cp -r "$work/scenes" "$work/odd"
head -n 1 "$work/odd/ImageSets/Main/test.txt" >>"$work/odd/ImageSets/Main/train.txt"
first=$(head -n 1 "$work/odd/ImageSets/Main/val.txt") second=$(head -n 1 "$work/odd/ImageSets/Main/train.txt")
cp "$work/odd/JPEGImages/$first.jpg" "$work/odd/JPEGImages/$second.jpg"
"$bin/rpn_data" --data="$work/odd" --anchors --html="$work/data.html" --json="$work/data.json" | tee "$work/data.log"
for line in '^train: [0-9]* images, [0-9]* objects, 3 classes, read as voc' '^images in several parts: 1 images are in train and test' \
    '^exact duplicates across parts: 1 images of train and val' '^anchors that fit: --anchors='; do
    grep -q "$line" "$work/data.log" || fail "rpn_data does not say: $line"
done
"$python" - "$work/data.json" <<'END' || fail "the JSON of rpn_data"
import json, sys
data = json.load(open(sys.argv[1]))
assert [part["name"] for part in data["parts"]] == ["train", "val", "test"], data["parts"]
assert all(c["small"] + c["medium"] + c["large"] == c["objects"] for part in data["parts"] for c in part["classes"])
assert data["anchors"]["fitted"]["meanIoU"] >= data["anchors"]["rpn"]["meanIoU"], data["anchors"]
END
[ "$(grep -c '<figure' "$work/data.html")" -ge 20 ] || fail "a page with few images"
! grep -nE '(https?|ftp|file):/' "$work/data.html" || fail "the page names something outside of the file"

# Cross-validation: a score for each fold, and no model.
"$bin/rpn_train" --data="$work/scenes" --folds=3 --detector=rpn --recipe=none --epochs=1 --size=64x48 --out="$work/folds.onnx" --json="$work/folds.json" |
    tee "$work/folds.log"
[ "$(grep -c '^fold [123] of 3: [23][0-9] images' "$work/folds.log")" = 3 ] || fail "three folds of a third of 96 images"
grep -q '^mean and standard deviation over 3 folds' "$work/folds.log" || fail "no mean over the folds"
grep -q '"deviation"' "$work/folds.json" || fail "no spread of the folds' scores in JSON"
[ ! -e "$work/folds.onnx" ] || fail "a cross-validation wrote a model"

for kind in opencv heads; do
    [ $kind = opencv ] && epochs=20 || epochs=2
    "$bin/rpn_train" --data="$work/scenes" --detector=rpn --recipe=none --epochs=$epochs --lr=0.1 --lambda=0.1 --kind=$kind \
        --out="$work/$kind.onnx" --json="$work/$kind.train.json" | tee "$work/$kind.log"
    for file in onnx yml csv html; do
        [ -s "$work/$kind.$file" ] || fail "no $kind.$file"
    done
    [ -z "$(find "$work" -name '*.part*')" ] || fail "left-overs: $(find "$work" -name '*.part*')"
    "$bin/rpn_eval" --model="$work/$kind.onnx" --data="$work/scenes" --split=test --json="$work/$kind.json"
    [ -s "$work/$kind.html" ] || fail "no page beside $kind.json"
    # What the trainer says of itself and what the file gives are the same.
    for key in AR10 AR100 AR300 AR1000 AP AP50 AP75; do
        a=$(number "$work/$kind.train.json" $key) b=$(number "$work/$kind.json" $key)
        [ -n "$a" ] || fail "no $key in the scores"
        agree "$a" "$b" "$key" "from the file"
    done
done
# Untrained, the boxes reach 0.15.
at_least "$(number "$work/opencv.json" AR300)" 0.25 "AR300 after a short training"
head -n 1 "$work/opencv.csv" | grep -q '^step,epoch,loss,' || fail "columns of the CSV"
[ "$(awk -F, '{ print NF }' "$work/opencv.csv" | sort -u | wc -l)" = 1 ] || fail "rows of the CSV of different lengths"
[ "$(wc -l <"$work/opencv.csv")" = 481 ] || fail "a row a step"
grep -q '^memory: [1-9][0-9]* MB of values, gradients and workspaces; [1-9][0-9]* MB the whole program' "$work/opencv.log" ||
    fail "no line on memory"

"$bin/rpn_detect" --model="$work/opencv.onnx" --input="$work/scenes/JPEGImages" --output="$work/found" --threshold=0.05
[ "$(find "$work/found" -name '*.jpg' | wc -l)" = 120 ] || fail "a drawn image for each of the 120"
grep -q '"score"' "$work/found/detections.json" || fail "detections.json holds no detection"
"$bin/rpn_detect" --model="$work/opencv.onnx" --input="$work/scenes/JPEGImages" --output="$work/batches" --threshold=0.05 \
    --batch=7
diff "$work/found/detections.json" "$work/batches/detections.json" || fail "in batches other boxes are found"
boxes() {
    rm -rf "$work/out"
    "$bin/rpn_detect" --model="$work/opencv.onnx" --input="$work/scenes/JPEGImages/scene_00000.jpg" --output="$work/out" "$@" >/dev/null
    grep -c '"score"' "$work/out/detections.json" || true
}
all=$(boxes --threshold=0 --suppression=none)
[ "$all" -gt "$(boxes --threshold=0)" ] || fail "suppression leaves all $all boxes"
[ "$all" -gt "$(boxes --threshold=0.05 --suppression=linear)" ] || fail "soft suppression leaves all $all boxes"
[ "$(boxes --thresholds=object:1)" = 0 ] || fail "a class's threshold leaves boxes"
[ "$(boxes --threshold=1 --thresholds=object:0 --max=3)" = 3 ] || fail "3 boxes at most"
[ "$(boxes --threshold=0 --tile=160x120 --overlap=0.3)" -gt 0 ] || fail "no boxes in tiles"

# What is written for annotation tools is a data set, in which the model finds again what it found.
"$bin/rpn_detect" --model="$work/opencv.onnx" --input="$work/scenes/JPEGImages" --output="$work/annotated" --threshold=0.1 \
    --write=voc,yolo,coco,csv,crops --draw=false >/dev/null
[ -z "$(find "$work/annotated" -maxdepth 1 -name '*.jpg')" ] || fail "--draw=false drew images"
[ "$(find "$work/annotated/crops" -name '*.png' | wc -l)" = "$(grep -c '"score"' "$work/annotated/detections.json")" ] ||
    fail "a crop for each box"
for format in voc yolo coco csv; do
    cp -r "$work/annotated/$format" "$work/read" && cp -r "$work/scenes/JPEGImages" "$work/read/images"
    "$bin/rpn_eval" --model="$work/opencv.onnx" --data="$work/read" --json="$work/$format.json" >"$work/log" || fail "rpn_eval on $format: $(cat "$work/log")"
    rm -r "$work/read"
    at_least "$(number "$work/$format.json" AR300)" 0.6 "AR300 of the model on its own boxes as $format"
done
mkdir -p "$work/mine/voc" && touch "$work/mine/voc/old.xml"
"$bin/rpn_detect" --model="$work/opencv.onnx" --input="$work/scenes/JPEGImages" --output="$work/mine" --write=voc \
    >"$work/log" 2>&1 && fail "annotations were written into a folder with some"

"$bin/stock_opencv" "$work/opencv.onnx" "$work/scenes/JPEGImages/scene_00000.jpg" "$work/stock.jpg"
[ -s "$work/stock.jpg" ] || fail "stock_opencv drew nothing"

# Two stages: what the trainer says of itself and what the file gives in cv::dnn are the same, class by class.
"$bin/rpn_train" --detector=faster_rcnn --data="$work/scenes" --epochs=6 --lr=0.03 --loss=ce_sigmoid --size=160x120 \
    --anchors=12,24,48 --roi_channels=32 --roi_hidden=64 --roi_samples=64 --kind=opencv,onnx --out="$work/two.onnx" \
    --json="$work/two.train.json" | tee "$work/two.log"
[ -s "$work/two-onnx.onnx" ] && [ -s "$work/two-onnx.yml" ] || fail "no second file of kind onnx"
grep -q 'roi [0-9]' "$work/two.log" || fail "the progress does not tell the second stage's losses"
"$bin/rpn_eval" --model="$work/two.onnx" --data="$work/scenes" --split=test --json="$work/two.json" | tee "$work/two.eval"
for class in cell plate ring; do
    grep -q "^  $class " "$work/two.eval" || fail "rpn_eval says nothing of the class $class"
done
for key in AP AP50 AR100 vocAP; do
    agree "$(number "$work/two.train.json" $key)" "$(number "$work/two.json" $key)" "two stages, $key" "from the file"
done
at_least "$(number "$work/two.json" AR100)" 0.01 "AR100 of two stages after a short training"
scored=$("$python" "$(dirname "$0")/runtimes/score.py" "$work/two-onnx.onnx" "$work/scenes" test 160x120 cell,plate,ring)
for key in AP AP50 AR100; do
    agree "$(number "$work/two.train.json" $key)" "$(sed -nE "s/.*\b$key=([0-9.]+).*/\1/p" <<<"$scored")" \
        "two stages, $key" "from the file of kind onnx in ONNX Runtime"
done
"$bin/rpn_eval" --model="$work/two-onnx.onnx" --data="$work/scenes" >"$work/onnx.log" 2>&1 && fail "cv::dnn ran a file of kind onnx"
grep -q 'ONNX Runtime' "$work/onnx.log" || fail "no word on what runs a file of kind onnx: $(cat "$work/onnx.log")"
"$bin/rpn_camera" --model="$work/two.onnx" --input="$work/scenes/JPEGImages/scene_%05d.jpg" --output="$work/found.avi" --frames=5 |
    tee "$work/camera.log"
grep -q '^5 images' "$work/camera.log" && [ -s "$work/found.avi" ] || fail "rpn_camera wrote no video of 5 images"
"$bin/rpn_camera" --model="$work/two.onnx" --input="file://$work/found.avi" --output="$work/tracked.avi" --threshold=0 --max=5 --track |
    tee "$work/camera.log"
grep -q '^5 images, [1-9]' "$work/camera.log" || fail "rpn_camera does not take addresses"
"$bin/rpn_detect" --model="$work/two.onnx" --input="file://$work/found.avi" --output="$work/tracks" --frames=3 --threshold=0 --max=5 \
    --track --device=cpu >/dev/null
[ "$(grep -c '"image"' "$work/tracks/detections.json")" = 3 ] && grep -q '"id": [1-9]' "$work/tracks/detections.json" ||
    fail "no tracks in three frames"
(cd "$work" && "$bin/proposals" two.onnx scenes/JPEGImages/scene_00000.jpg 8 >proposals.log)
[ -s "$work/proposals.png" ] || fail "no sheet of proposals"

# What the network will see, and then the training, or not.
"$bin/rpn_train" --data="$work/scenes" --detector=rpn --recipe=none --augment=strong --epochs=1 --val=none --size=160x120 --out="$work/strong.onnx" --preview="$work/seen" \
    --tensorboard="$work/runs/strong"
grep -aq 'step/loss' "$work"/runs/strong/events.out.tfevents.* || fail "no event file for TensorBoard"
[ "$(find "$work/seen" -name '*.png' | wc -l)" = 24 ] || fail "24 images of what the network sees"
[ -s "$work/strong.onnx" ] || fail "the training did not go on after the preview"
"$bin/rpn_train" --data="$work/scenes" --detector=rpn --recipe=none --augment=strong --size=160x120 --out="$work/none.onnx" --preview="$work/again_seen" --preview_only
diff -r "$work/seen" "$work/again_seen" || fail "the same seed showed other images"
[ ! -e "$work/none.onnx" ] || fail "--preview_only trained"

# Ctrl-C: the training ends early, and nothing is lost.
"$bin/rpn_train" --data="$work/scenes" --detector=rpn --recipe=none --epochs=1000 --out="$work/early.onnx" >"$work/early.log" &
trainer=$!
for _ in $(seq 600); do
    grep -q '^training' "$work/early.log" && break
    sleep 0.1
done
kill -INT $trainer
wait $trainer || fail "after Ctrl-C the exit code was $?"
[ -s "$work/early.onnx" ] || fail "after Ctrl-C there is no model"
"$bin/rpn_eval" --model="$work/early.onnx" --data="$work/scenes" >/dev/null || fail "the early model does not run"
echo "all well"
