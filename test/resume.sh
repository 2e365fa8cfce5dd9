#!/usr/bin/env bash
# A training that is killed, interrupted or runs out of disk loses nothing: resumed, it comes to the same model, byte
# for byte, and to the same rows of its CSV, as one that nothing happened to.
# usage: resume.sh BIN
set -uo pipefail
bin=$1
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT

. "$(dirname "$0")/counts.sh"

# Everything of a row but the speed.
rows() {
    awk -F, -v OFS=, '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == "images_per_second" || $i == "waited") speed[i] = 1 }
        { for (i in speed) $i = ""; print }' "$1"
}

same() {
    cmp -s "$work/whole.onnx" "$1.onnx" && cmp -s "$work/whole.yml" "$1.yml" && cmp -s <(rows "$work/whole.csv") <(rows "$1.csv") &&
        [ ! -e "$1.checkpoint" ] && [ -z "$(find "$(dirname "$1")" -name '*.part*')" ]
}

# Up to so many seconds.
shortly() {
    sleep "$(awk -v r=$RANDOM -v most="$1" 'BEGIN { print most * r / 32768 }')"
}

# signals SIGNAL PID LONGEST: after a random time, one in four counted from the program's start, else from its first step.
signals() {
    if [ $((RANDOM % 4)) -ne 0 ]; then
        while kill -0 "$2" && ! grep -q '^training' "$work/log"; do
            sleep 0.005
        done
    fi
    shortly "$3"
    kill -"$1" "$2"
}

# interrupts SIGNAL ATLEAST LONGEST TRAINING...: runs it, sends the signal after a random time of up to LONGEST seconds, and
# so on until it ends by itself; after ATLEAST signals it gets more time each time. Leaves in $times how many signals that
# were, and in $resumed how many of the runs went on at a checkpoint.
interrupts() {
    local signal=$1 least=$2 longest=$3 code trainer killer
    shift 3
    times=0
    resumed=0
    while :; do
        : >"$work/log"
        # A shell's background jobs ignore SIGINT.
        env --default-signal=INT "$@" --resume >"$work/log" 2>&1 &
        trainer=$!
        [ $times -lt "$least" ] || longest=$(awk -v s="$longest" 'BEGIN { print 2 * s }')
        signals "$signal" $trainer "$longest" 2>/dev/null &
        killer=$!
        code=0
        wait $trainer 2>/dev/null || code=$?
        kill $killer 2>/dev/null
        wait $killer 2>/dev/null
        ! grep -q '^resuming' "$work/log" || resumed=$((resumed + 1))
        if [ $code -eq 0 ] && ! grep -q '^stopped early' "$work/log"; then
            return 0
        fi
        times=$((times + 1))
        # Above 128: the signal came when it still ends the program at once.
        if [ $code -ne 0 ] && [ $code -lt 128 ] || [ $times -gt 200 ]; then
            return 1
        fi
    done
}

"$bin/rpn_scenes" --output="$work/scenes" --count=15 --size=96x72 >/dev/null
base=("$bin/rpn_train" "--data=$work/scenes" --detector=rpn --recipe=none --size=64x48 --batch=3 --lr=0.05 --report=none)

# How a training is run without a stop, and with many.
RANDOM=1
for setting in \
    "KILL INT: --epochs=40 --seed=1 --checkpoint_every=0" \
    "KILL TERM: --epochs=30 --seed=2 --checkpoint_every=0.03 --ema=0.95 --eval_every=3 --patience=50 --batch=4" \
    "KILL: --epochs=60 --seed=3 --checkpoint_every=0.02 --freeze=all --loss=ce_sigmoid"; do
    read -ra options <<<"${setting#*:}"
    "${base[@]}" "${options[@]}" --checkpoint=none --out="$work/whole.onnx" >"$work/log" 2>&1 || fail "no reference:${setting#*:}"
    for signal in ${setting%%:*}; do
        [ $signal = KILL ] && least=20 || least=3
        mkdir "$work/run"
        if interrupts $signal $least 0.05 "${base[@]}" "${options[@]}" --out="$work/run/m.onnx" && same "$work/run/m" &&
            [ $times -ge $least ] && [ $resumed -ge $((least / 3)) ]; then
            ok "ended $times times by SIG$signal, resumed $resumed times, the same bytes:${setting#*:}"
        else
            fail "$times times SIG$signal, resumed $resumed times:${setting#*:}: left $(ls "$work/run")"
        fi
        rm -rf "$work/run"
    done
done

