// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../graph.hpp"

namespace cv {
namespace dnn_rpn_train {

const Operator ops::Erf{"Erf"};

} // namespace dnn_rpn_train
} // namespace cv
