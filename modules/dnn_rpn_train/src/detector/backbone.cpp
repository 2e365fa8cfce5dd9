// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "backbone.hpp"
#include "feature_maps.hpp"
#include "preprocessing.hpp"

#include "opencv2/dnn_rpn_train/trainer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

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

//! "name (cells of 16 pixels, 256 channels)"
std::string describeMap(const Graph& graph, const FeatureMaps& maps, int node)
{
    return format("%s (cells of %d pixels, %d channels)", FeatureMaps::nameOf(graph.nodes[node]).c_str(),
                  maps.grid(node).stride, graph.channels(node));
}

std::string describeMaps(const Graph& graph, const FeatureMaps& maps, const std::vector<int>& nodes)
{
    std::string text;
    for (int node : nodes)
        text += (text.empty() ? "" : ", ") + describeMap(graph, maps, node);
    return text;
}

//! Of those that there are, those to take.
std::vector<int> choose(const FeatureMaps& maps, const std::vector<int>& all, const TrainParams& params)
{
    std::vector<int> chosen;
    if (!params.pyramid.exists())
    {
        chosen = {all.front()};
        for (int node : all)
            if (maps.grid(node).stride <= 16)
                chosen = {node};
        return chosen;
    }
    const int last = maps.grid(all.back()).stride;
    for (int level = params.pyramid.finest; level <= params.pyramid.coarsest && (1 << level) <= last; level++)
        for (int node : all)
            if (maps.grid(node).stride == 1 << level)
                chosen.push_back(node);
    const int reached = params.pyramid.finest + static_cast<int>(chosen.size()) - 1;
    const bool complete = !chosen.empty() && maps.grid(chosen.back()).stride == 1 << reached &&
                          (reached == params.pyramid.coarsest || 1 << reached == last);
    if (complete && all.size() > 1)
        return chosen;
    if (all.size() > 1 && params.features != "auto")
        CV_Error_(Error::StsBadArg, ("features=%s are not all levels of pyramid=%d-%d, which have cells of "
                                     "%d to %d pixels",
                                     params.features.c_str(), params.pyramid.finest, params.pyramid.coarsest,
                                     1 << params.pyramid.finest, 1 << params.pyramid.coarsest));
    return {all.back()};
}

//! A file's network behind the normalisation, and what is known of it.
struct FileBackbone
{
    Graph& graph;
    const int input;
    const OnnxImport file;
    const FeatureMaps maps;
    const std::vector<int> all, chosen;
    const InputFormat asked, said; //!< what the input should be: by the parameters, and by the file

    FileBackbone(Graph& graph_, const TrainParams& params)
        : graph(graph_), input(addPreprocessing(graph, graph.addInput("picture"))),
          file(params.backbone, graph, input), maps(graph, file, input),
          all(params.features == "auto" ? maps.found() : maps.listed(params.features)),
          chosen(choose(maps, all, params)), asked{params.normalise, params.channelOrder},
          said(formatOf(file.metadata()).or_(formatOf(graph, input)))
    {
        setPreprocessing(graph, input, asked.or_(said));
    }

    std::string told() const
    {
        std::string text = "features: " + describeMaps(graph, maps, chosen);
        std::vector<int> others;
        std::set_difference(all.begin(), all.end(), chosen.begin(), chosen.end(), std::back_inserter(others));
        if (!others.empty())
            text += "; not taken: " + describeMaps(graph, maps, others);
        const int left = maps.leftOff(chosen);
        if (left > 0)
            text += format("; left off: %d nodes behind %s", left, chosen.size() > 1 ? "them" : "it");
        const InputFormat format = asked.or_(said);
        text += "\ninput: " + format.or_({NORMALISE_IMAGENET, CHANNELS_RGB}).text();
        if (format.normalise == NORMALISE_AUTO)
            text += ", as most; the file does not say. Others: --normalise, --channel_order";
        return text;
    }
};

