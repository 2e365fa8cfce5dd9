// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// The CUDA operators once more, as functions for the processor.
#include "test_precomp.hpp"
#ifndef HAVE_CUDA // else the tests run on the GPU
#include "cuda_on_cpu.hpp"
#include "../src/cuda/focal_loss.cu"
#include "../src/cuda/match.cu"
#include "../src/cuda/memory.cu"
#include "../src/cuda/sample.cu"
#include "../src/cuda/smooth_l1.cu"
#include "../src/cuda/targets.cu"
#endif
