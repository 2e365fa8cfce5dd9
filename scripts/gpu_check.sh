#!/usr/bin/env bash
# Everything that wants a GPU, in under eight minutes, and one report of it.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<'END'
Usage: gpu_check.sh [--bundle=DIR] [--report=FILE.md]

On a machine with an NVIDIA GPU and its driver, from the folder that scripts/bundle.sh makes: tests of the operators and
of the training engine, the memory and race checkers on a short list of them, the operators' bench, and short trainings
on the GPU and on the CPU. Each part has a time limit, and a part that fails keeps no other from running. The report is
written anew after each part. Ends with 0 if all parts have passed, else with 1.

  --bundle=DIR       default: the folder of this script, or out/bundle of the repository
  --report=FILE.md   default: gpu_check.md in the current folder
END
}

bundle=
report=gpu_check.md
for argument in "$@"; do
    case $argument in
        --bundle=*) bundle=${argument#*=} ;;
        --report=*) report=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done
if [ -z "$bundle" ]; then
    bundle=$here
    [ -x "$bundle/run" ] || bundle=$here/../out/bundle
fi
if [ ! -x "$bundle/run" ]; then
    echo "$bundle is no bundle: it has no program 'run'. scripts/bundle.sh makes one" >&2
    exit 2
fi
bundle=$(cd "$bundle" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
: >"$report" || exit 1

begin=$SECONDS
failed=0
rows='' # of the report's table
sections=''
write_report() {
    {
        echo "# CUDA on $gpu"
        echo
        echo "$(date -u +'%Y-%m-%d %H:%M') UTC, $((SECONDS - begin)) s; $(nproc) CPU cores; driver: $driver"
        echo
        printf '| part | result | seconds |\n|---|---|---|\n%s' "$rows"
        printf '%s' "$sections"
    } >"$report"
}

# part NAME LIMIT LINES COMMAND..: runs it; the report gets the last lines of what it prints.
part() {
    local name=$1 limit=$2 lines=$3 start=$SECONDS status result
    shift 3
    echo "$name (at most $limit s)"
    timeout -k 5 "$limit" "$@" >"$work/log" 2>&1 </dev/null
    status=$?
    case $status in
        0) result=passed ;;
        124 | 137) result="**stopped after $limit s**" ;;
        *) result="**failed** ($status)" ;;
    esac
    [ $status = 0 ] || failed=1
    rows+="| $name | $result | $((SECONDS - start)) |"$'\n'
    sections+=$'\n'"## $name"$'\n\n```\n'"$(tail -n "$lines" "$work/log" | cut -c1-200)"$'\n```\n'
    write_report
    return $status
}

# not_run NAME WHY: what was not looked at is no success.
not_run() {
    echo "$1: not run, $2"
    failed=1
    rows+="| $1 | not run: $2 | |"$'\n'
    write_report
}

driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1)
driver=${driver:-unknown}
gpu='no GPU'

# Whether every program of the bundle finds its libraries.
bundle_is_complete() {
    local program missing=0
    for program in opencv_test_dnn_rpn cuda_operators opencv_test_dnn_rpn_train rpn_scenes rpn_train; do
        if [ ! -f "$bundle/$program" ]; then
            echo "$program: not in this bundle"
        elif LD_LIBRARY_PATH=$bundle ldd "$bundle/$program" 2>&1 | grep 'not found' | grep -v 'version .* not found'; then
            echo "$program: lacks the libraries above"
            missing=1
        else
            echo "$program: complete"
        fi
    done
    # cuDNN loads these when it is called.
    if [ -f "$bundle/opencv_test_dnn_rpn_train" ] && ! ls "$bundle"/libcudnn_graph.so.* "$bundle"/libcudnn_engines_precompiled.so.*; then
        missing=1
    fi
    return $missing
}
export -f bundle_is_complete
export bundle
part 'the bundle' 20 20 bash -c bundle_is_complete

