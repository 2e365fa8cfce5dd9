// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PRIVATE_CUDA_OPERATORS_HPP
#define OPENCV_DNN_RPN_PRIVATE_CUDA_OPERATORS_HPP

#include "opencv2/dnn_rpn/private/cuda/device.hpp"
#include "opencv2/dnn_rpn/proposals.hpp"
#include "opencv2/dnn_rpn/roi_align.hpp"
#include "opencv2/dnn_rpn/targets.hpp"

namespace cv {
namespace dnn_rpn {

/* The operators on an NVIDIA GPU.

Each has a twin of the same name in cv::dnn_rpn, whose documentation has formulas and sources; here stands
what differs. All pointers are to device memory unless said otherwise, arrays are dense and row-major.

- **Nothing waits.** A call queues its work on the stream and returns; what it gives is there once the stream
  has got so far. Numbers that a twin returns are written to device memory.
- **Nothing is allocated in steady state.** Intermediate results lie in a Workspace.
- **The same bits every time**, on one kind of GPU: no sum's order depends on timing.
- **Errors.** Wrong sizes and parameters throw cv::Exception at once, as do CUDA's own errors (the message
  names the call). Wrong *contents* of arrays, which the twins answer with an exception, nobody looks at in
  time: they give NaN where this is said, and never an access outside an array. */
namespace cuda {

/** What a loss is divided by: `value`, and if there is a count, max(1, *count) as well.

The count is in device memory, as matchLabels() leaves it, so that a training step need not wait for the
number of positives: `{1 / lambda, positives}`. */
struct Normalizer
{
    Normalizer(double value_ = 1, const int* count_ = nullptr) : value(value_), count(count_) {}

    double value; //!< 1e-30..1e30
    const int* count;
};

/* Losses.

`rows` x `columns` are at most 2e9. `grad` may be nullptr, or the array that it is the gradient of; so may
`value` be nullptr. A label outside its range makes the value NaN. */

/** @brief cv::dnn_rpn::sigmoidFocalLoss()

@param logits rows x columns, column c - 1 for class c
@param labels rows, -1..columns
@param rows K
@param columns C
@param grad rows x columns
@param value one number
@param workspace room to work in
@param stream on which this happens
@param alpha weight of the foreground, 0..1; negative: no weighting
@param gamma >= 0; 0 is cross-entropy
@param normalizer divides value and gradient */
CV_EXPORTS void sigmoidFocalLoss(const float* logits, const int* labels, int rows, int columns, float* grad,
                                 double* value, Workspace& workspace, Stream stream, double alpha = 0.25,
                                 double gamma = 2, const Normalizer& normalizer = 1);

/** @brief cv::dnn_rpn::softmaxFocalLoss()

@param logits rows x columns, column 0 for the background
@param labels rows, -1..columns - 1
@param rows K
@param columns C + 1, at least 2
@param grad rows x columns
@param value one number
@param workspace room to work in
@param stream on which this happens
@param alpha as for sigmoidFocalLoss()
@param gamma >= 0
@param normalizer divides value and gradient */
CV_EXPORTS void softmaxFocalLoss(const float* logits, const int* labels, int rows, int columns, float* grad,
                                 double* value, Workspace& workspace, Stream stream, double alpha = 0.25,
                                 double gamma = 2, const Normalizer& normalizer = 1);

//! cv::dnn_rpn::sigmoidCrossEntropy(): sigmoidFocalLoss() with gamma 0, no weighting.
CV_EXPORTS void sigmoidCrossEntropy(const float* logits, const int* labels, int rows, int columns,
                                    float* grad, double* value, Workspace& workspace, Stream stream,
                                    const Normalizer& normalizer = 1);

//! cv::dnn_rpn::softmaxCrossEntropy(): softmaxFocalLoss() with gamma 0, no weighting.
CV_EXPORTS void softmaxCrossEntropy(const float* logits, const int* labels, int rows, int columns,
                                    float* grad, double* value, Workspace& workspace, Stream stream,
                                    const Normalizer& normalizer = 1);

/** @brief cv::dnn_rpn::smoothL1Loss()

@param deltas rows x columns
@param targets rows x columns
@param labels rows; those <= 0 give no loss and gradient 0
@param rows K
@param columns D
@param grad rows x columns
@param value one number
@param workspace room to work in
@param stream on which this happens
@param beta >= 0; 0 is plain L1
@param normalizer divides value and gradient */
CV_EXPORTS void smoothL1Loss(const float* deltas, const float* targets, const int* labels, int rows,
                             int columns, float* grad, double* value, Workspace& workspace, Stream stream,
                             double beta = 1. / 9, const Normalizer& normalizer = 1);

/* Targets.

Several images with the same anchors are done at once: matches, deltas and labels are images x K, and an
object is named by its index among the objects of all images. With one image that is what the twins give.
*/

//! The boxes of several images, those of each behind those of the one before.
struct BoxLists
{
    BoxLists(const float* boxes_ = nullptr, int count_ = 0, const int* starts_ = nullptr)
        : boxes(boxes_), count(count_), starts(starts_)
    {}

