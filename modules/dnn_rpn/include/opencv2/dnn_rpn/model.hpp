// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_MODEL_HPP
#define OPENCV_DNN_RPN_MODEL_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/anchors.hpp"
#include "opencv2/dnn_rpn/detections.hpp"
#include "opencv2/dnn_rpn/kinds.hpp"
#include "opencv2/dnn_rpn/proposals.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief What a model file cannot carry: the YAML beside MODEL.onnx, named MODEL.yml. */
struct CV_EXPORTS_W_SIMPLE ModelDescription
{
    CV_WRAP ModelDescription();

    /** @brief Reads the description; cv::Exception names the file and what is wrong with it.
    @param path of the YAML file */
    CV_WRAP static ModelDescription read(const String& path);

    /** @brief Writes it aside and renames, so that a full disk leaves no half-written file.
    @param path of the YAML file */
    CV_WRAP void write(const String& path) const;

    CV_PROP_RW ExportKind kind;
    CV_PROP_RW DetectorKind detector;       //!< files of earlier versions name none: DETECTOR_RPN
    CV_PROP_RW Size inputSize;              //!< width x height that the network was trained at
    CV_PROP_RW std::vector<String> classes; //!< names of the labels 1..C; one entry, "object", for proposals
    CV_PROP_RW float scoreThreshold;        //!< a sensible one for showing boxes
    CV_PROP_RW std::vector<AnchorLevel> levels; //!< one a feature map
    CV_PROP_RW std::vector<Size> featureSizes;  //!< columns x rows of each level at inputSize

    // Limits within the file ("opencv", "onnx"), or to be used on what it gives ("heads").
    CV_PROP_RW ProposalParams proposals;   //!< "rpn" and "faster_rcnn"
    CV_PROP_RW DetectionParams detections; //!< "retina" and "faster_rcnn"

    //! Names and values of the parameters that the model was trained with, as TrainParams::read() takes them.
    std::vector<std::pair<String, String>> training;
};

//! What Detector does about boxes that overlap, on top of what the model itself does.
enum Suppression
{
    SUPPRESS_NONE = 0,    //!< nothing
    SUPPRESS_HARD = 1,    //!< nms()
    SUPPRESS_LINEAR = 2,  //!< softNmsLinear()
    SUPPRESS_GAUSSIAN = 3 //!< softNmsGaussian()
};

/** @brief Runs a trained model: images in, boxes out.

Takes the files that dnn_rpn_train writes. "opencv" files give the same boxes through
cv::dnn::DetectionModel alone; this class adds batches, tiles, thresholds for each class, soft suppression,
and reads "onnx" files, where cv::dnn has their operators, and "heads" files: outputs `logits` N x K x columns
and `deltas` N x K x 4, decoded by generateProposals(), or with classes by generateDetections(). C columns are
sigmoids, C + 1 a softmax whose first is the background.

Images are 8 bit: BGR, grey (as imread() would have read them in colour) or BGRA (the alpha channel is left
out), of any size; each is resized to the model's input. Everything else is refused.

A region proposal network is a detector with one class, "object": its scores are the objectness, all labels
are 1, and OutputArrays that nobody wants may be noArray(). Boxes without regard to class from a model with
several: setNmsAcrossClasses(true).

Copies share one network and its settings, and detecting changes its state: construct one a thread.
*/
class CV_EXPORTS_W Detector
{
public:
    /** @brief Loads MODEL.onnx and MODEL.yml beside it.
    @param model path of the ONNX file; cv::Exception names it if it is missing, or of a kind that this OpenCV
    does not run: "onnx" before OpenCV 5, and "heads" with two stages */
    CV_WRAP explicit Detector(const String& model);

    /** @brief Thresholds for each class.
    @param thresholds one a class 1..C: lower scores of that class are left out, as are those below the
    `threshold` of the call. Empty, as at the beginning: none */
    CV_WRAP void setClassThresholds(const std::vector<float>& thresholds);

    /** @brief Suppresses once more what the model gives. The model's own limit is often generous, which is
    good for recall and bad for showing. Scores that soft suppression lowers below a threshold are left out.
    @param method a value of Suppression; at the beginning SUPPRESS_NONE
    @param strength IoU for SUPPRESS_HARD and SUPPRESS_LINEAR, 0..1; sigma for SUPPRESS_GAUSSIAN, above 0 */
    CV_WRAP void setSuppression(int method, float strength = 0.5f);

    /** @brief Whether boxes of different classes suppress each other.
    @param value false, as at the beginning: each class on its own */
    CV_WRAP void setNmsAcrossClasses(bool value);

    /** @brief How many detections an image there are at most, the best ones.
    @param count 0, as at the beginning: all */
    CV_WRAP void setMaxDetections(int count);

    //! @param backendId a cv::dnn::Backend, as for cv::dnn::Net
    CV_WRAP void setPreferableBackend(int backendId);

    //! @param targetId a cv::dnn::Target, as for cv::dnn::Net
    CV_WRAP void setPreferableTarget(int targetId);

    /** @brief Finds the objects in an image.

    @param image an image, see above
    @param boxes D x 4 CV_32F in pixels of image, within it, by falling score
    @param scores D CV_32F, 0..1
    @param labels D CV_32S, 1..C
    @param threshold lower scores are left out
    */
    CV_WRAP void detect(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels,
                        float threshold = 0);

    /** @brief Finds the objects in several images with one run of the network. Files of kind "opencv" with
    two stages take one image a run: cv::dnn's CropAndResize knows no batches.

    @param images N images, not necessarily of one size; memory grows with N
    @param boxes N times what detect() gives
    @param scores likewise
    @param labels likewise
    @param threshold lower scores are left out
    */
    CV_WRAP void detectBatch(InputArrayOfArrays images, CV_OUT std::vector<Mat>& boxes,
                             CV_OUT std::vector<Mat>& scores, CV_OUT std::vector<Mat>& labels,
                             float threshold = 0);

    /** @brief Finds small objects in a large image, tile by tile.

    Tiles of one size cover the image evenly, the first and the last at its borders; each is resized to
    the model's input. An image smaller than a tile is filled up with grey. What several tiles see is merged
    by setSuppression()'s method, or, without one, by SUPPRESS_HARD at IoU 0.5. A box that ends at a tile's
    inner border, as if cut off, is left to the next tile if that shows it with room around. Objects that
    fit in no tile are found in parts, or not at all: overlaps should be as wide as objects are.

    @param image an image, see above
    @param boxes as for detect(), in pixels of the whole image
    @param scores likewise
    @param labels likewise
    @param tile columns x rows in pixels of image; Size(): the model's input size
    @param overlap share of a tile that neighbours have in common at least, 0..0.9
    @param threshold lower scores are left out
    */
    CV_WRAP void detectTiles(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels,
                             Size tile = Size(), float overlap = 0.2f, float threshold = 0);

    //! The model's description.
    CV_WRAP const ModelDescription& description() const;

    //! @param label 1..C; cv::Exception for others
    CV_WRAP String className(int label) const;

private:
    struct Impl;
    Ptr<Impl> impl;
};

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
