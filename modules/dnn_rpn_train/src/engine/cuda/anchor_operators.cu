// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "anchor_rows.hpp"
#include "cuda_engine.hpp"
#include "for_each.hpp"
#include "numbers.hpp"

#include <mutex>

#include "opencv2/dnn_rpn/private/cuda/operators.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

using dnn_rpn::cuda::BoxLists;
using dnn_rpn::cuda::Normalizer;
using dnn_rpn::cuda::Workspace;

template<typename T>
class CudaAnchorOperators : public AnchorOperators
{
public:
    explicit CudaAnchorOperators(const Device& device_) : device(device_) {}

    AnchorLossValues loss(const AnchorOutputs& outputs, const AnchorLossTask& task) override
    {
        const std::lock_guard<std::mutex> lock(busy);
        const int images = outputs.levels.at(0).logits->shape().n, count = outputs.anchors.rows,
                  rows = images * count;
        arrays.begin();
        const Rows values = gather(outputs, 0, images);
        float* const targets = arrays.take<float>(4 * static_cast<size_t>(rows));
        int *const matches = arrays.take<int>(rows), *const labels = arrays.take<int>(rows);
        Sums* const sums = arrays.take<Sums>(1);

        const float* const anchors = upload<float>(outputs.anchors);
        const BoxLists objects = lists(task.objects, task.objectStarts),
                       ignored = lists(task.ignored, task.ignoredStarts);
        const int* const classes = upload<int>(task.classes);
        const dnn_rpn::cuda::Stream stream = device.stream();
        dnn_rpn::cuda::matchAnchors(anchors, count, images, objects, ignored, matches, workspace, stream,
                                    task.match);
        dnn_rpn::cuda::matchLabels(matches, rows, classes, objects.count, labels, &sums->positives, stream);
        dnn_rpn::cuda::encodeTargets(anchors, count, images, objects, matches, targets, stream);

        const int* const divisor = task.byPositives ? &sums->positives : nullptr;
        const auto focalLoss =
            task.softmax ? dnn_rpn::cuda::softmaxFocalLoss : dnn_rpn::cuda::sigmoidFocalLoss;
        focalLoss(values.logits, labels, rows, outputs.columns, values.logits, &sums->logits, workspace,
                  stream, task.alpha, task.gamma, Normalizer(task.logitsNormalizer, divisor));
        dnn_rpn::cuda::smoothL1Loss(values.deltas, targets, labels, rows, 4, values.deltas, &sums->deltas,
                                    workspace, stream, task.beta, Normalizer(task.deltasNormalizer, divisor));
        scatter(outputs, images, values);

        Sums found;
        dnn_rpn::cuda::download(sums, &found, sizeof(found), stream);
        AnchorLossValues loss;
        loss.logits = found.logits;
        loss.deltas = found.deltas;
        loss.positives = found.positives;
        return loss;
    }

    void propose(const AnchorOutputs& outputs, int image, Size size, const dnn_rpn::ProposalParams& limits,
                 OutputArray boxes, OutputArray scores) override
    {
        const std::lock_guard<std::mutex> lock(busy);
        CV_Assert(outputs.columns == 1 || outputs.columns == 2);
        const int room = dnn_rpn::cuda::proposalRoom(outputs.levelCounts, limits);
        arrays.begin();
        const Rows values = gather(outputs, image, 1);
        float *const objectness = arrays.take<float>(outputs.anchors.rows),
                     *const found = arrays.take<float>(5 * static_cast<size_t>(room) + 1);
        forEach(device, outputs.anchors.rows, Objectness{values.logits, outputs.columns, objectness});
        dnn_rpn::cuda::generateProposals(
            objectness, values.deltas, upload<float>(outputs.anchors), outputs.levelCounts, 1, size, found,
            found + 4 * room, reinterpret_cast<int*>(found + 5 * room), workspace, device.stream(), limits);
        Mat all(1, 5 * room + 1, CV_32F);
        dnn_rpn::cuda::download(found, all.data, all.total() * sizeof(float), device.stream());
        const int count = *all.ptr<int>(0, 5 * room);
        boxes.create(count, 4, CV_32F);
        scores.create(count, 1, CV_32F);
        std::copy_n(all.ptr<float>(), 4 * count, boxes.getMat().ptr<float>());
        std::copy_n(all.ptr<float>(0, 4 * room), count, scores.getMat().ptr<float>());
    }

private:
    struct Sums
    {
        double logits, deltas;
        int positives;
    };

