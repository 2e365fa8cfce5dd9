// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_FEATURE_CACHE_HPP
#define OPENCV_DNN_RPN_TRAIN_FEATURE_CACHE_HPP

#include <vector>

#include "../data/loader.hpp"
#include "../engine/network.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The features of a frozen backbone: worked out when an image comes up for the first time, for it
and for its mirror image, and kept.

The backbone always runs whole batches, so that an image's features do not depend on when they are worked
out. */
class CV_EXPORTS FeatureCache
{
public:
    /** @param backbone a network whose only output is the features
    @param images of the data set; those with the lowest indices are kept
    @param input shape of a batch
    @param budget bytes to keep */
    FeatureCache(Network& backbone, int images, const Shape& input, size_t budget = defaultBudget());

    //! The features of a batch, changed by the next call.
    const Tensor& operator()(const Batch& batch);

    //! How many of the images fit the budget.
    static int kept(const Graph& backbone, int images, const Shape& input, size_t budget = defaultBudget());

    static size_t defaultBudget() { return size_t(2) << 30; }

private:
    //! @param other the one that the batch does not show, of image and mirror image
    Tensor& slot(const Batch& batch, size_t i, bool other);
    void keep(const Batch& batch, bool other);

    Network& backbone;
    const int features; //!< the node
    const int count;    //!< images that are kept
    std::vector<Tensor> cache;
    Tensor batchFeatures;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
