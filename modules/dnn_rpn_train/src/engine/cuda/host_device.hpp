// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_EVERYWHERE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_EVERYWHERE_HPP

// Before a function that the device and the host run: what the device does with each number is tested without
// one.
#ifdef __CUDACC__
#define DNN_RPN_EVERYWHERE __host__ __device__
#else
#define DNN_RPN_EVERYWHERE
#endif

#endif
