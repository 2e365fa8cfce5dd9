// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_ONEDNN_ELTWISE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_ONEDNN_ELTWISE_HPP

#include <limits>

#include "primitive.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Functions of one number as oneDNN knows them.
class Eltwise
{
public:
    Eltwise() = default;
    explicit Eltwise(const Node& node)
    {
        using Algorithm = dnnl::algorithm;
        switch (node.op)
        {
        case Op::Sigmoid:
            algorithm = Algorithm::eltwise_logistic;
            backwardAlgorithm = Algorithm::eltwise_logistic_use_dst_for_bwd;
            break;
        case Op::Swish:
            algorithm = backwardAlgorithm = Algorithm::eltwise_swish;
            alpha = 1;
            break;
        case Op::HardSwish:
            algorithm = backwardAlgorithm = Algorithm::eltwise_hardswish;
            alpha = node.alpha;
            beta = node.beta;
            break;
        case Op::Clip:
            algorithm = Algorithm::eltwise_clip_v2;
            backwardAlgorithm = Algorithm::eltwise_clip_v2_use_dst_for_bwd;
            alpha = node.lower;
            beta = node.upper;
            break;
        default:
            algorithm = Algorithm::eltwise_relu;
            backwardAlgorithm = Algorithm::eltwise_relu_use_dst_for_bwd;
            alpha = node.alpha; // of ReLU 0
        }
    }

    static bool knows(const Node& node)
    {
        switch (node.op)
        {
        case Op::Relu:
        case Op::Clip:
        case Op::LeakyRelu:
        case Op::Sigmoid:
        case Op::Swish:
            return true;
        case Op::HardSwish:
            return DNNL_VERSION_MAJOR >= 3 || (node.alpha == 1.f / 6 && node.beta == 0.5f);
        default:
            return false;
        }
    }

    bool present() const { return algorithm != dnnl::algorithm::undef; }

    //! The gradient of the input follows from the input, and not from the output as that of the others.
    bool needsInput() const { return algorithm == backwardAlgorithm; }

    //! Applied to what a primitive gives, before it leaves the registers.
    dnnl::post_ops postOps() const
    {
        dnnl::post_ops ops;
        if (present())
            append(ops);
        return ops;
    }

    void planForward(const OneDnn& dnn, const MemoryDesc& desc)
    {
        forwardPrimitive = dnnl::eltwise_forward(hint(dnn, desc));
    }
    void forward(const OneDnn& dnn, const MemoryDesc& desc, const void* from, void* to) const
    {
        dnn.run(forwardPrimitive,
                {{DNNL_ARG_SRC, dnn.memory(desc, from)}, {DNNL_ARG_DST, dnn.memory(desc, to)}});
    }

    void planMask(const OneDnn& dnn, const MemoryDesc& desc);
    //! From the gradient of the output to that of the input, which may be the same memory.
    //! @param known the input if needsInput(), else the output
    void mask(const OneDnn& dnn, const MemoryDesc& desc, const void* known, const void* gradient,
              const dnnl::memory& to) const
    {
        dnn.run(backwardPrimitive, {{needsInput() ? DNNL_ARG_SRC : DNNL_ARG_DST, dnn.memory(desc, known)},
                                    {DNNL_ARG_DIFF_DST, dnn.memory(desc, gradient)},
                                    {DNNL_ARG_DIFF_SRC, to}});
    }
    void mask(const OneDnn& dnn, const MemoryDesc& desc, const void* output, void* gradient) const
    {
        mask(dnn, desc, output, gradient, dnn.memory(desc, gradient));
    }

private:
    dnnl::eltwise_forward::primitive_desc hint(const OneDnn& dnn, const MemoryDesc& desc) const;
    void append(dnnl::post_ops& ops) const;

    dnnl::algorithm algorithm = dnnl::algorithm::undef, backwardAlgorithm = dnnl::algorithm::undef;
    float alpha = 0, beta = 0;
    dnnl::primitive forwardPrimitive, backwardPrimitive;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
