#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Runs exported detectors in ONNX Runtime and in OpenCV 5 and compares with what the trainer's own network finds.

usage: compare.py DETECTOR
"""
import subprocess
import sys
import tempfile

try:
    import cv2
    import numpy as np
    import onnxruntime
except ImportError as missing:
    sys.exit("FAILED: %s; scripts/install_dependencies.sh test installs it" % missing)
if not cv2.__version__.startswith("5."):
    sys.exit("FAILED: OpenCV 5 is wanted, this is %s; scripts/install_dependencies.sh test" % cv2.__version__)

# Each takes the path without its ending and gives a function from a picture to rows of label, score and box.


def onnx_runtime(path):
    session = onnxruntime.InferenceSession(path + ".onnx", providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(picture):
        boxes, scores, labels = session.run(["boxes", "scores", "labels"], {name: picture})
        assert boxes.shape == (len(scores), 4) and labels.shape == scores.shape and labels.dtype == np.int64
        return np.column_stack([labels, scores, boxes])

    return run


def opencv_5(path):
    net = cv2.dnn.readNetFromONNX(path + ".onnx")

    def run(picture):
        net.setInput(picture)
        boxes, scores, labels = net.forward(["boxes", "scores", "labels"])
        if boxes is None:  # how Python gets an empty matrix
            return np.zeros((0, 6))
        return np.column_stack([labels, scores, boxes])

    return run


def opencv_5_classic(path):
    net = cv2.dnn.readNetFromONNX(path + "-opencv.onnx", cv2.dnn.ENGINE_CLASSIC)

    def run(picture):
        net.setInput(picture)
        table = net.forward().reshape(-1, 7)
        table = table[table[:, 2] > 0]
        height, width = picture.shape[2:]
        return np.column_stack([table[:, 1:3], table[:, 3:] * [width, height, width, height]])

    return run


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


def check(runtime, path, width, height):
    run = runtime(path)
    pictures = np.fromfile(path + ".bin", np.float32).reshape(-1, 1, 3, height, width)
    count = common = 0
    for picture, line in zip(pictures, open(path + ".txt"), strict=True):
        theirs = run(picture)
        assert (np.diff(theirs[:, 1]) <= 0).all() or runtime is opencv_5_classic, "scores do not fall"
        ours = detections(line)
        count += max(len(ours), len(theirs))
        common += shared(ours, theirs)
    # An overlap next to the threshold may fall either way, and takes others with it.
    assert common >= 0.98 * count, "only %d of %d detections are the same" % (common, count)
    # Other sizes, and nothing to see.
    for size in ((height + 32, width + 64), (64, 64)):
        run(np.full((1, 3) + size, 50, np.float32))
    return count


def main():
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([sys.argv[1], folder], stdout=subprocess.PIPE, text=True, check=True)
        for line in made.stdout.split("\n"):
            if line.startswith(folder):  # cv::dnn may have something to say, too
                path, width, height = line.rsplit(" ", 2)
                name = path.rsplit("/", 1)[1]
                for runtime in (onnx_runtime, opencv_5, opencv_5_classic):
                    count = check(runtime, path, int(width), int(height))
                    print("%-20s %-16s %5d detections" % (name, runtime.__name__, count))
                    assert (count == 0) == name.startswith("no_"), "as many as that?"
                total += 1
    assert total >= 8, "only %d detectors were made" % total


main()
