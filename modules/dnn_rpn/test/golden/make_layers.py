#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Writes golden_layers.hpp: ONNX files as bytes, with what ONNX Runtime and PyTorch make of them.

Needs onnx and onnxruntime (made with 1.14 and 1.16), torch and torchvision (1.13 and 0.14). The cases come
from fixed seeds.

The detector is as PyTorch's exporter writes it: a backbone, an RPN, the best of its boxes after suppression,
RoIAlign, a classifier, and suppression for each class, all with random weights.
"""
import io
import os
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torchvision.ops import nms, roi_align

from golden_header import Header


def constant(name, values, dtype):
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)


def model(operator, inputs, constants, outputs, opset, **attributes):
    """A file of one node, with constants behind the inputs; a constant that is None is left out."""
    names = [name for name, _ in inputs] + [c.name if c is not None else "" for c in constants]
    node = helper.make_node(operator, names, [o[0] for o in outputs], name=operator, **attributes)
    types = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}
    graph = helper.make_graph(
        [node], "graph",
        [helper.make_tensor_value_info(n, types[a.dtype], a.shape) for n, a in inputs],
        [helper.make_tensor_value_info(*o) for o in outputs], [c for c in constants if c is not None])
    file = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=6)
    onnx.checker.check_model(file)
    return file.SerializeToString()


def run(file, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return session.run(None, dict(inputs))


def random_boxes(rng, *count):
    corner = rng.uniform(0, 60, count + (2,))
    return np.concatenate([corner, corner + rng.uniform(8, 30, count + (2,))], -1).astype(np.float32)


def suppression(h, rng):
    boxes = random_boxes(rng, 2, 40)
    swapped = rng.random((2, 40)) < 0.5
    boxes[swapped] = boxes[swapped][:, [2, 1, 0, 3]]
    scores = rng.random((2, 3, 40)).astype(np.float32)
    h.floats("nmsLayerBoxes", boxes)
    h.floats("nmsLayerScores", scores)
    inputs = [("boxes", boxes), ("scores", scores)]
    outputs = [("selected", TensorProto.INT64, [None, 3])]
    count = constant("count", [5], np.int64)
    everything = constant("count", [sys.maxsize], np.int64)
    iou = constant("iou", [0.4], np.float32)
    lowest = constant("lowest", [0.3], np.float32)
    for name, constants, attributes in (("Corners", [count, iou, lowest], {}),
                                        ("Centres", [everything, iou], {"center_point_box": 1}),
                                        ("NoIou", [count, None, lowest], {})):
        file = model("NonMaxSuppression", inputs, constants, outputs, 11, **attributes)
        h.bytes("nms" + name, file)
        h.ints("nms%sSelected" % name, run(file, inputs)[0])


def regions(h, rng):
    features = rng.standard_normal((2, 3, 7, 9)).astype(np.float32)
    rois = np.array([[3.3, 2.1, 25.7, 19.9], [8.2, 9.1, 10.3, 11.7], [-9.5, -4.7, 14.1, 12.2],
                     [20.3, 15.4, 60.6, 50.8], [100.3, 80.1, 120.7, 99.2], [12.6, 11.3, 12.6, 11.3]], np.float32)
    batch_indices = np.array([0, 1, 1, 0, 0, 1], np.int64)
    h.floats("alignLayerFeatures", features)
    h.floats("alignLayerRois", rois)
    h.ints("alignLayerImages", batch_indices)
    inputs = [("X", features), ("rois", rois), ("pictures", batch_indices)]
    outputs = [("pooled", TensorProto.FLOAT, [6, 3, 3, 2])]
    size = {"output_height": 3, "output_width": 2, "spatial_scale": 0.25}
    for name, opset, attributes in (
            ("Old", 10, {}),
            ("New", 16, {"sampling_ratio": 2}),
            ("HalfPixel", 16, {"coordinate_transformation_mode": "half_pixel"}),
            ("Max", 16, {"mode": "max", "sampling_ratio": 2, "coordinate_transformation_mode": "half_pixel"}),
            ("MaxOld", 10, {"mode": "max"})):
        file = model("RoiAlign", inputs, [], outputs, opset, **size, **attributes)
        h.bytes("align" + name, file)
        h.floats("align%sPooled" % name, run(file, inputs)[0])

    rows = np.concatenate([batch_indices[:, None], rois], 1).astype(np.float32)
    inputs = [("X", features), ("rois", rows)]
    file = model("MaxRoiPool", inputs, [], outputs, 11, pooled_shape=[3, 2], spatial_scale=0.25)
    h.bytes("maxRoiPool", file)
    h.floats("maxRoiPoolPooled", run(file, inputs)[0])


def top_k(h, rng):
    x = rng.integers(-9, 9, (2, 6, 3)).astype(np.float32)  # many ties
    h.floats("topKInput", x)
    inputs = [("X", x)]
    outputs = [("values", TensorProto.FLOAT, None), ("indices", TensorProto.INT64, None)]
    for name, k, axis, opset, attributes in (("Rows", 4, 1, 11, {}), ("Smallest", 2, -1, 11, {"largest": 0}),
                                             ("Attribute", 5, 1, 1, {})):
        shape = list(x.shape)
        shape[axis] = k
        shaped = [(n, t, shape) for n, t, _ in outputs]
        constants = [] if opset == 1 else [constant("K", [k], np.int64)]
        if opset == 1:
            attributes = {"k": k}
        file = model("TopK", inputs, constants, shaped, opset, axis=axis, **attributes)
        h.bytes("topK" + name, file)
        values, indices = run(file, inputs)
        h.floats("topK%sValues" % name, values)
        h.ints("topK%sIndices" % name, indices)


class Detector(nn.Module):
    size, stride = 48, 8

    def __init__(self):
        super().__init__()
        self.c1, self.c2, self.c3 = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 6, 3, 2, 1), nn.Conv2d(6, 6, 3, 2, 1)
        self.logits, self.deltas = nn.Conv2d(6, 2, 1), nn.Conv2d(6, 8, 1)
        self.fc, self.cls, self.box = nn.Linear(6 * 9, 6), nn.Linear(6, 3), nn.Linear(6, 4)
        centres = (torch.arange(self.size // self.stride) + 0.5) * self.stride
        y, x = torch.meshgrid(centres, centres, indexing="ij")
        centre = torch.stack([x, y], 2).reshape(-1, 1, 2)
        half = torch.tensor([[12.0, 9.0], [8.0, 14.0]])
        self.register_buffer("anchors", torch.cat([centre - half, centre + half], 2).reshape(-1, 4))

    def decode(self, deltas, boxes):
        corner, end = boxes.split(2, 1)
        move, grow = deltas.split(2, 1)
        extent = end - corner
        centre = corner + (move + 0.5) * extent
        half = 0.5 * torch.exp(grow.clamp(max=4.0)) * extent
        return torch.cat([centre - half, centre + half], 1).clamp(0, self.size)

    def forward(self, image):
        x = torch.relu(self.c3(torch.relu(self.c2(torch.relu(self.c1(image))))))
        logits = self.logits(x).permute(0, 2, 3, 1).reshape(-1)
        deltas = self.deltas(x).permute(0, 2, 3, 1).reshape(-1, 4)
        scores, index = logits.sigmoid().topk(40)
        boxes = self.decode(deltas[index], self.anchors[index])
        keep = nms(boxes, scores, 0.3)[:24]
        proposals, objectness = boxes[keep], scores[keep]

        pooled = roi_align(x, [proposals], (3, 3), 1.0 / self.stride, 2)
        features = torch.relu(self.fc(pooled.flatten(1)))
        boxes = self.decode(self.box(features), proposals)
        classes = torch.softmax(self.cls(features), 1)
        found = []
        for label in (1, 2):
            scores = classes[:, label] * objectness
            keep = nms(boxes, scores, 0.2)
            found += [boxes[keep], scores[keep]]
        return tuple(found)


def detector(h):
    torch.manual_seed(5)
    network = Detector().eval()
    with torch.no_grad():  # random heads hardly tell one place from another
        for layer, factor in ((network.logits, 6), (network.deltas, 2), (network.cls, 6), (network.box, 2)):
            layer.weight *= factor
    # Numbers that the test can make for itself.
    image = torch.arange(3 * Detector.size ** 2) * 7919 % 1009 / 512
    image = image.reshape(1, 3, Detector.size, Detector.size)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, image, file, opset_version=11, input_names=["image"],
                          output_names=["boxes1", "scores1", "boxes2", "scores2"])
    h.bytes("detector", file.getvalue())
    for i, found in enumerate(network(image)):
        h.floats(("detectorBoxes%d", "detectorScores%d")[i % 2] % (i // 2 + 1), found)
        print(tuple(found.shape))
    print("detector: %d bytes" % len(file.getvalue()))


def main():
    rng = np.random.default_rng(20220607)
    header = Header("GOLDEN_LAYERS", os.path.basename(__file__))
    for part in (suppression, regions, top_k):
        part(header, rng)
    detector(header)
    header.write("golden_layers.hpp")


if __name__ == "__main__":
    main()
