// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_PROCESSES_HPP
#define DNN_RPN_SAMPLES_PROCESSES_HPP

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/private/ranks.hpp"

/** @brief Meets the other processes of an mpirun; from here on only the first of them prints.
cv::Exception if they were started with different options.
@param options with rank_timeout */
void joinProcesses(cv::CommandLineParser& options, int argc, char** argv);

//! The one that writes and prints.
bool isFirstProcess();

//! cv::Exception if another process has another text. @param what it is of, for the message
void requireSameEverywhere(const cv::String& what, const std::string& text);

//! Processors for this process, where several share a machine.
int ownProcessors();

//! The option rank_timeout, and as keys of cv::CommandLineParser.
extern const char* const rankTimeoutHelp;
extern const char* const rankTimeoutDefault;
cv::String rankTimeoutKey();

#endif
