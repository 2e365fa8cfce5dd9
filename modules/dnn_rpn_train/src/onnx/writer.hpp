// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_WRITER_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_WRITER_HPP

#include <memory>
#include <string>
#include <vector>

#include "../graph/onnx_node.hpp"
#include "../graph/graph.hpp"

namespace onnx {
class ModelProto;
class NodeProto;
} // namespace onnx

namespace cv {
namespace dnn_rpn_train {

/** @brief Writes a graph as ONNX, and what an exporter adds behind it.

Operator set 10 is the newest whose Clip, Slice and Softmax OpenCV 4.6 reads without exceptions; 16 the first
whose RoiAlign knows half a cell.
*/
class CV_EXPORTS OnnxWriter
{
public:
    //! @param operatorSet 10 or 16
    explicit OnnxWriter(int operatorSet = 10);
    ~OnnxWriter();

    //! One more node, to be given its attributes; its only output has the node's name.
    class CV_EXPORTS NodeRef
    {
    public:
        NodeRef& integer(const char* name, int64_t value);
        NodeRef& real(const char* name, float value);
        NodeRef& text(const char* name, const std::string& value);
        NodeRef& integers(const char* name, const std::vector<int64_t>& values);
        NodeRef& reals(const char* name, const std::vector<float>& values);
        //! A name for the output other than the node's.
        NodeRef& output(const std::string& name);
        //! One more output.
        NodeRef& addOutput(const std::string& name);

    private:
        friend class OnnxWriter;
        explicit NodeRef(onnx::NodeProto& n) : proto(n) {}
        onnx::NodeProto& proto;
    };

    //! The input image; negative dimensions stay open.
    void addInput(const std::string& name, const std::vector<int64_t>& dims);
    //! Negative dimensions stay open. Floats, or whole numbers of 64 bit.
    void addOutput(const std::string& name, const std::vector<int64_t>& dims, bool whole = false);
    /** @brief All nodes of a graph but its input, and the parameters that they use. Each value is named after
    its node; that of a FullyConnected node has two dimensions, n x outputs.
    @param input the value, already in the file, that node 0 stands for; empty: the one of node 0's name */
    void addGraph(const Graph& graph, const std::string& input = "");
    NodeRef addNode(const std::string& type, const std::string& name, const std::vector<std::string>& inputs);
    void addConstant(const std::string& name, const std::vector<int64_t>& dims, const float* data);
    void addConstant(const std::string& name, const std::vector<int64_t>& values);

    std::string bytes() const;

private:
    void addParameters(const Graph& graph);
    void add(const OnnxNode& node);

    const int operatorSet;
    std::unique_ptr<onnx::ModelProto> model;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
