// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "either.hpp"

#include <oneapi/dnnl/dnnl.hpp>

namespace cv {
namespace dnn_rpn_train {

namespace {

class EitherKernel : public Kernel
{
public:
    EitherKernel(std::unique_ptr<Kernel> own_, const std::function<std::unique_ptr<Kernel>()>& makeOther_)
        : own(std::move(own_)), makeOther(makeOther_)
    {}

    bool absorb(const Node& activation) override
    {
        if (!own->absorb(activation))
            return false;
        absorbed.push_back(activation);
        return true;
    }

    KernelPlan plan(const KernelTask& task) override
    {
        try
        {
            const KernelPlan plan = own->plan(task);
            chosen = own.get();
            return plan;
        }
        catch (const dnnl::error& e)
        {
            if (e.status != dnnl_unimplemented || !hasOther())
                throw;
        }
        chosen = other.get();
        return chosen->plan(task);
    }

    void forward(const KernelArgs& args) override { chosen->forward(args); }
    void backward(const KernelArgs& args) override { chosen->backward(args); }

private:
    //! Whether it can do all that this one does.
    bool hasOther()
    {
        if (!other)
        {
            other = makeOther();
            for (const Node& activation : absorbed)
                if (!other->absorb(activation))
                    return false;
        }
        return true;
    }

    const std::unique_ptr<Kernel> own;
    const std::function<std::unique_ptr<Kernel>()> makeOther;
    std::vector<Node> absorbed;
    std::unique_ptr<Kernel> other;
    Kernel* chosen = nullptr;
};

} // namespace

std::unique_ptr<Kernel> makeEither(std::unique_ptr<Kernel> own,
                                   const std::function<std::unique_ptr<Kernel>()>& other)
{
    return std::make_unique<EitherKernel>(std::move(own), other);
}

} // namespace dnn_rpn_train
} // namespace cv
