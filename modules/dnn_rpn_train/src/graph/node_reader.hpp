// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_NODE_READER_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_NODE_READER_HPP

#include "onnx_node.hpp"
#include "graph.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What a Pad node adds around the rows and columns of a node's output.
struct Padding
{
    int node = 0;
    int top = 0, left = 0, bottom = 0, right = 0;
    float value = 0;
};

//! A node of a file as its operator reads it. What does not fit is refused with the file's and the node's
//! name.
class NodeReader
{
public:
    // Far beyond any feature extractor; keeps the sums of a shape within an int.
    static const int highestWindow = 1 << 12;

    explicit NodeReader(const OnnxNode& node_) : node(node_) {}
    virtual ~NodeReader();

    // Attributes; `otherwise` if there is none.
    int64_t integer(const char* name, int64_t otherwise) const;
    float real(const char* name, float otherwise) const; //!< refuses what is not finite
    std::string text(const char* name, const std::string& otherwise) const;
    //! Refused unless there are `count` of them, and each is in lowest..highestWindow.
    std::vector<int> integers(const char* name, size_t count, int otherwise, int lowest) const;

    int inputCount() const { return static_cast<int>(node.inputs.size()); }
    bool hasInput(int input) const { return input < inputCount() && !node.inputs[input].empty(); }
    //! The graph's node that gives an input.
    virtual int value(int input) const = 0;
    //! The graph so far.
    virtual const Graph& graph() const = 0;
    //! The Pad node that gives an input, if one does.
    virtual const Padding* padding(int input) const = 0;
    virtual bool isConstant(int input) const = 0;
    // Of an input that is a constant of the file.
    virtual std::vector<int64_t> dims(int input) const = 0;
    virtual std::vector<float> floats(int input) const = 0;
    virtual std::vector<int64_t> wholeNumbers(int input) const = 0;

    //! Adds a node to the graph that the operator needs before its own.
    virtual int addNode(const Node& node) = 0;
    //! Adds a parameter to the graph, named after the node: exporters store equal constants once, but here
    //! each node trains its own.
    virtual int addParameter(const char* role, const Shape& shape, const std::vector<float>& values,
                             bool decay, bool trainable) = 0;
    //! As above, with the numbers of an input, which must fit the shape; zeros if there is no such input.
    int parameterOf(int input, const char* role, const Shape& shape, bool decay, bool trainable = true);

    [[noreturn]] virtual void refuse(const String& why) const = 0;

    //! Graph::channels(), without going through all nodes each time.
    virtual int channels(int node) const = 0;
    //! The number by which an input's rows and columns make the lengths that another input gives for them; 0
    //! if that is not known.
    virtual double enlargement(int input, int lengths) const = 0;

    const OnnxNode& node;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
