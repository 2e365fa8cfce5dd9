// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRADIENT_SUMS_HPP
#define OPENCV_DNN_RPN_TRAIN_GRADIENT_SUMS_HPP

#include <vector>

#include "opencv2/dnn_rpn_train/private/ranks.hpp"
#include "../engine/network.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Sums networks' gradients over all ranks, while their backward passes still run.

A gradient is copied into a bucket as soon as it is final. A bucket that is full travels while the layers
before it are worked out. (PyTorch's DistributedDataParallel does so: Li et al., VLDB 2020, section 3.2.) */
class CV_EXPORTS GradientSums
{
public:
    //! @param networks in the host's memory; cv::Exception otherwise
    //! @param bucketBytes a bucket travels as soon as it has so many
    GradientSums(Ranks& ranks, const std::vector<Network*>& networks, size_t bucketBytes = size_t(1) << 20);
    ~GradientSums();
    GradientSums(const GradientSums&) = delete;
    GradientSums& operator=(const GradientSums&) = delete;

    /** @brief After the networks' backward passes: their gradients become the sums. Those of a network that
    did not run are 0 on all ranks. */
    void finish();

private:
    struct Bucket
    {
        std::vector<float> values;
        std::vector<Tensor*> gradients;
        size_t used = 0; //!< of the values
    };
    void add(Tensor& gradient);
    void start();

    Ranks& ranks;
    const std::vector<Network*> networks;
    const size_t most;           //!< floats
    std::vector<Bucket> buckets; //!< of the step; memory stays for the next
    size_t started = 0;          //!< of the buckets
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