# A full disk: room for one checkpoint, and the next finds none. Then there is room again.
read -ra options <<<"--epochs=40 --seed=4 --checkpoint_every=0"
"${base[@]}" "${options[@]}" --checkpoint=none --out="$work/whole.onnx" >"$work/log" 2>&1 || fail "no reference for the full disk"
mkdir "$work/disk"
if mount -t tmpfs -o size=5m tmpfs "$work/disk" 2>/dev/null; then
    code=0
    "${base[@]}" "${options[@]}" --out="$work/disk/m.onnx" >"$work/log" 2>&1 || code=$?
    if [ $code -eq 1 ] && grep -q '^error: .*m.checkpoint.*No space' "$work/log" && [ -s "$work/disk/m.checkpoint" ]; then
        ok "a full disk: $(grep '^error: ' "$work/log")"
    else
        fail "a full disk: exit code $code, left: $(ls -la "$work/disk")"
    fi
    mount -o remount,size=40m "$work/disk"
    if "${base[@]}" "${options[@]}" --out="$work/disk/m.onnx" --resume >"$work/log" 2>&1 && grep -q '^resuming' "$work/log" &&
        same "$work/disk/m"; then
        ok "room again: the same bytes"
    else
        fail "room again: $(ls -la "$work/disk")"
    fi
else
    echo "NOT TESTED: a full disk; no file system can be mounted here"
fi

# What must not be taken for the same training. Every one leaves the checkpoint as it was.
mkdir "$work/run"
"${base[@]}" --epochs=2 --keep_checkpoint --out="$work/run/m.onnx" >"$work/log" 2>&1 || fail "--keep_checkpoint"
cp "$work/run/m.checkpoint" "$work/good.checkpoint" || fail "--keep_checkpoint kept nothing"

# refuses WHAT NAMED ARGUMENTS...
refuses() {
    local what=$1 named=$2 code=0 before
    shift 2
    before=$(md5sum <"$work/run/m.checkpoint")
    "${base[@]}" --epochs=2 --out="$work/run/m.onnx" "$@" >"$work/log" 2>&1 || code=$?
    if [ $code -eq 1 ] && grep '^error: ' "$work/log" | grep -qF -- "$named" && [ "$before" = "$(md5sum <"$work/run/m.checkpoint")" ]; then
        ok "$what: $(grep '^error: ' "$work/log")"
    else
        fail "$what: exit code $code"
    fi
}

refuses "a checkpoint without --resume" "run/m.checkpoint"
refuses "another learning rate" "lr was 0.05 and is 0.02 now" --resume --lr=0.02
refuses "other epochs" "epochs was 2 and is 3 now" --resume --epochs=3
refuses "two differences" "batch was 3 and is 2 now; seed was 0 and is 1 now" --resume --batch=2 --seed=1
refuses "another split" "training images was 12 and is 9 now" --resume --train=train
refuses "--resume without checkpoints" "--checkpoint=none" --resume --checkpoint=none
size=$(stat -c %s "$work/good.checkpoint")
head -c $((size / 2)) "$work/good.checkpoint" >"$work/run/m.checkpoint"
refuses "half a checkpoint" "run/m.checkpoint' is damaged" --resume
head -c 30 "$work/good.checkpoint" >"$work/run/m.checkpoint"
refuses "the head of a checkpoint" "run/m.checkpoint' is damaged" --resume
cp "$work/good.checkpoint" "$work/run/m.checkpoint"
printf 'x' | dd of="$work/run/m.checkpoint" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
refuses "a changed checkpoint" "run/m.checkpoint' is damaged" --resume
: >"$work/run/m.checkpoint"
refuses "an empty checkpoint" "run/m.checkpoint' is no checkpoint" --resume
cp "$work/run/m.onnx" "$work/run/m.checkpoint"
refuses "a model as a checkpoint" "run/m.checkpoint' is no checkpoint" --resume
cp "$work/good.checkpoint" "$work/run/m.checkpoint"
"${base[@]}" --epochs=2 --out="$work/run/m.onnx" --resume >"$work/log" 2>&1 && ok "after the last step" || fail "resuming after the last step"

# Eigen's sums do not depend on the threads.
rm -rf "$work/run"/*
eigen=("${base[@]}" --engine=eigen --epochs=2 "--out=$work/run/m.onnx")
"${eigen[@]}" --threads=2 --keep_checkpoint >"$work/log" 2>&1 && "${eigen[@]}" --threads=1 --resume >"$work/log" 2>&1 &&
    ok "another number of threads" || fail "resuming with another number of threads"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
