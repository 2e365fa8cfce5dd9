// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_CUDA_BF16_H
#define OPENCV_TEST_DNN_RPN_CUDA_BF16_H

#include <cstdint>
#include <cstring>

//! The upper half of a float, rounded to the nearest, to the even one of two.
struct __nv_bfloat16
{
    __nv_bfloat16() = default;
    __nv_bfloat16(float value)
    {
        uint32_t whole;
        std::memcpy(&whole, &value, sizeof(whole));
        if (value == value)
            whole += 0x7fff + (whole >> 16 & 1);
        else
            whole |= 1 << 22; // a NaN stays one
        bits = static_cast<uint16_t>(whole >> 16);
    }
    operator float() const
    {
        const uint32_t whole = static_cast<uint32_t>(bits) << 16;
        float value;
        std::memcpy(&value, &whole, sizeof(value));
        return value;
    }

    uint16_t bits;
};

#endif
