#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Scores a detector of standard operators in ONNX Runtime on a split of a Pascal VOC folder, with pycocotools.

usage: score.py MODEL.onnx DATA SPLIT WIDTHxHEIGHT CLASS,CLASS..

Prints AP50=x AP=x AR100=x, as rpn_train --json has them.
"""
import contextlib
import io
import sys
import xml.etree.ElementTree as ET

try:
    import cv2
    import numpy as np
    import onnxruntime
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
except ImportError as missing:
    sys.exit("FAILED: %s; scripts/install_dependencies.sh test installs it" % missing)


def objects_of(path, classes):
    """Box x y w h, label and whether it is ignored, of each object."""
    for thing in ET.parse(path).iter("object"):
        x1, y1, x2, y2 = (float(thing.find("bndbox/" + k).text) for k in ("xmin", "ymin", "xmax", "ymax"))
        yield [x1, y1, x2 - x1, y2 - y1], classes.index(thing.find("name").text) + 1, thing.findtext("difficult") == "1"


def main():
    model, data, split, size, classes = sys.argv[1:]
    width, height = (int(x) for x in size.split("x"))
    classes = classes.split(",")
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    images, truth, found = [], [], []
    for line in open("%s/ImageSets/Main/%s.txt" % (data, split)):
        image = len(images) + 1
        images.append({"id": image})
        stem = line.split()[0]
        for box, label, ignored in objects_of("%s/Annotations/%s.xml" % (data, stem), classes):
            truth.append({"id": len(truth) + 1, "image_id": image, "category_id": label, "bbox": box,
                          "area": box[2] * box[3], "iscrowd": int(ignored)})
        pixels = cv2.imread("%s/JPEGImages/%s.jpg" % (data, stem))
        small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        blob = small.transpose(2, 0, 1)[None].astype(np.float32)
        boxes, scores, labels = session.run(["boxes", "scores", "labels"], {name: blob})
        scale = np.array([pixels.shape[1] / width, pixels.shape[0] / height] * 2)
        for (x1, y1, x2, y2), score, label in zip(boxes * scale, scores, labels):
            found.append({"image_id": image, "category_id": int(label), "score": float(score),
                          "bbox": [x1, y1, x2 - x1, y2 - y1]})
    if not found:
        sys.exit("FAILED: %s finds nothing on any of %d images" % (model, len(images)))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {"images": images, "annotations": truth,
                        "categories": [{"id": i + 1} for i in range(len(classes))]}
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    print("AP50=%.6f AP=%.6f AR100=%.6f" % (evaluation.stats[1], evaluation.stats[0], evaluation.stats[8]))


main()
