// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "imported.hpp"

namespace cv {
namespace dnn_rpn_train {

int Imported::channels(int node)
{
    for (int i = static_cast<int>(allChannels.size()); i <= node; i++)
    {
        std::vector<int> inputs;
        for (int j : graph.nodes[i].inputs)
            inputs.push_back(allChannels[j]);
        allChannels.push_back(operatorOf(graph.nodes[i].op).channels(graph, graph.nodes[i], inputs));
    }
    return allChannels[node];
}

int Imported::stride(int node)
{
    for (int i = static_cast<int>(grids.size()); i <= node; i++)
    {
        Grid grid;
        bool fit = true;
        for (int j : graph.nodes[i].inputs)
            fit = fit && fits[j];
        if (fit)
            try
            {
                grid = nextGrid(graph, i, grids);
            }
            catch (const cv::Exception&)
            {
                fit = false;
            }
        grids.push_back(grid);
        fits.push_back(fit);
    }
    return fits[node] ? grids[node].stride : 0;
}

bool Imported::hasCells(int node)
{
    return stride(node) == 0 || grids[node].cells;
}

Shape Imported::shape(int node)
{
    if (image.total() == 0)
        return Shape();
    for (int i = static_cast<int>(shapes.size()); i <= node; i++)
    {
        const Node& n = graph.nodes[i];
        ShapeArgs args{graph, n, {}, image};
        bool known = true;
        for (int j : n.inputs)
        {
            args.inputs.push_back(shapes[j]);
            known = known && shapes[j].total() > 0;
        }
        if (n.op == Op::Input)
            args.inputs.push_back(image);
        Shape s;
        if (known)
            try
            {
                s = operatorOf(n.op).shape(args);
            }
            catch (const cv::Exception&)
            {
                s = Shape(); // the file's own size does not suit it
            }
        shapes.push_back(s);
    }
    return shapes[node];
}

void Imported::cut(size_t nodes, size_t parameters)
{
    graph.nodes.resize(nodes);
    graph.parameters.resize(parameters);
    const auto shorten = [&](auto& all) { all.resize(std::min(all.size(), nodes)); };
    shorten(allChannels);
    shorten(grids);
    shorten(fits);
    shorten(shapes);
}

ShapeArray Imported::array(const std::string& name) const
{
    const auto found = arrays.find(name);
    if (found != arrays.end())
        return found->second;
    ShapeArray a;
    a.dims = constants.dims(name);
    a.whole = constants.isWhole(name);
    if (a.whole)
        for (int64_t value : constants.wholeNumbers(name))
            a.numbers.push_back({static_cast<double>(value), -1, 0});
    else
        for (float value : constants.floats(name))
            a.numbers.push_back({value, -1, 0});
    return a;
}

void Imported::addArray(const std::string& name, const ShapeArray& array)
{
    if (!array.constant())
    {
        arrays[name] = array;
        return;
    }
    std::vector<double> numbers;
    for (const ShapeNumber& n : array.numbers)
        numbers.push_back(n.value);
    constants.add(name, array.dims, numbers, array.whole);
}

} // namespace dnn_rpn_train
} // namespace cv
