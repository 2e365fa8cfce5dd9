// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "annotation.hpp"

#include <filesystem>

namespace cv {
namespace dnn_rpn_train {

bool isPictureName(const std::string& path)
{
    std::string extension = std::filesystem::path(path).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".bmp";
}

bool takeBox(Vec4d box, const Size& size, const std::string& where, std::vector<String>& remarks,
             Object& object)
{
    const String text = format("[%g %g %g %g]", box[0], box[1], box[2], box[3]);
    if (box[2] < box[0] || box[3] < box[1])
        CV_Error_(Error::StsParseError, ("%s: the box %s has its corners exchanged (xmin ymin xmax ymax)",
                                         where.c_str(), text.c_str()));
    if (size.area() > 0)
    {
        const Vec4d whole = box;
        for (int i = 0; i < 4; i++)
            box[i] = std::min(std::max(box[i], 0.), static_cast<double>(i % 2 ? size.height : size.width));
        if (box != whole)
            remarks.push_back(format("%s: the box %s was cut to the picture of %dx%d", where.c_str(),
                                     text.c_str(), size.width, size.height));
    }
    object.box = box;
    if (object.box[2] > object.box[0] && object.box[3] > object.box[1])
        return true;
    remarks.push_back(format("%s: dropped, the box %s has no area", where.c_str(), text.c_str()));
    return false;
}

void labelObjects(const std::vector<std::vector<NamedObject>>& named, const std::vector<String>& classes,
                  Dataset& set)
{
    set.classes = classes;
    for (size_t i = 0; i < named.size(); i++)
        for (const NamedObject& o : named[i])
        {
            const auto at = std::find(classes.begin(), classes.end(), o.name);
            if (at == classes.end())
                CV_Error_(Error::StsError,
                          ("the annotation of '%s' has an object of class '%s', which is not among the "
                           "%d classes",
                           set.images[i].path.c_str(), o.name.c_str(), static_cast<int>(classes.size())));
            Object labelled = o.object;
            labelled.label = static_cast<int>(at - classes.begin()) + 1;
            set.images[i].objects.push_back(labelled);
        }
}

} // namespace dnn_rpn_train
} // namespace cv
