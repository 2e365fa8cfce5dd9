// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "naive.hpp"
#include "../src/engine/engine.hpp"
#include "../src/engine/cuda/padding.hpp"
#include "../src/engine/cuda/reorder.hpp"
#include "../src/engine/cuda/window.hpp"

// What of the cuda engine's loops test_engine.cpp does not see, run by the host.

namespace opencv_test {
namespace {

using Floats = std::vector<float>;

//! As on a device, in an order of its own.
template<typename Body>
void forEach(int count, const Body& body)
{
    for (int odd : {1, 0})
        for (int i = count - 1 - odd; i >= 0; i -= 2)
            body(i);
}

Floats randomFloats(size_t count, RNG& rng)
{
    Floats all(count);
    for (float& x : all)
        x = static_cast<float>(rng.uniform(-1., 1.));
    return all;
}

//! In the order that the indexer say, and back.
Floats ordered(const Wide& plain, const TensorIndexer& indexer)
{
    Floats all(plain.data.size());
    for (size_t i = 0; i < all.size(); i++)
    {
        const Index4 p = indexer[static_cast<int>(i)];
        all[i] = static_cast<float>(plain.at(p.n, p.c, p.y, p.x));
    }
    return all;
}
Wide plainOf(const Floats& all, const TensorIndexer& indexer)
{
    Wide plain(Shape(indexer.images, indexer.channels, indexer.rows, indexer.columns));
    for (size_t i = 0; i < all.size(); i++)
    {
        const Index4 p = indexer[static_cast<int>(i)];
        plain.at(p.n, p.c, p.y, p.x) = all[i];
    }
    return plain;
}

Wide randomWide(const Shape& shape, RNG& rng)
{
    Wide w(shape);
    const Floats all = randomFloats(w.data.size(), rng);
    std::copy(all.begin(), all.end(), w.data.begin());
    return w;
}

TEST(Device, theEngineIsTested)
{
    const std::vector<std::string> names = Engine::names();
    if (std::count(names.begin(), names.end(), "cuda") > 0)
        return; // a GPU, or a processor in its part (cuda_on_cpu)
    ASSERT_EQ(nullptr, std::getenv("DNN_RPN_NEED_GPU")) << "there is no GPU";
    DNN_RPN_SKIP("NOT TESTED: this build is for a GPU, and there is none");
}

TEST(DeviceLoops, indicesAreInOrder)
{
    const Shape shape(2, 3, 4, 5);
    for (bool last : {false, true})
    {
        const TensorIndexer indexer(shape, last);
        ASSERT_EQ(120, indexer.total());
        for (int i = 0; i < indexer.total(); i++)
        {
            EXPECT_EQ(i, indexer.at(indexer[i]));
            EXPECT_EQ(indexer[i].c, indexer.channel(i));
        }
        EXPECT_EQ(last ? 1 : 20, indexer.at({0, 1, 0, 0}));
        EXPECT_EQ(last ? 3 : 1, indexer.at({0, 0, 0, 1}));
    }
    RNG rng(1);
    const TensorIndexer plain(shape), last(shape, true);
    const Floats numbers = randomFloats(120, rng);
    Floats there(120), back(120, 1);
    forEach(120, Reordering<float, float>{numbers.data(), plain, there.data(), last, false});
    forEach(120, Reordering<float, float>{there.data(), last, back.data(), plain, true});
    for (int i = 0; i < 120; i++)
        EXPECT_EQ(1 + numbers[i], back[i]);
}

Node conv(Size kernel, Size stride, Vec4i pads, Size dilation = Size(1, 1))
{
    Node n = window(Op::Conv, kernel, stride, pads);
    n.dilation = dilation;
    return n;
}

//! A convolution that pads both sides alike, on what ConvPadding says, is the node's.
void checkPadding(const Node& node, Size image, bool copies)
{
    SCOPED_TRACE(format("%dx%d", image.width, image.height));
    RNG rng(2);
    const Shape in(2, 3, image.height, image.width);
    const Shape out(2, 2,
                    ConvPadding::outputs(in.h + node.padTop + node.padBottom,
                                         ConvPadding::extent(node.kernel.height, node.dilation.height),
                                         node.stride.height),
                    ConvPadding::outputs(in.w + node.padLeft + node.padRight,
                                         ConvPadding::extent(node.kernel.width, node.dilation.width),
                                         node.stride.width));
    const Wide x = randomWide(in, rng);
    const std::vector<Wide> parameters{randomWide(Shape(2, 3, node.kernel.height, node.kernel.width), rng),
                                       randomWide(Shape(1, 2, 1, 1), rng)};
    const Wide expected = naiveForward(node, {x}, parameters, out);

    const ConvPadding padding(node, in, out);
    EXPECT_EQ(copies, padding.copies);
    Node library = node;
    library.padTop = library.padBottom = padding.rows;
    library.padLeft = library.padRight = padding.columns;
    for (bool last : {false, true})
    {
        Wide wide = x;
        if (copies)
        {
            const TensorIndexer indexer(in, last), wider(padding.padded, last);
            const Floats from = ordered(x, indexer);
            Floats to(wider.total(), 7), back(indexer.total(), 7);
            forEach(wider.total(),
                    Pad<float>{from.data(), indexer, to.data(), wider, node.padTop, node.padLeft});
            wide = plainOf(to, wider);
            forEach(indexer.total(), PadBackward<float>{to.data(), wider, back.data(), indexer, node.padTop,
                                                        node.padLeft, false});
            EXPECT_EQ(from, back);
        }
        const Wide found = naiveForward(library, {wide}, parameters, out);
        for (size_t i = 0; i < found.data.size(); i++)
            ASSERT_NEAR(expected.data[i], found.data[i], 1e-9) << i;
        EXPECT_EQ(out.h, ConvPadding::outputs(wide.shape.h + 2 * padding.rows,
                                              ConvPadding::extent(node.kernel.height, node.dilation.height),
                                              node.stride.height));
    }
}

TEST(DeviceLoops, convolutionsPaddingIsFoldedOrCopied)
{
    checkPadding(conv(Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1)), Size(6, 5), false);
    checkPadding(conv(Size(3, 3), Size(2, 2), Vec4i()), Size(7, 6), false);
    checkPadding(conv(Size(3, 3), Size(2, 2), Vec4i(0, 0, 1, 1)), Size(6, 6), true);
    // What is padded at the bottom and on the right is out of the last window's sight.
    checkPadding(conv(Size(3, 3), Size(2, 2), Vec4i(0, 0, 1, 1)), Size(7, 7), false);
    checkPadding(conv(Size(3, 3), Size(2, 2), Vec4i(1, 1, 0, 0)), Size(6, 6), false);
    checkPadding(conv(Size(2, 5), Size(1, 3), Vec4i(1, 2, 0, 1)), Size(9, 4), true);
    checkPadding(conv(Size(3, 3), Size(1, 1), Vec4i(2, 2, 2, 2), Size(2, 2)), Size(5, 6), false);
    checkPadding(conv(Size(3, 2), Size(1, 2), Vec4i(0, 3, 2, 1), Size(2, 1)), Size(5, 6), true);
}

TEST(DeviceLoops, theFirstOfEqualNumbersWins)
{
    const Node node = conv(Size(2, 2), Size(2, 2), Vec4i());
    const TensorIndexer in(Shape(1, 1, 2, 2)), out(Shape(1, 1, 1, 1));
    const float from[] = {-3, -2, -2, -5};
    float to = 0;
    int winner = -1;
    MaxPool<float>{Pooling(node, in, out), from, &to, &winner}(0);
    EXPECT_EQ(-2, to);
    EXPECT_EQ(1, winner);
}

} // namespace
} // namespace opencv_test