//! Multiplications of an image up to each node, in thousands of millions.
std::vector<double> productsUpTo(const Graph& graph, const std::vector<int>& nodes, Size size)
{
    const std::vector<Shape> shapes = graph.shapes(Shape(1, 3, size.height, size.width));
    std::vector<double> own(graph.nodes.size(), 0.), all;
    for (size_t i = 0; i < own.size(); i++)
    {
        const Node& n = graph.nodes[i];
        if (n.op == Op::Conv || n.op == Op::FullyConnected)
        {
            const Shape& weight = graph.parameters[n.parameters[0]].value.shape();
            own[i] = static_cast<double>(shapes[i].image()) * weight.image() / 1e9;
        }
    }
    for (int node : nodes)
    {
        const std::vector<char> needed = graph.behind({node});
        double sum = 0;
        for (size_t i = 2; i < own.size(); i++) // behind the normalisation
            sum += needed[i] ? own[i] : 0;
        all.push_back(sum);
    }
    return all;
}

//! The image's size, or one near it that the network takes: whole cells of its coarsest map.
Size sizeThatFits(const Graph& graph, Size size, int stride)
{
    try
    {
        graph.shapes(Shape(1, 3, size.height, size.width));
        return size;
    }
    catch (const cv::Exception&)
    {
        return Size((size.width + stride - 1) / stride * stride,
                    (size.height + stride - 1) / stride * stride);
    }
}

} // namespace

void drawWeights(Tensor& weights, double deviation, RNG& rng)
{
    for (size_t i = 0; i < weights.shape().total(); i++)
        weights.data()[i] = static_cast<float>(rng.gaussian(deviation));
}

Backbone addBackbone(Graph& graph, const TrainParams& params, RNG& rng)
{
    Backbone backbone;
    if (params.backbone == "small")
    {
        const int input = addPreprocessing(graph, graph.addInput("picture"));
        setPreprocessing(graph, input, {params.normalise, params.channelOrder});
        backbone.maps = {addSmallBackbone(graph, input, rng)};
    }
    else
    {
        const FileBackbone found(graph, params);
        backbone.maps = found.chosen;
        backbone.told = found.told();
        graph.keepOnly(backbone.maps);
    }
    backbone.last = static_cast<int>(graph.nodes.size()) - 1;
    return backbone;
}

int addBackbone(Graph& graph, const std::string& backbone, RNG& rng)
{
    TrainParams params;
    params.backbone = backbone;
    return addBackbone(graph, params, rng).maps[0];
}

String describeBackbone(const TrainParams& params)
{
    if (params.backbone == "small")
        return "small: built in, starts untrained; cells of 16 pixels, 96 channels";
    Graph graph;
    const FileBackbone b(graph, params);
    std::vector<int> listed = b.maps.trunk(b.all), wanted = listed;
    const String told = b.told();
    graph.keepOnly(wanted);
    const Size size = sizeThatFits(graph, params.size, b.maps.grid(b.all.back()).stride);
    const std::vector<double> products = productsUpTo(graph, wanted, size);
    const std::vector<int> channels = graph.allChannels();
    String text = format(
        "%s, for an input of %dx%d%s\n%8s %8s %12s  node\n", params.backbone.c_str(), size.width, size.height,
        size == params.size
            ? ""
            : format(", as %dx%d does not suit it", params.size.width, params.size.height).c_str(),
        "cells", "channels", "GMAC so far");
    for (size_t i = 0; i < listed.size(); i++)
    {
        const bool taken = std::find(b.chosen.begin(), b.chosen.end(), listed[i]) != b.chosen.end();
        // A convolution before its activation is of no use.
        const size_t next = std::min(i + 1, listed.size() - 1);
        if (!taken && next > i && products[next] == products[i] &&
            channels[wanted[next]] == channels[wanted[i]] &&
            b.maps.grid(listed[next]).stride == b.maps.grid(listed[i]).stride)
            continue;
        text += format("%8d %8d %12.3f  %s%s\n", b.maps.grid(listed[i]).stride, channels[wanted[i]],
                       products[i], FeatureMaps::nameOf(graph.nodes[wanted[i]]).c_str(), taken ? "  *" : "");
    }
    return text + "* " + told;
}

} // namespace dnn_rpn_train
} // namespace cv
