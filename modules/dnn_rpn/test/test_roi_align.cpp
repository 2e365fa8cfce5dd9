// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_roi.hpp"

namespace opencv_test {
namespace {

typedef std::vector<int> Shape;

RoiAlignParams alignParams(float scale, int ratio, bool aligned)
{
    RoiAlignParams params;
    params.spatialScale = scale;
    params.samplingRatio = ratio;
    params.aligned = aligned;
    return params;
}

//! One sample of a plane, by the definition.
double slowSample(const Mat& plane, int firstRow, int height, double y, double x)
{
    const int width = plane.cols;
    if (y < -1 || y > height || x < -1 || x > width)
        return 0;
    y = std::min(std::max(y, 0.), height - 1.);
    x = std::min(std::max(x, 0.), width - 1.);
    const int top = static_cast<int>(y), left = static_cast<int>(x);
    const int bottom = std::min(top + 1, height - 1), right = std::min(left + 1, width - 1);
    const double dy = y - top, dx = x - left;
    const auto at = [&](int row, int column) { return plane.at<double>(firstRow + row, column); };
    return (1 - dy) * ((1 - dx) * at(top, left) + dx * at(top, right)) +
           dy * ((1 - dx) * at(bottom, left) + dx * at(bottom, right));
}

//! All samples of all bins; features as N C H rows of CV_64F, the output as one column.
Mat slowAlign(const Mat& features, const Shape& shape, const Mat& rois, const Mat& images, Size pooled,
              const RoiAlignParams& params)
{
    const double shift = params.aligned ? 0.5 : 0;
    Mat out(0, 1, CV_64F);
    for (int r = 0; r < rois.rows; r++)
        for (int c = 0; c < shape[1]; c++)
            for (int a = 0; a < pooled.height; a++)
                for (int b = 0; b < pooled.width; b++)
                {
                    const float* box = rois.ptr<float>(r);
                    const double scale = params.spatialScale;
                    double width = (double(box[2]) - box[0]) * scale;
                    double height = (double(box[3]) - box[1]) * scale;
                    if (!params.aligned)
                    {
                        width = std::max(width, 1.);
                        height = std::max(height, 1.);
                    }
                    const double stepX = width / pooled.width, stepY = height / pooled.height;
                    const int ratio = params.samplingRatio;
                    const int nx = ratio ? ratio : static_cast<int>(std::ceil(stepX));
                    const int ny = ratio ? ratio : static_cast<int>(std::ceil(stepY));
                    double sum = 0;
                    for (int i = 0; i < ny; i++)
                        for (int j = 0; j < nx; j++)
                            sum += slowSample(features, (images.at<int>(r) * shape[1] + c) * shape[2],
                                              shape[2], box[1] * scale - shift + (a + (i + 0.5) / ny) * stepY,
                                              box[0] * scale - shift + (b + (j + 0.5) / nx) * stepX);
                    out.push_back(nx > 0 && ny > 0 ? sum / (nx * ny) : 0.);
                }
    return out;
}

struct AlignCase
{
    Shape shape;
    int rois;
    Size pooled;
};
//! Channels below, at and beyond a block of lanes; planes of one cell, one row, one column.
const AlignCase alignCases[] = {{{1, 1, 1, 1}, 3, Size(1, 1)},   {{2, 3, 1, 7}, 9, Size(2, 3)},
                                {{1, 33, 6, 1}, 5, Size(3, 1)},  {{3, 5, 9, 13}, 70, Size(7, 7)},
                                {{2, 32, 8, 8}, 20, Size(2, 2)}, {{1, 67, 11, 9}, 11, Size(5, 3)}};
const RoiAlignParams alignModes[] = {alignParams(0.25f, 0, true), alignParams(0.25f, 0, false),
                                     alignParams(0.25f, 2, true), alignParams(0.3f, 3, false),
                                     alignParams(1, 1, true)};

//! Boxes that reach out on all sides, and some with exchanged corners.
Mat looseBoxes(RNG& rng, int count, const Shape& shape, float scale)
{
    Mat b(count, 4, CV_32F);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < 4; j++)
        {
            const float size = shape[j % 2 ? 2 : 3] / scale;
            b.at<float>(i, j) = rng.uniform(-0.5f * size, (j < 2 ? 0.8f : 1.7f) * size);
        }
    return b;
}

TEST(DnnRpn_RoiAlign, literals)
{
    const RoiAlignParams defaults;
    EXPECT_EQ(1, defaults.spatialScale);
    EXPECT_EQ(0, defaults.samplingRatio);
    EXPECT_TRUE(defaults.aligned);
    // The ramp x + 10 y: a sample at the middle of cell (2, 1) is its value, a bin's mean its middle's.
    Mat ramp(4, 5, CV_32F), out;
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 5; x++)
            ramp.at<float>(y, x) = static_cast<float>(x + 10 * y);
    const Mat features = tensor(ramp, {1, 1, 4, 5});
    roiAlign(features, boxes({2, 1, 3, 2}), noArray(), Size(1, 1), out);
    EXPECT_FLOAT_EQ(12, out.at<float>(0));
    roiAlign(features, boxes({1, 1, 4, 3}), noArray(), Size(3, 2), out);
    expectClose(floats({11, 12, 13, 21, 22, 23}, 1), column(out), 1e-6);
    // The same box with legacy's corners of cells.
    roiAlign(features, boxes({1, 1, 2, 2}), noArray(), Size(1, 1), out, alignParams(1, 0, false));
    EXPECT_FLOAT_EQ(16.5, out.at<float>(0));
    // Two samples of four beyond the map by more than a cell: they are 0, the others the border's.
    roiAlign(features, boxes({-2, 1, 1, 2}), noArray(), Size(1, 1), out, alignParams(1, 2, true));
    EXPECT_FLOAT_EQ(5, out.at<float>(0));
}

