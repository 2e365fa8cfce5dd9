// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TEST_CUDA_HPP
#define OPENCV_TEST_DNN_RPN_TEST_CUDA_HPP

#include "test_precomp.hpp"

#include "opencv2/dnn_rpn/private/cuda/operators.hpp"

namespace opencv_test {

//! A GPU in a build with CUDA, and a processor in one without (cuda_on_cpu).
namespace gpu = cv::dnn_rpn::cuda;

//! A matrix in device memory.
class OnDevice
{
public:
    OnDevice(const Mat& m) : OnDevice(m.rows, m.cols, m.type())
    {
        const Mat dense = m.isContinuous() ? m : m.clone();
        gpu::upload(dense.data, memory.data(), memory.bytes(), nullptr);
    }

    OnDevice(int rows_, int columns_, int type_)
        : rows(rows_), columns(columns_), type(type_),
          memory(static_cast<size_t>(rows) * columns * CV_ELEM_SIZE(type))
    {}

    float* floats() { return static_cast<float*>(memory.data()); }
    int* ints() { return static_cast<int*>(memory.data()); }
    double* doubles() { return static_cast<double*>(memory.data()); }

    Mat get() const
    {
        Mat m(rows, columns, type);
        gpu::download(memory.data(), m.data, memory.bytes(), nullptr);
        return m;
    }

private:
    int rows, columns, type;
    gpu::Memory memory;
};

//! For tests of the CUDA operators; without a GPU they say so, and fail where DNN_RPN_NEED_GPU is set.
class DnnRpn_Cuda : public testing::Test
{
protected:
    void SetUp() override
    {
        if (gpu::deviceCount() == 0)
        {
            ASSERT_EQ(nullptr, std::getenv("DNN_RPN_NEED_GPU")) << "there is no GPU";
            DNN_RPN_SKIP("NOT TESTED: this build is for a GPU, and there is none");
        }
        value = OnDevice(1, 1, CV_64F);
    }

    gpu::Workspace workspace;
    OnDevice value{0, 0, CV_64F};
};

} // namespace opencv_test

#endif
