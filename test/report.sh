#!/usr/bin/env bash
# The training report in a real browser: trains on drawn scenes, opens the pages in headless Chromium, and looks at
# what it made of them. Without a Chromium this test fails.
# usage: report.sh BIN
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

. "$here/browser.sh"

width=1280 # of the window

# browse PAGE DOM LOG: the page's DOM after its scripts have run, and what they said on the console.
browse() {
    local flags=(--headless --disable-gpu --no-first-run "--user-data-dir=$work/profile" "--window-size=$width,1000")
    [ "$(id -u)" -ne 0 ] || flags+=(--no-sandbox)
    timeout 120 "$browser" "${flags[@]}" --enable-logging=stderr --virtual-time-budget=5000 --dump-dom "file://$1" \
        >"$2" 2>"$3.all" || fail "the browser ended with $?: $(cat "$3.all")"
    grep CONSOLE "$3.all" >"$3" || true
}

# look PAGE: opens a copy of the page with a probe in its head, and prints a line for each thing that the probe saw.
look() {
    local html marker='<meta charset="utf-8">'
    html=$(<"$1")
    [[ $html == *"$marker"* ]] || fail "$1: no place for the probe"
    printf '%s\n<script>%s</script>%s\n' "${html%%"$marker"*}$marker" "$(<"$here/report_probe.js")" "${html#*"$marker"}" \
        >"$work/probed.html"
    browse "$work/probed.html" "$work/dom" "$work/console"
    sed -n '/<pre id="probe">/,/<\/pre>/p' "$work/dom" | sed '1d;$d'
}

# check PAGE: looks, and complains about what must be right on every page. What was seen is in $work/seen.
check() {
    look "$1" >"$work/seen"
    grep -qx end "$work/seen" || fail "$1: the probe did not come to its end: $(cat "$work/seen" "$work/console.all")"
    ! grep '^problem ' "$work/seen" || fail "$1"
    [ ! -s "$work/console" ] || fail "$1: on the console: $(cat "$work/console")"
    ! grep -nE '(https?|ftp|file):/' "$1" || fail "$1: names something outside of the file"
    ! grep -E '^(line|tip|image|boxes|caption) .*(NaN|undefined|null|Infinity)' "$work/seen" || fail "$1"
}

has() {
    grep -qE -- "$1" "$work/seen" || fail "not seen: $1. Seen: $(cat "$work/seen")"
}

# points NAME ATLEAST: the line is there, is made of at least so many points, and has a width on the screen.
points() {
    awk -v name="$1" -v least="$2" '$1 == "line" && $2 == name && $3 >= least && $4 > 100 { found = 1 } END { exit !found }' \
        "$work/seen" || fail "no line $1 with $2 points. Seen: $(cat "$work/seen")"
}

# A test that cannot fail is none: the probe must notice a script that breaks, an image that is none, and a request.
cat >"$work/broken.html" <<'PAGE'
<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><img src="data:image/jpeg;base64,AAAA">
<script src="http://127.0.0.1:9/x.js"></script><script>nothing.there();</script></body></html>
PAGE
look "$work/broken.html" >"$work/seen"
has '^problem .*nothing'
has '^problem error of IMG'
has '^problem (error of SCRIPT|loads http)'
has '^image 0$'
[ -s "$work/console" ] || fail "a broken script was not on the console"

"$bin/rpn_scenes" --output="$work/scenes" --count=40 --size=160x120 --seed=5 >/dev/null
train=("$bin/rpn_train" "--data=$work/scenes" --detector=rpn --recipe=none --size=160x120 --lr=0.1 --lambda=0.1)
lines=(Loss:_total Loss:_classification Loss:_regression Learning_rate:_learning_rate
    Positive_anchors:_positive_anchors Gradient_norm:_gradient
    Gradients_of_the_two_tasks:_of_the_classification Gradients_of_the_two_tasks:_of_the_regression
    "Cosine_of_the_two_tasks'_gradients:_cosine_of_the_angle"
    Throughput:_images_a_second Waiting_for_images:_waited_for_images)

# From the beginning to the end.
"${train[@]}" --epochs=6 --eval_every=2 "--out=$work/m&m.onnx" >"$work/log"
page="$work/m&m.html"
grep -qF "wrote $page" "$work/log" || fail "the report is not named: $(cat "$work/log")"
cp "$page" "$work/finished.html"
check "$work/finished.html"
has '^state finished$'
for line in "${lines[@]}"; do
    points "$line" 40
done
points Recall:_AR@300 3
[ "$(grep -c '^image 160$' "$work/seen")" = 6 ] || fail "6 images, 160 pixels wide, in $(cat "$work/seen")"
has '^tip step [0-9]+, epoch [0-9] total[0-9.]+ classification[0-9.]+ regression[0-9.]+$'
has '^toggle 3 2$'
has '^boxes 0 [1-9]'
has '^boxes 2 0$'
has '^caption 0 of [0-9]+ objects found, 0 boxes too many$'
[ "$(stat -c %s "$page")" -lt 500000 ] || fail "the report has $(stat -c %s "$page") bytes"
grep -q '<title>m&amp;m: finished</title>' "$page" || fail "the file's name is not escaped"
! grep -q 'http-equiv="refresh"' "$page" || fail "a finished page reloads itself"

width=500 # a telephone, as narrow as a window can be made
check "$work/finished.html"
points Loss:_total 40
width=1280

# While it runs, and after Ctrl-C.
"${train[@]}" --epochs=100000 "--out=$work/early.onnx" "--report=$work/watched.html" >"$work/log" &
trainer=$!
for _ in $(seq 600); do
    ! grep -q '<figure' "$work/watched.html" 2>/dev/null || break
    kill -0 $trainer 2>/dev/null || fail "the training ended: $(cat "$work/log")"
    sleep 0.1
done
cp "$work/watched.html" "$work/running.html"
kill -INT $trainer
wait $trainer || fail "after Ctrl-C the exit code was $?"
grep -q 'http-equiv="refresh"' "$work/running.html" || fail "a page of a running training does not reload itself"
check "$work/running.html"
has '^state running$'
has '^image 160$'
points Loss:_total 2 # how many steps it has come to is for the machine to say
check "$work/watched.html"
has '^state stopped$'
grep -q '>stopped early</span>' "$work/watched.html" || fail "the page does not say that it was stopped"
[ ! -e "$work/early.html" ] || fail "a report where none was asked for"

# A training that fails says why, and --report=none says nothing.
! "${train[@]}" --epochs=3 --lr=1e30 --clip=0 --warmup=0 "--out=$work/failed.onnx" >"$work/log" 2>&1 || fail "lr=1e30 trains"
check "$work/failed.html"
has '^state failed$'
grep -q 'class="alert">.*not finite' "$work/failed.html" || fail "the page does not say why"
"${train[@]}" --epochs=1 "--out=$work/quiet.onnx" --report=none >"$work/log"
[ ! -e "$work/quiet.html" ] || fail "a report despite --report=none"
[ -z "$(find "$work" -name '*.part*' ! -path '*/profile/*' ! -name '*.csv.part')" ] || fail "left-overs: $(find "$work" -name '*.part*')"
echo "all well"
