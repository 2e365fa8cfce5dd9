// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_ONEDNN_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_ONEDNN_HPP

#include "primitive.hpp"
#include "../engine.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief oneDNN's primitives. Values and gradients of nodes stay in the layouts that its convolutions
like best; a gradient has the layout of its value. Threads are oneDNN's own, as many as OpenCV has. */
class OneDnnEngine : public Engine
{
public:
    //! @param bf16 values and gradients of nodes are bfloat16; cv::Exception if the processor lacks it
    explicit OneDnnEngine(bool bf16);

    std::unique_ptr<Kernel> kernel(const Graph& graph, const Node& node) override;
    void useThreads() override;
    void read(const Layout& layout, const Tensor& from, Tensor& to) override;
    void write(const Layout& layout, const Tensor& from, Tensor& to) override;

private:
    //! oneDNN's own; null where it has none.
    std::unique_ptr<Kernel> primitives(const Graph& graph, const Node& node) const;

    OneDnn dnn;
};

std::unique_ptr<Kernel> makeConv(const OneDnn& dnn, const Node& node);
std::unique_ptr<Kernel> makeBatchNorm(const OneDnn& dnn, const Node& node);
std::unique_ptr<Kernel> makeActivation(const OneDnn& dnn, const Node& node);
std::unique_ptr<Kernel> makeAdd(const OneDnn& dnn);
std::unique_ptr<Kernel> makeConcat(const OneDnn& dnn);
std::unique_ptr<Kernel> makePool(const OneDnn& dnn, const Node& node);
std::unique_ptr<Kernel> makeFullyConnected(const OneDnn& dnn);
std::unique_ptr<Kernel> makeResize(const OneDnn& dnn);

//! An operator that oneDNN lacks: another engine's kernel for plain arrays, between reorders.
std::unique_ptr<Kernel> makeFallback(const OneDnn& dnn, std::unique_ptr<Kernel> kernel);

} // namespace dnn_rpn_train
} // namespace cv

#endif
