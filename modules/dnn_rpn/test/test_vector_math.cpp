// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "../src/vector_math.hpp"

namespace opencv_test {
namespace {

using dnn_rpn::cpu_baseline::exponential;
using dnn_rpn::cpu_baseline::Floats;
using dnn_rpn::cpu_baseline::lanes;
using dnn_rpn::cpu_baseline::logarithm;
using dnn_rpn::cpu_baseline::logOnePlus;

// At the instruction set that the tests are compiled for; the others differ by fused additions only.

float first(const Floats& a)
{
    float lane[lanes];
    v_store(lane, a.v);
    return lane[0];
}

//! In units of the last place of the exact value.
double errorOf(float actual, double exact)
{
    const float rounded = static_cast<float>(exact);
    return std::abs(actual - exact) / (std::nextafter(rounded, inf) - static_cast<double>(rounded));
}

TEST(DnnRpn_VectorMath, exponentialToTheLastPlace)
{
    double worst = 0;
    for (int i = 0; i <= 1000000; i++)
    {
        const float x = static_cast<float>(-87.3 + i * 87.3 / 1000000);
        worst = std::max(worst, errorOf(first(exponential(x)), std::exp(static_cast<double>(x))));
    }
    EXPECT_LE(worst, 1.5);
    EXPECT_EQ(1.f, first(exponential(0.f)));
    EXPECT_EQ(1.f, first(exponential(-0.f)));
    for (float below : {-88.f, -3e38f, -inf})
        EXPECT_EQ(first(exponential(-87.3f)), first(exponential(below)));
    EXPECT_TRUE(std::isnan(first(exponential(nan))));
}

TEST(DnnRpn_VectorMath, logOnePlusToTheLastPlaces)
{
    double worst = 0, worstInverse = 0;
    Floats inverse;
    for (int i = 0; i <= 1000000; i++)
        for (float x : {static_cast<float>(i / 1e6), static_cast<float>(std::pow(2., -i / 8e3))})
        {
            worst =
                std::max(worst, errorOf(first(logOnePlus(x, inverse)), std::log1p(static_cast<double>(x))));
            worstInverse = std::max(worstInverse, errorOf(first(inverse), 1 / (1 + static_cast<double>(x))));
        }
    EXPECT_LE(worst, 4.);
    EXPECT_LE(worstInverse, 3.);
    EXPECT_EQ(0.f, first(logOnePlus(0.f, inverse)));
    EXPECT_EQ(1.f, first(inverse));
    EXPECT_TRUE(std::isnan(first(logOnePlus(nan, inverse))));
    EXPECT_TRUE(std::isnan(first(inverse)));
}

TEST(DnnRpn_VectorMath, logarithm)
{
    for (int i = 0; i <= 100000; i++)
    {
        const float x = static_cast<float>(std::pow(2., i / 1e3)); // to 2^100
        const double exact = std::log(static_cast<double>(x));
        ASSERT_NEAR(exact, first(logarithm(x)), 2e-7 * std::max(1., exact)) << x;
    }
    EXPECT_EQ(0.f, first(logarithm(1.f)));
    EXPECT_TRUE(std::isnan(first(logarithm(nan))));
}

} // namespace
} // namespace opencv_test
