#!/usr/bin/env python
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
import os
import tempfile

import numpy as np
import cv2 as cv

from tests_common import NewOpenCVTests

train = cv.dnn_rpn_train


def draw_voc(folder, count):
    """Photographs of discs and squares, in the layout of Pascal VOC."""
    for name in ("JPEGImages", "Annotations", "ImageSets/Main"):
        os.makedirs(os.path.join(folder, name))
    random = np.random.RandomState(7)
    for i in range(count):
        image = np.full((64, 96, 3), (60, 50, 40), np.uint8)
        objects = ""
        for j, name in enumerate(("disc", "square")):
            r = random.randint(9, 16)
            x, y = j * 48 + random.randint(r, 48 - r), random.randint(r, 64 - r)
            if name == "disc":
                cv.circle(image, (x, y), r, (200, 220, 190), cv.FILLED)
            else:
                cv.rectangle(image, (x - r, y - r), (x + r, y + r), (200, 220, 190), cv.FILLED)
            objects += ("<object><name>%s</name><bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax>"
                        "</bndbox></object>" % (name, x - r, y - r, x + r, y + r))
        cv.imwrite(os.path.join(folder, "JPEGImages", "%d.png" % i), image)
        with open(os.path.join(folder, "Annotations", "%d.xml" % i), "w") as xml:
            xml.write("<annotation><filename>%d.png</filename>%s</annotation>" % (i, objects))
    with open(os.path.join(folder, "ImageSets", "Main", "train.txt"), "w") as split:
        split.writelines("%d\n" % i for i in range(count))


class dnn_rpn_train_test(NewOpenCVTests):

    def test_event_log(self):
        with tempfile.TemporaryDirectory() as folder:
            log = train.EventLog(folder)
            log.addScalar('mine', 0.5, 3)
            log.flush()
            self.assertIn('tfevents', log.path())
            with open(log.path(), 'rb') as events:
                self.assertIn(b'mine', events.read())

    def test_parameters(self):
        params = train.TrainParams(cv.dnn_rpn.DETECTOR_FASTER_RCNN)
        self.assertEqual(params.get("loss"), "ce_sigmoid")
        params.set("lr", "0.5")
        self.assertEqual(params.learningRate, 0.5)
        self.assertIn("lr", [p.name for p in train.TrainParams.parameters()])
        with self.assertRaises(cv.error):
            params.set("lr", "fast")

    def test_five_photographs_in_a_model_out(self):
        with tempfile.TemporaryDirectory() as folder:
            draw_voc(folder, 5)
            images = train.Dataset.read(folder, "train")
            self.assertEqual([images.countObjects(), list(images.classes)], [10, ["disc", "square"]])
            params = train.TrainParams(cv.dnn_rpn.DETECTOR_FASTER_RCNN)
            params.classes = images.classes
            for name, value in (("size", "96x64"), ("epochs", "8"), ("batch", "5"), ("roi_channels", "16"),
                                ("roi_hidden", "32"), ("anchors", "24"), ("warmup", "2")):
                params.set(name, value)
            trainer = train.Trainer(params)
            trainer.start(images)
            losses = []
            while True:
                done, stats = trainer.step()
                if not done:
                    break
                losses.append(stats.loss)
            trainer.finish()
            self.assertEqual(len(losses), 8)
            self.assertLess(losses[-1], losses[0])
            self.assertGreaterEqual(trainer.evaluate(images).AP50, 0)
            model = os.path.join(folder, "model.onnx")
            trainer.exportModel(model)
            self.assertEqual(train.TrainParams.read(os.path.join(folder, "model.yml")).get("size"), "96x64")
            boxes, scores, labels = cv.dnn_rpn.Detector(model).detect(
                cv.imread(os.path.join(folder, "JPEGImages", "0.png")))
            self.assertEqual(len(boxes), len(scores))


if __name__ == '__main__':
    NewOpenCVTests.bootstrap()
