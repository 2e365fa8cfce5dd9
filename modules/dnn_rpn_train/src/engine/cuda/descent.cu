// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "pieces.hpp"
#include "sum_up.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! On parameters in the device's memory; the host gets to see but the length of the gradient.
class CudaDescent : public Descent
{
public:
    CudaDescent(const Device& device_, const std::vector<Trained>& trained) : device(device_)
    {
        std::vector<Piece> all;
        for (const Trained& t : trained)
        {
            const int total = static_cast<int>(t.velocity->shape().total());
            for (int begin = 0; begin < total; begin += Piece::most)
                all.push_back({t.value->data() + begin, t.velocity->data() + begin,
                               t.gradient->data() + begin, std::min<int>(Piece::most, total - begin), t.decay,
                               t.factor});
        }
        count = static_cast<int>(all.size());
        if (count > INT_MAX / Piece::most)
            CV_Error(Error::StsOutOfRange, "more than 2^31 parameters are trained");
        pieces = Device::allocate(all.size() * sizeof(Piece));
        DNN_RPN_CUDA(cudaMemcpyAsync(pieces.get(), all.data(), all.size() * sizeof(Piece),
                                     cudaMemcpyHostToDevice, device.stream()));
        device.finish();
        const size_t parts = static_cast<size_t>(count) * Piece::parts;
        sums = Device::allocate((parts + Groups::fold(static_cast<int>(parts)) + 1) * sizeof(float));
    }

    double squares() override
    {
        if (count == 0)
            return 0;
        const int parts = count * Piece::parts;
        float *const from = static_cast<float*>(sums.get()), *const next = from + parts,
                     *const to = next + Groups::fold(parts);
        forEach(device, parts, PieceSquares{table(), from});
        foldSums(device, from, next, 1, parts, to);
        float sum = 0;
        DNN_RPN_CUDA(cudaMemcpyAsync(&sum, to, sizeof(sum), cudaMemcpyDeviceToHost, device.stream()));
        device.finish();
        return sum;
    }

    void step(float rate, float momentum, float shrink) override
    {
        forEach(device, count * Piece::most, PieceStep{table(), rate, momentum, shrink});
    }

private:
    const Piece* table() const { return static_cast<const Piece*>(pieces.get()); }

    const Device& device;
    std::shared_ptr<void> pieces, sums;
    int count = 0;
};

} // namespace

std::unique_ptr<Descent> makeDescent(const Device& device, const std::vector<Trained>& trained)
{
    return std::make_unique<CudaDescent>(device, trained);
}

void approachPlain(const Device& device, Tensor& average, const Tensor& value, float share)
{
    forEach(device, static_cast<int>(average.shape().total()), Approach{average.data(), value.data(), share});
}

} // namespace dnn_rpn_train
} // namespace cv
