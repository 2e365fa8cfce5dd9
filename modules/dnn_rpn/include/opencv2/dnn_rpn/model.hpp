// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_MODEL_HPP
#define OPENCV_DNN_RPN_MODEL_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/anchors.hpp"
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

    CV_PROP_RW String kind;                 //!< "opencv": boxes come out; "heads": logits and deltas do
    CV_PROP_RW Size inputSize;              //!< width x height that the network was trained at
    CV_PROP_RW std::vector<String> classes; //!< names of the labels 1..C; one entry, "object", for proposals
    CV_PROP_RW float scoreThreshold;        //!< a sensible one for showing boxes
    CV_PROP_RW std::vector<AnchorLevel> levels; //!< one a feature map
    CV_PROP_RW std::vector<Size> featureSizes;  //!< columns x rows of each level at inputSize
    CV_PROP_RW ProposalParams proposals;        //!< the limits within the file ("opencv") or to use ("heads")
};

/** @brief Runs a trained model: pictures in, boxes out.

Takes both kinds of file that dnn_rpn_train writes. An application needs this class for "heads"
files only: "opencv" files give the same boxes through cv::dnn::DetectionModel alone.

Copies share one network, and detect() changes its state: construct one a thread.
*/
class CV_EXPORTS_W Detector
{
public:
    /** @brief Loads MODEL.onnx and MODEL.yml beside it.
    @param model path of the ONNX file */
    CV_WRAP explicit Detector(const String& model);

    /** @brief Finds the objects in a picture.

    @param image BGR, 8 bit, any size; it is resized to the model's input
    @param boxes D x 4 CV_32F in pixels of image, within it, by falling score
    @param scores D CV_32F, 0..1
    @param labels D CV_32S, 1..C
    @param threshold lower scores are left out
    */
    CV_WRAP void detect(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels,
                        float threshold = 0);

    //! The model's description.
    CV_WRAP const ModelDescription& description() const;

private:
    struct Impl;
    Ptr<Impl> impl;
};

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
