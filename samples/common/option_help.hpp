// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_OPTION_HELP_HPP
#define DNN_RPN_SAMPLES_OPTION_HELP_HPP

#include <vector>

#include "opencv2/core.hpp"

//! One option of a program with many.
struct Option
{
    cv::String name,
        value;        //!< value: the default; "" where it must be given, "<none>" where nothing stands for it
    cv::String group; //!< the heading that it stands under
    bool common;      //!< --help lists it; the others only --help=all
    cv::String help;
};

//! As cv::CommandLineParser takes them.
cv::String optionKeys(const std::vector<Option>& options);

/** @brief Prints the options, a group after the other, within 100 columns.
@param all those that are not common, too */
void printOptions(const std::vector<Option>& options, bool all);

//! A table of Markdown, a group after the other.
void printMarkdown(const std::vector<Option>& options);

#endif
