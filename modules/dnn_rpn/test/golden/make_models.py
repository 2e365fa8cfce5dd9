#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Writes golden_models.hpp: four ONNX files, as bytes, whose answers can be worked out by hand.

Needs the package onnx.

headsModel: 32 x 16 pixels in, cells of 8 pixels, two anchors a cell. The logit of both is the mean of
the cell's blue channel / 16 - 8, less 1 for the second anchor; dx is 0.25, dy and dw 0, and dh log 2 for
the first anchor and 0 for the second.

classesModel: 32 x 16 pixels in, cells of 8 pixels, one anchor a cell. Two columns of logits: the mean of the cell's
blue channel / 16 - 8, and that of its green channel; all deltas are 0.

tableModel: whatever the image (8 x 4), an SSD table of four rows.

cellsModel: 32 x 16 pixels in, an SSD table out, through OpenCV's own PriorBox and DetectionOutput. Each cell
of 8 pixels is a box, of class 1 with the mean of its blue channel / 16 - 8 as logit, of class 2 with that of
its green channel; the background's logit is 0. Suppression within the file at IoU 0.9.
"""
import math
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from golden_header import Header


def constant(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)


def serialized(nodes, constants, shape, outputs, standard=True):
    graph = helper.make_graph(
        nodes, "graph", [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 10)], ir_version=5)
    if standard:
        onnx.checker.check_model(model)
    return model.SerializeToString()


def heads(logits, logits_bias, deltas_bias, anchors):
    """Two convolutions of cells of 8 x 8 pixels, of which there are 8, as the outputs `logits` and `deltas`."""
    columns = {"logits": 8 * len(logits_bias) // anchors, "deltas": 4}
    nodes, constants = [], [constant("logits_w", logits), constant("logits_b", logits_bias),
                            constant("deltas_w", np.zeros((len(deltas_bias), 3, 8, 8))),
                            constant("deltas_b", deltas_bias)]
    for name in columns:
        constants.append(constant(name + "_shape", [0, anchors, columns[name]], np.int64))
        nodes += [
            helper.make_node("Conv", ["image", name + "_w", name + "_b"], [name + "_map"], name=name + "_conv",
                             kernel_shape=[8, 8], strides=[8, 8], pads=[0, 0, 0, 0]),
            helper.make_node("Transpose", [name + "_map"], [name + "_last"], name=name + "_transpose",
                             perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", [name + "_last", name + "_shape"], [name], name=name + "_reshape"),
        ]
    return serialized(nodes, constants, [1, 3, 16, 32], [(name, [1, anchors, columns[name]]) for name in columns])


def heads_model():
    logits = np.zeros((2, 3, 8, 8))
    logits[:, 0] = 1.0 / 64 / 16
    return heads(logits, [-8, -9], [0.25, 0, 0, math.log(2), 0.25, 0, 0, 0], 16)


def classes_model():
    logits = np.zeros((2, 3, 8, 8))
    logits[0, 0] = logits[1, 1] = 1.0 / 64 / 16
    return heads(logits, [-8, -8], np.zeros(4), 8)


def table_model():
    rows = [[0, 2, 0.5, 0.25, 0.5, 0.75, 1], [0, 1, 0.875, -0.5, 0, 0.5, 1.5], [0, 2, 0.125, 0, 0, 1, 1],
            [0, 0, 0, 0, 0, 0, 0]]
    # The weights are 0 but for the biases: 28 channels, one a number of the table.
    nodes = [
        helper.make_node("Conv", ["image", "w", "b"], ["numbers"], name="conv", kernel_shape=[4, 8],
                         strides=[1, 1], pads=[0, 0, 0, 0]),
        helper.make_node("Reshape", ["numbers", "shape"], ["table"], name="reshape"),
    ]
    constants = [constant("w", np.zeros((28, 3, 4, 8))), constant("b", np.ravel(rows)),
                 constant("shape", [1, 1, 4, 7], np.int64)]
    return serialized(nodes, constants, [1, 3, 4, 8], [("table", [1, 1, 4, 7])])


def cells_model():
    logits = np.zeros((3, 3, 8, 8))
    logits[1, 0] = logits[2, 1] = 1.0 / 64 / 16
    constants = [constant("logits_w", logits), constant("logits_b", [0, -8, -8]),
                 constant("deltas_w", np.zeros((4, 3, 8, 8))), constant("deltas_b", np.zeros(4)),
                 constant("logits_shape", [0, -1, 3], np.int64)]
    nodes = []
    for name in ("logits", "deltas"):
        nodes += [
            helper.make_node("Conv", ["image", name + "_w", name + "_b"], [name + "_map"], name=name + "_conv",
                             kernel_shape=[8, 8], strides=[8, 8], pads=[0, 0, 0, 0]),
            helper.make_node("Transpose", [name + "_map"], [name + "_last"], name=name + "_transpose",
                             perm=[0, 2, 3, 1]),
        ]
    nodes += [
        helper.make_node("Reshape", ["logits_last", "logits_shape"], ["logits"], name="logits_reshape"),
        helper.make_node("Softmax", ["logits"], ["scores"], name="scores", axis=2),
        helper.make_node("Flatten", ["scores"], ["scores_flat"], name="scores_flat", axis=1),
        helper.make_node("Flatten", ["deltas_last"], ["deltas_flat"], name="deltas_flat", axis=1),
        helper.make_node("PriorBox", ["logits_map", "image"], ["anchors"], name="anchors", width=[8.0], height=[8.0],
                         step=8.0, offset=0.5, flip=0, clip=0, variance=[1.0, 1.0, 1.0, 1.0]),
        helper.make_node("DetectionOutput", ["deltas_flat", "scores_flat", "anchors"], ["onnx_node!detections"],
                         name="detections", num_classes=3, share_location=1, background_label_id=0,
                         code_type="CENTER_SIZE", variance_encoded_in_target=0, clip=1, nms_threshold=0.9, top_k=-1,
                         keep_top_k=16),
    ]
    return serialized(nodes, constants, [1, 3, 16, 32], [("onnx_node!detections", [1, 1, None, 7])], standard=False)


def main():
    header = Header("GOLDEN_MODELS", os.path.basename(__file__))
    header.bytes("headsModel", heads_model())
    header.bytes("classesModel", classes_model())
    header.bytes("tableModel", table_model())
    header.bytes("cellsModel", cells_model())
    header.write("golden_models.hpp")


if __name__ == "__main__":
    main()
