// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATASET_HPP
#define OPENCV_DNN_RPN_TRAIN_DATASET_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! One annotated object of an image.
struct CV_EXPORTS_W_SIMPLE Object
{
    CV_WRAP Object() : label(1), ignored(false) {}

    CV_PROP_RW Vec4f box;    //!< x1, y1, x2, y2 in pixels of the image, exclusive; x1 < x2, y1 < y2
    CV_PROP_RW int label;    //!< 1..C
    CV_PROP_RW bool ignored; //!< neither an object nor background: VOC's `difficult`
};

//! One image and what is on it.
struct CV_EXPORTS_W_SIMPLE AnnotatedImage
{
    CV_WRAP AnnotatedImage() {}

    CV_PROP_RW String path;                 //!< of the image
    CV_PROP_RW Size size;                   //!< columns x rows as annotated, or else as the file says
    CV_PROP_RW std::vector<Object> objects; //!< may be empty: such an image teaches background
};

/** @brief How a data set is read. */
struct CV_EXPORTS_W_SIMPLE DatasetParams
{
    CV_WRAP DatasetParams() : format("auto"), strict(false) {}

    //! Names of the labels 1..C; an object of another class is an error. Empty: the classes found, in the
    //! order in which they are declared, or else in alphabetical order.
    CV_PROP_RW std::vector<String> classes;
    //! voc, cvat, imglab, coco, labelme, createml, yolo, csv, or auto: what the files look like.
    CV_PROP_RW String format;
    CV_PROP_RW String annotations; //!< a file or folder with them; empty: the data set's folder
    CV_PROP_RW String images;      //!< the folder with them; empty: the data set's folder
    CV_PROP_RW bool strict;        //!< the first entry that cannot be used is an error
};

/** @brief Annotated images, read but not decoded. */
struct CV_EXPORTS_W_SIMPLE Dataset
{
    CV_WRAP Dataset() : unsplit(false), imagesLeftOut(0), objectsLeftOut(0) {}

    /** @brief Reads a folder as annotation tools leave it; the sub-folders do not matter.

    Formats: Pascal VOC (XML with or without ImageSets), COCO (JSON of any name), YOLO (boxes, polygons,
    oriented boxes; Darknet's lists), LabelMe, CVAT for images, CreateML, imglab, and tables. Each is told by
    its files' content. Images are found by the names that the annotations give, whatever folder comes before
    them.

    What cannot be used is left out, counted, and told in `remarks`: an image that is not there, cannot be
    decoded or is of another size than annotated, a box that is none. Objects without area are dropped, boxes
    that reach beyond the image are cut at its border. VOC's `difficult` objects and COCO's crowds become
    ignored ones.

    @param folder with images and annotations
    @param split such as train: the name of a list, of a folder, or in the name of a file. Of a folder without
    splits all images are read, see `unsplit`, and with an empty name those of all splits
    @param params what to make of it
    @return the data set; cv::Exception if the split is not there, has no objects, or if most of it cannot be
    used */
    CV_WRAP static Dataset read(const String& folder, const String& split, const DatasetParams& params);
    //! @overload
    CV_WRAP static Dataset read(const String& folder, const String& split,
                                const std::vector<String>& classes = std::vector<String>());

    //! Number of objects that are not ignored.
    CV_WRAP int countObjects() const;

    CV_PROP_RW std::vector<String> classes;        //!< names of the labels 1..C
    CV_PROP_RW std::vector<AnnotatedImage> images; //!< in the order of the list, or of their names
    CV_PROP_RW std::vector<String> remarks;        //!< what was left out, dropped or changed, a line each
    CV_PROP_RW String format;                      //!< what it was read as
    CV_PROP_RW bool unsplit;                       //!< the folder has no splits: these are all its images
    CV_PROP_RW int imagesLeftOut, objectsLeftOut;
};

/** @brief Deals images out, such as to training and validation, or to the folds of a cross-validation.

Each part gets its share of every class's objects, as far as images can be dealt; images that look alike, such
as neighbours in a video, stay together. They are decoded for it, small.
@param dataset all images
@param shares of the parts, such as 0.8 and 0.2; only their proportions count
@param seed the same seed gives the same parts
@return a data set a share, images in the order that they had; cv::Exception if a part would be empty */
CV_EXPORTS_W std::vector<Dataset> splitDataset(const Dataset& dataset, const std::vector<double>& shares,
                                               int seed);

/** @brief Bytes that are no UTF-8 as `\xE9` and the like, so that JSON and YAML with the text can be read. */
CV_EXPORTS String escapeInvalidUtf8(const String& text);

/** @brief Objects as the arrays that dnn_rpn's functions take.
@param objects G objects
@param boxes G x 4 CV_32F
@param labels G CV_32S, 1..C
@param ignored G CV_8U, non-zero for ignored objects */
CV_EXPORTS void asArrays(const std::vector<Object>& objects, Mat& boxes, Mat& labels, Mat& ignored);

/** @brief Decodes an image as 8-bit BGR, turned as the annotation has it.
@param image path, and the size that tells which way round the annotation sees it
@return the image; cv::Exception names the file if it is missing, corrupt, cut off, or of another
size than the annotation says */
CV_EXPORTS_W Mat readImage(const AnnotatedImage& image);

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
