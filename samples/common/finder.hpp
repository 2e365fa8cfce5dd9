// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_FINDER_HPP
#define DNN_RPN_SAMPLES_FINDER_HPP

#include <memory>

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn/model.hpp"
#include "opencv2/dnn_rpn/tracker.hpp"

#include "found.hpp"

//! The options that Finder reads, for cv::CommandLineParser.
cv::String finderKeys();

//! A model that detects as the options want it, and follows what it finds from image to image if they say so.
class Finder
{
public:
    //! cv::Exception names the option, or what is wrong with the model.
    explicit Finder(cv::CommandLineParser& options);

    //! How many images find() should be given at a time.
    int batchSize() const { return batch; }

    //! @param images in the order of time where they are followed
    std::vector<std::vector<FoundBox>> find(const std::vector<cv::Mat>& images);

    //! Names of the labels 1..C.
    const std::vector<cv::String>& classes() const { return detector.description().classes; }
    bool tracked() const { return tracker != nullptr; }

    //! Of all that find() took so far, without reading and writing.
    double imagesPerSecond() const;

private:
    void readThresholds(cv::CommandLineParser& options);
    void readSuppression(cv::CommandLineParser& options);

    cv::dnn_rpn::Detector detector;
    std::unique_ptr<cv::dnn_rpn::Tracker> tracker;
    int batch;
    cv::Size tile; //!< empty: the whole image at once
    float overlap;
    cv::TickMeter clock;
    int count = 0;
};

#endif
