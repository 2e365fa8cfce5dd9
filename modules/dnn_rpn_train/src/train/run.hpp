// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_RUN_HPP
#define OPENCV_DNN_RPN_TRAIN_RUN_HPP

#include <functional>
#include <map>
#include <memory>

#include "opencv2/dnn_rpn_train/params.hpp"
#include "average.hpp"
#include "checkpoint.hpp"
#include "gradient_sums.hpp"
#include "solver.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A training under way: everything that changes from step to step, and nothing else. */
class CV_EXPORTS Run
{
public:
    /** @param graph whose weights are trained
    @param networks that train them; each may run a part of the graph
    @param factors of the learning rate, by parameter
    @param decayFactors of the weight decay, likewise; empty: all 1
    @param ranks whose gradients are added up */
    Run(Graph& graph, const std::vector<Network*>& networks, const TrainParams& params,
        const std::vector<float>& factors, const std::vector<float>& decayFactors = std::vector<float>(),
        Ranks& ranks = Ranks::alone());

    //! The networks' gradients become those of the whole batch; step() does that by itself.
    void sumGradients();
    //! Changes the weights by the networks' gradients, those of all ranks; returns their length before
    //! clipping.
    double step(double rate);
    int stepsDone() const { return steps; }

    /** @brief Lets the weights that would be exported now be scored, and remembers them if they are the best.
    @param rate gives what they reach
    @param epoch from 1 */
    void score(const std::function<double()>& rate, int epoch);
    int bestEpoch() const { return epochOfBest; } //!< 0: nothing was scored
    double bestScore() const { return best; }
    bool patienceIsOver() const { return patience > 0 && withoutBetter >= patience; }

    //! From the weights of the last step to those that the training was for: best, else averaged, else last.
    void finish();

    //! Of the weights, to compare ranks by.
    std::string hash() const;

    void save(Checkpoint& checkpoint) const;
    //! cv::Exception if something is missing; then the weights are of no use.
    void load(const Checkpoint& checkpoint);

private:
    void download() const;
    std::vector<Tensor> weights() const;
    std::map<std::string, Tensor> tensors() const;

    Graph& graph;
    const std::vector<Network*> networks;
    const std::vector<char> changing; //!< by parameter: weights, and what follows them
    const double maxGradientNorm;
    const int patience;
    std::unique_ptr<Solver> solver;
    std::unique_ptr<GradientSums> sums; //!< none for one process
    std::unique_ptr<Average> average;   //!< none without a decay
    int steps = 0;

    //! by parameter, empty where not changing; no elements before the first scoring
    std::vector<Tensor> bestWeights;
    int epochOfBest = 0;
    double best = -1;
    int withoutBetter = 0; //!< scorings since the best
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
