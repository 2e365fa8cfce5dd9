// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_FEATURE_MAPS_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_FEATURE_MAPS_HPP

#include <string>
#include <vector>

#include "../onnx/import.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Which nodes of a network from a file are feature maps, and which of these a detector should stand
on.

A map is a node whose values belong to cells of the image. Those wanted are the file's outputs, as far as they
are maps. For an output that is none, or not known, they are the last maps that it is made from: what comes
before a classifier's pooling and before a detector's predictions, which are told by what reads them. Of those
with the same stride, which a head's branches give, the last node that all of them are made from is taken. */
class CV_EXPORTS FeatureMaps
{
public:
    /** @param graph that the file was added to; must outlive this
    @param file that was added
    @param input node of the graph that the file's input stands for */
    FeatureMaps(const Graph& graph, const OnnxImport& file, int input);

    /** @brief Those to stand on, found as above: one of each stride, finest first. cv::Exception with the
    first operator and node that is not known if there are none, or if it is no classifier or head that would
    be left off but a good part of the network. */
    std::vector<int> found() const;
    /** @brief Those that a list of names of nodes or values with commas between them says; finest first.
    cv::Exception tells what is wrong with a name, and which two have the same stride. */
    std::vector<int> listed(const std::string& names) const;

    //! The maps that all paths to one of these maps go through, in the order in which they run.
    std::vector<int> trunk(const std::vector<int>& maps) const;
    //! Of the file's nodes, how many these maps are not made from; constants do not count.
    int leftOff(const std::vector<int>& maps) const;

    const Grid& grid(int node) const { return grids[node]; }
    //! The name for listed().
    static std::string nameOf(const Node& node);

private:
    int named(const std::string& name) const;
    int commonDominator(int a, int b) const;
    std::vector<int> readFor(const std::string& output) const;
    std::vector<int> lastMaps(const std::vector<int>& nodes) const;
    std::vector<int> beforePredictions(int node) const;
    int beforePooledClasses(int node, const std::string& output) const;
    std::vector<int> targets(const std::string& output) const;
    void refuseIfMuchIsUnknown() const;

    const Graph& graph;
    const OnnxImport& file;
    const int input;
    // By node:
    std::vector<Grid> grids;
    std::vector<char> map;      //!< it is one: it has cells, and a place behind the input
    std::vector<char> reshaped; //!< a node that is not known makes a list of its values
    std::vector<int> dominator; //!< the nearest node that all paths from the input to it go through
    std::vector<int> depth;     //!< how many dominators it has
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
