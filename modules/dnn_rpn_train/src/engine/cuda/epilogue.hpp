// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_EPILOGUE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_EPILOGUE_HPP

#include "../engine.hpp"
#include "bias.hpp"
#include "numbers.hpp"
#include "sums.hpp"

namespace cv {
namespace dnn_rpn_train {

//! How a convolution and a fully connected layer end: with a bias, and the activation that was absorbed.
class Epilogue
{
public:
    explicit Epilogue(const Device& device_) : device(device_) {}

    bool absorb(const Node& following) { return clip.absorb(following); }
    //! backward() wants the output.
    bool readsOutput() const { return clip.present(); }

    void plan(const Shape& out_, Scratch& scratch)
    {
        out = out_;
        sums = scratch.take(groups().scratch() * sizeof(float));
    }

    //! On the output without bias.
    template<typename T>
    void forward(const KernelArgs& args) const
    {
        forEach(device, static_cast<int>(out.total()),
                BiasAndClip<T>{numbersOf<T>(*args.output), device.indexer(out), args.parameters[1]->data(),
                               rounded<T>(clip)});
    }

    //! The gradient of the output becomes that before the activation; the bias gets its own.
    template<typename T>
    void backward(const KernelArgs& args) const
    {
        T* const gradient = numbersOf<T>(*args.outputGradient);
        if (clip.present())
            forEach(
                device, static_cast<int>(out.total()),
                ApplyBack<T, Clip>{numbersOf<T>(*args.output), gradient, gradient, rounded<T>(clip), false});
        if (args.parameterGradients[1])
            sumUp(device, groups(), ValueTerm<T>{gradient}, static_cast<float*>(at(args.scratch, sums)),
                  args.parameterGradients[1]->data());
    }

private:
    Groups groups() const { return {device.indexer(out), false}; }

    const Device& device;
    Clip clip;
    Shape out;
    size_t sums = 0; //!< offset in the scratch memory
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
