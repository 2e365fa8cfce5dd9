// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRACKER_HPP
#define OPENCV_DNN_RPN_TRACKER_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief How detections of one image are told to be those of the image before. */
struct CV_EXPORTS_W_SIMPLE TrackerParams
{
    CV_WRAP TrackerParams();

    //! Detections of at least this score take part in the first round; 0..1. Default 0.5.
    CV_PROP_RW float highScore;
    //! Those of at least this score only continue tracks, in the second round; 0..highScore. Default 0.1.
    CV_PROP_RW float lowScore;
    //! A new track begins with at least this score; highScore..1. Default 0.5.
    CV_PROP_RW float newScore;
    //! Least IoU of a track's predicted box and a detection in the first round, above 0. Default 0.2.
    CV_PROP_RW float minIoU;
    //! The same in the second round; stricter, as scores are low. Default 0.5.
    CV_PROP_RW float minIoULow;
    //! A track gets its id once it was found in so many images in a row, at least 1; in the first image of
    //! all, at once. Default 2.
    CV_PROP_RW int minHits;
    //! A track ends when it was not found in so many images in a row, at least 0. Default 30.
    CV_PROP_RW int maxMissed;
};

//! One object over time.
struct CV_EXPORTS_W_SIMPLE Track
{
    CV_WRAP Track();

    CV_PROP int id;      //!< from 1; never given again
    CV_PROP int label;   //!< class, 1..C
    CV_PROP Rect2d box;  //!< the filter's estimate, in pixels: x, y, width, height
    CV_PROP float score; //!< of the last detection
    CV_PROP int hits;    //!< images in which it was found
    CV_PROP int missed;  //!< images in a row, up to the last one, in which it was not
};

/** @brief Follows the detections of a video: the same object has the same number from image to image.

Each track has a Kalman filter of constant velocity on centre, aspect ratio and height of its box. An image's
detections are given to tracks by IoU with the predicted boxes, in two rounds (Zhang et al.: *ByteTrack:
Multi-Object Tracking by Associating Every Detection Box*, ECCV 2022 @cite Zhang2022ByteTrack): first those of
high score to all tracks, then those of low score, which are often partly hidden objects, to the tracks that
were found in the image before. Both rounds find the assignment with the greatest sum of IoU. Only boxes and
tracks of the same class are compared.

    Detector detector("model.onnx");
    Tracker tracker;
    while (video.read(image))
    {
        detector.detect(image, boxes, scores, labels, 0.1f);
        tracker.update(boxes, scores, labels, ids);
    }

The detector's threshold should be at most TrackerParams::lowScore. Nothing looks at pixels: objects that
meet and turn around behind each other can exchange their numbers, and a moving camera must be slow. */
class CV_EXPORTS_W Tracker
{
public:
    //! @param params copied; cv::Exception names one that is out of its range
    CV_WRAP explicit Tracker(const TrackerParams& params = TrackerParams());

    /** @brief Takes the detections of the next image.

    @param boxes D x 4 CV_32F, x1, y1, x2, y2 in pixels, finite; boxes without area are followed by nobody
    @param scores D CV_32F, 0..1; NaN counts as below all thresholds
    @param labels D CV_32S 1..C; empty: all 1
    @param ids D CV_32S: the number of each detection's track, from 1; 0 where it has none (yet) */
    CV_WRAP void update(InputArray boxes, InputArray scores, InputArray labels, OutputArray ids);

    //! The tracks that have a number and are not over, by it; those with `missed` > 0 are only predicted.
    CV_WRAP std::vector<Track> tracks() const;

    //! As if newly made: the next image is the first one. Numbers begin with 1 again.
    CV_WRAP void reset();

    CV_WRAP const TrackerParams& params() const;

private:
    struct Impl;
    Ptr<Impl> impl;
};

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
