// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LAYER_HPP
#define OPENCV_DNN_RPN_LAYER_HPP

#include "opencv2/dnn.hpp"
#include "../check.hpp"

namespace cv {
namespace dnn_rpn {

//! OpenCV 4 has MatShape in cv::dnn, OpenCV 5 in cv.
namespace wherever {
using namespace dnn;
typedef MatShape NetShape;
} // namespace wherever
using wherever::NetShape;

typedef std::vector<int> Shape;

inline std::string shapeText(const Shape& shape)
{
    std::string text;
    for (size_t d = 0; d < shape.size(); d++)
        text += (d ? " x " : "") + std::to_string(shape[d]);
    return text.empty() ? "nothing" : text;
}

//! The product of the sizes from dimension `first` up to, without, `last`.
inline size_t totalOf(const Shape& shape, size_t first, size_t last)
{
    size_t total = 1;
    for (size_t d = first; d < last; d++)
        total *= shape[d];
    return total;
}

inline size_t totalOf(const Shape& shape)
{
    return totalOf(shape, 0, shape.size());
}

inline Shape shapeOfMat(const Mat& m)
{
    return Shape(m.size.p, m.size.p + m.dims);
}

//! OpenCV 4 makes columns of constants with one dimension.
inline Shape shapeOfConstant(const Mat& m, int rank)
{
    if (rank == 0)
        return Shape();
    const bool column = m.dims == 2 && m.cols == 1;
    return rank == 1 || (rank < 0 && column) ? Shape(1, static_cast<int>(m.total())) : shapeOfMat(m);
}

struct Argument
{
    Mat value;   //!< empty where the argument is not there
    Shape shape; //!< of the value; a Mat of OpenCV 4 shows one dimension as two
};

/** The base of the layers in this folder.

ONNX gives an operator one list of inputs. The importer makes two of it: constants become `blobs`, the rest
the layer's inputs, and both close up. This class brings them back into one list, the arguments, and puts the
layer's name before the message of every error. Which constant is which argument, readOnnx() writes into
attributes of its own; without it a layer tells them by their shapes and types.

All arguments but the constants are CV_32F, and so are all outputs. */
class OnnxLayer : public dnn::Layer
{
public:
    bool supportBackend(int backendId) override;

    bool getMemoryShapes(const std::vector<NetShape>& inputShapes, const int requiredOutputs,
                         std::vector<NetShape>& outputShapes,
                         std::vector<NetShape>& internalShapes) const override;

    using dnn::Layer::forward;
    void forward(InputArrayOfArrays inputArrays, OutputArrayOfArrays outputArrays,
                 OutputArrayOfArrays internalArrays) override;

#if CV_VERSION_MAJOR >= 5
    void getTypes(const std::vector<dnn::MatType>& inputTypes, const int requiredOutputs,
                  const int requiredInternals, std::vector<dnn::MatType>& outputTypes,
                  std::vector<dnn::MatType>& internalTypes) const override;
#endif

protected:
    //! `names` of the arguments in the operator's order; the first `required` must be there.
    OnnxLayer(const dnn::LayerParams& params, const std::vector<std::string>& names, int required);

    //! Which argument a constant is, at least `first`; for files that readOnnx() has not prepared.
    virtual int positionOf(const Mat& constant, int first) const = 0;

    /** Shapes of all outputs, whether anybody wants them or not. While a net is imported, sizes may be 0.
    Arguments that are not there have no dimensions. */
    virtual std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const = 0;

    //! Writes the outputs, which have their shapes.
    virtual void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const = 0;

    //! The constant at a position, empty if there is none.
    Mat constantAt(int position) const;

private:
    std::vector<Argument> arrange(const std::vector<Argument>& dynamic) const;
    std::vector<int> constantPositions() const;
    bool isAbsent(int position) const;

    std::vector<std::string> slots; // names of the arguments
    int requiredArguments;
    std::vector<int> absent, constants, constantRanks; // what readOnnx() wrote
    mutable std::vector<Shape> dynamicShapes;          // of the inputs, as getMemoryShapes() saw them last
};

//! Every error tells which layer it comes from.
template<typename Function>
auto namingLayer(const String& name, const String& type, const Function& function)
{
    try
    {
        return function();
    }
    catch (const cv::Exception& e)
    {
        CV_Error_(e.code, ("layer '%s' of type %s: %s", name.c_str(), type.c_str(), e.err.c_str()));
    }
}

//! What the layer factory calls.
template<typename Derived>
Ptr<dnn::Layer> makeLayer(dnn::LayerParams& params)
{
    return namingLayer(params.name, params.type,
                       [&]() -> Ptr<dnn::Layer> { return makePtr<Derived>(params); });
}

/** @name Attributes

With a default, they may be left out. All throw with the attribute's name. */
//! @{
int intAttribute(const dnn::LayerParams& params, const char* name);
int intAttribute(const dnn::LayerParams& params, const char* name, int byDefault);
float floatAttribute(const dnn::LayerParams& params, const char* name, float byDefault);
std::string textAttribute(const dnn::LayerParams& params, const char* name, const char* byDefault);
std::vector<int> intsAttribute(const dnn::LayerParams& params, const char* name);     //!< empty if left out
std::vector<float> floatsAttribute(const dnn::LayerParams& params, const char* name); //!< likewise
//! @}

//! All of an argument that holds whole numbers, as CV_32S or CV_32F.
std::vector<int> wholeNumbers(const Mat& m, const char* name);

//! A number that stands alone.
float singleNumber(const Mat& m, const char* name);

//! CV_32F, continuous.
Mat floatArgument(const Mat& m, const char* name);

//! The same for arguments that may be constants of whole numbers.
Mat numberArgument(const Mat& m, const char* name);

//! `m` as rows of so many columns.
Mat asRows(const Mat& m, int columns);

//! An axis of so many dimensions, from the end where it is negative.
int axisOf(int axis, size_t dims);

} // namespace dnn_rpn
} // namespace cv

#endif
