#!/usr/bin/env bash
# The study's smoke version with the real trainer: interrupted, gone on with, reported; and VOC 2007's layout.
# usage: experiments.sh FOLDER-OF-PROGRAMS
set -euo pipefail
programs=$1
root=$(cd "$(dirname "$0")/.." && pwd)
experiments=$root/scripts/experiments.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

"$DNN_RPN_PYTHON" "$root/test/experiments/test_study.py"

# Every arm of the whole study is one that the trainer takes.
"$DNN_RPN_PYTHON" - "$programs" "$root/scripts/experiments" <<'END'
import subprocess, sys
sys.path.insert(0, sys.argv[2])
sys.dont_write_bytecode = True
import protocol as p
size, winners = p.Size(), {(d, a): 1 for d in p.PHOTOS for a in p.ARMS}
runs = [*p.h1(size), *p.h1_curve(size), *p.h2(size), *p.tuning(size), *p.h3(size, winners),
        *p.two_stages(size, winners, ("a0", "a4", "a8")), *p.official(size, winners, ("a0", "a4", "a8")), *p.voc2007(1, ())]
taken = set()
for run in runs:
    options = {}
    for option in [*(p.ALWAYS if run.study != "voc2007" else ()), *run.options]:
        options[option.split("=", 1)[0]] = option
    options.pop("--freeze", None)  # more stages than the built-in backbone has
    if (line := tuple(options.values())) in taken:
        continue
    taken.add(line)
    done = subprocess.run([f"{sys.argv[1]}/rpn_train", "--describe", "--backbone=small", *line], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{run.name}: {' '.join(line)}: {done.stderr or done.stdout}")
print(len(taken), "settings")
END

build=$(dirname "$programs")
[ "$programs" = "$build/bin" ] || { mkdir "$work/build" && ln -s "$programs" "$work/build/bin" && build=$work/build; }
common=(--build="$build" --out="$work/out" --jobs=2)
files() { find "$work/out/runs" -name '*.tsv' 2>/dev/null | sort; }

# Ended by force in the middle, with what it had begun.
setsid "$experiments" smoke "${common[@]}" >"$work/log" 2>&1 &
study=$!
for _ in $(seq 600); do
    [ "$(files | wc -l)" -lt 4 ] || break
    sleep 0.2
done
kill -KILL -- "-$study" 2>/dev/null || true
wait "$study" 2>/dev/null || true
[ "$(files | wc -l)" -ge 4 ] || { cat "$work/log" >&2; fail "no results to go on from"; }
files | xargs sha256sum >"$work/before"

"$experiments" smoke "${common[@]}" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; fail "smoke"; }
sha256sum --quiet --check "$work/before" || fail "a result that was there has changed"
grep -q '^\*\*Verdict' "$work/out/report.md" || fail "no verdict in the report"
! grep -q 'No verdict' "$work/out/report.md" || fail "runs are missing"
for figure in h1curve h2steps h2noise h3; do
    grep -q '</svg>' "$work/out/$figure.svg" || fail "no figure $figure"
done
cp "$work/out/report.md" "$work/first.md"
"$experiments" report --smoke "${common[@]}" >/dev/null
cmp "$work/first.md" "$work/out/report.md" || fail "the report is not the same again"
"$experiments" plan --smoke "${common[@]}" >"$work/plan"
! awk -F '\t' 'NR > 1 && NF == 6 && $4 != $5' "$work/plan" | grep . || fail "the plan finds something left"

# VOC 2007: its folders, names, 20 classes and difficult objects.
voc=$work/VOCdevkit/VOC2007
"$programs/rpn_scenes" --output="$voc" --count=40 --size=120x90 --objects=6 >/dev/null
"$DNN_RPN_PYTHON" - "$voc" "$root/scripts/experiments" <<'END'
import pathlib, re, sys
sys.path.insert(0, sys.argv[2])
sys.dont_write_bytecode = True
from data import VOC_CLASSES
next_class = iter(VOC_CLASSES * 1000)
for path in sorted(pathlib.Path(sys.argv[1], "Annotations").iterdir()):
    path.write_text(re.sub("<name>.*?</name>", lambda _: f"<name>{next(next_class)}</name>", path.read_text()))
END
grep -q '<difficult>1' "$voc"/Annotations/*.xml || fail "no difficult object in the look-alike"
"$experiments" voc2007 --data="$voc" --build="$build" --out="$work/voc" --seeds=2 --jobs=2 -- --size=120x90 --epochs=1 \
    --batch=4 --pre_nms=200 --train_proposals=50 --anchors=16,32,64 >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "voc2007"; }
[ "$(find "$work/voc/runs" -name '*.tsv' | wc -l)" -eq 6 ] || fail "three arms of two seeds"
grep -q 'fl_softmax - baseline | voc2007 | 2 ' "$work/voc/report.md" || fail "no comparison of softmax and baseline"
rm "$voc/ImageSets/Main/test.txt"
if "$experiments" voc2007 --data="$voc" --build="$build" --out="$work/voc" >"$work/log" 2>&1; then
    fail "a missing test split is no error"
fi
grep -q 'no ImageSets/Main/test.txt' "$work/log" || { cat "$work/log" >&2; fail "the missing list is not named"; }
echo passed
