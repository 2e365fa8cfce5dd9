// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_METRICS_HPP
#define OPENCV_DNN_RPN_METRICS_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief How good detections or proposals are; everything in 0..1, or -1 where there was nothing to find.

"The N best a picture" are so many of each class, as in COCO; with one class that is all of them.
An ignored object excuses one detection in AP and AR, any number in vocAP and vocAP07.

AP and AR follow COCO's evaluation (pycocotools): averages over IoU 0.50:0.05:0.95 unless the name
carries a number, over all classes that have objects; precision at 101 recall points. Small: area
below 32^2, large: above 96^2 pixels of the original picture, medium between.
*/
struct CV_EXPORTS_W_SIMPLE Metrics
{
    CV_WRAP Metrics();

    CV_PROP_RW double AP, AP50, AP75;             //!< average precision, the 100 best detections a picture
    CV_PROP_RW double APsmall, APmedium, APlarge; //!< AP by the objects' size
    CV_PROP_RW double AR10, AR100, AR300, AR1000; //!< average recall of the so many best detections a picture
    CV_PROP_RW double ARsmall, ARmedium, ARlarge; //!< AR1000 by the objects' size
    CV_PROP_RW double vocAP;                      //!< Pascal VOC 2010+ (area under the curve) at IoU 0.5
    CV_PROP_RW double vocAP07;                    //!< Pascal VOC 2007 (11 points) at IoU 0.5
    CV_PROP_RW std::vector<double> classAP50;     //!< AP50 of each class 1..C
    CV_PROP_RW int images, objects, detections;   //!< what was counted; objects without the ignored ones
};

/** @brief Collects detections and objects picture by picture and scores them. */
class CV_EXPORTS_W Evaluator
{
public:
    //! @param classes C; 1 for class-agnostic proposals
    CV_WRAP explicit Evaluator(int classes = 1);

    /** @brief Adds one picture.

    @param boxes D x 4 CV_32F in pixels of the original picture
    @param scores D CV_32F; detections with a NaN score are left out
    @param labels D CV_32S 1..C; empty: all 1
    @param objects G x 4 CV_32F in pixels of the original picture
    @param objectLabels G CV_32S 1..C; empty: all 1
    @param ignored G CV_8U, non-zero for objects that count neither as found nor as missed (VOC's
    `difficult`); empty: none
    */
    CV_WRAP void add(InputArray boxes, InputArray scores, InputArray labels, InputArray objects,
                     InputArray objectLabels, InputArray ignored);

    CV_WRAP Metrics compute() const;

private:
    struct Picture;
    std::vector<Ptr<Picture>> pictures;
    int classes;
};

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
