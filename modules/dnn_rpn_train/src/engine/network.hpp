// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_NETWORK_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_NETWORK_HPP

#include <functional>
#include <memory>
#include <mutex>

#include "engine_parameters.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A graph made to run on an engine: values forward, gradients backward.

Holds the values and gradients of the nodes in one piece of memory, planned once for each shape of
input: what is not needed at the same time shares. The parameters' values stay in the graph, where export
finds them, and an engine with memory of its own has copies. Nothing here or below knows what a box is.
*/
class CV_EXPORTS Network
{
public:
    //! Which parameters are trainable is looked up here, and not again.
    //! @param inputGradient backward() goes on to the input, for whoever made it
    //! @param ranks that train this network on the rest of each batch
    Network(Graph& graph, const Ptr<Engine>& engine, bool inputGradient = false,
            Ranks& ranks = Ranks::alone());
    ~Network();

    /** @brief Runs the graph. The input's shape may differ from call to call.
    @param input read until backward() is done
    @param training batch normalisation uses the batch's mean and variance, where its node says so */
    void forward(const Tensor& input, bool training = false);

    //! The value of an output after forward(), or of node 0: the input.
    const Tensor& value(int node) const;

    //! Where the caller puts dLoss/dOutput before backward(); has the output's shape.
    Tensor& gradient(int output);

    //! The same two in the engine's memory and layout, for its own operators; not for node 0.
    const Tensor& engineValue(int output) const;
    Tensor& engineGradient(int output);

    /** @brief From the gradients of the outputs to those of all trainable parameters, which are
    overwritten, not accumulated. Once after each forward(): it reuses the memory. */
    void backward();

    //! backward() calls it behind each layer with the parameters whose gradients are final by then, often
    //! none, in the same order each time; null: nobody.
    void afterLayer(const std::function<void(const std::vector<int>&)>& use) { layerIsDone = use; }

    //! dLoss/dInput between backward() and the next forward(). Only if the constructor was asked for it and
    //! an output depends on the input.
    const Tensor& inputGradient() const;

    //! The gradient of a parameter after backward(), a copy if the engine has memory of its own; empty if it
    //! is not trainable or no node here uses it.
    const Tensor& parameterGradient(int parameter) const;
    Tensor& parameterGradient(int parameter);

    //! As if backward() had been called with gradients of 0.
    void clearGradients();

    Graph& graph() { return net; }
    //! Where the engine has what the graph holds.
    EngineParameters& parameters() { return engineParameters; }
    const Ptr<Engine>& runsOn() const { return engine; }

    //! Bytes of values, gradients and workspaces for the inputs so far; the parameters' own are not counted.
    size_t memory() const;

private:
    void plan(const Shape& input);
    void planKernels(const std::vector<Shape>& shapes);

    // From lifetimes to blocks of memory, and to views of them: network_memory.cpp.
    struct Lifetimes;
    struct Blocks;
    void placeMemory();
    Lifetimes lifetimes() const;
    //! By parameter: the node that writes its gradient; what others give comes aside and is added.
    std::vector<int> gradientWriters() const;
    Blocks planBlocks(const Lifetimes& life, const std::vector<int>& writer) const;
    void* address(const Blocks& blocks, int block) const;
    void makeViews(const Blocks& blocks);
    void fillArgs(const Blocks& blocks, const std::vector<int>& writer);
    int backwardTime(int node) const { return 2 * static_cast<int>(net.nodes.size()) - node; }
    bool isOutput(int node) const;
    //! A gradient comes from a node to one of its inputs.
    bool passes(int node, int input) const;
    void bring(int output, const Tensor& from, Tensor& to, char& here) const;

    Graph& net;
    Ptr<Engine> engine;
    std::vector<std::unique_ptr<Kernel>> kernels; //!< one a node; none for the input and what others absorb
    std::vector<int> consumers; //!< by node: how many nodes read it, and the caller if it is an output
    //! by node: a trainable parameter lies behind it, or an input that wants its own
    std::vector<char> needsGradient;
    std::vector<std::vector<int>> finals; //!< by node: parameters that no node after it, backward, adds to
    std::function<void(const std::vector<int>&)> layerIsDone;
    Ranks& ranks;
    mutable EngineParameters engineParameters; //!< fetches gradients when they are asked for

    // Of the plan:
    Shape planned;
    int plannedThreads = 0;
    std::vector<Layout> layouts;
    std::vector<KernelPlan> plans;
    std::vector<int> storage; //!< the node whose memory a node's value and gradient live in
    std::vector<KernelArgs> args;
    std::shared_ptr<void> arena;
    size_t arenaBytes = 0;
    std::vector<Tensor> values, gradients;  //!< by node, in the arena
    mutable std::vector<Tensor> hostValues; //!< of outputs and the input, plain
    std::vector<Tensor> hostGradients;      //!< likewise
    // By output whose layout is the engine's: whether the host has it. What an engine with memory of its own
    // has comes when somebody asks.
    mutable std::vector<char> valueHere;
    std::vector<char> gradientHere;
    mutable std::mutex bringing;
    std::vector<Tensor> addends; //!< by parameter that several nodes share: what one of them adds
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
