#!/usr/bin/env python3
"""DetectionOutput with code_type "CENTER_SIZE" in an ONNX file is decoded as "CORNER" by OpenCV 5.

pip install onnx opencv-contrib-python
"""
import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper

node = helper.make_node("DetectionOutput", ["deltas", "scores", "priors"], ["boxes"], name="boxes", num_classes=2,
                        share_location=1, background_label_id=0, code_type="CENTER_SIZE", variance_encoded_in_target=0,
                        nms_threshold=0.5, top_k=10, keep_top_k=10, confidence_threshold=0.1)
shapes = {"deltas": [1, 4], "scores": [1, 2], "priors": [1, 2, 4]}
graph = helper.make_graph([node], "one prior",
                          [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()],
                          [helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 1, 1, 7])])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=7)

net = cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))
net.setInput(np.array([[0, 0, np.log(1.5), np.log(1.5)]], np.float32), "deltas")  # one and a half times as large
net.setInput(np.array([[0, 1]], np.float32), "scores")
net.setInput(np.array([[[0.25, 0.25, 0.75, 0.75], [1, 1, 1, 1]]], np.float32), "priors")
box = net.forward().ravel()[3:7]
print("OpenCV", cv2.__version__)
print("expected", [0.125, 0.125, 0.875, 0.875])
print("got     ", box.tolist())
