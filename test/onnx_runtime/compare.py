#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Runs detectors of standard operators in ONNX Runtime and compares with what the trainer's own network finds.

usage: compare.py DETECTOR
"""
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnxruntime
except ImportError as missing:
    sys.exit("FAILED: %s; scripts/install_dependencies.sh test installs it" % missing)


def detections(line):
    numbers = [float(x) for x in line.split()]
    return np.array(numbers[1:]).reshape(int(numbers[0]), 6)  # label, score, box


def shared(ours, theirs):
    """How many of the one's boxes the other has, too."""
    if not len(ours) or not len(theirs):
        return 0
    near = np.abs(ours[:, None] - theirs[None])
    same = (near[..., 0] == 0) & (near[..., 1] < 1e-3) & (near[..., 2:] < 0.1).all(-1)
    return min(same.any(0).sum(), same.any(1).sum())


def check(path, width, height):
    session = onnxruntime.InferenceSession(path + ".onnx", providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    pictures = np.fromfile(path + ".bin", np.float32).reshape(-1, 1, 3, height, width)
    count = common = 0
    for picture, line in zip(pictures, open(path + ".txt"), strict=True):
        boxes, scores, labels = session.run(["boxes", "scores", "labels"], {name: picture})
        assert boxes.shape == (len(scores), 4) and labels.shape == scores.shape and labels.dtype == np.int64
        assert (np.diff(scores) <= 0).all(), "scores do not fall"
        theirs = np.column_stack([labels, scores, boxes])
        ours = detections(line)
        count += max(len(ours), len(theirs))
        common += shared(ours, theirs)
    # An overlap next to the threshold may fall either way, and takes others with it.
    assert common >= 0.98 * count, "only %d of %d detections are the same" % (common, count)
    # Other sizes, and nothing to see.
    for size in ((height + 32, width + 64), (64, 64)):
        session.run(None, {name: np.full((1, 3) + size, 50, np.float32)})
    return count


def main():
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([sys.argv[1], folder], stdout=subprocess.PIPE, text=True, check=True)
        for line in made.stdout.split("\n"):
            if line.startswith(folder):  # cv::dnn may have something to say, too
                path, width, height = line.rsplit(" ", 2)
                count = check(path, int(width), int(height))
                print("%-20s %5d detections" % (path.rsplit("/", 1)[1], count))
                assert (count == 0) == path.rsplit("/", 1)[1].startswith("no_"), "as many as that?"
                total += 1
    assert total >= 8, "only %d detectors were made" % total


main()
