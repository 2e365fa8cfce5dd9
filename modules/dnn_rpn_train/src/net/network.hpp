// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_NET_NETWORK_HPP
#define OPENCV_DNN_RPN_TRAIN_NET_NETWORK_HPP

#include <memory>

#include "graph.hpp"
#include "../engine/engine.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A graph made to run on an engine: values forward, gradients backward.

Holds the values and gradients of the nodes; the parameters' values stay in the graph, where the
solver changes them and export finds them. Nothing here or below knows what a box is.
*/
class CV_EXPORTS Network
{
public:
    Network(Graph& graph, const Ptr<Engine>& engine);
    ~Network();

    //! Runs the graph. The input's shape may differ from call to call.
    void forward(const Tensor& input);

    //! The value of a node after forward(): of an output, or of any node that backward() needs.
    const Tensor& value(int node) const;

    //! Where the caller puts dLoss/dOutput before backward(); has the output's shape.
    Tensor& gradient(int output);

    /** @brief From the gradients of the outputs to those of all trainable parameters, which are
    overwritten, not accumulated. */
    void backward();

    //! The gradient of a parameter after backward(); empty if it is not trainable.
    const Tensor& parameterGradient(int parameter) const;
    Tensor& parameterGradient(int parameter);

    Graph& graph() { return net; }

private:
    void plan(const Shape& input);

    Graph& net;
    Ptr<Engine> engine;
    std::vector<std::unique_ptr<Kernel>> kernels; //!< one a node; none for the input
    std::vector<int> storage;        //!< the node whose memory a node's value and gradient live in
    std::vector<char> needsGradient; //!< by node: some trainable parameter lies behind it
    std::vector<Tensor> values, gradients;
    std::vector<Tensor> parameterGradients;
    Shape planned;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
