#!/usr/bin/env bash
# The study of doc/experiments/focal_rpn.md.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/experiments.sh plan|run|report [STUDY...] --data=DIR --backbone=FILE.onnx [--out=DIR] [--jobs=N] [--build=DIR]
       scripts/experiments.sh smoke [--out=DIR] [--jobs=N] [--build=DIR]
       scripts/experiments.sh voc2007 --data=VOCdevkit/VOC2007 --backbone=FILE.onnx [--seeds=5] [--out=DIR] [-- OPTIONS]

  plan     the studies' arms, runs and minutes, and what is done of them
  run      trains what is not done yet, N at a time, and writes the report; after any interruption the same command goes
           on. A run leaves OUT/runs/STUDY/SET/ARM/UNIT.tsv with its scores, commit, machine and seed
  report   OUT/report.md and figures, from those files alone
  smoke    the same with drawn scenes and seconds of training, in about three minutes
  voc2007  the paper's three settings on VOC 2007, trainval and test in one folder; OPTIONS are rpn_train's

STUDY is h1, h1curve, h2, tuning, h3, stages, or official, which opens the test splits and runs only when it is named.
DIR holds bccd/ and cards/ in Pascal VOC layout.
END
}

case ${1:-} in
    --help | -h) usage; exit 0 ;;
    "") usage >&2; exit 2 ;;
esac
python=${DNN_RPN_PYTHON:-$repository/.venv/bin/python3}
if ! "$python" -c 'import scipy' 2>/dev/null; then
    echo "$python has no SciPy: scripts/install_dependencies.sh test puts it into .venv" >&2
    exit 1
fi
PYTHONDONTWRITEBYTECODE=1 exec "$python" "$repository/scripts/experiments/study.py" "$@"
