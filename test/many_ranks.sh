#!/usr/bin/env bash
# Several processes train the model that one trains, and nothing that happens to one of them is lost or goes unnoticed.
# usage: many_ranks.sh BIN --mpi=ON|'' [--kills=N] [--roundings=N]
#   --kills      how many trainings lose a rank, twice, at a random step; 2 without it
#   --roundings  show how far one process comes from itself when its weights are rounded otherwise, so many times
set -uo pipefail
bin=$(realpath "$1")
kills=2
roundings=0
mpi=
for argument in "${@:2}"; do
    case $argument in
        --mpi=*) mpi=${argument#*=} ;;
        --kills=*) kills=${argument#*=} ;;
        --roundings=*) roundings=${argument#*=} ;;
        *) echo "unknown argument: $argument" >&2; exit 2 ;;
    esac
done
skip() {
    echo "************************************************************************************"
    echo "NOT TESTED: training with several processes. $*"
    echo "************************************************************************************"
    exit 77
}
[ "$mpi" = ON ] || skip "This build trains alone; scripts/install_dependencies.sh test installs MPI, then configure anew."
mpirun --version 2>/dev/null | grep -q 'Open MPI' || skip "There is no mpirun of Open MPI (Debian: openmpi-bin)."

work=$(mktemp -d)
mpirun=
trap '[ -z "$mpirun" ] || kill "$mpirun" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# As root, as in a container; more ranks than processors; and no direct reading of another process's memory, which
# containers forbid.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
    OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl_vader_single_copy_mechanism=none \
    OMP_WAIT_POLICY=passive

. "$(dirname "$0")/counts.sh"

# ranks N PROGRAM...: each leaves its process number in $work/pid.RANK, and mpirun's in $work/pid.mpirun; a line of
# $work/before.RANK runs before it.
cat >"$work/rank.sh" <<'END'
echo $$ >"$work/pid.$OMPI_COMM_WORLD_RANK"
echo $PPID >"$work/pid.mpirun"
[ ! -e "$work/before.$OMPI_COMM_WORLD_RANK" ] || . "$work/before.$OMPI_COMM_WORLD_RANK"
exec "$@"
END
export work
ranks() {
    local count=$1
    shift
    rm -f "$work"/pid.*
    timeout 300 env --default-signal=INT mpirun -np "$count" bash "$work/rank.sh" "$@" >"$work/log" 2>&1 &
    mpirun=$!
    wait $mpirun
    local code=$?
    mpirun=
    return $code
}

# near A B LIMIT: the checkpoints' weights. Momenta are sums of gradients, in which large numbers cancel out: they may be
# a thousand times as far apart.
near() {
    apart=
    apart=$("$bin/checkpoint_difference" "$1" "$2") &&
        awk -v limit="$3" '{ exit !($1 <= limit && $2 <= 1e3 * limit) }' <<<"$apart"
}

"$bin/rpn_scenes" --output="$work/scenes" --count=15 --size=96x72 >/dev/null
cp -r "$work/scenes" "$work/other"
base=("$bin/rpn_train" "--data=$work/scenes" --recipe=none --size=64x48 --threads=1 --report=none --lr=0.02)
rpn=("${base[@]}" --detector=rpn --batch=3 --epochs=15 --checkpoint_every=0.05)
steps=60

# 20 steps of each detector; a batch of 3 gives one rank two images and the other one. On maps of 4 x 3 cells one region or
# activation that a rounding turns over is a hundredth of the gradient. oneDNN's kernels round by the number of images, in
# float; where batch normalisation before two stages is trained, that turns some over, and one process whose weights are
# moved by their last bit comes as far from itself (--roundings). There the limit is ten times wider. test_ranks.cpp
# compares single steps, with which nothing grows, on both engines.
for setting in "1e-5 rpn" "1e-5 rpn --focal_norm=average --guided=5 --engine=eigen" \
    "1e-5 rpn --freeze=all --ema=0.9 --eval_every=2 --held_every=3 --conflict_every=4" \
    "1e-5 retina --pyramid=3-5 --size=96x64 --engine=eigen" "1e-5 faster_rcnn --engine=eigen" \
    "1e-4 faster_rcnn" "1e-5 faster_rcnn --freeze=all --alternate"; do
    read -r limit setting <<<"$setting"
    read -ra options <<<"${setting#* }"
    [ "${setting#* }" != "$setting" ] || options=()
    train=("${base[@]}" "--detector=${setting%% *}" --batch=3 --epochs=5 --keep_checkpoint "${options[@]}")
    rm -rf "$work/one" "$work/two"
    mkdir "$work/one" "$work/two"
    if "${train[@]}" "--out=$work/one/m.onnx" >"$work/log" 2>&1 && ranks 2 "${train[@]}" "--out=$work/two/m.onnx" &&
        near "$work/one/m.checkpoint" "$work/two/m.checkpoint" "$limit"; then
        ok "$setting: weights and momenta of two ranks are $apart from one after 20 steps (limit $limit)"
    else
        fail "$setting: weights and momenta of two ranks are ${apart:-not} from one after 20 steps (limit $limit)"
    fi
