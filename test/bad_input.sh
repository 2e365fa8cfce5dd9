#!/usr/bin/env bash
# Whatever is wrong with the input, a program says which file it is, ends with exit code 1 and leaves nothing
# half-written behind.
# usage: bad_input.sh BIN
set -uo pipefail
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# refuses WHAT NAMED COMMAND...: the command must end with 1, name NAMED, and leave no output.
refuses() {
    local what=$1 named=$2 code=0
    shift 2
    rm -rf "$work/out"
    mkdir "$work/out"
    "$@" >"$work/log" 2>&1 || code=$?
    if [ $code -ne 1 ] || ! grep "^error: " "$work/log" | grep -qF -- "$named" || [ -n "$(ls -A "$work/out")" ]; then
        echo "FAILED: $what: exit code $code, left: $(ls -A "$work/out"), said:"
        cat "$work/log"
        failed=1
    else
        echo "ok: $what: $(grep '^error: ' "$work/log")"
    fi
}

# notes WHAT NAMED COMMAND...: the command must go on and name NAMED in a note.
notes() {
    local what=$1 named=$2 code=0
    shift 2
    rm -rf "$work/out"
    mkdir "$work/out"
    "$@" >"$work/log" 2>&1 || code=$?
    if [ $code -ne 0 ] || ! grep "note: " "$work/log" | grep -qF -- "$named"; then
        echo "FAILED: $what: exit code $code, said:"
        cat "$work/log"
        failed=1
    else
        echo "ok: $what: $(grep "note: " "$work/log" | head -n 1)"
    fi
}

fresh() {
    rm -rf "$work/data"
    cp -r "$work/good" "$work/data"
}

train=("$bin/rpn_train" "--data=$work/data" --detector=rpn --recipe=none --size=64x48 --epochs=1 "--out=$work/out/m.onnx")
"$bin/rpn_scenes" --output="$work/good" --count=20 --size=160x120 >/dev/null

mkdir "$work/folder.onnx"
"${train[@]}" "--data=$work/good" "--out=$work/first.onnx" >/dev/null || { echo "FAILED: the good data set does not train"; failed=1; }
cp -r "$work/good" "$work/other"
sed -i 's/<width>160</<width>1600</' "$work/other/Annotations/scene_00003.xml"

