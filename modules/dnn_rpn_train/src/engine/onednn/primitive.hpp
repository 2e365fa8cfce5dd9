// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_ONEDNN_PRIMITIVE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_ONEDNN_PRIMITIVE_HPP

#include <unordered_map>

#include <oneapi/dnnl/dnnl.hpp>

#include "../engine.hpp"
#include "../scratch.hpp"

namespace cv {
namespace dnn_rpn_train {

using MemoryDesc = dnnl::memory::desc;

//! What all kernels of the engine share.
struct OneDnn
{
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    mutable dnnl::stream stream{engine};
    dnnl::memory::data_type type = dnnl::memory::data_type::f32; //!< of values and gradients of nodes

    dnnl::memory memory(const MemoryDesc& desc, const void* data) const
    {
        return dnnl::memory(desc, engine, const_cast<void*>(data));
    }
    void run(const dnnl::primitive& primitive, const std::unordered_map<int, dnnl::memory>& args) const;
    //! One that makes the output of any number of inputs.
    void runOnAll(const dnnl::primitive& primitive, const std::vector<MemoryDesc>& inputs,
                  const MemoryDesc& output, const MemoryDesc& scratch, const KernelArgs& args) const;

    //! Plain floats.
    static MemoryDesc plain(const Shape& shape);
    //! One number a channel.
    static MemoryDesc channels(int count);
    //! In whatever order oneDNN likes.
    MemoryDesc any(const Shape& shape) const;
    //! As convolutions are fastest: bfloat16's with the channels innermost, others as oneDNN likes.
    MemoryDesc preferred(const Shape& shape) const
    {
        return type == dnnl::memory::data_type::bf16 ? channelsLast(shape) : any(shape);
    }
    //! Channels innermost.
    MemoryDesc channelsLast(const Shape& shape) const;
};

//! Between the network's layouts and oneDNN's.
Layout layoutOf(const Shape& shape, const MemoryDesc& desc);
MemoryDesc descOf(const Layout& layout);

//! A scratchpad of ours instead of one a primitive.
dnnl::primitive_attr ourScratchpad(const dnnl::post_ops& ops = dnnl::post_ops());

/** @brief The primitive descriptor of a primitive from its arguments; the last of them may be the forward
primitive's descriptor. oneDNN 3 joined what oneDNN 2 makes in two steps. */
template<typename Primitive, typename... Args>
typename Primitive::primitive_desc describe(const OneDnn& dnn, const dnnl::primitive_attr& attr,
                                            const Args&... args)
{
#if DNNL_VERSION_MAJOR >= 3
    return typename Primitive::primitive_desc(dnn.engine, args..., attr);
#else
    return typename Primitive::primitive_desc(typename Primitive::desc(args...), attr, dnn.engine);
#endif
}
template<typename Primitive, typename Hint, typename... Args>
typename Primitive::primitive_desc describeBackward(const OneDnn& dnn, const dnnl::primitive_attr& attr,
                                                    const Hint& hint, const Args&... args)
{
#if DNNL_VERSION_MAJOR >= 3
    return typename Primitive::primitive_desc(dnn.engine, args..., hint, attr);
#else
    return typename Primitive::primitive_desc(typename Primitive::desc(args...), attr, dnn.engine, hint);
#endif
}

//! Scratch memory of a primitive.
class Scratchpad
{
public:
    Scratchpad() = default;
    Scratchpad(const MemoryDesc& desc_, Scratch& scratch)
        : desc(desc_), offset(scratch.take(desc_.get_size()))
    {}

    dnnl::memory operator()(const OneDnn& dnn, void* scratch) const
    {
        return dnn.memory(desc, at(scratch, offset));
    }

private:
    MemoryDesc desc;
    size_t offset = 0;
};

//! Makes one layout of another; nothing where they are the same.
class Reorder
{
public:
    Reorder() = default;
    //! Takes room for the result from the scratch memory.
    Reorder(const OneDnn& dnn, const MemoryDesc& from, const MemoryDesc& to, Scratch& scratch);

    //! The array in the other layout.
    dnnl::memory operator()(const OneDnn& dnn, const void* from, void* scratch) const;

private:
    MemoryDesc source, target;
    dnnl::primitive primitive;
    bool same = true;
    size_t offset = 0;
};

//! Brings what a primitive writes to where the network wants it: in another layout, or added to what is
//! there.
class GradientWriter
{
public:
    GradientWriter() = default;
    GradientWriter(const OneDnn& dnn, const MemoryDesc& from, const MemoryDesc& to, bool accumulate,
                   Scratch& scratch);

    //! Where the primitive shall write.
    dnnl::memory target(const OneDnn& dnn, void* destination, void* scratch) const;
    void finish(const OneDnn& dnn, void* destination, void* scratch) const;

private:
    MemoryDesc source, final;
    dnnl::primitive primitive;
    bool direct = true;
    size_t offset = 0;
};

//! From one array to another of any layouts, written there or added to what is there.
dnnl::primitive reorderPrimitive(const OneDnn& dnn, const MemoryDesc& from, const MemoryDesc& to, bool add);

} // namespace dnn_rpn_train
} // namespace cv

#endif
