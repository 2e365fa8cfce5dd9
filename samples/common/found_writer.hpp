// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_FOUND_WRITER_HPP
#define DNN_RPN_SAMPLES_FOUND_WRITER_HPP

#include <memory>

#include "found.hpp"

//! What the writers are told before the first image.
struct FoundOutput
{
    cv::String folder;               //!< where they write
    std::vector<cv::String> classes; //!< names of the labels 1..C
    bool tracked = false;            //!< boxes have ids
    cv::String cocoIds;              //!< a COCO annotation file whose ids are to be used; "": ids of our own
};

//! Writes detections in one format. cv::Exception names a file that cannot be written.
class FoundWriter
{
public:
    virtual ~FoundWriter() {}
    virtual void add(const FoundImage& image) = 0;
    virtual void finish() {} //!< after the last image
};

//! A format that --write knows.
struct FoundFormat
{
    const char* name;
    const char* folder; //!< in the output, for what it writes; "" for a file beside the images
    const char* meaning;
    std::unique_ptr<FoundWriter> (*make)(const FoundOutput& output);
};

//! All formats, the first of them the one that is always written.
const std::vector<FoundFormat>& foundFormats();

//! The formats of "voc,csv" and the first one; cv::Exception if a name is none.
std::vector<FoundFormat> formatsOption(const cv::String& option, const cv::String& list);

// One file each.
std::unique_ptr<FoundWriter> writeJson(const FoundOutput& output);
std::unique_ptr<FoundWriter> writeCoco(const FoundOutput& output);
std::unique_ptr<FoundWriter> writeYolo(const FoundOutput& output);
std::unique_ptr<FoundWriter> writeVoc(const FoundOutput& output);
std::unique_ptr<FoundWriter> writeCsv(const FoundOutput& output);
std::unique_ptr<FoundWriter> writeCrops(const FoundOutput& output);

//! The file in a folder that is made if it is not there. cv::Exception if it cannot be made.
cv::String fileIn(const cv::String& folder, const cv::String& name);

//! As wide and high as a pixel at least, within the image: x, y, width, height.
cv::Rect wholePixels(const cv::Vec4f& box, cv::Size image);

#endif
