// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "task_gradients.hpp"

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

namespace cv {
namespace dnn_rpn_train {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<const Matrix>;

//! A 1x1 convolution's weights, outputs x channels.
Map weightsOf(Network& network, int node)
{
    const Node& n = network.graph().nodes[node];
    CV_Assert(n.op == Op::Conv && n.kernel == Size(1, 1) && n.group == 1);
    const Tensor& weight = network.parameters().download(n.parameters[0]);
    return Map(weight.data(), weight.shape().n, weight.shape().c);
}

//! Outputs x cells.
Map gradientOf(Network& network, int node, int image)
{
    const Tensor& g = network.gradient(node);
    return Map(g.image(image), g.shape().c, static_cast<int>(g.shape().plane()));
}

double product(const Map& a, const Matrix& between, const Map& b)
{
    return a.cwiseProduct(between * b).sum();
}

} // namespace

TaskGradients taskGradients(Network& network, const AnchorHead& head, Ranks& ranks)
{
    TaskGradients t;
    if (head.parameters().tower > 0 || head.levels().size() > 1)
        return t;
    const Graph& graph = network.graph();
    CV_Assert(graph.nodes[head.logitsNode()].inputs == graph.nodes[head.deltasNode()].inputs);
    const Map cls = weightsOf(network, head.logitsNode()), reg = weightsOf(network, head.deltasNode());
    const Matrix clsCls = cls * cls.transpose(), regReg = reg * reg.transpose(),
                 clsReg = cls * reg.transpose();

    const int images = network.gradient(head.logitsNode()).shape().n;
    std::vector<Vec3d> products(images); // cls cls, reg reg, cls reg
    parallel_for_(Range(0, images), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            const Map c = gradientOf(network, head.logitsNode(), n),
                      r = gradientOf(network, head.deltasNode(), n);
            products[n] = Vec3d(product(c, clsCls, c), product(r, regReg, r), product(c, clsReg, r));
        }
    });
    Vec3d sum;
    for (const Vec3d& p : products)
        sum += p;
    ranks.sum(sum.val, 3);
    t.measured = true;
    t.cls = std::sqrt(std::max(0., sum[0]));
    t.reg = std::sqrt(std::max(0., sum[1]));
    if (t.cls > 0 && t.reg > 0)
        t.cosine = std::min(1., std::max(-1., sum[2] / (t.cls * t.reg)));
    return t;
}

} // namespace dnn_rpn_train
} // namespace cv
