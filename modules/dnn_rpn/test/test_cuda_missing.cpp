// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#ifndef HAVE_CUDA
#include "opencv2/dnn_rpn/cuda.hpp" // the library's own, not the one on the processor

namespace opencv_test {
namespace {

namespace missing = cv::dnn_rpn::cuda;

TEST(DnnRpn_CudaMissing, saysHowToGetIt)
{
    missing::Workspace workspace;
    EXPECT_EQ(0, missing::deviceCount());
    EXPECT_EQ(0u, workspace.bytes());
    EXPECT_ERROR("-DWITH_CUDA=ON", missing::Memory(8));
    EXPECT_ERROR("-DWITH_CUDA=ON",
                 missing::sigmoidFocalLoss(nullptr, nullptr, 0, 1, nullptr, nullptr, workspace, nullptr));
    EXPECT_ERROR("-DWITH_CUDA=ON",
                 missing::nms(nullptr, nullptr, 0, 0.5f, nullptr, nullptr, workspace, nullptr));
}

} // namespace
} // namespace opencv_test
#endif
