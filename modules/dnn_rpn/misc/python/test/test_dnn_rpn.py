#!/usr/bin/env python
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
import os
import tempfile

import numpy as np
import cv2 as cv

from tests_common import NewOpenCVTests


def boxes(*rows):
    return np.array(rows, np.float32)


class dnn_rpn_test(NewOpenCVTests):

    def test_anchors(self):
        level = cv.dnn_rpn.AnchorLevel(8, [4.0], [1.0])
        self.assertEqual(level.count(), 1)
        anchors = cv.dnn_rpn.generateAnchors(level, (2, 1))
        np.testing.assert_array_equal(anchors, boxes([2, 2, 6, 6], [10, 2, 14, 6]))

    def test_fit_anchors(self):
        fit = cv.dnn_rpn.fitAnchors(boxes([0, 0, 10, 20], [5, 5, 15, 25], [0, 0, 40, 30]), 2)
        self.assertEqual([list(fit.widths), list(fit.heights)], [[10, 40], [20, 30]])
        self.assertEqual([fit.meanIoU, fit.coverage], [1, 1])

    def test_boxes(self):
        a, b = boxes([0, 0, 4, 4]), boxes([0, 0, 4, 8], [9, 9, 10, 10])
        np.testing.assert_allclose(cv.dnn_rpn.boxIoU(a, b), [[0.5, 0]])
        deltas = cv.dnn_rpn.encodeBoxes(b, np.repeat(a, 2, 0))
        np.testing.assert_allclose(cv.dnn_rpn.decodeBoxes(deltas, np.repeat(a, 2, 0)), b, atol=1e-5)

    def test_nms(self):
        b = boxes([0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 4, 8])
        scores = np.array([0.5, 0.75, 0.25], np.float32)
        self.assertEqual(list(cv.dnn_rpn.nms(b, scores, 0.4)), [1])
        self.assertEqual(list(cv.dnn_rpn.nmsPerClass(b, scores, np.array([1, 2, 2], np.int32), 0.4)), [1, 0])
        keep, lowered = cv.dnn_rpn.softNmsLinear(b, scores, 0.3)
        self.assertEqual(list(keep), [1, 2])
        np.testing.assert_allclose(lowered, [[0.75], [0.125]])
        keep, lowered = cv.dnn_rpn.softNmsGaussian(b, scores, 0.5, maxCount=1)
        self.assertEqual(list(keep), [1])

    def test_training_step(self):
        anchors = boxes([0, 0, 10, 10], [0, 0, 10, 8], [50, 50, 60, 60])
        objects = boxes([0, 0, 10, 10])
        matches = cv.dnn_rpn.matchAnchors(anchors, objects, np.zeros((0, 4), np.float32))
        self.assertEqual(matches.ravel().tolist(), [0, 0, cv.dnn_rpn.MATCH_NEGATIVE])
        positives, labels = cv.dnn_rpn.matchLabels(matches, None)
        self.assertEqual(positives, 2)
        loss, grad = cv.dnn_rpn.sigmoidFocalLoss(np.zeros((3, 1), np.float32), labels)
        self.assertAlmostEqual(loss, (2 * 0.25 + 0.75) * 0.25 * np.log(2), 5)
        self.assertEqual(grad.shape, (3, 1))
        targets = cv.dnn_rpn.encodeTargets(anchors, objects, matches)
        loss, grad = cv.dnn_rpn.smoothL1Loss(targets, targets, labels)
        self.assertEqual(loss, 0)
        loss, grad = cv.dnn_rpn.giouLoss(anchors[:1], boxes([0, 0, 10, 5]), labels[:1])
        self.assertAlmostEqual(loss, 0.5, 6)

    def test_proposals(self):
        anchors = boxes([0, 0, 10, 10], [20, 20, 30, 30])
        params = cv.dnn_rpn.ProposalParams()
        params.postNms = 1
        found, scores = cv.dnn_rpn.generateProposals(np.array([1, 2], np.float32), np.zeros((2, 4), np.float32),
                                                     anchors, [], (100, 100), params=params)
        np.testing.assert_array_equal(found, anchors[1:])
        self.assertEqual(scores.ravel().tolist(), [2])

    def test_detections(self):
        anchors = boxes([0, 0, 10, 10], [20, 20, 30, 30])
        params = cv.dnn_rpn.DetectionParams()
        params.scoreThreshold = 0.6
        params.deltaWeights = (10, 10, 5, 5)
        scores = np.array([[0.5, 0.7], [0.9, 0.1]], np.float32)
        found, kept, labels = cv.dnn_rpn.generateDetections(scores, np.zeros((2, 4), np.float32), anchors, [],
                                                            (100, 100), params=params)
        np.testing.assert_array_equal(found, anchors[::-1])
        np.testing.assert_allclose(kept.ravel(), [0.9, 0.7], 1e-6)
        self.assertEqual(labels.ravel().tolist(), [1, 2])

    def test_roi(self):
        features = np.arange(20, dtype=np.float32).reshape(1, 1, 4, 5)
        out = cv.dnn_rpn.roiAlign(features, boxes([2, 1, 3, 2]), None, (1, 1))
        np.testing.assert_allclose(out, np.full((1, 1, 1, 1), 7), atol=1e-5)
        grad = cv.dnn_rpn.roiAlignBackward(out, boxes([2, 1, 3, 2]), None, features.shape)
        self.assertEqual(grad.shape, features.shape)
        self.assertAlmostEqual(grad[0, 0, 1, 2], 7, 5)
        out, argmax = cv.dnn_rpn.roiPool(features, boxes([0, 0, 4, 3]), None, (1, 1))
        self.assertEqual((out.ravel().tolist(), argmax.ravel().tolist()), ([19], [19]))
        grad = cv.dnn_rpn.roiPoolBackward(out, argmax, None, features.shape)
        self.assertEqual(grad[0, 0, 3, 4], 19)

    def test_layers(self):
        cv.dnn_rpn.registerLayers()
        cv.dnn_rpn.registerLayers()
        cv.dnn_rpn.unregisterLayers()
        with self.assertRaisesRegex(cv.error, 'ONNX'):
            cv.dnn_rpn.readOnnx(np.array([1, 2, 3], np.uint8))
        with self.assertRaisesRegex(cv.error, 'nothing.onnx'):
            cv.dnn_rpn.readOnnx('nothing.onnx')

    def test_metrics(self):
        evaluator = cv.dnn_rpn.Evaluator(1)
        box = boxes([0, 0, 10, 10])
        evaluator.add(box, np.array([0.5], np.float32), None, box, None, None)
        metrics = evaluator.compute()
        self.assertEqual(metrics.AP, 1)
        self.assertEqual(metrics.ARlarge, -1)
        self.assertEqual(list(metrics.classAP), [1])
        curve = evaluator.precisionRecall(1)
        self.assertEqual([list(curve.precision), list(curve.recall), curve.bestScore], [[1], [1], 0.5])
        self.assertEqual(evaluator.confusion(0.5).tolist(), [[0, 0], [0, 1]])

    def test_tracker(self):
        params = cv.dnn_rpn.TrackerParams()
        params.maxMissed = 5
        tracker = cv.dnn_rpn.Tracker(params)
        scores = np.array([0.9], np.float32)
        self.assertEqual(tracker.update(boxes([0, 0, 10, 20]), scores, None).ravel().tolist(), [1])
        self.assertEqual(tracker.update(boxes([1, 0, 11, 20]), scores, None).ravel().tolist(), [1])
        track = tracker.tracks()[0]
        self.assertEqual([track.id, track.label, track.hits, track.missed], [1, 1, 2, 0])
        self.assertAlmostEqual(track.box[3], 20, 1)

    def test_description(self):
        description = cv.dnn_rpn.ModelDescription()
        description.inputSize = (320, 240)
        description.classes = ['cat', 'dog']
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'model.yml')
            description.write(path)
            self.assertEqual(list(cv.dnn_rpn.ModelDescription.read(path).classes), ['cat', 'dog'])

    def test_errors(self):
        with self.assertRaisesRegex(cv.error, '2 x 3'):
            cv.dnn_rpn.boxIoU(np.zeros((2, 3), np.float32), boxes([0, 0, 1, 1]))


if __name__ == '__main__':
    NewOpenCVTests.bootstrap()
