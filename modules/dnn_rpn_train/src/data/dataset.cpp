// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace cv {
namespace dnn_rpn_train {

int Dataset::countObjects() const
{
    int count = 0;
    for (const AnnotatedImage& image : images)
        for (const Object& o : image.objects)
            count += !o.ignored;
    return count;
}

void asArrays(const std::vector<Object>& objects, Mat& boxes, Mat& labels, Mat& ignored)
{
    const int count = static_cast<int>(objects.size());
    boxes = Mat(count, 4, CV_32F);
    labels = Mat(count, 1, CV_32S);
    ignored = Mat(count, 1, CV_8U);
    for (int i = 0; i < count; i++)
    {
        *boxes.ptr<Vec4f>(i) = objects[i].box;
        labels.at<int>(i) = objects[i].label;
        ignored.at<uchar>(i) = objects[i].ignored;
    }
}

} // namespace dnn_rpn_train
} // namespace cv
