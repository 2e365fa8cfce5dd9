#!/usr/bin/env bash
# Trains with each engine and with torchvision in turn, and writes how many images a second each makes.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
Usage: perf/compare_training.sh --data=FOLDER --backbone=FILE --tsv=FILE [OPTION...]

Trains with rpn_train and with a script that trains torchvision's detectors, on the same
images with the same settings, one after the other. Images a second are those of all epochs but the
first, loading included, start, evaluation and export left out; on both sides from the whole epochs' time.

  --data=FOLDER      in Pascal VOC layout
  --train=SPLIT      default: trainval
  --detectors=LIST   rpn and faster_rcnn; default: rpn
  --backbone=FILE    feature extractor, ONNX
  --tsv=FILE         the table: detector, backbone, engine, threads, ours_images_per_s,
                     peer_images_per_s, ratio, ours_peak_mb, peer_peak_mb
  --engines=LIST     default: onednn,eigen
  --threads=LIST     default: 2,1
  --epochs=N         default: 3; at least 2
  --precision=P      ours: fp32 (default) or bf16
  --peer=SCRIPT      default: perf/peer_training.py
  --python=FILE      the interpreter that has the peer's PyTorch; default: /usr/bin/python3
  --program=FILE     default: build/bin/rpn_train
END
}

data='' train=trainval detectors=rpn backbone='' tsv='' engines=onednn,eigen threads=2,1 epochs=3 precision=fp32
peer=perf/peer_training.py python=/usr/bin/python3 program=build/bin/rpn_train
for option in "$@"; do
    value=${option#*=}
    case $option in
        --data=*) data=$value ;;
        --train=*) train=$value ;;
        --detectors=*) detectors=$value ;;
        --backbone=*) backbone=$value ;;
        --tsv=*) tsv=$value ;;
        --engines=*) engines=$value ;;
        --threads=*) threads=$value ;;
        --epochs=*) epochs=$value ;;
        --precision=*) precision=$value ;;
        --peer=*) peer=$value ;;
        --python=*) python=$value ;;
        --program=*) program=$value ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown option: $option" >&2; usage >&2; exit 2 ;;
    esac
done
if [ -z "$data" ] || [ -z "$backbone" ] || [ -z "$tsv" ] || [ "$epochs" -lt 2 ]; then
    usage >&2
    exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Both print "images_per_s peak_mb".
ours() { # detector engine threads
    python3 - "$program" "$data" "$train" "$backbone" "$1" "$2" "$3" "$epochs" "$precision" "$work" <<'END'
import csv, os, subprocess, sys
program, data, train, backbone, detector, engine, threads, epochs, precision, work = sys.argv[1:]
with open(f'{work}/log', 'w') as log:
    process = subprocess.Popen([program, f'--data={data}', f'--train={train}', '--val=none',
                                f'--detector={detector}',
                                f'--backbone={backbone}', f'--engine={engine}', f'--precision={precision}',
                                f'--threads={threads}', f'--epochs={epochs}', '--batch=4', '--size=320x240',
                                f'--out={work}/model.onnx'], stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
if status:
    sys.exit(open(f'{work}/log').read())
rows = [r for r in csv.DictReader(open(f'{work}/model.csv')) if int(r['epoch']) > 1]
seconds = sum(4 / float(r['images_per_second']) for r in rows)
print(4 * len(rows) / seconds, usage.ru_maxrss / 1024)
END
}
theirs() { # detector threads
    "$python" "$peer" --data="$data" --train="$train" --backbone="$backbone" --detector="$1" \
        --threads="$2" --epochs="$epochs"
}

columns='detector\tbackbone\tengine\tthreads\tours_images_per_s\tpeer_images_per_s\tratio\tours_peak_mb\tpeer_peak_mb'
printf "$columns\n" | tee "$work/table"
name=$(basename "$backbone" .onnx)
for detector in ${detectors//,/ }; do
    for count in ${threads//,/ }; do
        for engine in ${engines//,/ }; do
            our=$(ours "$detector" "$engine" "$count")
            their=$(theirs "$detector" "$count")
            awk -v detector="$detector" -v name="$name" -v engine="$engine" -v threads="$count" -v a="$our" -v b="$their" 'BEGIN {
                split(a, o, " "); split(b, p, " ")
                printf "%s\t%s\t%s\t%d\t%.1f\t%.1f\t%.2f\t%.0f\t%.0f\n", detector, name, engine, threads, o[1], p[1],
                    o[1] / p[1], o[2], p[2]
            }' | tee -a "$work/table"
        done
    done
done
cp "$work/table" "$tsv"
