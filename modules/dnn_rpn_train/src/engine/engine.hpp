// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_HPP

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "opencv2/dnn_rpn_train/private/ranks.hpp"

#include "../graph/graph.hpp"
#include "anchor_operators.hpp"

namespace cv {
namespace dnn_rpn_train {

//! How an engine keeps the values of a node, and their gradients, in memory.
struct CV_EXPORTS Layout
{
    Shape shape;
    size_t bytes = 0;
    std::shared_ptr<const void> format; //!< the engine's own; null: plain floats in the shape's order

    static Layout plain(const Shape& shape);
};

/** @brief Tensors of the host and their copies in an engine's own memory, in one block, so that they travel
at once.

Whoever changes the copies calls markDeviceNewer(); whoever looks at the host's tensors, or changes them,
calls download() first. */
class CV_EXPORTS DeviceCopy
{
public:
    virtual ~DeviceCopy();
    //! The copy of one: plain floats in the engine's memory.
    virtual Tensor& operator[](size_t i) = 0;
    //! The copies have been changed: from now to the next download() the host's numbers are old.
    virtual void markDeviceNewer() = 0;
    //! What the host has changed goes to the engine; nothing while the host's numbers are old.
    virtual void upload() = 0;
    //! What has changed comes to the host: all of it, or of one tensor.
    virtual void download() = 0;
    virtual void download(size_t i) = 0;
};

//! A parameter that is trained: plain floats in the engine's memory, as many of each.
struct CV_EXPORTS OptimizerSlot
{
    Tensor* value = nullptr;
    Tensor* velocity = nullptr;
    const Tensor* gradient = nullptr;
    float decay = 0, factor = 1; //!< factor: of the learning rate
};

/** @brief Steps of gradient descent on some parameters, as Solver describes them. The order of all sums
depends on the parameters' sizes alone. */
class CV_EXPORTS SgdUpdate
{
public:
    virtual ~SgdUpdate();
    //! The sum of the squares of all gradients.
    virtual double gradientNormSquared() = 0;
    //! v <- momentum v + shrink gradient + decay w;  w <- w - rate factor v
    virtual void step(float rate, float momentum, float shrink) = 0;
};

//! What a kernel will be asked to do, again and again.
struct CV_EXPORTS KernelTask
{
    std::vector<Layout> inputs;
    Shape output;
    std::vector<char> inputGradients;     //!< by input: whether backward writes its gradient
    std::vector<char> accumulate;         //!< by input: it adds to what is there instead
    std::vector<char> parameterGradients; //!< by parameter; false where frozen
    Ranks* ranks = &Ranks::alone();       //!< that have the rest of the batch, each the same kernel
};

//! What the kernel needs for it.
struct CV_EXPORTS KernelPlan
{
    Layout output;
    size_t saved = 0;         //!< bytes that forward leaves to backward
    size_t scratch = 0;       //!< bytes while it runs
    bool inPlace = false;     //!< the output may take the first input's memory, and so may their gradients
    bool readsInputs = false; //!< backward reads the inputs
    bool readsOutput = false; //!< backward reads the output
};

/** @brief What a kernel reads and writes. Backward passes get everything; forward passes no gradients.
Values and gradients of nodes lie in the memory of the engine, in the layouts of the plan; a tensor of
another layout than the plain one is but an address. Parameters and their gradients are plain floats in the
engine's memory. */
struct CV_EXPORTS KernelArgs
{
    std::vector<const Tensor*> inputs;
    std::vector<Tensor*> parameters; //!< read only, but for the running averages of BatchNorm
    Tensor* output = nullptr;
    void* saved = nullptr;
    void* scratch = nullptr;
    bool training = false;

    Tensor* outputGradient = nullptr;        //!< backward may overwrite it
    std::vector<Tensor*> inputGradients;     //!< null where nothing behind needs it
    std::vector<char> accumulate;            //!< by input: add to the gradient rather than write it
    std::vector<Tensor*> parameterGradients; //!< null where frozen; always written, never added to
};

//! One operator on one engine.
class CV_EXPORTS Kernel
{
public:
    virtual ~Kernel();

    /** @brief Takes over the ReLU or Clip that follows: the output is then that of the activation, and
    its gradient too. False if the kernel cannot. Comes before plan(). */
    virtual bool absorb(const Node& activation);

    //! Gets ready for these shapes. All later calls are as the task says, until the next plan().
    virtual KernelPlan plan(const KernelTask& task) = 0;
    virtual void forward(const KernelArgs& args) = 0;
    virtual void backward(const KernelArgs& args) = 0;
};

/** @brief The library that does the arithmetic. Each engine has a folder of its own with the same file
names; whoever calls an engine is blind to which one it is. The same number of threads gives the same
bits; the Eigen engine gives them for any number. */
class CV_EXPORTS Engine
{
public:
    virtual ~Engine();
    //! The operator of one node; the graph tells the shapes of its parameters.
    virtual std::unique_ptr<Kernel> kernel(const Graph& graph, const Node& node) = 0;

    //! Comes before kernels plan or run: as many threads as OpenCV has now.
    virtual void useThreads();
    //! Memory for values and gradients, 64 bytes aligned.
    virtual std::shared_ptr<void> allocate(size_t bytes);
    //! How a network's input and its gradient are kept. Plain: kernels read the caller's tensor where it is.
    virtual Layout inputLayout(const Shape& shape) const;
    //! For an engine with memory of its own; null where its memory is the host's. The copies begin as zeros.
    //! @param tensors keep their places and shapes while the copy lives; null: no copy
    virtual std::unique_ptr<DeviceCopy> deviceCopy(const std::vector<Tensor*>& tensors);
    //! Adds one plain array in the engine's memory to another.
    virtual void add(const Tensor& from, Tensor& to);
    //! average <- average + share (value - average), plain arrays in the engine's memory; null: nothing to
    //! do.
    virtual void updateAverages(const std::vector<Tensor*>& averages, const std::vector<Tensor*>& values,
                                float share);
    //! @param slots addresses stay while it is used
    virtual std::unique_ptr<SgdUpdate> sgdUpdate(const std::vector<OptimizerSlot>& slots);
    //! For an engine with memory of its own: operators on what lies there; null where its memory is the
    //! host's.
    virtual AnchorOperators* anchorOperators();
    //! From the engine's memory to a tensor of plain floats, and back.
    virtual void read(const Layout& layout, const Tensor& from, Tensor& to) = 0;
    virtual void write(const Layout& layout, const Tensor& from, Tensor& to) = 0;

    /** @param name one of names(), or "auto": the first of them
    @param precision "fp32"; "bf16": convolutions on numbers of 16 bits (bfloat16) with sums and parameters in
    float; or "tf32": as fp32, but products of 19 bits, on a GPU. cv::Exception where engine or processor
    cannot */
    static Ptr<Engine> create(const std::string& name, const std::string& precision = "fp32");
    //! The engines of this build, best first.
    static std::vector<std::string> names();
    /** @brief Adds an engine from elsewhere, behind those of this build, for the rest of the program.
    @param make gets the precision */
    static void add(const std::string& name, const std::function<Ptr<Engine>(const std::string&)>& make);
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
