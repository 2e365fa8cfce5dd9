// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "operating_point.hpp"

namespace cv {
namespace dnn_rpn_train {

std::vector<Match> matchDetections(const Mat& boxes, const Mat& scores, const std::vector<Object>& objects)
{
    std::vector<int> keep;
    dnn_rpn::nms(boxes, scores, 0.3f, keep);
    Mat groundTruth, labels, ignored, overlaps;
    asArrays(objects, groundTruth, labels, ignored);
    dnn_rpn::boxIoU(boxes, groundTruth, overlaps);
    std::vector<char> taken(objects.size(), 0);
    std::vector<Match> matches;
    for (int i : keep)
    {
        int best = -1;
        for (int j = 0; j < groundTruth.rows; j++)
            if (!taken[j] && overlaps.at<float>(i, j) >= 0.5f &&
                (best < 0 || overlaps.at<float>(i, j) > overlaps.at<float>(i, best)))
                best = j;
        if (best >= 0)
            taken[best] = 1;
        matches.push_back({i, best});
    }
    return matches;
}

void OperatingPoint::add(const Mat& boxes, const Mat& scores, const std::vector<Object>& objects)
{
    for (const Object& object : objects)
        objectCount += !object.ignored;
    for (const Match& v : matchDetections(boxes, scores, objects))
        if (v.object < 0 || !objects[v.object].ignored)
            found.push_back({scores.at<float>(v.box), v.object >= 0});
}

float OperatingPoint::threshold() const
{
    std::vector<std::pair<float, bool>> sorted = found;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    float best = 0.5f;
    double highest = 0;
    int right = 0;
    for (size_t i = 0; i < sorted.size(); i++)
    {
        right += sorted[i].second;
        const double f1 = 2. * right / (static_cast<double>(i + 1) + objectCount);
        if (f1 > highest)
        {
            highest = f1;
            best = i + 1 < sorted.size() ? (sorted[i].first + sorted[i + 1].first) / 2 : sorted[i].first / 2;
        }
    }
    return best;
}

} // namespace dnn_rpn_train
} // namespace cv
