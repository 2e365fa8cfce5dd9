// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_PERF_CASE_HPP
#define DNN_RPN_PERF_CASE_HPP

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "opencv2/core.hpp"

//! An operator with its inputs, ready to be called again and again.
struct Case
{
    std::function<void()> call;
    //! By name, as the last call left them.
    std::shared_ptr<std::map<std::string, cv::Mat>> outputs = std::make_shared<std::map<std::string, cv::Mat>>();
    double bytes = 0; //!< that any implementation must read and write
};

//! Arrays by name, and numbers by name.
struct Inputs
{
    std::map<std::string, cv::Mat> arrays;
    std::map<std::string, double> numbers;

    const cv::Mat& array(const std::string& name) const { return arrays.at(name); }
    double number(const std::string& name) const { return numbers.at(name); }
};

//! The operator of that name; std::out_of_range if there is none or an input is missing.
Case makeCase(const std::string& name, const Inputs& inputs);

#endif
