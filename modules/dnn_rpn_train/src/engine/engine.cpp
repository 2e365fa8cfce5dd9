// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "engine.hpp"
#include "eigen/eigen_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

Kernel::~Kernel() = default;
Engine::~Engine() = default;

std::vector<std::string> Engine::names()
{
    return {"eigen"};
}

Ptr<Engine> Engine::create(const std::string& name)
{
    if (name == "eigen")
        return makePtr<EigenEngine>();
    String known;
    for (const std::string& n : names())
        known += " " + n;
    CV_Error_(Error::StsBadArg, ("no engine '%s' in this build, which has:%s", name.c_str(), known.c_str()));
}

} // namespace dnn_rpn_train
} // namespace cv
