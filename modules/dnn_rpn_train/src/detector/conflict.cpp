// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "conflict.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Copies of what a training changes, by parameter; empty where nothing does.
std::vector<Tensor> copiesOf(Network& network)
{
    network.parameters().download();
    const std::vector<char> changing = network.graph().changing();
    std::vector<Tensor> copies(changing.size());
    for (size_t p = 0; p < copies.size(); p++)
        if (changing[p])
            copies[p] = network.graph().parameters[p].value.clone();
    return copies;
}

void restore(Network& network, const std::vector<Tensor>& copies)
{
    network.parameters().download(); // or the copies of an engine would be newer
    for (size_t p = 0; p < copies.size(); p++)
        if (!copies[p].empty())
            copies[p].flat().copyTo(network.graph().parameters[p].value.flat());
}

//! Of all parameters that this network trains, by one of the two losses.
std::vector<Tensor> gradientsOf(const ConflictTask& task, bool ofCls)
{
    task.loss();
    task.head->clearGradients(*task.network, !ofCls, ofCls);
    task.network->backward();
    if (task.sumGradients)
        task.sumGradients();
    std::vector<Tensor> gradients(task.network->graph().parameters.size());
    for (size_t p = 0; p < gradients.size(); p++)
    {
        const Tensor& gradient = task.network->parameterGradient(static_cast<int>(p));
        if (!gradient.empty())
            gradients[p] = gradient.clone();
    }
    return gradients;
}

//! The weights of the last node with any that both tasks stand on and that are trained; -1 if there is none.
int sharedWeights(const Graph& graph, const AnchorHead& head)
{
    const std::vector<char> cls = graph.behind({head.logitsNode()}), reg = graph.behind({head.deltasNode()});
    for (int i = static_cast<int>(graph.nodes.size()) - 1; i > 0; i--)
        if (cls[i] && reg[i])
            for (int p : graph.nodes[i].parameters)
                if (graph.parameters[p].trainable)
                    return p; // weights come before biases
    return -1;
}

double cosineOf(const Tensor& a, const Tensor& b)
{
    const double lengths = cv::norm(a.flat()) * cv::norm(b.flat());
    return lengths > 0 ? a.flat().dot(b.flat()) / lengths : 0;
}

HeadLoss lossAfter(const ConflictTask& task, const std::vector<Tensor>& gradients,
                   const std::vector<Tensor>& start)
{
    for (size_t p = 0; p < gradients.size(); p++)
        if (!gradients[p].empty() && !start[p].empty())
        {
            const double factor = task.factors.empty() ? 1 : task.factors[p];
            Mat weights = task.network->graph().parameters[p].value.flat();
            scaleAdd(gradients[p].flat(), -task.rate * factor, start[p].flat(), weights);
        }
    const HeadLoss loss = task.loss();
    restore(*task.network, start);
    return loss;
}

} // namespace

Conflict measureConflict(const ConflictTask& task)
{
    const std::vector<Tensor> start = copiesOf(*task.network);
    const HeadLoss before = task.loss();
    const std::vector<Tensor> cls = gradientsOf(task, true), reg = gradientsOf(task, false);
    restore(*task.network, start); // running averages
    Conflict conflict;
    const int shared = sharedWeights(task.network->graph(), *task.head);
    if (shared >= 0 && !cls[shared].empty())
        conflict.cosine = cosineOf(cls[shared], reg[shared]);
    conflict.regAfterCls = lossAfter(task, cls, start).reg - before.reg;
    conflict.clsAfterReg = lossAfter(task, reg, start).cls - before.cls;
    return conflict;
}

} // namespace dnn_rpn_train
} // namespace cv
