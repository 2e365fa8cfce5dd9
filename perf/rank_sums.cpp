// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// What several processes cost a training step: its computation, the sums of gradients behind it, and the same sums while
// the backward pass runs. Images are made up; the loader and the solver's step are left out.
// perf/many_machines.sh runs it over networks of given speeds.

#include <algorithm>
#include <cstdio>

#include "opencv2/dnn_rpn/detector_traits.hpp"

#include "../modules/dnn_rpn_train/src/detector/detector_net.hpp"
#include "../modules/dnn_rpn_train/src/train/gradient_sums.hpp"
#include "common/processes.hpp"
#include "common/program.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

const String about = R"(
Times training steps of mpirun's processes: without sums of gradients, with sums behind the backward pass, and
with sums that begin while it runs, and how long is waited for the sums behind the backward pass. Modes take
turns; printed is the lower quartile of each, in milliseconds.

  mpirun -np 2 --bind-to none rank_sums --detector=rpn --backbone=features.onnx
)";

const String keys = "{detector|rpn    | rpn, retina or faster_rcnn}"
                    "{backbone|small  | an ONNX feature extractor, or small}"
                    "{freeze  |0      | stages of the backbone that are not trained, or all}"
                    "{size    |320x240| width x height of the input}"
                    "{batch   |4      | images a step, of all processes}"
                    "{threads |1      | of each process}"
                    "{rounds  |6      | of five steps in each mode}"
                    "{bucket  |1024   | KiB that travel together}";

Batch madeUp(const TrainParams& params, const BatchPart& part)
{
    Batch batch;
    batch.images.create(Shape(part.count, 3, params.size.height, params.size.width));
    RNG rng(part.first + 1);
    rng.fill(batch.images.flat(), RNG::UNIFORM, 0, 255);
    for (int n = 0; n < part.count; n++)
    {
        Object o;
        o.box = Vec4f(40, 40, params.size.width - 60.f, params.size.height - 50.f);
        o.label = 1;
        batch.objects.push_back({o});
        batch.indices.push_back(n);
        batch.flipped.push_back(0);
    }
    return batch;
}

//! Milliseconds of each step, and of them those behind the backward pass.
struct Times
{
    std::vector<double> steps, waits;
};

double millisecondsSince(int64 begin)
{
    return (getTickCount() - begin) / getTickFrequency() * 1e3;
}

double quartile(std::vector<double> times)
{
    std::nth_element(times.begin(), times.begin() + times.size() / 4, times.end());
    return times[times.size() / 4];
}

//! @param bucketBytes 0: gradients are not summed
void timeSteps(DetectorNet& net, const Batch& batch, Ranks& ranks, size_t bucketBytes, Times& times)
{
    std::unique_ptr<GradientSums> sums;
    if (bucketBytes > 0)
        sums = std::make_unique<GradientSums>(ranks, net.trained(), bucketBytes);
    for (unsigned step = 0; step < 6; step++)
    {
        ranks.any(false); // all begin together
        const int64 begin = getTickCount();
        net.step(batch, step);
        const int64 behind = getTickCount();
        if (sums)
            sums->finish();
        if (step == 0)
            continue; // buckets get their memory
        times.steps.push_back(millisecondsSince(begin));
        times.waits.push_back(millisecondsSince(behind));
    }
}

void measure(CommandLineParser& options)
{
    Ranks& ranks = Ranks::ofProcess();
    setNumThreads(countOption(options, "threads", 1, 1024));
    TrainParams params(dnn_rpn::kindOf<DetectorKind>(options.get<String>("detector"), "--detector:"));
    for (const char* name : {"backbone", "freeze", "size", "batch"})
        params.set(name, options.get<String>(name));
    if (dnn_rpn::traitsOf(params.detector()).hasClasses)
        params.classes = {"object"};
    RNG rng(1);
    DetectorNet net(params, rng, ranks);
    const BatchPart part(ranks, params.batch);
    const Batch batch = madeUp(params, part);
    size_t floats = 0;
    for (const Parameter& p : net.graph().parameters)
        floats += p.trainable ? p.value.shape().total() : 0;

    const size_t bucket = static_cast<size_t>(countOption(options, "bucket", 1, 1 << 20)) << 10;
    const size_t modes[] = {0, size_t(1) << 40, bucket};
    Times times[3];
    for (int round = 0; round < countOption(options, "rounds", 1, 1000); round++)
        for (int mode = 0; mode < 3; mode++)
            timeSteps(net, batch, ranks, modes[mode], times[mode]);
    const double behind = quartile(times[1].waits), meanwhile = quartile(times[2].waits);
    std::printf("%d ranks, %.2f MB of gradients\n", ranks.count(), 4e-6 * floats);
    std::printf("a step: computation %.1f ms, with sums behind it %.1f ms, meanwhile %.1f ms\n",
                quartile(times[0].steps), quartile(times[1].steps), quartile(times[2].steps));
    std::printf("waited behind the backward pass: %.1f ms, %.1f ms with sums meanwhile: %.0f %% hidden\n",
                behind, meanwhile, 100 * (1 - meanwhile / std::max(1e-3, behind)));
}

} // namespace

int main(int argc, char** argv)
{
    waitBriefly(argv);
    return runProgram(argc, argv, about, keys + rankTimeoutKey(), [&](CommandLineParser& options) {
        joinProcesses(options, argc, argv);
        measure(options);
    });
}
