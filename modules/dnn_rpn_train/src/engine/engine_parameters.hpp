// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_ENGINE_PARAMETERS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_ENGINE_PARAMETERS_HPP

#include "../graph/graph.hpp"
#include "engine.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The parameters of a graph and their gradients where an engine's kernels find them.

In an engine that works in the host's memory those are the graph's tensors, and all calls but value() and
gradient() do nothing. An engine with memory of its own has copies: they are ahead of the graph after a step
of the solver and after a forward pass that trains running averages, until download(). */
class CV_EXPORTS EngineParameters
{
public:
    EngineParameters(Graph& graph, const Ptr<Engine>& engine);

    //! In the engine's memory.
    Tensor& value(int parameter);
    Tensor& gradient(int parameter);

    //! What the host has changed goes to the engine.
    void upload();
    //! What the engine has changed comes to the graph: before anybody looks at it there, or changes it.
    void download();
    const Tensor& download(int parameter);
    //! The gradients as they came out of the last backward pass; empty where nothing is trained here.
    Tensor& hostGradient(int parameter);
    //! All gradients become 0.
    void clearGradients();

    // The copies have been changed.
    void stepped();
    void gradientsWritten();
    void averagesFollowed();

    //! Bytes of the gradients.
    size_t gradientBytes() const;

private:
    Graph& graph;
    std::vector<Tensor> gradients; //!< by parameter
    //! by parameter: a running average of the batches, which the forward pass changes
    std::vector<char> follows;
    std::unique_ptr<DeviceCopy> values, averages,
        gradientCopies; //!< by parameter; none where the memory is the host's
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
