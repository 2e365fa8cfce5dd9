// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "engine.hpp"
#include "sgd_update.hpp"
#include "eigen/eigen_engine.hpp"
#ifdef DNN_RPN_HAVE_CUDA
#include "cuda/cuda_engine.hpp"
#endif
#ifdef DNN_RPN_HAVE_ONEDNN
#include "onednn/onednn_engine.hpp"
#endif

#ifdef __linux__
#include <cstdlib>
#include <sys/mman.h>
#endif

#include <map>

namespace cv {
namespace dnn_rpn_train {

namespace {

//! From elsewhere, by name.
std::map<std::string, std::function<Ptr<Engine>(const std::string&)>>& addedEngines()
{
    static std::map<std::string, std::function<Ptr<Engine>(const std::string&)>> added;
    return added;
}

} // namespace

Layout Layout::plain(const Shape& shape)
{
    Layout l;
    l.shape = shape;
    l.bytes = shape.total() * sizeof(float);
    return l;
}

Kernel::~Kernel() = default;

bool Kernel::absorb(const Node&)
{
    return false;
}

DeviceCopy::~DeviceCopy() = default;

SgdUpdate::~SgdUpdate() = default;

AnchorOperators::~AnchorOperators() = default;

Engine::~Engine() = default;

void Engine::useThreads() {}

std::shared_ptr<void> Engine::allocate(size_t bytes)
{
#ifdef __linux__
    // In pages of 2 MiB: with those of 4 KiB, the search for pages takes up to a tenth of a step.
    const size_t page = 2 << 20;
    if (bytes >= page)
    {
        const size_t whole = alignSize(bytes, page);
        if (void* const memory = std::aligned_alloc(page, whole))
        {
            madvise(memory, whole, MADV_HUGEPAGE); // a kernel that has none goes on with small ones
            return std::shared_ptr<void>(memory, std::free);
        }
    }
#endif
    return std::shared_ptr<void>(fastMalloc(bytes), fastFree);
}

Layout Engine::inputLayout(const Shape& shape) const
{
    return Layout::plain(shape);
}

std::unique_ptr<DeviceCopy> Engine::deviceCopy(const std::vector<Tensor*>&)
{
    return nullptr;
}

void Engine::add(const Tensor& from, Tensor& to)
{
    cv::add(to.flat(), from.flat(), to.flat());
}

void Engine::updateAverages(const std::vector<Tensor*>& averages, const std::vector<Tensor*>& values,
                            float share)
{
    parallel_for_(Range(0, static_cast<int>(averages.size())), [&](const Range& range) {
        for (int p = range.start; p < range.end; p++)
        {
            if (!averages[p])
                continue;
            const float* w = values[p]->data();
            float* a = averages[p]->data();
            for (size_t i = 0; i < averages[p]->shape().total(); i++)
                a[i] += share * (w[i] - a[i]);
        }
    });
}

std::unique_ptr<SgdUpdate> Engine::sgdUpdate(const std::vector<OptimizerSlot>& slots)
{
    return std::make_unique<HostSgdUpdate>(slots);
}

AnchorOperators* Engine::anchorOperators()
{
    return nullptr;
}

std::vector<std::string> Engine::names()
{
    std::vector<std::string> all;
#ifdef DNN_RPN_HAVE_ONEDNN
    all.push_back("onednn");
#endif
    all.push_back("eigen");
#ifdef DNN_RPN_HAVE_CUDA
    if (CudaEngine::available())
        all.push_back("cuda"); // comes first when it has been measured on a GPU
#endif
    for (const auto& engine : addedEngines())
        all.push_back(engine.first);
    return all;
}

void Engine::add(const std::string& name, const std::function<Ptr<Engine>(const std::string&)>& make)
{
    addedEngines()[name] = make;
}

Ptr<Engine> Engine::create(const std::string& name, const std::string& precision)
{
    if (precision != "fp32" && precision != "tf32" && precision != "bf16")
        CV_Error_(Error::StsBadArg, ("precision '%s' is none of fp32, tf32, bf16", precision.c_str()));
    const std::string chosen = name == "auto" ? names().front() : name;
    const auto added = addedEngines().find(chosen);
    if (added != addedEngines().end())
        return added->second(precision);
#ifdef DNN_RPN_HAVE_CUDA
    if (chosen == "cuda")
        return makePtr<CudaEngine>(precision);
#endif
    if ((chosen == "onednn" && precision == "tf32") || (chosen == "eigen" && precision != "fp32"))
        CV_Error_(Error::StsNotImplemented,
                  ("the engine '%s' has no precision '%s'", chosen.c_str(), precision.c_str()));
#ifdef DNN_RPN_HAVE_ONEDNN
    if (chosen == "onednn")
        return makePtr<OneDnnEngine>(precision == "bf16");
#endif
    if (chosen == "eigen")
        return makePtr<EigenEngine>();
    String known;
    for (const std::string& n : names())
        known += " " + n;
    CV_Error_(Error::StsBadArg, ("no engine '%s' in this build, which has:%s", name.c_str(), known.c_str()));
}

} // namespace dnn_rpn_train
} // namespace cv
