// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_IMAGE_MATCHES_HPP
#define OPENCV_DNN_RPN_IMAGE_MATCHES_HPP

#include <algorithm>
#include <vector>

#include "box.hpp"

namespace cv {
namespace dnn_rpn {

//! A found box as Evaluator keeps it.
struct FoundBox
{
    Vec4f box;
    float score;
    int label;
};

//! A true box as Evaluator keeps it.
struct TrueBox
{
    Vec4f box;
    double area; //!< decides on small, medium, large; not always the box's
    int label;
    bool ignored, crowd;
};

//! In double, as pycocotools computes: an overlap of exactly a threshold then falls on the same side.
inline Vec4d wide(const Vec4f& box, double border = 0)
{
    return Vec4d(box[0], box[1], box[2] + border, box[3] + border);
}

/** @brief The detections and the objects of one class in one image, and which overlap.

Overlaps are worked out once; the assignments at all thresholds and areas use them. */
class ImageMatches
{
public:
    /** @param detections by falling score
    @param lowest overlaps below this are of no interest; above 0
    @param border added to width and height for findVoc() */
    ImageMatches(const FoundBox* detections, int detectionCount, const TrueBox* objects, int objectCount,
                 double lowest, double border = 0)
        : found(detections), foundCount(detectionCount), groundTruth(objects), groundTruthCount(objectCount),
          first(1, 0), vocPairs(detectionCount, {-1, 0})
    {
        for (int d = 0; d < foundCount; d++)
        {
            const Vec4d a = wide(found[d].box), a1 = wide(found[d].box, border);
            const double area = boxArea(a.val), area1 = boxArea(a1.val);
            areas.push_back(area);
            for (int g = 0; g < groundTruthCount; g++)
            {
                const Vec4d b = wide(groundTruth[g].box), b1 = wide(groundTruth[g].box, border);
                const double overlap = groundTruth[g].crowd ? shareOf(a.val, area, b.val)
                                                            : overlapOf(a.val, area, b.val, boxArea(b.val));
                if (overlap >= lowest)
                    pairs.push_back({g, overlap});
                const double overlap1 = overlapOf(a1.val, area1, b1.val, boxArea(b1.val));
                if (overlap1 > vocPairs[d].overlap)
                    vocPairs[d] = {g, overlap1};
            }
            first.push_back(static_cast<int>(pairs.size()));
        }
    }

    int detectionCount() const { return foundCount; }
    int objectCount() const { return groundTruthCount; }
    const FoundBox& detection(int d) const { return found[d]; }
    const TrueBox& object(int g) const { return groundTruth[g]; }
    double areaOfDetection(int d) const { return areas[d]; } //!< in square pixels

    /** @brief COCO's greedy assignment: each detection, best first, takes the free object that it overlaps
    most (equal: the last); one that does not count only when no other will do. A crowd is always free.
    @param outside objects that do not count, one flag each
    @param threshold not below the constructor's `lowest`
    @return for each detection its object, or -1 */
    std::vector<int> find(const std::vector<uchar>& outside, double threshold) const
    {
        // COCO lets rounding errors pass where boxes must agree exactly.
        threshold = std::min(threshold, 1 - 1e-10);
        std::vector<uchar> taken(groundTruthCount, 0);
        std::vector<int> matches;
        for (int d = 0; d < foundCount; d++)
        {
            int match = -1;
            for (uchar pass = 0; pass < 2 && match < 0; pass++)
            {
                double highest = threshold;
                for (int p = first[d]; p < first[d + 1]; p++)
                {
                    const int g = pairs[p].object;
                    if (outside[g] != pass || taken[g] || pairs[p].overlap < highest)
                        continue;
                    highest = pairs[p].overlap;
                    match = g;
                }
            }
            if (match >= 0)
                taken[match] = !groundTruth[match].crowd;
            matches.push_back(match);
        }
        return matches;
    }

    //! What a detection overlaps most in VOC's sense (equal: the first), or -1.
    int vocObject(int d, double threshold) const
    {
        return vocPairs[d].overlap >= threshold ? vocPairs[d].object : -1;
    }

private:
    struct Pair
    {
        int object;
        double overlap;
    };

    const FoundBox* found;
    int foundCount;
    const TrueBox* groundTruth;
    int groundTruthCount;
    std::vector<double> areas;
    std::vector<Pair> pairs; //!< of detection d: first[d] .. first[d + 1] - 1
    std::vector<int> first;
    std::vector<Pair> vocPairs; //!< one a detection
};

} // namespace dnn_rpn
} // namespace cv

#endif
