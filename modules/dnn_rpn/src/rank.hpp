// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_RANK_HPP
#define OPENCV_DNN_RPN_RANK_HPP

namespace cv {
namespace dnn_rpn {

/** Sorts indices by falling score, equal scores by rising index, and cuts off after `limit` (0: none).
No score may be NaN. Only the part that is kept gets sorted. */
inline void rankByScore(const float* scores, std::vector<int>& indices, int limit = 0)
{
    const auto before = [scores](int a, int b) {
        return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
    };
    if (limit > 0 && static_cast<size_t>(limit) < indices.size())
    {
        std::nth_element(indices.begin(), indices.begin() + limit, indices.end(), before);
        indices.resize(limit);
    }
    std::sort(indices.begin(), indices.end(), before);
}

/** Greedy suppression of boxes that are already in the order of rank.
@param boxes count x 4
@param keep positions of the kept boxes, rising
@param maxCount stop after so many; 0: no limit */
void suppress(const float* boxes, int count, float threshold, int maxCount, std::vector<int>& keep);

} // namespace dnn_rpn
} // namespace cv

#endif