done
[ "$(grep -c '^wrote .*m.onnx' "$work/log")" -eq 1 ] && ok "one of two prints" || fail "not one of two prints"

# How far 16 more steps bring one process from itself when the fourth one is rounded otherwise, beside two ranks.
if [ "$roundings" -gt 0 ]; then
    train=("${base[@]}" --detector=faster_rcnn --batch=3 --keep_checkpoint)
    mkdir "$work/start"
    "${train[@]}" --epochs=1 "--out=$work/start/m.onnx" >"$work/log" 2>&1 || fail "no start"
    for ((i = 0; i <= roundings + 1; i++)); do
        seed=$((i <= roundings ? i : 0))
        mkdir "$work/rounded.$i"
        "$bin/checkpoint_rounded" "$work/start/m.checkpoint" "$work/rounded.$i/m.checkpoint" $seed 5
        on=()
        [ $i -le "$roundings" ] || on=(ranks 2)
        "${on[@]}" "${train[@]}" --epochs=5 --resume "--out=$work/rounded.$i/m.onnx" >"$work/log.$i" 2>&1 ||
            fail "rounding $i"
        [ $i -eq 0 ] || echo "$([ $i -le "$roundings" ] && echo "rounded otherwise, one process" || echo "two ranks"):" \
            "$("$bin/checkpoint_difference" "$work/rounded.0/m.checkpoint" "$work/rounded.$i/m.checkpoint")"
    done
fi

# The same number of ranks gives the same bytes.
mkdir "$work/whole" "$work/run"
ranks 2 "${rpn[@]}" --checkpoint=none "--out=$work/whole/m.onnx" || fail "no reference"
ranks 2 "${rpn[@]}" --checkpoint=none "--out=$work/run/m.onnx" && cmp -s "$work/whole/m.onnx" "$work/run/m.onnx" &&
    ok "the same bytes again" || fail "not the same bytes again"

# at_step STEP COMMAND...: runs the command when the training has come so far.
at_step() {
    local step=$1 now
    shift
    for _ in $(seq 6000); do
        now=$(grep -aoE 'training[^/]* [0-9]+/' "$work/log" | tail -n 1 | grep -oE '[0-9]+')
        [ "${now:-0}" -lt "$step" ] || break
        sleep 0.02
    done
    "$@"
}
signal() { kill "-$1" "$(cat "$work/pid.$2")"; }

# A rank is killed at a random step; the others end, and what is resumed comes to the same bytes.
for ((i = 0; i < kills; i++)); do
    rm -rf "$work/run"
    mkdir "$work/run"
    code=1
    resumed=0
    for ((times = 0; times < 30 && code != 0; times++)); do
        : >"$work/log"
        killer=
        if [ $times -lt 2 ]; then
            at_step $((1 + RANDOM % steps)) signal KILL $((RANDOM % 2)) 2>/dev/null &
            killer=$!
        fi
        code=0
        ranks 2 "${rpn[@]}" --resume "--out=$work/run/m.onnx" || code=$?
        [ -z "$killer" ] || kill "$killer" 2>/dev/null
        wait
        ! grep -q '^resuming' "$work/log" || resumed=$((resumed + 1))
    done
    if [ $code -eq 0 ] && cmp -s "$work/whole/m.onnx" "$work/run/m.onnx" && [ ! -e "$work/run/m.checkpoint" ]; then
        ok "killed in $((times - 1)) runs, resumed in $resumed, the same bytes"
    else
        fail "killed in $((times - 1)) runs, resumed in $resumed: $(ls "$work/run")"
    fi
done

long=("${rpn[@]}" --epochs=2000)
# Ctrl-C on a rank, and a request by way of mpirun: all end cleanly and write the model, and one process goes on.
for who in 0 1 mpirun; do
    rm -rf "$work/run"
    mkdir "$work/run"
    : >"$work/log"
    at_step 3 signal $([ $who = mpirun ] && echo USR1 || echo INT) $who &
    code=0
    ranks 2 "${long[@]}" "--out=$work/run/m.onnx" || code=$?
    wait
    if [ $code -eq 0 ] && grep -q '^stopped early' "$work/log" && [ -s "$work/run/m.onnx" ] && [ -s "$work/run/m.checkpoint" ]; then
        ok "interrupted ($who): the model is written"
    else
        fail "interrupted ($who): exit code $code"
    fi
