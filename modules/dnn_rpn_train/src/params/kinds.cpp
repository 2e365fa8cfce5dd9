// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "kinds.hpp"

namespace cv {
namespace dnn_rpn {

using namespace dnn_rpn_train;

template<>
const std::vector<KindRow<AnchorLoss>>& kindRows<AnchorLoss>()
{
    static const std::vector<KindRow<AnchorLoss>> rows{
        {LOSS_FOCAL_SOFTMAX, "focal_softmax", "softmax focal loss over all anchors"},
        {LOSS_FOCAL_SIGMOID, "focal_sigmoid", "sigmoid focal loss over all anchors"},
        {LOSS_CE_SOFTMAX, "ce_softmax", "softmax cross-entropy over a balanced sample"},
        {LOSS_CE_SIGMOID, "ce_sigmoid", "sigmoid cross-entropy over a balanced sample"},
    };
    return rows;
}

template<>
const std::vector<KindRow<RegionLoss>>& kindRows<RegionLoss>()
{
    static const std::vector<KindRow<RegionLoss>> rows{
        {ROI_LOSS_CE, "ce", "softmax cross-entropy over a balanced sample"},
        {ROI_LOSS_FOCAL, "focal", "softmax focal loss over all proposals"},
    };
    return rows;
}

template<>
const std::vector<KindRow<FocalNormalizer>>& kindRows<FocalNormalizer>()
{
    static const std::vector<KindRow<FocalNormalizer>> rows{
        {NORMALIZE_BY_POSITIVES, "positives", "the positive anchors of the batch"},
        {NORMALIZE_BY_SAMPLES, "samples", "as many anchors as cross-entropy would sample"},
        {NORMALIZE_BY_AVERAGE, "average", "a moving average of the positive anchors over the steps"},
        {NORMALIZE_BY_CONSTANT, "constant", "the same number of positive anchors for every image"},
    };
    return rows;
}

template<>
const std::vector<KindRow<GradientStop>>& kindRows<GradientStop>()
{
    static const std::vector<KindRow<GradientStop>> rows{
        {GRADIENT_STOP_NONE, "none", "nowhere"},
        {GRADIENT_STOP_CLS, "cls", "the classification's at its last layer"},
        {GRADIENT_STOP_BACKBONE, "backbone", "both below the head"},
    };
    return rows;
}

template<>
const std::vector<KindRow<AnchorAssignment>>& kindRows<AnchorAssignment>()
{
    static const std::vector<KindRow<AnchorAssignment>> rows{
        {ASSIGN_IOU, "iou", "by thresholds of the IoU"},
        {ASSIGN_ATSS, "atss", "a handful an object, whatever its size"},
        {ASSIGN_TASK_ALIGNED, "task_aligned", "those that the network finds the object with best"},
    };
    return rows;
}

template<>
const std::vector<KindRow<BoxLoss>>& kindRows<BoxLoss>()
{
    static const std::vector<KindRow<BoxLoss>> rows{
        {BOX_LOSS_SMOOTH_L1, "smooth_l1", "the deltas"},
        {BOX_LOSS_GIOU, "giou", "the decoded box's generalized IoU"},
    };
    return rows;
}

template<>
const std::vector<KindRow<RateSchedule>>& kindRows<RateSchedule>()
{
    static const std::vector<KindRow<RateSchedule>> rows{
        {SCHEDULE_STEP, "step", "a tenth after 70 % of the steps"},
        {SCHEDULE_COSINE, "cosine", "down to 0"},
    };
    return rows;
}

template<>
const std::vector<KindRow<Precision>>& kindRows<Precision>()
{
    static const std::vector<KindRow<Precision>> rows{
        {PRECISION_FP32, "fp32", "floats"},
        {PRECISION_TF32, "tf32", "floats whose products are rounded"},
        {PRECISION_BF16, "bf16", "values of 16 bits, weights in floats"},
    };
    return rows;
}

template<>
const std::vector<KindRow<BatchNormMode>>& kindRows<BatchNormMode>()
{
    static const std::vector<KindRow<BatchNormMode>> rows{
        {BATCHNORM_FROZEN, "frozen", "as it came"},
        {BATCHNORM_TRAIN, "train", "trained, with the batch's mean and variance"},
    };
    return rows;
}

template<>
const std::vector<KindRow<Normalisation>>& kindRows<Normalisation>()
{
    static const std::vector<KindRow<Normalisation>> rows{
        {NORMALISE_AUTO, "auto", "what the file tells, or else imagenet"},
        {NORMALISE_IMAGENET, "imagenet", "0..1, less ImageNet's mean, over its deviation"},
        {NORMALISE_UNIT, "0..1", "over 255"},
        {NORMALISE_SIGNED, "-1..1", "over 127.5, less 1"},
        {NORMALISE_BYTES, "0..255", "as they are"},
    };
    return rows;
}

template<>
const std::vector<KindRow<ChannelOrder>>& kindRows<ChannelOrder>()
{
    static const std::vector<KindRow<ChannelOrder>> rows{
        {CHANNELS_AUTO, "auto", "what the file tells, or else rgb"},
        {CHANNELS_RGB, "rgb", "red, green, blue"},
        {CHANNELS_BGR, "bgr", "blue, green, red"},
    };
    return rows;
}

} // namespace dnn_rpn
} // namespace cv
