// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_RANKS_LAUNCHED_HPP
#define OPENCV_DNN_RPN_TRAIN_RANKS_LAUNCHED_HPP

#include <memory>

#include "opencv2/dnn_rpn_train/private/ranks.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The ranks that a launcher started this process with; null: it was started by itself. A build with
MPI has it in mpi.cpp, one without in no_mpi.cpp. */
std::unique_ptr<Ranks> launchedRanks(double timeout);

} // namespace dnn_rpn_train
} // namespace cv

#endif