# With a name that no operator has, the bench only measures a copy.
if part 'a GPU' 20 5 "$bundle/run" cuda_operators none; then
    gpu=$(sed -n 's/^# //p' "$work/log" | head -n 1)
else
    gpu='a machine where no GPU can be used'
    for name in 'operator tests' 'engine tests' memcheck racecheck 'operator bench' 'training bench'; do
        not_run "$name" 'there is no GPU'
    done
    echo "There is no GPU that CUDA can use: $(tail -n 1 "$work/log"). Report: $report" >&2
    exit 1
fi

export DNN_RPN_NEED_GPU=1 # where a test skips itself for want of one, it fails
part 'operator tests' 60 30 "$bundle/run" opencv_test_dnn_rpn --gtest_filter='*Cuda*'
if [ -f "$bundle/opencv_test_dnn_rpn_train" ]; then
    part 'engine tests' 110 40 "$bundle/run" opencv_test_dnn_rpn_train --gtest_brief=1 \
        --gtest_filter='Engine.*:Network.*:*Device*:AnchorHead.*'
else
    not_run 'engine tests' 'the bundle was made with --operators'
fi

sanitizer=$bundle/compute-sanitizer/compute-sanitizer
[ -x "$sanitizer" ] || sanitizer=$(command -v compute-sanitizer || true)
short='DnnRpn_CudaLosses.allIgnored:DnnRpn_CudaLosses.wrongLabelsShow:DnnRpn_CudaTargets.encodeAndLabelLikeTheTwins'
short+=':DnnRpn_CudaTargets.matchOddBoxes:DnnRpn_CudaProposals.nmsOfOddBoxes:DnnRpn_CudaProposals.nothingToPropose'
short+=':DnnRpn_CudaRoiAlign.oddRegions'
for tool in memcheck racecheck; do
    if [ -n "$sanitizer" ]; then
        part "$tool" 45 20 "$sanitizer" --tool="$tool" --error-exitcode=9 --target-processes=all \
            "$bundle/run" opencv_test_dnn_rpn --gtest_filter="$short"
    else
        not_run "$tool" 'no compute-sanitizer in the bundle or on this machine'
    fi
done

part 'operator bench' 60 60 "$bundle/run" cuda_operators

# Images a second of the epochs behind the first, of a network that starts untrained.
training_bench() {
    "$bundle/run" rpn_scenes --output="$1/scenes" --count=160 >"$1/out" 2>&1 || { cat "$1/out"; return 1; }
    printf 'engine\tprecision\timages/s\n'
    local status=0
    for setting in 'cuda fp32' 'cuda tf32' 'cuda bf16' 'onednn fp32'; do
        set -- "$1" $setting
        if ! timeout --foreground -k 5 22 "$bundle/run" rpn_train --data="$1/scenes" --detector=rpn --backbone=small \
            --engine="$2" --precision="$3" \
            --epochs=4 --batch=8 --size=640x480 --val=none --out="$1/model.onnx" >"$1/out" 2>&1; then
            printf '%s\t%s\tfailed, or slower than 22 s: %s\n' "$2" "$3" "$(tail -n 1 "$1/out")"
            status=1
            continue
        fi
        awk -F, -v engine="$2" -v precision="$3" '
            NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /_per_second$/) column = i; else if ($i == "epoch") epoch = i; next }
            $epoch > 1 { seconds += 1 / $column; rows++ }
            END { if (!rows) exit 1; printf "%s\t%s\t%.1f\n", engine, precision, rows / seconds }' "$1/model.csv" || status=1
    done
    return $status
}
export -f training_bench
if [ -f "$bundle/rpn_train" ]; then
    part 'training bench' 100 20 bash -c 'training_bench "$0"' "$work"
else
    not_run 'training bench' 'the bundle was made with --operators'
fi

cat "$report"
echo "Report: $report"
exit $failed