TEST(DnnRpn_RoiAlign, likeTheDefinition)
{
    RNG rng(21);
    for (const AlignCase& c : alignCases)
        for (const RoiAlignParams& params : alignModes)
        {
            SCOPED_TRACE(format("%d x %d x %d x %d, scale %g, ratio %d, aligned %d", c.shape[0], c.shape[1],
                                c.shape[2], c.shape[3], params.spatialScale, params.samplingRatio,
                                params.aligned));
            const Mat features = randomTensor(rng, c.shape);
            const Mat rois = looseBoxes(rng, c.rois, c.shape, params.spatialScale);
            const Mat images = randomLabels(rng, c.rois, 0, c.shape[0] - 1);
            Mat out, wide;
            roiAlign(features, rois, images, c.pooled, out, params);
            ASSERT_EQ(4, out.dims);
            tensor(features, {c.shape[0] * c.shape[1] * c.shape[2], c.shape[3]}).convertTo(wide, CV_64F);
            expectClose(slowAlign(wide, c.shape, rois, images, c.pooled, params), column(out), 2e-5);
        }
}

TEST(DnnRpn_RoiAlign, gradients)
{
    RNG rng(22);
    for (const AlignCase& c : alignCases)
        for (const RoiAlignParams& params : alignModes)
        {
            SCOPED_TRACE(format("%d x %d x %d x %d, scale %g, ratio %d, aligned %d", c.shape[0], c.shape[1],
                                c.shape[2], c.shape[3], params.spatialScale, params.samplingRatio,
                                params.aligned));
            const Mat x = randomMatrix(rng, c.shape[0] * c.shape[1] * c.shape[2], c.shape[3], 1);
            const Mat rois = looseBoxes(rng, c.rois, c.shape, params.spatialScale);
            const Mat images = randomLabels(rng, c.rois, 0, c.shape[0] - 1);
            const Mat outGrad = randomTensor(rng, {c.rois, c.shape[1], c.pooled.height, c.pooled.width});
            Mat direction;
            column(outGrad).convertTo(direction, CV_64F);
            checkGradient(
                x,
                [&](const Mat& at) {
                    return slowAlign(at, c.shape, rois, images, c.pooled, params).dot(direction);
                },
                [&](const Mat&, Mat& grad) {
                    Mat whole = tensor(grad, c.shape);
                    roiAlignBackward(outGrad, rois, images, c.shape, whole, params);
                },
                1e-4);
        }
}

