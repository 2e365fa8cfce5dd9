// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_TENSOR_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_TENSOR_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Images x channels x rows x columns. Parameters use it too: a bias of C channels is 1 x C x 1 x 1.
struct CV_EXPORTS Shape
{
    int n = 0, c = 0, h = 0, w = 0;

    Shape() = default;
    Shape(int n_, int c_, int h_, int w_) : n(n_), c(c_), h(h_), w(w_) {}

    size_t total() const { return static_cast<size_t>(n) * c * h * w; }
    size_t plane() const { return static_cast<size_t>(h) * w; }       //!< elements of one channel
    size_t image() const { return static_cast<size_t>(c) * plane(); } //!< elements of one image
    bool operator==(const Shape& o) const { return n == o.n && c == o.c && h == o.h && w == o.w; }
    bool operator!=(const Shape& o) const { return !(*this == o); }
    String str() const { return format("%dx%dx%dx%d", n, c, h, w); }
};

//! A dense float array of four dimensions. Copies share the memory, as with cv::Mat.
class CV_EXPORTS Tensor
{
public:
    Tensor() = default;
    explicit Tensor(const Shape& shape) { create(shape); }
    //! A view of memory that somebody else owns.
    Tensor(const Shape& shape, void* data_)
        : dims(shape), memory(1, static_cast<int>(shape.total()), CV_32F, data_)
    {}

    //! Makes room for the shape; keeps the memory (and its contents) where it is large enough.
    void create(const Shape& newShape)
    {
        if (newShape.total() > static_cast<size_t>(INT_MAX))
            CV_Error_(Error::StsNoMem, ("a tensor of %s is too large; a smaller image or batch helps",
                                        newShape.str().c_str()));
        if (memory.total() < newShape.total())
            memory.create(1, static_cast<int>(newShape.total()), CV_32F);
        dims = newShape;
    }

    const Shape& shape() const { return dims; }
    float* data() { return memory.ptr<float>(); }
    const float* data() const { return memory.ptr<float>(); }
    float* image(int n) { return data() + n * dims.image(); }
    const float* image(int n) const { return data() + n * dims.image(); }
    bool empty() const { return dims.total() == 0; }

    void setTo(float value) { flat().setTo(value); }
    Tensor clone() const
    {
        Tensor copy;
        copy.dims = dims;
        copy.memory = flat().clone();
        return copy;
    }
    //! All elements as one row that shares the memory.
    Mat flat() const { return empty() ? Mat() : memory.colRange(0, static_cast<int>(dims.total())); }

private:
    Shape dims;
    Mat memory;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
