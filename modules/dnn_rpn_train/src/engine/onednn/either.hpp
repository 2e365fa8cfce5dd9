// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONEDNN_EITHER_HPP
#define OPENCV_DNN_RPN_TRAIN_ONEDNN_EITHER_HPP

#include <functional>
#include <memory>

#include "../engine.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A kernel of which nobody knows before it is planned whether oneDNN has code for it: which types,
layouts and shapes a primitive takes differs by version and processor.
@param own the kernel
@param other makes the one that takes its place for shapes that oneDNN has no primitive for */
CV_EXPORTS std::unique_ptr<Kernel> makeEither(std::unique_ptr<Kernel> own,
                                              const std::function<std::unique_ptr<Kernel>()>& other);

} // namespace dnn_rpn_train
} // namespace cv

#endif
