// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_LOADER_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_LOADER_HPP

#include <future>
#include <vector>

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "../net/tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A picture as the network sees it: boxes in pixels of the network's input.
struct CV_EXPORTS Sample
{
    Mat picture; //!< 8-bit BGR
    std::vector<Object> objects;
};

//! What one step works on.
struct CV_EXPORTS Batch
{
    Tensor pictures; //!< N x 3 x rows x columns, BGR, 0..255
    std::vector<std::vector<Object>> objects;
    std::vector<int> indices;  //!< into Dataset::images
    std::vector<char> flipped; //!< by picture: left and right are exchanged
};

//! Changes the size of a picture, and its objects with it. The aspect ratio gives way, as it does in
//! cv::dnn::blobFromImage() when the model runs.
CV_EXPORTS Sample resizeSample(const Mat& picture, const std::vector<Object>& objects, Size size);

//! Mirrors left and right.
CV_EXPORTS Sample flipSample(const Sample& sample);

//! Puts pictures into one tensor.
CV_EXPORTS Tensor stack(const std::vector<Mat>& pictures);

/** @brief Pictures of a data set in batches, made ready on a thread of its own while the last batch is
being worked on.

The constructor decodes every picture once, so that a corrupt one is found before training and not
hours into it, and keeps as many as fit the budget, resized. Order and flips depend on seed and epoch
alone. The last, smaller batch of an epoch is left out.
*/
class CV_EXPORTS Loader
{
public:
    //! @param budget bytes of resized pictures to keep
    //! @param firstStep where next() begins
    Loader(const Dataset& dataset, Size size, int batch, int seed, size_t budget = size_t(2) << 30,
           int firstStep = 0);
    ~Loader();

    int batchesPerEpoch() const { return static_cast<int>(dataset.images.size()) / batchSize; }

    //! Batches come in order of step: firstStep, firstStep + 1, ... through all epochs.
    Batch next();

private:
    Sample load(int index) const;
    Batch make(int step) const;
    std::vector<int> order(int epoch) const;

    const Dataset& dataset;
    const Size size;
    const int batchSize, seed;
    std::vector<Sample> cache; //!< empty pictures where the budget ran out
    int step;
    std::future<Batch> ahead;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
