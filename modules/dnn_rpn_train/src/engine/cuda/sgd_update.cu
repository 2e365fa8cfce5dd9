// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "parameter_chunk.hpp"
#include "sums.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

using dnn_rpn::cuda::foldedParts;
using dnn_rpn::cuda::foldSums;
using dnn_rpn::cuda::Memory;

//! On parameters in the device's memory; the host gets to see but the length of the gradient.
class CudaSgdUpdate : public SgdUpdate
{
public:
    CudaSgdUpdate(const Device& device_, const std::vector<OptimizerSlot>& slots) : device(device_)
    {
        std::vector<ParameterChunk> all;
        for (const OptimizerSlot& slot : slots)
        {
            const int total = static_cast<int>(slot.velocity->shape().total());
            for (int begin = 0; begin < total; begin += ParameterChunk::capacity)
                all.push_back(
                    {slot.value->data() + begin, slot.velocity->data() + begin, slot.gradient->data() + begin,
                     std::min<int>(ParameterChunk::capacity, total - begin), slot.decay, slot.factor});
        }
        count = static_cast<int>(all.size());
        if (count > INT_MAX / ParameterChunk::capacity)
            CV_Error(Error::StsOutOfRange, "more than 2^31 parameters are trained");
        chunks = Memory(all.size() * sizeof(ParameterChunk));
        dnn_rpn::cuda::upload(all.data(), chunks.data(), chunks.bytes(), device.stream());
        const int parts = count * ParameterChunk::parts;
        sums = Memory((static_cast<size_t>(parts) + foldedParts(parts) + 1) * sizeof(float));
    }

    double gradientNormSquared() override
    {
        if (count == 0)
            return 0;
        const int parts = count * ParameterChunk::parts;
        float *const from = static_cast<float*>(sums.data()), *const next = from + parts,
                     *const to = next + foldedParts(parts);
        forEach(device, parts, SquaredNorm{table(), from});
        foldSums(device.stream(), from, next, 1, parts, to);
        float sum = 0;
        dnn_rpn::cuda::download(to, &sum, sizeof(sum), device.stream());
        return sum;
    }

    void step(float rate, float momentum, float shrink) override
    {
        forEach(device, count * ParameterChunk::capacity, SgdStep{table(), rate, momentum, shrink});
    }

private:
    const ParameterChunk* table() const { return static_cast<const ParameterChunk*>(chunks.data()); }

    const Device& device;
    Memory chunks, sums;
    int count = 0;
};

} // namespace

std::unique_ptr<SgdUpdate> makeSgdUpdate(const Device& device, const std::vector<OptimizerSlot>& slots)
{
    return std::make_unique<CudaSgdUpdate>(device, slots);
}

void updateAverage(const Device& device, Tensor& average, const Tensor& value, float share)
{
    forEach(device, static_cast<int>(average.shape().total()),
            EmaUpdate{average.data(), value.data(), share});
}

} // namespace dnn_rpn_train
} // namespace cv
