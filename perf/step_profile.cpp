// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Where the time of a training step goes, by kind of operator, and which share of the machine's own rate for
// products of matrices the step reaches. The arithmetic is counted from the graph. Pictures and gradients are
// made up: the loader and the loss are left out.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>

#include <oneapi/dnnl/dnnl.h>

#include "../modules/dnn_rpn_train/src/detector/backbone.hpp"
#include "../modules/dnn_rpn_train/src/detector/rpn.hpp"
#include "../modules/dnn_rpn_train/src/train/solver.hpp"
#include "common/program.hpp"
#include "measure.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

using cv::dnn_rpn_train::Node; // not the tree node of OpenCV

const String about = R"(
Profiles the training step of a region proposal network: milliseconds by kind of operator (the lower quartile
of the steps, each kind by itself), the arithmetic of each, and the machine's rate for a large product of
matrices, measured in turn with the steps.

  step_profile --backbone=features.onnx
)";

const String keys = "{backbone|small  | an ONNX feature extractor, or small}"
                    "{engine  |auto   | onednn, eigen, or auto}"
                    "{size    |320x240| width x height of the input}"
                    "{batch   |4      | pictures a step}"
                    "{threads |2      | of the step}"
                    "{steps   |20     | to measure}";

double quartile(std::vector<double> numbers)
{
    std::sort(numbers.begin(), numbers.end());
    return numbers[numbers.size() / 4];
}

//! What the operators of one kind take together.
struct Kind
{
    int count = 0;
    double forwardFlops = 0, backwardFlops = 0;
    double forward = 0, backward = 0; //!< milliseconds of this step so far
    std::vector<double> forwardOfSteps, backwardOfSteps;

    double flops() const { return forwardFlops + backwardFlops; }
    void endStep()
    {
        forwardOfSteps.push_back(forward);
        backwardOfSteps.push_back(backward);
        forward = backward = 0;
    }
};
typedef std::map<std::string, Kind> Profile;

double millisecondsOf(const std::function<void()>& call)
{
    return timeCalls(call, 0, 1).front();
}

//! Another engine's kernel, with a watch.
class TimedKernel : public Kernel
{
public:
    TimedKernel(std::unique_ptr<Kernel> kernel_, const Node& node_, Profile& profile_)
        : kernel(std::move(kernel_)), node(node_), profile(profile_)
    {}

    bool absorb(const Node& activation) override { return kernel->absorb(activation); }

    KernelPlan plan(const KernelTask& task) override
    {
        const Shape in = task.inputs[0].shape, out = task.output;
        std::string name = opName(node.op);
        if (node.op == Op::Conv && node.group == in.c)
            name += " depthwise";
        else if (node.op == Op::Conv)
            name += format(" %dx%d", node.kernel.width, node.kernel.height);
        kind = &profile[name];
        kind->count++;
        if (node.op == Op::Conv)
        {
            const double pass = 2. * out.total() * (in.c / node.group) * node.kernel.area();
            kind->forwardFlops += pass;
            kind->backwardFlops += pass * ((task.inputGradients[0] != 0) + (task.parameterGradients[0] != 0));
        }
        return kernel->plan(task);
    }
    void forward(const KernelArgs& args) override
    {
        kind->forward += millisecondsOf([&] { kernel->forward(args); });
    }
    void backward(const KernelArgs& args) override
    {
        kind->backward += millisecondsOf([&] { kernel->backward(args); });
    }

private:
    const std::unique_ptr<Kernel> kernel;
    const Node node;
    Profile& profile;
    Kind* kind = nullptr;
};

class TimedEngine : public Engine
{
public:
    TimedEngine(const std::string& name, Profile& profile_) : engine(Engine::create(name)), profile(profile_)
    {}

    std::unique_ptr<Kernel> kernel(const Graph& graph, const Node& node) override
    {
        return std::make_unique<TimedKernel>(engine->kernel(graph, node), node, profile);
    }
    void useThreads() override { engine->useThreads(); }
    std::shared_ptr<void> allocate(size_t bytes) override { return engine->allocate(bytes); }
    void read(const Layout& layout, const Tensor& from, Tensor& to) override
    {
        engine->read(layout, from, to);
    }
    void write(const Layout& layout, const Tensor& from, Tensor& to) override
    {
        engine->write(layout, from, to);
    }

private:
    const Ptr<Engine> engine;
    Profile& profile;
};

