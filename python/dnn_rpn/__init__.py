"""Trains detectors and region proposal networks, and runs them; numpy arrays in and out.

    import dnn_rpn
    dnn_rpn.train("photographs", "model.onnx", detector="faster_rcnn", backbone="features.onnx", epochs=8)
    boxes, scores, labels = dnn_rpn.Detector("model.onnx").detect(cv2.imread("photo.jpg"))

Boxes are x1, y1, x2, y2 in pixels, right and bottom edges exclusive; labels count from 1.
"""
import os as _os

# OpenMP's threads that wait for each other by turning in circles starve whatever else runs; its library reads this
# when it is loaded.
if "OMP_WAIT_POLICY" not in _os.environ:
    _os.environ.setdefault("GOMP_SPINCOUNT", "10000")

from ._core import (  # noqa: E402
    AnnotatedImage, Dataset, Detector, Error, Evaluator, StepStats, Track, Tracker, Trainer, TrainParams, box_iou,
    decode_boxes, encode_boxes, generate_anchors, match_anchors, nms, opencv_version, roi_align, sigmoid_focal_loss,
    smooth_l1_loss, soft_nms, softmax_focal_loss)

__all__ = [
    "AnnotatedImage", "Dataset", "Detector", "Error", "Evaluator", "StepStats", "Track", "Tracker", "Trainer",
    "TrainParams", "box_iou", "decode_boxes", "encode_boxes", "generate_anchors", "match_anchors", "nms",
    "opencv_version", "roi_align", "sigmoid_focal_loss", "smooth_l1_loss", "soft_nms", "softmax_focal_loss", "train"]


def train(data, out, detector="rpn", split="trainval", val=None, kind="opencv", after_step=None, **parameters):
    """Trains on a folder of annotated images (or a Dataset) and writes a model file.

    val: a share such as 0.2 that is held out, the name of a split, a Dataset, or None. parameters: as for
    TrainParams. Returns the scores on the images of val by their names, or None.
    """
    training = Dataset.read(str(data), split) if not isinstance(data, Dataset) else data
    validation = val
    if isinstance(val, float):
        training, validation = training.split([1 - val, val])
    elif isinstance(val, str):
        validation = Dataset.read(str(data), val, training.classes)
    params = TrainParams(detector, **parameters)
    if detector != "rpn":
        params.classes = training.classes
    trainer = Trainer(params)
    trainer.fit(training, validation, after_step)
    trainer.export(str(out), kind)
    return trainer.evaluate(validation) if validation is not None else None
