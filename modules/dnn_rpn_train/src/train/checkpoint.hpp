// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_CHECKPOINT_HPP
#define OPENCV_DNN_RPN_TRAIN_CHECKPOINT_HPP

#include <map>
#include <string>
#include <vector>

#include "../graph/tensor.hpp"
#include "../params/settings.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief What an interrupted training needs to go on, as a file.

The file: the line "dnn_rpn_train checkpoint 1", the number of settings and each one's name and value, the
same for the data, the number of numbers and each one's name and value, the number of tensors and each
one's name, four dimensions and elements, and a hash of everything before it. Texts are a length and bytes,
lengths and hash 64-bit and dimensions 32-bit integers, numbers doubles, elements floats, all little-endian.
*/
struct CV_EXPORTS Checkpoint
{
    Settings settings, data; //!< parameters and images, which must be the same for the training to go on
    std::map<std::string, double> numbers;
    std::map<std::string, Tensor> tensors;

    //! Writes aside and renames; cv::Exception if the disk is full, and then the last file is still there.
    void write(const std::string& path) const;

    //! cv::Exception names the file if it is no checkpoint, of another version, cut off or changed.
    static Checkpoint read(const std::string& path);
    //! The same from a file's bytes; the path is for messages.
    static Checkpoint parse(const std::string& bytes, const std::string& path);

    //! cv::Exception if there is none of that name.
    double number(const std::string& name) const;
    //! The elements into a tensor of the same shape; cv::Exception if there is none of that name and shape.
    void copyTo(const std::string& name, Tensor& to) const;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
