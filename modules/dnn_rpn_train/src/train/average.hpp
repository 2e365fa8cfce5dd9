// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_AVERAGE_HPP
#define OPENCV_DNN_RPN_TRAIN_AVERAGE_HPP

#include <vector>

#include "../engine/network.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The exponential moving average of a graph's weights over the steps (Polyak and Juditsky 1992
averaged alike over all steps):

    a <- a + (1 - d) (w - a),  d = min(decay, (1 + t) / (10 + t)) after step t = 1, 2, ...

The lower decay of the first steps lets it forget the weights that the training started from. The running
statistics of batch normalisation are averaged alike: they were measured on the weights of the same steps,
while the last ones belong to weights that the average has yet to follow. */
class CV_EXPORTS Average
{
public:
    //! @param decay 0..1, both excluded
    //! @param networks that train the graph's parameters; without any, the graph's own tensors are averaged
    Average(Graph& graph, double decay, const std::vector<Network*>& networks = {});

    //! @param step from 1
    void update(int step);

    //! Puts the average into the graph and the graph's weights here; a second call undoes the first.
    void exchange();

    //! By parameter; empty where Graph::changing() says no. What is changed here before the next update
    //! counts.
    std::vector<Tensor>& values();

private:
    void download();

    Graph& graph;
    const double decay;
    const std::vector<Network*> networks;
    Ptr<Engine> engine;
    std::vector<Tensor> averages;
    std::vector<Tensor*> from, to; //!< by parameter, in the engine's memory; null where nothing changes
    std::unique_ptr<DeviceCopy> engineAverages; //!< none where the engine's memory is the host's
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
