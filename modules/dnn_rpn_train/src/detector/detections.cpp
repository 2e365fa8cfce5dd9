// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/private/detections.hpp"

#include <cstring>

namespace cv {
namespace dnn_rpn_train {

std::string packed(const std::vector<Detections>& images)
{
    std::string bytes;
    for (const Detections& d : images)
    {
        bytes.append(reinterpret_cast<const char*>(&d.boxes.rows), sizeof(int));
        for (const Mat& part : {d.boxes, d.scores, d.labels})
        {
            const Mat whole = part.isContinuous() ? part : part.clone();
            if (d.boxes.rows > 0)
                bytes.append(whole.ptr<char>(), whole.total() * whole.elemSize());
        }
    }
    return bytes;
}

std::vector<Detections> unpacked(const std::string& bytes)
{
    std::vector<Detections> images;
    for (size_t at = 0; at < bytes.size();)
    {
        const auto take = [&](void* to, size_t count) {
            CV_CheckLE(count, bytes.size() - at, "detections are cut off");
            std::memcpy(to, bytes.data() + at, count);
            at += count;
        };
        int rows = 0;
        take(&rows, sizeof(rows));
        CV_CheckGE(rows, 0, "number of detections");
        Detections d{Mat(rows, 4, CV_32F), Mat(rows, 1, CV_32F), Mat(rows, 1, CV_32S)};
        for (Mat* part : {&d.boxes, &d.scores, &d.labels})
            if (rows > 0)
                take(part->data, part->total() * part->elemSize());
        images.push_back(d);
    }
    return images;
}

std::vector<Detections> gathered(Ranks& ranks, const std::vector<Detections>& own)
{
    if (ranks.count() == 1)
        return own;
    std::string all;
    for (const std::string& bytes : ranks.gather(packed(own)))
        all += bytes;
    return unpacked(all);
}

} // namespace dnn_rpn_train
} // namespace cv
