// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_cuda.hpp"

namespace opencv_test {
namespace {

class DnnRpn_CudaRoiAlign : public DnnRpn_Cuda
{
protected:
    //! Forward and backward.
    void compare(const std::vector<int>& shape, const Mat& boxes, const Mat& images, Size pooled,
                 const RoiAlignParams& params)
    {
        SCOPED_TRACE(format("%d x %d x %d x %d, %d RoIs, %d x %d bins, scale %g, ratio %d, aligned %d",
                            shape[0], shape[1], shape[2], shape[3], boxes.rows, pooled.height, pooled.width,
                            params.spatialScale, params.samplingRatio, params.aligned));
        RNG rng(7);
        const int rois = boxes.rows;
        const Mat features = randomTensor(rng, shape);
        const gpu::FeatureShape size(shape[0], shape[1], shape[2], shape[3]);
        OnDevice f(column(features)), b(boxes), p(images);
        OnDevice output(rois * shape[1], pooled.area(), CV_32F),
            grad(static_cast<int>(features.total()), 1, CV_32F);
        gpu::roiAlign(f.floats(), size, b.floats(), p.ints(), rois, pooled, output.floats(), nullptr, params);
        Mat expected;
        roiAlign(features, boxes, images, pooled, expected, params);
        if (rois > 0)
            expectClose(column(expected), column(output.get()), 1e-5);

        Mat outputGrad(rois * shape[1], pooled.area(), CV_32F);
        if (rois > 0)
            rng.fill(outputGrad, RNG::NORMAL, 0, 1);
        OnDevice g(outputGrad);
        gpu::roiAlignBackward(g.floats(), size, b.floats(), p.ints(), rois, pooled, grad.floats(), workspace,
                              nullptr, params);
        const Mat asTensor =
            rois > 0 ? tensor(outputGrad, {rois, shape[1], pooled.height, pooled.width}) : Mat();
        roiAlignBackward(asTensor, boxes, images, shape, expected, params);
        expectClose(column(expected), grad.get(), 1e-5);
    }
};

std::vector<RoiAlignParams> allParams(float scale)
{
    std::vector<RoiAlignParams> all;
    for (int ratio : {0, 1, 2, 3})
        for (bool aligned : {true, false})
        {
            RoiAlignParams params;
            params.spatialScale = scale;
            params.samplingRatio = ratio;
            params.aligned = aligned;
            all.push_back(params);
        }
    return all;
}

TEST_F(DnnRpn_CudaRoiAlign, likeTheTwin)
{
    RNG rng(1);
    for (const RoiAlignParams& params : allParams(0.25f))
    {
        compare({1, 1, 1, 1}, randomBoxes(rng, 2, 4, 1, 4), Mat(), Size(2, 2), params);
        compare({2, 3, 17, 35}, randomBoxes(rng, 20, 130, 1, 90), randomLabels(rng, 20, 0, 1), Size(7, 7),
                params);
        compare({1, 9, 5, 70}, randomBoxes(rng, 9, 200, 1, 150), Mat(), Size(3, 2), params);
        compare({2, 2, 6, 6}, Mat(0, 4, CV_32F), Mat(), Size(7, 7), params);
    }
    compare({1, 1, 20, 20}, randomBoxes(rng, 300, 20, 1, 20), Mat(), Size(2, 2), RoiAlignParams());
}

TEST_F(DnnRpn_CudaRoiAlign, oddRegions)
{
    const Mat odd = boxes({-50, -50, -40, -40, -5, -5, 30, 30, 3,  3,  3,  3,  9,   9,   2,   2,
                           0,   0,   500, 500, 12, 2,  12, 9,  -1, -1, 12, 12, 100, 100, 300, 200});
    for (const RoiAlignParams& params : allParams(1))
        compare({1, 2, 12, 11}, odd, Mat(), Size(3, 3), params);
}

TEST_F(DnnRpn_CudaRoiAlign, wrongContentsShow)
{
    OnDevice f(Mat::ones(1, 16, CV_32F)), b(boxes({0, 0, 4, 4, 0, nan, 4, 4, 0, 0, 4e6f, 4, 0, 0, 4, 4}));
    OnDevice p(labels({0, 0, 0, 1})), output(4, 4, CV_32F), grad(1, 16, CV_32F);
    gpu::roiAlign(f.floats(), {1, 1, 4, 4}, b.floats(), p.ints(), 4, Size(2, 2), output.floats(), nullptr);
    const Mat got = output.get();
    EXPECT_EQ(4, countNonZero(got.row(0) == 1));
    for (int r = 1; r < 4; r++)
        EXPECT_EQ(0, countNonZero(got.row(r) == got.row(r))) << r;
    OnDevice ones(Mat::ones(4, 4, CV_32F));
    gpu::roiAlignBackward(ones.floats(), {1, 1, 4, 4}, b.floats(), p.ints(), 4, Size(2, 2), grad.floats(),
                          workspace, nullptr);
    EXPECT_NEAR(4, sum(grad.get())[0], 1e-5);
}

TEST_F(DnnRpn_CudaRoiAlign, wrongArguments)
{
    RoiAlignParams params;
    params.spatialScale = 0;
    EXPECT_ERROR("spatialScale must be", gpu::roiAlign(nullptr, {1, 1, 1, 1}, nullptr, nullptr, 0, Size(1, 1),
                                                       nullptr, nullptr, params));
    EXPECT_ERROR("pooled must be",
                 gpu::roiAlign(nullptr, {1, 1, 1, 1}, nullptr, nullptr, 0, Size(0, 1), nullptr, nullptr));
    EXPECT_ERROR("1 x 0 x 1 x 1", gpu::roiAlignBackward(nullptr, {1, 0, 1, 1}, nullptr, nullptr, 0,
                                                        Size(1, 1), nullptr, workspace, nullptr));
}

} // namespace
} // namespace opencv_test
