// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_GRAPH_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_GRAPH_HPP

#include <string>
#include <vector>

#include "tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

enum class Op
{
    Input,
    Conv,      //!< parameters: weight (outputs x inputs/group x rows x columns), bias
    BatchNorm, //!< parameters: scale, bias, mean, variance; the last two get no gradients
    Relu,
    Clip,        //!< to lower..upper; ReLU6 is 0..6
    LeakyRelu,   //!< x from 0 on, alpha x below, alpha >= 0
    Sigmoid,     //!< 1 / (1 + exp(-x))
    HardSigmoid, //!< alpha x + beta, within 0..1
    Add,
    Mul,    //!< of two: of the same shape, or one of them a number for each channel, n x c x 1 x 1
    Concat, //!< along the channels
    MaxPool,
    AveragePool,
    GlobalAveragePool, //!< output n x c x 1 x 1
    FullyConnected,    //!< parameters: weight (outputs x channels x rows x columns of the input), bias;
                       //!< output n x outputs x 1 x 1
    Resize             //!< nearest: out(y, x) = in(y / scale, x / scale)
};

CV_EXPORTS const char* opName(Op op);

//! One operator: what it is, not how it runs. A node's one output is known by the node's index.
struct CV_EXPORTS Node
{
    std::string name;
    Op op = Op::Input;
    std::vector<int> inputs;     //!< indices of nodes, all smaller than this node's
    std::vector<int> parameters; //!< indices into Graph::parameters

    Size kernel{1, 1};
    Size stride{1, 1};
    Size dilation{1, 1};
    int padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
    int group = 1;
    int scale = 2;                //!< Resize: rows and columns of outputs for each of the input's, at least 1
    bool ceilMode = false;        //!< pooling: a last, partial window counts
    bool countPadding = false;    //!< average pooling: zeros of the padding count
    float lower = 0, upper = 0;   //!< Clip
    float alpha = 0, beta = 0;    //!< LeakyRelu, HardSigmoid
    float epsilon = 1e-5f;        //!< BatchNorm
    bool batchStatistics = false; //!< BatchNorm: training takes mean and variance from the batch
    float momentum = 0.1f;        //!< BatchNorm: how fast the running mean and variance follow, 0..1
};

//! Weights that the graph's nodes share by index.
struct CV_EXPORTS Parameter
{
    std::string name;
    Tensor value;
    bool trainable = true;
    bool decay = true; //!< weight decay applies: true for weights, false for biases
};

/** @brief A feed-forward network as data: import fills it, the detector adds its head, an engine
runs it, export writes it. Nodes stand in an order in which they can run; node 0 is the input,
three channels RGB, normalised as Preprocessing says. */
class CV_EXPORTS Graph
{
public:
    std::vector<Node> nodes;
    std::vector<Parameter> parameters;
    std::vector<int> outputs; //!< nodes whose values are wanted

    //! Adds a node and checks its inputs. Returns its index.
    int add(const Node& node);
    int addParameter(const std::string& name, const Shape& shape, bool decay);

    int addInput(const std::string& name);
    //! Convolution with bias, all weights 0, "same" padding for odd kernels.
    int addConv(const std::string& name, int input, int inputChannels, int outputChannels, int kernel,
                int stride = 1);
    //! Scale 1, bias 0, running mean 0 and variance 1; frozen.
    int addBatchNorm(const std::string& name, int input, int channelCount);
    int addRelu(const std::string& name, int input);
    //! All numbers of a picture to each output, with bias, all weights 0.
    //! @param inputShape of `input`; its n does not matter
    int addFullyConnected(const std::string& name, int input, const Shape& inputShape, int outputCount);

    //! The BatchNorm nodes of the first `count` nodes are trained: scale and bias by their gradients, while
    //! mean and variance are the batch's and the running ones follow. Importers leave them frozen.
    void trainBatchNorm(int count);
    //! By parameter: training changes it, by its gradient or, as running means and variances, by the forward
    //! pass.
    std::vector<char> changing() const;

    //! Channels of a node's output, which do not depend on the input's size.
    int channels(int node) const;

    //! The shape of every node's output; cv::Exception names the node that cannot take its input.
    std::vector<Shape> shapes(const Shape& input) const;
};

//! The same network with nothing to train: a network of it needs room for no gradient. Parameters share their
//! memory.
CV_EXPORTS Graph frozen(const Graph& graph);

/** @brief Where the cells of a node's output lie in the input, from the kernels, strides and pads
on the way: the field's stride in pixels, and the first cell's centre, in pixels with edges at
whole numbers. cv::Exception if branches that meet disagree about the stride, and behind a fully connected
node, which has no cells. */
struct CV_EXPORTS Grid
{
    int stride = 1;
    float centre = 0.5f;
    //! False for numbers of the whole picture, from GlobalAveragePool until they are multiplied with
    //! something that has cells; stride and centre are then those of what was averaged.
    bool cells = true;
};
CV_EXPORTS Grid gridOf(const Graph& graph, int node);

} // namespace dnn_rpn_train
} // namespace cv

#endif
