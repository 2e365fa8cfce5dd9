// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include <mutex>
#include "opencv2/dnn/layer.hpp"
#include "opencv2/dnn_rpn/layers.hpp"
#include "layers.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

struct Entry
{
    const char* type;
    dnn::LayerFactory::Constructor constructor;
    bool bare; // also without the domain
};

const Entry entries[] = {{"Proposals", makeProposals, true},
                         {"SigmoidFocalLoss", makeSigmoidFocalLoss, true},
                         {"SoftmaxFocalLoss", makeSoftmaxFocalLoss, true},
                         {"RoIAlign", makeRoiAlign, true},
                         {"RoIPool", makeRoiPool, true},
                         {"RoiAlign", makeRoiAlign, true},
                         {"MaxRoiPool", makeRoiPool, true},
                         {"NonMaxSuppression", makeNonMaxSuppression, true},
                         {"TopK", makeTopK, true},
                         {"Add", makeAdd, false},
                         {"Sub", makeSub, false},
                         {"Mul", makeMul, false},
                         {"Div", makeDiv, false},
                         {"Clip", makeClip, false},
                         {"Gather", makeGather, false}};

std::mutex mutex;
std::vector<String> registered;

//! OpenCV's own layer of a name, or somebody else's, stays what it is.
void add(const String& type, const Entry& entry)
{
    if (dnn::LayerFactory::isLayerRegistered(type))
        return;
    dnn::LayerFactory::registerLayer(type, entry.constructor);
    registered.push_back(type);
}

} // namespace

void registerLayers()
{
    const std::lock_guard<std::mutex> lock(mutex);
    if (!registered.empty())
        return;
    for (const Entry& entry : entries)
    {
        add(std::string("opencv.dnn_rpn.") + entry.type, entry);
        if (entry.bare)
            add(entry.type, entry);
    }
}

void unregisterLayers()
{
    const std::lock_guard<std::mutex> lock(mutex);
    for (const String& type : registered)
        dnn::LayerFactory::unregisterLayer(type);
    registered.clear();
}

} // namespace dnn_rpn
} // namespace cv
