// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Times the operators of dnn_rpn on a GPU, beside what it takes to copy memory there. The bytes are those
// that any implementation must read and write, so that an operator cannot be faster than the copy unless its
// data fit in the cache. peer_cuda_operators.py prints the same table for PyTorch and torchvision.
//
//   cuda_operators [FILTER]    only operators whose names contain the text

#include <cuda_runtime.h>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "opencv2/dnn_rpn.hpp"
#include "opencv2/dnn_rpn/private/cuda/operators.hpp"

using namespace cv;
using namespace cv::dnn_rpn;
namespace gpu = cv::dnn_rpn::cuda;

namespace {

void check(cudaError_t error)
{
    if (error != cudaSuccess)
        CV_Error(Error::GpuApiCallError, cudaGetErrorString(error));
}

//! The milliseconds of one call: the median of several runs, each of calls enough for the clock.
double timeOf(const std::function<void()>& call)
{
    cudaEvent_t begin, end;
    check(cudaEventCreate(&begin));
    check(cudaEventCreate(&end));
    const auto run = [&](int calls) {
        check(cudaEventRecord(begin, nullptr));
        for (int i = 0; i < calls; i++)
            call();
        check(cudaEventRecord(end, nullptr));
        check(cudaEventSynchronize(end));
        float ms = 0;
        check(cudaEventElapsedTime(&ms, begin, end));
        return static_cast<double>(ms) / calls;
    };
    run(3);
    const int calls = std::max(1, std::min(200, static_cast<int>(20 / std::max(run(3), 1e-3))));
    std::vector<double> times;
    for (int i = 0; i < 9; i++)
        times.push_back(run(calls));
    std::sort(times.begin(), times.end());
    check(cudaEventDestroy(begin));
    check(cudaEventDestroy(end));
    return times[times.size() / 2];
}

//! A matrix in device memory.
class Array
{
public:
    explicit Array(const Mat& m) : memory(m.total() * m.elemSize())
    {
        gpu::upload(m.data, memory.data(), memory.bytes(), nullptr);
    }
    explicit Array(size_t numbers) : memory(4 * numbers) {}

    float* floats() const { return static_cast<float*>(memory.data()); }
    int* ints() const { return static_cast<int*>(memory.data()); }

private:
    gpu::Memory memory;
};

Mat normal(int rows, int columns, double mean, double sigma)
{
    Mat m(rows, columns, CV_32F);
    theRNG().fill(m, RNG::NORMAL, mean, sigma);
    return m;
}

Mat boxesIn(int count, int width, int height, double smallest, double largest)
{
    Mat b(count, 4, CV_32F);
    for (int i = 0; i < count; i++)
    {
        b.at<float>(i, 0) = static_cast<float>(theRNG().uniform(0., width - smallest));
        b.at<float>(i, 1) = static_cast<float>(theRNG().uniform(0., height - smallest));
        for (int j = 0; j < 2; j++)
            b.at<float>(i, j + 2) =
                b.at<float>(i, j) + static_cast<float>(theRNG().uniform(smallest, largest));
    }
    return b;
}

//! One in a hundred is positive, one in twenty ignored.
Mat someLabels(int count, int classes)
{
    Mat m(count, 1, CV_32S);
    for (int i = 0; i < count; i++)
    {
        const int kind = theRNG().uniform(0, 100);
        m.at<int>(i) = kind == 0 ? theRNG().uniform(1, classes + 1) : kind < 6 ? -1 : 0;
    }
    return m;
}

//! P2..P6 of 800 x 1216 with 3 shapes: 242991 anchors.
Mat pyramid(std::vector<int>& counts)
{
    Mat all;
    for (int stride = 4; stride <= 64; stride *= 2)
    {
        AnchorLevel level;
        level.stride = stride;
        for (double ratio : {0.5, 1., 2.})
        {
            level.widths.push_back(static_cast<float>(8 * stride / std::sqrt(ratio)));
            level.heights.push_back(static_cast<float>(8 * stride * std::sqrt(ratio)));
        }
        Mat anchors;
        generateAnchors(level, Size((1216 + stride - 1) / stride, (800 + stride - 1) / stride), anchors);
        counts.push_back(anchors.rows);
        all.push_back(anchors);
    }
    return all;
}

class Bench
{
public:
    explicit Bench(const std::string& filter_) : filter(filter_)
    {
        const size_t bytes = size_t(1) << 29;
        gpu::Memory from(bytes), to(bytes);
        const double ms = timeOf([&] {
            check(cudaMemcpyAsync(to.data(), from.data(), bytes, cudaMemcpyDeviceToDevice, nullptr));
        });
        copy = 2 * bytes / ms * 1e-6;
        std::printf("# %s\noperator\tsize\tms\tGB/s\tshare of copy\n", gpu::deviceName().c_str());
        std::printf("copy\t%zu MiB\t%.4f\t%.1f\t1.00\n", bytes >> 20, ms, copy);
    }

