// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_HPP

#include <memory>
#include <string>
#include <vector>

#include "../net/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What a kernel reads and writes. Backward passes get everything; forward passes no gradients.
struct CV_EXPORTS KernelArgs
{
    std::vector<const Tensor*> inputs;
    std::vector<const Tensor*> parameters;
    Tensor* output = nullptr;

    const Tensor* outputGradient = nullptr;
    std::vector<Tensor*> inputGradients;     //!< null where nothing behind needs it
    std::vector<bool> accumulate;            //!< by input: add to the gradient rather than write it
    std::vector<Tensor*> parameterGradients; //!< null where frozen; always written, never added to
};

/** @brief One operator on one engine. Relu, Clip and BatchNorm must work with output and input (and
their gradients) in the same memory. */
class CV_EXPORTS Kernel
{
public:
    virtual ~Kernel();
    virtual void forward(const KernelArgs& args) = 0;
    virtual void backward(const KernelArgs& args) = 0;
};

/** @brief The library that does the arithmetic. Each engine has a folder of its own with the same file
names; whoever calls an engine is blind to which one it is. Results do not depend on the number of
threads. */
class CV_EXPORTS Engine
{
public:
    virtual ~Engine();
    //! The operator of one node; the graph tells the shapes of its parameters.
    virtual std::unique_ptr<Kernel> kernel(const Graph& graph, const Node& node) = 0;

    //! @param name "eigen"; cv::Exception names the engines of this build for any other
    static Ptr<Engine> create(const std::string& name);
    //! The engines of this build, best first.
    static std::vector<std::string> names();
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
