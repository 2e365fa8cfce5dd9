// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/detector/corner_features.hpp"
#include "../src/detector/crop.hpp"
#include "../src/engine/network.hpp"

namespace opencv_test {
namespace {

Tensor drawn(const Shape& shape, RNG& rng)
{
    Tensor t(shape);
    for (size_t i = 0; i < shape.total(); i++)
        t.data()[i] = static_cast<float>(rng.uniform(-1., 1.));
    return t;
}

Mat drawnBoxes(int count, Size image, RNG& rng)
{
    Mat boxes(count, 4, CV_32F);
    for (int i = 0; i < count; i++)
        for (int axis = 0; axis < 2; axis++)
        {
            const float length = static_cast<float>(axis ? image.height : image.width);
            const float a = rng.uniform(0.f, length), b = rng.uniform(0.f, length);
            boxes.at<float>(i, axis) = std::min(a, b);
            boxes.at<float>(i, 2 + axis) = std::max(a, b);
        }
    return boxes;
}

//! cv::dnn's own layer on one image.
Mat cropAndResize(const Tensor& map, const Mat& boxes, Size image, Size size)
{
    dnn::LayerParams lp;
    lp.set("width", size.width);
    lp.set("height", size.height);
    dnn::Net net;
    net.setInputsNames({"map", "boxes"});
    const int crop = net.addLayer("crops", "CropAndResize", lp);
    net.connect(0, 0, crop, 0);
    net.connect(0, 1, crop, 1);
    const int tableSize[] = {1, 1, boxes.rows, 7};
    Mat table(4, tableSize, CV_32F, Scalar(0));
    for (int i = 0; i < boxes.rows; i++)
        for (int j = 0; j < 4; j++)
            table.ptr<float>()[7 * i + 3 + j] =
                boxes.at<float>(i, j) / static_cast<float>(j % 2 ? image.height : image.width);
    const Shape& s = map.shape();
    const int mapSize[] = {s.n, s.c, s.h, s.w};
    net.setInput(Mat(4, mapSize, CV_32F, const_cast<float*>(map.data())), "map");
    net.setInput(table, "boxes");
    return net.forward("crops").clone();
}

TEST(Crop, givesWhatCvDnnsLayerGives)
{
    RNG rng(5);
    for (Size size : {Size(7, 7), Size(2, 5), Size(14, 3)})
        for (const Shape& shape : {Shape(1, 3, 16, 21), Shape(1, 1, 2, 2), Shape(1, 5, 1, 9)})
        {
            const Size image(320, 240);
            const Tensor map = drawn(shape, rng);
            Mat boxes = drawnBoxes(20, image, rng);
            boxes.push_back(Mat(Mat_<float>({3, 4}, {0, 0, 320, 240, 0, 0, 0, 0, 320, 240, 320, 240})));
            Crop crop(size);
            const Tensor& crops = crop.forward(map, {boxes}, image);
            const Mat theirs = cropAndResize(map, boxes, image, size);
            ASSERT_EQ(theirs.total(), crops.shape().total());
            EXPECT_LT(cv::norm(theirs.reshape(1, 1), crops.flat(), NORM_INF), 1e-4) << size << shape.str();
        }
}

TEST(Crop, gradientIsTheDerivative)
{
    RNG rng(6);
    const Size image(64, 48);
    Tensor map = drawn(Shape(2, 2, 4, 5), rng);
    const std::vector<Mat> boxes{drawnBoxes(3, image, rng), drawnBoxes(2, image, rng)};
    Crop crop(Size(3, 2));
    const Tensor& crops = crop.forward(map, boxes, image);
    EXPECT_EQ(Shape(5, 2, 2, 3), crops.shape());
    const Tensor weights = drawn(crops.shape(), rng);
    Tensor gradient(map.shape());
    gradient.setTo(7); // every element is written
    crop.backward(weights, gradient);
    auto value = [&] { return Crop(Size(3, 2)).forward(map, boxes, image).flat().dot(weights.flat()); };
    for (size_t i = 0; i < map.shape().total(); i++)
    {
        const float was = map.data()[i];
        map.data()[i] = was + 0.5f; // linear: any step will do
        const double above = value();
        map.data()[i] = was - 0.5f;
        const double below = value();
        map.data()[i] = was;
        ASSERT_NEAR(above - below, gradient.data()[i], 1e-4);
    }
}

TEST(Crop, noBoxes)
{
    RNG rng(7);
    const Tensor map = drawn(Shape(1, 2, 3, 3), rng);
    Crop crop(Size(2, 2));
    Tensor gradient(map.shape());
    gradient.setTo(1);
    const Tensor& crops = crop.forward(map, {Mat(0, 4, CV_32F)}, Size(10, 10));
    EXPECT_EQ(0, crops.shape().n);
    crop.backward(crops, gradient);
    EXPECT_EQ(0, cv::norm(gradient.flat(), NORM_INF));
    EXPECT_TRUE(contains(errorOf([] { Crop(Size(1, 4)); }), "columns"));
}

/** @brief Where the outputs of addCornerFeatures() lie, in pixels: the input's channel 0 holds the pixels' x,
all convolutions are means. */
std::vector<float> cornersOf(int kernel, int stride, int pad, Size size)
{
    Graph g;
    const int in = g.addInput("picture");
    const int field = g.addConv("field", in, 3, 1, kernel, stride);
    g.nodes[field].padLeft = g.nodes[field].padRight = g.nodes[field].padTop = g.nodes[field].padBottom = pad;
    Tensor& mean = g.parameters[0].value;
    mean.setTo(0);
    std::fill_n(mean.data(), kernel * kernel, 1.f / (kernel * kernel));
    const int corners = addCornerFeatures(g, "corners", field, 1, size);
    Tensor& weights = g.parameters[2].value;
    weights.setTo(1.f / weights.shape().total());
    g.outputs = {corners};
    Network network(g, Engine::create("eigen"));
    Tensor image(Shape(1, 3, size.height, size.width));
    image.setTo(0);
    for (int y = 0; y < size.height; y++)
        for (int x = 0; x < size.width; x++)
            image.data()[y * size.width + x] = x + 0.5f;
    network.forward(image);
    const Tensor& value = network.value(corners);
    EXPECT_EQ(size.width / stride + 1, value.shape().w);
    EXPECT_EQ(size.height / stride + 1, value.shape().h);
    const float* middle = value.data() + value.shape().h / 2 * value.shape().w;
    return std::vector<float>(middle, middle + value.shape().w);
}

TEST(CornerFeatures, lieAtTheCornersOfCells)
{
    const struct
    {
        int kernel, stride, pad;
    } fields[] = {{8, 8, 0}, {3, 8, 1}, {15, 8, 0}, {9, 8, 4}, {16, 8, 4}};
    for (const auto& f : fields)
    {
        SCOPED_TRACE(format("kernel %d, stride %d, pad %d", f.kernel, f.stride, f.pad));
        const std::vector<float> x = cornersOf(f.kernel, f.stride, f.pad, Size(96, 64));
        // Away from the padding, which the means take for zeros.
        for (size_t i = 4; i + 4 < x.size(); i++)
        {
            EXPECT_NEAR(8.f, x[i] - x[i - 1], 1e-3f);
            EXPECT_LE(std::abs(x[i] - 8.f * i), 8 / 4 + 1e-3f);
        }
    }
}

} // namespace
} // namespace opencv_test
