// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_HOST_DEVICE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_HOST_DEVICE_HPP

// Before a function that the device and the host run: what the device does with each number is tested without
// one.
#ifndef DNN_RPN_HOST_DEVICE
#ifdef __CUDACC__
#define DNN_RPN_HOST_DEVICE __host__ __device__
#else
#define DNN_RPN_HOST_DEVICE
#endif
#endif

#endif
