// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_MISSES_HPP
#define DNN_RPN_SAMPLES_MISSES_HPP

#include <array>

#include "opencv2/core.hpp"

//! What became of an object; of several reasons the first one counts.
enum Fate
{
    FATE_FOUND,
    FATE_LOW_SCORE,
    FATE_SUPPRESSED,
    FATE_OTHER_CLASS,
    FATE_BADLY_PLACED,
    FATE_NOT_SEEN,
    fateCount
};

//! What a false box is; of several the first one counts.
enum FalseBox
{
    FALSE_TWICE,
    FALSE_OTHER_CLASS,
    FALSE_BADLY_PLACED,
    FALSE_NOTHING,
    falseCount
};

//! A key in JSON, heading and explanation.
struct ReasonRow
{
    const char *key, *heading, *meaning;
};

const ReasonRow& fateRow(int fate);
const ReasonRow& falseBoxRow(int kind);

//! Objects that have something in common.
struct MissGroup
{
    const char* by; //!< "", "size", "class", "neighbours" or "place"
    cv::String name;
    std::array<int, fateCount> counts{};

    int objects() const;
    //! Share of the objects that were found, 0..1; 0 of none.
    double recall() const;
};

/** Which objects are missed, and why: of what size, class and surroundings they are; and what the false boxes
are. The reasons are those of TIDE (Bolya et al., ECCV 2020), seen from the objects, and what suppression and the
threshold take away. */
class Misses
{
public:
    //! @param input size of the network's input, in whose pixels objects are small or large
    //! @param threshold score from which on boxes count
    Misses(const std::vector<cv::String>& classes, cv::Size input, float threshold);

    /** Adds one image.
    @param boxes, scores, labels what was found, before suppression: D x 4 CV_32F in pixels of the image, D
    CV_32F, D CV_32S
    @param keep numbers of those that suppression left
    @param objects, objectLabels G x 4 CV_32F, G CV_32S 1..C
    @param ignored G CV_8U: not 0 for objects that do not count
    @param image its size */
    void add(const cv::Mat& boxes, const cv::Mat& scores, const cv::Mat& labels, const std::vector<int>& keep,
             const cv::Mat& objects, const cv::Mat& objectLabels, const cv::Mat& ignored, cv::Size image);

    //! The first one has all objects; those without objects are left out.
    std::vector<MissGroup> groups() const;

    //! Boxes that count and found no object, by FalseBox.
    const std::array<int, falseCount>& falseBoxes() const { return false_; }

    //! Sentences: what stands out, and the option to try.
    std::vector<cv::String> advice() const;

private:
    std::vector<MissGroup> all_;
    std::array<int, falseCount> false_{};
    cv::Size input;
    float threshold;
    int classes;
};

#endif
