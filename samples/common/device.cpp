// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "device.hpp"

#include <algorithm>

#include "opencv2/dnn.hpp"

namespace {

struct Device
{
    const char* name;
    cv::dnn::Backend backend;
    cv::dnn::Target target;
};

const std::vector<Device>& devices()
{
    static const std::vector<Device> all{
        {"cpu", cv::dnn::DNN_BACKEND_OPENCV, cv::dnn::DNN_TARGET_CPU},
        {"opencl", cv::dnn::DNN_BACKEND_OPENCV, cv::dnn::DNN_TARGET_OPENCL},
        {"opencl_fp16", cv::dnn::DNN_BACKEND_OPENCV, cv::dnn::DNN_TARGET_OPENCL_FP16},
        {"cuda", cv::dnn::DNN_BACKEND_CUDA, cv::dnn::DNN_TARGET_CUDA},
        {"cuda_fp16", cv::dnn::DNN_BACKEND_CUDA, cv::dnn::DNN_TARGET_CUDA_FP16},
    };
    return all;
}

bool isThere(const Device& device)
{
    if (device.target == cv::dnn::DNN_TARGET_CPU)
        return true;
    const std::vector<cv::dnn::Target> targets = cv::dnn::getAvailableTargets(device.backend);
    return std::find(targets.begin(), targets.end(), device.target) != targets.end();
}

} // namespace

cv::String deviceNames()
{
    cv::String names;
    for (const Device& device : devices())
        names += cv::String(names.empty() ? "" : ", ") + device.name;
    return names;
}

void useDevice(cv::dnn_rpn::Detector& detector, const cv::String& name)
{
    cv::String there;
    const Device* wanted = nullptr;
    for (const Device& device : devices())
    {
        if (name == device.name)
            wanted = &device;
        if (isThere(device))
            there += cv::String(there.empty() ? "" : ", ") + device.name;
    }
    if (!wanted)
        CV_Error_(cv::Error::StsBadArg, ("--device=%s is none of %s", name.c_str(), deviceNames().c_str()));
    if (!isThere(*wanted))
        CV_Error_(cv::Error::StsNotImplemented,
                  ("--device=%s: OpenCV " CV_VERSION
                   " was built without it, or finds no such device here; there are: %s",
                   name.c_str(), there.c_str()));
    detector.setPreferableBackend(wanted->backend);
    detector.setPreferableTarget(wanted->target);
}
