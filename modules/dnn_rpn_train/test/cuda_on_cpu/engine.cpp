// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.

// The cuda engine, compiled against this folder's headers, as another engine for the tests.
#define DNN_RPN_HAVE_CUDA

#include "../test_precomp.hpp"

#include "../../src/engine/cuda/activation.cu"
#include "../../src/engine/cuda/add.cu"
#include "../../src/engine/cuda/anchor_operators.cu"
#include "../../src/engine/cuda/batch_norm.cu"
#include "../../src/engine/cuda/concat.cu"
#include "../../src/engine/cuda/conv.cu"
#include "../../src/engine/cuda/cuda_engine.cpp"
#include "../../src/engine/cuda/sgd_update.cu"
#include "../../src/engine/cuda/device.cpp"
#include "../../src/engine/cuda/fully_connected.cu"
#include "../../src/engine/cuda/device_copy.cpp"
#include "../../src/engine/cuda/mul.cu"
#include "../../src/engine/cuda/pool.cu"
#include "../../src/engine/cuda/reorder.cu"
#include "../../src/engine/cuda/resize.cu"
#include "../../src/engine/cuda/slice.cu"
#include "../../src/engine/cuda/status.cpp"

namespace {

const bool added = [] {
    cv::dnn_rpn_train::Engine::add("cuda", [](const std::string& precision) {
        return cv::makePtr<cv::dnn_rpn_train::CudaEngine>(precision);
    });
    return true;
}();

} // namespace
