// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_STAGES_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_STAGES_HPP

#include <string>
#include <vector>

#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The stages of a backbone: what has the same stride belongs to one stage, as conv1..conv5 of a
ResNet (He et al. 2016, table 1). Stage 1 has the smallest stride at which there are weights. */
class CV_EXPORTS Stages
{
public:
    //! @param graph as addBackbone() made it
    //! @param features the backbone's last node
    Stages(const Graph& graph, int features);

    int count() const { return static_cast<int>(strides.size()); }

    //! No weights of the first so many stages are trained any more, whatever they were, and their batch
    //! normalisation keeps its running statistics.
    //! @param frozen 0..count(); cv::Exception tells count() otherwise
    void freeze(Graph& graph, int frozen) const;

    //! Which stages are frozen, how many weights are left to train and, if there is any, what becomes of
    //! batch normalisation, in a line.
    std::string describe(const Graph& graph, int frozen) const;

    //! By parameter of the graph: it belongs to the backbone.
    const std::vector<char>& members() const { return isMember; }

private:
    std::vector<int> strides;                     //!< of the stages
    std::vector<int> stageOf;                     //!< by parameter, from 1; 0: none
    std::vector<std::string> firstNode, lastNode; //!< by stage
    std::vector<char> isMember;
};

/** @brief The nodes up to the features as a graph of their own. Its parameters share the memory of the whole
graph's and have the same indices. */
CV_EXPORTS Graph backboneOf(const Graph& graph, int features);

/** @brief The nodes behind the features as a graph of their own, whose input (node 0) is the features: node i
of the whole graph is node i - features here. Parameters as above. cv::Exception if a node reads past the
features. */
CV_EXPORTS Graph headOf(const Graph& graph, int features);

} // namespace dnn_rpn_train
} // namespace cv

#endif