    const float* boxes; //!< count x 4
    int count;          //!< of all images
    const int* starts;  //!< images + 1: where each begins, and the count; may be nullptr for one image
};

/** @brief cv::dnn_rpn::matchAnchors(), to the bit

Nothing of size K x G is kept: the overlaps are worked out twice.

@param anchors anchorCount x 4
@param anchorCount K
@param images N
@param objects of all images
@param ignoreRegions of all images, may be none
@param matches N x K: an index into objects.boxes, MATCH_NEGATIVE or MATCH_IGNORED
@param workspace room to work in
@param stream on which this happens
@param params thresholds */
CV_EXPORTS void matchAnchors(const float* anchors, int anchorCount, int images, const BoxLists& objects,
                             const BoxLists& ignoreRegions, int* matches, Workspace& workspace, Stream stream,
                             const MatchParams& params = MatchParams());

/** @brief cv::dnn_rpn::sampleAnchors(): for the same seed the same subset

@param matches N x K, changed in place; other numbers than matchAnchors() gives are left alone
@param anchorCount K
@param images N
@param count anchors to keep of each image
@param positiveShare of count, 0..1
@param seed of the first image; image n has seed + n
@param workspace room to work in
@param stream on which this happens */
CV_EXPORTS void sampleAnchors(int* matches, int anchorCount, int images, int count, float positiveShare,
                              int seed, Workspace& workspace, Stream stream);

/** @brief cv::dnn_rpn::encodeTargets()

@param anchors anchorCount x 4
@param anchorCount K
@param images N
@param objects of all images; starts are not needed
@param matches N x K
@param deltas N x K x 4; NaN where a match is no object, or a box has no positive, finite width and height
@param stream on which this happens
@param weights as for encodeBoxes() */
CV_EXPORTS void encodeTargets(const float* anchors, int anchorCount, int images, const BoxLists& objects,
                              const int* matches, float* deltas, Stream stream,
                              const Scalar& weights = Scalar(1, 1, 1, 1));

/** @brief cv::dnn_rpn::matchLabels()

@param matches of `count` anchors, of however many images
@param count N K
@param classes of all images' objects, 1..C; nullptr: every object has label 1
@param classCount objects of all images, not needed without classes
@param labels count; INT_MIN, of which the losses make NaN, where a match is no object or a class is below 1
@param positives one number, the labels > 0; may be nullptr. Losses take it as Normalizer::count.
@param stream on which this happens */
CV_EXPORTS void matchLabels(const int* matches, int count, const int* classes, int classCount, int* labels,
                            int* positives, Stream stream);

/** @brief cv::dnn_rpn::nms(): the same boxes

@param boxes count x 4
@param scores count
@param count N
@param threshold IoU above which the lower-scored box is dropped, 0..1
@param keep receives indices by falling score; room for count, or maxCount if that is less and not 0
@param keptCount one number: how many they are
@param workspace room to work in
@param stream on which this happens
@param maxCount stop after so many kept boxes; 0: no limit */
CV_EXPORTS void nms(const float* boxes, const float* scores, int count, float threshold, int* keep,
                    int* keptCount, Workspace& workspace, Stream stream, int maxCount = 0);

//! How many proposals an image has room for: postNms, or what all levels can give if that is less or no
//! limit.
CV_EXPORTS int proposalRoom(const std::vector<int>& levelCounts,
                            const ProposalParams& params = ProposalParams());

/** @brief cv::dnn_rpn::generateProposals() of several images with the same anchors

The same proposals, but for the last bits of exp() in decoding.

@param scores N x K
@param deltas N x K x 4
@param anchors K x 4
@param levelCounts anchors of each level, in host memory, 1..32 of them, summing up to K
@param images N
@param imageSize of the network's input
@param boxes N x P x 4 with P = proposalRoom(levelCounts, params); zeros behind the last proposal
@param proposalScores N x P; zeros behind the last proposal
@param counts N: how many proposals each image has
@param workspace room to work in
@param stream on which this happens
@param params limits */
CV_EXPORTS void generateProposals(const float* scores, const float* deltas, const float* anchors,
                                  const std::vector<int>& levelCounts, int images, Size imageSize,
                                  float* boxes, float* proposalScores, int* counts, Workspace& workspace,
                                  Stream stream, const ProposalParams& params = ProposalParams());

//! Features of N images: N x C x H x W, each at least 1.
struct FeatureShape
{
    FeatureShape(int images_, int channels_, int height_, int width_)
        : images(images_), channels(channels_), height(height_), width(width_)
    {}

    int images, channels, height, width;
};

/** @brief cv::dnn_rpn::roiAlign()

@param features N x C x H x W
@param shape N, C, H, W
@param boxes rois x 4, finite, within +-1e6 cells; the output of another is NaN
@param batchIndices rois: 0..N - 1, or the output is NaN; nullptr: all are of image 0
@param rois R
@param pooled columns x rows of bins
@param output R x C x rows x columns, at most 2e9 numbers
@param stream on which this happens
@param params scale and sampling */
CV_EXPORTS void roiAlign(const float* features, const FeatureShape& shape, const float* boxes,
                         const int* batchIndices, int rois, Size pooled, float* output, Stream stream,
                         const RoiAlignParams& params = RoiAlignParams());

/** @brief cv::dnn_rpn::roiAlignBackward()

Every cell gathers what it gets, RoI by RoI in their order: no additions race. RoIs that give NaN in
roiAlign() give nothing here.

@param outputGrad R x C x rows x columns
@param shape N, C, H, W
@param boxes as given to roiAlign()
@param batchIndices as given to roiAlign()
@param rois R
@param pooled as given to roiAlign()
@param featuresGrad N x C x H x W; every element is written
@param workspace room to work in: R x (rows x H + columns x W) numbers
@param stream on which this happens
@param params as given to roiAlign() */
CV_EXPORTS void roiAlignBackward(const float* outputGrad, const FeatureShape& shape, const float* boxes,
                                 const int* batchIndices, int rois, Size pooled, float* featuresGrad,
                                 Workspace& workspace, Stream stream,
                                 const RoiAlignParams& params = RoiAlignParams());

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
