// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Where the time of a training step goes, by kind of operator, and which share of the machine's own rate for
// products of matrices the step reaches. The arithmetic is counted from the graph. Images and gradients are
// made up: the loader and the loss are left out.

#include <algorithm>
#include <cstdio>
#include <list>
#include <map>

#include <oneapi/dnnl/dnnl.h>

#include "../modules/dnn_rpn_train/src/detector/backbone.hpp"
#include "../modules/dnn_rpn_train/src/train/solver.hpp"
#include "common/program.hpp"
#include "measure.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

using cv::dnn_rpn_train::Node; // not the tree node of OpenCV

const String about = R"(
Profiles the training step of a region proposal network: milliseconds by kind of operator, the arithmetic of
each, and the machine's rate for a large product of matrices, measured in turn with the steps. Every time is
the shortest that was seen of one operator's pass, so that other work on the machine disturbs little; the
whole step is the sum of them.

  step_profile --backbone=features.onnx
)";

const String keys = "{backbone|small  | an ONNX feature extractor, or small}"
                    "{engine  |auto   | onednn, eigen, or auto}"
                    "{size    |320x240| width x height of the input}"
                    "{batch   |4      | images a step}"
                    "{threads |2      | of the step}"
                    "{steps   |40     | to measure}";

double millisecondsOf(const std::function<void()>& call)
{
    return timeCalls(call, 0, 1).front();
}

double median(std::vector<double> numbers)
{
    std::nth_element(numbers.begin(), numbers.begin() + numbers.size() / 2, numbers.end());
    return numbers[numbers.size() / 2];
}

//! The shortest of several times.
struct Shortest
{
    double milliseconds = 1e9;
    void add(double time) { milliseconds = std::min(milliseconds, time); }
};

//! One operator.
struct Record
{
    String kind;
    double flops = 0; //!< of both passes
    Shortest forward, backward;
};

struct Profile
{
    std::list<Record> records;
    double inKernels = 0; //!< milliseconds since the step began
};

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
        profile.records.push_back(Record());
        record = &profile.records.back();
        record->kind = opName(node.op);
        if (node.op == Op::Conv)
        {
            record->kind += node.group > 1 && node.group == in.c
                                ? String(" depthwise")
                                : format(" %dx%d", node.kernel.width, node.kernel.height);
            record->flops = 2. * out.total() * (in.c / node.group) * node.kernel.area() *
                            (1 + (task.inputGradients[0] != 0) + (task.parameterGradients[0] != 0));
        }
        return kernel->plan(task);
    }
    void forward(const KernelArgs& args) override
    {
        time(record->forward, [&] { kernel->forward(args); });
    }
    void backward(const KernelArgs& args) override
    {
        time(record->backward, [&] { kernel->backward(args); });
    }

private:
    void time(Shortest& shortest, const std::function<void()>& pass) const
    {
        const double milliseconds = millisecondsOf(pass);
        shortest.add(milliseconds);
        profile.inKernels += milliseconds;
    }

    const std::unique_ptr<Kernel> kernel;
    const Node node;
    Profile& profile;
    Record* record = nullptr;
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

//! As the region proposal network's, for 15 anchors a cell.
void addHead(Graph& graph, int features, RNG& rng)
{
    const int channels = graph.channels(features), anchors = 15;
    const int tower = graph.addRelu("tower", graph.addConv("head", features, channels, channels, 3));
    graph.outputs = {graph.addConv("logits", tower, channels, 2 * anchors, 1),
                     graph.addConv("deltas", tower, channels, 4 * anchors, 1)};
    for (int node : {tower - 1, graph.outputs[0], graph.outputs[1]})
        drawWeights(graph.parameters[graph.nodes[node].parameters[0]].value, 0.01, rng);
}

struct Row
{
    int count = 0;
    double flops = 0, forward = 0, backward = 0;

    void add(const Row& other)
    {
        count += other.count;
        flops += other.flops;
        forward += other.forward;
        backward += other.backward;
    }
    void print(const std::string& name, const Row& step, double rate) const
    {
        const double time = forward + backward, speed = flops / time / 1e6;
        std::printf("%-16s %5d %8.2f %9.2f %9.2f %7.1f %9.0f %8.1f\n", name.c_str(), count, flops / 1e9,
                    forward, backward, 100 * time / (step.forward + step.backward), speed,
                    100 * speed / rate);
    }
};

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
    addHead(graph, features, rng);
    Profile profile;
    Network network(graph, Ptr<Engine>(new TimedEngine(options.get<String>("engine"), profile)));
    Solver solver({&network}, 0.9, 1e-4);
    Tensor images(Shape(batch, 3, size.height, size.width));
    Mat flat = images.flat();
    rng.fill(flat, RNG::UNIFORM, 0, 255);

    auto passes = [&] {
        network.forward(images, true);
        for (int output : graph.outputs)
            network.gradient(output).setTo(1e-3f);
        network.backward();
    };
    auto descend = [&] { solver.step(0, 10); }; // rate 0: made-up gradients lead nowhere
    Product product;
    Shortest productTime, between, descent;
    std::vector<double> wholeSteps;
    passes(); // plans
    for (int step = 0; step < steps; step++)
    {
        productTime.add(millisecondsOf(product));
        profile.inKernels = 0;
        const double both = millisecondsOf(passes), last = millisecondsOf(descend);
        between.add(both - profile.inKernels);
        descent.add(last);
        wholeSteps.push_back(both + last);
    }

    std::map<std::string, Row> rows;
    for (const Record& record : profile.records)
        rows[record.kind].add({1, record.flops, record.forward.milliseconds,
                               record.backward.milliseconds < 1e9 ? record.backward.milliseconds : 0});
    rows["between"].forward = between.milliseconds;
    rows["solver"].backward = descent.milliseconds;
    Row whole;
    for (const auto& row : rows)
        whole.add(row.second);
    const double rate = product.flops() / productTime.milliseconds / 1e6;
    std::printf("product of matrices: %.0f GFLOP/s\n", rate);
    std::printf("%-16s %5s %8s %9s %9s %7s %9s %8s\n", "operator", "count", "GFLOP", "forw., ms", "backw.,ms",
                "% time", "GFLOP/s", "% rate");
    for (const auto& row : rows)
        row.second.print(row.first, whole, rate);
    whole.print("step", whole, rate);
    std::printf("median of the steps as they were: %.2f ms\n", median(wholeSteps));
    std::printf("network's memory: %.0f MB\n", static_cast<double>(network.memory()) / (1 << 20));
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, profileStep);
}
