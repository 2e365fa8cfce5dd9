// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "pyramid.hpp"
#include "backbone.hpp"

#include <map>

namespace cv {
namespace dnn_rpn_train {

namespace {

//! By stride, the last node that everything behind it goes through.
std::map<int, int> stageEnds(const Graph& graph, int features)
{
    std::map<int, int> ends;
    const std::vector<Grid> grids = gridsOf(graph, features + 1);
    int firstRead = features; // by the nodes behind
    for (int i = features; i > 0; i--)
    {
        if (firstRead >= i)
            ends.insert({grids[i].stride, i}); // unless there is one
        for (int input : graph.nodes[i].inputs)
            firstRead = std::min(firstRead, input);
    }
    return ends;
}

//! Whether each map is half as wide (or high) as the one before it.
bool areHalves(const Graph& graph, const std::vector<int>& maps, Size input, bool rows)
{
    try
    {
        const std::vector<Shape> shapes = graph.shapes(Shape(1, 3, input.height, input.width));
        for (size_t i = 1; i < maps.size(); i++)
        {
            const Shape &large = shapes[maps[i - 1]], &small = shapes[maps[i]];
            if (rows ? large.h != 2 * small.h : large.w != 2 * small.w)
                return false;
        }
        return true;
    }
    catch (const cv::Exception&)
    {
        return false; // nothing is left
    }
}

//! The nearest lengths of that side of the image, below and above, at which the maps are halves; "" if
//! there are none.
String suitable(const Graph& graph, const std::vector<int>& maps, Size input, bool rows, int stride)
{
    const int now = rows ? input.height : input.width;
    auto suits = [&](int length) {
        (rows ? input.height : input.width) = length;
        return length > 0 && areHalves(graph, maps, input, rows);
    };
    String text;
    for (int sign : {-1, 1})
    {
        // Whole cells, if possible: one with a rest wastes part of what is computed.
        std::vector<int> lengths{sign < 0 ? now / stride * stride : (now + stride - 1) / stride * stride};
        for (int distance = 1; distance <= 2 * stride; distance++)
            lengths.push_back(now + sign * distance);
        const auto length = std::find_if(lengths.begin(), lengths.end(), suits);
        if (length != lengths.end())
            text += format("%s%d", text.empty() ? "" : " or ", *length);
    }
    return text;
}

//! @param last the level of the last map
void checkSizes(const Graph& graph, const std::vector<int>& maps, Size input, int last)
{
    const String complaint =
        format("a pyramid needs maps that are halves of each other, and those of an input of "
               "%dx%d are not: ",
               input.width, input.height);
    String choice;
    for (bool rows : {false, true})
    {
        if (areHalves(graph, maps, input, rows))
            continue;
        const char* const side = rows ? "height" : "width";
        const String lengths = suitable(graph, maps, input, rows, 1 << last);
        if (lengths.empty())
            CV_Error_(
                Error::StsBadSize,
                ("%sno %s near it suits this backbone; a pyramid whose finest level is the backbone's last, "
                 "%d, takes any",
                 complaint.c_str(), side, last));
        choice += format("%sa %s of %s", choice.empty() ? "" : " and ", side, lengths.c_str());
    }
    if (!choice.empty())
        CV_Error_(Error::StsBadSize, ("%schoose %s", complaint.c_str(), choice.c_str()));
}

//! A convolution that keeps the variance, as nothing is cut off behind it.
int addConv(Graph& graph, const std::string& name, int input, int channels, int kernel, int stride, RNG& rng)
{
    const int inputs = graph.channels(input);
    const int node = graph.addConv(name, input, inputs, channels, kernel, stride);
    drawWeights(graph.parameters[graph.nodes[node].parameters[0]].value,
                std::sqrt(1. / (inputs * kernel * kernel)), rng);
    return node;
}

//! The finer map, and the coarser one enlarged.
int addSum(Graph& graph, const std::string& name, int fine, int coarse)
{
    Node enlarge;
    enlarge.name = name + ".up";
    enlarge.op = Op::Resize;
    enlarge.scale = 2;
    enlarge.inputs = {coarse};
    Node sum;
    sum.name = name + ".sum";
    sum.op = Op::Add;
    sum.inputs = {fine, graph.add(enlarge)}; // the cells are where those of the first are
    return graph.add(sum);
}

//! The maps of the levels that the backbone has; cv::Exception tells which one it lacks.
std::vector<int> levelMaps(const PyramidParams& params, const Graph& graph, const std::vector<int>& given)
{
    std::map<int, int> ends;
    if (given.size() == 1)
        ends = stageEnds(graph, given[0]);
    else
        for (int node : given)
            ends.insert({gridOf(graph, node).stride, node});
    const int last = gridOf(graph, given.back()).stride;
    std::vector<int> maps;
    for (int level = params.finest; level <= params.coarsest && (1 << level) <= last; level++)
    {
        const auto end = ends.find(1 << level);
        if (end == ends.end())
            break;
        maps.push_back(end->second);
    }
    const int reached = params.finest + static_cast<int>(maps.size()) - 1;
    if (maps.empty() || (reached < params.coarsest && 1 << reached != last))
    {
        String strides;
        for (const auto& end : ends)
            strides += format("%s%d", strides.empty() ? "" : ", ", end.first);
        CV_Error_(Error::StsBadArg, ("a pyramid's level %d needs a map of stride %d, and the backbone has %s",
                                     reached + 1, 1 << (reached + 1), strides.c_str()));
    }
    return maps;
}

//! Whether what the coarsest map shows is in the finest one.
bool isNeck(const Graph& graph, const std::vector<int>& maps)
{
    if (maps.size() < 2)
        return false;
    const std::vector<char> needed = graph.behind({maps.front()});
    const std::vector<Grid> grids = gridsOf(graph, static_cast<int>(graph.nodes.size()));
    for (size_t i = 0; i < grids.size(); i++)
        if (needed[i] && grids[i].cells && grids[i].stride >= grids[maps.back()].stride)
            return true;
    return false;
}

} // namespace

std::vector<int> addPyramid(const PyramidParams& params, Graph& graph, const std::vector<int>& given,
                            Size input, RNG& rng)
{
    const int highest = 10;
    if (params.finest < 1 || params.coarsest < params.finest || params.coarsest > highest)
        CV_Error_(Error::StsOutOfRange, ("levels %d..%d of a pyramid: they must rise within 1..%d",
                                         params.finest, params.coarsest, highest));
    if (params.channels < 1)
        CV_Error_(Error::StsOutOfRange, ("a pyramid cannot have %d channels", params.channels));

    const std::vector<int> maps = levelMaps(params, graph, given);
    const int reached = params.finest + static_cast<int>(maps.size()) - 1;
    const bool neck = isNeck(graph, maps);
    checkSizes(graph, maps, input, reached);

    auto nameOf = [](const char* what, int level) {
        return std::string("pyramid.") + what + std::to_string(level);
    };
    std::vector<int> levels(maps.size());
    int above = -1; // none, or one that is to be added to the next
    for (int i = static_cast<int>(maps.size()) - 1; i >= 0; i--)
    {
        const int level = params.finest + i;
        const int lateral = addConv(graph, nameOf("lateral", level), maps[i], params.channels, 1, 1, rng);
        if (neck)
        {
            levels[i] = lateral;
            continue;
        }
        above = above < 0 ? lateral : addSum(graph, nameOf("level", level), lateral, above);
        levels[i] = addConv(graph, nameOf("level", level), above, params.channels, 3, 1, rng);
    }
    for (int level = reached + 1; level <= params.coarsest; level++)
    {
        int below = levels.back();
        if (level > reached + 1)
            below = graph.addRelu(nameOf("level", level - 1) + ".relu", below);
        levels.push_back(addConv(graph, nameOf("level", level), below, params.channels, 3, 2, rng));
    }
    return levels;
}

} // namespace dnn_rpn_train
} // namespace cv
