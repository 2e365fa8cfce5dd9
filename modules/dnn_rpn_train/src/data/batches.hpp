// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_BATCHES_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_BATCHES_HPP

#include <map>
#include <mutex>
#include <vector>

#include "opencv2/dnn_rpn_train/augment.hpp"
#include "../ranks/batch_part.hpp"
#include "sample.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What one step works on: a batch, or a rank's part of it.
struct CV_EXPORTS Batch
{
    Tensor images; //!< N x 3 x rows x columns, BGR, 0..255
    std::vector<std::vector<Object>> objects;
    std::vector<int> indices;  //!< into Dataset::images; a mosaic has the index of its first image
    std::vector<char> flipped; //!< by image: left and right are exchanged
    std::vector<int> whole;    //!< indices of the whole batch
};

/** @brief The batches of a training, each from its number alone.

Order and augmentation depend on the seed and the step and on nothing else, so that any step can be asked
for, by any thread. The last, smaller batch of an epoch is left out. In the place of an image that cannot be
read comes the next one; the image is named in the log, and it is an error if that is more than half of them.
Several ranks decode only what is in their parts, and share the first look at all images.
*/
class CV_EXPORTS Batches
{
public:
    //! @param dataset must outlive the object
    //! @param epochs of the training, for what augmentation does at its end; 0: it has none
    //! @param ranks that work on each batch together
    Batches(const Dataset& dataset, Size size, int batch, int seed, const AugmentParams& augment,
            int epochs = 0, Ranks& ranks = Ranks::alone());

    int perEpoch() const { return static_cast<int>(dataset.images.size()) / batchSize; }

    /** @brief Decodes as many images as fit, as prepareSample() gives them, and keeps them; with several
    ranks each its share, and what else it needs when it needs it.
    @param budget bytes of images to keep; 0: none is kept, but each is decoded once, to see whether it can
    be */
    void keep(size_t budget);

    //! @param step 0, 1, ... through all epochs
    //! @return this rank's part
    Batch at(int step) const;

private:
    std::vector<int> indices(int step) const;
    bool isUnreadable(int index) const;
    void leaveOut(int index, const std::string& why, bool tell) const;
    void shareUnreadable() const;
    Sample kept(int index) const;
    void keepIfRoom(int index, const Sample& sample) const;
    Sample prepared(int index) const;
    Sample sample(int index, const AugmentParams& how, bool flip, RNG& own) const;

    const Dataset& dataset;
    const Size size;
    const int batchSize, seed;
    const AugmentParams augment, clean;
    const int cleanFrom; //!< the first step with clean images
    Ranks& ranks;
    const BatchPart part;

    //! The order of an epoch. Two are remembered: threads may be at work on both sides of an epoch's end.
    struct Order
    {
        int epoch = -1;
        std::vector<int> indices;
    };
    mutable std::mutex mutex;
    mutable std::vector<Sample> cache;             //!< empty images where the budget ran out
    mutable int64 room = 0;                        //!< bytes of the budget that are left
    mutable std::map<int, std::string> unreadable; //!< images, and why
    mutable Order orders[2];
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
