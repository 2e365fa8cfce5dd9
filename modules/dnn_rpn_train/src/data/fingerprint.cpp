// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "fingerprint.hpp"
#include "../params/hash.hpp"

namespace cv {
namespace dnn_rpn_train {

Settings fingerprint(const Dataset& dataset, const std::string& what)
{
    Hash hash;
    for (const AnnotatedImage& image : dataset.images)
    {
        hash.add(image.path.substr(image.path.find_last_of("/\\") + 1));
        for (const Object& o : image.objects)
        {
            hash.add(&o.box, sizeof(o.box));
            hash.add(&o.label, sizeof(o.label));
            hash.add(&o.ignored, sizeof(o.ignored));
        }
    }
    return {{what + " images", std::to_string(dataset.images.size())},
            {what + " objects", std::to_string(dataset.countObjects())},
            {what + " images' names and boxes", hash.text()}};
}

} // namespace dnn_rpn_train
} // namespace cv
