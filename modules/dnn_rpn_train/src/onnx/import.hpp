// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_IMPORT_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_IMPORT_HPP

#include <map>
#include <set>
#include <string>
#include <vector>

#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief An ONNX file as a graph, as far as its operators are known.

The file must have one input. Names get "backbone." before them. Known are Conv, BatchNormalization, Relu,
Clip, LeakyRelu, Sigmoid, HardSigmoid, HardSwish, Add, Mul (same shape, or a number for each channel), Concat
(channels), MaxPool, AveragePool, GlobalAveragePool, Resize or Upsample (nearest, by a whole factor) and Pad
(with what padding means to the convolution or pooling behind it), besides Identity, Dropout and Constant. A
node that is not known, or in a form that is not, gives nothing, and nothing behind it is known. */
class CV_EXPORTS OnnxImport
{
public:
    //! A node of the file.
    struct Layer
    {
        std::string name, type;
        std::vector<std::string> inputs, outputs; //!< names of values
        bool known = true;                        //!< what it gives is in the graph, or a constant
        bool constant = false;                    //!< what it gives is one
        decltype(Exception::code) refusalCode = Error::StsParseError; // an int before OpenCV 5
        std::string refusal; //!< why it is not known; "" if that is due to the nodes before it
    };

    /** @brief Adds the nodes to a graph.
    @param path of the file; cv::Exception if it is none, or has not one input and some output
    @param graph takes the nodes and parameters
    @param input node that the file's input stands for */
    OnnxImport(const std::string& path, Graph& graph, int input);

    const std::string& path() const { return file; }
    //! In the order in which they run.
    const std::vector<Layer>& layers() const { return all; }
    //! Names of values.
    const std::vector<std::string>& outputs() const { return outputNames; }
    //! What the file says of itself, by keys.
    const std::map<std::string, std::string>& metadata() const { return properties; }

    //! The graph's node that gives a value of the file, or -1.
    int node(const std::string& value) const;
    //! The value that a node's or a value's name stands for; "" if there is none of the name.
    std::string valueNamed(const std::string& name) const;
    //! As node(); cv::Exception names the first operator and node that stand in its way.
    int require(const std::string& value) const;
    //! The values that these are made from, themselves among them.
    std::set<std::string> behind(const std::vector<std::string>& values) const;

private:
    const std::string file;
    std::vector<Layer> all;
    std::vector<std::string> outputNames;
    std::map<std::string, int> values;
    std::map<std::string, std::string> properties;

    friend class Importer;
};

/** @brief Adds a feature extractor from an ONNX file to a graph: its first output, with what that is made
from. Anything on the way that is not known is refused with the node's name and type.

@param path of the file
@param graph takes the nodes and parameters; what it holds but its input must not matter any more
@param input node that the file's input stands for
@return the node of the file's output */
CV_EXPORTS int importOnnx(const std::string& path, Graph& graph, int input);

} // namespace dnn_rpn_train
} // namespace cv

#endif
