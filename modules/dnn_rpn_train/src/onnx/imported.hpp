// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_IMPORTED_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_IMPORTED_HPP

#include <map>
#include <set>
#include <string>

#include "constants.hpp"
#include "shape_arithmetic.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A map whose channels are seen as groups times rest, on the way to a shuffle.
struct GroupedChannels
{
    int node = 0, groups = 1;
    bool exchanged = false; //!< as rest times groups
};

//! What the nodes of a file have become so far.
struct Imported
{
    const std::string path;
    Graph& graph;
    Constants constants;
    std::map<std::string, int> values; //!< nodes by the names of their outputs
    std::set<std::string>
        flat; //!< those of them that have no rows and columns in the file: images x channels
    std::set<std::string> channelsLast; //!< those that are images x rows x columns x channels in the file
    std::map<std::string, Padding> paddings;
    std::map<std::string, ShapeArray> arrays; //!< that depend on the image's size; others are constants
    std::map<std::string, GroupedChannels> grouped;
    Shape image; //!< of the input, where the file says so; else 0 x 0

    Imported(const std::string& path_, Graph& graph_) : path(path_), graph(graph_), constants(path_) {}

    int channels(int node);
    //! False for numbers of the whole image.
    bool hasCells(int node);
    //! Pixels between two cells; 0 where branches do not fit.
    int stride(int node);
    //! The output's shape for `image`; empty if it is not known.
    Shape shape(int node);
    //! Takes out nodes and parameters from there on.
    void cut(size_t nodes, size_t parameters);

    bool isArray(const std::string& name) const { return constants.has(name) || arrays.count(name); }
    ShapeArray array(const std::string& name) const;
    //! A constant, or an array.
    void addArray(const std::string& name, const ShapeArray& array);

private:
    // By node, as far as anybody asked.
    std::vector<int> allChannels;
    std::vector<Grid> grids;
    std::vector<char> fits;
    std::vector<Shape> shapes;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
