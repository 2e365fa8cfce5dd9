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

} // namespace dnn_rpn_train
} // namespace cv