TEST(DnnRpn_RoiAlign, likeTorchvision)
{
    const Mat features = tensor(floats(golden::roiFeatures, 9), {2, 2, 7, 9});
    const Mat rois = boxes(golden::roiBoxes), images = labels(golden::roiImages);
    const Mat outGrad = tensor(floats(golden::roiOutputGrad, 2), {rois.rows, 2, 3, 2});
    const struct
    {
        bool aligned;
        int ratio;
        const std::vector<float>&output, &grad;
    } cases[] = {{false, 0, golden::roiLegacy0Output, golden::roiLegacy0Grad},
                 {false, 2, golden::roiLegacy2Output, golden::roiLegacy2Grad},
                 {false, 3, golden::roiLegacy3Output, golden::roiLegacy3Grad},
                 {true, 0, golden::roiAligned0Output, golden::roiAligned0Grad},
                 {true, 2, golden::roiAligned2Output, golden::roiAligned2Grad},
                 {true, 3, golden::roiAligned3Output, golden::roiAligned3Grad}};
    for (const auto& c : cases)
    {
        SCOPED_TRACE(format("aligned %d, ratio %d", c.aligned, c.ratio));
        const RoiAlignParams params = alignParams(0.25f, c.ratio, c.aligned);
        Mat out, grad;
        roiAlign(features, rois, images, Size(2, 3), out, params);
        expectClose(floats(c.output, 1), column(out), 2e-6);
        roiAlignBackward(outGrad, rois, images, {2, 2, 7, 9}, grad, params);
        expectClose(floats(c.grad, 1), column(grad), 5e-6);
    }
}

TEST(DnnRpn_RoiAlign, sameBitsForAnyThreads)
{
    RNG rng(23);
    const Shape shape{2, 130, 17, 19};
    const Mat features = randomTensor(rng, shape), rois = looseBoxes(rng, 150, shape, 0.25f);
    const Mat images = randomLabels(rng, 150, 0, 1), outGrad = randomTensor(rng, {150, 130, 7, 7});
    const int threads = cv::getNumThreads();
    Mat out[3], grad[3];
    for (int i = 0; i < 3; i++)
    {
        cv::setNumThreads(i + 1);
        roiAlign(features, rois, images, Size(7, 7), out[i], alignModes[0]);
        roiAlignBackward(outGrad, rois, images, shape, grad[i], alignModes[0]);
    }
    cv::setNumThreads(threads);
    for (int i = 1; i < 3; i++)
        EXPECT_TRUE(sameBits(column(out[0]), column(out[i])) && sameBits(column(grad[0]), column(grad[i])));
}

TEST(DnnRpn_RoiAlign, partsOfWiderTensors)
{
    RNG rng(24);
    const Shape shape{2, 5, 6, 7};
    const Mat features = randomTensor(rng, shape), rois = looseBoxes(rng, 4, shape, 1);
    const Mat images = labels({1, 0, 1, 1}), outGrad = randomTensor(rng, {4, 5, 2, 3});
    Mat out, grad;
    roiAlign(features, rois, images, Size(3, 2), out);
    roiAlignBackward(outGrad, rois, images, shape, grad);
    Mat table(4, 6, CV_32F), outPart = withGaps(out * 0), gradPart = withGaps(grad * 0);
    rois.copyTo(table.colRange(1, 5));
    const uchar* const storage = outPart.data;
    roiAlign(withGaps(features), table.colRange(1, 5), images, Size(3, 2), outPart);
    roiAlignBackward(withGaps(outGrad), table.colRange(1, 5), images, shape, gradPart);
    EXPECT_EQ(storage, outPart.data);
    EXPECT_TRUE(sameBits(column(out), column(outPart)));
    EXPECT_TRUE(sameBits(column(grad), column(gradPart)));
    // The output in the place of the features.
    const Mat four = looseBoxes(rng, 2, shape, 1);
    Mat inPlace = features.clone();
    roiAlign(features, four, labels({1, 0}), Size(7, 6), out);
    roiAlign(inPlace, four, labels({1, 0}), Size(7, 6), inPlace);
    EXPECT_TRUE(sameBits(column(out), column(inPlace)));
}

