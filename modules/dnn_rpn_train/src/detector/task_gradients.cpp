// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "task_gradients.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! A 1x1 convolution's weights, outputs x channels.
Mat weightsOf(Graph& graph, int node)
{
    const Node& n = graph.nodes[node];
    CV_Assert(n.op == Op::Conv && n.kernel == Size(1, 1) && n.group == 1);
    Tensor& weight = graph.parameters[n.parameters[0]].value;
    return Mat(weight.shape().n, weight.shape().c, CV_32F, weight.data());
}

Mat gradientOf(Network& network, int node, int picture)
{
    Tensor& g = network.gradient(node);
    return Mat(g.shape().c, static_cast<int>(g.shape().plane()), CV_32F, g.picture(picture));
}

} // namespace

TaskGradients taskGradients(Network& network, const Rpn& rpn)
{
    Graph& graph = network.graph();
    CV_Assert(graph.nodes[rpn.logitsNode()].inputs == graph.nodes[rpn.deltasNode()].inputs);
    const Mat cls = weightsOf(graph, rpn.logitsNode()), reg = weightsOf(graph, rpn.deltasNode());
    const Mat clsCls = cls * cls.t(), regReg = reg * reg.t(), clsReg = cls * reg.t();

    const int pictures = network.gradient(rpn.logitsNode()).shape().n;
    std::vector<Vec3d> products(pictures); // cls cls, reg reg, cls reg
    parallel_for_(Range(0, pictures), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            const Mat c = gradientOf(network, rpn.logitsNode(), n),
                      r = gradientOf(network, rpn.deltasNode(), n);
            products[n] = Vec3d(c.dot(clsCls * c), r.dot(regReg * r), c.dot(clsReg * r));
        }
    });
    Vec3d sum;
    for (const Vec3d& p : products)
        sum += p;
    TaskGradients t;
    t.cls = std::sqrt(std::max(0., sum[0]));
    t.reg = std::sqrt(std::max(0., sum[1]));
    if (t.cls > 0 && t.reg > 0)
        t.cosine = std::min(1., std::max(-1., sum[2] / (t.cls * t.reg)));
    return t;
}

} // namespace dnn_rpn_train
} // namespace cv
