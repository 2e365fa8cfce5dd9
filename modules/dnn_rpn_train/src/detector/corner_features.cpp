// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "corner_features.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Padding before and behind one side, so that `pixels / stride + 1` outputs come out, the first at pixel 0.
struct Padding
{
    int before, behind;
    double error; //!< how far from pixel 0 the first is, in cells

    Padding(int kernel, double centre, int stride, int cells, int pixels)
    {
        // The first output's centre, in cells, is centre / stride + (kernel - 1) / 2 - before.
        const double wanted = centre / stride + (kernel - 1) / 2.;
        before = std::max(0, cvRound(wanted));
        error = std::abs(wanted - before);
        behind = std::max(0, cvRound(static_cast<double>(pixels) / stride) + kernel - cells - before);
    }
};

} // namespace

int addCornerFeatures(Graph& graph, const std::string& name, int features, int channels, Size input)
{
    const Grid grid = gridOf(graph, features);
    const Shape cells = graph.shapes(Shape(1, 3, input.height, input.width)).at(features);
    auto padding = [&](int kernel, bool vertical) {
        return Padding(kernel, grid.centre, grid.stride, vertical ? cells.h : cells.w,
                       vertical ? input.height : input.width);
    };
    const int kernel = padding(2, false).error <= padding(3, false).error ? 2 : 3;
    const int conv = graph.addConv(name, features, cells.c, channels, kernel);
    const Padding x = padding(kernel, false), y = padding(kernel, true);
    Node& node = graph.nodes[conv];
    node.padLeft = x.before;
    node.padRight = x.behind;
    node.padTop = y.before;
    node.padBottom = y.behind;
    return graph.addRelu(name + ".relu", conv);
}

} // namespace dnn_rpn_train
} // namespace cv
