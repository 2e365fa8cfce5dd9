#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Compares what a runtime finds by exported detectors with what the trainer found.

usage: check.py opencv|onnxruntime|openvino|ncnn FOLDER

FOLDER is what detector.cpp filled. A line for each kind of file and detector, tab between: kind, detector, boxes that are
the same, boxes in all, and, if something is wrong, what. The first line is the runtime's version.
"""
import glob
import importlib.util
import json
import os
import subprocess
import sys

import numpy as np

import decode

TRAINED, LARGE = (128, 96), (192, 160)

# Each takes a path and gives a function from images, N x 3 x H x W float, to rows of label, score, box of each.


def opencv_boxes(path, model):
    import cv2
    net = cv2.dnn.readNetFromONNX(path)

    def run(blob):
        net.setInput(blob)
        table = net.forward().reshape(-1, 7)
        table = table[table[:, 2] > 0]
        height, width = blob.shape[2:]
        rows = np.column_stack([table[:, 1:3], table[:, 3:] * [width, height, width, height]])
        return [rows[table[:, 0] == i] for i in range(len(blob))]

    return run


def boxes_of(model, blob, outputs):
    boxes, scores, labels = outputs
    if scores is None or scores.size == 0:  # None is how OpenCV's Python gives an empty matrix
        return [np.zeros((0, 6))]
    boxes, scores, labels = boxes.reshape(-1, 4), scores.ravel(), labels.ravel()
    assert (np.diff(scores) <= 0).all(), "scores do not fall"
    return [np.column_stack([labels, scores, boxes])]


def heads_of(model, blob, outputs):
    height, width = blob.shape[2:]
    if model["detector"] == "faster_rcnn":
        if outputs[0] is None:
            return [np.zeros((0, 6))]
        return [decode.two_stages(model, *outputs, width, height)]
    logits, deltas = (x.reshape(len(blob), -1, x.shape[-1]) for x in outputs)
    return [decode.one_stage(model, *of_one, width, height) for of_one in zip(logits, deltas)]


def outputs_of(kind, model):
    if kind == "onnx":
        return boxes_of, ["boxes", "scores", "labels"]
    return heads_of, ["proposals", "logits", "deltas"] if model["detector"] == "faster_rcnn" else ["logits", "deltas"]


def opencv_onnx(kind):
    import cv2

    def load(path, model):
        net = cv2.dnn.readNetFromONNX(path)
        rows, names = outputs_of(kind, model)

        def run(blob):
            net.setInput(blob)
            return rows(model, blob, net.forward(names))

        return run

    return load


def onnxruntime(kind):
    import onnxruntime

    def load(path, model):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        rows, names = outputs_of(kind, model)
        return lambda blob: rows(model, blob, session.run(names, {session.get_inputs()[0].name: blob}))

    return load


def openvino(kind):
    import openvino

    def load(path, model):
        # Processors with bfloat16 would otherwise compute in that.
        compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        rows, names = outputs_of(kind, model)

        def run(blob):
            outputs = compiled(blob)
            return rows(model, blob, [outputs[name] for name in names])

        return run

    return load


def ncnn_heads(path, model):
    import ncnn
    # The program of the package; the package itself wants PyTorch.
    program = os.path.dirname(importlib.util.find_spec("pnnx").origin) + "/pnnx"
    files = [path + ".param", path + ".bin"]
    shapes = ["[1,3,%d,%d]f32" % (height, width) for width, height in (TRAINED, LARGE)]
    subprocess.run([program, path, "inputshape=" + shapes[0], "inputshape2=" + shapes[1], "fp16=0",
                    "ncnnparam=" + files[0], "ncnnbin=" + files[1]], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    net = ncnn.Net()
    assert net.load_param(files[0]) == 0 and net.load_model(files[1]) == 0
    rows, names = outputs_of("heads", model)

    def run(blob):
        with net.create_extractor() as extractor:
            extractor.input(net.input_names()[0], ncnn.Mat(blob[0]))
            outputs = [np.array(extractor.extract(name)[1]) for name in net.output_names()]
        return rows(model, blob, outputs)

    return run


def detection_model(path, size):
    """Rows of an image of 8 bit, as cv::dnn::DetectionModel gives them, all default."""
    import cv2
    model = cv2.dnn_DetectionModel(path)
    model.setInputSize(size)

    def run(image):
        labels, scores, boxes = model.detect(image, 1e-6)
        if not len(labels):
            return np.zeros((0, 6))
        boxes = np.reshape(boxes, (-1, 4))
        return np.column_stack([np.ravel(labels), np.ravel(scores), boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])

    return run


def shared(ours, theirs, pixels):
    """How many of the one's boxes the other has, too."""
    if not len(ours) or not len(theirs):
        return 0
    near = np.abs(ours[:, None] - theirs[None])
    same = (near[..., 0] == 0) & (near[..., 1] < 1e-3) & (near[..., 2:] < pixels).all(-1)
    return min(same.any(0).sum(), same.any(1).sum())


