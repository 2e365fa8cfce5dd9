// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_OUTPUT_GUARD_HPP
#define DNN_RPN_SAMPLES_OUTPUT_GUARD_HPP

#include <memory>
#include <vector>

#include "opencv2/core.hpp"

//! A file or folder that an option names.
struct NamedPath
{
    cv::String option; //!< such as --out
    cv::String path;
};

/** @brief cv::Exception if an output is one of the inputs or another output, by whatever name or link, or an
annotation or image that lies in a folder which is an input. Empty paths are passed over. */
void checkOutputs(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs);

//! cv::Exception if the folder is there and holds anything: it may be somebody's data set.
void checkEmptyFolder(const NamedPath& folder);

/** @brief Keeps other runs from the same output, until it is destroyed or its process dies in whatever way.
cv::Exception if another run has the output. On a file system without locks there is none. */
class OutputLock
{
public:
    //! @param output as the option names it; the lock is the file PATH.lock beside it
    explicit OutputLock(const NamedPath& output);
    ~OutputLock();
    OutputLock(const OutputLock&) = delete;
    OutputLock& operator=(const OutputLock&) = delete;

private:
    struct File;
    std::unique_ptr<File> file;
};

#endif
