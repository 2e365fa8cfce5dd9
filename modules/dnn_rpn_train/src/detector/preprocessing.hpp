// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_PREPROCESSING_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_PREPROCESSING_HPP

#include <map>
#include <string>

#include "opencv2/dnn_rpn_train/params.hpp"
#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What a feature extractor wants to see.
struct CV_EXPORTS InputFormat
{
    Normalisation normalise = NORMALISE_AUTO;
    ChannelOrder order = CHANNELS_AUTO;

    //! Where this says nothing, what the other one says.
    InputFormat or_(const InputFormat& other) const;
    //! "0..255, bgr"
    std::string text() const;
};

//! What a file's metadata say: ONNX's for images (Image.BitmapPixelFormat, Image.NominalPixelRange), and
//! those of programs that always mean the same.
CV_EXPORTS InputFormat formatOf(const std::map<std::string, std::string>& metadata);

/** @brief What the nodes say that a graph begins with: products and sums by channel normalise, and for what
range they do so, and for which order, follows from their numbers.
@param input the node that they follow */
CV_EXPORTS InputFormat formatOf(const Graph& graph, int input);

/** @brief Adds what makes of an image as cv::dnn::blobFromImage(image) gives it (BGR, 0..255) what is wanted,
as a frozen 1x1 convolution: as a layer of the graph it is in the exported file, and an application can get
nothing wrong.
@param input the image's node
@return the node; its weights are those of ImageNet's normalisation and RGB */
CV_EXPORTS int addPreprocessing(Graph& graph, int input);
//! Sets its weights; what the format does not say is ImageNet's normalisation, or RGB.
CV_EXPORTS void setPreprocessing(Graph& graph, int node, const InputFormat& format);

} // namespace dnn_rpn_train
} // namespace cv

#endif
