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

AP and AR are what COCO's evaluation (pycocotools, iouType "bbox") gives: means over IoU 0.50:0.05:0.95
unless the name carries a number, over all classes that have objects; precision at 101 recalls. Small: area
up to 32^2, large: from 96^2 pixels of the original image, medium between; the borders belong to both.
"The N best an image" are so many of each class, as in COCO; with one class that is all of them.

vocAP and vocAP07 follow Pascal VOC's development kits, at IoU 0.5 and over all detections: the area under
the curve of precision made falling (2010 and later), and its mean at the recalls 0, 0.1 .. 1 (2007). Each
detection looks only at the object that it overlaps most. (The recalls are the decimals. The kit adds up
tenths, and falls short of recall 3/10 by a rounding error.)
*/
struct CV_EXPORTS_W_SIMPLE Metrics
{
    CV_WRAP Metrics();

    CV_PROP_RW double AP, AP50, AP75;             //!< average precision, the 100 best detections an image
    CV_PROP_RW double APsmall, APmedium, APlarge; //!< AP by the objects' size
    //! average recall of the so many best detections an image
    CV_PROP_RW double AR1, AR10, AR100, AR300, AR1000;
    CV_PROP_RW double ARsmall, ARmedium, ARlarge;             //!< AR100 by the objects' size
    CV_PROP_RW double AR1000small, AR1000medium, AR1000large; //!< AR1000 by the objects' size
    CV_PROP_RW double vocAP, vocAP07;                         //!< Pascal VOC 2010 and later; 2007

    CV_PROP_RW std::vector<double> classAP, classAP50, classAP75; //!< of each class 1..C
    CV_PROP_RW std::vector<double> classAR100, classVocAP, classVocAP07;
    CV_PROP_RW std::vector<int> classObjects, classDetections; //!< what was counted of each class

    CV_PROP_RW int images, objects, detections; //!< what was counted; objects without ignored and crowds
};

/** @brief What a threshold on the score does: each entry is what is left at this score and above. */
struct CV_EXPORTS_W_SIMPLE PrecisionRecall
{
    CV_WRAP PrecisionRecall();

    CV_PROP_RW std::vector<double> precision, recall; //!< 0..1; recall rises
    CV_PROP_RW std::vector<float> scores;             //!< falling, no two the same
    CV_PROP_RW double bestF1;   //!< highest harmonic mean of precision and recall; 0 if nothing was found
    CV_PROP_RW float bestScore; //!< the score where it is reached (the highest such); 1 if nothing was found
    CV_PROP_RW int objects;     //!< that were to be found; without any, the curve is empty
};

/** @brief Collects detections and objects image by image and scores them.

Overlaps are worked out in double. Boxes without area overlap nothing.
*/
class CV_EXPORTS_W Evaluator
{
public:
    //! @param classes C; 1 for class-agnostic proposals
    CV_WRAP explicit Evaluator(int classes = 1);

    /** @brief Adds one image.

    Two kinds of objects count neither as found nor as missed. A detection that finds only an ignored object
    does not count either; in AP, AR and PrecisionRecall each of them excuses one detection (the best), in
    vocAP any number, as VOC's `difficult` does. A crowd is a region with many objects (COCO's `iscrowd`): it
    excuses any number of detections, by the share of the detection that lies within it. VOC knows no crowds;
    vocAP takes them for ignored objects. (pycocotools does not look at an annotation's `ignore`: there
    `iscrowd` alone decides.)

    @param boxes D x 4 CV_32F in pixels of the original image
    @param scores D CV_32F; detections with a NaN score are left out
    @param labels D CV_32S 1..C; empty: all 1
    @param objects G x 4 CV_32F in pixels of the original image
    @param objectLabels G CV_32S 1..C; empty: all 1
    @param ignored G CV_8U, non-zero for ignored objects; empty: none
    @param crowd G CV_8U, non-zero for crowds; empty: none
    @param areas G CV_32F, what decides whether an object is small, medium or large: COCO takes the area of
    the segmentation. Empty: the boxes' areas
    */
    CV_WRAP void add(InputArray boxes, InputArray scores, InputArray labels, InputArray objects,
                     InputArray objectLabels, InputArray ignored, InputArray crowd = noArray(),
                     InputArray areas = noArray());

    /** @brief Scores everything that was added.

    @param vocPixels for vocAP and vocAP07 only: a box from x1 to x2 is x2 - x1 + 1 wide, and its height
    likewise. So do VOC's development kits count, whose corners are numbers of pixels, the last one included.
    With corners as they stand in VOC's files, true gives the kit's numbers; the default, false, treats them
    as everything else here does.
    */
    CV_WRAP Metrics compute(bool vocPixels = false) const;

    /** @brief Precision and recall at every score, all detections counted, objects of any size.

    Detections are matched as for AP: by falling score, each takes the free object of its class that it
    overlaps most.

    @param label 1..C, or 0 for all classes together
    @param iouThreshold from which overlap on an object is found, above 0, at most 1
    */
    CV_WRAP PrecisionRecall precisionRecall(int label, double iouThreshold = 0.5) const;

    /** @brief Which classes are taken for which.

    First, detections find objects of their own class, as in precisionRecall(): entry (c, c) over the sum of
    its row is the recall that precisionRecall() tells for this score, over the sum of its column the
    precision. Then detections that are left take, by falling score (equal scores: the lower class first), the
    free object of another class that they overlap most (equal overlaps: the later): a confusion. What is
    still left are false detections and missed objects.

    @param scoreThreshold detections with a lower score are left out
    @param iouThreshold as for precisionRecall()
    @return C+1 x C+1 CV_32S: the row is the object's class, the column the detection's. Row 0 has the false
    detections, column 0 the missed objects, (0, 0) is 0
    */
    CV_WRAP Mat confusion(float scoreThreshold, double iouThreshold = 0.5) const;

private:
    struct Image;
    std::vector<Ptr<Image>> images_;
    int classes;
};

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
