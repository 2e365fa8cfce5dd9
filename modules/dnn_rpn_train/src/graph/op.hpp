// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_OP_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_OP_HPP

#include <string>
#include <vector>

#include "tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

class Graph;
class NodeReader;
struct Node;
struct NodeWriter;

// All operators, once: Op, their descriptions in ops/ and the engines' switches follow from these lists.

//! Functions of one number: engine/functions.hpp has each under the same name.
#define DNN_RPN_ELEMENTWISE_OPERATORS(X)                                                                     \
    X(Relu)                                                                                                  \
    X(Clip)        /* to lower..upper; ReLU6 is 0..6 */                                                      \
    X(LeakyRelu)   /* x from 0 on, alpha x below, alpha >= 0 */                                              \
    X(Sigmoid)     /* 1 / (1 + exp(-x)) */                                                                   \
    X(HardSigmoid) /* alpha x + beta, within 0..1 */                                                         \
    X(Softplus)    /* log(1 + exp(x)) */                                                                     \
    X(Tanh)                                                                                                  \
    X(Erf)       /* 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x */                              \
    X(Elu)       /* x from 0 on, alpha (exp(x) - 1) below, alpha >= 0 */                                     \
    X(Swish)     /* x sigmoid(x), also called SiLU; Mul reads it */                                          \
    X(HardSwish) /* x hardSigmoid(x) of alpha and beta; Mul reads it */

#define DNN_RPN_OPERATORS(X)                                                                                 \
    X(Input)                                                                                                 \
    X(Conv)      /* parameters: weight (outputs x inputs/group x rows x columns), bias */                    \
    X(BatchNorm) /* parameters: scale, bias, mean, variance; the last two get no gradients */                \
    DNN_RPN_ELEMENTWISE_OPERATORS(X)                                                                         \
    X(Add)                                                                                                   \
    X(Mul)    /* of two: of the same shape, or one of them a number for each channel, n x c x 1 x 1 */       \
    X(Concat) /* along the channels */                                                                       \
    X(MaxPool)                                                                                               \
    X(AveragePool)                                                                                           \
    X(GlobalAveragePool) /* output n x c x 1 x 1 */                                                          \
    X(FullyConnected) /* parameters: weight (outputs x channels x rows x columns of the input), bias;     \
                            output n x outputs x 1 x 1 */  \
    X(Resize)         /* nearest: out(y, x) = in(y / scale, x / scale) */                                    \
    X(Slice)          /* of channels, rows and columns: every step-th from begin on, below end */

//! To be used on a list: cases of a switch.
#define DNN_RPN_CASE(op) case Op::op:

#define DNN_RPN_VALUE(op) op,
enum class Op
{
    DNN_RPN_OPERATORS(DNN_RPN_VALUE)
};
#undef DNN_RPN_VALUE

/** @brief Where the cells of a node's output lie in the input, from the kernels, strides and pads
on the way: the field's stride in pixels, and the first cell's centre, in pixels with edges at
whole numbers. */
struct CV_EXPORTS Grid
{
    int stride = 1;
    float centre = 0.5f;
    //! False for numbers of the whole image, from GlobalAveragePool until they are multiplied with
    //! something that has cells; stride and centre are then those of what was averaged.
    bool cells = true;
};

//! A node and the shapes of its inputs.
struct CV_EXPORTS ShapeArgs
{
    const Graph& graph;
    const Node& node;
    std::vector<Shape> inputs;
    Shape image; //!< the network's input, for messages

    const Shape& parameter(size_t i) const;
    [[noreturn]] void refuse(const String& why) const;
};

/** @brief What there is to know about an operator without running it. Each stands in a file of ops/.

Some functions serve several operators: those that a description need not name are at their defaults. */
struct CV_EXPORTS Operator
{
    const char* name; //!< as ONNX spells it

    //! Of the output; cv::Exception where the inputs do not fit.
    Shape (*shape)(const ShapeArgs& args) = sameShape;
    //! Of the output, from the channels of the inputs.
    int (*channels)(const Graph& graph, const Node& node, const std::vector<int>& inputs) = sameChannels;
    //! From the grid of the inputs to that of the output.
    void (*grid)(const Node& node, Grid& grid) = sameGrid;

    //! Inputs, attributes and parameters from a file's node; null: files have no such node.
    void (*read)(NodeReader& reader, Node& node) = readInput;
    //! Attributes for a file's node, and what else it needs.
    void (*write)(const Node& node, NodeWriter& writer) = writeNothing;

    const char* alias = nullptr; //!< another name in files

    static Shape sameShape(const ShapeArgs& args);
    static int sameChannels(const Graph& graph, const Node& node, const std::vector<int>& inputs);
    static void sameGrid(const Node& node, Grid& grid);
    //! One input, no attributes.
    static void readInput(NodeReader& reader, Node& node);
    //! All inputs, no attributes.
    static void readInputs(NodeReader& reader, Node& node);
    static void writeNothing(const Node& node, NodeWriter& writer);
};

CV_EXPORTS const Operator& operatorOf(Op op);
//! Whether files have operators of this name, and which.
CV_EXPORTS bool operatorNamed(const std::string& name, Op& op);

inline const char* opName(Op op)
{
    return operatorOf(op).name;
}

//! The descriptions, named as the values of Op are.
namespace ops {
#define DNN_RPN_DECLARE(op) extern const Operator op;
DNN_RPN_OPERATORS(DNN_RPN_DECLARE)
#undef DNN_RPN_DECLARE
} // namespace ops

} // namespace dnn_rpn_train
} // namespace cv

#endif
