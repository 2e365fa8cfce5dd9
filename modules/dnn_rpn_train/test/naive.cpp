// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "naive.hpp"

namespace opencv_test {

using namespace cv::dnn_rpn_train;

namespace {

bool inside(const Wide& t, int y, int x)
{
    return y >= 0 && y < t.shape.h && x >= 0 && x < t.shape.w;
}

double convolve(const Node& node, const Wide& in, const Wide& weight, double bias, int n, int c, int y, int x)
{
    double sum = bias;
    const int perGroup = weight.shape.n / node.group, first = c / perGroup * weight.shape.c;
    for (int i = 0; i < weight.shape.c; i++)
        for (int ky = 0; ky < node.kernel.height; ky++)
            for (int kx = 0; kx < node.kernel.width; kx++)
            {
                const int iy = y * node.stride.height - node.padTop + ky * node.dilation.height;
                const int ix = x * node.stride.width - node.padLeft + kx * node.dilation.width;
                if (inside(in, iy, ix))
                    sum += weight.at(c, i, ky, kx) * in.at(n, first + i, iy, ix);
            }
    return sum;
}

double pool(const Node& node, const Wide& in, int n, int c, int y, int x)
{
    double highest = -DBL_MAX, sum = 0;
    int real = 0, padded = 0;
    for (int ky = 0; ky < node.kernel.height; ky++)
        for (int kx = 0; kx < node.kernel.width; kx++)
        {
            const int iy = y * node.stride.height - node.padTop + ky,
                      ix = x * node.stride.width - node.padLeft + kx;
            padded += iy < in.shape.h + node.padBottom && ix < in.shape.w + node.padRight;
            if (!inside(in, iy, ix))
                continue;
            real++;
            sum += in.at(n, c, iy, ix);
            highest = std::max(highest, in.at(n, c, iy, ix));
        }
    return node.op == Op::MaxPool ? highest : sum / (node.countPadding ? padded : real);
}

double meanOfPlane(const Wide& in, int n, int c)
{
    double sum = 0;
    for (int y = 0; y < in.shape.h; y++)
        for (int x = 0; x < in.shape.w; x++)
            sum += in.at(n, c, y, x);
    return sum / (double(in.shape.h) * in.shape.w);
}

//! A number of a map, or the channel's only one.
double ofMap(const Wide& in, int n, int c, int y, int x)
{
    return in.shape.plane() == 1 ? in.at(n, c, 0, 0) : in.at(n, c, y, x);
}

//! What batch normalisation takes for mean and variance.
void statistics(const Node& node, const Wide& x, const std::vector<Wide>& p, bool training,
                std::vector<double>& mean, std::vector<double>& variance)
{
    mean = p[2].data;
    variance = p[3].data;
    if (!training || !node.batchStatistics)
        return;
    const Shape& s = x.shape;
    const double count = double(s.n) * s.h * s.w;
    for (int c = 0; c < s.c; c++)
    {
        double sum = 0, square = 0;
        for (int n = 0; n < s.n; n++)
            for (int i = 0; i < s.h; i++)
                for (int j = 0; j < s.w; j++)
                {
                    sum += x.at(n, c, i, j);
                    square += x.at(n, c, i, j) * x.at(n, c, i, j);
                }
        mean[c] = sum / count;
        variance[c] = square / count - mean[c] * mean[c];
    }
}

double connect(const Wide& in, const Wide& weight, double bias, int n, int output)
{
    double sum = bias;
    for (int c = 0; c < in.shape.c; c++)
        for (int y = 0; y < in.shape.h; y++)
            for (int x = 0; x < in.shape.w; x++)
                sum += weight.at(output, c, y, x) * in.at(n, c, y, x);
    return sum;
}

//! Which of `size` a slice takes.
std::vector<int> taken(const SliceRange& range, int size)
{
    std::vector<int> indices;
    const int begin = range.begin < 0 ? range.begin + size : range.begin,
              end = range.end < 0 ? range.end + size : range.end;
    for (int i = 0; i < size; i++)
        if (i >= begin && i < end && (i - std::max(begin, 0)) % range.step == 0)
            indices.push_back(i);
    return indices;
}

} // namespace

Wide naiveForward(const Node& node, const std::vector<Wide>& inputs, const std::vector<Wide>& p,
                  const Shape& shape, bool training)
{
    Wide out(shape);
    std::vector<double> mean, variance;
    if (node.op == Op::BatchNorm)
        statistics(node, inputs[0], p, training, mean, variance);
    for (int n = 0; n < shape.n; n++)
        for (int c = 0; c < shape.c; c++)
            for (int y = 0; y < shape.h; y++)
                for (int x = 0; x < shape.w; x++)
                {
                    double& value = out.at(n, c, y, x);
                    switch (node.op)
                    {
                    case Op::Input:
                        value = inputs[0].at(n, c, y, x);
                        break;
                    case Op::Conv:
                        value = convolve(node, inputs[0], p[0], p[1].data[c], n, c, y, x);
                        break;
                    case Op::BatchNorm:
                        value = (inputs[0].at(n, c, y, x) - mean[c]) / std::sqrt(variance[c] + node.epsilon) *
                                    p[0].data[c] +
                                p[1].data[c];
                        break;
                    case Op::Relu:
                        value = std::max(0., inputs[0].at(n, c, y, x));
                        break;
                    case Op::Clip:
                        value = std::min<double>(node.upper,
                                                 std::max<double>(node.lower, inputs[0].at(n, c, y, x)));
                        break;
                    case Op::LeakyRelu:
                    {
                        const double v = inputs[0].at(n, c, y, x);
                        value = v < 0 ? node.alpha * v : v;
                        break;
                    }
                    case Op::Sigmoid:
                        value = 1 / (1 + std::exp(-inputs[0].at(n, c, y, x)));
                        break;
                    case Op::HardSigmoid:
                        value = std::min(
                            1., std::max(0., double(node.alpha) * inputs[0].at(n, c, y, x) + node.beta));
                        break;
                    case Op::Swish:
                    {
                        const double v = inputs[0].at(n, c, y, x);
                        value = v / (1 + std::exp(-v));
                        break;
                    }
                    case Op::HardSwish:
                    {
                        const double v = inputs[0].at(n, c, y, x);
                        value = v * std::min(1., std::max(0., double(node.alpha) * v + node.beta));
                        break;
                    }
                    case Op::Softplus:
                        value = std::log(1 + std::exp(inputs[0].at(n, c, y, x)));
                        break;
                    case Op::Tanh:
                        value = std::tanh(inputs[0].at(n, c, y, x));
                        break;
                    case Op::Erf:
                        value = std::erf(inputs[0].at(n, c, y, x));
                        break;
                    case Op::Elu:
                    {
                        const double v = inputs[0].at(n, c, y, x);
                        value = v < 0 ? node.alpha * (std::exp(v) - 1) : v;
                        break;
                    }
                    case Op::Mul:
                        value = ofMap(inputs[0], n, c, y, x) * ofMap(inputs[1], n, c, y, x);
                        break;
                    case Op::GlobalAveragePool:
                        value = meanOfPlane(inputs[0], n, c);
                        break;
                    case Op::Add:
                        for (const Wide& i : inputs)
                            value += i.at(n, c, y, x);
                        break;
                    case Op::Concat:
                    {
                        int channel = c;
                        size_t i = 0;
                        while (channel >= inputs[i].shape.c)
                            channel -= inputs[i++].shape.c;
                        value = inputs[i].at(n, channel, y, x);
                        break;
                    }
                    case Op::MaxPool:
                    case Op::AveragePool:
                        value = pool(node, inputs[0], n, c, y, x);
                        break;
                    case Op::FullyConnected:
                        value = connect(inputs[0], p[0], p[1].data[c], n, c);
                        break;
                    case Op::Slice:
                        value = inputs[0].at(n, taken(node.channels, inputs[0].shape.c)[c],
                                             taken(node.rows, inputs[0].shape.h)[y],
                                             taken(node.columns, inputs[0].shape.w)[x]);
                        break;
                    case Op::Resize:
                        value = inputs[0].at(n, c, y / node.scale, x / node.scale);
                        break;
                    }
                }
    return out;
}

std::vector<Wide> naiveForward(const Graph& graph, const Wide& input, const std::vector<Wide>& parameters,
                               bool training)
{
    const std::vector<Shape> shapes = graph.shapes(input.shape);
    std::vector<Wide> values(graph.nodes.size());
    values[0] = input;
    for (size_t i = 1; i < graph.nodes.size(); i++)
    {
        std::vector<Wide> in, p;
        for (int j : graph.nodes[i].inputs)
            in.push_back(values[j]);
        for (int j : graph.nodes[i].parameters)
            p.push_back(parameters[j]);
        values[i] = naiveForward(graph.nodes[i], in, p, shapes[i], training);
    }
    return values;
}

} // namespace opencv_test