    void time(const std::string& name, const std::string& size, double bytes,
              const std::function<void()>& call)
    {
        if (name.find(filter) == std::string::npos)
            return;
        const double ms = timeOf(call), speed = bytes / ms * 1e-6;
        std::printf("%s\t%s\t%.4f\t%.1f\t%.2f\n", name.c_str(), size.c_str(), ms, speed, speed / copy);
        std::fflush(stdout);
    }

    gpu::Workspace workspace;

private:
    std::string filter;
    double copy;
};

void timeLosses(Bench& bench)
{
    gpu::Memory value(sizeof(double));
    double* loss = static_cast<double*>(value.data());
    const int sizes[][2] = {{242991, 1}, {16 << 20, 1}, {242991, 80}};
    for (const int* s : sizes)
    {
        const int k = s[0], c = s[1];
        const double number = static_cast<double>(k) * c;
        const Array labels(someLabels(k, c));
        for (bool softmax : {false, true})
        {
            const int columns = c + softmax;
            const Array logits(normal(k, columns, -2, 2)), grad(static_cast<size_t>(k) * columns);
            const auto call = softmax ? gpu::softmaxFocalLoss : gpu::sigmoidFocalLoss;
            for (double gamma : {2., 0., 1.5})
                bench.time(format("%s focal, gamma %g", softmax ? "softmax" : "sigmoid", gamma),
                           format("%d x %d", k, columns), 8 * (number + (softmax ? k : 0)) + 4. * k, [&] {
                               call(logits.floats(), labels.ints(), k, columns, grad.floats(), loss,
                                    bench.workspace, nullptr, 0.25, gamma, 1000);
                           });
        }
    }
    const int k = 4 << 20;
    const Array deltas(normal(k, 4, 0, 0.3)), targets(normal(k, 4, 0, 0.3)), labels(someLabels(k, 1));
    const Array grad(static_cast<size_t>(k) * 4);
    bench.time("smooth L1", format("%d x 4, 1%% positive", k), k * (4 + 16 + 0.01 * 32), [&] {
        gpu::smoothL1Loss(deltas.floats(), targets.floats(), labels.ints(), k, 4, grad.floats(), loss,
                          bench.workspace, nullptr);
    });
}

void timeTargets(Bench& bench)
{
    std::vector<int> counts;
    const Mat anchorMat = pyramid(counts);
    const int k = anchorMat.rows;
    const Array anchors(anchorMat);
    for (int images : {1, 16})
        for (int each : {20, 200})
        {
            const int g = images * each;
            const double rows = static_cast<double>(images) * k;
            Mat starts(images + 1, 1, CV_32S);
            for (int i = 0; i <= images; i++)
                starts.at<int>(i) = i * each;
            const Array objects(boxesIn(g, 1216, 800, 10, 400)), objectStarts(starts);
            const Array matches(images * static_cast<size_t>(k)), labels(images * static_cast<size_t>(k));
            const Array deltas(4 * images * static_cast<size_t>(k)), positives(1);
            const gpu::BoxLists lists(objects.floats(), g, objectStarts.ints());
            const std::string size = format("%d images, %d anchors, %d objects each", images, k, each);
            const auto match = [&] {
                gpu::matchAnchors(anchors.floats(), k, images, lists, {}, matches.ints(), bench.workspace,
                                  nullptr);
            };
            bench.time("match anchors", size, 4 * rows + 16. * k, match);
            match();
            bench.time("encode targets", size, 4 * rows + 16 * rows, [&] {
                gpu::encodeTargets(anchors.floats(), k, images, lists, matches.ints(), deltas.floats(),
                                   nullptr);
            });
            bench.time("match labels", size, 8 * rows, [&] {
                gpu::matchLabels(matches.ints(), static_cast<int>(rows), nullptr, 0, labels.ints(),
                                 positives.ints(), nullptr);
            });
            // Sampling alone would see what the call before left over.
            bench.time("match and sample anchors", size, 12 * rows + 16. * k, [&] {
                match();
                gpu::sampleAnchors(matches.ints(), k, images, 256, 0.5f, 1, bench.workspace, nullptr);
            });
        }
}

void timeProposals(Bench& bench)
{
    for (int n : {1000, 2000, 10000, 50000})
    {
        const Array boxes(boxesIn(n, 1216, 800, 10, 200)), scores(normal(n, 1, 0, 1)), keep(n), count(1);
        bench.time("nms", format("%d boxes, IoU 0.7", n), 24. * n, [&] {
            gpu::nms(boxes.floats(), scores.floats(), n, 0.7f, keep.ints(), count.ints(), bench.workspace,
                     nullptr);
        });
    }
    std::vector<int> counts;
    const Mat anchorMat = pyramid(counts);
    const int k = anchorMat.rows;
    const Array anchors(anchorMat);
    for (int images : {1, 16})
    {
        ProposalParams params;
        params.postNms = 1000;
        const int room = gpu::proposalRoom(counts, params);
        const Array scores(normal(images * k, 1, -4, 2)), deltas(normal(images * k, 4, 0, 0.2));
        const Array boxes(4 * static_cast<size_t>(room) * images),
            found(static_cast<size_t>(room) * images);
        const Array number(images);
        bench.time("proposals", format("%d images, %d anchors, 1000 a level, 1000 kept", images, k),
                   4. * images * k + images * room * 52., [&] {
                       gpu::generateProposals(scores.floats(), deltas.floats(), anchors.floats(), counts,
                                              images, Size(1216, 800), boxes.floats(), found.floats(),
                                              number.ints(), bench.workspace, nullptr, params);
                   });
    }
}

void timeRegions(Bench& bench)
{
    const int shapes[][5] = {{1, 256, 200, 304, 4}, {1, 256, 50, 76, 16}, {8, 256, 50, 76, 16}};
    for (const int* s : shapes)
        for (int bins : {7, 14})
        {
            const int rois = 512 * s[0];
            Mat imageMat(rois, 1, CV_32S);
            for (int i = 0; i < rois; i++)
                imageMat.at<int>(i) = i / 512;
            const gpu::FeatureShape shape(s[0], s[1], s[2], s[3]);
            const size_t cells = static_cast<size_t>(s[0]) * s[1] * s[2] * s[3];
            const size_t numbers = static_cast<size_t>(rois) * s[1] * bins * bins;
            const Array features(normal(s[0] * s[1], s[2] * s[3], 0, 1)),
                boxes(boxesIn(rois, 1216, 800, 10, 300));
            const Array images(imageMat), output(numbers), grad(cells);
            RoiAlignParams params;
            params.spatialScale = 1.f / s[4];
            params.samplingRatio = 2;
            const std::string size =
                format("%d x %d x %d x %d, %d RoIs, %d x %d", s[0], s[1], s[2], s[3], rois, bins, bins);
            bench.time("RoIAlign", size, 4. * (cells + numbers), [&] {
                gpu::roiAlign(features.floats(), shape, boxes.floats(), images.ints(), rois,
                              Size(bins, bins), output.floats(), nullptr, params);
            });
            bench.time("RoIAlign backward", size, 4. * (cells + numbers), [&] {
                gpu::roiAlignBackward(output.floats(), shape, boxes.floats(), images.ints(), rois,
                                      Size(bins, bins), grad.floats(), bench.workspace, nullptr, params);
            });
        }
}

} // namespace

int main(int argc, char** argv)
{
    try
    {
        if (gpu::deviceCount() == 0)
        {
            std::fprintf(stderr, "cuda_operators: there is no GPU\n");
            return 1;
        }
        Bench bench(argc > 1 ? argv[1] : "");
        timeLosses(bench);
        timeTargets(bench);
        timeProposals(bench);
        timeRegions(bench);
    }
    catch (const std::exception& e)
    {
        std::fprintf(stderr, "cuda_operators: %s\n", e.what());
        return 1;
    }
}
