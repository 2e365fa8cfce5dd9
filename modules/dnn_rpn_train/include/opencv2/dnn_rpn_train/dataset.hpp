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

//! One annotated object of a picture.
struct CV_EXPORTS Object
{
    Object() : label(1), ignored(false) {}

    Vec4f box;    //!< x1, y1, x2, y2 in pixels of the picture, exclusive; x1 < x2, y1 < y2
    int label;    //!< 1..C
    bool ignored; //!< neither an object nor background: VOC's `difficult`
};

//! One picture and what is on it.
struct CV_EXPORTS AnnotatedImage
{
    String path;                 //!< of the picture
    Size size;                   //!< columns x rows as annotated; 0 x 0 where the annotation is silent
    std::vector<Object> objects; //!< may be empty: such a picture teaches background
};

/** @brief Annotated pictures, read but not decoded. */
struct CV_EXPORTS Dataset
{
    /** @brief Reads a folder in Pascal VOC layout: JPEGImages, Annotations/NAME.xml and
    ImageSets/Main/SPLIT.txt with a NAME a line.

    Coordinates are taken as they stand. Objects without area are dropped, boxes that reach beyond the
    picture are cut at its border; both are told in `remarks`. `difficult` objects become ignored ones.

    @param folder with the three sub-folders
    @param split name of the list without ".txt", such as train or test
    @param classes names of the labels 1..C; an object of another class is an error. Empty: the
    classes found, in alphabetical order
    @return the data set; cv::Exception names the file, and the object in it, of what is wrong: a missing
    folder, list, annotation or picture, XML that does not parse, a box whose corners are exchanged
    */
    static Dataset readVOC(const String& folder, const String& split,
                           const std::vector<String>& classes = std::vector<String>());

    /** @brief Reads a folder with annotations of COCO in JSON.

    The split's annotations are `annotations/instances_SPLIT.json`, `annotations/SPLIT.json` or
    `SPLIT/_annotations.coco.json`; its pictures lie in SPLIT, images/SPLIT, images or the folder itself.
    Boxes are `x, y, width, height`; those with `iscrowd` become ignored objects. Outlines and whatever else
    the file holds are passed over. Otherwise as readVOC().

    @param folder with the annotations
    @param split such as train2017
    @param classes as for readVOC(); empty: the file's categories in the order of their ids */
    static Dataset readCOCO(const String& folder, const String& split,
                            const std::vector<String>& classes = std::vector<String>());

    /** @brief Reads a folder in the layout of YOLO: pictures in images/SPLIT or SPLIT/images and, for each,
    a text file of its name in labels/SPLIT or SPLIT/labels.

    A line is a class, from 0, and the centre x, centre y, width and height of a box as shares of the
    picture. A picture without a file has no objects. The pictures are decoded for their sizes.
    Otherwise as readVOC().

    @param folder with those folders; names of the classes in data.yaml (`names`), classes.txt or obj.names
    @param split such as train
    @param classes as for readVOC(); empty: the names of the file, or the numbers where there is none */
    static Dataset readYOLO(const String& folder, const String& split,
                            const std::vector<String>& classes = std::vector<String>());

    /** @brief Reads a folder in whichever of these layouts it has: VOC's if it has a folder JPEGImages,
    Annotations or ImageSets, else COCO's if it has its JSON, else YOLO's if it has its labels. */
    static Dataset read(const String& folder, const String& split,
                        const std::vector<String>& classes = std::vector<String>());

    //! Number of objects that are not ignored.
    int countObjects() const;

    std::vector<String> classes;        //!< names of the labels 1..C
    std::vector<AnnotatedImage> images; //!< in the order of the list
    std::vector<String> remarks;        //!< what was dropped or changed, a line each
};

/** @brief Objects as the arrays that dnn_rpn's functions take.
@param objects G objects
@param boxes G x 4 CV_32F
@param labels G CV_32S, 1..C
@param ignored G CV_8U, non-zero for ignored objects */
CV_EXPORTS void asArrays(const std::vector<Object>& objects, Mat& boxes, Mat& labels, Mat& ignored);

/** @brief Decodes a picture as 8-bit BGR, turned as the annotation has it.
@param image path, and the size that tells which way round the annotation sees it
@return the picture; cv::Exception names the file if it is missing, corrupt, cut off, or of another
size than the annotation says */
CV_EXPORTS Mat readPicture(const AnnotatedImage& image);

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
