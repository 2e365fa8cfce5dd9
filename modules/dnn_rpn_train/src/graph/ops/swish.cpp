// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../graph.hpp"
#include "gate.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

void write(const Node&, NodeWriter& writer)
{
    writeGated(writer, "Sigmoid");
}

} // namespace

const Operator ops::Swish{
    "Swish", Operator::sameShape, Operator::sameChannels, Operator::sameGrid, Operator::readInput, write};

} // namespace dnn_rpn_train
} // namespace cv
