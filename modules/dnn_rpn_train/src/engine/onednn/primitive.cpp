// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "primitive.hpp"

namespace cv {
namespace dnn_rpn_train {

using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;

namespace {

dnnl::memory::dims dimsOf(const Shape& s)
{
    return {s.n, s.c, s.h, s.w};
}

} // namespace

void OneDnn::run(const dnnl::primitive& primitive, const std::unordered_map<int, dnnl::memory>& args) const
{
    primitive.execute(stream, args);
}

void OneDnn::runOnAll(const dnnl::primitive& primitive, const std::vector<MemoryDesc>& inputs,
                      const MemoryDesc& output, const MemoryDesc& scratch, const KernelArgs& args) const
{
    std::unordered_map<int, dnnl::memory> all{{DNNL_ARG_DST, memory(output, args.output->data())},
                                              {DNNL_ARG_SCRATCHPAD, memory(scratch, args.scratch)}};
    for (size_t j = 0; j < inputs.size(); j++)
        all[DNNL_ARG_MULTIPLE_SRC + static_cast<int>(j)] = memory(inputs[j], args.inputs[j]->data());
    run(primitive, all);
}

MemoryDesc OneDnn::plain(const Shape& shape)
{
    return MemoryDesc(dimsOf(shape), Type::f32, Tag::nchw);
}

MemoryDesc OneDnn::channels(int count)
{
    return MemoryDesc({count}, Type::f32, Tag::x);
}

MemoryDesc OneDnn::any(const Shape& shape) const
{
    return MemoryDesc(dimsOf(shape), type, Tag::any);
}

MemoryDesc OneDnn::channelsLast(const Shape& shape) const
{
    return MemoryDesc(dimsOf(shape), type, Tag::nhwc);
}

Layout layoutOf(const Shape& shape, const MemoryDesc& desc)
{
    Layout layout = Layout::plain(shape);
    if (desc == OneDnn::plain(shape))
        return layout;
    layout.bytes = desc.get_size();
    layout.format = std::make_shared<MemoryDesc>(desc);
    return layout;
}

MemoryDesc descOf(const Layout& layout)
{
    return layout.format ? *static_cast<const MemoryDesc*>(layout.format.get()) : OneDnn::plain(layout.shape);
}

dnnl::primitive_attr ourScratchpad(const dnnl::post_ops& ops)
{
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    attr.set_post_ops(ops);
    return attr;
}

dnnl::primitive reorderPrimitive(const OneDnn& dnn, const MemoryDesc& from, const MemoryDesc& to, bool add)
{
    dnnl::primitive_attr attr;
    if (add)
    {
        dnnl::post_ops ops;
        ops.append_sum(1.f);
        attr.set_post_ops(ops);
    }
    return dnnl::reorder(dnnl::reorder::primitive_desc(dnn.engine, from, dnn.engine, to, attr));
}

Reorder::Reorder(const OneDnn& dnn, const MemoryDesc& from, const MemoryDesc& to, Scratch& scratch)
    : source(from), target(to), same(from == to)
{
    if (same)
        return;
    primitive = reorderPrimitive(dnn, from, to, false);
    offset = scratch.take(to.get_size());
}

dnnl::memory Reorder::operator()(const OneDnn& dnn, const void* from, void* scratch) const
{
    if (same)
        return dnn.memory(source, from);
    const dnnl::memory result = dnn.memory(target, at(scratch, offset));
    dnn.run(primitive, {{DNNL_ARG_FROM, dnn.memory(source, from)}, {DNNL_ARG_TO, result}});
    return result;
}

GradientWriter::GradientWriter(const OneDnn& dnn, const MemoryDesc& from, const MemoryDesc& to,
                               bool accumulate, Scratch& scratch)
    : source(from), final(to), direct(from == to && !accumulate)
{
    if (direct)
        return;
    primitive = reorderPrimitive(dnn, from, to, accumulate);
    offset = scratch.take(from.get_size());
}

dnnl::memory GradientWriter::target(const OneDnn& dnn, void* destination, void* scratch) const
{
    return dnn.memory(source, direct ? destination : at(scratch, offset));
}

void GradientWriter::finish(const OneDnn& dnn, void* destination, void* scratch) const
{
    if (!direct)
        dnn.run(primitive, {{DNNL_ARG_FROM, dnn.memory(source, at(scratch, offset))},
                            {DNNL_ARG_TO, dnn.memory(final, destination)}});
}

} // namespace dnn_rpn_train
} // namespace cv
