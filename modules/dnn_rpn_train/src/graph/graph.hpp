// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_GRAPH_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_GRAPH_HPP

#include <algorithm>
#include <climits>
#include <string>
#include <vector>

#include "op.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Some of the channels, rows or columns of an array, as Python slices them: below 0 counts from the end.
struct CV_EXPORTS SliceRange
{
    int begin = 0, end = INT_MAX, step = 1;

    //! The first of `size`.
    int first(int size) const { return within(begin, size); }
    //! How many of them.
    int count(int size) const { return std::max(0, (within(end, size) - first(size) + step - 1) / step); }
    bool all() const { return begin == 0 && end == INT_MAX && step == 1; }

private:
    static int within(int i, int size) { return std::min(std::max(i < 0 ? i + size : i, 0), size); }
};

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
    bool stopsGradient = false; //!< training: its inputs do not learn from it
    int scale = 2;              //!< Resize: rows and columns of outputs for each of the input's, at least 1
    SliceRange channels, rows, columns; //!< Slice
    bool wholeStrides = false;          //!< its padding is right if the stride divides the input's sides
    bool ceilMode = false;              //!< pooling: a last, partial window counts
    bool countPadding = false;          //!< average pooling: zeros of the padding count
    float lower = 0, upper = 0;         //!< Clip
    float alpha = 0, beta = 0;          //!< LeakyRelu, Elu, HardSigmoid, HardSwish
    float epsilon = 1e-5f;              //!< BatchNorm
    bool batchStatistics = false;       //!< BatchNorm: training takes mean and variance from the batch
    float momentum = 0.1f;              //!< BatchNorm: how fast the running mean and variance follow, 0..1
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
    //! All numbers of an image to each output, with bias, all weights 0.
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
    //! The same of every node.
    std::vector<int> allChannels() const;

    //! By node: whether one of these nodes is made from it, or is it.
    std::vector<char> behind(const std::vector<int>& wanted) const;
    /** @brief Leaves out all nodes and parameters that these nodes are not made from.
    @param wanted nodes; become their new indices */
    void keepOnly(std::vector<int>& wanted);

    //! The shape of every node's output; cv::Exception names the node that cannot take its input.
    std::vector<Shape> shapes(const Shape& input) const;
};

//! The same network with nothing to train: a network of it needs room for no gradient. Parameters share their
//! memory.
CV_EXPORTS Graph frozen(const Graph& graph);

//! Of a node's output in the graph's input. cv::Exception if branches that meet disagree about the stride,
//! and behind a fully connected node, which has no cells.
CV_EXPORTS Grid gridOf(const Graph& graph, int node);
//! The same of the first `count` nodes.
CV_EXPORTS std::vector<Grid> gridsOf(const Graph& graph, int count);
//! The same of one node, from those of the nodes before it.
CV_EXPORTS Grid nextGrid(const Graph& graph, int node, const std::vector<Grid>& grids);

} // namespace dnn_rpn_train
} // namespace cv

#endif