//! A product of two large matrices by oneDNN, again and again.
class Product
{
public:
    void operator()()
    {
        dnnl_sgemm('N', 'N', side, side, side, 1.f, a.ptr<float>(), side, b.ptr<float>(), side, 0.f,
                   c.ptr<float>(), side);
    }
    double flops() const { return 2. * side * side * side; }

private:
    static const int side = 2048;
    const Mat a = Mat::ones(side, side, CV_32F), b = Mat::ones(side, side, CV_32F);
    Mat c = Mat::zeros(side, side, CV_32F);
};

void printRow(const std::string& name, int count, double flops, double forward, double backward, double step,
              double rate)
{
    const double speed = flops / (forward + backward) / 1e6;
    std::printf("%-16s %5d %8.2f %9.2f %9.2f %7.1f %9.0f %8.1f\n", name.c_str(), count, flops / 1e9, forward,
                backward, 100 * (forward + backward) / step, speed, 100 * speed / rate);
}

void profileStep(CommandLineParser& options)
{
    const String backbone = options.get<String>("backbone");
    const Size size = sizeOption(options, "size");
    const int batch = countOption(options, "batch", 1, 4096),
              steps = countOption(options, "steps", 1, 100000);
    setNumThreads(countOption(options, "threads", 1, 1024));

    RNG rng(1);
    Graph graph;
    const int features = addBackbone(graph, backbone, rng);
    const Rpn rpn(RpnParams(), graph, features, rng);
    Profile profile;
    Network network(graph, Ptr<Engine>(new TimedEngine(options.get<String>("engine"), profile)));
    Solver solver({&network}, 0.9, 1e-4);
    Tensor pictures(Shape(batch, 3, size.height, size.width));
    Mat flat = pictures.flat();
    rng.fill(flat, RNG::UNIFORM, 0, 255);

    auto passes = [&] {
        network.forward(pictures, true);
        for (int output : graph.outputs)
            network.gradient(output).setTo(1e-3f);
        network.backward();
    };
    auto descend = [&] { solver.step(0, 10); }; // rate 0: made-up gradients lead nowhere
    Product product;
    std::vector<double> productTimes, passTimes, betweenTimes, solverTimes, processorTimes;
    for (int step = -2; step < steps; step++)
    {
        const double p = millisecondsOf(product);
        const std::clock_t begin = std::clock();
        const double n = millisecondsOf(passes), s = millisecondsOf(descend);
        const double processor = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        if (step < 0) // warm up
        {
            for (auto& kind : profile)
                kind.second.forward = kind.second.backward = 0;
            continue;
        }
        productTimes.push_back(p);
        passTimes.push_back(n);
        solverTimes.push_back(s);
        betweenTimes.push_back(n);
        processorTimes.push_back(processor);
        for (auto& kind : profile)
        {
            betweenTimes.back() -= kind.second.forward + kind.second.backward;
            kind.second.endStep();
        }
    }

    const double rate = product.flops() / quartile(productTimes) / 1e6, passTime = quartile(passTimes),
                 solverTime = quartile(solverTimes), step = passTime + solverTime;
    std::printf("product of matrices: %.0f GFLOP/s\n", rate);
    std::printf("%-16s %5s %8s %9s %9s %7s %9s %8s\n", "operator", "count", "GFLOP", "forw., ms", "backw.,ms",
                "% time", "GFLOP/s", "% rate");
    double flops = 0;
    for (const auto& entry : profile)
    {
        const Kind& kind = entry.second;
        const double forward = quartile(kind.forwardOfSteps), backward = quartile(kind.backwardOfSteps);
        printRow(entry.first, kind.count, kind.flops(), forward, backward, step, rate);
        flops += kind.flops();
    }
    printRow("between", 0, 0, quartile(betweenTimes), 0, step, rate);
    printRow("solver", 0, 0, 0, solverTime, step, rate);
    printRow("step", 0, flops, passTime, solverTime, step, rate);
    std::printf("processor time of a step, all threads: %.2f ms\n", quartile(processorTimes));
    std::printf("network's memory: %.0f MB\n", static_cast<double>(network.memory()) / (1 << 20));
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, profileStep);
}
