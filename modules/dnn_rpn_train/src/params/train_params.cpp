// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn_train {

TrainParams::TrainParams(const String& detector_) : detector(detector_)
{
    if (detector == "retina") // Lin et al., ICCV 2017, section 4
    {
        rpn.match.positiveIoU = 0.5f;
        rpn.match.negativeIoU = 0.4f;
    }
    if (detector == "faster_rcnn")
    {
        rpn.loss = "ce_sigmoid";
        rpn.focalNormalizer = "samples";
        rpn.focalAlpha = 0.9;
        rpn.rate = 10;
        clip = 2;
    }
}

void TrainParams::setPyramid(int finest, int coarsest, int channels)
{
    pyramid = true;
    levels.finest = finest;
    levels.coarsest = coarsest;
    levels.channels = channels;
    rpn.anchorSizes.clear();
    for (int level = finest; level <= coarsest; level++)
        for (double scale : {1., std::cbrt(2.), std::cbrt(4.)})
            rpn.anchorSizes.push_back(static_cast<float>(std::ldexp(4 * scale, level)));
}

} // namespace dnn_rpn_train
} // namespace cv
