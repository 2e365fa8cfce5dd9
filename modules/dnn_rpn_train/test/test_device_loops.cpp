// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "naive.hpp"
#include "../src/engine/cuda/bias.hpp"
#include "../src/engine/cuda/nearest.hpp"
#include "../src/engine/cuda/normalise.hpp"
#include "../src/engine/cuda/padding.hpp"
#include "../src/engine/cuda/pieces.hpp"
#include "../src/engine/cuda/product.hpp"
#include "../src/engine/cuda/reorder.hpp"
#include "../src/engine/cuda/slice.hpp"
#include "../src/engine/cuda/sums.hpp"
#include "../src/engine/cuda/window.hpp"

#include <numeric>

// What the cuda engine does with each number, run by the host: no device is needed.

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

//! In the order that the places say, and back.
Floats ordered(const Wide& plain, const Places& places)
{
    Floats all(plain.data.size());
    for (size_t i = 0; i < all.size(); i++)
    {
        const Place p = places[static_cast<int>(i)];
        all[i] = static_cast<float>(plain.at(p.n, p.c, p.y, p.x));
    }
    return all;
}
Wide plainOf(const Floats& all, const Places& places)
{
    Wide plain(Shape(places.pictures, places.channels, places.rows, places.columns));
    for (size_t i = 0; i < all.size(); i++)
    {
        const Place p = places[static_cast<int>(i)];
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

double dot(const Floats& a, const Floats& b)
{
    EXPECT_EQ(a.size(), b.size());
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.);
}

void expectNear(const Wide& expected, const Floats& all, const Places& places)
{
    const Wide found = plainOf(all, places);
    ASSERT_EQ(expected.data.size(), found.data.size());
    for (size_t i = 0; i < found.data.size(); i++)
        ASSERT_NEAR(expected.data[i], found.data[i], 1e-5) << i;
}

TEST(DeviceLoops, placesAreInOrder)
{
    const Shape shape(2, 3, 4, 5);
    for (bool last : {false, true})
    {
        const Places places(shape, last);
        ASSERT_EQ(120, places.total());
        for (int i = 0; i < places.total(); i++)
        {
            EXPECT_EQ(i, places.at(places[i]));
            EXPECT_EQ(places[i].c, places.channel(i));
        }
        EXPECT_EQ(last ? 1 : 20, places.at({0, 1, 0, 0}));
        EXPECT_EQ(last ? 3 : 1, places.at({0, 0, 0, 1}));
    }
    RNG rng(1);
    const Places plain(shape), last(shape, true);
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
void checkPadding(const Node& node, Size picture, bool copies)
{
    SCOPED_TRACE(format("%dx%d", picture.width, picture.height));
    RNG rng(2);
    const Shape in(2, 3, picture.height, picture.width);
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
            const Places places(in, last), wider(padding.padded, last);
            const Floats from = ordered(x, places);
            Floats to(wider.total(), 7), back(places.total(), 7);
            forEach(wider.total(),
                    Widen<float>{from.data(), places, to.data(), wider, node.padTop, node.padLeft});
            wide = plainOf(to, wider);
            forEach(places.total(), WidenBack<float>{to.data(), wider, back.data(), places, node.padTop,
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

TEST(DeviceLoops, poolsWindowsOfAnyShape)
{
    struct Case
    {
        Size kernel, stride;
        Vec4i pads;
        bool ceil;
        Shape in, out;
    };
    const std::vector<Case> cases{
        {Size(2, 2), Size(2, 2), Vec4i(), false, {2, 3, 4, 5}, {2, 3, 2, 2}},
        {Size(3, 3), Size(2, 2), Vec4i(), false, {1, 2, 7, 6}, {1, 2, 3, 2}},
        {Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1), false, {1, 2, 4, 3}, {1, 2, 4, 3}},
        {Size(2, 2), Size(1, 1), Vec4i(0, 0, 1, 1), false, {1, 2, 4, 3}, {1, 2, 4, 3}},
        {Size(3, 2), Size(2, 2), Vec4i(), true, {1, 1, 5, 6}, {1, 1, 3, 3}},
        {Size(3, 3), Size(2, 2), Vec4i(1, 1, 1, 1), true, {1, 2, 4, 6}, {1, 2, 3, 4}},
        {Size(2, 2), Size(3, 3), Vec4i(), false, {1, 1, 8, 8}, {1, 1, 3, 3}}};
    RNG rng(3);
    for (const Case& c : cases)
        for (bool last : {false, true})
            for (bool counted : {false, true})
            {
                Node node = conv(c.kernel, c.stride, c.pads);
                node.ceilMode = c.ceil;
                node.countPadding = counted;
                const Places in(c.in, last), out(c.out, last);
                const Pooling pooling(node, in, out);
                const Wide x = randomWide(c.in, rng);
                const Floats from = ordered(x, in), gradient = randomFloats(out.total(), rng);
                Floats to(out.total(), 7), back(in.total(), 7);

                node.op = Op::AveragePool;
                forEach(out.total(), AveragePool<float>{pooling, from.data(), to.data()});
                expectNear(naiveForward(node, {x}, {}, c.out), to, out);
                forEach(in.total(), AveragePoolBack<float>{pooling, gradient.data(), back.data(), false});
                EXPECT_NEAR(dot(to, gradient), dot(from, back), 1e-5); // the transposed of what is linear

                node.op = Op::MaxPool;
                std::vector<int> winners(out.total(), -1);
                forEach(out.total(), MaxPool<float>{pooling, from.data(), to.data(), winners.data()});
                expectNear(naiveForward(node, {x}, {}, c.out), to, out);
                std::fill(back.begin(), back.end(), 1.f);
                forEach(in.total(),
                        MaxPoolBack<float>{pooling, gradient.data(), winners.data(), back.data(), true});
                const double ones = std::accumulate(from.begin(), from.end(), 0.);
                EXPECT_NEAR(dot(to, gradient) + ones, dot(from, back), 1e-5);
            }
}

TEST(DeviceLoops, theFirstOfEqualNumbersWins)
{
    const Node node = conv(Size(2, 2), Size(2, 2), Vec4i());
    const Places in(Shape(1, 1, 2, 2)), out(Shape(1, 1, 1, 1));
    const float from[] = {-3, -2, -2, -5};
    float to = 0;
    int winner = -1;
    MaxPool<float>{Pooling(node, in, out), from, &to, &winner}(0);
    EXPECT_EQ(-2, to);
    EXPECT_EQ(1, winner);
}

TEST(DeviceLoops, sumsOfGroups)
{
    RNG rng(4);
    for (const Shape& shape :
         {Shape(3, 5, 7, 9), Shape(1, 1, 1, 1), Shape(2, 300, 1, 1), Shape(2, 2, 90, 80)})
        for (bool last : {false, true})
            for (bool byPicture : {false, true})
            {
                const Groups groups{Places(shape, last), byPicture};
                const int count = groups.count();
                const Floats x = randomFloats(shape.total(), rng);
                std::vector<double> expected(count, 0.);
                for (int i = 0; i < groups.places.total(); i++)
                {
                    const Place p = groups.places[i];
                    expected[byPicture ? p.n * shape.c + p.c : p.c] += x[i];
                }
                // As sumUp().
                int parts = groups.parts();
                ASSERT_GE(parts, 1);
                Floats from(static_cast<size_t>(count) * parts, 7);
                forEach(count * parts, PartialSums<ValueTerm<float>>{groups, ValueTerm<float>{x.data()},
                                                                     parts, from.data()});
                while (parts > 1)
                {
                    const int left = Groups::fold(parts);
                    ASSERT_LT(left, parts);
                    Floats to(static_cast<size_t>(count) * left, 7);
                    forEach(count * left, FoldSums{from.data(), count, parts, left, to.data()});
                    from = to;
                    parts = left;
                }
                for (int g = 0; g < count; g++)
                    EXPECT_NEAR(expected[g], from[g], 1e-4) << shape.str() << ", " << g;
            }
}

//! Values, and gradients against central differences.
template<typename Function>
void checkFunction(const Function& function, const Node& node)
{
    const Floats x{-2, -0.8f, -0.29f, -0.01f, 0.02f, 0.3f, 0.39f, 0.7f, 3};
    const int count = static_cast<int>(x.size());
    Floats y(x.size()), slope(x.size(), 5);
    const Floats ones(x.size(), 2);
    forEach(count, Apply<float, Function>{x.data(), y.data(), function});
    forEach(count, ApplyBack<float, Function>{y.data(), ones.data(), slope.data(), function, true});
    auto value = [&](double at) {
        Wide one(Shape(1, 1, 1, 1));
        one.data[0] = at;
        return naiveForward(node, {one}, {}, one.shape).data[0];
    };
    for (int i = 0; i < count; i++)
    {
        EXPECT_NEAR(value(x[i]), y[i], 1e-6);
        EXPECT_NEAR(5 + 2 * (value(x[i] + 1e-4) - value(x[i] - 1e-4)) / 2e-4, slope[i], 1e-3) << x[i];
    }
}

TEST(DeviceLoops, functionsOfOneNumber)
{
    Node n;
    n.op = Op::Relu;
    checkFunction(Relu(n), n);
    n.op = Op::Clip;
    n.lower = -0.3f;
    n.upper = 0.4f;
    checkFunction(Clip(n), n);
    n.op = Op::LeakyRelu;
    n.alpha = 0.1f;
    checkFunction(LeakyRelu(n), n);
    n.op = Op::Sigmoid;
    checkFunction(Sigmoid(n), n);
    n.op = Op::HardSigmoid;
    n.alpha = 0.9f;
    n.beta = 0.45f;
    checkFunction(HardSigmoid(n), n);

    Clip limits;
    EXPECT_FALSE(limits.present());
    EXPECT_EQ(-1e30f, limits(-1e30f));
    n.op = Op::Relu;
    EXPECT_TRUE(limits.absorb(n));
    EXPECT_FALSE(limits.absorb(n));
    EXPECT_TRUE(std::isnan(limits(std::numeric_limits<float>::quiet_NaN())));

    const Places places(Shape(1, 2, 1, 2), true);
    Floats y{-1, 2, 3, -4};
    const float bias[] = {0.5f, -3};
    forEach(4, BiasAndClip<float>{y.data(), places, bias, limits});
    EXPECT_EQ((Floats{0, 0, 3.5f, 0}), y);
}

TEST(DeviceLoops, slicesAndEnlargementsAndProducts)
{
    RNG rng(5);
    for (bool last : {false, true})
    {
        const Shape shape(2, 3, 4, 5);
        const Places places(shape, last), whole(Shape(2, 7, 4, 5), last);
        const Wide x = randomWide(shape, rng);
        const Floats from = ordered(x, places);
        Floats all(whole.total(), 7), back(places.total(), 1);
        forEach(places.total(), IntoSlice<float>{from.data(), places, all.data(), whole, 2});
        EXPECT_NEAR(x.at(1, 2, 3, 4), all[whole.at({1, 4, 3, 4})], 1e-6);
        EXPECT_EQ(7, all[whole.at({1, 5, 0, 0})]);
        forEach(places.total(), FromSlice<float>{all.data(), whole, back.data(), places, 2, true});
        for (size_t i = 0; i < back.size(); i++)
            EXPECT_EQ(1 + from[i], back[i]);

        Node resize;
        resize.op = Op::Resize;
        resize.scale = 3;
        const Shape large(2, 3, 12, 15);
        const Places out(large, last);
        const Floats gradient = randomFloats(out.total(), rng);
        Floats to(out.total(), 7);
        forEach(out.total(), Enlarge<float>{from.data(), places, to.data(), out, 3});
        expectNear(naiveForward(resize, {x}, {}, large), to, out);
        forEach(places.total(), EnlargeBack<float>{gradient.data(), out, back.data(), places, 3, false});
        EXPECT_NEAR(dot(to, gradient), dot(from, back), 1e-4);

        Node mul;
        mul.op = Op::Mul;
        const Places one(Shape(2, 3, 1, 1), last);
        const Wide number = randomWide(Shape(2, 3, 1, 1), rng);
        const Floats numbers = ordered(number, one);
        Floats product(places.total(), 7);
        forEach(places.total(),
                Multiply<float>{{numbers.data(), one}, {from.data(), places}, product.data(), places, false});
        expectNear(naiveForward(mul, {number, x}, {}, shape), product, places);
    }
}

TEST(DeviceLoops, batchNormalisation)
{
    RNG rng(6);
    const Shape shape(3, 2, 2, 4), channels(1, 2, 1, 1);
    Node node;
    node.op = Op::BatchNorm;
    node.batchStatistics = true;
    const float count = 24;
    for (bool last : {false, true})
        for (bool batch : {false, true})
        {
            const Places places(shape, last);
            Wide x = randomWide(shape, rng);
            std::vector<Wide> p(4, Wide(channels));
            for (Wide& w : p)
                w = randomWide(channels, rng);
            for (double& v : p[3].data)
                v = std::abs(v) + 0.1;
            const Floats from = ordered(x, places), gradient = randomFloats(places.total(), rng);
            Floats scale = ordered(p[0], Places(channels)), shift = ordered(p[1], Places(channels)),
                   runningMean = ordered(p[2], Places(channels)),
                   runningVariance = ordered(p[3], Places(channels)), mean(2, 0), inverse(2, 0), sum(2, 0),
                   product(2, 0), to(places.total()), back(places.total(), 7);
            const Floats oldMean = runningMean;
            auto sumOf = [&](Floats& sums, const auto& term) {
                for (int i = 0; i < places.total(); i++)
                    sums[places.channel(i)] += term(i, places.channel(i));
            };
            if (batch)
            {
                sumOf(mean, ValueTerm<float>{from.data()});
                forEach(2, BatchMean{mean.data(), runningMean.data(), count, 0.1f});
                sumOf(inverse, SquareTerm<float>{from.data(), mean.data()});
                forEach(2, BatchDeviation{inverse.data(), runningVariance.data(), count, 0.1f, node.epsilon});
                EXPECT_NEAR(0.9 * oldMean[0] + 0.1 * mean[0], runningMean[0], 1e-6);
                const double variance = 1 / (double(inverse[0]) * inverse[0]) - node.epsilon;
                EXPECT_NEAR(0.9 * p[3].data[0] + 0.1 * variance * 24 / 23, runningVariance[0], 1e-5);
            }
            else
                forEach(2, RunningStatistics{runningMean.data(), runningVariance.data(), mean.data(),
                                             inverse.data(), node.epsilon});
            forEach(places.total(), Normalise<float>{from.data(), to.data(), places, mean.data(),
                                                     inverse.data(), scale.data(), shift.data()});
            expectNear(naiveForward(node, {x}, p, shape, batch), to, places);

            sumOf(sum, ValueTerm<float>{gradient.data()});
            sumOf(product, DistanceTerm<float>{gradient.data(), from.data(), mean.data()});
            forEach(2, WithDeviation{product.data(), inverse.data()});
            forEach(places.total(), NormaliseBack<float>{gradient.data(), from.data(), back.data(), places,
                                                         mean.data(), inverse.data(), scale.data(),
                                                         sum.data(), product.data(), count, batch, false});
            auto numeric = [&](double& number) {
                const double before = number, step = 1e-3;
                number = before + step;
                const double above = dot(ordered(naiveForward(node, {x}, p, shape, batch), places), gradient);
                number = before - step;
                const double below = dot(ordered(naiveForward(node, {x}, p, shape, batch), places), gradient);
                number = before;
                return (above - below) / (2 * step);
            };
            const Wide slopes = plainOf(back, places);
            for (size_t i = 0; i < x.data.size(); i++)
                EXPECT_NEAR(numeric(x.data[i]), slopes.data[i], 2e-2);
            for (int c = 0; c < 2; c++)
            {
                EXPECT_NEAR(numeric(p[0].data[c]), product[c], 2e-2);
                EXPECT_NEAR(numeric(p[1].data[c]), sum[c], 2e-2);
            }
        }
}

TEST(DeviceLoops, stepsOfDescent)
{
    RNG rng(7);
    const Floats before = randomFloats(Piece::most + 5, rng), gradient = randomFloats(before.size(), rng);
    Floats w = before, v = randomFloats(before.size(), rng);
    const Floats oldVelocity = v;
    const Piece pieces[] = {
        {w.data(), v.data(), gradient.data(), Piece::most, 0.5f, 2},
        {w.data() + Piece::most, v.data() + Piece::most, gradient.data() + Piece::most, 5, 0, 1}};
    Floats sums(2 * Piece::parts, 7);
    forEach(2 * Piece::parts, PieceSquares{pieces, sums.data()});
    EXPECT_NEAR(dot(gradient, gradient), std::accumulate(sums.begin(), sums.end(), 0.), 1e-2);
    forEach(2 * Piece::most, PieceStep{pieces, 0.1f, 0.9f, 0.25f});
    for (size_t i = 0; i < w.size(); i++)
    {
        const bool first = i < static_cast<size_t>(Piece::most);
        const float velocity = 0.9f * oldVelocity[i] + 0.25f * gradient[i] + (first ? 0.5f * before[i] : 0);
        ASSERT_NEAR(velocity, v[i], 1e-6) << i;
        ASSERT_NEAR(before[i] - (first ? 0.2f : 0.1f) * velocity, w[i], 1e-6) << i;
    }
    Floats average = before;
    forEach(9, Approach{average.data(), w.data(), 0.25f});
    EXPECT_NEAR(0.75f * before[8] + 0.25f * w[8], average[8], 1e-6);
}

} // namespace
} // namespace opencv_test
