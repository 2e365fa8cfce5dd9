// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_HPP

#include "kernels.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Products by Eigen, threads by cv::parallel_for_. All arrays are plain. Always there, and the
reference for other engines. */
class EigenEngine : public Engine
{
public:
    std::unique_ptr<Kernel> kernel(const Graph& graph, const Node& node) override;
    void read(const Layout& layout, const Tensor& from, Tensor& to) override;
    void write(const Layout& layout, const Tensor& from, Tensor& to) override;
};

//! A plan for plain arrays that asks for nothing yet.
inline KernelPlan plainPlan(const KernelTask& task)
{
    KernelPlan plan;
    plan.output = Layout::plain(task.output);
    return plan;
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