done

# Another number of ranks goes on at the checkpoint. The heads alone are trained: nothing that a rounding turns over grows.
rm -rf "$work/one" "$work/run"
mkdir "$work/one" "$work/run"
more=("${base[@]}" --detector=rpn --freeze=all --batch=3 --epochs=100 --checkpoint_every=0.05 --keep_checkpoint)
"${more[@]}" "--out=$work/one/m.onnx" >"$work/log" 2>&1 || fail "no reference of one process"
: >"$work/log"
at_step 3 signal INT 1 &
ranks 2 "${more[@]}" "--out=$work/run/m.onnx"
wait
if grep -q '^stopped early' "$work/log" && "${more[@]}" --resume "--out=$work/run/m.onnx" >"$work/log" 2>&1 &&
    grep -q '^resuming' "$work/log" && near "$work/one/m.checkpoint" "$work/run/m.checkpoint" 1e-5; then
    ok "two ranks began, one process went on, $apart from one"
else
    fail "two ranks began, one process went on"
fi

# refuses WHAT SECONDS NAMED TRAINING...: it ends within so many seconds, and says why.
refuses() {
    local what=$1 most=$2 named=$3 code=0 begin=$SECONDS
    shift 3
    ranks 2 "$@" || code=$?
    wait
    if [ $code -ne 0 ] && grep -qE -- "$named" "$work/log" && [ $((SECONDS - begin)) -le "$most" ]; then
        ok "$what: $(grep -oE -- "$named.*" "$work/log" | head -n 1 | cut -c 1-160)"
    else
        fail "$what: exit code $code after $((SECONDS - begin)) s"
    fi
}
rm -rf "$work/run"
mkdir "$work/run"
long+=("--out=$work/run/m.onnx")

echo 'set -- "$@" --seed=7' >"$work/before.1"
refuses "different options" 60 "rank [01] of 2, on .*other options than rank 0" "${long[@]}"
# The same path, but other files.
linked=("${long[@]/#--data=*/--data=data}")
echo 'mkdir -p $work/cd.0; cd $work/cd.0; ln -sfn $work/scenes data' >"$work/before.0"
echo 'mkdir -p $work/cd.1; cd $work/cd.1; ln -sfn $work/other data' >"$work/before.1"
annotation=$(find "$work/other" -name '*.xml' | sort | head -n 1)
sed -i 's|<xmin>[0-9]*</xmin>|<xmin>1</xmin>|' "$annotation"
refuses "different data" 60 "rank [01] of 2, on .*names and boxes is" "${linked[@]}"
cp "${annotation/$work\/other/$work\/scenes}" "$annotation"
for image in $(find "$work/other" -name '*.png' -o -name '*.jpg'); do
    printf 'no image' >"$image"
done
refuses "images that only one rank cannot read" 60 "rank 1 of 2, on .*cannot be used|rank 1 of 2, on .*(corrupt|cannot|decode)" "${linked[@]}"
rm -f "$work"/before.*

library=$(find "$bin/../lib" -name 'libopencv_dnn_rpn_train.so' | head -n 1)
if [ -n "$library" ]; then
    cp -L "$library" "$work/changed.so"
    printf x >>"$work/changed.so"
    echo "export LD_PRELOAD=$work/changed.so" >"$work/before.1"
    refuses "different builds" 60 "rank [01] of 2, on .*build of this library is" "${long[@]}"
    rm -f "$work"/before.*
fi

: >"$work/log"
at_step 3 signal KILL 1 &
refuses "a rank that dies" 60 "process rank 1 with PID" "${long[@]}"
[ -s "$work/run/m.checkpoint" ] && ok "the checkpoint is there" || fail "no checkpoint is left"
: >"$work/log"
at_step 3 signal STOP 1 &
refuses "a rank that hangs" 60 "nothing was heard of rank 1 for 3 s" "${long[@]}" --resume --rank_timeout=3

# The figures of one process.
"$bin/rpn_eval" "--model=$work/whole/m.onnx" "--data=$work/scenes" "--json=$work/one.json" >"$work/log" 2>&1 &&
    ranks 2 "$bin/rpn_eval" "--model=$work/whole/m.onnx" "--data=$work/scenes" "--json=$work/two.json" &&
    cmp -s "$work/one.json" "$work/two.json" && cmp -s "$work/one.html" "$work/two.html" &&
    ok "rpn_eval: the same files from two ranks" || fail "rpn_eval: other figures from two ranks"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
