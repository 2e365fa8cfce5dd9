// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_CUDA_ON_CPU_NUMBERS_HPP
#define OPENCV_TEST_DNN_RPN_TRAIN_CUDA_ON_CPU_NUMBERS_HPP

#include <vector>

#include <cuda_bf16.h>

namespace cuda_on_cpu {

// Floats or bfloat16, in memory of either.

inline float load(const void* from, bool isBf16, size_t i)
{
    return isBf16 ? static_cast<float>(static_cast<const __nv_bfloat16*>(from)[i])
                  : static_cast<const float*>(from)[i];
}

inline void store(void* to, bool isBf16, size_t i, float value)
{
    if (isBf16)
        static_cast<__nv_bfloat16*>(to)[i] = value;
    else
        static_cast<float*>(to)[i] = value;
}

inline std::vector<float> loadAll(const void* from, bool isBf16, size_t count)
{
    std::vector<float> all(count);
    for (size_t i = 0; i < count; i++)
        all[i] = load(from, isBf16, i);
    return all;
}

} // namespace cuda_on_cpu

#endif
