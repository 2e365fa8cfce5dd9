// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "sample.hpp"

#include "opencv2/imgproc.hpp"

namespace cv {
namespace dnn_rpn_train {

Sample resizeSample(const Mat& image, const std::vector<Object>& objects, Size size)
{
    Sample s;
    resize(image, s.image, size, 0, 0, INTER_LINEAR);
    const float fx = static_cast<float>(size.width) / image.cols,
                fy = static_cast<float>(size.height) / image.rows;
    s.objects = objects;
    // An annotation that is silent about the image's size may have boxes beyond it. The outer minimum is
    // against rounding: 641 * (320 / 641) is above 320.
    const auto follow = [](float v, int side, float factor, int target) {
        const float inside = std::min(std::max(v, 0.f), static_cast<float>(side));
        return std::min(inside * factor, static_cast<float>(target));
    };
    for (Object& o : s.objects)
        for (int i = 0; i < 4; i++)
            o.box[i] = i % 2 ? follow(o.box[i], image.rows, fy, size.height)
                             : follow(o.box[i], image.cols, fx, size.width);
    const auto empty = [](const Object& o) { return o.box[2] <= o.box[0] || o.box[3] <= o.box[1]; };
    s.objects.erase(std::remove_if(s.objects.begin(), s.objects.end(), empty), s.objects.end());
    return s;
}

Tensor stack(const std::vector<Mat>& images)
{
    CV_Assert(!images.empty());
    const Size size = images[0].size();
    Tensor t(Shape(static_cast<int>(images.size()), 3, size.height, size.width));
    for (size_t n = 0; n < images.size(); n++)
    {
        CV_Assert(images[n].size() == size && images[n].type() == CV_8UC3);
        Mat planes[3];
        for (int c = 0; c < 3; c++)
            planes[c] = Mat(size, CV_32F, t.image(static_cast<int>(n)) + c * t.shape().plane());
        Mat wide;
        images[n].convertTo(wide, CV_32F);
        split(wide, planes);
    }
    return t;
}

} // namespace dnn_rpn_train
} // namespace cv
