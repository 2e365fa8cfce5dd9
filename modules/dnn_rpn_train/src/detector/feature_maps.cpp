// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "feature_maps.hpp"

#include <sstream>

namespace cv {
namespace dnn_rpn_train {

namespace {

const std::string prefix = "backbone."; //!< that OnnxImport puts before names

bool isOneOf(const std::string& type, std::initializer_list<const char*> types)
{
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool isPointwise(const Node& n)
{
    return n.op == Op::Conv && n.kernel == Size(1, 1) && n.stride == Size(1, 1);
}

bool gives(const OnnxImport::Layer& layer, const std::set<std::string>& values)
{
    return std::any_of(layer.outputs.begin(), layer.outputs.end(),
                       [&](const std::string& o) { return values.count(o) != 0; });
}

} // namespace

FeatureMaps::FeatureMaps(const Graph& graph_, const OnnxImport& file_, int input_)
    : graph(graph_), file(file_), input(input_), grids(graph.nodes.size()), map(graph.nodes.size(), 0),
      reshaped(graph.nodes.size(), 0), dominator(graph.nodes.size(), -1), depth(graph.nodes.size(), 0)
{
    std::vector<char> fits(graph.nodes.size(), 1);
    for (int i = 0; i < static_cast<int>(graph.nodes.size()); i++)
    {
        const std::vector<int>& inputs = graph.nodes[i].inputs;
        for (int j : inputs)
            fits[i] = fits[i] && fits[j];
        if (fits[i])
            try
            {
                grids[i] = nextGrid(graph, i, grids);
            }
            catch (const cv::Exception&)
            {
                fits[i] = 0; // branches of other strides meet: no image suits it
            }
        map[i] = i > input && fits[i] && grids[i].cells;
        if (i <= input)
            continue;
        int common = inputs.at(0);
        for (int j : inputs)
            common = commonDominator(common, j);
        dominator[i] = common;
        depth[i] = depth[common] + 1;
    }
    for (const OnnxImport::Layer& layer : file.layers())
        if (!layer.constant && !layer.outputs.empty() && file.node(layer.outputs[0]) < 0 &&
            isOneOf(layer.type, {"Reshape", "Transpose", "Flatten", "Squeeze"}))
            for (const std::string& value : layer.inputs)
                if (file.node(value) >= 0)
                    reshaped[file.node(value)] = 1;
}

int FeatureMaps::commonDominator(int a, int b) const
{
    while (a != b)
        (depth[a] < depth[b] ? b : a) = dominator[depth[a] < depth[b] ? b : a];
    return a;
}

std::string FeatureMaps::nameOf(const Node& node)
{
    return node.name.compare(0, prefix.size(), prefix) == 0 ? node.name.substr(prefix.size()) : node.name;
}

//! The known nodes that an output is made from without another known one between.
std::vector<int> FeatureMaps::readFor(const std::string& output) const
{
    if (file.node(output) >= 0)
        return {file.node(output)};
    std::vector<int> nodes;
    const std::set<std::string> needed = file.behind({output});
    for (const OnnxImport::Layer& layer : file.layers())
        if (gives(layer, needed) && !layer.constant && file.node(layer.outputs[0]) < 0)
            for (const std::string& value : layer.inputs)
                if (file.node(value) >= 0)
                    nodes.push_back(file.node(value));
    return nodes;
}

//! Of all maps that nodes are made from, or are, those that no other of them is made from.
std::vector<int> FeatureMaps::lastMaps(const std::vector<int>& nodes) const
{
    const std::vector<char> needed = graph.behind(nodes);
    std::vector<char> followed(needed.size(), 0);
    std::vector<int> last;
    for (int i = static_cast<int>(needed.size()) - 1; i > input; i--)
    {
        if (!needed[i])
            continue;
        if (map[i] && !followed[i])
            last.push_back(i);
        if (map[i] || followed[i])
            for (int j : graph.nodes[i].inputs)
                followed[j] = 1;
    }
    return last;
}

/** @brief Where a detector's head makes its predictions: linear convolutions of one cell and what joins their
results.
@param node that is made into a list
@return what they read; the node itself if they are no such head */
std::vector<int> FeatureMaps::beforePredictions(int node) const
{
    std::vector<int> open{node}, read;
    std::set<int> seen;
    bool predicts = false;
    while (!open.empty())
    {
        const int i = open.back();
        open.pop_back();
        if (!seen.insert(i).second)
            continue;
        const Node& n = graph.nodes[i];
        const bool prediction = n.op == Op::Sigmoid || isPointwise(n);
        if (!map[i])
            return {node};
        if (!prediction && n.op != Op::Concat && n.op != Op::Slice)
        {
            read.push_back(i);
            continue;
        }
        predicts = predicts || prediction;
        open.insert(open.end(), n.inputs.begin(), n.inputs.end());
    }
    return predicts ? read : std::vector<int>{node};
}

/** @brief A classifier whose last convolution has a channel a class, of which the mean is all that follows
(SqueezeNet).
@return what the convolution reads; the node itself if it is none */
int FeatureMaps::beforePooledClasses(int node, const std::string& output) const
{
    std::string value = output;
    bool pools = false;
    const std::vector<OnnxImport::Layer>& layers = file.layers();
    for (auto layer = layers.rbegin(); layer != layers.rend() && file.node(value) != node; ++layer)
        if (!layer->inputs.empty() && gives(*layer, {value}))
        {
            const bool pooling = isOneOf(layer->type, {"GlobalAveragePool", "ReduceMean"});
            if (!pooling && !isOneOf(layer->type, {"Flatten", "Reshape", "Squeeze", "Softmax", "LogSoftmax",
                                                   "Identity", "Dropout", "Cast"}))
                return node;
            pools = pools || pooling;
            value = layer->inputs[0];
        }
    const Node& n = graph.nodes[node];
    const int conv = n.op == Op::Relu ? n.inputs[0] : node;
    const int before = graph.nodes[conv].inputs[0];
    const bool classifies = pools && file.node(value) == node && isPointwise(graph.nodes[conv]);
    return classifies && map[before] ? before : node;
}

std::vector<int> FeatureMaps::targets(const std::string& output) const
{
    const int node = file.node(output);
    if (node >= 0 && map[node])
        return {node};
    const std::vector<int> last = lastMaps(readFor(output));
    std::vector<int> all;
    for (int i : last)
    {
        std::vector<int> before{i};
        if (reshaped[i])
            before = beforePredictions(i);
        else if (last.size() == 1)
            before = {beforePooledClasses(i, output)};
        all.insert(all.end(), before.begin(), before.end());
    }
    return all;
}

//! What is left off should be a head, which has few convolutions, and not most of the network.
void FeatureMaps::refuseIfMuchIsUnknown() const
{
    const std::set<std::string> needed = file.behind(file.outputs());
    int known = 0, unknown = 0, products = 0;
    for (const OnnxImport::Layer& layer : file.layers())
        if (gives(layer, needed))
        {
            if (isOneOf(layer.type, {"Conv", "ConvTranspose"}))
                (layer.known ? known : unknown)++;
            else if (!layer.known && isOneOf(layer.type, {"MatMul", "Gemm"}))
                products++;
        }
    if (10 * unknown <= known && (products <= 8 || known >= 5))
        return;
    for (const std::string& output : file.outputs())
        file.require(output);
}

std::vector<int> FeatureMaps::found() const
{
    std::map<int, std::vector<int>> byStride;
    for (const std::string& output : file.outputs())
        for (int i : targets(output))
            byStride[grids[i].stride].push_back(i);
    if (byStride.empty())
    {
        for (const std::string& output : file.outputs())
            file.require(output);
        CV_Error_(Error::StsBadArg, ("'%s' has no feature map: '%s' has no cells", file.path().c_str(),
                                     file.outputs()[0].c_str()));
    }
    refuseIfMuchIsUnknown();
    std::vector<int> all;
    for (const auto& group : byStride)
    {
        int common = group.second[0];
        for (int i : group.second)
            common = commonDominator(common, i);
        while (common > input && (!map[common] || grids[common].stride != group.first))
            common = dominator[common];
        all.push_back(common > input ? common : *std::max_element(group.second.begin(), group.second.end()));
    }
    return all;
}

int FeatureMaps::named(const std::string& name) const
{
    const std::string value = file.valueNamed(name);
    if (value.empty())
        CV_Error_(Error::StsObjectNotFound,
                  ("features: '%s' has no node or value '%s'; --describe lists its maps", file.path().c_str(),
                   name.c_str()));
    const int node = file.require(value);
    if (!map[node])
        CV_Error_(Error::StsBadArg, ("features: '%s' of '%s' is no feature map: it has no cells",
                                     name.c_str(), file.path().c_str()));
    return node;
}

std::vector<int> FeatureMaps::listed(const std::string& names) const
{
    std::map<int, int> byStride;
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ',');)
    {
        const int node = named(name);
        const auto [at, isNew] = byStride.insert({grids[node].stride, node});
        if (!isNew)
            CV_Error_(Error::StsBadArg, ("features: '%s' and '%s' both have cells of %d pixels; name one",
                                         nameOf(graph.nodes[at->second]).c_str(), name.c_str(), at->first));
    }
    if (byStride.empty())
        CV_Error(Error::StsBadArg, "features= names no node; auto finds them");
    std::vector<int> all;
    for (const auto& entry : byStride)
        all.push_back(entry.second);
    return all;
}

std::vector<int> FeatureMaps::trunk(const std::vector<int>& maps) const
{
    std::set<int> all;
    for (int i : maps)
        for (; i > input; i = dominator[i])
            if (map[i] && file.node(nameOf(graph.nodes[i])) == i)
                all.insert(i);
    return {all.begin(), all.end()};
}

int FeatureMaps::leftOff(const std::vector<int>& maps) const
{
    std::vector<std::string> values;
    for (int i : maps)
        values.push_back(nameOf(graph.nodes[i]));
    const std::set<std::string> needed = file.behind(values);
    int count = 0;
    for (const OnnxImport::Layer& layer : file.layers())
        count += !layer.constant && !gives(layer, needed);
    return count;
}

} // namespace dnn_rpn_train
} // namespace cv
