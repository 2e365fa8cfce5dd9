// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "engine_parameters.hpp"

namespace cv {
namespace dnn_rpn_train {

EngineParameters::EngineParameters(Graph& graph_, const Ptr<Engine>& engine)
    : graph(graph_), gradients(graph_.parameters.size()), follows(graph_.parameters.size(), 0)
{
    std::vector<Tensor*> read(gradients.size(), nullptr), followed = read, written = read;
    for (const Node& n : graph.nodes)
    {
        for (int p : n.parameters)
        {
            read[p] = &graph.parameters[p].value;
            if (!graph.parameters[p].trainable)
                continue;
            gradients[p].create(read[p]->shape());
            gradients[p].setTo(0);
            written[p] = &gradients[p];
        }
        if (n.op == Op::BatchNorm && n.batchStatistics)
            for (int k : {2, 3})
                follows[n.parameters[k]] = 1;
    }
    for (size_t p = 0; p < read.size(); p++)
        if (follows[p])
            std::swap(read[p], followed[p]);
    values = engine->deviceCopy(read);
    averages = engine->deviceCopy(followed);
    gradientCopies = engine->deviceCopy(written);
}

Tensor& EngineParameters::value(int parameter)
{
    if (!values)
        return graph.parameters[parameter].value;
    return follows[parameter] ? (*averages)[parameter] : (*values)[parameter];
}

Tensor& EngineParameters::gradient(int parameter)
{
    return gradientCopies ? (*gradientCopies)[parameter] : gradients[parameter];
}

void EngineParameters::upload()
{
    if (!values)
        return;
    values->upload();
    averages->upload();
}

void EngineParameters::download()
{
    if (!values)
        return;
    values->download();
    averages->download();
}

const Tensor& EngineParameters::download(int parameter)
{
    if (values)
        (follows[parameter] ? averages : values)->download(parameter);
    return graph.parameters[parameter].value;
}

Tensor& EngineParameters::hostGradient(int parameter)
{
    if (gradientCopies)
        gradientCopies->download();
    return gradients.at(parameter);
}

void EngineParameters::clearGradients()
{
    if (gradientCopies)
        gradientCopies->download();
    for (Tensor& t : gradients)
        if (!t.empty())
            t.setTo(0);
    if (gradientCopies)
        gradientCopies->upload();
}

void EngineParameters::stepped()
{
    if (values)
        values->markDeviceNewer();
}

void EngineParameters::gradientsWritten()
{
    if (gradientCopies)
        gradientCopies->markDeviceNewer();
}

void EngineParameters::averagesFollowed()
{
    if (averages)
        averages->markDeviceNewer();
}

size_t EngineParameters::gradientBytes() const
{
    size_t bytes = 0;
    for (const Tensor& t : gradients)
        bytes += t.shape().total() * sizeof(float);
    return bytes;
}

} // namespace dnn_rpn_train
} // namespace cv
