#!/usr/bin/env python3
"""DetectionModel of OpenCV 5 throws for an ONNX file whose last node is not called like the output.

pip install onnx opencv-contrib-python
"""
import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper

print("OpenCV", cv2.__version__)
for name in ("boxes", "anything", ""):
    node = helper.make_node("Relu", ["image"], ["boxes"], name=name)
    graph = helper.make_graph([node], "relu",
                              [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8])],
                              [helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 3, 8, 8])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=7)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))
    try:
        cv2.dnn_DetectionModel(net)
        print("node '%s': constructed" % name)
    except Exception as error:  # in 5.0 and 5.1 a SystemError that hides a cv2.error
        print("node '%s': %s" % (name, error.__cause__ or error))
