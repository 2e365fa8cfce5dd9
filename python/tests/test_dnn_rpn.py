"""What the package does beside cv2, on drawn images. Run: python -m unittest discover python/tests"""
import os
import tempfile
import unittest

import cv2
import numpy as np

import dnn_rpn


def draw_scene(rng, size=(120, 160)):
    """A dark image with two bright discs; their boxes."""
    image = np.full(size + (3,), 40, np.uint8)
    boxes = []
    for k in range(2):
        radius = int(rng.integers(12, 18))
        x, y = int(rng.integers(20 + 70 * k, 60 + 70 * k)), int(rng.integers(20, 100))
        cv2.circle(image, (x, y), radius, (200, 220, 190), -1)
        boxes.append((x - radius, y - radius, x + radius, y + radius))
    return image, boxes


def write_scenes(folder, count):
    """Pascal VOC, without lists."""
    rng = np.random.default_rng(3)
    for i in range(count):
        image, boxes = draw_scene(rng)
        cv2.imwrite(os.path.join(folder, f"{i}.png"), image)
        with open(os.path.join(folder, f"{i}.xml"), "w") as xml:
            xml.write(f"<annotation><filename>{i}.png</filename>")
            for b in boxes:
                xml.write("<object><name>disc</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax>"
                          "</bndbox></object>".format(*b))
            xml.write("</annotation>")


class Operators(unittest.TestCase):
    def test_boxes(self):
        a, b = np.float32([[0, 0, 4, 4]]), np.float32([[0, 0, 4, 8], [9, 9, 10, 10]])
        np.testing.assert_allclose(dnn_rpn.box_iou(a, b), [[0.5, 0]])
        deltas = dnn_rpn.encode_boxes(b, np.repeat(a, 2, 0))
        np.testing.assert_allclose(dnn_rpn.decode_boxes(deltas, np.repeat(a, 2, 0)), b, atol=1e-5)
        np.testing.assert_allclose(dnn_rpn.box_iou(a.astype(np.float64), b[:, ::1]), [[0.5, 0]])
        self.assertEqual(dnn_rpn.box_iou(a[:0], b).shape, (0, 2))

    def test_nms(self):
        b = np.float32([[0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 4, 8]])
        scores = np.float32([0.5, 0.75, 0.25])
        self.assertEqual(dnn_rpn.nms(b, scores, 0.4).tolist(), [1])
        self.assertEqual(dnn_rpn.nms(b, scores, 0.4, np.int32([1, 2, 2])).tolist(), [1, 0])
        keep, lowered = dnn_rpn.soft_nms(b, scores, "linear", 0.3)
        self.assertEqual(keep.tolist(), [1, 2])
        np.testing.assert_allclose(lowered, [0.75, 0.125])

    def test_losses(self):
        loss, grad = dnn_rpn.sigmoid_focal_loss(np.zeros((3, 1), np.float32), np.int32([1, 1, 0]))
        self.assertAlmostEqual(loss, (2 * 0.25 + 0.75) * 0.25 * np.log(2), 5)
        self.assertEqual(grad.shape, (3, 1))

    def test_roi_align(self):
        features = np.arange(20, dtype=np.float32).reshape(1, 1, 4, 5)
        out = dnn_rpn.roi_align(features, np.float32([[2, 1, 3, 2]]), height=1, width=1)
        np.testing.assert_allclose(out, np.full((1, 1, 1, 1), 7), atol=1e-5)

    def test_metrics(self):
        evaluator, box = dnn_rpn.Evaluator(1), np.float32([[0, 0, 10, 10]])
        evaluator.add(box, np.float32([0.5]), None, box)
        self.assertEqual(evaluator.compute()["AP"], 1)
        self.assertEqual(evaluator.confusion(0.5).tolist(), [[0, 0], [0, 1]])

    def test_tracker(self):
        tracker = dnn_rpn.Tracker(max_missed=3)
        for x in range(5):
            ids = tracker.update(np.float32([[x, 0, x + 10, 20]]), np.float32([0.9]))
            self.assertEqual(ids.tolist(), [1])
        self.assertEqual(tracker.tracks()[0].hits, 5)

    def test_errors(self):
        with self.assertRaisesRegex(dnn_rpn.Error, "2 x 3"):
            dnn_rpn.box_iou(np.zeros((2, 3), np.float32), np.zeros((1, 4), np.float32))
        with self.assertRaisesRegex(dnn_rpn.Error, "nothing.onnx"):
            dnn_rpn.Detector("nothing.onnx")
        with self.assertRaises(TypeError):
            dnn_rpn.nms("no array", 1, 2)
        with self.assertRaisesRegex(dnn_rpn.Error, "epochs"):
            dnn_rpn.TrainParams(epochs=-1)


class Training(unittest.TestCase):
    def test_five_images(self):
        with tempfile.TemporaryDirectory() as folder:
            write_scenes(folder, 5)
            data = dnn_rpn.Dataset.read(folder)
            self.assertEqual((len(data), data.classes, data.format), (5, ["disc"], "voc"))
            self.assertEqual(data.images[0].boxes.shape, (2, 4))
            self.assertEqual(data.images[0].read().shape, (120, 160, 3))
            losses, path = [], os.path.join(folder, "model.onnx")
            scores = dnn_rpn.train(data, path, epochs=60, batch=5, size=(160, 120), lr=0.1, val=data,
                                   anchors=[16, 32], after_step=lambda stats: losses.append(stats.loss) or True)
            self.assertEqual(len(losses), 60)
            self.assertLess(np.mean(losses[-5:]), np.mean(losses[:5]) / 2)
            self.assertGreater(scores["AR100"], 0.3)

            detector = dnn_rpn.Detector(path)
            self.assertEqual((detector.classes, detector.input_size), (["object"], (160, 120)))
            image = data.images[0].read()
            boxes, found, labels = detector.detect(image, 0.0)
            self.assertEqual(boxes.shape, (len(found), 4))
            self.assertEqual(set(labels.tolist()), {1})
            best = dnn_rpn.box_iou(boxes[:20], data.images[0].boxes).max(0)
            self.assertTrue((best > 0.4).all(), best)
            again = detector.detect_batch([image, image], 0.0)
            np.testing.assert_allclose(again[1][0], boxes, atol=1e-3)

            # The same file in the cv2 that happens to be there.
            net = cv2.dnn.readNetFromONNX(path)
            net.setInput(cv2.dnn.blobFromImage(image, 1, (160, 120)))
            table = net.forward().reshape(-1, 7)
            table = table[table[:, 1] > 0]
            self.assertEqual(len(table), len(found))
            np.testing.assert_allclose(np.sort(table[:, 2])[::-1], found, atol=1e-3)

    def test_stops_and_reports(self):
        with tempfile.TemporaryDirectory() as folder:
            write_scenes(folder, 5)
            params = dnn_rpn.TrainParams("retina", epochs=9, batch=2, size="160x120", backbone="small")
            params.classes = ["disc"]
            trainer = dnn_rpn.Trainer(params)
            steps = []
            trainer.fit(dnn_rpn.Dataset.read(folder), after_step=lambda s: steps.append(s.step) or s.step < 3)
            self.assertEqual(steps, [1, 2, 3])
            with self.assertRaises(ZeroDivisionError):
                dnn_rpn.Trainer(params).fit(dnn_rpn.Dataset.read(folder), after_step=lambda s: 1 / 0)
            with self.assertRaisesRegex(dnn_rpn.Error, "none of opencv"):
                trainer.export(os.path.join(folder, "m.onnx"), "zip")


if __name__ == "__main__":
    unittest.main()
