// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "table.hpp"

namespace cv {
namespace dnn_rpn_train {

AugmentParams AugmentParams::preset(const String& name)
{
    AugmentParams p;
    if (name == "none")
        p.flip = 0;
    else if (name == "light")
    {
        p.zoom = 1;
        p.brightness = 0.06;
        p.contrast = p.saturation = 0.25;
        p.hue = 9;
    }
    else if (name == "strong")
    {
        p.zoom = 1;
        p.zoomRange = Vec2d(0.5, 2);
        p.mosaic = 0.5;
        p.brightness = 0.125;
        p.contrast = p.saturation = 0.5;
        p.hue = 18;
        p.blur = p.noise = 0.1;
    }
    else if (name != "flip")
        CV_Error_(Error::StsBadArg, ("augmentation '%s' is none of: none flip light strong", name.c_str()));
    return p;
}

void AugmentParams::check() const
{
    TrainParams params;
    params.augment = *this;
    for (const ParameterRow& row : parameterTable())
        if (row.group == String("augmentation"))
            row.check(params);
}

bool AugmentParams::onlyMirrors() const
{
    const bool paints = colour > 0 && (brightness > 0 || contrast > 0 || saturation > 0 || hue > 0);
    return !paints && flipVertically == 0 && turn == 0 && zoom == 0 && mosaic == 0 && blur == 0 && noise == 0;
}

} // namespace dnn_rpn_train
} // namespace cv
