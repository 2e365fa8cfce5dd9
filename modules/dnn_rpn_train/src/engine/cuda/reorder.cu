// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "for_each.hpp"
#include "numbers.hpp"
#include "reorder.hpp"

namespace cv {
namespace dnn_rpn_train {

void toDevice(const Device& device, const Tensor& from, Tensor& to)
{
    const TensorIndexer plain(to.shape()), indexer = device.indexer(to.shape());
    forEach(
        device, indexer.total(),
        Reordering<float, __nv_bfloat16>{from.data(), plain, numbersOf<__nv_bfloat16>(to), indexer, false});
}

void fromDevice(const Device& device, const Tensor& from, Tensor& to)
{
    const TensorIndexer plain(to.shape()), indexer = device.indexer(to.shape());
    forEach(
        device, plain.total(),
        Reordering<__nv_bfloat16, float>{numbersOf<__nv_bfloat16>(from), indexer, to.data(), plain, false});
}

void addPlain(const Device& device, const Tensor& from, Tensor& to)
{
    forEach(device, static_cast<int>(to.shape().total()), CopyOrAdd<float>{from.data(), to.data(), true});
}

} // namespace dnn_rpn_train
} // namespace cv
