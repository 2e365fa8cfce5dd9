// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "preprocessing.hpp"
#include "../params/kinds.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! value / 255, less the mean, over the deviation; of R, G, B.
struct Numbers
{
    double mean[3], deviation[3];
};

Numbers numbersOf(Normalisation normalise)
{
    switch (normalise)
    {
    case NORMALISE_UNIT:
        return {{0, 0, 0}, {1, 1, 1}};
    case NORMALISE_SIGNED:
        return {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};
    case NORMALISE_BYTES:
        return {{0, 0, 0}, {1. / 255, 1. / 255, 1. / 255}};
    default:
        return {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
    }
}

//! What the first nodes make of a value of each channel: scale x + shift.
struct Affine
{
    double scale[3] = {1, 1, 1}, shift[3] = {0, 0, 0};

    //! False if the node is no such function.
    bool add(const Graph& graph, const Node& n)
    {
        const auto parameter = [&](size_t i) { return graph.parameters[n.parameters.at(i)].value.data(); };
        const bool conv = n.op == Op::Conv && n.group == 3 && n.kernel == Size(1, 1) &&
                          n.stride == Size(1, 1) && graph.parameters[n.parameters[0]].value.shape().n == 3;
        if (!conv && n.op != Op::BatchNorm)
            return false;
        for (int c = 0; c < 3; c++)
        {
            double a = parameter(0)[c], b = parameter(1)[c];
            if (n.op == Op::BatchNorm)
            {
                a /= std::sqrt(parameter(3)[c] + n.epsilon);
                b -= a * parameter(2)[c];
            }
            scale[c] *= a;
            shift[c] = shift[c] * a + b;
        }
        return true;
    }
};

} // namespace

InputFormat InputFormat::or_(const InputFormat& other) const
{
    InputFormat f = *this;
    if (f.normalise == NORMALISE_AUTO)
        f.normalise = other.normalise;
    if (f.order == CHANNELS_AUTO)
        f.order = other.order;
    return f;
}

std::string InputFormat::text() const
{
    return dnn_rpn::nameOf(normalise) + ", " + dnn_rpn::nameOf(order);
}

InputFormat formatOf(const std::map<std::string, std::string>& metadata)
{
    const auto value = [&](const char* key) {
        const auto found = metadata.find(key);
        return found == metadata.end() ? std::string() : found->second;
    };
    InputFormat f;
    const std::string pixels = value("Image.BitmapPixelFormat"), range = value("Image.NominalPixelRange");
    if (pixels.compare(0, 3, "Rgb") == 0)
        f.order = CHANNELS_RGB;
    else if (pixels.compare(0, 3, "Bgr") == 0)
        f.order = CHANNELS_BGR;
    if (range == "NominalRange_0_255")
        f.normalise = NORMALISE_BYTES;
    else if (range == "Normalized_0_1")
        f.normalise = NORMALISE_UNIT;
    else if (range == "Normalized_1_1")
        f.normalise = NORMALISE_SIGNED;
    if (value("author") == "Ultralytics")
        f = f.or_({NORMALISE_UNIT, CHANNELS_RGB});
    return f;
}

InputFormat formatOf(const Graph& graph, int input)
{
    Affine all;
    bool normalises = false;
    for (int at = input;;)
    {
        int reader = -1, readers = 0;
        for (int i = at + 1; i < static_cast<int>(graph.nodes.size()); i++)
            for (int j : graph.nodes[i].inputs)
                if (j == at)
                {
                    reader = i;
                    readers++;
                }
        if (readers != 1 || !all.add(graph, graph.nodes[reader]))
            break;
        normalises = true;
        at = reader;
    }
    InputFormat f;
    double largest = 0, furthest = 0;
    for (int c = 0; c < 3; c++)
    {
        largest = std::max(largest, std::abs(all.scale[c]));
        furthest = std::max(furthest, std::abs(all.shift[c]));
    }
    // What comes out is some units wide: (x / 255 - mean) / deviation, (x - mean) / deviation, or x - mean.
    if (!normalises || largest == 0)
        return f;
    const bool bytes = largest < 0.1 || furthest / largest > 10;
    f.normalise = bytes ? NORMALISE_BYTES : NORMALISE_UNIT;
    const double first = -all.shift[0] / all.scale[0], last = -all.shift[2] / all.scale[2];
    const double between =
        (first - last) / (bytes ? 255 : 1); // of the means of red and blue, 0.08 in ImageNet
    if (std::isfinite(between) && std::abs(between) > 0.03)
        f.order = between > 0 ? CHANNELS_RGB : CHANNELS_BGR;
    return f;
}

int addPreprocessing(Graph& graph, int input)
{
    const int node = graph.addConv("preprocess", input, 3, 3, 1);
    for (int p : graph.nodes[node].parameters)
        graph.parameters[p].trainable = false;
    setPreprocessing(graph, node, InputFormat());
    return node;
}

void setPreprocessing(Graph& graph, int node, const InputFormat& format)
{
    const Numbers numbers = numbersOf(format.normalise);
    Tensor &weight = graph.parameters[graph.nodes[node].parameters[0]].value,
           &bias = graph.parameters[graph.nodes[node].parameters[1]].value;
    weight.setTo(0);
    for (int rgb = 0; rgb < 3; rgb++)
    {
        const int bgr = 2 - rgb, output = format.order == CHANNELS_BGR ? bgr : rgb;
        weight.data()[output * 3 + bgr] = static_cast<float>(1 / (255 * numbers.deviation[rgb]));
        bias.data()[output] = static_cast<float>(-numbers.mean[rgb] / numbers.deviation[rgb]);
    }
}

} // namespace dnn_rpn_train
} // namespace cv
