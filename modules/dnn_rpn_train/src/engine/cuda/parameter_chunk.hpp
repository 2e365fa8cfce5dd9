// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PIECES_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PIECES_HPP

#include "everywhere.hpp"

namespace cv {
namespace dnn_rpn_train {

//! At most so many elements of one parameter: one launch takes all parameters, whatever their sizes.
struct Piece
{
    static constexpr int most = 4096;
    static constexpr int parts = 64; //!< sums of squares of each piece

    float *value, *velocity;
    const float* gradient;
    int count;
    float decay, factor;
};

//! Sums of squares of the gradient, for each part of each piece.
struct PieceSquares
{
    const Piece* pieces;
    float* to;

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        const Piece& piece = pieces[i / Piece::parts];
        float sum = 0;
        for (int e = i % Piece::parts; e < piece.count; e += Piece::parts)
            sum += piece.gradient[e] * piece.gradient[e];
        to[i] = sum;
    }
};

//! v <- momentum v + shrink gradient + decay w;  w <- w - rate factor v. For each element that a piece could
//! have.
struct PieceStep
{
    const Piece* pieces;
    float rate, momentum, shrink;

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        const Piece& piece = pieces[i / Piece::most];
        const int e = i % Piece::most;
        if (e >= piece.count)
            return;
        float &w = piece.value[e], &v = piece.velocity[e];
        v = momentum * v + shrink * piece.gradient[e] + piece.decay * w;
        w -= rate * piece.factor * v;
    }
};

//! average <- average + share (value - average)
struct Approach
{
    float* average;
    const float* value;
    float share;

    DNN_RPN_EVERYWHERE void operator()(int i) const { average[i] += share * (value[i] - average[i]); }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
