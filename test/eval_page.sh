#!/usr/bin/env bash
# rpn_eval's page in a real browser, for a model without and one with classes. Without a Chromium this test fails.
# usage: eval_page.sh BIN
set -euo pipefail
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

. "$(dirname "$0")/browser.sh"

# look PAGE: what the browser made of it, a line each, in $work/seen.
look() {
    local flags=(--headless --disable-gpu --no-first-run "--user-data-dir=$work/profile" --window-size=1280,1000)
    [ "$(id -u)" -ne 0 ] || flags+=(--no-sandbox)
    cat >"$work/probe.js" <<'END'
const problems = [];
addEventListener('error', e => problems.push(e.message || 'error of ' + e.target.nodeName), true);
addEventListener('load', () => {
  const seen = [], all = selector => [...document.querySelectorAll(selector)];
  for (const image of all('img')) seen.push('image ' + (image.complete ? image.naturalWidth : 0));
  for (const line of all('polyline')) seen.push('curve ' + line.points.length);
  for (const table of all('table'))
    for (const row of table.rows) seen.push(table.id + ' ' + [...row.cells].map(c => c.textContent).join('|'));
  for (const caption of all('figcaption')) seen.push('caption ' + caption.textContent);
  seen.push('sideways ' + Math.max(0, document.documentElement.scrollWidth - innerWidth));
  seen.push('title ' + document.title);
  for (const problem of problems) seen.push('problem ' + problem);
  const probe = document.createElement('pre');
  probe.textContent = ['', ...seen, 'end', ''].join('\n');
  document.body.replaceChildren(probe);
});
END
    sed "/<meta charset/r "<(echo '<script>'; cat "$work/probe.js"; echo '</script>') "$1" >"$work/probed.html"
    timeout 120 "$browser" "${flags[@]}" --enable-logging=stderr --virtual-time-budget=5000 --dump-dom \
        "file://$work/probed.html" >"$work/dom" 2>"$work/log" || fail "the browser ended with $?: $(cat "$work/log")"
    sed -n '/<pre>/,/<\/pre>/p' "$work/dom" >"$work/seen"
    grep -qx end "$work/seen" || fail "$1: the probe did not come to its end: $(cat "$work/seen")"
    ! grep '^problem ' "$work/seen" || fail "$1"
    ! grep CONSOLE "$work/log" || fail "$1: something on the console"
    ! grep -nE '(https?|ftp|file):/' "$1" || fail "$1 names something outside of the file"
    ! grep -qE '<script|nan|inf[^o]' <(sed 's/base64,[^"]*//g; s/<style>.*//' "$1") || fail "$1 holds a script, or no number"
    has '^sideways 0$'
}

has() {
    grep -qE -- "$1" "$work/seen" || fail "not seen: $1. Seen: $(cat "$work/seen")"
}

"$bin/rpn_scenes" --output="$work/data" --count=40 --size=160x120 --seed=5 >/dev/null
# A name that HTML must not take amiss; test the page with it.
sed -i 's/<name>ring</<name>ring \&lt;b\&gt;\&amp;"</' "$work"/data/Annotations/*.xml
"$bin/rpn_train" --data="$work/data" --detector=rpn --recipe=none --size=160x120 --epochs=4 --lr=0.1 --out="$work/m.onnx" >/dev/null

"$bin/rpn_eval" --model="$work/m.onnx" --data="$work/data" --json="$work/scores.json" --threshold=0 --images=3 >"$work/out"
look "$work/scores.html"
has '^title .*m\.onnx on .*data, test$'
[ "$(grep -c '^curve [1-9]' "$work/seen")" = 3 ] || fail "a curve for each of three overlaps: $(cat "$work/seen")"
[ "$(grep -c '^image 640$' "$work/seen")" -ge 3 ] || fail "images: $(cat "$work/seen")"
has '^caption scene_[0-9]*\.jpg: [0-9]* missed, [1-9][0-9]* false$'
# The table says what the program printed and wrote.
AR100=$(sed -n 's/^ *AR100 *\([0-9.]*\) .*/\1/p' "$work/out")
has "^metrics AR100\|$AR100\|"
objects=$(sed -n 's/^ *"objects": *\([0-9]*\),$/\1/p' "$work/scores.json")
row=$(sed -n 's/^confusion object|\([0-9]*\)|\([0-9]*\)$/\1 + \2/p' "$work/seen")
[ $((row)) = "$objects" ] || fail "the confusion counts $row objects of $objects"
[ "$(sed -n 's/^misses |all|\([0-9]*\)|.*/\1/p' "$work/seen")" = "$objects" ] || fail "what became of $objects objects"
found=$(sed -n 's/^at score .*: \([0-9]*\) of .*/\1/p' "$work/out")
has "^misses \|all\|$objects\|$found\|"
has '^misses size\|[0-9]+ to [0-9]+\|[1-9]'
has '^false false boxes\|second box\|[0-9]+\|'

# The same boxes as if they were of the first of three classes.
cp "$work/m.onnx" "$work/three.onnx"
sed 's/^\( *\)- "object"$/\1- "cell"\n\1- "plate"\n\1- "ring <b>\&\\""/' "$work/m.yml" >"$work/three.yml"
"$bin/rpn_eval" --model="$work/three.onnx" --data="$work/data" --html="$work/three.html" --images=0 >"$work/out"
grep -q 'ring <b>&"' "$work/out" || fail "no line a class: $(cat "$work/out")"
look "$work/three.html"
has '^confusion \|missed\|cell\|plate\|ring &lt;b&gt;&amp;"$'
has '^classes ring &lt;b&gt;&amp;"\|[1-9]'
[ "$(grep -c '^curve ' "$work/seen")" = 3 ] || fail "a curve for each of three classes: $(cat "$work/seen")"
! grep -q '^image ' "$work/seen" || fail "images where none were asked for"
[ ! -e "$work/three.json" ] || fail "a JSON file where none was asked for"
echo "all well"
