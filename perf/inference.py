#!/usr/bin/env python3
"""Times ONNX files of detectors in the runtimes that this Python has: milliseconds an image, without decoding it.

usage: inference.py NAME THREADS ROUNDS MODEL.onnx...    NAME: opencv or onnxruntime

The models take turns, so that other work on the machine meets all of them; the shortest and the median of the rounds
are printed, tab-separated, with the load of the machine. With OpenCV also the shares of the layers' time by stage: of
the backbone, of the head, and of what makes boxes of its numbers.
"""
import os
import sys
import time

import numpy as np


def opencv(path, threads, image):
    import cv2

    cv2.setNumThreads(threads)
    net = cv2.dnn.readNetFromONNX(path)
    names = net.getUnconnectedOutLayersNames()

    def run():
        net.setInput(image)
        net.forward(names)

    def stages():
        shares = {"backbone": 0, "head": 0, "boxes": 0}
        total, times = net.getPerfProfile()
        layers = net.getLayerNames()
        if len(layers) != len(np.ravel(times)):
            return ""
        for layer, ticks in zip(layers, np.ravel(times)):
            name = layer.split("!")[-1]
            kind = net.getLayer(net.getLayerId(layer)).type
            boxes = kind in ("DetectionOutput", "PriorBox", "Permute", "Reshape", "Concat", "Softmax") and \
                not name.startswith("backbone.")
            shares["backbone" if name.startswith("backbone.") else "boxes" if boxes else "head"] += ticks
        whole = sum(shares.values())
        return ", ".join("%s %.0f %%" % (s, 100 * t / whole) for s, t in shares.items()) if whole else ""

    return cv2.__version__, run, stages


def onnxruntime(path, threads, image):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    ort.set_default_logger_severity(4)
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return ort.__version__, lambda: session.run(None, {name: image}), lambda: ""


def input_size(path):
    """width, height: of MODEL.yml beside the file, else WIDTHxHEIGHT in its name, else 416x416."""
    description = os.path.splitext(path)[0] + ".yml"
    if os.path.exists(description):
        for line in open(description, encoding="utf-8"):
            if line.startswith("inputSize:"):
                return [int(n) for n in line.split("[")[1].split("]")[0].split(",")]
    for part in os.path.splitext(os.path.basename(path))[0].split("-"):
        if part.count("x") == 1 and part.replace("x", "").isdigit():
            return [int(n) for n in part.split("x")]
    return [416, 416]


def main():
    name, threads, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    running, noise = [], np.random.RandomState(0)
    for path in sys.argv[4:]:
        width, height = input_size(path)
        image = noise.uniform(0, 255, (1, 3, height, width)).astype(np.float32)
        try:
            version, run, stages = {"opencv": opencv, "onnxruntime": onnxruntime}[name](path, threads, image)
            run()
        except Exception as error:  # another kind of file
            print("%s: not run by %s: %s" % (path, name, str(error).split("\n")[0][:120]), file=sys.stderr)
            continue
        running.append((path, (width, height), version, run, stages, []))
    for _ in range(rounds):
        for *_, run, _, times in running:
            begin = time.perf_counter()
            run()
            times.append(1000 * (time.perf_counter() - begin))
    for path, size, version, _, stages, times in running:
        print("%s\t%dx%d\t%s %s\t%d\t%.1f\t%.1f\t%.1f\t%s" % (os.path.basename(path), *size, name, version, threads,
              min(times), np.median(times), os.getloadavg()[0], stages()))


if __name__ == "__main__":
    main()
