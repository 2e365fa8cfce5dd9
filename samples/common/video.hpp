// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_VIDEO_HPP
#define DNN_RPN_SAMPLES_VIDEO_HPP

#include "opencv2/videoio.hpp"

//! Whether it is the address of a stream or file elsewhere, such as rtsp://host/path.
bool isAddress(const cv::String& input);

//! The same without a user's name and password, for messages.
cv::String shownAddress(const cv::String& input);

//! A camera, a video file or a stream. cv::Exception names it if it cannot be opened.
class VideoInput
{
public:
    //! @param input the number of a camera, a file, or the address of a stream
    explicit VideoInput(const cv::String& input);

    bool read(cv::Mat& image);

    //! How many were read so far.
    int frames() const { return count; }
    //! How many the file says it has; 0 where it does not.
    int expected() const;
    double framesPerSecond() const;

    //! At the end, a line if the file is cut off or broken: it gave fewer images than it says it has.
    void tellIfShort() const;

private:
    const cv::String name;
    mutable cv::VideoCapture capture;
    int count = 0;
};

/** @brief A video file, Motion JPEG. It gets its name when it is whole, so that an earlier file of that name
is not lost before. cv::Exception names it if it cannot be written. */
class VideoOutput
{
public:
    VideoOutput(const cv::String& path, double framesPerSecond);
    ~VideoOutput();
    VideoOutput(const VideoOutput&) = delete;
    VideoOutput& operator=(const VideoOutput&) = delete;

    void write(const cv::Mat& image);

    //! Looks whether all images are in the file: writers do not tell when a disk is full.
    void finish();

private:
    const cv::String path, aside;
    const double fps;
    int count = 0;
    cv::VideoWriter writer;
};

//! cv::Exception if there is no screen to show images on; OpenCV's window would end the program.
void checkDisplay();

#endif
