#!/usr/bin/env bash
# The accuracy figures of doc/experiments/rpn.md: every loss with three seeds.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/experiments.sh --data=DIR --backbone=FILE.onnx [--out=DIR] [--seeds="0 1 2"] [--build=DIR]

Trains on trainval and scores on test, 320x240, batch 4, 12 epochs, a tenth of the rate after 70 % of the steps:
cross-entropy at learning rate 0.005, focal loss with the paper's constants at 0.01, suppression at IoU 0.7; then the
program's defaults. Prints a row a run and the means.
END
}

data=
backbone=
out=$repository/out/experiments
build=$repository/build
seeds="0 1 2"
for argument in "$@"; do
    case $argument in
        --data=*) data=${argument#*=} ;;
        --backbone=*) backbone=${argument#*=} ;;
        --out=*) out=${argument#*=} ;;
        --seeds=*) seeds=${argument#*=} ;;
        --build=*) build=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done
[ -n "$data" ] && [ -n "$backbone" ] || { usage >&2; exit 2; }
mkdir -p "$out"

number() {
    sed -n "s/^ *\"$2\": *\([-0-9.e+]*\),\{0,1\}$/\1/p" "$1"
}

paper="--lr=0.01 --alpha=0.25 --gamma=2 --lambda=0.1 --positive=0.7 --negative=0.3 --nms=0.7 --schedule=step"
for setting in ce_sigmoid ce_softmax focal_sigmoid focal_softmax default; do
    case $setting in
        ce_*) options="--loss=$setting --lr=0.005 --positive=0.7 --negative=0.3 --nms=0.7 --schedule=step" ;;
        focal_*) options="--loss=$setting $paper" ;;
        default) options= ;;
    esac
    for seed in $seeds; do
        name=$out/$setting-$seed
        # shellcheck disable=SC2086 # several options
        "$build/bin/rpn_train" --data="$data" --backbone="$backbone" --size=320x240 --batch=4 --epochs=12 \
            --seed="$seed" --out="$name.onnx" --json="$name.json" $options >"$name.log"
        for key in AR10 AR100 AR300 AR1000 AP50; do
            printf '%s\t%s\t%s\t%s\n' "$setting" "$seed" $key "$(number "$name.json" $key)"
        done
    done
done | awk -F '\t' '
    { value[$1 "\t" $2] = value[$1 "\t" $2] sprintf("\t%s %.4f", $3, $4); sum[$1, $3] += $4; n[$1, $3]++ }

    !($1 in known) { known[$1] = 1; settings[++count] = $1 }
    $3 == "AP50" { print $1 "\tseed " $2 value[$1 "\t" $2]; fflush() }
    END {
        split("AR10 AR100 AR300 AR1000 AP50", keys, " ")
        for (i = 1; i <= count; i++) {
            row = settings[i] "\tmean"
            for (k = 1; k <= 5; k++) row = row sprintf("\t%s %.4f", keys[k], sum[settings[i], keys[k]] / n[settings[i], keys[k]])
            print row
        }
    }'
