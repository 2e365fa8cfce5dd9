// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_NAIVE_HPP
#define OPENCV_TEST_DNN_RPN_TRAIN_NAIVE_HPP

#include "test_precomp.hpp"
#include "../src/graph/graph.hpp"

namespace opencv_test {

using cv::dnn_rpn_train::Node; // cv has a Node too

//! @param pads top, left, bottom, right
inline Node window(Op op, Size kernel, Size stride, Vec4i pads)
{
    Node n;
    n.op = op;
    n.kernel = kernel;
    n.stride = stride;
    n.padTop = pads[0];
    n.padLeft = pads[1];
    n.padBottom = pads[2];
    n.padRight = pads[3];
    return n;
}

//! A tensor in double precision, for the slow reference.
struct Wide
{
    cv::dnn_rpn_train::Shape shape;
    std::vector<double> data;

    Wide() = default;
    explicit Wide(const cv::dnn_rpn_train::Shape& s) : shape(s), data(s.total(), 0.) {}
    explicit Wide(const cv::dnn_rpn_train::Tensor& t)
        : shape(t.shape()), data(t.data(), t.data() + t.shape().total())
    {}
    double& at(int n, int c, int y, int x)
    {
        return data[((size_t(n) * shape.c + c) * shape.h + y) * shape.w + x];
    }
    double at(int n, int c, int y, int x) const
    {
        return data[((size_t(n) * shape.c + c) * shape.h + y) * shape.w + x];
    }
};

//! One operator by its definition: plain loops over outputs, in double. `shape` is the output's.
Wide naiveForward(const Node& node, const std::vector<Wide>& inputs, const std::vector<Wide>& parameters,
                  const cv::dnn_rpn_train::Shape& shape, bool training = false);

//! A whole graph; returns the values of all nodes.
std::vector<Wide> naiveForward(const cv::dnn_rpn_train::Graph& graph, const Wide& input,
                               const std::vector<Wide>& parameters, bool training = false);

} // namespace opencv_test

#endif