    template<typename Number>
    Number* upload(const Mat& m)
    {
        if (m.empty())
            return nullptr;
        CV_Assert(m.isContinuous() && m.elemSize1() == sizeof(Number));
        const size_t bytes = m.total() * m.elemSize();
        void* const to = arrays.take(bytes);
        dnn_rpn::cuda::upload(m.data, to, bytes, device.stream());
        return static_cast<Number*>(to);
    }

    BoxLists lists(const Mat& boxes, const std::vector<int>& starts)
    {
        return BoxLists(upload<float>(boxes), boxes.rows, upload<int>(Mat(starts, false)));
    }

    //! Of some images: images x anchors x columns, and x 4.
    struct Rows
    {
        float *logits, *deltas;
    };

    /** @brief Calls use(level, where the numbers of its logits are in an array of those of all levels, and of
    its deltas) for each level of so many images. */
    template<typename Use>
    void forEachLevel(const AnchorOutputs& outputs, int images, const Use& use) const
    {
        int first = 0;
        for (size_t i = 0; i < outputs.levels.size(); i++)
        {
            Shape logits = outputs.levels[i].logits->shape(), deltas = outputs.levels[i].deltas->shape();
            logits.n = deltas.n = images;
            use(outputs.levels[i],
                AnchorRows{device.indexer(logits), outputs.columns, first, outputs.anchors.rows},
                AnchorRows{device.indexer(deltas), 4, first, outputs.anchors.rows});
            first += outputs.levelCounts.at(i);
        }
    }

    Rows gather(const AnchorOutputs& outputs, int image, int images)
    {
        const size_t count = static_cast<size_t>(images) * outputs.anchors.rows;
        const Rows to{arrays.take<float>(count * outputs.columns), arrays.take<float>(count * 4)};
        forEachLevel(
            outputs, images,
            [&](const AnchorMaps& level, const AnchorRows& logits, const AnchorRows& deltas) {
                const T *const x = numbersOf<T>(*level.logits) + image * level.logits->shape().image(),
                               *const d = numbersOf<T>(*level.deltas) + image * level.deltas->shape().image();
                forEach(device, logits.map.total(), GatherAnchors<T>{x, logits, to.logits});
                forEach(device, deltas.map.total(), GatherAnchors<T>{d, deltas, to.deltas});
            });
        return to;
    }

    void scatter(const AnchorOutputs& outputs, int images, const Rows& from) const
    {
        forEachLevel(outputs, images,
                     [&](const AnchorMaps& level, const AnchorRows& logits, const AnchorRows& deltas) {
                         forEach(device, logits.map.total(),
                                 ScatterAnchors<T>{from.logits, logits, numbersOf<T>(*level.logitsGradient)});
                         forEach(device, deltas.map.total(),
                                 ScatterAnchors<T>{from.deltas, deltas, numbersOf<T>(*level.deltasGradient)});
                     });
    }

    std::mutex busy; //!< propose() comes from several threads
    const Device& device;
    Workspace arrays;    //!< of one call
    Workspace workspace; //!< of one operator
};

} // namespace

std::unique_ptr<AnchorOperators> makeAnchorOperators(const Device& device)
{
    if (device.isBf16())
        return std::make_unique<CudaAnchorOperators<__nv_bfloat16>>(device);
    return std::make_unique<CudaAnchorOperators<float>>(device);
}

} // namespace dnn_rpn_train
} // namespace cv