fresh
printf 'this is no JPEG' >"$work/data/JPEGImages/scene_00001.jpg"
notes "a corrupt JPEG" scene_00001.jpg "${train[@]}"
fresh
head -c 1500 "$work/good/JPEGImages/scene_00001.jpg" >"$work/data/JPEGImages/scene_00001.jpg"
notes "a JPEG that is cut off" scene_00001.jpg "${train[@]}"
fresh
rm "$work/data/JPEGImages/scene_00002.jpg"
notes "a missing image" scene_00002 "${train[@]}"
fresh
rm "$work/data/Annotations/scene_00002.xml"
notes "a missing XML" scene_00002.xml "${train[@]}"
fresh
head -c 200 "$work/good/Annotations/scene_00002.xml" >"$work/data/Annotations/scene_00002.xml"
notes "an XML that is cut off" scene_00002.xml "${train[@]}"
fresh
cat >"$work/data/Annotations/scene_00002.xml" <<'END'
<annotation><object><name>cell</name><bndbox><xmin>50</xmin><ymin>5</ymin><xmax>20</xmax><ymax>60</ymax></bndbox></object></annotation>
END
notes "an inverted box" "scene_00002.xml', object 1 (cell)" "${train[@]}"
fresh
fresh
for xml in "$work"/data/Annotations/*; do
    head -c 100 "$work/good/Annotations/scene_00002.xml" >"$xml"
done
refuses "a data set of which most cannot be read" "images cannot be used, the first" "${train[@]}"
fresh
sed -i 's/difficult>0</difficult>1</' "$work"/data/Annotations/*
refuses "a split without objects" "without one object" "${train[@]}"
fresh
refuses "a folder that is no data set" "$work/data/JPEGImages" "${train[@]}" "--data=$work/data/JPEGImages"
refuses "a split that is not there" "no split 'nosuch'" "${train[@]}" --train=nosuch
refuses "an unwritable output" /proc/m.onnx "${train[@]}" --out=/proc/m.onnx
refuses "a folder for output that is not there" "$work/nowhere/m.onnx" "${train[@]}" "--out=$work/nowhere/m.onnx"
refuses "an output of another type" m.pb "${train[@]}" "--out=$work/out/m.pb"
refuses "a backbone that is not there" nowhere.onnx "${train[@]}" --backbone=nowhere.onnx
refuses "an option that does not exist" --epoch "${train[@]}" --epoch=3
refuses "an unknown loss" hinge "${train[@]}" --loss=hinge
refuses "a size that is none" 64by48 "${train[@]}" --size=64by48
refuses "a size that leaves nothing" 0x48 "${train[@]}" --size=0x48
refuses "a size that no memory holds" 65536 "${train[@]}" --size=65536x65536
for wrong in epochs=abc epochs=1.5 epochs=0 batch=-1 lr=0,1 momentum=7 threads=many seed=-1 gamma=12abc nms=2 lambda=0 \
    freeze=some backbone_lr=-1 ema=1 eval_every=0.5 patience=x checkpoint_every=-1 resume=yes; do
    refuses "a number that is none" "--$wrong" "${train[@]}" "--$wrong"
done
refuses "more frozen stages than there are" "the backbone has 4" "${train[@]}" --freeze=5
refuses "patience without scores" "patience=3" "${train[@]}" --patience=3
refuses "scoring nothing" "--val=none" "${train[@]}" --eval_every=1 --val=none
refuses "a checkpoint that cannot be written" /proc/c "${train[@]}" --checkpoint=/proc/c
refuses "an unknown augmentation" --augment "${train[@]}" --augment=mild
for wrong in mosaic=2 hue=-1 zoom=2,1 zoom=0.01,1 zoom=1 blur_sigma=x visible=1.5 preview_count=0; do
    refuses "an augmentation that cannot be" "--$wrong" "${train[@]}" "--preview=$work/out/seen" "--$wrong"
done
refuses "a preview where no folder can be" /proc/seen "${train[@]}" --preview=/proc/seen
refuses "a preview where a file is" first.onnx "${train[@]}" "--preview=$work/first.onnx"
refuses "a preview without a place" --preview "${train[@]}" --preview_only
refuses "a threshold that is none" --threshold=abc "$bin/rpn_detect" "--model=$work/first.onnx" "--input=$work/good/JPEGImages" \
    "--output=$work/out" --threshold=abc
refuses "scores that cannot be written" /proc/s.json "${train[@]}" --json=/proc/s.json
refuses "a report that cannot be written" /proc/r.html "${train[@]}" --report=/proc/r.html
refuses "a report of another type" r.pdf "${train[@]}" "--report=$work/out/r.pdf"
refuses "an output that is a folder" "it is a folder" "${train[@]}" "--out=$work/folder.onnx"
notes "an image of another size" scene_00003.jpg "${train[@]}" "--data=$work/other"
refuses "a missing option" --data "$bin/rpn_train"
refuses "more in a batch than images" "do not fill" "${train[@]}" --batch=100

for file in onnx yml; do
    cp "$work/first.$file" "$work/m.$file"
done
half=$(($(stat -c %s "$work/m.onnx") / 2))
head -c "$half" "$work/m.onnx" >"$work/half.onnx"
cp "$work/m.yml" "$work/half.yml"
refuses "a truncated backbone" half.onnx "${train[@]}" "--backbone=$work/half.onnx"
image=$work/good/JPEGImages/scene_00000.jpg
for program in rpn_eval rpn_detect; do
    use=("$bin/rpn_eval" "--data=$work/good" "--json=$work/out/scores.json")
    [ $program = rpn_eval ] || use=("$bin/rpn_detect" "--input=$image" "--output=$work/out")
    refuses "$program: a truncated model" half.onnx "${use[@]}" "--model=$work/half.onnx"
    refuses "$program: a model that is not there" "$work/nowhere." "${use[@]}" "--model=$work/nowhere.onnx"
    cp "$work/m.onnx" "$work/alone.onnx"
    refuses "$program: a model without its description" alone.yml "${use[@]}" "--model=$work/alone.onnx"
done
refuses "a device that is none" "is none of cpu, opencl" "$bin/rpn_detect" "--model=$work/m.onnx" "--input=$image" "--output=$work/out" \
    --device=toaster
refuses "a format that is none" "is none of json, coco" "$bin/rpn_detect" "--model=$work/m.onnx" "--input=$image" "--output=$work/out" \
    --write=voc,xml
refuses "tracks with thresholds of classes" "do not go together" "$bin/rpn_detect" "--model=$work/m.onnx" "--input=$image" \
    "--output=$work/out" --track --thresholds=object:0.5
refuses "an address where nobody answers" "cannot open 'rtsp://127.0.0.1:1/x'" "$bin/rpn_detect" "--model=$work/m.onnx" \
    --input=rtsp://me:secret@127.0.0.1:1/x "--output=$work/out"
refuses "an image that is none" m.yml "$bin/rpn_detect" "--model=$work/m.onnx" "--input=$work/m.yml" "--output=$work/out"
before=$(md5sum "$work/good/JPEGImages"/*)
mkdir "$work/strange"
cp "$work/m.yml" "$work/strange"
printf 'this is no model' >"$work/strange/m.onnx"
refuses "a model that is none" "strange/m.onnx': it is no ONNX file" "$bin/rpn_detect" "--model=$work/strange/m.onnx" "--input=$image" \
    "--output=$work/out"
cp "$work/m.onnx" "$work/strange"
{
    printf '%%YAML:1.0\n---\na: '
    head -c 100000 /dev/zero | tr '\0' '['
} >"$work/strange/m.yml"
refuses "a description of 100,000 brackets" "100000 deep" "$bin/rpn_detect" "--model=$work/strange/m.onnx" "--input=$image" \
    "--output=$work/out"
refuses "an output where the input lies" overwritten "$bin/rpn_detect" "--model=$work/m.onnx" "--input=$work/good/JPEGImages" \
    "--output=$work/good/JPEGImages"
[ "$before" = "$(md5sum "$work/good/JPEGImages"/*)" ] || { echo "FAILED: photographs were overwritten"; failed=1; }
refuses "an input that is not there" nowhere.jpg "$bin/rpn_detect" "--model=$work/m.onnx" --input=nowhere.jpg "--output=$work/out"
refuses "an unwritable folder" /proc/out "$bin/rpn_detect" "--model=$work/m.onnx" "--input=$image" --output=/proc/out
refuses "scores that cannot be written" /proc/s.json "$bin/rpn_eval" "--model=$work/m.onnx" "--data=$work/good" --json=/proc/s.json
refuses "a page that cannot be written" /proc/s.html "$bin/rpn_eval" "--model=$work/m.onnx" "--data=$work/good" --html=/proc/s.html
refuses "scores where the page belongs" s.html "$bin/rpn_eval" "--model=$work/m.onnx" "--data=$work/good" "--json=$work/out/s.html"
sed 's/"object"/"cat"/' "$work/m.yml" >"$work/cat.yml"
cp "$work/m.onnx" "$work/cat.onnx"
refuses "classes that the model does not know" "not among the 1 classes" "$bin/rpn_eval" "--model=$work/cat.onnx" "--data=$work/good"
detect=("$bin/rpn_detect" "--model=$work/m.onnx" "--input=$image" "--output=$work/out")
for wrong in suppression=hardest nms=2 sigma=0 max=-1 tile=64 tile=0x64 overlap=1 batch=0 thresholds=cat:0.5 thresholds=object \
    thresholds=object:2 "batch=2 --tile=64x64"; do
    # shellcheck disable=SC2086 # two options in one
    refuses "a way of detecting that is none" "--${wrong%%=*}" "${detect[@]}" --$wrong
done
refuses "scenes that cannot be written" /proc/scenes "$bin/rpn_scenes" --output=/proc/scenes

# Nothing that somebody has is overwritten.
unchanged() {
    local before code=0
    before=$(find "$work/mine" -type f -exec md5sum {} +)
    refuses "$@"
    [ "$before" = "$(find "$work/mine" -type f -exec md5sum {} +)" ] || { echo "FAILED: $1: files were changed"; failed=1; }
}
cp -r "$work/good" "$work/mine"
cp "$work/m.onnx" "$work/m.yml" "$work/mine"
ln -s "$work/mine/JPEGImages/scene_00000.jpg" "$work/link.json"
ln "$work/mine/m.yml" "$work/mine/hard.json"
unchanged "scenes over a data set" "holds files already" "$bin/rpn_scenes" "--output=$work/mine" --count=5
eval=("$bin/rpn_eval" "--model=$work/mine/m.onnx" "--data=$work/mine")
unchanged "scores over the model" "would be overwritten" "${eval[@]}" "--json=$work/mine/../mine/m.onnx"
unchanged "scores over the model's description" "would be overwritten" "${eval[@]}" "--json=$work/mine/hard.json"
unchanged "scores over an image" "would be overwritten" "${eval[@]}" "--json=$work/link.json"
unchanged "scores over an annotation" "would be overwritten" "${eval[@]}" "--json=$work/mine/Annotations/scene_00000.xml"
unchanged "a checkpoint over the backbone" "would be overwritten" "$bin/rpn_train" "--data=$work/mine" --val=none \
    "--backbone=$work/mine/m.onnx" "--checkpoint=$work/mine/m.onnx" "--out=$work/out/b.onnx"
unchanged "a model over the file of its parameters" "would be overwritten" "$bin/rpn_train" "--data=$work/mine" --val=none \
    "--params=$work/mine/m.yml" "--out=$work/mine/m.onnx"
unchanged "scores and page in one file" "the same file" "${eval[@]}" "--json=$work/out/s" "--html=$work/out/./s"
mkdir "$work/mine/found"
cp "$image" "$work/mine/found"
unchanged "detections over an image of another folder" "would be overwritten" "$bin/rpn_detect" "--model=$work/m.onnx" \
    "--input=$image" "--output=$work/mine/found"
if [ -x "$bin/rpn_camera" ]; then
    "$bin/rpn_camera" "--model=$work/m.onnx" "--input=$work/good/JPEGImages/scene_%05d.jpg" --frames=10 \
        "--output=$work/mine/v.avi" >/dev/null || { echo "FAILED: no video"; failed=1; }
    ln -s v.avi "$work/mine/other.avi"
    unchanged "a video over itself" "would be overwritten" "$bin/rpn_camera" "--model=$work/m.onnx" "--input=$work/mine/v.avi" \
        "--output=$work/mine/other.avi"
    refuses "a window without a display" "no display" env -u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM \
        "$bin/rpn_camera" "--model=$work/m.onnx" "--input=$work/mine/v.avi"
    refuses "no number of a camera" "no number of a camera" "$bin/rpn_camera" "--model=$work/m.onnx" --input=99999999999999 \
        "--output=$work/out/v.avi"
    head -c $(($(stat -c %s "$work/mine/v.avi") / 2)) "$work/mine/v.avi" >"$work/half.avi"
    notes "a video that is cut off" "of 10 frames" "$bin/rpn_camera" "--model=$work/m.onnx" "--input=$work/half.avi" \
        "--output=$work/out/v.avi"
fi

# Two runs with one output: one of them works, the others are told so.
mkdir "$work/taken"
touch "$work/taken/detections.json.lock"
if flock -n "$work/taken/detections.json.lock" "$bin/rpn_detect" "--model=$work/m.onnx" "--input=$image" \
    "--output=$work/taken" >"$work/log" 2>&1 || ! grep -q 'error: another run' "$work/log"; then
    echo "FAILED: two runs wrote one output: $(cat "$work/log")"
    failed=1
else
    echo "ok: two runs with one output: $(grep '^error: ' "$work/log")"
fi
# The lock of a process that is dead holds nobody up.
"$bin/rpn_detect" "--model=$work/m.onnx" "--input=$image" "--output=$work/taken" >/dev/null &&
    [ ! -e "$work/taken/detections.json.lock" ] || { echo "FAILED: a dead run's lock"; failed=1; }

# Images that cannot be read or written are named, the others looked at; names are what they are.
mkdir "$work/odd"
for name in '[1] a.jpg' '{x}.jpg' ']end.jpg' '"q\.jpg' $'caf\xe9.jpg'; do
    cp "$image" "$work/odd/$name"
done
head -c 1500 "$image" >"$work/odd/cut.jpg"
"$bin/rpn_detect" "--model=$work/m.onnx" "--input=$work/odd" "--output=$work/odd_found" --threshold=0 >"$work/log" 2>&1 &&
    grep -q "^skipped: .*cut.jpg' is cut off" "$work/log" && [ "$(find "$work/odd_found" -name '*.jpg' | wc -l)" = 5 ] &&
    python3 -c "import json, sys; print(sorted(p['image'] for p in json.load(open(sys.argv[1]))['images']))" \
        "$work/odd_found/detections.json" >"$work/names" && grep -qF 'caf\\xE9.jpg' "$work/names" ||
    { echo "FAILED: odd names: $(cat "$work/log" "$work/names")"; failed=1; }

# Without a standard output the files are the same; a full one is an error.
"$bin/rpn_eval" "--model=$work/m.onnx" "--data=$work/good" "--json=$work/a.json" >/dev/null
"$bin/rpn_eval" "--model=$work/m.onnx" "--data=$work/good" "--json=$work/b.json" >&-
cmp "$work/a.json" "$work/b.json" || { echo "FAILED: without a standard output the scores are others"; failed=1; }
if [ -c /dev/full ]; then
    code=0
    "$bin/rpn_eval" "--model=$work/m.onnx" "--data=$work/good" >/dev/full 2>"$work/log" || code=$?
    [ $code -eq 1 ] && grep -q 'error: cannot write to the standard output' "$work/log" ||
        { echo "FAILED: a full standard output: exit code $code, $(cat "$work/log")"; failed=1; }
fi

# A full disk: a file system with no room left, where the machine lets us make one.
if mkdir "$work/full" && mount -t tmpfs -o size=64k tmpfs "$work/full" 2>/dev/null; then
    rm -rf "$work/out"
    mkdir "$work/out"
    code=0
    "${train[@]}" "--out=$work/full/m.onnx" >"$work/log" 2>&1 || code=$?
    left=$(find "$work/full" -name '*.onnx*' -o -name '*.yml*')
    if [ $code -ne 1 ] || ! grep -q "^error: .*full/m" "$work/log" || [ -n "$left" ]; then
        echo "FAILED: a full disk: exit code $code, left: $left, said:"
        cat "$work/log"
        failed=1
    else
        echo "ok: a full disk: $(grep '^error: ' "$work/log")"
    fi
    if [ -x "$bin/rpn_camera" ]; then
        refuses "a video on a full disk" "full/v.avi" "$bin/rpn_camera" "--model=$work/m.onnx" --frames=20 \
            "--input=$work/good/JPEGImages/scene_%05d.jpg" "--output=$work/full/v.avi"
    fi
    umount "$work/full"
else
    echo "NOT TESTED: a full disk; no file system can be mounted here"
fi
exit $failed
