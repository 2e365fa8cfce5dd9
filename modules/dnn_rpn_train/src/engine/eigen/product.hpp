// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_PRODUCT_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_PRODUCT_HPP

#include <algorithm>

#include "opencv2/core.hpp"

// Threads are OpenCV's; a second pool inside the products would fight with them.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

namespace cv {
namespace dnn_rpn_train {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Matrix>;
using ConstMap = Eigen::Map<const Matrix>;

/** @brief A matrix cut into about as many pieces as asked for, along its longer side. How depends on
sizes alone, so that the bits do not depend on the number of threads. */
class Pieces
{
public:
    Pieces(int rows_, int cols_, int count) : rows(rows_), cols(cols_)
    {
        int& side = rows >= cols ? rowStep : colStep;
        rowStep = rows;
        colStep = cols;
        // Multiples of what a processor's registers hold, and not too small to pay.
        side = std::min(side, std::max(64, static_cast<int>(alignSize((side + count - 1) / count, 16))));
    }

    int count() const { return ((rows + rowStep - 1) / rowStep) * ((cols + colStep - 1) / colStep); }
    Rect operator[](int i) const
    {
        const int x = rowStep < rows ? 0 : i * colStep, y = rowStep < rows ? i * rowStep : 0;
        return Rect(x, y, std::min(colStep, cols - x), std::min(rowStep, rows - y));
    }

private:
    const int rows, cols;
    int rowStep, colStep;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
