// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "average.hpp"

namespace cv {
namespace dnn_rpn_train {

Average::Average(Graph& graph_, double decay_) : graph(graph_), decay(decay_)
{
    CV_Assert(decay > 0 && decay < 1);
    const std::vector<char> changing = graph.changing();
    for (size_t p = 0; p < changing.size(); p++)
        averages.push_back(changing[p] ? graph.parameters[p].value.clone() : Tensor());
}

void Average::update(int step)
{
    const float share = static_cast<float>(1 - std::min(decay, (1. + step) / (10. + step)));
    parallel_for_(Range(0, static_cast<int>(averages.size())), [&](const Range& range) {
        for (int p = range.start; p < range.end; p++)
        {
            const float* w = graph.parameters[p].value.data();
            float* a = averages[p].data();
            for (size_t i = 0; i < averages[p].shape().total(); i++)
                a[i] += share * (w[i] - a[i]);
        }
    });
}

void Average::exchange()
{
    // The elements, not the tensors: others share the graph's memory.
    for (size_t p = 0; p < averages.size(); p++)
        std::swap_ranges(averages[p].data(), averages[p].data() + averages[p].shape().total(),
                         graph.parameters[p].value.data());
}

} // namespace dnn_rpn_train
} // namespace cv
