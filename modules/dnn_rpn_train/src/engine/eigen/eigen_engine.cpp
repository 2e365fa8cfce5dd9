// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

std::unique_ptr<Kernel> EigenEngine::kernel(const Graph& graph, const Node& node)
{
    return eigenKernel(graph, node);
}

void EigenEngine::read(const Layout&, const Tensor& from, Tensor& to)
{
    from.flat().copyTo(to.flat());
}

void EigenEngine::write(const Layout&, const Tensor& from, Tensor& to)
{
    from.flat().copyTo(to.flat());
}

} // namespace dnn_rpn_train
} // namespace cv
