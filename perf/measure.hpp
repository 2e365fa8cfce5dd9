// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_PERF_MEASURE_HPP
#define DNN_RPN_PERF_MEASURE_HPP

#include <functional>
#include <vector>

//! Milliseconds of each call, for at least so many seconds and calls.
std::vector<double> timeCalls(const std::function<void()>& call, double seconds, int calls);

//! Bytes by which the process grew at most during one call.
double peakGrowth(const std::function<void()>& call);

//! What it takes to read bytes / 2 and write as many, on all threads, again and again.
std::function<void()> copying(double bytes);

#endif
