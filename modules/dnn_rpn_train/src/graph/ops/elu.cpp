// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "slope.hpp"

namespace cv {
namespace dnn_rpn_train {

const Operator ops::Elu{"Elu",
                        Operator::sameShape,
                        Operator::sameChannels,
                        Operator::sameGrid,
                        [](NodeReader& reader, Node& node) { readSlope(reader, node, 1.f); },
                        writeSlope};

} // namespace dnn_rpn_train
} // namespace cv
