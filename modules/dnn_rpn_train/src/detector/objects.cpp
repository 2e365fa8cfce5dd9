// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "objects.hpp"

namespace cv {
namespace dnn_rpn_train {

Mat boxesOf(const std::vector<Object>& objects, bool ignored)
{
    Mat boxes(0, 4, CV_32F);
    for (const Object& o : objects)
        if (o.ignored == ignored)
            boxes.push_back(Mat(o.box).reshape(1, 1));
    return boxes;
}

Mat labelsOf(const std::vector<Object>& objects)
{
    Mat labels(0, 1, CV_32S);
    for (const Object& o : objects)
        if (!o.ignored)
            labels.push_back(o.label);
    return labels;
}

} // namespace dnn_rpn_train
} // namespace cv
