#!/usr/bin/env python3
"""Trains torchvision's region proposal network, or its Faster R-CNN, as rpn_train trains ours, and prints the images a second of
all epochs but the first, and the peak memory in MB. Needs Debian's python3-torch, python3-torchvision,
python3-onnx and python3-opencv."""
import argparse
import random
import resource
import time
import xml.etree.ElementTree as ET

import cv2
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead
from torchvision.ops import MultiScaleRoIAlign

WIDTH, HEIGHT, BATCH = 320, 240, 4


class Features(nn.Module):
    """The operators of the usual feature extractors, read from an ONNX file."""

    def __init__(self, path):
        super().__init__()
        graph = onnx.load(path).graph
        weights = {t.name: torch.tensor(numpy_helper.to_array(t)) for t in graph.initializer}
        self.input = next(i.name for i in graph.input if i.name not in weights)
        self.convolutions = nn.ModuleDict()
        self.nodes = []
        self.channels = {}
        for node in graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            output = node.output[0]
            if node.op_type == 'Conv':
                weight = weights[node.input[1]]
                group = attributes.get('group', 1)
                layer = nn.Conv2d(weight.shape[1] * group, weight.shape[0], weight.shape[2:],
                                  attributes.get('strides', 1), attributes.get('pads', (0, 0))[:2], groups=group)
                layer.weight.data = weight
                layer.bias.data = weights[node.input[2]]
                self.convolutions[str(len(self.nodes))] = layer
                self.channels[output] = weight.shape[0]
            else:
                known = [self.channels.get(i, 0) for i in node.input]
                self.channels[output] = sum(known) if node.op_type == 'Concat' else known[0]
            self.nodes.append((node.op_type, list(node.input), output, attributes))
        self.out_channels = self.channels[output]

    def forward(self, x):
        values = {self.input: x}
        for index, (kind, inputs, output, attributes) in enumerate(self.nodes):
            args = [values[i] for i in inputs if i in values]
            if kind == 'Conv':
                result = self.convolutions[str(index)](args[0])
            elif kind == 'Relu':
                result = torch.relu_(args[0])
            elif kind == 'Clip':
                result = args[0].clamp(0, 6)
            elif kind == 'MaxPool':
                result = nn.functional.max_pool2d(args[0], attributes['kernel_shape'], attributes['strides'],
                                                  ceil_mode=bool(attributes.get('ceil_mode', 0)))
            elif kind == 'Concat':
                result = torch.cat(args, 1)
            elif kind == 'Add':
                result = args[0] + args[1]
            else:
                raise SystemExit(f'operator {kind} is not known here')
            values[output] = result
        return result


def read(folder, split):
    """Images at the network's size, their boxes in its pixels and labels, and the number of classes."""
    samples, classes = [], {}
    for line in open(f'{folder}/ImageSets/Main/{split}.txt'):
        name = line.split()[0]
        pixels = cv2.imread(f'{folder}/JPEGImages/{name}.jpg')
        fx, fy = WIDTH / pixels.shape[1], HEIGHT / pixels.shape[0]
        boxes, labels = [], []
        for thing in ET.parse(f'{folder}/Annotations/{name}.xml').iter('object'):
            x1, y1, x2, y2 = (float(thing.find(f'bndbox/{k}').text) for k in ('xmin', 'ymin', 'xmax', 'ymax'))
            if x2 > x1 and y2 > y1:
                boxes.append([x1 * fx, y1 * fy, x2 * fx, y2 * fy])
                labels.append(classes.setdefault(thing.find('name').text, len(classes) + 1))
        small = cv2.resize(pixels, (WIDTH, HEIGHT))[:, :, ::-1].copy()
        samples.append((torch.from_numpy(small).permute(2, 0, 1).contiguous(),
                        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4), torch.tensor(labels)))
    return samples, len(classes)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', required=True)
    parser.add_argument('--train', default='trainval')
    parser.add_argument('--detector', choices=('rpn', 'faster_rcnn'), default='rpn')
    parser.add_argument('--backbone', required=True)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--epochs', type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    random.seed(0)

    samples, classes = read(options.data, options.train)
    features = Features(options.backbone)
    anchors = AnchorGenerator(((16, 32, 64, 128, 256),), ((0.5, 1.0, 2.0),))
    head = RPNHead(features.out_channels, anchors.num_anchors_per_location()[0])
    rpn = RegionProposalNetwork(anchors, head, 0.7, 0.3, 256, 0.5, dict(training=2000, testing=1000),
                                dict(training=2000, testing=1000), 0.7)
    parameters = list(features.parameters()) + list(rpn.parameters())
    second = None
    if options.detector == 'faster_rcnn':
        rpn._post_nms_top_n['training'] = 1000
        second = RoIHeads(MultiScaleRoIAlign(['0'], 7, 2), TwoMLPHead(features.out_channels * 49, 256),
                          FastRCNNPredictor(256, classes + 1), 0.5, 0.5, 512, 0.25, None, 0.05, 0.5, 100)
        parameters += list(second.parameters())
    solver = torch.optim.SGD(parameters, 0.01, momentum=0.9, weight_decay=1e-4)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    warmup, step, seconds, seen = 50, 0, 0.0, 0
    for epoch in range(options.epochs):
        random.shuffle(samples)
        begin, count = time.time(), 0
        for first in range(0, len(samples) - BATCH + 1, BATCH):
            images, targets = [], []
            for image, boxes, labels in samples[first:first + BATCH]:
                if random.random() < 0.5:
                    image = image.flip(2)
                    boxes = torch.stack([WIDTH - boxes[:, 2], boxes[:, 1], WIDTH - boxes[:, 0], boxes[:, 3]], 1)
                images.append(image)
                targets.append({'boxes': boxes, 'labels': labels})
            batch = (torch.stack(images).float() / 255 - mean) / deviation
            sizes = [(HEIGHT, WIDTH)] * BATCH
            maps = {'0': features(batch)}
            proposals, losses = rpn(ImageList(batch, sizes), maps, targets)
            if second:
                losses.update(second(maps, proposals, sizes, targets)[1])
            loss = sum(losses.values())
            solver.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 10)
            for group in solver.param_groups:
                group['lr'] = 0.01 * min(1, (step + 1) / warmup)
            solver.step()
            step += 1
            count += BATCH
        if epoch > 0:
            seconds += time.time() - begin
            seen += count
    print(seen / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


main()