class Count:
    def __init__(self):
        self.same = self.all = 0
        self.wrong = []

    def compare(self, what, ours, theirs, pixels=0.1):
        same = everything = 0
        assert len(ours) == len(theirs), "%s: %d images of %d" % (what, len(theirs), len(ours))
        for a, b in zip(ours, theirs):
            same += shared(a, b, pixels)
            everything += max(len(a), len(b))
        self.same += same
        self.all += everything
        # An overlap next to the threshold may fall either way, and takes others with it.
        if same < 0.98 * everything:
            self.wrong.append("%s: %d of %d" % (what, same, everything))


def blobs(images):
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32)


def tables(lists):
    return [np.array(rows["data"], float).reshape(-1, 6) for rows in lists]


def check(load, kind, path, model, batches):
    folder = os.path.dirname(path)
    images, large = (np.fromfile("%s/%s.bin" % (folder, name), np.uint8).reshape(-1, height, width, 3)
                       for name, (width, height) in (("images", TRAINED), ("large", LARGE)))
    count = Count()
    run = load(path, model)
    one_stage = model["detector"] != "faster_rcnn"
    ours = tables(model["net" if kind == "opencv" else "trainer"])
    ours_large = tables(model["headsLarge" if kind != "opencv" and one_stage else "netLarge"])
    count.compare("trained size", ours, [run(blobs(p[None]))[0] for p in images])
    count.compare("other size", ours_large, [run(blobs(p[None]))[0] for p in large])
    if one_stage and batches:
        count.compare("batch", ours[:3], run(blobs(images[:3])))
    if kind == "opencv":
        for size, of_8_bit, rows in ((TRAINED, images, ours), (LARGE, large, ours_large)):
            detect = detection_model(path, size)
            count.compare("DetectionModel at %dx%d" % size, rows, [detect(p) for p in of_8_bit], 1.01)
        count.compare("the trainer's", tables(model["trainer"]), ours)
    run(np.full((1, 3, 64, 64), 50, np.float32))  # nothing to see
    return count


def kinds_of(runtime):
    """The version; for each kind how it is loaded and whether it takes batches."""
    if runtime == "opencv":
        import cv2
        kinds = {"opencv": (opencv_boxes, True), "heads": (opencv_onnx("heads"), True)}
        if int(cv2.__version__.split(".")[0]) >= 5:
            kinds["onnx"] = (opencv_onnx("onnx"), False)
        return cv2.__version__, kinds
    if runtime == "ncnn":
        import ncnn
        return ncnn.__version__, {"heads": (ncnn_heads, False)}
    module = __import__(runtime)
    load = globals()[runtime]
    return module.__version__.split("-")[0], {"onnx": (load("onnx"), False), "heads": (load("heads"), True)}


def main():
    runtime, folder = sys.argv[1:]
    version, kinds = kinds_of(runtime)
    print(version)
    for file in sorted(glob.glob(folder + "/*.json")):
        model = json.load(open(file))
        name = os.path.basename(file)[:-len(".json")]
        nothing = name.endswith(".nothing") or name.endswith(".no_proposals")
        for kind, (load, batches) in kinds.items():
            if kind == "heads" and nothing:
                continue
            try:
                count = check(load, kind, file[:-len(".json")] + "-" + kind + ".onnx", model, batches)
                if (count.all == 0) != nothing:
                    count.wrong.append("as many as %d?" % count.all)
            except Exception as error:
                count = Count()
                count.wrong.append(" ".join(str(error).split())[:300] or repr(error))
            print(kind, name, count.same, count.all, "; ".join(count.wrong), sep="\t", flush=True)


main()
