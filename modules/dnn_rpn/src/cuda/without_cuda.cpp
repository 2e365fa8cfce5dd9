// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// The CUDA operators in a build without CUDA.
#include "../precomp.hpp"
#if !defined(HAVE_CUDA) && __has_include("cvconfig.h") // inside an OpenCV tree
#include "cvconfig.h"
#endif

#ifndef HAVE_CUDA
#include "opencv2/dnn_rpn/cuda.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

static void throwNoCuda()
{
    CV_Error(Error::GpuNotSupported, "this build has no CUDA: configure with -DWITH_CUDA=ON");
}

int deviceCount()
{
    return 0;
}

String deviceName()
{
    throwNoCuda();
    return String();
}

void synchronize(Stream)
{
    throwNoCuda();
}

void upload(const void*, void*, size_t, Stream)
{
    throwNoCuda();
}

void download(const void*, void*, size_t, Stream)
{
    throwNoCuda();
}

Memory::Memory(size_t bytes) : address(nullptr), size(0)
{
    if (bytes > 0)
        throwNoCuda();
}

Memory::~Memory() {}

Memory::Memory(Memory&&) noexcept : address(nullptr), size(0) {}

Memory& Memory::operator=(Memory&&) noexcept
{
    return *this;
}

Workspace::Workspace() : used(0) {}

size_t Workspace::bytes() const
{
    return used; // nothing
}

void Workspace::begin() {}

void* Workspace::take(size_t)
{
    throwNoCuda();
    return nullptr;
}

void sigmoidFocalLoss(const float*, const int*, int, int, float*, double*, Workspace&, Stream, double, double,
                      const Normalizer&)
{
    throwNoCuda();
}

void softmaxFocalLoss(const float*, const int*, int, int, float*, double*, Workspace&, Stream, double, double,
                      const Normalizer&)
{
    throwNoCuda();
}

void sigmoidCrossEntropy(const float*, const int*, int, int, float*, double*, Workspace&, Stream,
                         const Normalizer&)
{
    throwNoCuda();
}

void softmaxCrossEntropy(const float*, const int*, int, int, float*, double*, Workspace&, Stream,
                         const Normalizer&)
{
    throwNoCuda();
}

void smoothL1Loss(const float*, const float*, const int*, int, int, float*, double*, Workspace&, Stream,
                  double, const Normalizer&)
{
    throwNoCuda();
}

void matchAnchors(const float*, int, int, const BoxLists&, const BoxLists&, int*, Workspace&, Stream,
                  const MatchParams&)
{
    throwNoCuda();
}

void sampleAnchors(int*, int, int, int, float, int, Workspace&, Stream)
{
    throwNoCuda();
}

void encodeTargets(const float*, int, int, const BoxLists&, const int*, float*, Stream, const Scalar&)
{
    throwNoCuda();
}

void matchLabels(const int*, int, const int*, int, int*, int*, Stream)
{
    throwNoCuda();
}

void nms(const float*, const float*, int, float, int*, int*, Workspace&, Stream, int)
{
    throwNoCuda();
}

int proposalRoom(const std::vector<int>&, const ProposalParams&)
{
    throwNoCuda();
    return 0;
}

void generateProposals(const float*, const float*, const float*, const std::vector<int>&, int, Size, float*,
                       float*, int*, Workspace&, Stream, const ProposalParams&)
{
    throwNoCuda();
}

void roiAlign(const float*, const FeatureShape&, const float*, const int*, int, Size, float*, Stream,
              const RoiAlignParams&)
{
    throwNoCuda();
}

void roiAlignBackward(const float*, const FeatureShape&, const float*, const int*, int, Size, float*,
                      Workspace&, Stream, const RoiAlignParams&)
{
    throwNoCuda();
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
#endif
