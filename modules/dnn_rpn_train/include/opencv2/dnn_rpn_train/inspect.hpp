// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_INSPECT_HPP
#define OPENCV_DNN_RPN_TRAIN_INSPECT_HPP

#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! A part of a data set under its name, such as train.
struct CV_EXPORTS NamedDataset
{
    String name;
    Dataset set;
};

//! What there is of a class in one part.
struct CV_EXPORTS_W_SIMPLE ClassCount
{
    CV_WRAP ClassCount() : objects(0), ignored(0), images(0), small(0), medium(0), large(0) {}

    CV_PROP String name;
    CV_PROP int objects; //!< that count
    CV_PROP int ignored; //!< that do not
    CV_PROP int images;  //!< with at least one of either
    //! Of the objects, in pixels of the image: up to 32 x 32, up to 96 x 96, and above, as COCO scores them.
    CV_PROP int small, medium, large;
};

//! Something that a person should look at before a training.
struct CV_EXPORTS_W_SIMPLE Finding
{
    CV_WRAP Finding() : count(0) {}

    CV_PROP String kind;                        //!< one of a few, such as "near duplicates"
    CV_PROP String text;                        //!< a sentence with the first examples
    CV_PROP int count;                          //!< images, objects, classes: what the sentence counts
    CV_PROP std::vector<AnnotatedImage> images; //!< some to look at, or none
};

/** @brief What to look for. */
struct CV_EXPORTS_W_SIMPLE InspectParams
{
    CV_WRAP InspectParams() : size(320, 240), cell(16), rare(10), files(true) {}

    CV_PROP_RW Size size;  //!< of the network's input, to which images are resized
    CV_PROP_RW int cell;   //!< side of a feature map's cell in pixels of it; smaller objects are told
    CV_PROP_RW int rare;   //!< a class with fewer objects in the first part is told
    CV_PROP_RW bool files; //!< read the images: damaged ones and duplicates
};

/** @brief Counts the classes of a data set.
@return a row a label, in their order */
CV_EXPORTS_W std::vector<ClassCount> countClasses(const Dataset& dataset);

/** @brief Looks for what spoils trainings and scores.

What the reader repaired or left out; images without objects, that cannot be decoded, that are there twice or look
alike, within a part and across parts; classes whose names differ by case, blanks or punctuation, that are rare, or
that only some part has; objects that are there twice, or smaller than a cell.
@param parts the first is what is trained on
@return in the order of the list above; nothing if all is well */
CV_EXPORTS std::vector<Finding> inspect(const std::vector<NamedDataset>& parts,
                                        const InspectParams& params = InspectParams());

/** @brief One HTML page: counts, findings with their images, classes, and some images of each part. It needs
no network and nothing beside it.
@param title of the page
@param findings of inspect() */
CV_EXPORTS String datasetPage(const String& title, const std::vector<NamedDataset>& parts,
                              const std::vector<Finding>& findings);

//! Anchors for a data set, and which share of its objects they reach.
struct CV_EXPORTS_W_SIMPLE AnchorFit
{
    CV_WRAP AnchorFit() : meanIoU(0) {}

    CV_PROP std::vector<float> sizes;  //!< AnchorHeadParams::anchorSizes, rising
    CV_PROP std::vector<float> ratios; //!< AnchorHeadParams::anchorRatios, height / width, rising
    CV_PROP double meanIoU;            //!< of each object with its best anchor
    //! Share of the objects whose best anchor has an IoU of 0.5, 0.6 and 0.7 at least.
    CV_PROP std::vector<double> recall;
};

/** @brief How well anchors fit: each object is compared with the anchors of the cell whose centre is nearest.
@param dataset its objects that are not ignored
@param size width x height of the network's input, to which images are resized
@param cell side of a cell in pixels of it
@param sizes square roots of the anchors' areas
@param ratios height / width
@return sizes and ratios as given, and how they fit */
CV_EXPORTS_W AnchorFit rateAnchors(const Dataset& dataset, Size size, int cell,
                                   const std::vector<float>& sizes, const std::vector<float>& ratios);

/** @brief Anchors that fit: clusters of the objects' sizes with 1 - IoU as the distance (Redmon and Farhadi,
CVPR 2017, section 2), held to the grid of sizes and ratios that a head on anchors has.
@param sizes how many; @param ratios how many
cv::Exception if there are not as many objects that differ. */
CV_EXPORTS_W AnchorFit fitAnchors(const Dataset& dataset, Size size, int cell, int sizes, int ratios);

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