TEST(DnnRpn_RoiAlign, nothingToDo)
{
    RNG rng(25);
    const Shape shape{2, 3, 4, 5};
    const Mat features = randomTensor(rng, shape);
    Mat out, grad;
    roiAlign(features, Mat(), noArray(), Size(3, 2), out);
    ASSERT_EQ(4, out.dims);
    EXPECT_EQ(0, out.size[0]);
    EXPECT_EQ(3, out.size[1]);
    EXPECT_EQ(2, out.size[2]);
    EXPECT_EQ(3, out.size[3]);
    grad = Mat(4, shape.data(), CV_32F, Scalar(inf));
    roiAlignBackward(out, Mat(), noArray(), shape, grad);
    EXPECT_EQ(120u, grad.total());
    EXPECT_EQ(0, cv::norm(column(grad), NORM_INF));
    // Far outside; and without size, which aligned adaptive sampling gives no samples.
    for (const RoiAlignParams& params : alignModes)
    {
        roiAlign(features, boxes({900, 900, 950, 950, -90, -90, -50, -50}), noArray(), Size(2, 2), out,
                 params);
        EXPECT_EQ(0, cv::norm(column(out), NORM_INF));
    }
    roiAlign(features, boxes({2, 2, 2, 2}), noArray(), Size(2, 2), out);
    EXPECT_EQ(0, cv::norm(column(out), NORM_INF));
}

TEST(DnnRpn_RoiAlign, wrongArguments)
{
    RNG rng(26);
    const Shape shape{2, 3, 4, 5};
    const Mat features = randomTensor(rng, shape), box = boxes({0, 0, 2, 2});
    const Mat outGrad = randomTensor(rng, {1, 3, 2, 2});
    const Size two(2, 2);
    Mat out;
    EXPECT_ERROR("not 4 x 5 CV_32FC1", roiAlign(Mat::zeros(4, 5, CV_32F), box, noArray(), two, out));
    EXPECT_ERROR("CV_64FC1", roiAlign(Mat(4, shape.data(), CV_64F), box, noArray(), two, out));
    EXPECT_ERROR("features must be N x C x H x W", roiAlign(Mat(), box, noArray(), two, out));
    EXPECT_ERROR("1 x 3", roiAlign(features, Mat::zeros(1, 3, CV_32F), noArray(), two, out));
    EXPECT_ERROR("but is 0 x 2", roiAlign(features, box, noArray(), Size(0, 2), out));
    EXPECT_ERROR("but is 2 x 5000", roiAlign(features, box, noArray(), Size(2, 5000), out));
    EXPECT_ERROR("0..1, but has 2 at 0", roiAlign(features, box, labels({2}), two, out));
    EXPECT_ERROR("but has -1 at 0", roiAlign(features, box, labels({-1}), two, out));
    EXPECT_ERROR("1 elements, not 2", roiAlign(features, box, labels({0, 0}), two, out));
    EXPECT_ERROR("row 1 of boxes must be finite",
                 roiAlign(features, boxes({0, 0, 1, 1, 0, nan, 1, 1}), noArray(), two, out));
    EXPECT_ERROR("inf", roiAlign(features, boxes({0, 0, inf, 1}), noArray(), two, out));
    EXPECT_ERROR("1e+07", roiAlign(features, boxes({0, 0, 1e7f, 1}), noArray(), two, out));
    EXPECT_ERROR("not 0", roiAlign(features, box, noArray(), two, out, alignParams(0, 0, true)));
    EXPECT_ERROR("spatialScale", roiAlign(features, box, noArray(), two, out, alignParams(nan, 0, true)));
    EXPECT_ERROR("not -1", roiAlign(features, box, noArray(), two, out, alignParams(1, -1, true)));
    EXPECT_ERROR("not 2 x 3 x 4", roiAlignBackward(outGrad, box, noArray(), {2, 3, 4}, out));
    EXPECT_ERROR("2 x 3 x 0 x 5", roiAlignBackward(outGrad, box, noArray(), {2, 3, 0, 5}, out));
    EXPECT_ERROR("1 x 4 x rows x columns, not 1 x 3 x 2 x 2",
                 roiAlignBackward(outGrad, box, noArray(), {2, 4, 4, 5}, out));
    EXPECT_ERROR("2 x 3 x rows",
                 roiAlignBackward(outGrad, boxes({0, 0, 1, 1, 0, 0, 1, 1}), noArray(), shape, out));
    EXPECT_ERROR("not empty", roiAlignBackward(Mat(), box, noArray(), shape, out));
}

} // namespace
} // namespace opencv_test
