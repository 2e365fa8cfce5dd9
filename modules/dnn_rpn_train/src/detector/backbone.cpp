// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "backbone.hpp"
#include "../onnx/import.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! As a layer of the graph, it is in the exported file, and an application can get nothing wrong.
int addPreprocessing(Graph& graph, int input)
{
    static const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225}; // R, G, B
    const int node = graph.addConv("preprocess", input, 3, 3, 1);
    Parameter& weight = graph.parameters[graph.nodes[node].parameters[0]];
    Parameter& bias = graph.parameters[graph.nodes[node].parameters[1]];
    weight.trainable = bias.trainable = false;
    for (int rgb = 0; rgb < 3; rgb++)
    {
        const int bgr = 2 - rgb;
        weight.value.data()[rgb * 3 + bgr] = static_cast<float>(1 / (255 * deviation[rgb]));
        bias.value.data()[rgb] = static_cast<float>(-mean[rgb] / deviation[rgb]);
    }
    return node;
}

int addSmallBackbone(Graph& graph, int input, RNG& rng)
{
    static const struct
    {
        int channels, stride;
    } layers[] = {{16, 2}, {32, 2}, {32, 1}, {64, 2}, {64, 1}, {96, 2}, {96, 1}, {96, 1}};
    int node = input, channels = 3, index = 0;
    for (const auto& layer : layers)
    {
        const std::string name = "small" + std::to_string(++index);
        node = graph.addConv(name, node, channels, layer.channels, 3, layer.stride);
        // He et al. 2015, eq. 10: keeps the variance through layers with ReLU.
        drawWeights(graph.parameters[graph.nodes[node].parameters[0]].value, std::sqrt(2. / (channels * 9)),
                    rng);
        node = graph.addBatchNorm(name + ".norm", node, layer.channels);
        node = graph.addRelu(name + ".relu", node);
        channels = layer.channels;
    }
    graph.trainBatchNorm(node + 1); // there are no statistics yet that could be kept
    return node;
}

} // namespace

void drawWeights(Tensor& weights, double deviation, RNG& rng)
{
    for (size_t i = 0; i < weights.shape().total(); i++)
        weights.data()[i] = static_cast<float>(rng.gaussian(deviation));
}

int addBackbone(Graph& graph, const std::string& backbone, RNG& rng)
{
    const int image = graph.addInput("picture");
    const int normalised = addPreprocessing(graph, image);
    return backbone == "small" ? addSmallBackbone(graph, normalised, rng)
                               : importOnnx(backbone, graph, normalised);
}

} // namespace dnn_rpn_train
} // namespace cv
