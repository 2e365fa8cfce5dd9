// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "for_each.hpp"
#include "numbers.hpp"
#include "tensor_indexer.hpp"
#include "store.hpp"
#include "../host_device.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Along one axis.
struct SliceAxis
{
    int first, step, count;

    SliceAxis(const SliceRange& range, int size)
        : first(range.first(size)), step(range.step), count(range.count(size))
    {}
    //! Where the i-th of the slice comes from.
    DNN_RPN_HOST_DEVICE int source(int i) const { return first + i * step; }
    //! Which of the slice the i-th becomes; -1 for none.
    DNN_RPN_HOST_DEVICE int target(int i) const
    {
        const int j = (i - first) / step;
        return i >= first && j < count && source(j) == i ? j : -1;
    }
};

struct SliceAxes
{
    SliceAxis c, y, x;

    SliceAxes(const Node& node, const Shape& in)
        : c(node.channels, in.c), y(node.rows, in.h), x(node.columns, in.w)
    {}
};

//! For each number of the output.
template<typename T>
struct SliceForward
{
    SliceAxes axes;
    const T* from;
    TensorIndexer in;
    T* to;
    TensorIndexer out;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Index4 p = out[i];
        to[i] = from[in.at({p.n, axes.c.source(p.c), axes.y.source(p.y), axes.x.source(p.x)})];
    }
};

//! For each number of the input.
template<typename T>
struct SliceBackward
{
    SliceAxes axes;
    const T* from;
    TensorIndexer out;
    T* to;
    TensorIndexer in;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Index4 p = in[i];
        const int c = axes.c.target(p.c), y = axes.y.target(p.y), x = axes.x.target(p.x);
        const bool taken = c >= 0 && y >= 0 && x >= 0;
        store(to[i], taken ? static_cast<float>(from[out.at({p.n, c, y, x})]) : 0.f, add);
    }
};

template<typename T>
class CudaSlice : public Kernel
{
public:
    CudaSlice(const Device& device_, const Node& node_) : device(device_), node(node_) {}

    KernelPlan plan(const KernelTask& task) override { return device.plan(task); }

    void forward(const KernelArgs& args) override
    {
        const Shape in = args.inputs[0]->shape();
        const TensorIndexer out = device.indexer(args.output->shape());
        forEach(device, out.total(),
                SliceForward<T>{SliceAxes(node, in), numbersOf<T>(*args.inputs[0]), device.indexer(in),
                                numbersOf<T>(*args.output), out});
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Shape in = args.inputs[0]->shape();
        const TensorIndexer indexer = device.indexer(in);
        forEach(device, indexer.total(),
                SliceBackward<T>{SliceAxes(node, in), numbersOf<T>(*args.outputGradient),
                                 device.indexer(args.outputGradient->shape()),
                                 numbersOf<T>(*args.inputGradients[0]), indexer, args.accumulate[0] != 0});
    }

private:
    const Device& device;
    const Node node;
};

} // namespace

std::unique_ptr<Kernel> makeSlice(const Device& device, const Node& node)
{
    return makeKernel<CudaSlice>(device, node);
}

} // namespace dnn_rpn_train
} // namespace cv
