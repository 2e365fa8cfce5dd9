#!/usr/bin/env python3
"""A map times a HardSigmoid of something else is computed as HardSwish of that something by cv::dnn.

pip install onnx opencv-python-headless
"""
import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper

x = np.arange(1, 1 + 2 * 3 * 3, dtype=np.float32).reshape(1, 2, 3, 3)
print("OpenCV", cv2.__version__)
for factors in (["x", "gate"], ["gate", "x"]):
    nodes = [helper.make_node("GlobalAveragePool", ["x"], ["mean"], name="mean"),
             helper.make_node("HardSigmoid", ["mean"], ["gate"], name="gate", alpha=1 / 6, beta=0.5),
             helper.make_node("Mul", factors, ["y"], name="y")]
    graph = helper.make_graph(nodes, "squeeze and excitation",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, x.shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=7)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))
    net.setInput(x, "x")
    y = net.forward()
    expected = x * np.clip(x.mean((2, 3), keepdims=True) / 6 + 0.5, 0, 1)
    print("Mul(%s): shape %s, expected %s" % (", ".join(factors), y.shape, expected.shape),
          "right" if y.shape == expected.shape and np.allclose(y, expected) else "WRONG")
